//! The outermost eigenpairs of a symmetric operator, by Lanczos with full reorthogonalisation.

use nalgebra::{DMatrix, SymmetricEigen};
use rand_distr::{Distribution, StandardNormal};

use super::tridiagonal;
use crate::random::Stream;

/// A new direction shorter than this share of the largest entry of the tridiagonal matrix is rounding noise.
const BREAKDOWN: f64 = 1e-13;

/// Which eigenpairs are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// How many at most.
    pub(crate) k: usize,
    /// Those farthest from 0 on both sides, rather than the largest.
    pub(crate) by_magnitude: bool,
    /// A pair is found when its residual is below this share of the eigenvalue farthest out.
    pub(crate) tolerance: f64,
}

impl Wanted {
    /// The order that the wanted pairs come first in.
    fn key(self, value: f64) -> f64 {
        if self.by_magnitude { value.abs() } else { value }
    }
}

/// The wanted eigenpairs of an operator, outermost first: values, and unit vectors of length `size`.
///
/// `apply(x, y)` sets `y` to the operator times `x`; `rank` bounds the operator's rank. It is exact (to the tolerance)
/// unless eigenvalues are equal: of those, some copies can be missed. Fewer pairs come back if the operator has fewer that
/// are not 0. After `rank` steps it is the full decomposition.
pub(crate) fn outermost(
    size: usize,
    wanted: Wanted,
    rank: usize,
    rng: &mut Stream,
    mut apply: impl FnMut(&[f64], &mut [f64]),
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (mut basis, mut alpha, mut beta): (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new(), Vec::new());
    let mut scale = 0.0_f64;
    let mut next = start(size, rng, &basis, &mut apply);
    let mut check_at = (2 * wanted.k + 20).min(rank);
    while let Some(direction) = next.take() {
        let mut image = vec![0.0; size];
        apply(&direction, &mut image);
        alpha.push(dot(&direction, &image));
        basis.push(direction);
        orthogonalise(&mut image, &basis);
        let length = norm(&image);
        scale = scale.max(alpha[alpha.len() - 1].abs()).max(length);
        if basis.len() >= rank {
            beta.push(0.0);
        } else if length <= BREAKDOWN * scale {
            // The space that the start vector reaches is complete; what is outside it needs another start.
            beta.push(0.0);
            next = start(size, rng, &basis, &mut apply);
        } else {
            if basis.len() >= check_at {
                check_at = basis.len() + basis.len() / 5;
                if converged(&alpha, &beta, length, wanted) {
                    return ritz(&basis, &alpha, &beta, wanted);
                }
            }
            beta.push(length);
            for value in &mut image {
                *value /= length;
            }
            next = Some(image);
        }
    }
    if basis.is_empty() {
        return (Vec::new(), Vec::new());
    }
    ritz(&basis, &alpha, &beta, wanted)
}

/// A random unit vector in the operator's range, orthogonal to the basis; `None` if there is nothing left of the range.
fn start(
    size: usize,
    rng: &mut Stream,
    basis: &[Vec<f64>],
    apply: &mut impl FnMut(&[f64], &mut [f64]),
) -> Option<Vec<f64>> {
    let mut random: Vec<f64> = (0..size).map(|_| StandardNormal.sample(rng)).collect();
    orthogonalise(&mut random, basis);
    let length = norm(&random);
    for value in &mut random {
        *value /= length;
    }
    let mut image = vec![0.0; size];
    apply(&random, &mut image);
    let before = norm(&image);
    orthogonalise(&mut image, basis);
    let length = norm(&image);
    // Far shorter than before orthogonalisation: only rounding noise is outside the basis.
    if length <= 1e-10 * before || length == 0.0 {
        return None;
    }
    for value in &mut image {
        *value /= length;
    }
    Some(image)
}

/// Subtracts the projection on the basis, twice: once leaves rounding errors that grow from step to step.
fn orthogonalise(vector: &mut [f64], basis: &[Vec<f64>]) {
    for _ in 0..2 {
        for direction in basis {
            let projection = dot(direction, vector);
            for (value, direction) in vector.iter_mut().zip(direction) {
                *value -= projection * direction;
            }
        }
    }
}

