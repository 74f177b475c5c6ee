//! Counts that are drawn, not computed: cells whose expected expression is changed gene by gene and which keep counting
//! noise, on which tests of differential expression rest.

use ndarray::{Array2, ArrayView1};
use rand::RngExt;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma};

use crate::data::{Csr, normalise};
use crate::metrics::r2::gene_means;
use crate::random::{Stream, permutation};

/// Changes the counts of `cells` by a fold change per gene.
///
/// A gene that goes down loses molecules at random, a gene that goes up gains as many as `(fold - 1) * share` of the
/// total library, put into cells with probability proportional to their library. Draws are systematic: the number of
/// molecules of a gene in all cells is its expectation, rounded at random. So a cell's count has the noise of
/// counting, while the mean over the cells has none beyond that of the cells themselves.
///
/// Every gene has random numbers of its own, and those of a small change are among those of a larger one: asked for a little
/// more with the same `rng`, the same molecules come or go, and a few others (common random numbers).
///
/// `fold` and `share` (expected share of all counts in the unchanged cells) have one entry per gene. With `theta`, one
/// per gene too, the gain of a cell is negative binomial: its expectation is multiplied by a gamma variable with shape
/// theta and mean 1, as where cells respond unequally.
#[must_use]
pub fn change_counts(cells: &Csr, fold: &[f64], share: &[f64], theta: Option<&[f64]>, rng: &mut Stream) -> Csr {
    let (n_cells, n_genes) = (cells.n_rows(), cells.n_cols());
    let libraries = cells.row_sums();
    let total: f64 = libraries.iter().sum();
    let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n_cells];
    let streams = Stream::from_seed(rng.random());
    for (gene, mut counts) in columns(cells).into_iter().enumerate().take(n_genes) {
        if fold[gene] < 1.0 {
            thin(&mut counts, fold[gene], &mut numbered(&streams, gene, 0));
        } else {
            let gain = total * (fold[gene] - 1.0) * share[gene];
            let rng = &mut numbered(&streams, gene, 0);
            add(&mut counts, gain, &libraries, theta.map(|t| (t[gene], numbered(&streams, gene, 1))), rng);
        }
        counts.sort_unstable_by_key(|&(cell, _)| cell);
        for (cell, count) in counts {
            let row = &mut rows[cell];
            match row.last_mut() {
                Some((last, sum)) if *last == gene as u32 => *sum += count,
                _ if count > 0.0 => row.push((gene as u32, count)),
                _ => {}
            }
        }
    }
    Csr::from_rows(n_genes, rows)
}

/// Control cells that can be drawn again with other means.
pub struct Redraw<'a> {
    counts: Csr,
    genes: &'a [usize],
    target_sum: f64,
    log1p: bool,
    /// Each gene's mean share of a cell's counts; a gene that no cell has can be added too, from a floor.
    share: Vec<f64>,
}

/// Rounds in which the fold changes are corrected for what the logarithm of drawn counts makes of them.
const ROUNDS: usize = 6;

impl<'a> Redraw<'a> {
    /// `counts` (cells x all genes) that are drawn again; `genes` are the columns of what is predicted, normalised to
    /// `target_sum`, with a logarithm if `log1p`.
    #[must_use]
    pub fn new(counts: Csr, genes: &'a [usize], target_sum: f64, log1p: bool) -> Self {
        let floor = 0.5 / (target_sum * counts.n_rows().max(1) as f64);
        let share = mean_shares(&counts).into_iter().map(|share| share.max(floor)).collect();
        Self { counts, genes, target_sum, log1p, share }
    }

    /// Cells (as many as there are, log-normalised, over `genes`) whose gene means are nearly `wanted`; other genes stay
    /// as they are. `rng` begins the same stream every time.
    ///
    /// The mean m of logarithms of counts is not the logarithm of their mean: it depends on how they scatter over the
    /// cells. So the cells are drawn, and drawn again with every gene's rate multiplied by `(wanted / m)^(1 / k)`, where
    /// `k = d ln m / d ln rate` follows from what one more molecule would do (`elasticities`, below). As ln m is concave
    /// in ln rate, this does not overshoot on the way up.
    #[must_use]
    pub fn to_means(&self, wanted: &[f64], rng: impl Fn() -> Stream) -> Array2<f32> {
        let mut rates: Vec<f64> = self.genes.iter().map(|&gene| self.target_sum * self.share[gene]).collect();
        let mut fold = vec![1.0; self.counts.n_cols()];
        let mut libraries = self.counts.row_sums();
        let mut cells = self.expression(&self.counts);
        for _ in 0..ROUNDS {
            let found = gene_means(cells.view());
            let elasticities = self.elasticities(&cells, &libraries, &rates, &found);
            for (i, &gene) in self.genes.iter().enumerate() {
                rates[i] = if wanted[i] <= 0.0 {
                    0.0
                } else if found[i] > 0.0 {
                    rates[i] * (wanted[i] / found[i]).powf(1.0 / elasticities[i])
                } else if self.log1p {
                    wanted[i].exp_m1()
                } else {
                    wanted[i]
                };
                // No gene can have more than all counts; what is not a number changes nothing.
                let share = rates[i].min(self.target_sum) / self.target_sum;
                fold[gene] = if share.is_finite() { share / self.share[gene] } else { 1.0 };
            }
            let drawn = change_counts(&self.counts, &fold, &self.share, None, &mut rng());
            libraries = drawn.row_sums();
            cells = self.expression(&drawn);
        }
        cells
    }

