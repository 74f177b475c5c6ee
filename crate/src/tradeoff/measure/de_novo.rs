use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::models::FitProgress;
use crate::nn::{Noise, read_rows};
use crate::random::{permutation, stream};

use super::batch_measure::Independent;
use super::cells::Cells;
use super::{BatchMeasure, EvaluationConfig, Marginals, Measure, MeasureConfig, MeasureError};

/// Optimiser steps in one piece of work: enough to keep a GPU busy, few enough to cancel at once.
const STEPS_PER_PIECE: usize = 8;
/// Cells whose latents are evaluated at once.
const CHUNK: usize = 1024;

/// The batch effect of fixed latents, by a critic that has seen nothing before: what the paper reports.
///
/// A critic that was trained along with a model lags behind it, and says less than there is. MMD and HSIC have no critic; they are
/// evaluated as they are.
pub struct DeNovo {
    measure: BatchMeasure,
    config: EvaluationConfig,
    seeds: Vec<u64>,
    /// Of the posterior of every training cell, `[R, n, d]` both.
    mean: Tensor<3>,
    deviation: Tensor<3>,
    batch: Vec<u32>,
    noise: Noise,
    orders: Vec<Vec<usize>>,
    done: usize,
}

impl DeNovo {
    /// A fresh critic for latents with a normal posterior, `mean` and `var` `[R, n, d]`, of cells with these batch codes. One
    /// replica per seed.
    ///
    /// Errors: shapes or settings that do not fit.
    pub fn new(
        config: &MeasureConfig,
        evaluation: &EvaluationConfig,
        mean: Tensor<3>,
        var: Tensor<3>,
        batch: Vec<u32>,
        seeds: &[u64],
        device: &Device,
    ) -> Result<Self, MeasureError> {
        let n_batches = batch.iter().max().map_or(0, |&code| code as usize + 1);
        let config = MeasureConfig { learning_rate: evaluation.learning_rate, ..config.clone() };
        // Of the same seeds as the critic that the model was trained against, and yet another one.
        let name = format!("de_novo.{}", config.measure.name());
        let measure = BatchMeasure::named(&name, &config, mean.dims()[2], n_batches, 0, seeds, device)?;
        let expected = vec![seeds.len(), batch.len(), mean.dims()[2]];
        for (what, tensor) in [("the latent means", &mean), ("the latent variances", &var)] {
            if tensor.dims().to_vec() != expected {
                return Err(MeasureError::Shape { what, found: tensor.dims().to_vec(), expected });
            }
        }
        let noise = Noise::new("measure/de_novo", seeds);
        let (mean, deviation) = (mean.inner(), var.inner().sqrt());
        let (config, seeds) = (evaluation.clone(), seeds.to_vec());
        Ok(Self { measure, config, seeds, mean, deviation, batch, noise, orders: Vec::new(), done: 0 })
    }

    /// How far the critic is, in optimiser steps.
    #[must_use]
    pub fn progress(&self) -> FitProgress {
        let epochs = self.config.epochs.max(self.config.least_steps.div_ceil(self.per_epoch()));
        let total = if self.measure.config().measure.has_critic() { epochs * self.per_epoch() } else { 0 };
        FitProgress { done: self.done.min(total), total }
    }

