//! Eigenvalues and eigenvectors of a symmetric tridiagonal matrix.

/// Sweeps per eigenvalue at most; two are usual.
const SWEEPS: usize = 60;

/// The eigenvalues of the matrix with this diagonal and the entries `beside[i]` between `i` and `i + 1`, in no order.
///
/// `columns[i]`, vectors of equal length, are multiplied by the matrix of eigenvectors from the right: the identity gives the
/// eigenvectors, each a column, and its last row alone their last entries, for a fraction of the work.
///
/// The QL method with implicit shifts of Bowdler, Martin, Reinsch and Wilkinson 1968 (EISPACK's `tql2`): eigenvalues to
/// rounding relative to the largest.
pub(super) fn eigen(diagonal: &[f64], beside: &[f64], columns: &mut [Vec<f64>]) -> Vec<f64> {
    let n = diagonal.len();
    let mut values = diagonal.to_vec();
    let mut beside = beside[..n.saturating_sub(1)].to_vec();
    beside.push(0.0);
    for first in 0..n {
        for _ in 0..SWEEPS {
            // The block that hangs together from `first` on.
            let split = |i: &usize| beside[*i].abs() <= f64::EPSILON * (values[*i].abs() + values[i + 1].abs());
            let last = (first..n - 1).find(split).unwrap_or(n - 1);
            if last == first {
                break;
            }
            sweep(first, last, &mut values, &mut beside, columns);
        }
    }
    values
}

/// One QL sweep over the block `first..=last`, shifted by the eigenvalue of its first two rows.
fn sweep(first: usize, last: usize, values: &mut [f64], beside: &mut [f64], columns: &mut [Vec<f64>]) {
    let half = (values[first + 1] - values[first]) / (2.0 * beside[first]);
    let root = (1.0 + half * half).sqrt().copysign(half);
    let mut g = values[last] - values[first] + beside[first] / (half + root);
    let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
    for i in (first..last).rev() {
        let (f, b) = (sine * beside[i], cosine * beside[i]);
        let length = (f * f + g * g).sqrt();
        beside[i + 1] = length;
        if length == 0.0 {
            // The block has come apart here.
            values[i + 1] -= moved;
            beside[last] = 0.0;
            return;
        }
        (sine, cosine) = (f / length, g / length);
        g = values[i + 1] - moved;
        let r = (values[i] - g) * sine + 2.0 * cosine * b;
        moved = sine * r;
        values[i + 1] = g + moved;
        g = cosine * r - b;
        rotate(columns, i, sine, cosine);
    }
    values[first] -= moved;
    beside[first] = g;
    beside[last] = 0.0;
}

/// Turns columns `i` and `i + 1` in their plane.
fn rotate(columns: &mut [Vec<f64>], i: usize, sine: f64, cosine: f64) {
    let (before, after) = columns.split_at_mut(i + 1);
    for (x, y) in before[i].iter_mut().zip(&mut after[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(n: usize) -> Vec<Vec<f64>> {
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect()
    }

    #[test]
    fn values_and_vectors_of_a_chain_are_known() {
        let n = 40;
        let mut columns = identity(n);
        let values = eigen(&vec![2.0; n], &vec![-1.0; n - 1], &mut columns);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        for (k, value) in sorted.iter().enumerate() {
            let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
            assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-13, "{k}: {value}");
        }
        for (value, vector) in values.iter().zip(&columns) {
            for i in 0..n {
                let around = if i > 0 { vector[i - 1] } else { 0.0 } + vector.get(i + 1).copied().unwrap_or_default();
                assert!((2.0 * vector[i] - around - value * vector[i]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn blocks_that_do_not_hang_together_and_equal_values_are_no_trouble() {
        let mut columns = identity(5);
        let values = eigen(&[1.0, 3.0, 2.0, 2.0, 7.0], &[0.0, 0.0, 1.0, 0.0], &mut columns);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        for (value, expected) in sorted.iter().zip([1.0, 1.0, 3.0, 3.0, 7.0]) {
            assert!((value - expected).abs() < 1e-14);
        }
        let last: Vec<f64> = columns.iter().map(|column| column[4]).collect();
        let mut row: Vec<Vec<f64>> = (0..5).map(|i| vec![f64::from(u8::from(i == 4))]).collect();
        eigen(&[1.0, 3.0, 2.0, 2.0, 7.0], &[0.0, 0.0, 1.0, 0.0], &mut row);
        assert_eq!(last, row.concat());
        assert!(eigen(&[], &[], &mut []).is_empty());
        assert_eq!(eigen(&[4.0], &[], &mut [vec![1.0]]), [4.0]);
    }
}
