//! The response of an unseen cell type, regressed on where its untreated cells lie.
//!
//! scVIDR (Kana et al., Patterns 2023) does this in its latent space; here the same serves in principal components.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, Axis};

use super::TrainingSet;

/// Directions in which the control centroids differ by less than this share of the largest difference (singular values of
/// the centred centroids) carry no slope; scikit-learn's `LinearRegression` has the same (`tol`, 1e-6).
const RCOND: f64 = 1e-6;

/// The shift from control to treated at `target`, by least squares with intercept of shifts on control centroids.
///
/// With the types' control centroids `c_i` (rows of `control`, `types x dimensions`), their shifts `d_i` (rows of `treated`
/// less those of `control`), the means `c` and `d` of both, and `C`, `D` the centred rows,
/// `d(target) = d + a^T D`, `a = pinv(C C^T) C (target - c)`.
///
/// There are fewer types than dimensions, so many slopes fit exactly; this is the one of least norm, as scikit-learn's
/// `LinearRegression` gives it. With one type it is that type's shift, with none zero.
#[must_use]
pub fn regressed_shift(control: &Array2<f64>, treated: &Array2<f64>, target: &Array1<f64>) -> Array1<f64> {
    let shifts = treated - control;
    let (Some(centre), Some(mean_shift)) = (control.mean_axis(Axis(0)), shifts.mean_axis(Axis(0))) else {
        return Array1::zeros(target.len());
    };
    let (c, d) = (control - &centre, shifts - &mean_shift);
    let weights = pseudo_inverse(&c.dot(&c.t())).dot(&c.dot(&(target - &centre)));
    mean_shift + weights.dot(&d)
}

/// The pseudo-inverse of a symmetric matrix of products, without directions below [`RCOND`] squared.
fn pseudo_inverse(products: &Array2<f64>) -> Array2<f64> {
    let n = products.nrows();
    if !products.iter().all(|value| value.is_finite()) {
        // The decomposition would not end.
        return Array2::from_elem((n, n), f64::NAN);
    }
    let eigen = SymmetricEigen::new(DMatrix::from_fn(n, n, |i, j| products[(i, j)]));
    let floor = eigen.eigenvalues.max() * RCOND * RCOND;
    let mut inverse = Array2::zeros((n, n));
    for (vector, &value) in eigen.eigenvectors.column_iter().zip(eigen.eigenvalues.iter()) {
        if value > floor {
            inverse += &Array2::from_shape_fn((n, n), |(i, j)| vector[i] * vector[j] / value);
        }
    }
    inverse
}

/// Where a dose lies between none (0) and `highest` (1) on scVIDR's scale, `ln(1 + dose) / ln(1 + highest)`; both in the
/// data set's unit, on which it depends.
#[must_use]
pub fn log_dose_factor(dose: f64, highest: f64) -> f64 {
    dose.ln_1p() / highest.ln_1p()
}

/// Remarks on arms whose response only one type shows: a regression needs two.
pub(super) fn lone_donor_notes(data: &TrainingSet, arms: &[usize]) -> Vec<String> {
    let mut lone: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for &arm in arms {
        if let [donor] = data.donors(arm)[..] {
            lone.entry(donor).or_default().push(&data.arms()[arm].label);
        }
    }
    let types = &data.prepared().design.cell_types;
    let note = |(donor, arms): (usize, Vec<&str>)| {
        let (donor, arms) = (&types[donor], arms.join(", "));
        format!("only {donor} shows the response to {arms}, so its shift is used without a regression.")
    };
    lone.into_iter().map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn one_type_gives_its_shift_and_none_no_shift() {
        let (control, treated) = (array![[1.0, 2.0]], array![[2.0, 5.0]]);
        let target = array![9.0, -4.0];
        assert_eq!(regressed_shift(&control, &treated, &target), array![1.0, 3.0]);
        let none = Array2::zeros((0, 2));
        assert_eq!(regressed_shift(&none, &none, &target), array![0.0, 0.0]);
    }

    #[test]
    fn equal_centroids_have_no_slope() {
        let (control, treated) = (array![[1.0, 2.0], [1.0, 2.0]], array![[2.0, 2.0], [4.0, 2.0]]);
        assert_eq!(regressed_shift(&control, &treated, &array![7.0, 7.0]), array![2.0, 0.0]);
    }

    #[test]
    fn a_line_through_two_types_is_followed() {
        let (control, treated) = (array![[0.0, 0.0], [2.0, 0.0]], array![[1.0, 0.0], [5.0, 1.0]]);
        let shift = regressed_shift(&control, &treated, &array![3.0, 8.0]);
        assert!((shift - array![4.0, 1.5]).iter().all(|v| v.abs() < 1e-12));
    }
}
