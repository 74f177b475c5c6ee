//! A distance with its p-value and interval.

use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::floor::quantile;

/// One distance between the groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Which distance.
    pub distance: Distance,
    /// Its value.
    pub value: f64,
    /// `(1 + permutations with at least this value) / (1 + permutations)`. `None` before it is computed, without
    /// permutations, and where there is nothing to permute: two cells in all, or all costs of a Wasserstein distance equal.
    pub p_value: Option<f64>,
    /// Lower end of the recentred 95 % bootstrap interval. `None` also where a group has one cell.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// `(1 + permuted values of at least this) / (1 + permutations)`.
pub(super) fn p_value(least: f64, permuted: &[f64]) -> Option<f64> {
    let at_least = permuted.iter().filter(|&&value| value >= least).count();
    (!permuted.is_empty()).then(|| (1 + at_least) as f64 / (1 + permuted.len()) as f64)
}

/// From 2.5 % to 97.5 % of the redrawn values, moved so that their median is at the value.
pub(super) fn interval(value: f64, mut redrawn: Vec<f64>, non_negative: bool) -> Option<(f64, f64)> {
    if redrawn.len() < 2 {
        return None;
    }
    redrawn.sort_by(f64::total_cmp);
    let median = quantile(&redrawn, 0.5);
    let at = |share: f64| {
        let end = value + quantile(&redrawn, share) - median;
        if non_negative { end.max(0.0) } else { end }
    };
    Some((at(0.025), at(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_count_and_intervals_are_recentred() {
        assert_eq!(p_value(2.0, &[1.0, 2.0, 3.0]), Some(0.75));
        assert_eq!(p_value(2.0, &[]), None);
        // The median 13 is moved to 1: 12.05..13.95 becomes 0.05..1.95.
        let (low, high) = interval(1.0, vec![13.0, 12.0, 14.0], true).unwrap();
        assert!((low - 0.05).abs() < 1e-12 && (high - 1.95).abs() < 1e-12);
        assert_eq!(interval(0.5, vec![13.0, 12.0, 14.0], true).unwrap().0.to_bits(), 0.0_f64.to_bits());
        assert!(interval(0.5, vec![13.0, 12.0, 14.0], false).unwrap().0 < -0.4);
        assert_eq!(interval(1.0, vec![3.0], true), None);
    }
}
