//! One treatment after the other, and prediction.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use ndarray::Array2;

use crate::models::cells::in_chunks;
use crate::models::pairing::Problem;
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{Weights, replica};

use super::trainer::{Pairs, Trainer, steps_per_epoch};
use super::{ButterflyModule, Config, Predictor};

/// Fewest pairs that networks are fitted to.
const MIN_PAIRS: usize = 10;
/// Predicted values below this are set to 0.
const SMALL: f32 = 1e-4;

/// scButterfly with one replica per seed, and networks of their own for each of the treatments that are asked for.
pub struct Scbutterfly {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    /// The treatments that can be trained, in order.
    plans: Vec<Plan>,
    /// Treatments that are done.
    next: usize,
    /// Types of the current treatment that are paired.
    paired: usize,
    pairs: Pairs,
    /// Boxed because it is large, and would be part of every future.
    trainer: Option<Box<Trainer>>,
    /// Optimiser steps of the treatments that are done.
    steps: usize,
    trained: BTreeMap<usize, Predictor>,
    n_genes: usize,
}

/// What one treatment takes.
struct Plan {
    arm: usize,
    /// One for each type with enough cells.
    problems: Vec<Problem>,
    n_train: usize,
}

/// How many of so many pairs are trained on; the rest validates.
fn n_train(config: &Config, n_pairs: usize) -> usize {
    (config.train_fraction * n_pairs as f64) as usize
}

impl Plan {
    fn new(config: &Config, data: &TrainingSet, arm: usize) -> Result<Self, ModelError> {
        let donors = data.donors(arm);
        let others = donors.into_iter().filter(|&t| t != data.held_out_type());
        let problems: Vec<Problem> = others.filter_map(|t| Problem::new(data, t, arm, config.ot_cells)).collect();
        if arm == 0 || problems.is_empty() {
            return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
        }
        let train = |problem: &Problem| n_train(config, problem.n_pairs(config.reuse));
        // A type too small to be parted is left out, as in scButterfly.
        let problems: Vec<Problem> = problems.into_iter().filter(|problem| train(problem) > 0).collect();
        let found = problems.iter().map(train).sum();
        if found < MIN_PAIRS {
            return Err(ModelError::TooFewCells { model: "scbutterfly", found, needed: MIN_PAIRS });
        }
        Ok(Self { arm, problems, n_train: found })
    }

    /// Pieces of work: a pairing or an optimiser step each.
    fn work(&self, config: &Config) -> usize {
        self.problems.len() + config.epochs() * steps_per_epoch(config, self.n_train)
    }
}

