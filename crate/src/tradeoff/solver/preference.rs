//! The compromises that a front is made of.

use std::f64::consts::FRAC_PI_2;

/// `k` unit vectors evenly spaced over the first quadrant, `c_i = (cos t_i, sin t_i)` with `t_i = (i - 1) pi / (2 (k - 1))`: the
/// first is (1, 0), which lets the first objective be large and wants the second small; the last is (0, 1). A single one is
/// the diagonal.
///
/// Source: Li et al. 2022, section "Pareto multi-task learning"; Lin et al. 2019 (`circle_points`).
#[must_use]
pub fn preferences(k: usize) -> Vec<[f64; 2]> {
    if k == 1 {
        return vec![[0.5_f64.sqrt(); 2]];
    }
    let unit = |i: usize| {
        let (sin, cos) = (FRAC_PI_2 * i as f64 / (k - 1) as f64).sin_cos();
        [cos, sin]
    };
    (0..k).map(unit).collect()
}

/// `k` pairs of weights `(w, 1 - w)` of the two objectives with `w = i / (k + 1)`, i from 1: in the order of
/// [`preferences`], since what has a small weight becomes large.
///
/// Source: Li et al. 2022, section "Scalarization".
#[must_use]
pub fn scalarisation_weights(k: usize) -> Vec<[f64; 2]> {
    let pair = |i: usize| {
        let weight = i as f64 / (k + 1) as f64;
        [weight, 1.0 - weight]
    };
    (1..=k).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_unit_vectors_from_one_axis_to_the_other() {
        let ten = preferences(10);
        for (i, [x, y]) in ten.iter().enumerate() {
            let degrees = y.atan2(*x).to_degrees();
            assert!((degrees - 10.0 * i as f64).abs() < 1e-12 && (x.hypot(*y) - 1.0).abs() < 1e-15);
        }
        assert_eq!(preferences(1), [[0.5_f64.sqrt(); 2]]);
        assert!(preferences(0).is_empty());
    }

    #[test]
    fn scalarisation_leaves_both_ends_out() {
        let weights: Vec<f64> = scalarisation_weights(3).iter().map(|pair| pair[0]).collect();
        assert_eq!(weights, [0.25, 0.5, 0.75]);
        assert!(scalarisation_weights(10).iter().all(|[w, v]| *w > 0.0 && *v > 0.0 && (w + v - 1.0).abs() < 1e-15));
    }
}
