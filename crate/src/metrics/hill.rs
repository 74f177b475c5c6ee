//! Dose-response curves.

use serde::{Deserialize, Serialize};

use super::tails::{f_upper, f_upper_quantile};
use super::{MetricError, check_width};

/// A fitted Hill curve `y = bottom + (top - bottom) / (1 + (ec50 / dose)^slope)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HillFit {
    /// Value at dose 0.
    pub bottom: f64,
    /// Value that is approached at high doses; below `bottom` for a falling curve.
    pub top: f64,
    /// Dose of half the effect, in the doses' unit.
    pub ec50: f64,
    /// Lower end of the 95 % profile interval of `ec50`; `None` where the data do not bound it.
    pub ec50_low: Option<f64>,
    /// Its upper end.
    pub ec50_high: Option<f64>,
    /// Hill coefficient.
    pub slope: f64,
    /// Share of the (weighted) variance of the values that the curve explains.
    pub r2: f64,
    /// F test of the curve against a constant.
    pub p_value: f64,
    /// The best `ec50` lies at the end of the range that was searched: it is a bound, not an estimate.
    pub at_edge: bool,
}

impl HillFit {
    /// The curve's value at a dose.
    #[must_use]
    pub fn at(&self, dose: f64) -> f64 {
        self.bottom + (self.top - self.bottom) * saturation(dose.ln(), self.ec50.ln(), self.slope)
    }
}

/// `1 / (1 + (ec50 / dose)^slope)`; 0 at dose 0.
fn saturation(ln_dose: f64, ln_ec50: f64, slope: f64) -> f64 {
    1.0 / (1.0 + (slope * (ln_ec50 - ln_dose)).exp())
}

/// The least `slope`, and the largest.
const SLOPES: (f64, f64) = (0.3, 8.0);
/// How far beyond the doses the `ec50` is searched: a decade.
const BEYOND: f64 = std::f64::consts::LN_10;
/// Points of the first search over `ln ec50`, and over `ln slope`.
const GRID: (usize, usize) = (61, 14);
/// Parameters of a curve, and those more than a constant has.
const PARAMETERS: (f64, f64) = (4.0, 3.0);

/// Fits the curve by least squares, weighted by `weights` (such as cells per dose; equal for `None`).
///
/// For a given `ec50` and `slope` the best `bottom` and `top` are those of a linear regression, which leaves two parameters to
/// search: `slope` in 0.3 to 8 and `ec50` from a tenth of the lowest dose above 0 to ten times the highest.
/// The interval holds every `ec50` whose best curve is not worse than the best by the F test (1 and `n - 4` degrees of
/// freedom, 95 %); it has no end on a side where it leaves that range, and none at all where the curve is not better than a
/// constant (`p_value >= 0.05`) or there are no more values than parameters (`p_value` is 1 then).
///
/// Errors: lists of different lengths, values that are not finite, doses or weights below 0, fewer than 4 different doses
/// (of weight above 0). One of them may be 0, where the curve is at `bottom`.
pub fn fit(doses: &[f64], values: &[f64], weights: Option<&[f64]>) -> Result<HillFit, MetricError> {
    let problem = Problem::new(doses, values, weights)?;
    let constant = problem.constant();
    let n = problem.points.len() as f64;
    let best = problem.best();
    let curve = problem.linear(best.ln_ec50, best.slope);
    let free = n - PARAMETERS.0;
    // Values that are all the same up to rounding have no curve.
    let flat =
        constant.rest <= 1e-24 * problem.points.iter().map(|point| point.weight * point.value.powi(2)).sum::<f64>();
    let f = (constant.rest - curve.rest).max(0.0) / PARAMETERS.1 / (curve.rest / free);
    let p_value = if flat || free <= 0.0 || f.is_nan() { 1.0 } else { f_upper(f, PARAMETERS.1, free) };
    let (low, high) = problem.range;
    let interval = |end: f64| {
        let limit = curve.rest * (1.0 + f_upper_quantile(0.05, 1.0, free) / free);
        problem.crossing(best.ln_ec50, end, limit).map(f64::exp)
    };
    let claimed = p_value < 0.05;
    let edge = 1e-4 * (high - low);
    Ok(HillFit {
        bottom: curve.bottom,
        top: curve.bottom + curve.effect,
        ec50: best.ln_ec50.exp(),
        ec50_low: if claimed { interval(low) } else { None },
        ec50_high: if claimed { interval(high) } else { None },
        slope: best.slope,
        r2: if flat { 0.0 } else { 1.0 - curve.rest / constant.rest },
        p_value,
        at_edge: best.ln_ec50 - low < edge || high - best.ln_ec50 < edge,
    })
}

