//! Exact, named metrics: pure functions on views of cells by genes (or cells by principal components).
//!
//! Input is `f32`, arithmetic and results are `f64`. Every function states its formula and its source, and is compared
//! with that source's own package in `tests/metrics_*.rs` (fixtures: `tests/reference/make_metric_fixtures.py` and
//! `make_contrast_fixtures.py`).
//!
//! * [`r2`]: squared correlation of per-gene means;
//! * [`deg`]: rankings of differentially expressed genes;
//! * [`response_genes`]: the same with p-values and fold changes;
//! * [`distances`]: distances between two groups of cells;
//! * [`sinkhorn`]: the entropic Wasserstein distance;
//! * [`emd`]: exact optimal transport;
//! * [`distance`], [`contrast`]: all these distances by name, with p-values and intervals by resampling;
//! * [`hill`]: dose-response curves;
//! * [`tails`]: of the distributions that tests need;
//! * [`clustering`]: cell types against clusters and in space;
//! * [`mixing`]: how well batches are mixed;
//! * [`mutual_information`]: what a space says about labels;
//! * [`front`], [`spearman()`]: candidates between two objectives;
//! * [`integration`]: all metrics of an integrated space;
//! * [`prediction`]: all of these for one prediction, with baselines to put them in proportion.

// A view is two pointers wide and `Copy`; the lint does not see that through its lifetime.
#![allow(clippy::needless_pass_by_value)]

pub mod clustering;
pub mod contrast;
pub mod deg;
pub mod distance;
pub mod distances;
pub mod emd;
mod error;
mod floor;
pub mod front;
pub mod hill;
pub mod integration;
mod labels;
mod measured;
mod median;
pub mod mixing;
pub mod mutual_information;
mod pair_sums;
mod points;
pub mod prediction;
pub mod r2;
mod resample;
pub mod response_genes;
pub mod sinkhorn;
mod sinkhorn_solver;
mod spearman;
pub mod tails;
mod transport;

use ndarray::ArrayView2;

pub use error::MetricError;
pub use spearman::spearman;

/// A number that metrics can read: `f32` or `f64`.
pub trait Value: Copy + Into<f64> {}

impl Value for f32 {}
impl Value for f64 {}

/// Refuses a group without cells or columns and one that holds a NaN or an infinite value.
fn check_group<T: Value>(group: &'static str, x: ArrayView2<T>) -> Result<(), MetricError> {
    let (rows, columns) = x.dim();
    if rows == 0 || columns == 0 {
        return Err(MetricError::NoCells { group, rows, columns });
    }
    for (row, values) in x.outer_iter().enumerate() {
        if let Some(column) = values.iter().position(|&v| !v.into().is_finite()) {
            return Err(MetricError::NotFinite { group, row, column, value: values[column].into() });
        }
    }
    Ok(())
}

/// Refuses two groups with different numbers of columns.
fn check_width(left: (&'static str, usize), right: (&'static str, usize)) -> Result<(), MetricError> {
    if left.1 == right.1 {
        return Ok(());
    }
    Err(MetricError::ShapeMismatch { left_name: left.0, left: left.1, right_name: right.0, right: right.1 })
}

/// Both checks for a pair of groups.
fn check_pair<T: Value>(
    left: (&'static str, ArrayView2<T>),
    right: (&'static str, ArrayView2<T>),
) -> Result<(), MetricError> {
    check_width((left.0, left.1.ncols()), (right.0, right.1.ncols()))?;
    check_group(left.0, left.1)?;
    check_group(right.0, right.1)
}