/// Whether the wanted pairs are found: the residual of a pair is the last entry of its vector in the basis, times the length
/// of the next direction.
fn converged(alpha: &[f64], beta: &[f64], length: f64, wanted: Wanted) -> bool {
    let mut last = unit_rows(alpha.len(), alpha.len() - 1..alpha.len());
    let values = tridiagonal::eigen(alpha, beta, &mut last);
    let order = order(&values, wanted);
    wanted.k <= order.len()
        && order[..wanted.k].iter().all(|&i| length * last[i][0].abs() <= wanted.tolerance * values[order[0]].abs())
}

/// The wanted eigenpairs of the operator from those of the tridiagonal matrix.
fn ritz(basis: &[Vec<f64>], alpha: &[f64], beta: &[f64], wanted: Wanted) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut columns = unit_rows(alpha.len(), 0..alpha.len());
    let values = tridiagonal::eigen(alpha, beta, &mut columns);
    let order = order(&values, wanted);
    let kept = &order[..wanted.k.min(order.len())];
    let pairs = kept.iter().map(|&column| {
        let mut vector = vec![0.0; basis[0].len()];
        for (weight, direction) in columns[column].iter().zip(basis) {
            for (sum, direction) in vector.iter_mut().zip(direction) {
                *sum += weight * direction;
            }
        }
        let length = norm(&vector);
        for value in &mut vector {
            *value /= length;
        }
        vector
    });
    let pairs = pairs.collect();
    (kept.iter().map(|&i| values[i]).collect(), pairs)
}

/// These rows of the identity of this size, column after column.
fn unit_rows(size: usize, rows: std::ops::Range<usize>) -> Vec<Vec<f64>> {
    (0..size).map(|column| rows.clone().map(|row| f64::from(u8::from(row == column))).collect()).collect()
}

/// Numbers of the eigenvalues, the wanted ones first.
fn order(values: &[f64], wanted: Wanted) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| wanted.key(values[b]).total_cmp(&wanted.key(values[a])));
    order
}

/// Eigenvalues, largest first, and eigenvectors (columns) of a symmetric matrix.
pub(crate) fn sorted_eigen(matrix: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let eigen = SymmetricEigen::new(matrix);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let values = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    (values, eigen.eigenvectors.select_columns(&order))
}

/// Dot product in eight lanes.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut lanes = [0.0; 8];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f64>()
}

fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    /// Eigenvalues `cos(t)`, distinct and on both sides of 0, in a space turned by reflections.
    fn pairs(n: usize, wanted: Wanted) -> (Vec<f64>, Vec<Vec<f64>>, Vec<f64>) {
        let values: Vec<f64> = (0..n).map(|i| (3.0 * i as f64 / n as f64).cos()).collect();
        let mut rng = random::stream(3, "test/lanczos");
        let mut mirror: Vec<f64> = (0..n).map(|_| StandardNormal.sample(&mut rng)).collect();
        let length = norm(&mirror);
        for value in &mut mirror {
            *value /= length;
        }
        let reflect = |x: &[f64]| -> Vec<f64> {
            let along = 2.0 * dot(x, &mirror);
            x.iter().zip(&mirror).map(|(x, m)| x - along * m).collect()
        };
        let apply = |x: &[f64], y: &mut [f64]| {
            let scaled: Vec<f64> = reflect(x).iter().zip(&values).map(|(x, v)| x * v).collect();
            y.copy_from_slice(&reflect(&scaled));
        };
        let (found, vectors) = outermost(n, wanted, n, &mut rng, apply);
        for (value, vector) in found.iter().zip(&vectors) {
            let mut image = vec![0.0; n];
            apply(vector, &mut image);
            let residual: f64 = image.iter().zip(vector).map(|(y, x)| (y - value * x).powi(2)).sum();
            assert!(residual.sqrt() < 1e-8, "{value}: {residual:e}");
        }
        (found, vectors, values)
    }

    #[test]
    fn both_ends_or_the_upper_one_are_found() {
        for n in [30, 400] {
            for by_magnitude in [false, true] {
                let wanted = Wanted { k: 12, by_magnitude, tolerance: 1e-9 };
                let (found, vectors, mut expected) = pairs(n, wanted);
                expected.sort_by(|a, b| wanted.key(*b).total_cmp(&wanted.key(*a)));
                assert_eq!(found.len(), 12);
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-9, "{n} {by_magnitude}: {found} {expected}");
                }
                for (i, x) in vectors.iter().enumerate() {
                    for (j, y) in vectors.iter().enumerate() {
                        assert!((dot(x, y) - f64::from(u8::from(i == j))).abs() < 1e-9);
                    }
                }
            }
        }
    }
}
