//! One front from beginning to end: scVI alone, its ends, all candidates together.

mod stages;

use std::rc::Rc;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::models::FitProgress;
use crate::nn::{Noise, to_tensor};

use super::TradeOffError;
use super::aim::Aim;
use super::cells::Cells;
use super::measure::{BatchMeasure, MeasureConfig};
use super::network::Network;
use super::ranges::Ranges;
use super::sampler::Sampler;
use super::schedule::{Schedule, Shared};
use super::scvi::{Norm, Scvi, ScviConfig};
use super::solver;
use super::trainer::Trainer;

/// Optimiser steps in one piece of work.
const STEPS_PER_PIECE: usize = 2;
/// Critic steps in one piece of work.
const CRITIC_STEPS_PER_PIECE: usize = 20;

/// Preferences between the ends that one network is asked with in every step.
const BINS: usize = 3;

/// How the candidates between the two ends are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solver {
    /// Pareto multi-task learning (Lin et al. 2019): each candidate in the cone of its preference vector.
    ParetoMtl,
    /// Weighted sums of both losses, the weight of U being k / (K + 1).
    Scalarisation,
    /// The generative loss plus a growing multiple of the measure, both in their own units, as scVI+HSIC (Lopez et al. 2018)
    /// has it.
    Penalty,
    /// One network for the whole front, which listens to the preference.
    OneRun,
}

/// What a front is made of.
#[derive(Clone)]
pub struct FrontSetup {
    /// The model.
    pub scvi: ScviConfig,
    /// The measure.
    pub measure: MeasureConfig,
    /// How long.
    pub schedule: Schedule,
    /// How candidates are trained.
    pub solver: Solver,
    /// Candidates between the ends, K.
    pub candidates: usize,
    /// Places along the front to train, from 0 (batch effect only) to K + 1 (scVI only), ascending. The ends are trained in
    /// any case where the others need them.
    pub places: Vec<usize>,
    /// All cells.
    pub cells: Rc<Cells>,
    /// Those to train on.
    pub train: Rc<Vec<usize>>,
    /// Seed of everything.
    pub seed: u64,
    /// The engine, without gradients.
    pub device: Device,
}

/// The candidates of a front as they are while training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivePoint {
    /// Place along the front.
    pub place: usize,
    /// `[U, V]` on recent minibatches.
    pub losses: [f64; 2],
}

/// Trained candidates.
pub struct Trained {
    /// One replica per place, or one network for all of them.
    pub module: Network,
    /// Angles of the preferences of all places, for one network that listens to them.
    pub angles: Option<Vec<f64>>,
    /// Places along the front.
    pub places: Vec<usize>,
    /// Gradient steps that each has seen, those of the common start included.
    pub steps: Vec<usize>,
    /// What a reader should know about each.
    pub remarks: Vec<Vec<String>>,
    /// What the two objectives were scaled by.
    pub ranges: Ranges,
}

/// scVI by itself, which all candidates of the fronts of a split start from.
#[derive(Clone)]
pub struct Start {
    /// Its weights.
    pub network: Rc<Network>,
    /// What a reader should know about its training.
    pub remarks: Vec<String>,
}

/// Trains a front, one piece of work after the other.
pub struct FrontFit {
    setup: FrontSetup,
    stage: Stage,
    start: Option<Start>,
    preferences: Rc<Vec<[f64; 2]>>,
    /// Remarks on the training of the two ends by themselves.
    of_ends: [Vec<String>; 2],
    /// Replica steps done and in all.
    work: FitProgress,
}

/// A critic that learns what scVI's latent says about the batch.
struct Critics {
    measure: BatchMeasure,
    sampler: Sampler,
    noise: Noise,
    left: usize,
}

enum Stage {
    Pretrain(Box<Trainer>),
    Critics(Box<Critics>),
    Ends(Box<Trainer>),
    Candidates(Box<Trainer>),
    Refit { trainer: Box<Trainer>, trained: Box<Trained> },
    Done(Option<Box<Trained>>),
}

