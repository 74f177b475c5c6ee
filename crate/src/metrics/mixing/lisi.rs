//! The local inverse Simpson index: how many batches, or cell types, a neighbourhood effectively holds.

use super::super::MetricError;
use super::super::labels::Labels;
use super::nearest::{NEIGHBOURS, Nearest};

/// Allowed deviation of the entropy of the weights, in nats.
const TOLERANCE: f64 = 1e-5;
/// Steps of the search for them at most.
const STEPS: usize = 50;
/// Fewer cells than this leave no neighbourhood to weigh: its perplexity would be 1.
const LEAST_CELLS: usize = 6;

/// How well batches are mixed: `(median of LISI - 1) / (batches - 1)`, 0 to 1, higher is better; see [`lisi`].
///
/// It tells how near neighbourhoods are to *equal* shares: with unequal batches 1 is out of reach. `None` with one batch, or fewer
/// than 6 cells. Source: Korsunsky et al. 2019; scib-metrics 0.6.0 `ilisi_knn`. Errors: another number of batches than of cells.
pub fn ilisi(nearest: &Nearest, batch: &[u32]) -> Result<Option<f64>, MetricError> {
    let batch = Labels::new("batches", batch, nearest.cells())?;
    Ok(Weights::new(nearest).and_then(|weights| weights.ilisi(&batch)))
}

/// How pure neighbourhoods are in their cell type: `(labels - median of LISI) / (labels - 1)`, 0 to 1, higher is better; see
/// [`lisi`].
///
/// `None` with one label, or fewer than 6 cells. Source: scib-metrics 0.6.0 `clisi_knn`. Errors: another number of labels than of
/// cells.
pub fn clisi(nearest: &Nearest, labels: &[u32]) -> Result<Option<f64>, MetricError> {
    let labels = Labels::new("labels", labels, nearest.cells())?;
    Ok(Weights::new(nearest).and_then(|weights| weights.clisi(&labels)))
}

/// LISI of every cell, from 1 (all neighbours of one group) to the number of groups (equal shares).
///
/// `1 / sum_g p_g^2`, with `p_g` the share of group g among the neighbours, weighted by `exp(-beta d)` of their *distances*;
/// `beta` is such that the entropy of the weights is `ln(floor(k / 3))`, found by doubling and bisection from 1. The
/// neighbourhood is `k = min(90, cells)`, of which the cell itself is one without weight.
///
/// `None` with fewer than 6 cells. Source: scib-metrics 0.6.0 `lisi_knn`; where all the weight falls on one neighbour it says -1, and
/// this 1. Errors: another number of groups than of cells.
pub fn lisi(nearest: &Nearest, groups: &[u32]) -> Result<Option<Vec<f64>>, MetricError> {
    let groups = Labels::new("groups", groups, nearest.cells())?;
    Ok(Weights::new(nearest).map(|weights| weights.lisi(&groups)))
}

/// The weights of every cell's neighbours: the same whatever is counted.
#[derive(Clone, Debug)]
pub(super) struct Weights<'a> {
    nearest: Nearest<'a>,
    /// Neighbours per cell.
    k: usize,
    values: Vec<f64>,
}

impl<'a> Weights<'a> {
    /// `None` with fewer than 6 cells.
    pub(super) fn new(nearest: &Nearest<'a>) -> Option<Self> {
        let cells = nearest.cells();
        if cells < LEAST_CELLS {
            return None;
        }
        let k = nearest.others(NEIGHBOURS);
        let entropy = (((k + 1) / 3) as f64).ln();
        let mut values = Vec::with_capacity(cells * k);
        let mut distances = Vec::with_capacity(k);
        for cell in 0..cells {
            distances.clear();
            distances.extend(nearest.of(cell, k).map(|(_, distance)| distance));
            weigh(&mut distances, entropy);
            values.extend_from_slice(&distances);
        }
        Some(Self { nearest: *nearest, k, values })
    }

