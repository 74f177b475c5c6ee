//! Rank correlation.

/// Spearman's rank correlation of pairs: -1 to 1, equal values share their mean rank.
///
/// `None` for fewer than three pairs, where one side is constant, and where a value is not finite. Source: scipy `stats.spearmanr`.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    if x.len() < 3 || x.iter().chain(&y).any(|value| !value.is_finite()) {
        return None;
    }
    let (x, y) = (centred_ranks(&x), centred_ranks(&y));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    (scale > 0.0).then(|| (product(&x, &y) / scale).clamp(-1.0, 1.0))
}

/// Ranks less their mean.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let count = |test: &dyn Fn(f64) -> bool| values.iter().filter(|&&value| test(value)).count() as f64;
    // Below and above in balance: the mean rank is where both are equal.
    values.iter().map(|&value| f64::midpoint(count(&|v| v < value), -count(&|v| v > value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_with_ties_as_scipy() {
        // scipy.stats.spearmanr([1, 2, 2, 4, 5], [3, 1, 4, 4, 9])
        let pairs = [(1.0, 3.0), (2.0, 1.0), (2.0, 4.0), (4.0, 4.0), (5.0, 9.0)];
        assert!((spearman(&pairs).unwrap() - 0.763_157_894_736_842_1).abs() < 1e-15);
        assert_eq!(spearman(&[(1.0, 9.0), (2.0, 8.0), (30.0, -1.0)]), Some(-1.0));
    }

    #[test]
    fn without_an_order_there_is_none() {
        assert_eq!(spearman(&[(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)]), None);
        assert_eq!(spearman(&[(1.0, 1.0), (2.0, 2.0)]), None);
        assert_eq!(spearman(&[(1.0, 1.0), (2.0, f64::NAN), (3.0, 1.0)]), None);
    }
}