    /// Whether the critic is trained.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.progress().is_done()
    }

    /// A few optimiser steps of the critic, each on a fresh sample of the posterior.
    pub fn step(&mut self) -> Result<(), MeasureError> {
        for _ in 0..STEPS_PER_PIECE {
            if self.is_done() {
                return Ok(());
            }
            self.train_step()?;
        }
        Ok(())
    }

    /// The measure of any cells, one value per replica; NaN where the latents are. The posterior is sampled once, always in
    /// the same way; so are, where the settings ask for it, MINE's batches permuted.
    ///
    /// MINE and the classifier take all cells in one go. MMD and HSIC are means over minibatches in random order, as in the paper; the
    /// last, smaller one is left out unless it is the only one, and for MMD those without a cell of every batch.
    ///
    /// # Shapes
    /// `mean` and `var` `[R, n, d]`, `batch` n codes.
    ///
    /// Errors: shapes that do not fit; no minibatch with cells of every batch (MMD).
    pub async fn estimate(&self, mean: Tensor<3>, var: Tensor<3>, batch: &[u32]) -> Result<Vec<f64>, MeasureError> {
        let [replicas, n, d] = mean.dims();
        let codes = vec![batch.to_vec(); replicas];
        let cells = self.measure.cells(codes, 1)?;
        let noise = Noise::new("measure/estimate", &self.seeds).normal(n, d, &mean.device().inner());
        let z = mean.inner() + var.inner().sqrt() * noise;
        if self.measure.config().measure.has_critic() {
            self.bound(z, &cells).await
        } else {
            self.average(z, batch).await
        }
    }

    fn per_epoch(&self) -> usize {
        // The rest of an epoch that does not fill a minibatch waits for the next one.
        (self.batch.len() / self.config.batch_size).max(1)
    }

    fn train_step(&mut self) -> Result<(), MeasureError> {
        let (n, within) = (self.batch.len(), self.done % self.per_epoch());
        if within == 0 {
            self.orders = self.noise.shuffles(n);
        }
        let size = self.config.batch_size.min(n);
        let chosen: Vec<&[usize]> =
            self.orders.iter().map(|order| &order[within * size..(within + 1) * size]).collect();
        let codes = chosen.iter().map(|rows| rows.iter().map(|&i| self.batch[i]).collect()).collect();
        let noise = self.noise.normal(size, self.mean.dims()[2], &self.mean.device());
        let z = gather(&self.mean, &chosen) + gather(&self.deviation, &chosen) * noise;
        let cells = self.measure.cells(codes, 1)?;
        if self.config.decay {
            let left = 1.0 - self.done as f64 / self.progress().total as f64;
            self.measure.set_learning_rate(self.config.learning_rate * (2.0 * left).min(1.0));
        }
        self.measure.learn_from(z, &cells, None, None)?;
        self.done += 1;
        Ok(())
    }

    /// The bound over all cells.
    async fn bound(&self, z: Tensor<3>, cells: &Cells) -> Result<Vec<f64>, MeasureError> {
        let mut streams: Vec<_> = self.seeds.iter().map(|&seed| stream(seed, "measure/estimate/shuffle")).collect();
        let permuted = cells.shuffled(&mut streams);
        let shares = shares(&cells.codes[0], cells.batches);
        let (replicas, n) = (cells.replicas(), cells.cells());
        let part = |all: &Cells, from: usize, to: usize| -> Result<Cells, MeasureError> {
            self.measure.cells(all.codes.iter().map(|codes| codes[from..to].to_vec()).collect(), 1)
        };
        // What the critic says of every cell, [R][kinds][n].
        let mut said: Vec<Vec<Vec<f64>>> = Vec::new();
        for from in (0..n).step_by(CHUNK) {
            let to = (from + CHUNK).min(n);
            let z = z.clone().narrow(1, from, to - from);
            let some = part(&permuted, from, to)?;
            let independent = match self.config.marginals {
                Marginals::All => Independent::Shares(&shares),
                Marginals::Permuted => Independent::Permuted(&some),
            };
            let Some(of) = self.measure.said_of(z, &part(cells, from, to)?, &independent)? else { continue };
            let kinds = of.dims()[1];
            let values = read_rows(of).await?;
            said.resize(replicas, vec![Vec::new(); kinds]);
            for (r, kinds_of) in values.chunks_exact(kinds * (to - from)).enumerate() {
                for (all, some) in said[r].iter_mut().zip(kinds_of.chunks_exact(to - from)) {
                    all.extend(some.iter().map(|&value| f64::from(value)));
                }
            }
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let entropy: f64 = shares.iter().filter(|share| **share > 0.0).map(|share| -share * share.ln()).sum();
        let is_classifier = self.measure.config().measure == Measure::Classifier;
        let of = |kinds: Vec<Vec<f64>>| {
            if is_classifier {
                return entropy + mean(&kinds[0]);
            }
            let largest = kinds[1].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exponentials: Vec<f64> = kinds[1].iter().map(|t| (t - largest).exp()).collect();
            mean(&kinds[0]) - largest - mean(&exponentials).ln()
        };
        Ok(said.into_iter().map(of).collect())
    }

    /// The mean over minibatches.
    async fn average(&self, z: Tensor<3>, batch: &[u32]) -> Result<Vec<f64>, MeasureError> {
        let (replicas, n) = (z.dims()[0], batch.len());
        let orders: Vec<Vec<usize>> =
            self.seeds.iter().map(|&seed| permutation(n, &mut stream(seed, "measure/estimate/shuffle"))).collect();
        let size = self.config.batch_size.min(n);
        // Values on the device, which is read once, and the replica that each belongs to.
        let (mut values, mut owners, mut refused) = (Vec::new(), Vec::new(), None);
        for from in (0..=n - size).step_by(size) {
            for (r, order) in orders.iter().enumerate() {
                let rows = &order[from..from + size];
                let cells = self.measure.cells(vec![rows.iter().map(|&i| batch[i]).collect()], 1)?;
                let one = gather(&z.clone().narrow(0, r, 1), &[rows]);
                match self.measure.select(&[r]).value_of(one, &cells, None, None) {
                    Ok(value) => {
                        values.push(value);
                        owners.push(r);
                    }
                    Err(error @ MeasureError::BatchAbsent { .. }) => refused = Some(error),
                    Err(error) => return Err(error),
                }
            }
        }
        let (mut sums, mut counts) = (vec![0.0; replicas], vec![0_usize; replicas]);
        if !values.is_empty() {
            for (r, value) in owners.into_iter().zip(read_rows(Tensor::cat(values, 0)).await?) {
                sums[r] += f64::from(value);
                counts[r] += 1;
            }
        }
        match refused {
            Some(error) if counts.contains(&0) => Err(error),
            _ => Ok(sums.iter().zip(&counts).map(|(sum, &count)| sum / count as f64).collect()),
        }
    }
}

