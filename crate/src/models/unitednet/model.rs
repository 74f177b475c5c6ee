//! The order of the training, and prediction.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use ndarray::Array2;

use crate::models::cells::{Cells, in_chunks};
use crate::models::examples::{Example, Pairing};
use crate::models::loss_log::LossLog;
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{AdamConfig, Noise, Weights, clip_norm, replica, to_tensor};

use super::pairs::{AT_LEAST, Pairs, schedule, seen_types};
use super::{Config, UnitedNetModule};

/// Optimiser steps in one piece of work.
const STEPS_PER_PIECE: usize = 8;

/// `UnitedNet` with one replica per seed.
pub struct UnitedNet {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    /// `None` only while an optimiser has it.
    module: Option<UnitedNetModule>,
    /// One for each task. A loss has gradients for its own weights only, so both are given the whole module.
    translation: ModuleOptimizer,
    identification: ModuleOptimizer,
    noise: Noise,
    cells: Cells,
    /// Cell types that identification tells apart.
    types: Vec<usize>,
    pairing: Pairing,
    /// Pairs of each arm, there already or still to come.
    n_pairs: Vec<usize>,
    /// Once all are found.
    pairs: Option<Pairs>,
    paired: usize,
    steps_per_pass: usize,
    /// Pass of the epoch: the first translates, the others identify.
    pass: usize,
    step_of_pass: usize,
    log: LossLog,
    /// Whether the weights came from elsewhere, and nothing is left to train.
    restored: bool,
}

impl UnitedNet {
    /// A network for the given data, with one replica per seed.
    pub fn new(config: Config, seeds: &[u64], data: &TrainingSet, device: &Device) -> Result<Self, ModelError> {
        let pairing = Pairing::new(data, config.ot_cells)?;
        let of_arm = |arm| if arm == 0 { 0 } else { pairing.n_examples_of(arm) };
        let n_pairs: Vec<usize> = (0..data.arms().len()).map(of_arm).collect();
        let steps_per_pass = schedule(&n_pairs, config.batch_size).len();
        if steps_per_pass == 0 {
            return Err(too_few(n_pairs.iter().copied().max().unwrap_or(0)));
        }
        let device = device.clone().autodiff();
        let types = seen_types(data);
        Ok(Self {
            module: Some(UnitedNetModule::new(data.n_genes(), n_pairs.len(), types.len(), &config, seeds, &device)),
            translation: AdamConfig::PYTORCH.init(),
            identification: AdamConfig::PYTORCH.init(),
            noise: Noise::new("unitednet", seeds),
            cells: Cells::new(data.expression(data.training_cells()), &device),
            types,
            pairing,
            n_pairs,
            pairs: None,
            paired: 0,
            steps_per_pass,
            pass: 0,
            step_of_pass: 0,
            log: LossLog::new("unitednet"),
            restored: false,
            config,
            seeds: seeds.to_vec(),
            device,
        })
    }

    fn passes(&self) -> usize {
        1 + self.config.identification_passes
    }

    fn train_step(&mut self) {
        let Some(all) = &mut self.pairs else { return };
        if self.step_of_pass == 0 {
            all.shuffle(&mut self.noise);
        }
        let (arm, pairs) = all.batch(self.step_of_pass);
        let rows = |row: fn(&Example) -> usize| -> Vec<Vec<usize>> {
            pairs.iter().map(|replica| replica.iter().map(row).collect()).collect()
        };
        let (control, treated) =
            (self.cells.gather(&rows(|pair| pair.input)), self.cells.gather(&rows(|pair| pair.target)));
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(mut module) = self.module.take() else { return };
        let (loss, optimiser) = if self.pass == 0 {
            let loss = module.translate(control, treated, arm);
            self.log.add(loss.squared(), 1.0 / self.steps_per_pass as f64);
            (loss.total(self.config.adversarial_weight), &mut self.translation)
        } else {
            let shape = [pairs.len(), pairs[0].len(), self.types.len()];
            let target: Tensor<3> = to_tensor(all.targets(&pairs), shape, &self.device);
            (module.identify(control, treated, arm, target), &mut self.identification)
        };
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.sum().backward(), &module);
        let gradients = clip_norm(&module, gradients, self.config.max_norm);
        self.module = Some(optimiser.step(self.config.learning_rate, module, gradients));
        self.log.step();
    }
}

fn too_few(found: usize) -> ModelError {
    ModelError::TooFewCells { model: "unitednet", found, needed: AT_LEAST }
}

impl PerturbationModel for UnitedNet {
    fn progress(&self) -> FitProgress {
        let steps = self.config.epochs * self.passes() * self.steps_per_pass;
        let total = steps + self.paired + self.pairing.left();
        FitProgress { done: if self.restored { total } else { self.log.steps() + self.paired }, total }
    }

    fn epochs(&self) -> Option<usize> {
        Some(self.config.epochs)
    }

    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            if self.pairing.left() > 0 {
                self.pairing.advance(data)?;
                self.paired += 1;
                return Ok(Vec::new());
            }
            if self.pairs.is_none() {
                self.pairs = Some(Pairs::new(self.pairing.examples(), &self.types, data, self.config.batch_size));
            }
            for _ in 0..STEPS_PER_PIECE {
                if self.progress().is_done() {
                    break;
                }
                self.train_step();
                self.step_of_pass += 1;
                if self.step_of_pass == self.steps_per_pass {
                    self.step_of_pass = 0;
                    self.pass = (self.pass + 1) % self.passes();
                    if self.pass == 0 {
                        return Ok(vec![self.log.finish_epoch().await?]);
                    }
                }
            }
            Ok(Vec::new())
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            match self.n_pairs[arm] {
                0 if arm != 0 => return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() }),
                found if arm != 0 && found < AT_LEAST => return Err(too_few(found)),
                _ => {}
            }
            // Between steps the module is always there.
            let Some(module) = &self.module else { return Ok(Vec::new()) };
            let control = data.expression(data.control_cells());
            let device = self.device.clone().inner();
            let mut predictions = Vec::new();
            for r in 0..self.seeds.len() {
                let network = replica(module.valid(), r);
                let predict = |x| network.predict(x, arm);
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
