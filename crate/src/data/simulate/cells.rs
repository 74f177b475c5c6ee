//! Cells: which there are, and their counts.

use ndarray::Array2;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Gamma, Poisson};

use super::genes::{Genes, normal};
use super::presets::Preset;
use crate::random::{Stream, stream};

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "a cell has a cell type; `type` is a keyword")]
pub(super) struct Cell {
    pub cell_type: usize,
    pub arm: usize,
    pub batch: usize,
}

/// The cells of a preset, by type, arm and batch.
pub(super) fn plan(preset: &Preset) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (cell_type, spec) in preset.types.iter().enumerate() {
        let batches: Vec<usize> =
            (0..preset.batches.len()).filter(|&batch| !preset.missing.contains(&(cell_type, batch))).collect();
        for arm in 0..preset.treatment.n_arms() {
            cells.extend((0..spec.cells).map(|i| Cell { cell_type, arm, batch: batches[i % batches.len()] }));
        }
    }
    cells
}

/// Cells and their counts.
pub(super) struct Sample {
    pub cells: Vec<Cell>,
    /// (gene, count) of each cell, without zeros.
    pub counts: Vec<Vec<(u32, f32)>>,
}

/// Log-normal spread of library sizes within a batch.
const DEPTH_SD: f64 = 0.35;
/// Programmes that differ from cell to cell within a type (cycle, stress ...), and how strongly.
const N_PROGRAMMES: usize = 2;
const PROGRAMME_SHARE: f64 = 0.1;
const PROGRAMME_SD: f64 = 0.35;
/// Spread of the batch effect over genes, and of what of it is peculiar to a type.
const BATCH_SD: f64 = 0.35;
const BATCH_TYPE_SD: f64 = 0.1;

impl Sample {
    /// Draws the cells in random order. `means` is as in `Truth::means`.
    pub fn draw(preset: &Preset, genes: &Genes, means: &[Array2<f64>], seed: u64) -> Self {
        let mut cells = plan(preset);
        let mut rng = stream(seed, "simulate/cells");
        cells.shuffle(&mut rng);
        let programmes = programmes(genes.names.len(), seed);
        let effects = batch_effects(preset, genes.names.len(), seed);
        let counts = cells
            .iter()
            .map(|cell| {
                let depth = preset.depth * preset.batches[cell.batch].depth * (DEPTH_SD * normal(&mut rng)).exp();
                let activity: Vec<f64> = (0..N_PROGRAMMES).map(|_| normal(&mut rng)).collect();
                let mean = means[cell.cell_type].row(cell.arm);
                let effect = effects[cell.batch].row(cell.cell_type);
                let mut rate: Vec<f64> = mean.iter().zip(effect).map(|(mean, effect)| depth * mean * effect).collect();
                for (programme, activity) in programmes.iter().zip(&activity) {
                    for &(gene, loading) in programme {
                        // The expectation over cells is one, so that the truth stays the mean.
                        rate[gene] *= (loading * activity - loading * loading / 2.0).exp();
                    }
                }
                let draw = |(gene, &rate): (usize, &f64)| {
                    let dispersion = genes.dispersion(gene, preset.depth * mean[gene]);
                    let count = negative_binomial(rate, dispersion, &mut rng);
                    (count > 0.0).then_some((gene as u32, count as f32))
                };
                rate.iter().enumerate().filter_map(draw).collect()
            })
            .collect();
        Self { cells, counts }
    }
}

/// The genes of each programme with their loadings.
fn programmes(n_genes: usize, seed: u64) -> Vec<Vec<(usize, f64)>> {
    use rand::RngExt;
    let mut rng = stream(seed, "simulate/programmes");
    (0..N_PROGRAMMES)
        .map(|_| {
            (0..n_genes)
                .filter_map(|gene| {
                    let loading = PROGRAMME_SD * normal(&mut rng);
                    (rng.random::<f64>() < PROGRAMME_SHARE).then_some((gene, loading))
                })
                .collect()
        })
        .collect()
}

/// Factor on each gene, per batch a types x genes matrix; ones in the first batch.
fn batch_effects(preset: &Preset, n_genes: usize, seed: u64) -> Vec<Array2<f64>> {
    (0..preset.batches.len())
        .map(|batch| {
            let mut rng = stream(seed, &format!("simulate/batch/{batch}"));
            if batch == 0 {
                return Array2::ones((preset.types.len(), n_genes));
            }
            let common: Vec<f64> = (0..n_genes).map(|_| BATCH_SD * normal(&mut rng)).collect();
            Array2::from_shape_fn((preset.types.len(), n_genes), |(_, gene)| {
                (common[gene] + BATCH_TYPE_SD * normal(&mut rng)).exp()
            })
        })
        .collect()
}

/// A count with the given mean and variance `mean + dispersion * mean^2`: a Poisson count whose rate is
/// gamma-distributed. Zero where the parameters are out of range.
pub(super) fn negative_binomial(mean: f64, dispersion: f64, rng: &mut Stream) -> f64 {
    let rate = Gamma::new(1.0 / dispersion, dispersion * mean).map_or(0.0, |gamma| gamma.sample(rng));
    Poisson::new(rate).map_or(0.0, |poisson| poisson.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_the_variance_of_the_negative_binomial() {
        let mut rng = stream(1, "test");
        for (mean, dispersion) in [(0.2, 2.0), (3.0, 0.5), (40.0, 0.1)] {
            let n = 40_000;
            let draws: Vec<f64> = (0..n).map(|_| negative_binomial(mean, dispersion, &mut rng)).collect();
            let average = draws.iter().sum::<f64>() / f64::from(n);
            let variance = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(n);
            let expected = mean + dispersion * mean * mean;
            assert!((average / mean - 1.0).abs() < 0.04, "{average} for a mean of {mean}");
            assert!((variance / expected - 1.0).abs() < 0.1, "{variance} for a variance of {expected}");
        }
    }
}