    /// `d ln m / d ln rate` of every gene's mean m, for Poisson counts: their expectation of any f(count) rises with their
    /// mean by that of f(count + 1) - f(count). Between .1 and 1.
    fn elasticities(&self, cells: &Array2<f32>, libraries: &[f64], rates: &[f64], found: &[f64]) -> Vec<f64> {
        let n = cells.nrows() as f64;
        let of_gene = |(i, values): (usize, ArrayView1<f32>)| {
            if !self.log1p || found[i] <= 0.0 {
                return 1.0;
            }
            // log1p(x + one) - log1p(x) with v = log1p(x); one molecule is `target_sum / library`, one unit of rate its inverse.
            let rise = values.iter().zip(libraries).map(|(&v, library)| {
                let one = self.target_sum / library.max(1.0);
                (one * f64::from(-v).exp()).ln_1p() / one
            });
            (rates[i] * rise.sum::<f64>() / n / found[i]).clamp(0.1, 1.0)
        };
        cells.columns().into_iter().enumerate().map(of_gene).collect()
    }

    fn expression(&self, counts: &Csr) -> Array2<f32> {
        normalise(counts, self.target_sum, self.log1p).select_cols(self.genes).to_dense()
    }
}

/// The mean over cells of each gene's share of a cell's counts.
fn mean_shares(counts: &Csr) -> Vec<f64> {
    let mut shares = vec![0.0; counts.n_cols()];
    for (i, library) in counts.row_sums().into_iter().enumerate() {
        let (genes, values) = counts.row(i);
        for (&gene, &value) in genes.iter().zip(values) {
            shares[gene as usize] += f64::from(value) / (library.max(1.0) * counts.n_rows() as f64);
        }
    }
    shares
}

/// Cells and counts of every gene.
fn columns(cells: &Csr) -> Vec<Vec<(usize, f32)>> {
    let mut columns = vec![Vec::new(); cells.n_cols()];
    for i in 0..cells.n_rows() {
        let (genes, values) = cells.row(i);
        for (&gene, &value) in genes.iter().zip(values) {
            columns[gene as usize].push((i, value));
        }
    }
    columns
}

/// A stream of random numbers for each of two uses in every gene.
fn numbered(streams: &Stream, gene: usize, use_of: u64) -> Stream {
    let mut stream = streams.clone();
    stream.set_stream(2 * gene as u64 + use_of);
    stream
}

/// Keeps `fold` of the `n` molecules: the first `floor(n fold + u)` in a random order.
fn thin(counts: &mut [(usize, f32)], fold: f64, rng: &mut Stream) {
    let mut owner = Vec::new();
    for (place, (_, count)) in counts.iter_mut().enumerate() {
        owner.extend(std::iter::repeat_n(place, *count as usize));
        *count = 0.0;
    }
    if owner.is_empty() {
        return;
    }
    let kept = (owner.len() as f64 * fold.max(0.0) + rng.random::<f64>()).floor() as usize;
    for molecule in permutation(owner.len(), rng).into_iter().take(kept) {
        counts[owner[molecule]].1 += 1.0;
    }
}

