//! Soft clusters and their self-made target (Xie, Girshick & Farhadi 2016).

use burn::tensor::{Tensor, activation::log_softmax};

/// Shares below this count as this in the logarithm of the target.
const LEAST_SHARE: f64 = 1e-30;

/// The logarithms of the shares of every cell in every cluster, `q_ij = k(z_i, mu_j) / sum_l k(z_i, mu_l)`, with the Student-t kernel
/// of one degree of freedom, `k(a, b) = 1 / (1 + |a - b|^2)`.
///
/// # Shapes
/// `z` is `[R, n, d]`, `centroids` `[R, K, d]`; to `[R, n, K]`.
#[must_use]
pub fn log_shares(z: Tensor<3>, centroids: Tensor<3>) -> Tensor<3> {
    let of_cells = z.clone().square().sum_dim(2);
    let of_centroids = centroids.clone().square().sum_dim(2).swap_dims(1, 2);
    let distances = (of_cells + of_centroids - z.matmul(centroids.swap_dims(1, 2)) * 2.0).clamp_min(0.0);
    log_softmax(-distances.log1p(), 2)
}

/// The Kullback-Leibler divergence of the shares from the target, `sum_j p_ij (ln p_ij - ln q_ij)`, mean over the cells.
///
/// # Shapes
/// Both `[R, n, K]`, to `[R]`.
#[must_use]
pub fn divergence(target: Tensor<3>, log_shares: Tensor<3>) -> Tensor<1> {
    let replicas = target.dims()[0];
    let terms = target.clone() * (target.clamp_min(LEAST_SHARE).log() - log_shares);
    terms.sum_dim(2).mean_dim(1).reshape([replicas])
}

/// The target of shares of all cells (row-major, `k` clusters): `p_ij = (q_ij^2 / f_j) / sum_l (q_il^2 / f_l)` with the sizes of the
/// clusters `f_j = sum_i q_ij`.
#[must_use]
pub fn target(shares: &[f32], k: usize) -> Vec<f32> {
    let mut sizes = vec![0.0_f64; k];
    for row in shares.chunks_exact(k) {
        sizes.iter_mut().zip(row).for_each(|(size, &share)| *size += f64::from(share));
    }
    let mut target = Vec::with_capacity(shares.len());
    for row in shares.chunks_exact(k) {
        let squared =
            row.iter().zip(&sizes).map(|(&share, size)| f64::from(share).powi(2) / size.max(f64::MIN_POSITIVE));
        let squared: Vec<f64> = squared.collect();
        let sum: f64 = squared.iter().sum();
        target.extend(squared.iter().map(|value| (value / sum) as f32));
    }
    target
}

/// The cluster of which a cell has the largest share, the first of them, for every row.
pub(super) fn labels(shares: &[f32], k: usize) -> Vec<u32> {
    let largest = |row: &[f32]| (0..k).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0) as u32;
    shares.chunks_exact(k).map(largest).collect()
}
