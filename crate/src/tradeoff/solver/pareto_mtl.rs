//! Pareto multi-task learning (Lin et al. 2019) for two objectives.
//!
//! The preference vectors cut the quadrant of losses into cones. Candidate k is first brought into its cone, and then down
//! within it: constraint j, `(c_j - c_k) . L <= 0`, holds where the angle of the losses L is nearer to c_k than to c_j.

use super::min_norm::{Gram, inner, min_norm};

/// Share of the length that rounding in single precision may leave of vectors that cancel.
const CANCELLED: f64 = 1e-7;
/// Least sum of the absolute weights that is scaled up.
const LEAST_SUM: f64 = 1e-9;

/// The first phase: weights of the two gradients in the step that brings the losses towards the cone of preference `k` (counted
/// from 0), or `None` if they are in it.
///
/// `alpha = sum_j beta_j (c_j - c_k)` over the constraints that do not hold, with the beta of the simplex that makes `alpha_1
/// g_1 + alpha_2 g_2` shortest. Not scaled; weights may be negative. The losses should be standardised.
///
/// Source: Lin et al. 2019, `get_d_paretomtl_init` of the authors' code.
#[must_use]
pub fn initial_direction(losses: [f64; 2], gram: Gram, preferences: &[[f64; 2]], k: usize) -> Option<[f64; 2]> {
    let violated = violated(losses, preferences, k);
    (!violated.is_empty()).then(|| min_norm(&violated, gram).point)
}

/// The second phase: weights of the two gradients in the step that lowers both losses, and brings them back into the cone of
/// preference `k` (counted from 0) where they have left it.
///
/// The point of the hull of (1, 0), (0, 1) and the `c_j - c_k` of constraints that do not hold, that makes
/// `alpha_1 g_1 + alpha_2 g_2` shortest, scaled to `|alpha_1| + |alpha_2| = 2`. Weights may be negative.
///
/// `None` where the gradients cancel: the weights are Pareto-stationary, no step lowers both losses, and what rounding left of
/// the shortest vector has no meaning. This is so on the front itself, also outside the cone: the right step is none. (To go on
/// with the last weights leads along the front to one of its ends, if the gradients are exact.)
///
/// Source: Lin et al. 2019, `get_d_paretomtl` of the authors' code.
#[must_use]
pub fn direction(losses: [f64; 2], gram: Gram, preferences: &[[f64; 2]], k: usize) -> Option<[f64; 2]> {
    let mut points = vec![[1.0, 0.0], [0.0, 1.0]];
    points.extend(violated(losses, preferences, k));
    let found = min_norm(&points, gram);
    let [x, y] = found.point;
    // What the square of the length would be if nothing cancelled.
    let uncancelled = inner([x.abs(), y.abs()], [x.abs(), y.abs()], gram.map(f64::abs));
    let sum = x.abs() + y.abs();
    let sound = found.norm2 > CANCELLED * uncancelled && sum > LEAST_SUM;
    sound.then(|| [2.0 * x / sum, 2.0 * y / sum])
}

/// The `c_j - c_k` of all constraints that do not hold. Only the direction of the losses counts.
fn violated([x, y]: [f64; 2], preferences: &[[f64; 2]], k: usize) -> Vec<[f64; 2]> {
    let Some(&[own_x, own_y]) = preferences.get(k) else { return Vec::new() };
    let differences = preferences.iter().map(|[cx, cy]| [cx - own_x, cy - own_y]);
    differences.filter(|[dx, dy]| dx * x + dy * y > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::super::preferences;
    use super::*;

    /// g1 and g2 at right angles, of length 1.
    const ACROSS: Gram = [1.0, 0.0, 1.0];

    #[test]
    fn losses_in_their_cone_are_feasible() {
        let prefs = preferences(10);
        let at = |degrees: f64| [3.0 * degrees.to_radians().cos(), 3.0 * degrees.to_radians().sin()];
        assert_eq!(initial_direction(at(44.0), ACROSS, &prefs, 4), None);
        assert_eq!(initial_direction(at(36.0), ACROSS, &prefs, 4), None);
        assert!(initial_direction(at(34.0), ACROSS, &prefs, 4).is_some());
        assert!(initial_direction(at(46.0), ACROSS, &prefs, 4).is_some());
        // Negative losses beyond an end are nearest to that end.
        assert_eq!(initial_direction([1.0, -0.1], ACROSS, &prefs, 0), None);
    }

    #[test]
    fn one_violated_constraint_gives_its_own_weights() {
        let prefs = preferences(3);
        // At 30 degrees, nearer to 45 than to 0: the first loss may grow, the second has to fall.
        let alpha = initial_direction([3.0_f64.sqrt(), 1.0], ACROSS, &prefs, 0);
        assert_eq!(alpha, Some([prefs[1][0] - 1.0, prefs[1][1]]));
        assert!(alpha.is_some_and(|[first, second]| first < 0.0 && second > 0.0));
    }

    #[test]
    fn feasible_losses_are_lowered_by_mgda_scaled_to_two() {
        let prefs = preferences(5);
        let alpha = direction([1.0, 1.0], [1.0, 0.0, 4.0], &prefs, 2).unwrap();
        assert!((alpha[0] - 1.6).abs() < 1e-12 && (alpha[1] - 0.4).abs() < 1e-12, "{alpha:?}");
    }

    #[test]
    fn gradients_that_cancel_have_no_direction() {
        let prefs = preferences(5);
        assert_eq!(direction([1.0, 1.0], [1.0, -2.0, 4.0], &prefs, 2), None);
        assert_eq!(direction([1.0, 1.0], [1.0, -1.0 + 1e-9, 1.0], &prefs, 2), None);
        assert_eq!(direction([1.0, 1.0], [0.0; 3], &prefs, 2), None);
        assert_eq!(direction([1.0, 1.0], [f64::NAN; 3], &prefs, 2), None);
        // Very different lengths do not: the short one alone.
        assert_eq!(direction([1.0, 1.0], [1.0, 1e-6, 1e-12], &prefs, 2), Some([0.0, 2.0]));
    }
}
