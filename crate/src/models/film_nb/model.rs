//! Training and prediction.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::Array2;

use crate::data::{Arm, Csr, normalise};
use crate::models::count_draw::change_counts;
use crate::models::{DosePoint, FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{AdamConfig, Noise, Weights, read_rows, replica, to_tensor};
use crate::random::stream;

use super::Config;
use super::features::N_FEATURES;
use super::module::{Batch, FilmNbModule};
use super::rows::{Rows, Seen};

/// Predicted cells with more counts than so many control cells are no prediction, but a training that ran away: drawing
/// them would take all memory.
const MOST_LIBRARIES: f64 = 10.0;

/// Optimiser steps in one piece of work.
const STEPS_PER_PIECE: usize = 16;
/// Rows per forward pass outside training.
const CHUNK: usize = 8192;

/// The multi-task count model with one replica per seed.
pub struct FilmNb {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    log1p: bool,
    seen: Seen,
    /// `None` only while the optimiser has it.
    module: Option<FilmNbModule>,
    optimiser: ModuleOptimizer,
    noise: Noise,
    /// One row per gene of every task, `[rows, columns]`, on the device.
    table: Tensor<2>,
    order: Vec<Vec<usize>>,
    epoch: usize,
    step_in_epoch: usize,
    steps: usize,
    epoch_loss: Option<Tensor<1>>,
}

impl FilmNb {
    /// A network for the given data, with one replica per seed. `log1p` as the data were normalised.
    pub fn new(
        config: Config,
        seeds: &[u64],
        log1p: bool,
        data: &TrainingSet,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let seen = Seen::new(data)?;
        let rows = seen.rows();
        let autodiff = device.clone().autodiff();
        let (mean, deviation) = rows.moments();
        let vector = |values: Vec<f32>| to_tensor(values, [N_FEATURES], &autodiff);
        let module = FilmNbModule::new(&config, seen.n_treatment(), vector(mean), vector(deviation), seeds, &autodiff);
        let adam = AdamConfig { betas: (0.9, 0.999), epsilon: 1e-8, weight_decay: config.weight_decay as f32 };
        Ok(Self {
            optimiser: adam.init(),
            noise: Noise::new("film_nb", seeds),
            table: to_tensor(rows.values, [rows.n, rows.width], &autodiff),
            seen,
            order: Vec::new(),
            epoch: 0,
            step_in_epoch: 0,
            steps: 0,
            epoch_loss: None,
            module: Some(module),
            config,
            seeds: seeds.to_vec(),
            device: autodiff,
            log1p,
        })
    }

    fn n_rows(&self) -> usize {
        self.table.dims()[0]
    }

    fn steps_per_epoch(&self) -> usize {
        self.n_rows().div_ceil(self.config.batch_size)
    }

    fn finished(&self) -> bool {
        self.epoch >= self.config.epochs || self.n_rows() == 0
    }

    fn train_step(&mut self) {
        let n = self.n_rows();
        let start = self.step_in_epoch * self.config.batch_size;
        let end = (start + self.config.batch_size).min(n);
        // Positions of rows are far below the limit.
        let index = self.order.iter().flat_map(|order| order[start..end].iter());
        let index: Vec<i32> = index.map(|&i| i32::try_from(i).unwrap_or(i32::MAX)).collect();
        let index =
            Tensor::<1, Int>::from_data(TensorData::new(index, [(end - start) * self.seeds.len()]), &self.device);
        let width = self.table.dims()[1];
        let table = self.table.clone().select(0, index).reshape([self.seeds.len(), end - start, width]);
        let mask = self.noise.dropout(end - start, self.config.n_hidden, self.config.dropout, &self.device);
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(module) = self.module.take() else { return };
        let loss = module.loss(Batch::of(&table), Some(mask)).total(self.config.level_weight);
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &module);
        let done = self.steps as f64 / (self.config.epochs * self.steps_per_epoch()) as f64;
        let rate = self.config.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.module = Some(self.optimiser.step(rate, module, gradients));
        let weighted = loss.inner() * ((end - start) as f64 / n as f64);
        self.epoch_loss = Some(match self.epoch_loss.take() {
            Some(sum) => sum + weighted,
            None => weighted,
        });
        self.step_in_epoch += 1;
        self.steps += 1;
    }

    async fn finish_epoch(&mut self) -> Result<LossPoint, ModelError> {
        let train = match self.epoch_loss.take() {
            Some(loss) => read_rows(loss).await?,
            None => Vec::new(),
        };
        self.epoch += 1;
        self.step_in_epoch = 0;
        if let Some(&value) = train.iter().find(|value| !value.is_finite()) {
            return Err(ModelError::Diverged { model: "film_nb", epoch: self.epoch, value });
        }
        let none = vec![None; train.len()];
        Ok(LossPoint { epoch: self.epoch, step: self.steps, train, validation: none.clone(), elbo: none })
    }

    /// Predicted treated level `ln(1 + rate)` of every gene of the data set, for one replica.
    async fn levels(&self, r: usize, rows: &Rows) -> Result<Vec<f64>, ModelError> {
        if self.n_rows() == 0 {
            // One other type is no task to train on: who would it be predicted from?
            return Ok(rows.starting_levels());
        }
        // Between steps the module is always there.
        let Some(module) = &self.module else { return Ok(Vec::new()) };
        let network = replica(module.valid(), r);
        let device = self.device.clone().inner();
        let mut levels = Vec::with_capacity(rows.n);
        for chunk in rows.values.chunks(CHUNK * rows.width) {
            let n = chunk.len() / rows.width;
            let batch = Batch::of(&to_tensor(chunk.to_vec(), [1, n, rows.width], &device));
            let (level, _) = network.predict(batch.features, batch.treatment, batch.control, None);
            levels.extend(read_rows(level).await?.into_iter().map(f64::from));
        }
        Ok(levels)
    }

    /// The held-out type's cells under a treatment, measured or not, for one replica.
    async fn drawn(&self, data: &TrainingSet, wanted: &Arm, r: usize) -> Result<Array2<f32>, ModelError> {
        let needs_counts = ModelError::NeedsCounts { model: "film_nb" };
        let control = data.counts(data.control_cells()).ok_or(needs_counts)?;
        let no_donor = || ModelError::NoDonor { arm: wanted.label.clone() };
        let (rows, theta) = self.seen.asked(wanted).ok_or_else(no_donor)?;
        let mut levels = self.levels(r, &rows).await?;
        let lowest = self.seen.range(wanted.condition.as_deref()).map(|(lowest, _)| lowest);
        if let (Some(dose), Some(lowest)) = (wanted.dose, lowest)
            && dose < lowest
        {
            // Nothing teaches the network that no dose has no effect, so what it says of none is taken off on the way there.
            let none = Arm { dose: Some(0.0), ..wanted.clone() };
            let (rows, _) = self.seen.asked(&none).ok_or_else(no_donor)?;
            let share = 1.0 - self.seen.place(Some(dose)) / self.seen.place(Some(lowest));
            let offset = self.levels(r, &rows).await?;
            for ((level, offset), control) in levels.iter_mut().zip(offset).zip(&self.seen.target().level) {
                *level -= share * (offset - control);
            }
        }
        let library = levels.iter().map(|level| level.exp_m1()).sum::<f64>() / data.prepared().target_sum;
        if library > MOST_LIBRARIES {
            return Err(ModelError::Runaway { model: "film_nb", seed: self.seeds[r], library });
        }
        Ok(self.draw(self.seeds[r], &levels, &theta, &control, data))
    }

    fn draw(&self, seed: u64, levels: &[f64], theta: &[f64], control: &Csr, data: &TrainingSet) -> Array2<f32> {
        let target_sum = data.prepared().target_sum;
        let before = &self.seen.target().rate;
        let fold: Vec<f64> = levels.iter().zip(before).map(|(after, before)| after.exp_m1() / before).collect();
        let share: Vec<f64> = before.iter().map(|rate| rate / target_sum).collect();
        // The same random numbers for all doses, so that cells move with the dose and not with the draw.
        let mut rng = stream(seed, "film_nb/counts");
        let drawn = change_counts(control, &fold, &share, Some(theta), &mut rng);
        normalise(&drawn, target_sum, self.log1p).select_cols(&data.prepared().gene_index).to_dense()
    }
}

