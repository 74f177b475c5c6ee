//! Smooth Tchebycheff scalarisation.

/// Preferences nearer to 0 than this are taken as this, so that no objective is given up altogether.
pub const LEAST_PREFERENCE: f64 = 0.05;

/// The weights of two losses in a step that lowers the smooth Tchebycheff scalarisation
/// `g = mu ln(sum_i exp(s_i / mu)) + rho sum_i f_i` with `s_i = (f_i - z_i) / c_i`: its derivatives
/// `softmax(s / mu)_i / c_i + rho`, to be taken as constants.
///
/// * `losses`: f, standardised;
/// * `ideal`: z, the least that each loss can be;
/// * `preference`: c, a unit vector as in [`super::preferences`], at least [`LEAST_PREFERENCE`] in each objective. Dividing by
///   it puts the optimum where `f - z` is in proportion to `c`: the same meaning as in Pareto multi-task learning;
/// * `mu > 0`: how smooth; towards 0 only the worst objective counts;
/// * `rho >= 0`: avoids points where one loss could be lowered at no cost to the other.
///
/// Source: Lin et al. 2024, "Smooth Tchebycheff scalarization for multi-objective optimization"; the second term as in the
/// augmented Tchebycheff scalarisation (Steuer & Choo 1983).
#[must_use]
pub fn tchebycheff_weights(losses: [f64; 2], ideal: [f64; 2], preference: [f64; 2], mu: f64, rho: f64) -> [f64; 2] {
    let c = preference.map(|part| part.max(LEAST_PREFERENCE));
    let scaled = [(losses[0] - ideal[0]) / c[0], (losses[1] - ideal[1]) / c[1]];
    let first = 1.0 / (1.0 + ((scaled[1] - scaled[0]) / mu).exp());
    let second = 1.0 / (1.0 + ((scaled[0] - scaled[1]) / mu).exp());
    [first / c[0] + rho, second / c[1] + rho]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scalarisation itself.
    fn smooth(f: [f64; 2], z: [f64; 2], c: [f64; 2], mu: f64, rho: f64) -> f64 {
        let s = [(f[0] - z[0]) / c[0], (f[1] - z[1]) / c[1]];
        mu * ((s[0] / mu).exp() + (s[1] / mu).exp()).ln() + rho * (f[0] + f[1])
    }

    #[test]
    fn weights_are_the_derivatives() {
        let (f, z, c, mu, rho, h) = ([0.4, 0.7], [0.1, -0.05], [0.6, 0.8], 0.3, 0.05, 1e-6);
        let found = tchebycheff_weights(f, z, c, mu, rho);
        for i in 0..2 {
            let moved = |by: f64| {
                let mut f = f;
                f[i] += by;
                smooth(f, z, c, mu, rho)
            };
            assert!((found[i] - (moved(h) - moved(-h)) / (2.0 * h)).abs() < 1e-8);
        }
    }

    #[test]
    fn only_the_worst_counts_where_it_is_sharp() {
        let [first, second] = tchebycheff_weights([10.0, 1.0], [0.0; 2], [1.0, 0.0], 1e-3, 0.0);
        // 1 / 0.05 is worse than 10.
        assert!(first < 1e-12 && (second - 20.0).abs() < 1e-9);
        assert!(tchebycheff_weights([1e6, 0.0], [0.0; 2], [0.6, 0.8], 1e-3, 0.0).iter().all(|w| w.is_finite()));
    }
}
