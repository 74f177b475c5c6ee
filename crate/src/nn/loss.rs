//! Terms of losses that models share.

use burn::tensor::{Tensor, activation::log_sigmoid};

/// Mean over cells and features of the squares of a difference.
///
/// # Shapes
/// `[R, cells, features]` to `[R]`.
#[must_use]
pub fn mean_squared(difference: Tensor<3>) -> Tensor<1> {
    let replicas = difference.dims()[0];
    difference.square().mean_dim(2).mean_dim(1).reshape([replicas])
}

/// The Kullback-Leibler divergence of normal distributions from the standard normal, `-0.5 sum(1 + log_var - mean^2 -
/// exp(log_var))`, mean over cells.
///
/// # Shapes
/// Both `[R, cells, latent]`, to `[R]`.
#[must_use]
pub fn divergence(mean: &Tensor<3>, log_var: &Tensor<3>) -> Tensor<1> {
    let replicas = mean.dims()[0];
    let terms = mean.clone().square() + log_var.clone().exp() - log_var.clone() - 1.0;
    (terms.sum_dim(2).mean_dim(1) * 0.5).reshape([replicas])
}

/// Binary cross-entropy of logits, `-(t ln s(x) + (1 - t) ln s(-x))`, entry by entry.
#[must_use]
pub fn binary_cross_entropy(logits: Tensor<3>, targets: Tensor<3>) -> Tensor<3> {
    let other = (targets.clone() * -1.0 + 1.0) * log_sigmoid(logits.clone() * -1.0);
    (targets * log_sigmoid(logits) + other) * -1.0
}