impl FrontFit {
    /// The settings of the model that a solver needs: one that serves all preferences has layer norm, because the running
    /// statistics of batch norm would mix them.
    #[must_use]
    pub fn model_of(solver: Solver, scvi: ScviConfig) -> ScviConfig {
        if solver == Solver::OneRun { ScviConfig { norm: Norm::Layer, ..scvi } } else { scvi }
    }

    /// Begins. `start` is the scVI of an earlier front on the same cells with the same settings, which is then not
    /// trained again.
    pub fn new(mut setup: FrontSetup, start: Option<Start>) -> Result<Self, TradeOffError> {
        setup.scvi = Self::model_of(setup.solver, setup.scvi);
        if setup.solver == Solver::OneRun {
            // The paper has no such network: its decoder serves all preferences, so no single weight is its own, and its two
            // ends are not trained before it, so ranges can only follow them.
            setup.schedule = Schedule { shared: Shared::Encoder, fixed_ranges: false, ..setup.schedule };
        }
        let preferences = Rc::new(solver::preferences(setup.candidates));
        let mut fit = Self {
            stage: Stage::Done(None),
            start: None,
            preferences,
            of_ends: [Vec::new(), Vec::new()],
            work: FitProgress { done: 0, total: 0 },
            setup,
        };
        let module = Scvi::new(
            fit.setup.cells.n_genes(),
            fit.setup.cells.n_batches,
            &fit.setup.scvi,
            &[fit.setup.seed],
            &fit.setup.device.clone().autodiff(),
        );
        let module = Network::plain(module);
        let trainer = fit.trainer(module, vec![Aim::Biology], None, Ranges::running(1.0), "tradeoff/pretrain");
        let per_epoch = trainer.steps_per_epoch();
        fit.work.total = per_epoch * fit.replica_epochs(start.is_none());
        fit.stage = Stage::Pretrain(Box::new(trainer));
        if let Some(start) = start {
            fit.begin_measure(start)?;
        }
        Ok(fit)
    }

    /// Epochs times replicas of the whole fit.
    fn replica_epochs(&self, pretrain: bool) -> usize {
        let schedule = &self.setup.schedule;
        let (ends, aims) = (if self.needs_ends() { 2 } else { 0 }, self.aims().len());
        usize::from(pretrain) * self.pretrain_epochs()
            + ends * schedule.range_epochs
            + aims * self.epochs()
            + usize::from(self.refits()) * schedule.refit_epochs
    }

    fn is_one_run(&self) -> bool {
        self.setup.solver == Solver::OneRun
    }

    fn pretrain_epochs(&self) -> usize {
        let schedule = &self.setup.schedule;
        if self.is_one_run() { schedule.one_run_pretrain_epochs } else { schedule.pretrain_epochs }
    }

    fn epochs(&self) -> usize {
        if self.is_one_run() { self.setup.schedule.one_run_epochs } else { self.setup.schedule.epochs }
    }

    fn refits(&self) -> bool {
        let schedule = &self.setup.schedule;
        self.needs_ends() && self.setup.places.first() == Some(&0) && schedule.refit_epochs > 0
    }

    /// How far the fit is, in replica steps.
    #[must_use]
    pub fn progress(&self) -> FitProgress {
        self.work
    }

    /// What it was made with, the model's settings as they are used.
    #[must_use]
    pub fn setup(&self) -> &FrontSetup {
        &self.setup
    }

