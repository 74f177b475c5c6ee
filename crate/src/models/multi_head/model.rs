//! Training and prediction.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Device;
use ndarray::Array2;

use crate::models::cells::{Cells, in_chunks};
use crate::models::examples::self_reconstruction;
use crate::models::loss_log::LossLog;
use crate::models::mtae::{Config, Masks};
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{AdamConfig, Noise, WarmUp, Weights, replica};

use super::MultiHeadModule;
use super::batches::Batches;

/// Optimiser steps in one piece of work.
const STEPS_PER_PIECE: usize = 8;
/// Fewest cells that a network is fitted to.
const MIN_CELLS: usize = 10;

/// A multi-head autoencoder with one replica per seed.
pub struct MultiHead {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    /// `None` only while the optimiser has it.
    module: Option<MultiHeadModule>,
    optimiser: ModuleOptimizer,
    noise: Noise,
    cells: Cells,
    batches: Batches,
    /// Cells of every condition in a batch.
    counts: Vec<usize>,
    log: LossLog,
    /// Whether the weights came from elsewhere, and nothing is left to train.
    restored: bool,
}

impl MultiHead {
    /// A network for the given data, with one replica per seed.
    pub fn new(config: Config, seeds: &[u64], data: &TrainingSet, device: &Device) -> Result<Self, ModelError> {
        let own = self_reconstruction(data);
        if own.len() < MIN_CELLS {
            return Err(ModelError::TooFewCells { model: "multi_head", found: own.len(), needed: MIN_CELLS });
        }
        let device = device.clone().autodiff();
        let n_conditions = data.arms().len();
        let batches = Batches::new(&own, n_conditions, config.batch_size, seeds.len());
        Ok(Self {
            module: Some(MultiHeadModule::new(data.n_genes(), n_conditions, &config, seeds, &device)),
            optimiser: AdamConfig::PYTORCH.init(),
            noise: Noise::new("multi_head", seeds),
            cells: Cells::new(data.expression(data.training_cells()), &device),
            counts: batches.counts(),
            batches,
            log: LossLog::new("multi_head"),
            restored: false,
            config,
            seeds: seeds.to_vec(),
            device,
        })
    }

    fn steps(&self) -> usize {
        self.config.epochs * self.batches.per_epoch()
    }

    fn train_step(&mut self) {
        let rows = self.batches.next(&mut self.noise);
        let masks =
            Masks::draw(&mut self.noise, &self.config, self.cells.n_genes(), self.counts.iter().sum(), &self.device);
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(mut module) = self.module.take() else { return };
        let loss = module.loss(self.cells.gather(&rows), &self.counts, masks);
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &module);
        let rate = WarmUp { rate: self.config.learning_rate, steps: self.config.warm_up }.at(self.log.steps());
        self.module = Some(self.optimiser.step(rate, module, gradients));
        self.log.add(loss, 1.0 / self.batches.per_epoch() as f64);
        self.log.step();
    }
}

impl PerturbationModel for MultiHead {
    fn progress(&self) -> FitProgress {
        let total = self.steps();
        FitProgress { done: if self.restored { total } else { self.log.steps() }, total }
    }

    fn epochs(&self) -> Option<usize> {
        Some(self.config.epochs)
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            for _ in 0..STEPS_PER_PIECE {
                if self.progress().is_done() {
                    break;
                }
                self.train_step();
                if self.log.steps().is_multiple_of(self.batches.per_epoch()) {
                    return Ok(vec![self.log.finish_epoch().await?]);
                }
            }
            Ok(Vec::new())
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            if self.counts[arm] == 0 {
                return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
            }
            // Between steps the module is always there.
            let Some(module) = &self.module else { return Ok(Vec::new()) };
            let control = data.expression(data.control_cells());
            let device = self.device.clone().inner();
            let mut predictions = Vec::new();
            for r in 0..self.seeds.len() {
                let network = replica(module.valid(), r);
                let predict = |x| network.decode(network.encode(x), arm);
                predictions.push(in_chunks(control.view(), self.cells.n_genes(), &device, predict).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    fn n_weights(&self) -> usize {
        self.module.as_ref().map_or(0, Module::num_params)
    }

    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(async { Ok(Weights::of("", &self.module).await?) })
    }

    fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.module = weights.into_module(self.module.clone())?;
        self.restored = true;
        Ok(())
    }
}