impl Scbutterfly {
    /// Networks for the given data and treatments, with one replica per seed.
    ///
    /// Errors: no treatment that there is anything to learn about from. A treatment of which that is true is left out
    /// beside others.
    pub fn new(
        config: Config,
        seeds: &[u64],
        arms: &[usize],
        data: &TrainingSet,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let (mut plans, mut failed) = (Vec::new(), None);
        for &arm in arms {
            match Plan::new(&config, data, arm) {
                Ok(plan) => plans.push(plan),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let (true, Some(error)) = (plans.is_empty(), failed) {
            return Err(error);
        }
        Ok(Self {
            config,
            seeds: seeds.to_vec(),
            device: device.clone(),
            plans,
            next: 0,
            paired: 0,
            pairs: Pairs { train: Vec::new(), validation: Vec::new() },
            trainer: None,
            steps: 0,
            trained: BTreeMap::new(),
            n_genes: data.n_genes(),
        })
    }

    /// Pairs the cells of the next type, and starts the training after the last.
    fn pair(&mut self, data: &TrainingSet) -> Result<(), ModelError> {
        let Some(plan) = self.plans.get(self.next) else { return Ok(()) };
        if let Some(problem) = plan.problems.get(self.paired) {
            let mut found = problem.solve(data, self.config.reuse)?;
            let validation = found.split_off(n_train(&self.config, found.len()));
            self.pairs.train.extend(found);
            self.pairs.validation.extend(validation);
            self.paired += 1;
        }
        if self.paired == plan.problems.len() {
            let trainer = Trainer::new(&self.config, &self.seeds, data, &self.pairs, &self.device);
            self.trainer = Some(Box::new(trainer));
        }
        Ok(())
    }

    /// A part of the training of the current treatment; on to the next one after its end.
    async fn train(&mut self, arm: usize, mut trainer: Box<Trainer>) -> Result<Vec<LossPoint>, ModelError> {
        let before = self.next * self.config.epochs();
        let mut losses = trainer.fit().await?;
        let mut done = self.steps;
        for loss in &mut losses {
            loss.epoch += before;
            loss.step += self.steps;
            done = loss.step;
        }
        if trainer.is_done() {
            self.trained.extend(trainer.into_predictor().map(|predictor| (arm, predictor)));
            self.next += 1;
            self.steps = done;
            self.paired = 0;
            self.pairs = Pairs { train: Vec::new(), validation: Vec::new() };
        } else {
            self.trainer = Some(trainer);
        }
        Ok(losses)
    }
}

impl PerturbationModel for Scbutterfly {
    fn progress(&self) -> FitProgress {
        let work = |plans: &[Plan]| -> usize { plans.iter().map(|plan| plan.work(&self.config)).sum() };
        let current = self.paired + self.trainer.as_ref().map_or(0, |trainer| trainer.progress());
        FitProgress { done: work(&self.plans[..self.next]) + current, total: work(&self.plans) }
    }

    fn epochs(&self) -> Option<usize> {
        Some(self.plans.len() * self.config.epochs())
    }

    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            let Some(arm) = self.plans.get(self.next).map(|plan| plan.arm) else { return Ok(Vec::new()) };
            if let Some(trainer) = self.trainer.take() {
                return self.train(arm, trainer).await;
            }
            self.pair(data)?;
            Ok(Vec::new())
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let Some(predictor) = self.trained.get(&arm) else {
                let label = data.arms()[arm].label.clone();
                let reason = Plan::new(&self.config, data, arm).err();
                return Err(reason.unwrap_or(ModelError::NoDonor { arm: label }));
            };
            let control = data.expression(data.control_cells());
            let device = self.device.clone().inner();
            let mut predictions = Vec::new();
            for r in 0..self.seeds.len() {
                let network = replica(predictor.clone(), r);
                let predicted = in_chunks(control.view(), data.n_genes(), &device, |x| network.predict(x)).await?;
                let zeroed = |value: f32| if self.config.zero_small && value < SMALL { 0.0 } else { value };
                predictions.push(predicted.mapv_into(zeroed));
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    fn n_weights(&self) -> usize {
        ButterflyModule::new(self.n_genes, &self.config, &self.seeds, &self.device).num_params()
    }

    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(async {
            let mut all = Weights::default();
            for (arm, predictor) in &self.trained {
                all.extend(Weights::of(&format!("arm{arm}"), predictor).await?);
            }
            Ok(all)
        })
    }

    fn restore(&mut self, mut weights: Weights) -> Result<(), ModelError> {
        let device = self.device.clone().inner();
        let mut trained = BTreeMap::new();
        for arm in self.plans.iter().map(|plan| plan.arm) {
            let fresh = ButterflyModule::new(self.n_genes, &self.config, &self.seeds, &device).into_predictor();
            trained.insert(arm, weights.restore(&format!("arm{arm}"), fresh)?);
        }
        weights.finish()?;
        self.trained = trained;
        self.next = self.plans.len();
        Ok(())
    }

    fn notes(&self, data: &TrainingSet, _: &[usize]) -> Vec<String> {
        let mut notes = Vec::new();
        if self.plans.len() > 1 {
            let n = self.plans.len();
            notes.push(format!("it knows a single treatment, so each of the {n} has networks of its own."));
        }
        let limit = self.config.ot_cells;
        let larger = |plan: &Plan| {
            let of_type = |t| data.cells_of(t, 0).len().max(data.cells_of(t, plan.arm).len());
            data.donors(plan.arm).into_iter().any(|t| of_type(t) > limit)
        };
        if self.plans.iter().any(larger) {
            notes.push(format!("of types with more than {limit} cells, that many are drawn at random and paired."));
        }
        notes
    }
}
