//! The order of the training, and prediction.

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::{Device, Tensor};
use ndarray::Array2;

use crate::models::cells::{Cells, in_chunks};
use crate::models::loss_log::LossLog;
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{AdamConfig, Noise, Weights, replica, to_tensor};

use super::discriminator::soft_labels;
use super::{Adversary, Config, Discriminator, MtaeModule, Task};
use crate::models::examples::{Example, Pairing, self_reconstruction};

/// Optimiser steps in one piece of work: enough to keep a GPU busy, few enough to cancel at once.
const STEPS_PER_PIECE: usize = 8;
/// Fewest cells that a network is fitted to.
const MIN_CELLS: usize = 10;

/// A multi-task autoencoder with one replica per seed.
pub struct Mtae {
    pub(super) config: Config,
    pub(super) seeds: Vec<u64>,
    pub(super) device: Device,
    /// `None` only while the optimiser has it.
    pub(super) network: Option<MtaeModule>,
    /// The thesis has one Adam for the encoder and one for the decoder, with the same settings. Adam treats every weight by
    /// itself and both take a step for every batch, so one Adam for all weights is the same.
    pub(super) optimiser: ModuleOptimizer,
    pub(super) opponent: Option<Opponent>,
    pub(super) noise: Noise,
    pub(super) cells: Cells,
    n_conditions: usize,
    /// What every epoch of a phase trains, and the epochs of the phase.
    schedule: Vec<(Task, usize)>,
    phase: usize,
    /// Every cell to itself.
    own: Vec<Example>,
    pairing: Option<Pairing>,
    /// For each replica the order of the examples in this epoch.
    order: Vec<Vec<usize>>,
    epoch_of_phase: usize,
    step_of_epoch: usize,
    pub(super) step_of_phase: usize,
    paired: usize,
    pub(super) log: LossLog,
}

/// The discriminator of an adversarial member, with what it needs.
pub(super) struct Opponent {
    pub adversary: Adversary,
    /// `None` only while the optimiser has it.
    pub discriminator: Option<Discriminator>,
    pub optimiser: ModuleOptimizer,
    /// For each replica a soft label of every training cell.
    pub labels: Vec<Vec<f32>>,
}

impl Mtae {
    /// A network for the given data, with one replica per seed.
    pub fn new(config: Config, seeds: &[u64], data: &TrainingSet, device: &Device) -> Result<Self, ModelError> {
        let name = config.variant.name();
        let device = device.clone().autodiff();
        let own = self_reconstruction(data);
        let schedule = config.variant.schedule(&config);
        let pairs = schedule.iter().any(|(task, _)| *task == Task::Pairs);
        let pairing = if pairs { Some(Pairing::new(data, config.ot_cells)?) } else { None };
        let found = own.len().min(pairing.as_ref().map_or(usize::MAX, Pairing::n_examples));
        if found < MIN_CELLS {
            return Err(ModelError::TooFewCells { model: name, found, needed: MIN_CELLS });
        }
        let n_conditions = data.arms().len();
        let opponent = config.variant.adversary().map(|adversary| Opponent {
            adversary,
            discriminator: Some(Discriminator::new(config.n_latent(), seeds, &device)),
            optimiser: AdamConfig::PYTORCH.init(),
            labels: soft_labels(seeds, &own.iter().map(|example| example.arm != 0).collect::<Vec<_>>()),
        });
        Ok(Self {
            network: Some(MtaeModule::new(data.n_genes(), n_conditions, &config, seeds, &device)),
            optimiser: AdamConfig::PYTORCH.init(),
            opponent,
            noise: Noise::new("mtae", seeds),
            cells: Cells::new(data.expression(data.training_cells()), &device),
            n_conditions,
            schedule,
            phase: 0,
            own,
            pairing,
            order: Vec::new(),
            epoch_of_phase: 0,
            step_of_epoch: 0,
            step_of_phase: 0,
            paired: 0,
            log: LossLog::new(name),
            config,
            seeds: seeds.to_vec(),
            device,
        })
    }

    /// Examples of an epoch.
    pub(super) fn n_examples(&self, task: Task) -> usize {
        match (task, &self.pairing) {
            (Task::Pairs, Some(pairing)) => pairing.n_examples(),
            _ => self.own.len(),
        }
    }

    /// Cells of every batch.
    pub(super) fn batch(&self, task: Task) -> usize {
        self.config.batch_size.min(self.n_examples(task))
    }

    /// Batches of an epoch; what does not fill the last one is left out, as in the thesis.
    pub(super) fn steps_per_epoch(&self, task: Task) -> usize {
        self.n_examples(task) / self.batch(task)
    }

