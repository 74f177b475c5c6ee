//! Distances between two groups of cells, as pertpy's `Distance` defines them.
//!
//! `x` is `n x p`, `y` is `m x p`: cells by principal components (pertpy's default) or by genes. The unit is that of the
//! coordinates, or its square where the name says squared, for MMD and for Wasserstein.
//!
//! | name | formula | pertpy |
//! |---|---|---|
//! | `edistance` | `2 B - W_x - W_y` of Euclidean distances, `W` over pairs `i < j` | `edistance`, 1.0.4 and later |
//! | `edistance_squared` | the same of squared distances, `W` over all `n^2` entries: `2 norm(mean x - mean y)^2` | `edistance`, before 0.11 |
//! | `euclidean` | `norm(mean x - mean y)` | `euclidean` |
//! | `mean_pairwise` | mean of `norm(x_i - y_j)` | `mean_pairwise` |
//! | `mmd_linear` | `norm(mean x - mean y)^2` | `mmd` |
//! | `mmd_rbf` | `mean K_xx + mean K_yy - 2 mean K_xy`, `K = exp(-gamma d^2)` | `mmd`, `kernel="rbf"` |
//!
//! For identical groups all but two are 0: `mean_pairwise` is the mean distance between cells, and `edistance`, an
//! unbiased estimate, is slightly negative (`-2 W / n`), in pertpy too.

use ndarray::ArrayView2;

use super::median::MedianSearch;
use super::points::Points;
use super::{MetricError, Value, check_pair};

/// The `gamma` of pertpy's RBF kernel.
pub const MMD_RBF_GAMMA: f64 = 1.0;

/// E-distance with Euclidean distances: `2 B - W_x - W_y`.
///
/// `B` is the mean of `norm(x_i - y_j)`, `W` the mean over pairs `i < j` within a group (0 for one cell).
/// Source: pertpy `Distance("edistance")`, 1.0.4 and later. Blocked: no `n x m` matrix.
pub fn edistance<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    let (x, y) = groups(x, y)?;
    Ok(Between::new(&x, &y).edistance)
}

/// E-distance with squared distances and biased means: `2 norm(mean x - mean y)^2`.
///
/// Source: pertpy `Distance("edistance")` before 0.11 (what the thesis of Katzalis and scperturb's first version report).
pub fn edistance_squared<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    Ok(2.0 * mmd_linear(x, y)?)
}

/// Euclidean distance between the means of the groups. Source: pertpy `Distance("euclidean")`.
pub fn euclidean<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    Ok(mmd_linear(x, y)?.sqrt())
}

/// Mean Euclidean distance between a cell of `x` and a cell of `y`. Source: pertpy `Distance("mean_pairwise")`.
pub fn mean_pairwise<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    let (x, y) = groups(x, y)?;
    Ok(Between::new(&x, &y).mean_pairwise)
}

/// Squared maximum mean discrepancy with a linear kernel: `norm(mean x - mean y)^2`.
///
/// Source: pertpy `Distance("mmd")`, whose V-statistic with the linear kernel is this in exact arithmetic.
pub fn mmd_linear<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    check_pair(("x", x), ("y", y))?;
    Ok(squared_mean_distance(&Points::new(x), &Points::new(y)))
}

/// Squared maximum mean discrepancy (V-statistic) with the kernel `exp(-gamma norm(.)^2)`.
///
/// Source: pertpy `Distance("mmd")` with `kernel="rbf"`, where `gamma` is [`MMD_RBF_GAMMA`]. In 50 principal components
/// that kernel is nearly the identity, so the value says little more than the sizes of the groups:
/// see [`mmd_rbf_median`].
pub fn mmd_rbf<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>, gamma: f64) -> Result<f64, MetricError> {
    if !(gamma > 0.0 && gamma.is_finite()) {
        return Err(MetricError::Setting { name: "gamma", value: gamma, rule: "positive" });
    }
    check_pair(("x", x), ("y", y))?;
    Ok(mmd_of_points(&Points::new(x), &Points::new(y), gamma))
}