struct Point {
    /// Negative infinity for dose 0.
    ln_dose: f64,
    value: f64,
    weight: f64,
}

/// What is fitted.
struct Problem {
    points: Vec<Point>,
    /// Where `ln ec50` is searched.
    range: (f64, f64),
}

/// `bottom + effect * saturation`, and the sum of squares that it leaves.
struct Linear {
    bottom: f64,
    effect: f64,
    rest: f64,
}

/// The best slope for an `ec50`.
struct Profile {
    ln_ec50: f64,
    slope: f64,
    rest: f64,
}

impl Problem {
    fn new(doses: &[f64], values: &[f64], weights: Option<&[f64]>) -> Result<Self, MetricError> {
        check_width(("the doses", doses.len()), ("the values", values.len()))?;
        let equal = vec![1.0; doses.len()];
        let weights = weights.unwrap_or(&equal);
        check_width(("the doses", doses.len()), ("the weights", weights.len()))?;
        for (group, list) in [("the doses", doses), ("the values", values), ("the weights", weights)] {
            if let Some(row) = list.iter().position(|value| !value.is_finite()) {
                return Err(MetricError::NotFinite { group, row, column: 0, value: list[row] });
            }
        }
        for (name, list) in [("a dose", doses), ("a weight", weights)] {
            if let Some(&value) = list.iter().find(|&&value| value < 0.0) {
                return Err(MetricError::Setting { name, value, rule: "0 or more" });
            }
        }
        let points: Vec<Point> = doses
            .iter()
            .zip(values)
            .zip(weights)
            .filter(|&(_, &weight)| weight > 0.0)
            .map(|((&dose, &value), &weight)| Point { ln_dose: dose.ln(), value, weight })
            .collect();
        let mut levels: Vec<f64> = points.iter().map(|point| point.ln_dose).collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup_by(|a, b| a.total_cmp(b).is_eq());
        if levels.len() < 4 {
            return Err(MetricError::TooFewDoses { levels: levels.len() });
        }
        let lowest = levels[usize::from(levels[0] == f64::NEG_INFINITY)];
        Ok(Self { points, range: (lowest - BEYOND, levels[levels.len() - 1] + BEYOND) })
    }

    fn constant(&self) -> Linear {
        let total: f64 = self.points.iter().map(|point| point.weight).sum();
        let bottom = self.points.iter().map(|point| point.weight * point.value).sum::<f64>() / total;
        let rest = self.points.iter().map(|point| point.weight * (point.value - bottom).powi(2)).sum();
        Linear { bottom, effect: 0.0, rest }
    }

    /// The regression of the values on the saturation.
    fn linear(&self, ln_ec50: f64, slope: f64) -> Linear {
        let (mut total, mut mean_s, mut mean_y) = (0.0, 0.0, 0.0);
        let (mut ss, mut sy) = (0.0, 0.0);
        // Welford's update: one pass, without subtracting large sums.
        for point in &self.points {
            let s = saturation(point.ln_dose, ln_ec50, slope);
            total += point.weight;
            let (to_s, to_y) = (s - mean_s, point.value - mean_y);
            mean_s += to_s * point.weight / total;
            mean_y += to_y * point.weight / total;
            ss += point.weight * to_s * (s - mean_s);
            sy += point.weight * to_s * (point.value - mean_y);
        }
        let effect = if ss > 1e-20 * total { sy / ss } else { 0.0 };
        let bottom = mean_y - effect * mean_s;
        let rest = |point: &Point| {
            let fitted = bottom + effect * saturation(point.ln_dose, ln_ec50, slope);
            point.weight * (point.value - fitted).powi(2)
        };
        Linear { bottom, effect, rest: self.points.iter().map(rest).sum() }
    }

