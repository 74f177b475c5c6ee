//! Exponential and logarithm in single precision from plain arithmetic without branches, so that the compiler can work on
//! several numbers at once (the ones of the standard library are calls), and with the same bits on every machine.
//!
//! Polynomials are those of Moshier's Cephes library (`expf`, `logf`).

/// `exp(x)` within 2e-7 (relative), for `x` clamped to -87 to 88, where results are neither subnormal nor infinite. NaN
/// stays NaN.
#[inline]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding it rounds to a whole number, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first of few digits.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let series = 1.987_569_1e-4 * r + 1.398_2e-3;
    let series = ((series * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r + 1.666_666_5e-1;
    let series = (series * r + 0.5) * r * r + r + 1.0;
    series * f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3f80_0000))
}

/// `ln(x)` within 2e-7 (relative, or absolute near 1) for normal `x` above 0. Infinity and NaN give NaN.
#[inline]
pub(super) fn ln(x: f32) -> f32 {
    /// Bits of sqrt(1/2).
    const ROOT: u32 = 0x3f35_04f3;
    let exponent = x.to_bits().wrapping_sub(ROOT).cast_signed() >> 23;
    let f = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23).cast_unsigned())) - 1.0;
    let e = exponent as f32;
    let series = 7.037_683_6e-2 * f - 1.151_461e-1;
    let series = ((series * f + 1.167_699_9e-1) * f - 1.242_014_1e-1) * f + 1.424_932_3e-1;
    let series = (((series * f - 1.666_805_8e-1) * f + 2.000_071_5e-1) * f - 2.499_999_4e-1) * f + 3.333_333e-1;
    let square = f * f;
    let y = series * f * square + e * -2.121_944_4e-4 - 0.5 * square;
    // The last term is 0, or NaN where x is not finite.
    f + y + e * 0.693_359_4 + x * 0.0
}

/// `ln(1 + x)` within 3e-7 (relative) for `x` above -1.
#[inline]
pub(super) fn ln_1p(x: f32) -> f32 {
    let above = 1.0 + x;
    // What rounding has taken from x.
    ln(above) + (x - (above - 1.0)) / above
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(what: &str, found: f32, expected: f64, tolerance: f64, absolute: f64) {
        let error = (f64::from(found) - expected).abs();
        assert!(error <= tolerance * expected.abs() + absolute, "{what} = {found}, expected {expected}");
    }

    #[test]
    fn they_are_what_the_standard_library_says() {
        for i in -8700..8800 {
            let x = i as f32 * 0.01 + 0.0037;
            check(&format!("exp({x})"), exp(x), f64::from(x).exp(), 2e-7, 0.0);
            let y = f64::from(x).exp() as f32;
            check(&format!("ln({y})"), ln(y), f64::from(y).ln(), 2e-7, 1e-7);
            check(&format!("ln_1p({y})"), ln_1p(y), f64::from(y).ln_1p(), 3e-7, 0.0);
        }
        for i in 1..2000 {
            let x = i as f32 * 1e-3;
            check(&format!("ln({x})"), ln(x), f64::from(x).ln(), 2e-7, 1e-7);
            check(&format!("ln_1p({})", x - 0.999), ln_1p(x - 0.999), f64::from(x - 0.999).ln_1p(), 3e-7, 0.0);
        }
        assert_eq!((exp(0.0), ln(1.0), ln_1p(0.0)), (1.0, 0.0, 0.0));
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        assert!(exp(f32::NAN).is_nan() && ln(f32::NAN).is_nan() && ln_1p(f32::NAN).is_nan());
        assert!(ln(f32::INFINITY).is_nan() && exp(-1e9) > 0.0 && exp(1e9).is_finite());
    }
}
