//! The entropic Wasserstein distance, as OTT-JAX computes it for pertpy's `Distance("wasserstein")`.
//!
//! With `C_ij = norm(x_i - y_j)^2` and uniform weights `a`, `b` it is the minimum over the plans `P` with these margins of
//! `<P, C> + eps KL(P | a b^T)`: OTT's `reg_ot_cost`, a **squared** distance, without a square root and not debiased, so
//! two identical groups are not at distance 0.
//!
//! The iterates are those of OTT's log-domain solver: the potential of `y` is updated first, then that of `x`, and every
//! ten iterations the L1 error of the margin of `y` is compared with the threshold. They are computed with a kernel
//! matrix into which the potentials are absorbed, so an iteration is two products instead of `2 n m` exponentials.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::points::Points;
use super::sinkhorn_solver::Solver;
use super::{MetricError, Value, check_pair};

/// `eps` is this share of the scale of the costs (OTT's `DEFAULT_EPSILON_SCALE`).
pub const EPSILON_SHARE: f64 = 0.05;
/// L1 error of the margin at which the iteration stops (OTT's `threshold`).
pub const THRESHOLD: f64 = 1e-3;
/// The error is looked at every so many iterations (OTT's `inner_iterations`).
pub const CHECK_EVERY: usize = 10;
/// The iteration gives up after so many (OTT's `max_iterations`).
pub const MAX_ITERATIONS: usize = 2000;

/// What `eps` is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpsilonScale {
    /// The standard deviation of all entries of `C`: OTT 0.4.9 and later.
    #[default]
    Std,
    /// Their mean: OTT up to 0.4.8.
    Mean,
}

/// The regularised cost and how it was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wasserstein {
    /// `<P, C> + eps KL(P | a b^T)`, in squared units of the coordinates.
    pub cost: f64,
    /// The regularisation that was used.
    pub epsilon: f64,
    /// Iterations done.
    pub iterations: usize,
    /// Whether the margin's error came below the threshold. If not, `cost` is that of the last iterate.
    pub converged: bool,
}

/// The entropic Wasserstein distance between two groups of cells (`n x p` and `m x p`).
///
/// Source: OTT-JAX `Sinkhorn()(LinearProblem(PointCloud(x, y))).reg_ot_cost`. Where OTT divides 0 by 0, because all
/// costs are equal (`eps = 0`), and pertpy then returns 1, the cost of the plan `a b^T` is returned: the common cost.
/// Holds two `n x m` matrices of `f32`.
pub fn wasserstein<T: Value>(
    x: ArrayView2<T>,
    y: ArrayView2<T>,
    scale: EpsilonScale,
) -> Result<Wasserstein, MetricError> {
    check_pair(("x", x), ("y", y))?;
    Ok(between_points(&Points::new(x), &Points::new(y), scale))
}

/// See [`wasserstein`].
pub(super) fn between_points(x: &Points, y: &Points, scale: EpsilonScale) -> Wasserstein {
    let (cost, mean, sd) = costs(x, y);
    let Some(epsilon) = epsilon_of(mean, sd, scale) else {
        return Wasserstein { cost: mean, epsilon: 0.0, iterations: 0, converged: true };
    };
    let mut solver = Solver::new(cost, x.len(), y.len(), epsilon);
    let (mut iterations, mut converged) = (0, false);
    while iterations < MAX_ITERATIONS && !converged {
        let mut error = f64::INFINITY;
        for _ in 0..CHECK_EVERY {
            error = solver.step();
        }
        iterations += CHECK_EVERY;
        converged = error < THRESHOLD;
    }
    Wasserstein { cost: solver.cost(), epsilon, iterations, converged }
}

/// The regularisation; `None` where all costs are equal (rounding leaves a spread of about `1e-16` of the mean there).
pub(super) fn epsilon_of(mean: f64, sd: f64, scale: EpsilonScale) -> Option<f64> {
    let epsilon = EPSILON_SHARE * if scale == EpsilonScale::Std { sd } else { mean };
    (sd > 1e-12 * mean && epsilon > 0.0).then_some(epsilon)
}

