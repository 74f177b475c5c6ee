//! Principal component regression: how much of the variance the batches explain, before integration and after.

use ndarray::{Array1, ArrayView2};

use super::super::labels::Labels;
use super::super::{MetricError, Value, check_group};

/// The share of the variance of `x` (`cells x dimensions`) that the batches explain, 0 to 1: lower is better mixed.
///
/// `sum_k var_k R2_k / sum_k var_k` over all principal components, with `R2_k` that of the regression of component k on the batches.
/// That is the sum of squares between batches over that of all cells, which no rotation changes, so no component is needed.
///
/// `None` if all cells are equal. Source: Buttner et al. 2019; scib-metrics 0.6.0 `utils.principal_component_regression` with
/// `categorical=True`. Errors: another number of batches than of cells, a value that is not finite.
pub fn batch_variance<T: Value>(x: ArrayView2<T>, batch: &[u32]) -> Result<Option<f64>, MetricError> {
    check_group("the latent space", x)?;
    let batch = Labels::new("batches", batch, x.nrows())?;
    let mut means = vec![Array1::<f64>::zeros(x.ncols()); batch.groups()];
    let mut mean = Array1::<f64>::zeros(x.ncols());
    for (row, &code) in x.outer_iter().zip(batch.codes()) {
        for ((sum, all), &value) in means[code].iter_mut().zip(&mut mean).zip(row) {
            *sum += value.into();
            *all += value.into();
        }
    }
    mean /= x.nrows() as f64;
    let mut between = 0.0;
    for (sum, &count) in means.iter().zip(batch.counts()) {
        between += count as f64 * (sum / count as f64 - &mean).mapv(|d| d * d).sum();
    }
    let square = |(&value, mean): (&T, &f64)| (value.into() - mean).powi(2);
    let total: f64 = x.outer_iter().map(|row| row.iter().zip(&mean).map(square).sum::<f64>()).sum();
    // Below this, what is left are the roundings of the mean.
    let noise = 1e-24 * x.nrows() as f64 * mean.dot(&mean);
    Ok((total > noise).then(|| (between / total).clamp(0.0, 1.0)))
}

/// What integration took of the variance that batches explain: `max(0, (pre - post) / pre)` of [`batch_variance`], 0 to 1, higher
/// is better.
///
/// `before` (`cells x components`) are principal components of the cells without integration, as a rule 50; `after` is the latent space.
/// `None` with one batch, if batches explain nothing before, or if all cells are equal. Source: scib-metrics 0.6.0 `pcr_comparison`.
/// Errors: other numbers of cells, values that are not finite.
pub fn pcr_comparison<S: Value, T: Value>(
    before: ArrayView2<S>,
    after: ArrayView2<T>,
    batch: &[u32],
) -> Result<Option<f64>, MetricError> {
    if before.nrows() != after.nrows() {
        let name = "cells before integration";
        return Err(MetricError::OtherCells { name, labels: before.nrows(), cells: after.nrows() });
    }
    let (before, after) = (batch_variance(before, batch)?, batch_variance(after, batch)?);
    Ok(before.zip(after).and_then(|(before, after)| (before > 0.0).then(|| ((before - after) / before).max(0.0))))
}
