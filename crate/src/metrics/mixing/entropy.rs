//! The entropy of batch mixing (BE): how varied the batches are among the nearest neighbours of a cell.

use ndarray::ArrayView2;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::super::MetricError;
use super::super::labels::{Labels, entropy};
use crate::random;

/// Neighbours that are looked at, where there are so many other cells.
pub const NEIGHBOURS: usize = 50;

/// The pools of [`pooled`]; the defaults are the paper's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pools {
    /// Number of pools (1 or more).
    pub pools: usize,
    /// Cells of a pool, drawn with replacement (1 or more).
    pub cells: usize,
}

impl Default for Pools {
    fn default() -> Self {
        Self { pools: 50, cells: 100 }
    }
}

impl Pools {
    /// Errors: no pool, or no cell in one.
    pub fn check(&self) -> Result<(), MetricError> {
        for (name, value) in [("the number of pools", self.pools), ("the number of cells in a pool", self.cells)] {
            if value == 0 {
                return Err(MetricError::Setting { name, value: 0.0, rule: "1 or more" });
            }
        }
        Ok(())
    }
}

/// The entropy of the batches among the first `k` neighbours of every cell, in nats.
///
/// `h_i = -sum_b f_b ln f_b` with `f_b` the share of batch b among them. `neighbours` (`cells x k` or more) are rows of other cells,
/// nearest first, as `embed::nearest_neighbours` gives them.
///
/// Errors: another number of batches than of cells, fewer than two batches, `k` is 0 or above the number of neighbours, a neighbour
/// that is no cell.
pub fn per_cell(neighbours: ArrayView2<usize>, batch: &[u32], k: usize) -> Result<Vec<f64>, MetricError> {
    let cells = neighbours.nrows();
    let batch = Labels::new("batches", batch, cells)?;
    batch.check(2, usize::MAX)?;
    if k == 0 {
        return Err(MetricError::Setting { name: "the number of neighbours", value: 0.0, rule: "1 or more" });
    }
    if k > neighbours.ncols() {
        let limit = neighbours.ncols() + 1;
        return Err(MetricError::Neighbour { name: "the number of neighbours asked for", value: k, limit });
    }
    let mut counts = vec![0; batch.groups()];
    let mut entropies = Vec::with_capacity(cells);
    for row in neighbours.outer_iter() {
        counts.fill(0);
        for &j in row.iter().take(k) {
            let Some(&code) = batch.codes().get(j) else {
                return Err(MetricError::Neighbour { name: "a cell number", value: j, limit: cells });
            };
            counts[code] += 1;
        }
        entropies.push(entropy(&counts));
    }
    Ok(entropies)
}

/// The mean over all cells: what [`pooled`] estimates, without its noise. 0 to `ln(batches)`, higher is better.
///
/// Errors: see [`per_cell`].
pub fn exact(neighbours: ArrayView2<usize>, batch: &[u32], k: usize) -> Result<f64, MetricError> {
    Ok(mean(&per_cell(neighbours, batch, k)?))
}

/// The mean over pools of cells drawn with replacement, as Li et al. 2022 and scVI report it (50 pools of 100 cells, 50 neighbours).
///
/// Source: scVI 0.3.0 `entropy_batch_mixing`, for two batches; here for any number. The draws are those of the stream
/// `metrics/be_pools`. Errors: see [`per_cell`], and no pool or no cell in it.
pub fn pooled(
    neighbours: ArrayView2<usize>,
    batch: &[u32],
    k: usize,
    pools: Pools,
    seed: u64,
) -> Result<f64, MetricError> {
    pooled_mean(&per_cell(neighbours, batch, k)?, pools, seed)
}

/// The mean over all cells divided by the entropy of the batches themselves, `H(p)`: about 1 where every neighbourhood is like the
/// whole, 0 where batches are apart; higher is better. It may be a little above 1, as neighbourhoods can be more balanced than the whole.
///
/// With unequal batches 0.69 is out of reach for the plain number, and this one says how far it is from what can be reached. Errors: see
/// [`per_cell`].
pub fn relative(neighbours: ArrayView2<usize>, batch: &[u32], k: usize) -> Result<f64, MetricError> {
    Ok(exact(neighbours, batch, k)? / Labels::new("batches", batch, batch.len())?.entropy())
}

/// [`pooled`] from the entropies of all cells.
pub(in super::super) fn pooled_mean(entropies: &[f64], pools: Pools, seed: u64) -> Result<f64, MetricError> {
    pools.check()?;
    let mut rng = random::stream(seed, "metrics/be_pools");
    let mut draw = || entropies[rng.random_range(0..entropies.len())];
    let means = (0..pools.pools).map(|_| (0..pools.cells).map(|_| draw()).sum::<f64>() / pools.cells as f64);
    Ok(means.sum::<f64>() / pools.pools as f64)
}

pub(in super::super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
