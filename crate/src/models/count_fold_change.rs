//! A baseline of our own that keeps the variance between cells: fold changes applied to counts.

use ndarray::Array2;
use rand_distr::{Binomial, Distribution, Poisson};

use crate::data::{Csr, normalise};
use crate::random::{Stream, stream};

use super::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};

/// Multiplies the counts of the held-out type's control cells by the other types' fold changes.
///
/// For each donor type the pseudobulk proportions of treated and control cells give a log ratio per gene; the fold
/// change is the exponential of their mean over donors. A gene that goes down is thinned (each count kept with
/// probability f), one that goes up gains Poisson counts with mean (f - 1) x the control's expected count in that cell
/// (its library size x the pseudobulk proportion of the type). The result is normalised like the data. Unlike a shift of
/// the mean this keeps counting noise, and with it the variance that differential expression tests rest on.
pub struct CountFoldChange {
    seeds: Vec<u64>,
    target_sum: f64,
    log1p: bool,
}

/// Counts added to every gene of a pseudobulk, so that an unseen gene has a finite log ratio.
const PSEUDO_COUNT: f64 = 0.5;

impl CountFoldChange {
    /// One prediction per seed; `target_sum` and `log1p` as the data were normalised.
    #[must_use]
    pub fn new(seeds: &[u64], target_sum: f64, log1p: bool) -> Self {
        Self { seeds: seeds.to_vec(), target_sum, log1p }
    }

    fn predict_seed(&self, seed: u64, control: &Csr, base: &[f64], fold: &[f64], genes: &[usize]) -> Array2<f32> {
        let mut rng = stream(seed, "count_fold_change");
        let libraries = control.row_sums();
        let total_base: f64 = base.iter().sum();
        let rows = libraries.iter().enumerate().map(|(i, library)| {
            let (columns, values) = control.row(i);
            let mut counts = vec![0.0; base.len()];
            for (&gene, &value) in columns.iter().zip(values) {
                counts[gene as usize] = thin(f64::from(value), fold[gene as usize], &mut rng);
            }
            for (gene, count) in counts.iter_mut().enumerate() {
                if fold[gene] > 1.0 {
                    *count += poisson((fold[gene] - 1.0) * library * base[gene] / total_base, &mut rng);
                }
            }
            counts.iter().enumerate().filter(|(_, c)| **c > 0.0).map(|(g, &c)| (g as u32, c as f32)).collect()
        });
        let predicted: Csr = Csr::from_rows(base.len(), rows.collect::<Vec<Vec<_>>>());
        normalise(&predicted, self.target_sum, self.log1p).select_cols(genes).to_dense()
    }
}

/// `count` kept with probability `fold` where that is below one.
fn thin(count: f64, fold: f64, rng: &mut Stream) -> f64 {
    if fold >= 1.0 {
        return count;
    }
    Binomial::new(count as u64, fold.max(0.0)).map_or(count, |binomial| binomial.sample(rng) as f64)
}

fn poisson(mean: f64, rng: &mut Stream) -> f64 {
    Poisson::new(mean).map_or(0.0, |poisson| poisson.sample(rng))
}

/// Counts per gene, summed over cells.
fn pseudobulk(counts: &Csr) -> Vec<f64> {
    let mut sums = vec![0.0; counts.n_cols()];
    for i in 0..counts.n_rows() {
        let (columns, values) = counts.row(i);
        for (&gene, &value) in columns.iter().zip(values) {
            sums[gene as usize] += f64::from(value);
        }
    }
    sums
}

/// Natural logarithm of each gene's share of all counts, with the pseudo count.
fn log_shares(counts: &Csr) -> Vec<f64> {
    let bulk = pseudobulk(counts);
    let total: f64 = bulk.iter().sum::<f64>() + PSEUDO_COUNT * bulk.len() as f64;
    bulk.iter().map(|&sum| ((sum + PSEUDO_COUNT) / total).ln()).collect()
}

impl PerturbationModel for CountFoldChange {
    fn progress(&self) -> FitProgress {
        FitProgress::CLOSED_FORM
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let needs_counts = || ModelError::NeedsCounts { model: "count_fold_change" };
            let donors = data.donors(arm);
            if donors.is_empty() {
                return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
            }
            let control = data.counts(data.control_cells()).ok_or_else(needs_counts)?;
            let mut log_fold = vec![0.0; control.n_cols()];
            for &donor in &donors {
                let treated = data.counts(&data.cells_of(donor, arm)).ok_or_else(needs_counts)?;
                let untreated = data.counts(&data.cells_of(donor, 0)).ok_or_else(needs_counts)?;
                for ((sum, t), c) in log_fold.iter_mut().zip(log_shares(&treated)).zip(log_shares(&untreated)) {
                    *sum += (t - c) / donors.len() as f64;
                }
            }
            let fold: Vec<f64> = log_fold.into_iter().map(f64::exp).collect();
            let base: Vec<f64> = pseudobulk(&control).into_iter().map(|sum| sum + PSEUDO_COUNT).collect();
            let genes = &data.prepared().gene_index;
            Ok(self.seeds.iter().map(|&seed| self.predict_seed(seed, &control, &base, &fold, genes)).collect())
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }
}
