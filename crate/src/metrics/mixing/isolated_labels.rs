//! Isolated labels: whether a cell type that few batches have stays apart.

use ndarray::ArrayView2;

use super::super::clustering::{rescaled, silhouette_samples};
use super::super::labels::Labels;
use super::super::{MetricError, Value, check_group};

/// The mean over the isolated labels of the mean of `(silhouette + 1) / 2` of their cells, 0 to 1, higher is better.
///
/// Labels are isolated that are found in the smallest number of batches that any label is found in: all of them, if every batch has
/// every label. Silhouettes are those of all labels in `x` (`cells x dimensions`).
///
/// `None` with one label, or with as many as cells. Source: Luecken et al. 2022; scib-metrics 0.6.0 `isolated_labels`. Errors: other
/// numbers of labels or batches than of cells, a value that is not finite.
pub fn isolated_labels<T: Value>(x: ArrayView2<T>, labels: &[u32], batch: &[u32]) -> Result<Option<f64>, MetricError> {
    check_group("the latent space", x)?;
    let groups = Labels::new("labels", labels, x.nrows())?;
    let batch = Labels::new("batches", batch, x.nrows())?;
    if groups.groups() < 2 || groups.groups() == x.nrows() {
        return Ok(None);
    }
    let samples = silhouette_samples(x, labels)?;
    let members = groups.members();
    let batches: Vec<usize> = members.iter().map(|cells| batches_of(cells, &batch)).collect();
    let fewest = batches.iter().copied().min().unwrap_or_default();
    let isolated = members.iter().zip(&batches).filter(|(_, batches)| **batches == fewest);
    let scores: Vec<f64> = isolated
        .map(|(cells, _)| rescaled(cells.iter().map(|&cell| samples[cell]).sum::<f64>() / cells.len() as f64))
        .collect();
    Ok(Some(scores.iter().sum::<f64>() / scores.len() as f64))
}

/// In how many batches these cells are.
fn batches_of(cells: &[usize], batch: &Labels) -> usize {
    let mut found = vec![false; batch.groups()];
    for &cell in cells {
        found[batch.codes()[cell]] = true;
    }
    found.into_iter().filter(|&found| found).count()
}