    /// What is being done, in words.
    #[must_use]
    pub fn doing(&self) -> &'static str {
        match self.stage {
            Stage::Pretrain(_) => "scVI, which all candidates start from",
            Stage::Critics(_) => "the critic on scVI's latent",
            Stage::Ends(_) => "the two ends of the front",
            Stage::Candidates(_) => "all candidates",
            Stage::Refit { .. } => "the decoder of the end without batch effect",
            Stage::Done(_) => "done",
        }
    }

    /// Losses of the candidates that are asked for, as they are now.
    #[must_use]
    pub fn live(&self) -> Vec<LivePoint> {
        let last = self.setup.candidates + 1;
        let (trainer, places) = match &self.stage {
            Stage::Ends(trainer) => (trainer, vec![0, last]),
            Stage::Candidates(trainer) => (trainer, self.trained_places()),
            _ => return Vec::new(),
        };
        let points = places.into_iter().zip(trainer.losses());
        let points = points.filter_map(|(place, losses)| losses.map(|losses| LivePoint { place, losses }));
        points.filter(|point| self.setup.places.contains(&point.place)).collect()
    }

    /// The common start, once it is trained.
    #[must_use]
    pub fn start(&self) -> Option<&Start> {
        self.start.as_ref()
    }

    /// Takes the candidates once everything is trained.
    pub fn take(&mut self) -> Option<Trained> {
        match &mut self.stage {
            Stage::Done(trained) => trained.take().map(|trained| *trained),
            _ => None,
        }
    }

    /// Does one piece of work.
    pub async fn advance(&mut self) -> Result<(), TradeOffError> {
        let schedule = self.setup.schedule.clone();
        let (pretrain, epochs) = (self.pretrain_epochs(), self.epochs());
        match &mut self.stage {
            Stage::Pretrain(trainer) => {
                self.work.done += steps(trainer, pretrain).await?;
                if trainer.steps() >= pretrain * trainer.steps_per_epoch() {
                    let start = Start { network: Rc::new(trainer.module()), remarks: trainer.remarks(0) };
                    self.begin_measure(start)?;
                }
            }
            Stage::Critics(critics) => {
                let Critics { measure, sampler, noise, left } = &mut **critics;
                let Some(Start { network, .. }) = &self.start else { return Ok(()) };
                for _ in 0..CRITIC_STEPS_PER_PIECE.min(*left) {
                    let cells: Vec<usize> = sampler.draw().into_iter().map(|i| self.setup.train[i]).collect();
                    let minibatch = self.setup.cells.minibatch(&cells);
                    let posterior = network.scvi.encoder.forward(minibatch.logged.inner(), &[]);
                    let noise = noise.normal(cells.len(), self.setup.scvi.n_latent, &self.setup.device);
                    // scVI is where only biology counts.
                    let condition = (measure.condition() > 0)
                        .then(|| to_tensor(vec![0.0, 1.0], [1, 1, 2], &self.setup.device).expand([1, cells.len(), 2]));
                    measure.learn(posterior.sample(noise), &minibatch.batch, 1, condition)?;
                    *left -= 1;
                }
                if *left == 0 {
                    let measure = measure.clone();
                    self.begin_ends(&measure);
                }
            }
            Stage::Ends(trainer) => {
                self.work.done += 2 * steps(trainer, schedule.range_epochs).await?;
                if trainer.steps() >= schedule.range_epochs * trainer.steps_per_epoch() {
                    self.begin_candidates();
                }
            }
            Stage::Candidates(trainer) => {
                let replicas = trainer.losses().len();
                self.work.done += replicas * steps(trainer, epochs).await?;
                if trainer.steps() >= epochs * trainer.steps_per_epoch() {
                    self.end_candidates();
                }
            }
            Stage::Refit { trainer, .. } => {
                self.work.done += steps(trainer, schedule.refit_epochs).await?;
                if trainer.steps() >= schedule.refit_epochs * trainer.steps_per_epoch() {
                    self.end_refit();
                }
            }
            Stage::Done(_) => {}
        }
        Ok(())
    }

    /// Whether the two ends are trained by themselves first.
    fn needs_ends(&self) -> bool {
        matches!(self.setup.solver, Solver::ParetoMtl | Solver::Scalarisation)
    }
}

/// A few optimiser steps, at most to the end of so many epochs; says how many.
async fn steps(trainer: &mut Trainer, epochs: usize) -> Result<usize, TradeOffError> {
    let end = epochs * trainer.steps_per_epoch();
    let before = trainer.steps();
    for _ in 0..STEPS_PER_PIECE {
        if trainer.steps() < end {
            trainer.step().await?;
        }
    }
    Ok(trainer.steps().saturating_sub(before))
}
