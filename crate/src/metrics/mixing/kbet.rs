//! kBET: in how many neighbourhoods the batches have the shares that they have overall.

use super::super::MetricError;
use super::super::labels::Labels;
use super::super::points::Points;
use super::super::tails::chi2_upper;
use super::diffusion;
use super::fuzzy::Fuzzy;
use super::nearest::Nearest;
use crate::embed::select_nearest;

/// Neighbourhoods that the graph is made of, and those of [`kbet_lite`], the cell itself counted.
const NEIGHBOURS: usize = 50;
/// A neighbourhood passes if its deviation, or a larger one, would come by chance this often.
const ALPHA: f64 = 0.05;
/// Eigenvectors of a diffusion map at most.
const COMPONENTS: usize = 100;
/// Labels with fewer cells are left out.
const LEAST_CELLS: usize = 10;
/// Neighbours that a label is tested with.
const FEWEST: usize = 10;
/// See [`FEWEST`].
const MOST: usize = 70;
/// Share of a label's cells that have to be in large parts of the graph.
const SHARE_IN_LARGE_PARTS: f64 = 0.75;

/// What kBET says about one label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelKbet {
    /// The label.
    pub label: u32,
    /// Its cells.
    pub cells: usize,
    /// Share of the neighbourhoods that pass; `None` with fewer than 10 cells or one batch.
    pub acceptance: Option<f64>,
}

/// The mean over labels of the share of neighbourhoods that pass, 0 to 1, higher is better; see [`kbet_of_labels`].
///
/// `None` if no label has 10 cells of two batches. Source: scib-metrics 0.6.0 `kbet_per_label`. Errors: other numbers of batches or
/// labels than of cells.
pub fn kbet(nearest: &Nearest, batch: &[u32], labels: &[u32]) -> Result<Option<f64>, MetricError> {
    let scores: Vec<f64> =
        kbet_of_labels(nearest, batch, labels)?.iter().filter_map(|label| label.acceptance).collect();
    Ok((!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64))
}

/// kBET of every label, in their order.
///
/// The graph of 50 neighbours (the cell itself counted) is cut down to the label, made a diffusion map of at most 100 components, and
/// each cell is tested with its `k0` nearest neighbours there and itself: `sum_b (observed - expected)^2 / expected` against the
/// chi-square distribution with a degree of freedom less than there are batches; it passes with `p >= 0.05`. `k0` is a quarter of the
/// mean number of cells per batch, 10 to 70. If the label's graph is in parts, those below `3 k0` cells are left out, and the score is
/// 0 if they hold more than a quarter of the cells.
///
/// As in scib-metrics, a label with fewer cells than 101 also limits the components of all labels *after* it: number labels in the
/// order of their names to get the package's values. Neighbours in the map are exact here, approximate there.
///
/// Errors: other numbers of batches or labels than of cells.
pub fn kbet_of_labels(nearest: &Nearest, batch: &[u32], labels: &[u32]) -> Result<Vec<LabelKbet>, MetricError> {
    let groups = Labels::new("labels", labels, nearest.cells())?;
    let batch = Labels::new("batches", batch, nearest.cells())?;
    let graph = Fuzzy::new(nearest, NEIGHBOURS);
    let mut components = COMPONENTS;
    let score = |cells: Vec<usize>| LabelKbet {
        label: labels[cells[0]],
        cells: cells.len(),
        acceptance: of_label(&graph, &cells, batch.codes(), &mut components),
    };
    Ok(groups.members().into_iter().map(score).collect())
}

/// kBET without labels: the share of all cells whose 50 nearest neighbours, the cell itself counted, pass the test.
///
/// 0 to 1, higher is better. A cell type that one batch lacks counts as badly mixed, which is why [`kbet`] goes label by label. `None`
/// with one batch, or with 50 cells or fewer, whose neighbourhoods would be everything. Source: scib-metrics 0.6.0 `kbet` on 50 neighbours.
/// Errors: another number of batches than of cells.
pub fn kbet_lite(nearest: &Nearest, batch: &[u32]) -> Result<Option<f64>, MetricError> {
    let batch = Labels::new("batches", batch, nearest.cells())?;
    if batch.groups() < 2 || nearest.cells() <= NEIGHBOURS {
        return Ok(None);
    }
    let mut test = Test::new(batch.counts());
    for cell in 0..nearest.cells() {
        let neighbours = nearest.of(cell, nearest.others(NEIGHBOURS)).map(|(neighbour, _)| neighbour);
        test.see(neighbours.chain([cell]).map(|cell| batch.codes()[cell]));
    }
    Ok(Some(test.acceptance()))
}

/// The score of one label with these cells. `components` is what labels before have left.
fn of_label(graph: &Fuzzy, cells: &[usize], batch: &[usize], components: &mut usize) -> Option<f64> {
    let codes: Vec<u32> = cells.iter().map(|&cell| batch[cell] as u32).collect();
    let batches = Labels::new("batches", &codes, cells.len()).ok()?;
    if cells.len() < LEAST_CELLS || batches.groups() == 1 {
        return None;
    }
    let k = (cells.len() / (4 * batches.groups())).clamp(FEWEST, MOST);
    let mut graph = graph.among(cells);
    let mut kept: Vec<usize> = (0..cells.len()).collect();
    let parts = graph.components();
    if parts.len() > 1 {
        kept = parts.into_iter().filter(|part| part.len() >= 3 * k).flatten().collect();
        kept.sort_unstable();
        if (kept.len() as f64) < SHARE_IN_LARGE_PARTS * cells.len() as f64 {
            return Some(0.0);
        }
        graph = graph.among(&kept);
    }
    *components = (*components).min(kept.len() - 1);
    let map = diffusion::map(&graph, *components);
    let codes: Vec<u32> = kept.iter().map(|&cell| codes[cell]).collect();
    let batches = Labels::new("batches", &codes, kept.len()).ok()?;
    let mut test = Test::new(batches.counts());
    let mut nearest = Vec::with_capacity(kept.len());
    Points::new(map.view()).each_row(|i, squared| {
        select_nearest(squared, i, k, &mut nearest);
        test.see(nearest.iter().map(|&(_, j)| j).chain([i]).map(|cell| batches.codes()[cell]));
    });
    Some(test.acceptance())
}

/// Pearson's chi-square test of neighbourhoods against the shares of all cells.
struct Test {
    shares: Vec<f64>,
    counts: Vec<usize>,
    passed: usize,
    seen: usize,
}

impl Test {
    /// From the cells of every batch.
    fn new(sizes: &[usize]) -> Self {
        let all = sizes.iter().sum::<usize>() as f64;
        let shares = sizes.iter().map(|&size| size as f64 / all).collect();
        Self { shares, counts: vec![0; sizes.len()], passed: 0, seen: 0 }
    }

    /// The batches of the cells of one neighbourhood.
    fn see(&mut self, batches: impl Iterator<Item = usize>) {
        self.counts.fill(0);
        batches.for_each(|batch| self.counts[batch] += 1);
        let size = self.counts.iter().sum::<usize>() as f64;
        let deviation = |(&count, share): (&usize, &f64)| (count as f64 - share * size).powi(2) / (share * size);
        let statistic = self.counts.iter().zip(&self.shares).map(deviation).sum();
        // With one batch left there is nothing to test, and scib-metrics lets nothing pass.
        self.passed += usize::from(chi2_upper(statistic, self.shares.len() as f64 - 1.0) >= ALPHA);
        self.seen += 1;
    }

    fn acceptance(&self) -> f64 {
        self.passed as f64 / self.seen as f64
    }
}