    /// The examples of a batch, for each replica.
    pub(super) fn examples(&self, task: Task) -> Vec<Vec<Example>> {
        let all = match (task, &self.pairing) {
            (Task::Pairs, Some(pairing)) => pairing.examples(),
            _ => &self.own,
        };
        let batch = self.batch(task);
        let start = self.step_of_epoch * batch;
        self.order.iter().map(|order| order[start..start + batch].iter().map(|&i| all[i]).collect()).collect()
    }

    /// One-hot conditions, `[R, cells, conditions]`.
    pub(super) fn condition(&self, arms: &[Vec<usize>], device: &Device) -> Tensor<3> {
        let cells = arms[0].len();
        let one_hot = arms.iter().flatten().flat_map(|&arm| (0..self.n_conditions).map(move |i| f32::from(i == arm)));
        to_tensor(one_hot.collect(), [arms.len(), cells, self.n_conditions], device)
    }

    /// All replicas' networks without the gradient graph.
    pub(super) fn evaluated(&self) -> MtaeModule {
        // Between steps the network is always there.
        self.network.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid)
    }

    async fn finish_epoch(&mut self, task: Task, last: bool) -> Result<Vec<LossPoint>, ModelError> {
        let point = self.log.finish_epoch().await?;
        self.epoch_of_phase += 1;
        self.step_of_epoch = 0;
        if last {
            self.phase += 1;
            self.epoch_of_phase = 0;
            self.step_of_phase = 0;
            self.optimiser = AdamConfig::PYTORCH.init();
            if let Some(opponent) = &mut self.opponent {
                opponent.optimiser = AdamConfig::PYTORCH.init();
            }
        }
        if task == Task::Discriminate {
            // The discriminator's loss is not on the scale of the others.
            return Ok(Vec::new());
        }
        Ok(vec![point])
    }
}

impl PerturbationModel for Mtae {
    fn n_weights(&self) -> usize {
        self.network.as_ref().map_or(0, Module::num_params)
    }

    fn progress(&self) -> FitProgress {
        let steps: usize = self.schedule.iter().map(|&(task, epochs)| epochs * self.steps_per_epoch(task)).sum();
        let to_pair = self.pairing.as_ref().map_or(0, Pairing::left);
        let total = steps + self.paired + to_pair;
        let over = self.phase >= self.schedule.len();
        FitProgress { done: if over { total } else { self.log.steps() + self.paired }, total }
    }

    fn epochs(&self) -> Option<usize> {
        Some(self.schedule.iter().map(|(_, epochs)| epochs).sum())
    }

    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            let Some(&(task, epochs)) = self.schedule.get(self.phase) else { return Ok(Vec::new()) };
            if let (Task::Pairs, Some(pairing)) = (task, &mut self.pairing)
                && pairing.left() > 0
            {
                pairing.advance(data)?;
                self.paired += 1;
                return Ok(Vec::new());
            }
            if self.step_of_epoch == 0 {
                self.order = self.noise.shuffles(self.n_examples(task));
            }
            for _ in 0..STEPS_PER_PIECE {
                self.train_step(task);
                self.log.step();
                self.step_of_epoch += 1;
                self.step_of_phase += 1;
                if self.step_of_epoch == self.steps_per_epoch(task) {
                    return self.finish_epoch(task, self.epoch_of_phase + 1 == epochs).await;
                }
            }
            Ok(Vec::new())
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let alone = self.schedule.iter().any(|(task, _)| *task == Task::Reconstruct);
            let seen = if alone {
                self.own.iter().any(|example| example.arm == arm)
            } else {
                arm == 0 || !data.donors(arm).is_empty()
            };
            if !seen {
                return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
            }
            let control = data.expression(data.control_cells());
            let device = self.device.clone().inner();
            let mut predictions = Vec::new();
            for r in 0..self.seeds.len() {
                let network = replica(self.evaluated(), r);
                let predict = |x: Tensor<3>| {
                    let condition = self.condition(&[vec![arm; x.dims()[1]]], &device);
                    network.decode(network.encode(x), &condition)
                };
                predictions.push(in_chunks(control.view(), self.cells.n_genes(), &device, predict).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }
    fn weights(&self) -> Work<'_, Weights> {
        // The discriminator has no part in predictions.
        Box::pin(async { Ok(Weights::of("", &self.network).await?) })
    }

    fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.network = weights.into_module(self.network.clone())?;
        self.phase = self.schedule.len();
        Ok(())
    }
}
