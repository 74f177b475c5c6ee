//! How cells are drawn again: settings, draws of labels and cells, and distances of means for all of them at once.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::distance::Distance;
use super::pair_sums::Pooled;
use crate::random;

/// How often cells are drawn again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResampleSettings {
    /// Permutations of the labels, for the p-value.
    pub permutations: usize,
    /// Draws with replacement, for the interval.
    pub bootstraps: usize,
    /// The most permutations, and the most draws, of distances that cost a transport problem each.
    pub transport_resamples: usize,
    /// Seed of all draws.
    pub seed: u64,
}

impl Default for ResampleSettings {
    fn default() -> Self {
        Self { permutations: 100, bootstraps: 100, transport_resamples: 39, seed: 1 }
    }
}

/// How many permutations and redraws make sense.
pub(super) fn counts(n: usize, m: usize, settings: &ResampleSettings) -> (usize, usize) {
    let permutations = if n + m > 2 { settings.permutations } else { 0 };
    let redraws = if n > 1 && m > 1 { settings.bootstraps } else { 0 };
    (permutations, redraws)
}

/// Permutes the labels and redraws the cells of each group, both within strata: `strata` has a number per pooled cell,
/// such as its cell type; empty for one stratum.
pub(super) fn draw(pooled: &mut Pooled, permutations: usize, redraws: usize, seed: u64, purpose: &str, strata: &[u32]) {
    let cells = pooled.len();
    let mut groups: BTreeMap<u32, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for cell in 0..cells {
        let group = groups.entry(strata.get(cell).copied().unwrap_or(0)).or_default();
        if cell < pooled.n { group.0.push(cell) } else { group.1.push(cell) }
    }
    let stream = |what: &str| random::stream(seed, &format!("metrics/contrast/{what}/{purpose}"));
    let mut rng = stream("permutation");
    let mut labels = Array2::zeros((cells, permutations));
    for column in 0..permutations {
        for (control, treated) in groups.values() {
            let order = random::permutation(control.len() + treated.len(), &mut rng);
            for &place in &order[control.len()..] {
                let cell = control.get(place).copied().unwrap_or_else(|| treated[place - control.len()]);
                labels[(cell, column)] = 1.0;
            }
        }
    }
    let mut rng = stream("bootstrap");
    let mut draws = Array2::zeros((cells, redraws));
    for column in 0..redraws {
        for group in groups.values().flat_map(|(control, treated)| [control, treated]) {
            for _ in group {
                draws[(group[rng.random_range(0..group.len() as u32) as usize], column)] += 1.0;
            }
        }
    }
    (pooled.labels, pooled.draws) = (labels, draws);
}

/// Squared distances of the means of the groups, for every permutation and for every redraw.
pub(super) fn squared_mean_distances(pooled: &Pooled) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = (pooled.n, pooled.m);
    // Centred, so that means of many cells are not differences of large numbers.
    let centre = pooled.points.mean();
    let z = Array2::from_shape_fn((n + m, centre.len()), |(i, j)| pooled.points.row(i)[j] - centre[j]);
    let rows =
        |of: ArrayView2<f64>, from: usize, to: usize| of.slice_axis(Axis(0), Slice::from(from..to)).t().to_owned();
    let total: Array1<f64> = z.sum_axis(Axis(0));
    let treated = pooled.labels.t().dot(&z);
    let control = &total - &treated;
    let permuted = differences(&(control / n as f64), &(treated / m as f64));
    let mean = |from: usize, to: usize| {
        let draws = rows(pooled.draws.view(), from, to);
        draws.dot(&z.slice_axis(Axis(0), Slice::from(from..to))) / (to - from) as f64
    };
    (permuted, differences(&mean(0, n), &mean(n, n + m)))
}

/// Squared distances between the rows of two matrices.
fn differences(x: &Array2<f64>, y: &Array2<f64>) -> Vec<f64> {
    x.outer_iter().zip(y.outer_iter()).map(|(x, y)| x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum()).collect()
}

/// Roughly how many multiply-adds a [`super::contrast::Contrast`] spends on groups of `n` and `m` cells in `p` components, all resampling
/// included: for saying how much longer more cells would take.
#[must_use]
pub fn work(n: usize, m: usize, p: usize, distances: &[Distance], settings: &ResampleSettings) -> f64 {
    let (cells, pairs) = ((n + m) as f64, ((n + m) * (n + m)) as f64);
    let (resamples, transports) = (
        (settings.permutations + settings.bootstraps) as f64,
        (settings.permutations.min(settings.transport_resamples)
            + settings.bootstraps.min(settings.transport_resamples)) as f64,
    );
    let cost = |distance: &Distance| match distance {
        Distance::Edistance | Distance::MeanPairwise | Distance::MmdRbf | Distance::MmdRbfMedian => {
            pairs / 2.0 * (p as f64 + resamples + 20.0)
        }
        Distance::EdistanceSquared | Distance::Euclidean | Distance::MmdLinear => cells * p as f64 * (1.0 + resamples),
        Distance::Wasserstein | Distance::WassersteinMean => (n * m) as f64 * (p as f64 + 200.0 * (1.0 + transports)),
        // With groups of one size most cells find a partner at once.
        Distance::Emd => {
            let searches = n.max(m) as f64 * if n == m { 1.0 } else { 10.0 };
            (n * m) as f64 * (p as f64 + searches * (1.0 + transports))
        }
    };
    distances.iter().map(cost).sum()
}