/// [`mmd_rbf`] with `gamma = 1 / (2 median^2)`, the median of the Euclidean distances over all pairs `i < j` of the
/// cells of both groups together (the median heuristic; Gretton et al. 2012, Garreau et al. 2017).
///
/// 0 if the median is 0 (more than half of the pairs are equal cells). Exact; above two million pairs the distances are
/// computed two or three times instead of being held.
pub fn mmd_rbf_median<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    check_pair(("x", x), ("y", y))?;
    let pooled = Points::stacked(x, y);
    let cells = pooled.len();
    let mut search = MedianSearch::new(cells * (cells - 1) / 2);
    let median = loop {
        for i in 0..cells {
            let row: Vec<f64> = (i + 1..cells).map(|j| pooled.squared_distance(i, &pooled, j)).collect();
            search.see(&row);
        }
        if let Some((lower, upper)) = search.end_pass() {
            break f64::midpoint(lower.sqrt(), upper.sqrt());
        }
    };
    if median == 0.0 {
        return Ok(0.0);
    }
    Ok(mmd_of_points(&Points::new(x), &Points::new(y), 0.5 / (median * median)))
}

fn mmd_of_points(x: &Points, y: &Points, gamma: f64) -> f64 {
    let kernel = |squared: f64| [rbf(squared, gamma)];
    let [between] = x.sum_between(y, kernel);
    let ([within_x], [within_y]) = (x.sum_within(kernel), y.sum_within(kernel));
    let (n, m) = (x.len() as f64, y.len() as f64);
    mmd_from_means(v_statistic(within_x, n), v_statistic(within_y, m), between / (n * m))
}

/// Beyond 745 the exponential is 0 in `f64` anyway, and in principal components most pairs are.
pub(super) fn rbf(squared: f64, gamma: f64) -> f64 {
    let exponent = gamma * squared;
    if exponent > 745.0 { 0.0 } else { (-exponent).exp() }
}

/// Mean of a kernel with `k(x, x) = 1` over all `n^2` pairs, from its sum over the pairs `i < j`.
fn v_statistic(sum_within: f64, n: f64) -> f64 {
    (2.0 * sum_within + n) / (n * n)
}

/// The V-statistic is a squared norm of means of numbers up to 1: what is below `1e-13` is rounding. It is set to 0, so
/// that a ratio to it is seen to be without meaning.
pub(super) fn mmd_from_means(within_x: f64, within_y: f64, between: f64) -> f64 {
    let mmd = within_x + within_y - 2.0 * between;
    if mmd < 1e-13 { 0.0 } else { mmd }
}

/// Squared distance between the means; 0 where it is rounding only, as for the same cells in another order.
pub(super) fn squared_mean_distance(x: &Points, y: &Points) -> f64 {
    let squared: f64 = x.mean().iter().zip(y.mean()).map(|(x, y)| (x - y).powi(2)).sum();
    if squared <= 1e-26 * (x.mean_square() + y.mean_square()) { 0.0 } else { squared }
}

fn groups<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<(Group, Group), MetricError> {
    check_pair(("x", x), ("y", y))?;
    Ok((Group::new(x), Group::new(y)))
}

/// A group with what its distances to all others share.
#[derive(Clone, Debug)]
pub(super) struct Group {
    points: Points,
    /// Mean distance over the pairs `i < j`; 0 for one cell.
    within_distance: f64,
    /// Mean of the RBF kernel over all `n^2` pairs.
    within_rbf: f64,
}

impl Group {
    pub(super) fn new<T: Value>(x: ArrayView2<T>) -> Self {
        let points = Points::new(x);
        let [distance, kernel] = points.sum_within(|squared| [squared.sqrt(), rbf(squared, MMD_RBF_GAMMA)]);
        let n = points.len() as f64;
        let pairs = n * (n - 1.0) / 2.0;
        Self {
            within_distance: if pairs > 0.0 { distance / pairs } else { 0.0 },
            within_rbf: v_statistic(kernel, n),
            points,
        }
    }

    pub(super) fn points(&self) -> &Points {
        &self.points
    }
}

/// All distances of this module between two groups, from one pass over their pairs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    pub(super) edistance: f64,
    pub(super) edistance_squared: f64,
    pub(super) euclidean: f64,
    pub(super) mean_pairwise: f64,
    pub(super) mmd_linear: f64,
    pub(super) mmd_rbf: f64,
}

