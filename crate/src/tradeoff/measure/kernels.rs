//! Measures from kernels of pairs of cells, without a critic.
//!
//! Both are quadratic forms `w' K w` of the kernel matrix of a group with weights that only the batches decide, so no cell has to be
//! sorted by batch on the device.

use burn::tensor::{Device, Tensor};

use crate::nn::to_tensor;

use super::cells::Cells;
use super::{Measure, MeasureError};

/// Keeps roots and divisions from 0, where their gradients are infinite.
const GUARD: f64 = 1e-8;

/// Maximum mean discrepancy, one value for each group: the root of `mean k(x, x') + mean k(y, y') - 2 mean k(x, y)`, diagonals
/// included.
///
/// `k(a, b) = mean_i exp(-sqrt(d) |a - b|^2 / (2 b_i^2))` over the bandwidths `b_i`, as in the paper's code (and `mmd_rbf` of Lopez
/// et al. 2018). With two batches x are the cells of one and y of the other; with more the sum over batches of the distance to all
/// cells of the group. The root is that of `max(m, 0) + 1e-8`; the paper's has no guard, and an infinite gradient at 0.
///
/// # Shapes
/// `z` is `[R * groups, n, d]`; `weights`, of the cells in each contrast of batches, `[R * groups, n, contrasts]`; to `[R * groups]`.
#[must_use]
pub fn mmd(z: Tensor<3>, weights: Tensor<3>, bandwidths: &[f64], standardise: bool) -> Tensor<1> {
    let groups = z.dims()[0];
    let scale = (z.dims()[2] as f64).sqrt();
    let distances = squared_distances(if standardise { standardised(z) } else { z });
    let kernel = |b: &f64| (distances.clone() * (-scale / (2.0 * b * b))).exp();
    let kernels = bandwidths.iter().map(kernel).reduce(|sum, kernel| sum + kernel);
    // There is always a bandwidth.
    let kernels = kernels.map_or_else(|| distances.zeros_like(), |sum| sum / bandwidths.len() as f64);
    guarded_root(forms(kernels, weights)).sum_dim(2).reshape([groups])
}

/// The root of the Hilbert-Schmidt independence criterion, biased V-statistic (Gretton et al. 2005, as Lopez et al. 2018 use it):
/// `HSIC = mean_ij K_ij M_ij + mean K mean M - 2 mean_i(mean_j K_ij mean_j M_ij) = tr(K H M H) / n^2`.
///
/// `K_ij = exp(-gamma |z_i - z_j|^2)` with `gamma = 1 / (2 g^2)` and g the expected length of a standard normal difference,
/// `g = 2 Gamma((d + 1) / 2) / Gamma(d / 2)`; `M_ij = 1` for cells of one batch, else 0. Guarded like [`mmd`].
///
/// # Shapes
/// As for [`mmd`].
#[must_use]
pub fn hsic(z: Tensor<3>, weights: Tensor<3>, standardise: bool) -> Tensor<1> {
    let groups = z.dims()[0];
    let gamma = 1.0 / (2.0 * expected_distance(z.dims()[2]).powi(2));
    let kernel = (squared_distances(if standardise { standardised(z) } else { z }) * -gamma).exp();
    guarded_root(forms(kernel, weights).sum_dim(2)).reshape([groups])
}

/// The weights of the quadratic forms, `[R * groups, n, contrasts]`.
///
/// MMD of two batches: `1/n_0` for the cells of the first, `-1/n_1` for the second. Of more: for each batch `1/n_b` for its cells, less
/// `1/n` for every cell. HSIC, with the delta kernel written as one-hot codes `Y`: the columns of `H Y / n`.
pub(super) fn contrasts(measure: Measure, cells: &Cells, device: &Device) -> Result<Tensor<3>, MeasureError> {
    let (n, batches) = (cells.per_group(), cells.batches);
    let counts = cells.counts();
    if measure == Measure::Mmd {
        let absent = |(i, counts): (usize, &Vec<usize>)| Some((i, counts.iter().position(|&count| count == 0)?));
        if let Some((i, batch)) = counts.iter().enumerate().find_map(absent) {
            return Err(MeasureError::BatchAbsent { measure: measure.name(), group: i % cells.groups, batch });
        }
    }
    let share = |count: usize| count as f64 / n as f64;
    let weight = |code: usize, batch: usize, counts: &[usize]| match measure {
        Measure::Mmd if batches == 2 => (1.0 - 2.0 * code as f64) / counts[code] as f64,
        Measure::Mmd => f64::from(u8::from(code == batch)) / counts[batch] as f64 - 1.0 / n as f64,
        _ => (f64::from(u8::from(code == batch)) - share(counts[batch])) / n as f64,
    };
    let columns = if measure == Measure::Mmd && batches == 2 { 1 } else { batches };
    let groups = cells.codes.iter().flat_map(|codes| codes.chunks_exact(n)).zip(&counts);
    let values = groups.flat_map(|(group, counts)| {
        let row = move |&code: &u32| (0..columns).map(move |batch| weight(code as usize, batch, counts) as f32);
        group.iter().flat_map(row).collect::<Vec<_>>()
    });
    Ok(to_tensor(values.collect(), [counts.len(), n, columns], device))
}

/// `w' K w` for every column of weights, `[groups, 1, contrasts]`.
fn forms(kernel: Tensor<3>, weights: Tensor<3>) -> Tensor<3> {
    (kernel.matmul(weights.clone()) * weights).sum_dim(1)
}

fn guarded_root(squares: Tensor<3>) -> Tensor<3> {
    (squares.clamp_min(0.0) + GUARD).sqrt()
}

/// Mean 0 and sample variance 1 of every dimension within the group.
fn standardised(z: Tensor<3>) -> Tensor<3> {
    let n = z.dims()[1];
    let centred = z.clone() - z.mean_dim(1);
    let variance = centred.clone().square().sum_dim(1) / (n as f64 - 1.0).max(1.0);
    centred / (variance + GUARD).sqrt()
}

/// `[groups, n, d]` to `[groups, n, n]`.
fn squared_distances(z: Tensor<3>) -> Tensor<3> {
    let norms = z.clone().square().sum_dim(2);
    let products = z.clone().matmul(z.swap_dims(1, 2));
    (norms.clone() + norms.swap_dims(1, 2) - products * 2.0).clamp_min(0.0)
}

/// `2 Gamma((d + 1) / 2) / Gamma(d / 2)`, by `g(1) = 2 / sqrt(pi)`, `g(d) g(d + 1) = 2 d`.
fn expected_distance(d: usize) -> f64 {
    (1..d).fold(2.0 / std::f64::consts::PI.sqrt(), |g, i| 2.0 * i as f64 / g)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_2_SQRT_PI;

    use super::*;

    #[test]
    fn the_expected_distance_is_that_of_gamma_functions() {
        // scipy: 2 * gamma((d + 1) / 2) / gamma(d / 2)
        let expected = [(1, FRAC_2_SQRT_PI), (2, 1.772_453_850_9), (5, 3.009_011_112_3), (10, 4.361_898_148_7)];
        for (d, expected) in expected {
            assert!((expected_distance(d) - expected).abs() < 1e-9, "{d}: {}", expected_distance(d));
        }
    }
}
