//! Tails of the normal, t, F and chi-square distributions, accurate relative to their size down to about `1e-300`.
//!
//! Source of the continued fractions: NIST Digital Library of Mathematical Functions, 7.9.4, 8.9.2 and 8.17.22, evaluated by
//! Lentz's method. Compared with scipy in `tests/metrics_response.rs`.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// A continued fraction ends when a step changes it by less than this.
const TOLERANCE: f64 = 1e-16;
/// Steps after which a continued fraction gives up; degrees of freedom of a million take about a thousand.
const MAX_STEPS: usize = 20_000;
/// What replaces a denominator of 0 in Lentz's method.
const TINY: f64 = 1e-300;

/// `P(|Z| >= |z|)` of a standard normal `Z`; NaN for NaN.
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() * FRAC_1_SQRT_2)
}

/// `P(|T| >= |t|)` of Student's t with `df` degrees of freedom (above 0, not necessarily whole); NaN for NaN.
#[must_use]
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let ratio = t * t / df;
    incomplete_beta(df / 2.0, 0.5, ratio)
}

/// `P(F >= f)` of the F distribution with `d1` and `d2` degrees of freedom; NaN for NaN.
#[must_use]
pub fn f_upper(f: f64, d1: f64, d2: f64) -> f64 {
    if f.is_nan() || !(d1 > 0.0 && d2 > 0.0) {
        return f64::NAN;
    }
    incomplete_beta(d2 / 2.0, d1 / 2.0, f.max(0.0) * d1 / d2)
}

/// `P(X >= x)` of the chi-square distribution with `df` degrees of freedom; NaN for NaN, and for `df` of 0 or less.
#[must_use]
pub fn chi2_upper(x: f64, df: f64) -> f64 {
    if x.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    let (a, z) = (df / 2.0, x / 2.0);
    if z <= 0.0 {
        return 1.0;
    }
    if z == f64::INFINITY {
        return 0.0;
    }
    let front = a * z.ln() - z - ln_gamma(a);
    if z < a + 1.0 {
        // The lower tail by a series of positive terms.
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > 1e-17 * sum {
            n += 1.0;
            term *= z / n;
            sum += term;
        }
        return (1.0 - front.exp() * sum).max(0.0);
    }
    let fraction = lentz(z + 1.0 - a, |k| (-(k as f64) * (k as f64 - a), z + 2.0 * k as f64 + 1.0 - a));
    front.exp() / fraction
}

/// The `f` with `P(F >= f) = tail`, `0 < tail < 1`, by bisection to `1e-12` of it.
#[must_use]
pub fn f_upper_quantile(tail: f64, d1: f64, d2: f64) -> f64 {
    let (mut low, mut high) = (-700.0_f64, 700.0_f64);
    while high - low > 1e-12 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if f_upper(middle.exp(), d1, d2) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high).exp()
}

/// The complementary error function for `x >= 0`.
fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 27.5 {
        return 0.0; // below the smallest number
    }
    if x < 2.0 {
        // erf by a series of positive terms.
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > 1e-17 * sum {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return 1.0 - 2.0 / PI.sqrt() * (-x * x).exp() * sum;
    }
    // x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...
    let fraction = lentz(x, |k| (0.5 * k as f64, x));
    exp_of_minus_square(x) / (PI.sqrt() * fraction)
}

/// `exp(-x^2)`: the rounding of `x^2`, up to `1e-13` for what is still a number, is added back.
fn exp_of_minus_square(x: f64) -> f64 {
    let square = x * x;
    (-square).exp() * (-x.mul_add(x, -square)).exp()
}

/// The regularised incomplete beta function `I_x(a, b)` at `x = 1 / (1 + ratio)`.
///
/// Taking the ratio `(1 - x) / x` keeps both ends accurate.
fn incomplete_beta(a: f64, b: f64, ratio: f64) -> f64 {
    if ratio == 0.0 {
        return 1.0;
    }
    if ratio == f64::INFINITY {
        return 0.0;
    }
    let (x, y) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
    let (ln_x, ln_y) = (-ratio.ln_1p(), -(1.0 / ratio).ln_1p());
    let front = (a * ln_x + b * ln_y - ln_beta(a, b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front / (a * beta_fraction(a, b, x))
    } else {
        1.0 - front / (b * beta_fraction(b, a, y))
    }
}

/// The denominator `1 + d1/(1 + d2/(1 + ...` of DLMF 8.17.22.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let coefficient = |k: usize| {
        let m = (k / 2) as f64;
        let numerator = if k.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        (numerator, 1.0)
    };
    lentz(1.0, coefficient)
}

