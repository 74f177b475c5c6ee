//! The largest eigenpairs of a symmetric positive semi-definite operator, by Lanczos with full reorthogonalisation.

use nalgebra::{DMatrix, SymmetricEigen};
use rand_distr::{Distribution, StandardNormal};

use crate::random::Stream;

/// A pair is found when its residual is below this share of the largest eigenvalue.
const TOLERANCE: f64 = 1e-10;
/// A new direction shorter than this share of the largest entry of the tridiagonal matrix is rounding noise.
const BREAKDOWN: f64 = 1e-13;

/// Up to `k` largest eigenpairs, largest first: values, and unit vectors of length `size`.
///
/// `apply(x, y)` sets `y` to the operator times `x`; `rank` bounds the operator's rank. It is exact (to [`TOLERANCE`])
/// for as many pairs as there are **distinct** eigenvalues; from at most `rank` steps on it is the full decomposition.
pub(super) fn largest(
    size: usize,
    k: usize,
    rank: usize,
    rng: &mut Stream,
    mut apply: impl FnMut(&[f64], &mut [f64]),
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (mut basis, mut alpha, mut beta): (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new(), Vec::new());
    let mut scale = 0.0_f64;
    let mut next = Some(start(size, rng, &basis, &mut apply));
    let mut check_at = (2 * k + 20).min(rank);
    while let Some(direction) = next.take() {
        let mut image = vec![0.0; size];
        apply(&direction, &mut image);
        alpha.push(dot(&direction, &image));
        basis.push(direction);
        orthogonalise(&mut image, &basis);
        let length = norm(&image);
        scale = scale.max(alpha[alpha.len() - 1].abs()).max(length);
        let exhausted = basis.len() >= rank;
        let broke_down = length <= BREAKDOWN * scale;
        if exhausted || broke_down || basis.len() >= check_at {
            let residual = if broke_down { 0.0 } else { length };
            let (values, vectors) = tridiagonal(&alpha, &beta);
            let last = basis.len() - 1;
            let found =
                k <= values.len() && (0..k).all(|i| residual * vectors[(last, i)].abs() <= TOLERANCE * values[0]);
            if exhausted || (found && !broke_down) {
                return ritz(&basis, &values, &vectors, k);
            }
            check_at = basis.len() + basis.len() / 5;
        }
        next = if broke_down {
            // The space that the start vector reaches is complete; what is outside it needs another start.
            let fresh = start(size, rng, &basis, &mut apply);
            beta.push(0.0);
            (norm(&fresh) > 0.5).then_some(fresh)
        } else {
            beta.push(length);
            for value in &mut image {
                *value /= length;
            }
            Some(image)
        };
    }
    beta.pop();
    let (values, vectors) = tridiagonal(&alpha, &beta);
    ritz(&basis, &values, &vectors, k)
}

/// A random unit vector in the operator's range, orthogonal to the basis; zeros if there is nothing left of the range.
fn start(size: usize, rng: &mut Stream, basis: &[Vec<f64>], apply: &mut impl FnMut(&[f64], &mut [f64])) -> Vec<f64> {
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
        return vec![0.0; size];
    }
    for value in &mut image {
        *value /= length;
    }
    image
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

/// Eigenvalues, largest first, and eigenvectors (columns) of the symmetric tridiagonal matrix.
fn tridiagonal(alpha: &[f64], beta: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
    let n = alpha.len();
    let mut matrix = DMatrix::zeros(n, n);
    for i in 0..n {
        matrix[(i, i)] = alpha[i];
        if i + 1 < n {
            matrix[(i, i + 1)] = beta[i];
            matrix[(i + 1, i)] = beta[i];
        }
    }
    sorted_eigen(matrix)
}

/// Eigenvalues, largest first, and eigenvectors (columns) of a symmetric matrix.
pub(super) fn sorted_eigen(matrix: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let eigen = SymmetricEigen::new(matrix);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let values = order.iter().map(|&i| eigen.eigenvalues[i]).collect();
    (values, eigen.eigenvectors.select_columns(&order))
}

/// The first `k` eigenpairs of the operator from those of the tridiagonal matrix.
fn ritz(basis: &[Vec<f64>], values: &[f64], vectors: &DMatrix<f64>, k: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let k = k.min(values.len());
    let pairs = (0..k).map(|column| {
        let mut vector = vec![0.0; basis[0].len()];
        for (i, direction) in basis.iter().enumerate() {
            let weight = vectors[(i, column)];
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
    (values[..k].to_vec(), pairs.collect())
}

/// Dot product in eight lanes.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
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