    /// See [`ilisi`].
    pub(super) fn ilisi(&self, batch: &Labels) -> Option<f64> {
        let batches = batch.groups() as f64;
        (batch.groups() > 1).then(|| ((median(self.lisi(batch)) - 1.0) / (batches - 1.0)).clamp(0.0, 1.0))
    }

    /// See [`clisi`].
    pub(super) fn clisi(&self, labels: &Labels) -> Option<f64> {
        let count = labels.groups() as f64;
        (labels.groups() > 1).then(|| ((count - median(self.lisi(labels))) / (count - 1.0)).clamp(0.0, 1.0))
    }

    fn lisi(&self, groups: &Labels) -> Vec<f64> {
        let mut shares = vec![0.0; groups.groups()];
        let of_cell = |(cell, weights): (usize, &[f64])| {
            shares.fill(0.0);
            for ((neighbour, _), weight) in self.nearest.of(cell, self.k).zip(weights) {
                shares[groups.codes()[neighbour]] += weight;
            }
            1.0 / shares.iter().map(|share| share * share).sum::<f64>()
        };
        self.values.chunks_exact(self.k).enumerate().map(of_cell).collect()
    }
}

/// Replaces distances, rising, by weights that sum to 1 and have this entropy, where distances allow it.
fn weigh(distances: &mut [f64], entropy: f64) {
    // The smallest distance changes neither weights nor entropy; without it no sum of weights is ever 0.
    let nearest = distances.first().copied().unwrap_or_default();
    let (mut beta, mut low, mut high) = (1.0_f64, f64::NEG_INFINITY, f64::INFINITY);
    for step in 0..=STEPS {
        let (mut sum, mut moment) = (0.0, 0.0);
        for distance in &*distances {
            let beyond = distance - nearest;
            let weight = (-beta * beyond).exp();
            sum += weight;
            moment += weight * beyond;
        }
        let excess = sum.ln() + beta * moment / sum - entropy;
        if excess.abs() < TOLERANCE || step == STEPS {
            for distance in &mut *distances {
                *distance = (-beta * (*distance - nearest)).exp() / sum;
            }
            return;
        }
        if excess > 0.0 {
            low = beta;
            beta = if high.is_finite() { f64::midpoint(beta, high) } else { beta * 2.0 };
        } else {
            high = beta;
            beta = if low.is_finite() { f64::midpoint(beta, low) } else { beta / 2.0 };
        }
    }
}

/// The mean of the two middle ones of an even number of values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { f64::midpoint(values[middle - 1], values[middle]) } else { values[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_entropy_that_was_asked_for_at_any_scale() {
        for scale in [1e-6, 1.0, 1e6] {
            let mut weights: Vec<f64> = (1..90).map(|i| (3.0 + f64::from(i).sqrt()) * scale).collect();
            weigh(&mut weights, 30_f64.ln());
            let sum: f64 = weights.iter().sum();
            let entropy: f64 = weights.iter().map(|w| -w * w.ln()).sum();
            assert!((sum - 1.0).abs() < 1e-12 && (entropy - 30_f64.ln()).abs() < 1e-5, "{scale}: {entropy}");
        }
    }

    #[test]
    fn equal_distances_weigh_the_same_and_a_far_crowd_nothing() {
        let mut weights = vec![2.0; 89];
        weigh(&mut weights, 30_f64.ln());
        assert!(weights.iter().all(|w| (w - 1.0 / 89.0).abs() < 1e-15));
        let mut weights = vec![1e300; 89];
        weights[0] = 0.0;
        weigh(&mut weights, 30_f64.ln());
        assert!((weights[0] - 1.0).abs() < 1e-15 && weights[1..].iter().all(|&w| w < 1e-300));
    }

    #[test]
    fn medians() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-15);
        assert!((median(vec![4.0, 1.0, 2.0, 9.0]) - 3.0).abs() < 1e-15);
    }
}
