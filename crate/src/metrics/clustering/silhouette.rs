//! The silhouette of labels.

use ndarray::ArrayView2;

use super::super::labels::Labels;
use super::super::points::Points;
use super::super::{MetricError, Value, check_group};

/// Mean silhouette of the cells (ASW): -1 to 1, higher is better, 0 where labels overlap.
///
/// The mean of [`silhouette_samples`]. Source: scikit-learn `metrics.silhouette_score`, which Li et al. 2022 report for cell types.
/// Errors: see [`silhouette_samples`].
pub fn silhouette<T: Value>(x: ArrayView2<T>, labels: &[u32]) -> Result<f64, MetricError> {
    let samples = silhouette_samples(x, labels)?;
    Ok(samples.iter().sum::<f64>() / samples.len() as f64)
}

/// `(s + 1) / 2`, from 0 to 1: the form of the silhouette in scib and scib-metrics.
#[must_use]
pub fn rescaled(silhouette: f64) -> f64 {
    f64::midpoint(silhouette, 1.0)
}

/// The silhouette of every cell of `x` (`cells x dimensions`), Euclidean.
///
/// `s = (b - a) / max(a, b)` with `a` the mean distance to the other cells of the same label and `b` the smallest mean distance to
/// those of another label; 0 for a cell that is alone with its label, and where `a = b = 0`. Memory is a few rows of distances.
/// Source: Rousseeuw 1987, scikit-learn `metrics.silhouette_samples`.
///
/// Errors: another number of labels than cells, fewer than 2 different ones or as many as cells, values that are not finite.
pub fn silhouette_samples<T: Value>(x: ArrayView2<T>, labels: &[u32]) -> Result<Vec<f64>, MetricError> {
    check_group("the latent space", x)?;
    let labels = Labels::new("labels", labels, x.nrows())?;
    let mut found = Silhouette::new(&labels)?;
    Points::new(x).each_row(|i, squared| found.see(i, squared));
    Ok(found.samples)
}

/// Silhouettes from rows of distances, which other metrics read as well.
#[derive(Clone, Debug)]
pub(in super::super) struct Silhouette<'l> {
    labels: &'l Labels,
    sums: Vec<f64>,
    samples: Vec<f64>,
}

impl<'l> Silhouette<'l> {
    /// Errors: fewer than 2 labels, or as many as cells.
    pub(in super::super) fn new(labels: &'l Labels) -> Result<Self, MetricError> {
        labels.check(2, labels.len().saturating_sub(1))?;
        Ok(Self { labels, sums: vec![0.0; labels.groups()], samples: vec![0.0; labels.len()] })
    }

    /// The squared distances of cell `i` to all cells, itself included.
    pub(in super::super) fn see(&mut self, i: usize, squared: &[f64]) {
        let (own, counts) = (self.labels.codes()[i], self.labels.counts());
        if counts[own] == 1 {
            return;
        }
        self.sums.fill(0.0);
        for (squared, &label) in squared.iter().zip(self.labels.codes()) {
            self.sums[label] += squared.sqrt();
        }
        let a = self.sums[own] / (counts[own] - 1) as f64;
        let others = self.sums.iter().zip(counts).enumerate().filter(|(label, _)| *label != own);
        let b = others.map(|(_, (sum, &count))| sum / count as f64).fold(f64::INFINITY, f64::min);
        let largest = a.max(b);
        self.samples[i] = if largest > 0.0 { (b - a) / largest } else { 0.0 };
    }

    /// The mean over all cells, once all have been seen.
    pub(in super::super) fn mean(&self) -> f64 {
        self.samples.iter().sum::<f64>() / self.samples.len() as f64
    }
}
