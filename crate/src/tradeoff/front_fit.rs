//! One front from beginning to end: scVI alone, its ends, all candidates together.

use std::f64::consts::FRAC_PI_2;
use std::rc::Rc;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::models::FitProgress;
use crate::nn::{Noise, join, replica, to_tensor};

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
use super::trainer::{Setup, Trainer};

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

/// Trains a front, one piece of work after the other.
pub struct FrontFit {
    setup: FrontSetup,
    stage: Stage,
    pretrained: Option<Rc<Network>>,
    preferences: Rc<Vec<[f64; 2]>>,
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

    /// Begins. `pretrained` is the scVI of an earlier front on the same cells with the same settings, which is then not
    /// trained again.
    pub fn new(mut setup: FrontSetup, pretrained: Option<Rc<Network>>) -> Result<Self, TradeOffError> {
        setup.scvi = Self::model_of(setup.solver, setup.scvi);
        if setup.solver == Solver::OneRun {
            // The paper has no such network: its decoder serves all preferences, so no single weight is its own, and its two
            // ends are not trained before it, so ranges can only follow them.
            setup.schedule = Schedule { shared: Shared::Encoder, fixed_ranges: false, ..setup.schedule };
        }
        let preferences = Rc::new(solver::preferences(setup.candidates));
        let mut fit = Self {
            stage: Stage::Done(None),
            pretrained: None,
            preferences,
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
        fit.work.total = per_epoch * fit.replica_epochs(pretrained.is_none());
        fit.stage = Stage::Pretrain(Box::new(trainer));
        if let Some(pretrained) = pretrained {
            fit.begin_measure(pretrained)?;
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
    pub fn pretrained(&self) -> Option<&Rc<Network>> {
        self.pretrained.as_ref()
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
                    let module = Rc::new(trainer.module());
                    self.begin_measure(module)?;
                }
            }
            Stage::Critics(critics) => {
                let Critics { measure, sampler, noise, left } = &mut **critics;
                let Some(start) = &self.pretrained else { return Ok(()) };
                for _ in 0..CRITIC_STEPS_PER_PIECE.min(*left) {
                    let cells: Vec<usize> = sampler.draw().into_iter().map(|i| self.setup.train[i]).collect();
                    let minibatch = self.setup.cells.minibatch(&cells);
                    let posterior = start.scvi.encoder.forward(minibatch.logged.inner(), &[]);
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

    /// Aims and places of the candidates' training: both ends first, because ranges follow them.
    fn aims(&self) -> Vec<(usize, Aim)> {
        let k = self.setup.candidates;
        let mut aims = Vec::new();
        if self.is_one_run() {
            // Places are those of the bins' middles, for the points that are shown on the way.
            let place = |share: f64| (share * (k + 1) as f64).round() as usize;
            aims.push((0, Aim::Batch));
            aims.extend((0..BINS).map(|bin| (place((bin as f64 + 0.5) / BINS as f64), Aim::Bin(bin, BINS))));
            aims.push((k + 1, Aim::Biology));
            return aims;
        }
        if self.needs_ends() {
            aims.push((0, Aim::Batch));
        }
        aims.push((k + 1, Aim::Biology));
        let weights = solver::scalarisation_weights(k);
        for &place in self.setup.places.iter().filter(|&&place| place > 0 && place <= k) {
            aims.push((
                place,
                match self.setup.solver {
                    Solver::ParetoMtl => Aim::Cone(place - 1),
                    Solver::Scalarisation => Aim::Weighted(weights[place - 1]),
                    Solver::Penalty | Solver::OneRun => Aim::Penalty(penalty(place, k)),
                },
            ));
        }
        aims
    }

    fn trained_places(&self) -> Vec<usize> {
        self.aims().into_iter().map(|(place, _)| place).collect()
    }

    fn trainer(
        &self,
        module: Network,
        aims: Vec<Aim>,
        measure: Option<BatchMeasure>,
        ranges: Ranges,
        purpose: &'static str,
    ) -> Trainer {
        let FrontSetup { schedule, .. } = &self.setup;
        let per_epoch = Sampler::minibatches(self.setup.train.len(), self.setup.scvi.batch_size);
        Trainer::new(Setup {
            scvi: self.setup.scvi.clone(),
            module,
            follow_ranges: purpose == "tradeoff/ends" || !schedule.fixed_ranges,
            aims,
            measure,
            cells: self.setup.cells.clone(),
            train: self.setup.train.clone(),
            ranges,
            preferences: self.preferences.clone(),
            shared: schedule.shared,
            apart: self.setup.solver == Solver::ParetoMtl && purpose == "tradeoff/candidates",
            smoothing: schedule.smoothing,
            hold_cones: schedule.hold_cones,
            feasible_steps: schedule.feasible_epochs * per_epoch,
            total_steps: self.epochs() * per_epoch,
            seed: self.setup.seed,
            purpose,
            device: self.setup.device.clone(),
        })
    }

    /// From trained weights without a graph to `n` trainable replicas of them.
    fn copies(&self, of: &Network, n: usize) -> Network {
        self.joined(&vec![of.clone(); n])
    }

    fn joined(&self, parts: &[Network]) -> Network {
        let seeds = vec![self.setup.seed; parts.len()];
        let autodiff = self.setup.device.clone().autodiff();
        let (n_genes, n_batches) = (self.setup.cells.n_genes(), self.setup.cells.n_batches);
        join(Network::plain(Scvi::new(n_genes, n_batches, &self.setup.scvi, &seeds, &autodiff)), parts)
    }

    fn begin_measure(&mut self, pretrained: Rc<Network>) -> Result<(), TradeOffError> {
        self.pretrained = Some(pretrained);
        let seed = self.setup.seed;
        let batch: Vec<u32> = self.setup.train.iter().map(|&cell| self.setup.cells.batch[cell]).collect();
        let measure = BatchMeasure::new(
            &self.setup.measure,
            self.setup.scvi.n_latent,
            self.setup.cells.n_batches,
            if self.is_one_run() { 2 } else { 0 },
            &[seed],
            &self.setup.device,
        )?;
        let (n_batches, size) = (self.setup.cells.n_batches, self.setup.scvi.batch_size);
        let left = if measure.critic_steps() == 0 { 0 } else { self.setup.schedule.critic_warm_up };
        if left == 0 {
            self.begin_ends(&measure);
            return Ok(());
        }
        self.stage = Stage::Critics(Box::new(Critics {
            measure,
            sampler: Sampler::new(&batch, n_batches, size, seed, "tradeoff/critic/minibatches"),
            noise: Noise::new("tradeoff/critic/warm-up", &[seed]),
            left,
        }));
        Ok(())
    }

    fn begin_ends(&mut self, measure: &BatchMeasure) {
        let Some(start) = self.pretrained.clone() else { return };
        if !self.needs_ends() {
            let aims: Vec<Aim> = self.aims().into_iter().map(|(_, aim)| aim).collect();
            let measure = measure.select(&vec![0; aims.len()]);
            let module = if self.is_one_run() {
                let autodiff = self.setup.device.clone().autodiff();
                let plain = self.copies(&start, 1).scvi;
                Network::conditioned(plain, &self.setup.scvi, self.setup.seed, &autodiff)
            } else {
                self.copies(&start, aims.len())
            };
            let ranges = Ranges::running(self.setup.schedule.smoothing);
            let trainer = self.trainer(module, aims, Some(measure), ranges, "tradeoff/candidates");
            self.stage = Stage::Candidates(Box::new(trainer));
            return;
        }
        let ranges = if self.setup.schedule.fixed_ranges {
            Ranges::of_minibatches()
        } else {
            Ranges::running(self.setup.schedule.smoothing)
        };
        let (module, measure) = (self.copies(&start, 2), measure.select(&[0, 0]));
        let trainer = self.trainer(module, vec![Aim::Batch, Aim::Biology], Some(measure), ranges, "tradeoff/ends");
        self.stage = Stage::Ends(Box::new(trainer));
    }

    fn begin_candidates(&mut self) {
        let (Stage::Ends(ends), Some(start)) = (&self.stage, self.pretrained.clone()) else { return };
        let aims: Vec<Aim> = self.aims().into_iter().map(|(_, aim)| aim).collect();
        let trained = ends.module();
        let mut parts = vec![replica(trained.clone(), 0), replica(trained, 1)];
        parts.resize(aims.len(), (*start).clone());
        let ranges = ends.ranges().clone();
        // Every candidate's critic goes on from the one that knows scVI's latent, as its encoder does.
        let mut critics = vec![0, 1];
        critics.resize(aims.len(), 1);
        let measure = ends.measure().map(|measure| measure.select(&critics));
        let module = self.joined(&parts);
        let trainer = self.trainer(module, aims, measure, ranges, "tradeoff/candidates");
        self.stage = Stage::Candidates(Box::new(trainer));
    }

    fn end_candidates(&mut self) {
        let Stage::Candidates(trainer) = &self.stage else { return };
        let schedule = &self.setup.schedule;
        let per_epoch = trainer.steps_per_epoch();
        let module = trainer.module();
        if self.is_one_run() {
            let places = self.setup.places.clone();
            let last = (self.setup.candidates + 1) as f64;
            let steps = (self.pretrain_epochs() + self.epochs() * trainer.losses().len()) * per_epoch;
            self.stage = Stage::Done(Some(Box::new(Trained {
                angles: Some(places.iter().map(|&place| place as f64 / last * FRAC_PI_2).collect()),
                steps: vec![steps; places.len()],
                remarks: vec![trainer.remarks(0); places.len()],
                ranges: trainer.ranges().clone(),
                places,
                module,
            })));
            return;
        }
        let mut chosen: Vec<(usize, usize)> =
            self.trained_places().into_iter().enumerate().map(|(r, p)| (p, r)).collect();
        chosen.sort_unstable();
        chosen.retain(|(place, _)| self.setup.places.contains(place));
        let is_end = |place: usize| place == 0 || place == self.setup.candidates + 1;
        let ends = if self.needs_ends() { schedule.range_epochs } else { 0 };
        let epochs = |place| schedule.pretrain_epochs + schedule.epochs + if is_end(place) { ends } else { 0 };
        let trained = Trained {
            angles: None,
            places: chosen.iter().map(|(place, _)| *place).collect(),
            steps: chosen.iter().map(|(place, _)| epochs(*place) * per_epoch).collect(),
            remarks: chosen.iter().map(|(_, r)| trainer.remarks(*r)).collect(),
            ranges: trainer.ranges().clone(),
            module: self.joined_valid(&chosen.iter().map(|(_, r)| replica(module.clone(), *r)).collect::<Vec<_>>()),
        };
        if self.refits() {
            let module = self.copies(&replica(trained.module.clone(), 0), 1);
            let trainer = self.trainer(module, vec![Aim::Decoder], None, Ranges::running(1.0), "tradeoff/refit");
            self.stage = Stage::Refit { trainer: Box::new(trainer), trained: Box::new(trained) };
        } else {
            self.stage = Stage::Done(Some(Box::new(trained)));
        }
    }

    fn end_refit(&mut self) {
        let Stage::Refit { trainer, trained } = std::mem::replace(&mut self.stage, Stage::Done(None)) else { return };
        let mut trained = trained;
        let refitted = trainer.module();
        let mut parts: Vec<Network> = (0..trained.places.len()).map(|r| replica(trained.module.clone(), r)).collect();
        parts[0].scvi.decoder = refitted.scvi.decoder;
        // The decoder was fitted with these library sizes, where they are latent.
        parts[0].scvi.library = refitted.scvi.library;
        trained.module = self.joined_valid(&parts);
        trained.steps[0] += trainer.steps();
        self.stage = Stage::Done(Some(trained));
    }

    fn joined_valid(&self, parts: &[Network]) -> Network {
        self.joined(parts).valid()
    }
}

/// The multiples of the measure that [`Solver::Penalty`] tries, from the strongest at place 1 to the weakest at place K, evenly
/// spaced in their logarithm from 10000 to 1 nat.
fn penalty(place: usize, k: usize) -> f64 {
    const LARGEST: f64 = 4.0;
    let share = if k > 1 { (place - 1) as f64 / (k - 1) as f64 } else { 0.5 };
    10_f64.powf(LARGEST * (1.0 - share))
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