/// All squared distances row after row, their mean and their standard deviation (ddof 0).
pub(super) fn costs(x: &Points, y: &Points) -> (Vec<f32>, f64, f64) {
    let (n, m) = (x.len(), y.len());
    let mut cost = Vec::with_capacity(n * m);
    let mut sum = 0.0;
    for i in 0..n {
        let mut row = 0.0;
        for j in 0..m {
            let squared = x.squared_distance(i, y, j);
            row += squared;
            cost.push(squared as f32);
        }
        sum += row;
    }
    let mean = sum / (n * m) as f64;
    let mut squares = 0.0;
    for row in cost.chunks_exact(m) {
        squares += row.iter().map(|&c| (f64::from(c) - mean).powi(2)).sum::<f64>();
    }
    (cost, mean, (squares / (n * m) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// The same iteration in plain `f64` log-domain form.
    fn reference(x: &Array2<f32>, y: &Array2<f32>, epsilon: f64, iterations: usize) -> f64 {
        let (x, y) = (Points::new(x.view()), Points::new(y.view()));
        let (n, m) = (x.len(), y.len());
        let (mut f, mut g) = (vec![0.0; n], vec![0.0; m]);
        let soft_min = |values: Vec<f64>| {
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = values.iter().map(|value| (value - largest).exp()).sum();
            -epsilon * (largest + (sum / values.len() as f64).ln())
        };
        for _ in 0..iterations {
            for (j, g) in g.iter_mut().enumerate() {
                *g = soft_min((0..n).map(|i| (f[i] - x.squared_distance(i, &y, j)) / epsilon).collect());
            }
            for (i, f) in f.iter_mut().enumerate() {
                *f = soft_min((0..m).map(|j| (g[j] - x.squared_distance(i, &y, j)) / epsilon).collect());
            }
        }
        f.iter().sum::<f64>() / n as f64 + g.iter().sum::<f64>() / m as f64
    }

    fn cloud(n: usize, shift: f32, outlier: f32) -> Array2<f32> {
        Array2::from_shape_fn((n, 5), |(i, j)| {
            let value = ((i * 37 + j * 101) % 89) as f32 / 10.0 + shift * j as f32;
            if i == 0 { value + outlier } else { value }
        })
    }

    #[test]
    fn the_kernel_form_gives_the_iterates_of_the_log_domain() {
        for (outlier, scale) in [(0.0, EpsilonScale::Std), (500.0, EpsilonScale::Std), (30.0, EpsilonScale::Mean)] {
            let (x, y) = (cloud(43, 0.0, outlier), cloud(31, 0.7, 0.0));
            let got = wasserstein(x.view(), y.view(), scale).unwrap();
            assert!(got.converged);
            let expected = reference(&x, &y, got.epsilon, got.iterations);
            assert!((got.cost / expected - 1.0).abs() < 1e-5, "{got:?} {expected}");
        }
    }

    #[test]
    fn equal_costs_and_single_cells_give_the_common_cost() {
        let (x, y) = (array![[1.0_f32, 2.0]], array![[1.0_f32, 5.0]]);
        let got = wasserstein(x.view(), y.view(), EpsilonScale::Std).unwrap();
        assert!((got.cost - 9.0).abs() < 1e-12 && got.converged);
        assert!(wasserstein(x.view(), x.view(), EpsilonScale::Std).unwrap().cost.abs() < 1e-12);
    }

    #[test]
    fn bad_input_is_named() {
        let (x, nan) = (array![[1.0_f32]], array![[f32::INFINITY]]);
        assert_eq!(wasserstein(x.view(), nan.view(), EpsilonScale::Std).unwrap_err().code(), "metric_not_finite");
    }
}
