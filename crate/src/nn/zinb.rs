//! The zero-inflated negative binomial, from tensor operations.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

use super::negative_binomial;

/// Added to every rate by scVI's likelihoods, so that no count is impossible where a rate is 0. Counts below it are zeros.
pub const RATE_FLOOR: f64 = 1e-8;

/// Log-likelihood of counts `y` under a negative binomial (mean `mu`, inverse dispersion `theta`) with excess zeros of
/// probability `sigmoid(logits)`, entry by entry, without the part that depends on the counts alone
/// ([`super::negative_binomial_constant`]).
///
/// With `nb` the log-likelihood of [`negative_binomial`] and `sp` the softplus it is `sp(nb - logits) - sp(-logits)` for
/// y = 0 and `nb - sp(logits)` above. With `mu` raised by [`RATE_FLOOR`] it is `log_zinb_positive` of scvi-tools, whose
/// other floors change it by no more than 1e-8.
///
/// # Shapes
/// All broadcast to that of `logits`.
#[must_use]
pub fn zero_inflated_negative_binomial<const D: usize>(
    y: Tensor<D>,
    mu: Tensor<D>,
    theta: Tensor<D>,
    logits: Tensor<D>,
) -> Tensor<D> {
    let is_zero = y.clone().expand(logits.dims()).lower_elem(RATE_FLOOR);
    let without_constant = Tensor::zeros([1; D], &y.device());
    let nb = negative_binomial(y, without_constant, mu, theta);
    let zero = log_sigmoid(logits.clone()) - log_sigmoid(logits.clone() - nb.clone());
    let above = nb + log_sigmoid(-logits);
    above.mask_where(is_zero, zero)
}