/// Adds `expected` molecules, each to a cell chosen in proportion to its library times its gamma variable.
fn add(
    counts: &mut Vec<(usize, f32)>,
    expected: f64,
    libraries: &[f64],
    gamma: Option<(f64, Stream)>,
    rng: &mut Stream,
) {
    let start: f64 = rng.random();
    let molecules = (expected + start).floor();
    if molecules < 1.0 || !molecules.is_finite() {
        return;
    }
    let mut gamma = gamma.and_then(|(theta, stream)| Some((Gamma::new(theta, 1.0).ok()?, stream)));
    let mut total = 0.0;
    let cumulative: Vec<f64> = libraries
        .iter()
        .map(|library| {
            total += library * gamma.as_mut().map_or(1.0, |(gamma, stream)| gamma.sample(stream));
            total
        })
        .collect();
    if total <= 0.0 {
        return;
    }
    for _ in 0..molecules as usize {
        let at = rng.random::<f64>() * total;
        counts.push((cumulative.partition_point(|&sum| sum <= at).min(cumulative.len() - 1), 1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    fn cells() -> Csr {
        let rows = (0..200u32).map(|i| vec![(0, 20.0 + (i % 7) as f32), (1, 1.0 + (i % 3) as f32), (2, 80.0)]);
        Csr::from_rows(4, rows.collect::<Vec<_>>())
    }

    fn sums(counts: &Csr) -> Vec<f64> {
        (0..counts.n_cols()).map(|g| f64::from(counts.select_cols(&[g]).to_dense().sum())).collect()
    }

    #[test]
    fn totals_are_the_expected_ones() {
        let control = cells();
        let (before, share) = (sums(&control), mean_shares(&control));
        let after = sums(&change_counts(&control, &[0.5, 3.0, 1.0, 5.0], &share, None, &mut stream(1, "test")));
        assert!((after[0] - 0.5 * before[0]).abs() <= 1.0, "{after:?}");
        assert!((after[1] - 3.0 * before[1]).abs() < 0.02 * after[1], "{after:?}");
        assert_eq!((after[2], after[3]), (before[2], 0.0));
    }

    #[test]
    fn a_little_more_changes_little() {
        let control = cells();
        let (share, theta) = (mean_shares(&control), [2.0; 4]);
        let changed =
            |fold: &[f64]| change_counts(&control, fold, &share, Some(&theta), &mut stream(1, "test")).to_dense();
        let (less, more) = (changed(&[0.5, 3.0, 1.0, 1.0]), changed(&[0.51, 3.1, 1.0, 1.0]));
        let moved: Vec<f32> = (&more - &less).columns().into_iter().map(|gene| gene.mapv(f32::abs).sum()).collect();
        let net: Vec<f32> = (&more - &less).columns().into_iter().map(|gene| gene.sum()).collect();
        assert!(net[0] > 0.0 && net[1] > 0.0);
        assert_eq!((moved[0], moved[1], moved[2]), (net[0], net[1], 0.0));
        // What happens to one gene is nothing to the others.
        assert_eq!(changed(&[0.9, 3.0, 1.0, 1.0]).column(1), less.column(1));
    }

    #[test]
    fn a_cell_keeps_the_noise_of_counting() {
        let rows = vec![vec![(0, 100.0), (1, 100.0)]; 400];
        let control = Csr::from_rows(2, rows);
        let drawn = change_counts(&control, &[0.5, 2.0], &[0.5, 0.5], None, &mut stream(1, "test")).to_dense();
        for (gene, variance) in [(0, 25.0), (1, 100.0)] {
            let column = drawn.column(gene);
            let mean = column.sum() / 400.0;
            let found = column.mapv(|v| (v - mean).powi(2)).sum() / 400.0;
            assert!((found / variance - 1.0).abs() < 0.3, "gene {gene}: variance {found}, expected {variance}");
        }
    }

    #[test]
    fn wanted_means_are_met_by_counts() {
        let control = cells();
        let genes = [0, 1, 2, 3];
        for log1p in [true, false] {
            let mut wanted = gene_means(normalise(&control, 1e4, log1p).to_dense().view());
            (wanted[0], wanted[1]) = (wanted[0] * 0.9, wanted[1] * 1.1);
            wanted[3] = if log1p { 2.0 } else { 40.0 };
            let redraw = Redraw::new(control.clone(), &genes, 1e4, log1p);
            let drawn = redraw.to_means(&wanted, || stream(1, "test"));
            for (gene, (found, wanted)) in gene_means(drawn.view()).iter().zip(&wanted).enumerate() {
                // Every cell's counts are scaled to the same total, so the frequent gene takes what the others leave; which
                // cells get the few molecules of the gene that was not there is chance.
                let within = [0.02, 0.02, 0.05, 0.08][gene];
                assert!((found / wanted - 1.0).abs() < within, "{log1p} gene {gene}: {found}, wanted {wanted}");
            }
            assert!(drawn.column(3).iter().any(|&v| v == 0.0) && drawn.column(3).iter().any(|&v| v > 0.0));
            assert_eq!(drawn, redraw.to_means(&wanted, || stream(1, "test")));
        }
    }

    #[test]
    fn the_control_mean_gives_the_control() {
        let control = cells();
        let log = normalise(&control, 1e4, true).to_dense();
        let redraw = Redraw::new(control, &[0, 1, 2, 3], 1e4, true);
        let drawn = redraw.to_means(&gene_means(log.view()), || stream(1, "test"));
        assert!(drawn.iter().zip(&log).all(|(a, b)| (a - b).abs() < 1e-3));
    }
}