    fn profile(&self, ln_ec50: f64) -> Profile {
        let rest = |ln_slope: f64| self.linear(ln_ec50, ln_slope.exp()).rest;
        let ln_slope = minimum(SLOPES.0.ln(), SLOPES.1.ln(), GRID.1, rest);
        Profile { ln_ec50, slope: ln_slope.exp(), rest: rest(ln_slope) }
    }

    fn best(&self) -> Profile {
        self.profile(minimum(self.range.0, self.range.1, GRID.0, |ln_ec50| self.profile(ln_ec50).rest))
    }

    /// Where, on the way from the best `ln ec50` to an end of the range, the sum of squares first exceeds the limit.
    fn crossing(&self, best: f64, end: f64, limit: f64) -> Option<f64> {
        let above = |ln_ec50: f64| self.profile(ln_ec50).rest > limit;
        let step = (self.range.1 - self.range.0) / (GRID.0 - 1) as f64;
        let steps = ((end - best).abs() / step).ceil().max(1.0);
        let at = |k: f64| best + (end - best) * k / steps;
        let k = (1..=steps as usize).map(|k| k as f64).find(|&k| above(at(k)))?;
        let (mut inside, mut outside) = (at(k - 1.0), at(k));
        for _ in 0..30 {
            let middle = f64::midpoint(inside, outside);
            if above(middle) {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        Some(f64::midpoint(inside, outside))
    }
}

/// The minimum of a function of one variable: the best of `n` places, refined between its neighbours by golden section.
fn minimum(low: f64, high: f64, n: usize, f: impl Fn(f64) -> f64) -> f64 {
    let at = |i: usize| low + (high - low) * i as f64 / (n - 1) as f64;
    let mut best = (0, f64::INFINITY);
    for i in 0..n {
        let value = f(at(i));
        if value < best.1 {
            best = (i, value);
        }
    }
    let golden = f64::midpoint(5.0_f64.sqrt(), -1.0);
    let (mut a, mut b) = (at(best.0.saturating_sub(1)), at((best.0 + 1).min(n - 1)));
    let (mut left, mut right) = (b - golden * (b - a), a + golden * (b - a));
    let (mut at_left, mut at_right) = (f(left), f(right));
    while b - a > 1e-7 {
        if at_left <= at_right {
            (b, right, at_right) = (right, left, at_left);
            left = b - golden * (b - a);
            at_left = f(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = a + golden * (b - a);
            at_right = f(right);
        }
    }
    let inside = f64::midpoint(a, b);
    // The golden section never looks at the ends themselves.
    let ends = [at(0), at(n - 1)];
    ends.into_iter().fold(inside, |best, end| if f(end) < f(best) { end } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;
    use rand_distr::{Distribution, StandardNormal};

    const DOSES: [f64; 8] = [0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

    fn curve(bottom: f64, top: f64, ec50: f64, slope: f64) -> HillFit {
        HillFit { bottom, top, ec50, ec50_low: None, ec50_high: None, slope, r2: 1.0, p_value: 0.0, at_edge: false }
    }

    #[test]
    fn known_curves_are_recovered() {
        for truth in [curve(1.0, 5.0, 0.2, 1.0), curve(3.0, -2.0, 1.5, 2.5), curve(0.0, 1e-4, 0.05, 0.7)] {
            let values = DOSES.map(|dose| truth.at(dose));
            let found = fit(&DOSES, &values, None).unwrap();
            let close = |got: f64, expected: f64, size: f64| assert!((got - expected).abs() < 1e-4 * size, "{found:?}");
            let size = (truth.top - truth.bottom).abs();
            close(found.bottom, truth.bottom, size);
            close(found.top, truth.top, size);
            close(found.ec50, truth.ec50, truth.ec50);
            close(found.slope, truth.slope, truth.slope);
            assert!(found.r2 > 0.999_999 && found.p_value < 1e-6 && !found.at_edge);
        }
    }

    #[test]
    fn the_interval_holds_the_truth_and_flat_data_claim_nothing() {
        let truth = curve(1.0, 3.0, 0.4, 1.3);
        let doses: Vec<f64> = DOSES.iter().flat_map(|&dose| [dose; 3]).collect();
        let (mut held, mut both_ends, mut claims) = (0, 0, 0);
        for seed in 0..200 {
            let mut rng = random::stream(seed, "test/hill");
            let mut noise = || -> f64 { StandardNormal.sample(&mut rng) };
            let values: Vec<f64> = doses.iter().map(|&dose| truth.at(dose) + 0.3 * noise()).collect();
            let found = fit(&doses, &values, None).unwrap();
            let low = found.ec50_low.unwrap_or(0.0);
            held += usize::from(low <= truth.ec50 && truth.ec50 <= found.ec50_high.unwrap_or(f64::INFINITY));
            both_ends += usize::from(found.ec50_low.is_some() && found.ec50_high.is_some());
            let flat: Vec<f64> = doses.iter().map(|_| 2.0 + 0.3 * noise()).collect();
            claims += usize::from(fit(&doses, &flat, None).unwrap().ec50_low.is_some());
        }
        println!("{held} of 200 hold the truth, {both_ends} have two ends, {claims} flat sets have a lower end");
        assert!((170..=200).contains(&held), "{held}");
        assert!(both_ends > 170, "{both_ends}");
        assert!(claims <= 30, "{claims}");
    }

    #[test]
    fn constant_values_have_no_curve() {
        let found = fit(&DOSES, &[2.5; 8], None).unwrap();
        assert!((found.p_value - 1.0).abs() < 1e-15 && found.r2.abs() < 1e-15 && found.ec50_low.is_none());
        assert!((found.at(1.0) - 2.5).abs() < 1e-12);
    }

    #[test]
    fn an_effect_beyond_the_doses_is_flagged() {
        let values = DOSES.map(|dose| curve(0.0, 1.0, 400.0, 1.0).at(dose));
        let found = fit(&DOSES, &values, None).unwrap();
        assert!(found.at_edge && found.ec50_high.is_none(), "{found:?}");
    }

    #[test]
    fn a_weight_counts_as_repetition() {
        let values = [1.0, 1.2, 0.9, 1.6, 2.4, 2.9, 3.3, 3.1];
        let weights = [2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 0.0];
        let mut repeated = (Vec::new(), Vec::new());
        for ((dose, value), weight) in DOSES.iter().zip(values).zip(weights) {
            for _ in 0..weight as usize {
                repeated.0.push(*dose);
                repeated.1.push(value);
            }
        }
        let (weighted, repeated) =
            (fit(&DOSES, &values, Some(&weights)).unwrap(), fit(&repeated.0, &repeated.1, None).unwrap());
        assert!((weighted.ec50 / repeated.ec50 - 1.0).abs() < 1e-5 && (weighted.r2 - repeated.r2).abs() < 1e-9);
    }

    #[test]
    fn a_curve_needs_no_dose_of_zero() {
        let curve = HillFit {
            bottom: 1.0,
            top: 4.0,
            ec50: 2.0,
            slope: 1.5,
            ec50_low: None,
            ec50_high: None,
            r2: 1.0,
            p_value: 0.0,
            at_edge: false,
        };
        let doses = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
        let found = fit(&doses, &doses.map(|dose| curve.at(dose)), None).unwrap();
        assert!((found.ec50 / 2.0 - 1.0).abs() < 1e-4 && (found.bottom - 1.0).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn bad_input_is_named() {
        let code = |doses: &[f64], values: &[f64]| fit(doses, values, None).unwrap_err().code();
        assert_eq!(code(&[0.0, 1.0, 2.0], &[1.0; 3]), "metric_too_few_doses");
        assert_eq!(code(&[0.5, 1.0, 2.0, 2.0], &[1.0; 4]), "metric_too_few_doses");
        assert_eq!(code(&[0.0, 1.0], &[1.0; 3]), "metric_shape_mismatch");
        assert_eq!(code(&[0.0, 1.0, 2.0, -3.0], &[1.0; 4]), "metric_setting");
        assert_eq!(code(&[0.0, 1.0, 2.0, 3.0], &[1.0, f64::NAN, 1.0, 1.0]), "metric_not_finite");
    }
}
