//! Likelihoods of counts, in forms that keep single precision.

use burn::tensor::Tensor;

/// Half of ln(2 pi).
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// Below this Binet's function is reached by recurrence, above it by its series.
const SERIES_FROM: f64 = 8.0;
/// Steps of the recurrence.
const SHIFT: usize = 4;

/// The logarithm of the gamma function of a positive tensor: `(x - 1/2) ln x - x + ln(2 pi) / 2 + r(x)`, with Binet's
/// [`binet`] as r. Differentiable; within 1e-5 (relative or absolute) in single precision.
#[must_use]
pub fn ln_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (x.clone() - 0.5) * x.clone().log() - x.clone() + HALF_LN_TWO_PI + binet(x)
}

/// What Stirling's formula leaves of ln Gamma: `1/(12 x) - 1/(360 x^3) + 1/(1260 x^5)`, for small arguments by
/// `r(x) = r(x + 1) + (x + 1/2) ln(1 + 1/x) - 1`.
#[must_use]
pub fn binet<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let series = |x: Tensor<D>| {
        let inverse = x.recip();
        let square = inverse.clone().square();
        inverse * ((square.clone() * (1.0 / 1260.0) - 1.0 / 360.0) * square + 1.0 / 12.0)
    };
    // Clamped on both sides, so that the branch that is not taken has a finite gradient too.
    let small = x.clone().clamp_max(SERIES_FROM);
    let mut shifted = series(small.clone() + SHIFT as f64);
    for step in 0..SHIFT {
        let at = small.clone() + step as f64;
        shifted = shifted + (at.clone() + 0.5) * at.recip().log1p() - 1.0;
    }
    let large = series(x.clone().clamp_min(SERIES_FROM));
    let is_small = x.lower_elem(SERIES_FROM);
    large.mask_where(is_small, shifted)
}

/// `exp(x) - 1`, which keeps its digits near 0. Differentiable; within 1e-6 (relative) in single precision.
#[must_use]
pub fn exp_m1<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    const SERIES_BELOW: f64 = 0.1;
    let series = x.clone() * (((x.clone() / 4.0 + 1.0) * x.clone() / 3.0 + 1.0) * x.clone() / 2.0 + 1.0);
    let is_small = x.clone().abs().lower_elem(SERIES_BELOW);
    (x.exp() - 1.0).mask_where(is_small, series)
}

/// The part of the negative binomial's log-likelihood that depends on the count alone: `-ln(2 pi y) / 2 - r(y)`, and 0
/// for y = 0. `y` need not be whole.
#[must_use]
pub fn negative_binomial_constant(y: f64) -> f64 {
    if y <= 0.0 {
        return 0.0;
    }
    -HALF_LN_TWO_PI - 0.5 * y.ln() - binet_and_slope(y).0
}

/// [`binet`] of a positive number in double precision, and its derivative.
pub(in crate::nn) fn binet_and_slope(x: f64) -> (f64, f64) {
    let (mut x, mut value, mut slope) = (x, 0.0, 0.0);
    while x < SERIES_FROM {
        let step = x.recip().ln_1p();
        value += (x + 0.5) * step - 1.0;
        slope += step - (x + 0.5) / (x * (x + 1.0));
        x += 1.0;
    }
    value += 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    slope += 1.0 / (120.0 * x.powi(4)) - 1.0 / (12.0 * x.powi(2)) - 1.0 / (252.0 * x.powi(6));
    (value, slope)
}

/// Log-likelihood of counts `y` under a negative binomial with mean `mu` and inverse dispersion `theta`
/// (variance `mu + mu^2 / theta`), entry by entry.
///
/// `ln Gamma(y + theta) - ln Gamma(theta) - ln Gamma(y + 1) + theta ln(theta / (theta + mu)) + y ln(mu / (theta + mu))`
/// is a difference of numbers as large as `y ln y`. Written around its maximum at `mu = y` it is
/// `y ln(mu (theta + y) / (y (theta + mu))) - theta ln((theta + mu) / (theta + y)) + ln(theta / (y + theta)) / 2 +
/// r(y + theta) - r(theta)` plus `constant` ([`negative_binomial_constant`] of y), where nothing large cancels.
#[must_use]
pub fn negative_binomial<const D: usize>(
    y: Tensor<D>,
    constant: Tensor<D>,
    mu: Tensor<D>,
    theta: Tensor<D>,
) -> Tensor<D> {
    /// Where y is 0 its logarithm is multiplied by 0, and must be finite.
    const LEAST: f64 = 1e-6;
    let (both, with_mu, difference) = (y.clone() + theta.clone(), theta.clone() + mu.clone(), mu.clone() - y.clone());
    let below = y.clone().clamp_min(LEAST) * with_mu.clone();
    let fit = y * ln_ratio(mu * both.clone(), below, theta.clone() * difference.clone());
    let spread = theta.clone() * ln_ratio(with_mu, both.clone(), difference);
    let ratio = (theta.clone() / both.clone()).log() * 0.5;
    fit - spread + ratio + binet(both) - binet(theta) + constant
}

/// `ln(a / b)` where `difference = a - b` is known better than from a and b: near 1 it is the distance from 1 that counts.
fn ln_ratio<const D: usize>(a: Tensor<D>, b: Tensor<D>, difference: Tensor<D>) -> Tensor<D> {
    const NEAR: f64 = 0.5;
    let change = difference / b.clone();
    let is_near = change.clone().abs().lower_elem(NEAR);
    // Clamped, so that the branch that is not taken has a finite gradient too.
    (a / b).log().mask_where(is_near, change.clamp(-NEAR, NEAR).log1p())
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn exp_m1_keeps_its_digits() {
        let x = [-3.0_f32, -0.11, -0.09, -1e-6, 0.0, 1e-8, 0.05, 0.0999, 0.1001, 4.0];
        let found = exp_m1(Tensor::<1>::from_data(TensorData::from(x), &Device::flex())).into_data();
        for (x, found) in x.iter().zip(found.iter::<f64>()) {
            let expected = f64::from(*x).exp_m1();
            assert!((found - expected).abs() <= 1.5e-6 * expected.abs(), "exp({x}) - 1: {found}, expected {expected}");
        }
    }
}