/// The given cells of each replica, `[R, n, d]`.
fn gather(all: &Tensor<3>, rows: &[&[usize]]) -> Tensor<3> {
    let parts = rows.iter().enumerate().map(|(r, rows)| {
        // Positions of cells are far below the limit.
        let index: Vec<i32> = rows.iter().map(|&i| i32::try_from(i).unwrap_or(i32::MAX)).collect();
        let index = Tensor::<1, Int>::from_data(TensorData::new(index, [rows.len()]), &all.device());
        all.clone().narrow(0, r, 1).select(1, index)
    });
    Tensor::cat(parts.collect(), 0)
}

/// The share of each batch.
fn shares(codes: &[u32], batches: usize) -> Vec<f64> {
    let share = |batch| codes.iter().filter(|&&code| code as usize == batch).count() as f64 / codes.len() as f64;
    (0..batches).map(share).collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::super::{EvaluationSettings, MeasurePreset, MeasureSettings};
    use super::*;

    fn fresh(measure: Measure, cells: usize, evaluation: &EvaluationSettings) -> DeNovo {
        let device = Device::flex();
        let mean = Tensor::zeros([1, cells, 3], &device);
        let codes = (0..cells).map(|i| (i % 2) as u32).collect();
        let config = MeasureSettings { measure, ..MeasureSettings::default() }.resolve().unwrap();
        DeNovo::new(&config, &evaluation.resolve().unwrap(), mean.clone(), mean, codes, &[1], &device).unwrap()
    }

    #[test]
    fn the_fresh_critic_is_not_the_one_that_the_model_was_trained_against() {
        let numbers = |tensor: Tensor<3>| tensor.into_data().try_to_vec::<f32>().unwrap();
        for measure in [Measure::Mine, Measure::Classifier] {
            let mut fresh = fresh(measure, 64, &EvaluationSettings::default()).measure;
            let mut trained = BatchMeasure::new(fresh.config(), 3, 2, 0, &[1], &Device::flex()).unwrap();
            let first = |critic: &mut BatchMeasure| numbers(critic.critic_mut().unwrap().layers[0].weight.val());
            assert_ne!(first(&mut fresh), first(&mut trained), "{}", measure.name());
        }
    }

    #[test]
    fn few_cells_are_passed_over_more_often() {
        let total = |cells, settings: EvaluationSettings| fresh(Measure::Mine, cells, &settings).progress().total;
        let demo = EvaluationSettings::default();
        // One step per pass, four, and twenty.
        assert_eq!([300, 1100, 5200].map(|cells| total(cells, demo.clone())), [300, 300, 800]);
        assert_eq!(total(300, EvaluationSettings { least_steps: Some(50), ..demo.clone() }), 50);
        assert_eq!(total(300, EvaluationSettings { epochs: Some(7), ..demo.clone() }), 7);
        assert_eq!(total(300, EvaluationSettings { epochs: Some(7), least_steps: Some(9), ..demo.clone() }), 9);
        assert_eq!(total(300, EvaluationSettings { preset: MeasurePreset::Paper, ..demo.clone() }), 800);
        assert_eq!(total(300, demo.completed().unwrap()), 300);
    }
}