/// `start + a_1/(b_1 + a_2/(b_2 + ...` with `(a_k, b_k) = coefficient(k)`.
fn lentz(start: f64, coefficient: impl Fn(usize) -> (f64, f64)) -> f64 {
    let floor = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut value = floor(start);
    let (mut c, mut d) = (value, 0.0);
    for k in 1..=MAX_STEPS {
        let (a, b) = coefficient(k);
        d = 1.0 / floor(b + a * d);
        c = floor(b + a / c);
        value *= c * d;
        if (c * d - 1.0).abs() < TOLERANCE {
            break;
        }
    }
    value
}

/// `ln B(a, b)`, without subtracting large logarithms of the gamma function from each other.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < 10.0 {
        return ln_gamma(small) + ln_gamma(large) - ln_gamma(small + large);
    }
    // ln gamma(large + small) - ln gamma(large) by Stirling's formula.
    let sum = large + small;
    let growth = (large - 0.5) * (small / large).ln_1p() + small * sum.ln() - small;
    ln_gamma(small) - growth - (stirling(sum) - stirling(large))
}

/// `ln gamma(x)` for `x > 0`.
fn ln_gamma(x: f64) -> f64 {
    // Up to where Stirling's series is accurate, dividing by what that multiplies.
    let (mut shifted, mut product) = (x, 1.0);
    while shifted < 10.0 {
        product *= shifted;
        shifted += 1.0;
    }
    (shifted - 0.5) * shifted.ln() - shifted + 0.5 * (2.0 * PI).ln() + stirling(shifted) - product.ln()
}

/// What Stirling's formula leaves out of `ln gamma(x)`, for `x >= 10`.
fn stirling(x: f64) -> f64 {
    let square = 1.0 / (x * x);
    let series = 1.0 / 1260.0
        - square * (1.0 / 1680.0 - square * (1.0 / 1188.0 - square * (691.0 / 360_360.0 - square / 156.0)));
    (1.0 / 12.0 - square * (1.0 / 360.0 - square * series)) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 1e-12, "got {got:e}, expected {expected:e}");
    }

    #[test]
    fn known_values() {
        close(normal_two_sided(1.959_963_984_540_054), 0.05);
        close(t_two_sided(1.0, 1.0), 0.5);
        // Two degrees of freedom: 1 - t / sqrt(2 + t^2).
        close(t_two_sided(3.0, 2.0), 1.0 - 3.0 / 11.0_f64.sqrt());
        // d1 = 2: (1 + 2 f / d2)^(-d2 / 2).
        close(f_upper(200.0, 2.0, 60.0), (1.0 + 400.0 / 60.0_f64).powf(-30.0));
        close(f_upper_quantile(0.05, 1.0, 1.0), 161.447_638_797_588_27);
        // Two degrees of freedom: exp(-x / 2). One: that of a normal. Four: (1 + x / 2) exp(-x / 2).
        for x in [1e-6, 0.3, 1.9, 2.1, 9.0, 80.0, 700.0] {
            close(chi2_upper(x, 2.0), (-0.5 * x).exp());
            close(chi2_upper(x, 4.0), (1.0 + 0.5 * x) * (-0.5 * x).exp());
            close(chi2_upper(x, 1.0), normal_two_sided(x.sqrt()));
        }
        close(ln_gamma(0.5), PI.sqrt().ln());
    }

    #[test]
    fn ends_and_nonsense() {
        assert!((normal_two_sided(0.0) - 1.0).abs() < 1e-15 && (t_two_sided(0.0, 5.0) - 1.0).abs() < 1e-15);
        assert!(normal_two_sided(f64::NEG_INFINITY) < 1e-320 && t_two_sided(f64::INFINITY, 5.0) < 1e-320);
        assert!(normal_two_sided(f64::NAN).is_nan() && t_two_sided(1.0, f64::NAN).is_nan());
        assert!(f_upper(1.0, 0.0, 3.0).is_nan());
        assert!(chi2_upper(1.0, 0.0).is_nan() && chi2_upper(f64::NAN, 1.0).is_nan());
        assert!((chi2_upper(0.0, 3.0) - 1.0).abs() < 1e-15 && chi2_upper(f64::INFINITY, 3.0) < 1e-320);
    }
}
