//! More training of one network at one preference.

use std::rc::Rc;

use burn::module::Module;

use crate::models::FitProgress;
use crate::nn::{Noise, join};

use super::TradeOffError;
use super::aim::Aim;
use super::front_fit::FrontSetup;
use super::measure::BatchMeasure;
use super::network::Network;
use super::ranges::Ranges;
use super::sampler::Sampler;
use super::scvi::Scvi;
use super::trainer::{Setup, Trainer};

/// Critic steps before the network moves.
const CRITIC_STEPS: usize = 100;
/// Optimiser steps, of the critic or the network, in one piece of work.
const STEPS_PER_PIECE: usize = 4;

/// Fine-tunes a network that serves a whole front for a single preference: capacity that was shared is its own now.
pub struct Polish {
    setup: FrontSetup,
    network: Network,
    angle: f64,
    ranges: Ranges,
    steps: usize,
    stage: Stage,
}

enum Stage {
    Critic { measure: Box<BatchMeasure>, sampler: Box<Sampler>, noise: Box<Noise>, done: usize },
    Train(Box<Trainer>),
}

impl Polish {
    /// Begins with the network of a front, the ranges that its losses were scaled by, and the angle of a preference.
    ///
    /// Errors: as for a front.
    pub fn new(
        setup: FrontSetup,
        network: Network,
        ranges: Ranges,
        angle: f64,
        steps: usize,
    ) -> Result<Self, TradeOffError> {
        let (cells, seed) = (&setup.cells, setup.seed);
        let batch: Vec<u32> = setup.train.iter().map(|&cell| cells.batch[cell]).collect();
        let measure =
            BatchMeasure::new(&setup.measure, setup.scvi.n_latent, cells.n_batches, 0, &[seed], &setup.device)?;
        let sampler =
            Sampler::new(&batch, cells.n_batches, setup.scvi.batch_size, seed, "tradeoff/polish/critic/minibatches");
        let noise = Noise::new("tradeoff/polish/critic", &[seed]);
        let (measure, sampler, noise) = (Box::new(measure), Box::new(sampler), Box::new(noise));
        Ok(Self { setup, network, angle, ranges, steps, stage: Stage::Critic { measure, sampler, noise, done: 0 } })
    }

    /// How far it is, in steps.
    #[must_use]
    pub fn progress(&self) -> FitProgress {
        let total = CRITIC_STEPS + self.steps;
        match &self.stage {
            Stage::Critic { done, .. } => FitProgress { done: *done, total },
            Stage::Train(trainer) => FitProgress { done: CRITIC_STEPS + trainer.steps(), total },
        }
    }

    /// The network as it is now.
    #[must_use]
    pub fn network(&self) -> Network {
        match &self.stage {
            Stage::Critic { .. } => self.network.clone(),
            Stage::Train(trainer) => trainer.module(),
        }
    }

    /// Does one piece of work.
    pub async fn advance(&mut self) -> Result<(), TradeOffError> {
        match &mut self.stage {
            Stage::Critic { measure, sampler, noise, done } => {
                let steps = if measure.critic_steps() > 0 { STEPS_PER_PIECE } else { 0 };
                for _ in 0..steps {
                    let cells: Vec<usize> = sampler.draw().into_iter().map(|i| self.setup.train[i]).collect();
                    let minibatch = self.setup.cells.minibatch(&cells).inner();
                    let posterior = self.network.posterior(&minibatch.logged, &[self.angle], &self.setup.device);
                    let noise = noise.normal(cells.len(), self.setup.scvi.n_latent, &self.setup.device);
                    measure.learn(posterior.sample(noise), &minibatch.batch, 1, None)?;
                }
                *done += STEPS_PER_PIECE;
                if steps == 0 || *done >= CRITIC_STEPS {
                    let measure = (**measure).clone();
                    self.stage = Stage::Train(Box::new(self.trainer(measure)));
                }
            }
            Stage::Train(trainer) => {
                for _ in 0..STEPS_PER_PIECE {
                    if trainer.steps() < self.steps {
                        trainer.step().await?;
                    }
                }
            }
        }
        Ok(())
    }

    fn trainer(&self, measure: BatchMeasure) -> Trainer {
        let setup = &self.setup;
        let autodiff = setup.device.clone().autodiff();
        let (n_genes, n_batches) = (setup.cells.n_genes(), setup.cells.n_batches);
        let plain = Scvi::new(n_genes, n_batches, &setup.scvi, &[setup.seed], &autodiff);
        let template = Network::conditioned(plain, &setup.scvi, setup.seed, &autodiff);
        Trainer::new(Setup {
            scvi: setup.scvi.clone(),
            module: join(template, &[self.network.clone().valid()]),
            aims: vec![Aim::At(self.angle)],
            measure: Some(measure),
            cells: setup.cells.clone(),
            train: setup.train.clone(),
            ranges: self.ranges.clone(),
            follow_ranges: false,
            preferences: Rc::new(Vec::new()),
            shared: setup.schedule.shared,
            apart: false,
            smoothing: setup.schedule.smoothing,
            hold_cones: false,
            feasible_steps: 0,
            total_steps: self.steps,
            seed: setup.seed,
            purpose: "tradeoff/polish",
            device: setup.device.clone(),
        })
    }
}