impl PerturbationModel for FilmNb {
    fn n_weights(&self) -> usize {
        self.module.as_ref().map_or(0, Module::num_params)
    }

    fn progress(&self) -> FitProgress {
        let total = (self.config.epochs * self.steps_per_epoch()).max(1);
        FitProgress { done: if self.finished() { total } else { self.steps }, total }
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            if self.finished() {
                return Ok(Vec::new());
            }
            if self.step_in_epoch == 0 {
                self.order = self.noise.shuffles(self.n_rows());
            }
            for _ in 0..STEPS_PER_PIECE {
                self.train_step();
                if self.step_in_epoch == self.steps_per_epoch() {
                    return Ok(vec![self.finish_epoch().await?]);
                }
            }
            Ok(Vec::new())
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let mut predictions = Vec::new();
            for r in 0..self.seeds.len() {
                predictions.push(self.drawn(data, &data.arms()[arm], r).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(async { Ok(Weights::of("", &self.module).await?) })
    }

    fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.module = weights.into_module(self.module.clone())?;
        self.epoch = self.config.epochs;
        Ok(())
    }

    fn is_continuous(&self) -> bool {
        true
    }

    /// At dose 0 the control cells themselves; above the highest dose that other types were measured at the response to
    /// that one, because nothing tells how it goes on.
    fn predict_dose<'a>(&'a self, data: &'a TrainingSet, point: DosePoint) -> Work<'a, Array2<f32>> {
        Box::pin(async move {
            let label = point.dose.to_string();
            if point.dose <= 0.0 {
                return Ok(data.expression(data.control_cells()));
            }
            let range = self.seen.range(point.condition.as_deref());
            let (_, highest) = range.ok_or_else(|| ModelError::NoDonor { arm: label.clone() })?;
            let wanted = Arm { label, condition: point.condition, dose: Some(point.dose.min(highest)) };
            self.drawn(data, &wanted, point.replica).await
        })
    }
}