impl Between {
    pub(super) fn new(x: &Group, y: &Group) -> Self {
        let [distance, kernel] =
            x.points.sum_between(&y.points, |squared| [squared.sqrt(), rbf(squared, MMD_RBF_GAMMA)]);
        let pairs = (x.points.len() * y.points.len()) as f64;
        let mean_pairwise = distance / pairs;
        let mmd_linear = squared_mean_distance(&x.points, &y.points);
        Self {
            edistance: 2.0 * mean_pairwise - x.within_distance - y.within_distance,
            edistance_squared: 2.0 * mmd_linear,
            euclidean: mmd_linear.sqrt(),
            mean_pairwise,
            mmd_linear,
            mmd_rbf: mmd_from_means(x.within_rbf, y.within_rbf, kernel / pairs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn distances_of_two_small_groups_by_hand() {
        let x = array![[0.0_f32, 0.0], [0.0, 2.0]];
        let y = array![[3.0_f32, 0.0]];
        let between = f64::midpoint(3.0, 13.0_f64.sqrt());
        assert!((mean_pairwise(x.view(), y.view()).unwrap() - between).abs() < 1e-12);
        assert!((edistance(x.view(), y.view()).unwrap() - (2.0 * between - 2.0)).abs() < 1e-12);
        assert!((mmd_linear(x.view(), y.view()).unwrap() - 10.0).abs() < 1e-12);
        assert!((edistance_squared(x.view(), y.view()).unwrap() - 20.0).abs() < 1e-12);
        assert!((euclidean(x.view(), y.view()).unwrap() - 10.0_f64.sqrt()).abs() < 1e-12);
        let kernel = |squared: f64| (-0.1 * squared).exp();
        let mmd = f64::midpoint(1.0, kernel(4.0)) + 1.0 - (kernel(9.0) + kernel(13.0));
        assert!((mmd_rbf(x.view(), y.view(), 0.1).unwrap() - mmd).abs() < 1e-12);
    }

    #[test]
    fn identical_groups_are_at_distance_zero() {
        let x = Array2::from_shape_fn((70, 11), |(i, j)| ((i * 7 + j * 13) % 17) as f32 * 0.3);
        for distance in [edistance_squared, euclidean, mmd_linear, mmd_rbf_median] {
            assert!(distance(x.view(), x.view()).unwrap().abs() < 1e-14);
        }
        assert!(mmd_rbf(x.view(), x.view(), MMD_RBF_GAMMA).unwrap().abs() < 1e-14);
        // The unbiased estimate: B holds n zeros, W none.
        let within = mean_pairwise(x.view(), x.view()).unwrap() * 70.0 / 69.0;
        assert!((edistance(x.view(), x.view()).unwrap() + 2.0 * within / 70.0).abs() < 1e-10);
    }

    #[test]
    fn one_cell_each_and_equal_cells_give_numbers() {
        let x = array![[1.0_f32, 2.0]];
        assert!(edistance(x.view(), x.view()).unwrap().abs() < 1e-14);
        assert!(mmd_rbf_median(x.view(), x.view()).unwrap().abs() < 1e-14);
        let y = array![[1.0_f32, 3.0]];
        assert!((edistance(x.view(), y.view()).unwrap() - 2.0).abs() < 1e-14);
    }

    #[test]
    fn bad_input_is_named() {
        let x = array![[1.0_f32, 2.0]];
        let nan = array![[1.0_f32, f32::NAN]];
        let error = edistance(x.view(), nan.view()).unwrap_err();
        assert_eq!(error.to_string(), "y holds NaN in row 0, column 1");
        let empty = Array2::<f32>::zeros((0, 2));
        assert_eq!(euclidean(x.view(), empty.view()).unwrap_err().code(), "metric_no_cells");
        let wide = Array2::<f32>::zeros((2, 3));
        assert_eq!(mmd_linear(x.view(), wide.view()).unwrap_err().code(), "metric_shape_mismatch");
        assert_eq!(mmd_rbf(x.view(), x.view(), 0.0).unwrap_err().code(), "metric_setting");
    }
}
