//! The training of candidates together, one replica each.

use std::collections::VecDeque;
use std::f64::consts::FRAC_PI_2;
use std::rc::Rc;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use rand::RngExt;

use crate::nn::{AdamConfig, Noise, read_rows, to_tensor};
use crate::random::{Stream, stream};

use super::TradeOffError;
use super::aim::{Aim, Cone, Measured, Weighing, encoder_weights};
use super::cells::{Cells, Minibatch};
use super::gradients::{combine, gram, part_of_step, replica_weights, take_over};
use super::measure::BatchMeasure;
use super::network::{Network, encoded};
use super::objectives::{Cut, Draws, encoder_film, generative_loss, surrogate};
use super::ranges::Ranges;
use super::sampler::Sampler;
use super::schedule::Shared;
use super::scvi::{Posterior, ScviConfig};

/// Steps from one safe point to the next, to which a training that ran into a NaN goes back.
const SAFE_EVERY: usize = 25;
/// A replica whose step was halved so often is left where it was.
const MOST_HALVINGS: u32 = 6;
/// Minibatches whose latents are kept for the critic.
const RECENT: usize = 8;

/// What a training is made of.
pub struct Setup {
    /// The model's settings.
    pub scvi: ScviConfig,
    /// One replica per aim, or a single one that listens to preferences.
    pub module: Network,
    /// What each replica minimises.
    pub aims: Vec<Aim>,
    /// The measure, with as many replicas; none for a training on U alone.
    pub measure: Option<BatchMeasure>,
    /// All cells.
    pub cells: Rc<Cells>,
    /// Those that are trained on.
    pub train: Rc<Vec<usize>>,
    /// What losses are scaled by.
    pub ranges: Ranges,
    /// Whether the ranges follow the two ends of this training.
    pub follow_ranges: bool,
    /// The preference vectors that [`Aim::Cone`] counts.
    pub preferences: Rc<Vec<[f64; 2]>>,
    /// Which parameters gradients are weighed over.
    pub shared: Shared,
    /// Whether the gradients of U and V are found apart even where no aim of this training needs their products: rounding
    /// differs, and a candidate should come out the same beside others that need them and beside none.
    pub apart: bool,
    /// Steps over which losses are averaged.
    pub smoothing: f64,
    /// Whether a candidate that has left its cone goes back.
    pub hold_cones: bool,
    /// Steps that a candidate may take to its cone.
    pub feasible_steps: usize,
    /// Steps of the whole training, for what changes along the way.
    pub total_steps: usize,
    /// Seed of all draws of this training; all replicas see the same cells and the same noise.
    pub seed: u64,
    /// Name of the training's random streams.
    pub purpose: &'static str,
    /// The engine, without gradients.
    pub device: Device,
}

/// The training of candidates together.
///
/// A step: critic steps on recent latents; one minibatch through all encoders; the graph is cut at the posterior, so that the
/// gradients of U and V with respect to it are found apart (the decoder is passed back through only once, and the critic
/// never passes through the encoder); the solver weighs them; one backward pass through the encoder for the weighted sum, or
/// one for each where the weights depend on their inner products.
pub struct Trainer {
    setup: Setup,
    autodiff: Device,
    prior: Vec<[f64; 2]>,
    /// `None` only within a step.
    module: Option<Network>,
    optimiser: ModuleOptimizer,
    state: State,
    safe: Option<Safe>,
    /// Share of a whole step that each replica takes.
    shares: Vec<f64>,
    halvings: Vec<u32>,
}

/// What a step changes besides weights.
#[derive(Clone)]
struct State {
    measure: Option<BatchMeasure>,
    draws: Draws,
    sampler: Sampler,
    critic_noise: Noise,
    critic_choice: Stream,
    recent: VecDeque<Recent>,
    /// Angles of the preferences of this step.
    angles: Vec<f64>,
    preferences: Stream,
    ranges: Ranges,
    losses: Vec<Option<[f64; 2]>>,
    cones: Vec<Cone>,
    /// Weights of the gradients of U and V in this step.
    weights: Vec<[f64; 2]>,
    step: usize,
}

/// Latents of a minibatch, without a graph.
#[derive(Clone)]
struct Recent {
    posterior: Posterior,
    batch: Vec<u32>,
    /// Angles of the preferences, for critics that are told.
    angles: Vec<f64>,
}

/// A point to go back to.
struct Safe {
    module: Network,
    optimiser: ModuleOptimizer,
    state: State,
}

impl Trainer {
    /// Begins a training.
    #[must_use]
    pub fn new(mut setup: Setup) -> Self {
        let autodiff = setup.device.clone().autodiff();
        let adam = AdamConfig {
            epsilon: setup.scvi.adam_epsilon as f32,
            weight_decay: setup.scvi.weight_decay as f32,
            ..AdamConfig::SCVI
        };
        let batch: Vec<u32> = setup.train.iter().map(|&cell| setup.cells.batch[cell]).collect();
        let (seed, purpose) = (setup.seed, setup.purpose);
        let replicas = setup.aims.len();
        let state = State {
            measure: setup.measure.take(),
            draws: Draws::new(purpose, seed, &setup.scvi),
            sampler: Sampler::new(
                &batch,
                setup.cells.n_batches,
                setup.scvi.batch_size,
                seed,
                &format!("{purpose}/minibatches"),
            ),
            critic_noise: Noise::new(&format!("{purpose}/critic"), &[seed]),
            critic_choice: stream(seed, &format!("{purpose}/critic/choice")),
            recent: VecDeque::new(),
            angles: Vec::new(),
            preferences: stream(seed, &format!("{purpose}/preferences")),
            ranges: setup.ranges.clone(),
            losses: vec![None; replicas],
            cones: vec![Cone::Approaching(setup.feasible_steps); replicas],
            weights: vec![[0.0; 2]; replicas],
            step: 0,
        };
        Self {
            prior: setup.cells.library_prior(&setup.train),
            module: Some(setup.module.clone()),
            optimiser: adam.init(),
            state,
            safe: None,
            shares: vec![1.0; replicas],
            halvings: vec![0; replicas],
            autodiff,
            setup,
        }
    }

    /// Steps of one pass over the training cells.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        self.state.sampler.steps_per_epoch()
    }

    /// Steps done.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.state.step
    }

    /// `[U, V]` of each replica, averaged over recent minibatches; V is 0 without a measure.
    #[must_use]
    pub fn losses(&self) -> Vec<Option<[f64; 2]>> {
        self.state.losses.clone()
    }

    /// What losses are scaled by now.
    #[must_use]
    pub fn ranges(&self) -> &Ranges {
        &self.state.ranges
    }

    /// The measure with its critics as they are now.
    #[must_use]
    pub fn measure(&self) -> Option<&BatchMeasure> {
        self.state.measure.as_ref()
    }

    /// All replicas without the gradient graph.
    #[must_use]
    pub fn module(&self) -> Network {
        // Between steps the module is always there.
        self.module.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid)
    }

    /// What a reader should know about a replica.
    #[must_use]
    pub fn remarks(&self, replica: usize) -> Vec<String> {
        // One network is as careful as its most careful part.
        let worst = (0..self.halvings.len()).max_by_key(|&r| self.halvings[r]).unwrap_or(replica);
        let one_for_all = self.module.as_ref().is_some_and(|module| module.films.is_some());
        let replica = if one_for_all { worst } else { replica };
        let mut remarks = Vec::new();
        match self.halvings[replica] {
            0 => {}
            times if self.shares[replica] > 0.0 => remarks.push(format!(
                "Its loss became infinite or NaN {times} times: it went back and on with {} of the step.",
                self.shares[replica]
            )),
            _ => {
                remarks
                    .push("Its loss kept becoming infinite or NaN: it was left at its last good weights.".to_owned());
            }
        }
        if matches!(self.setup.aims[replica], Aim::Cone(_)) && self.state.cones[replica] == Cone::Missed {
            remarks
                .push("It did not come into the cone of its preference in time, which may not be feasible.".to_owned());
        }
        remarks
    }

    /// One optimiser step of every replica.
    ///
    /// Errors: the engine failed. A loss that is not a number is no error: see [`Trainer::remarks`].
    pub async fn step(&mut self) -> Result<(), TradeOffError> {
        let mut here = None;
        if self.state.step.is_multiple_of(SAFE_EVERY)
            && let Some(module) = &self.module
        {
            let (module, optimiser, state) = (module.clone(), self.optimiser.clone(), self.state.clone());
            here = Some(Safe { module, optimiser, state });
        }
        if self.safe.is_none() {
            self.safe = here.take();
        }
        self.teach_critics()?;
        let cells: Vec<usize> = self.state.sampler.draw().into_iter().map(|i| self.setup.train[i]).collect();
        let minibatch = self.setup.cells.minibatch(&cells);
        let Some(mut module) = self.module.take() else { return Ok(()) };
        // Before the pass forward, which moves running statistics.
        let whole = self.shares.iter().all(|&share| share >= 1.0);
        let before = (!whole).then(|| module.clone());
        let found = self.gradients(&mut module, &minibatch).await;
        let (gradients, bad) = match found {
            Ok(found) => found,
            Err(error) => {
                self.module = Some(module);
                return Err(error);
            }
        };
        if !bad.is_empty() {
            drop(module);
            self.go_back(&bad);
            return Ok(());
        }
        // Only now are the weights known to give finite losses.
        self.safe = here.or_else(|| self.safe.take());
        let mut module = self.optimiser.step(self.setup.scvi.learning_rate, module, gradients);
        if let Some(before) = before {
            let shares = match module.films {
                // One network for all: it goes as far as its most careful part.
                Some(_) => vec![self.shares.iter().copied().fold(1.0, f64::min)],
                None => self.shares.clone(),
            };
            module = part_of_step(&before, module, &shares, &self.setup.device);
        }
        self.module = Some(module);
        self.state.step += 1;
        Ok(())
    }

    /// Optimiser steps of the critics on latents of recent minibatches, with fresh noise.
    fn teach_critics(&mut self) -> Result<(), TradeOffError> {
        let State { measure: Some(measure), recent, critic_noise, critic_choice, .. } = &mut self.state else {
            return Ok(());
        };
        for i in 0..measure.critic_steps() {
            let newest = recent.len().saturating_sub(1);
            let at = if i == 0 || newest == 0 { newest } else { critic_choice.random_range(0..=newest) };
            let Some(Recent { posterior, batch, angles }) = recent.get(at) else { return Ok(()) };
            let [_, n, width] = posterior.mean.dims();
            let z = posterior.sample(critic_noise.normal(n, width, &self.setup.device));
            measure.learn(z, batch, 1, told(measure, angles, n, &self.setup.device))?;
        }
        Ok(())
    }

    /// The gradients of a step, and the replicas for which there are none.
    async fn gradients(
        &mut self,
        module: &mut Network,
        minibatch: &Minibatch,
    ) -> Result<(GradientsParams, Vec<usize>), TradeOffError> {
        let (device, replicas) = (self.setup.device.clone(), self.setup.aims.len());
        let n = minibatch.batch.len();
        let draws = self.state.draws.draw(n, &self.autodiff);
        self.draw_preferences();
        let preferences = module.films.is_some().then(|| encoded(&self.state.angles, &self.autodiff));
        let film = encoder_film(module, preferences.as_ref());
        let posterior = module.scvi.encoder.forward_train(minibatch.logged.clone(), &film, draws.masks.clone());
        let cut = Cut::new(&posterior);
        let u = generative_loss(module, preferences.as_ref(), &cut.posterior(), minibatch, &draws, &self.prior);
        // The mean over preferences is the step of a network that serves them all.
        let share = if module.films.is_some() { 1.0 / replicas as f64 } else { 1.0 };
        let backward = (u.clone().sum() * share).backward();
        let slope_u = cut.slopes(&backward);
        let mut gradients = GradientsParams::from_grads(backward, &*module);
        let (v, slope_v) = match &mut self.state.measure {
            Some(measure) => {
                let cut = Cut::new(&posterior);
                let z = cut.posterior().sample(draws.noise.clone());
                let condition = told(measure, &self.state.angles, n, &self.autodiff);
                let v = measure.value(z, &minibatch.batch, 1, condition)?.reshape([replicas]);
                let slopes = cut.slopes(&(v.clone().sum() * share).backward());
                (v.inner(), Some(slopes))
            }
            None => (Tensor::zeros([replicas], &device), None),
        };
        self.remember(&posterior, &minibatch.batch);

        let weighing = self.setup.apart || self.setup.aims.iter().any(|aim| aim.needs_gradients());
        let mut apart = None;
        let mut numbers = vec![u.inner(), v];
        if let (true, Some(slope_v)) = (weighing, &slope_v) {
            // The same pass again, for its graph: burn's can be gone back through only once.
            let mut twin = module.clone();
            let again = twin.scvi.encoder.forward_train(minibatch.logged.clone(), &film, draws.masks.clone());
            let of_v = GradientsParams::from_grads(surrogate(&again, slope_v).backward(), &twin);
            let of_u = GradientsParams::from_grads(surrogate(&posterior, &slope_u).backward(), &*module);
            let mut products = gram(&*module, &of_u, &of_v, replicas, &device);
            if self.setup.shared == Shared::All {
                let rest = gram(&*module, &gradients, &GradientsParams::new(), replicas, &device);
                products = products + rest;
            }
            numbers.push(products.reshape([3 * replicas]));
            apart = Some((of_u, of_v));
        }
        let numbers: Vec<f64> = read_rows(Tensor::cat(numbers, 0)).await?.into_iter().map(f64::from).collect();
        let bad: Vec<usize> = (0..replicas)
            // What was left behind is not looked at again.
            .filter(|&r| self.shares[r] > 0.0)
            .filter(|&r| numbers.iter().skip(r).step_by(replicas).any(|value| !value.is_finite()))
            .collect();
        if !bad.is_empty() {
            return Ok((gradients, bad));
        }
        let weights = self.weigh(&numbers);
        if let (Some(films), Some(slope_v)) = (&module.films, &slope_v) {
            // The encoder itself follows biology alone, and what takes the batch effect out is left to the modulations: with both in
            // the shared weights, the batch effect is gone for every preference, those for biology too.
            let own = GradientsParams::from_grads(surrogate(&posterior, &slope_u).backward(), &module.scvi.encoder);
            let film = encoder_film(module, preferences.as_ref());
            let mut twin = module.scvi.encoder.clone();
            let again = twin.forward_train(minibatch.logged.clone(), &film, draws.masks.clone());
            let factor = |objective: usize| replica_weights(weights.iter().map(|w| w[objective]), &device);
            let slope = slope_u.weighted(&factor(0)).plus(slope_v.clone().weighted(&factor(1)));
            let of_films = GradientsParams::from_grads(surrogate(&again, &slope).backward(), &films.encoder);
            take_over(&module.scvi.encoder, own, &mut gradients);
            take_over(&films.encoder, of_films, &mut gradients);
            return Ok((gradients, bad));
        }
        let encoder = match (apart, slope_v) {
            (Some((of_u, of_v)), _) => combine(&*module, of_u, of_v, &weights, &device),
            (None, slope_v) => {
                let factor = |objective: usize| replica_weights(weights.iter().map(|w| w[objective]), &device);
                let slope = match slope_v {
                    Some(slope_v) => slope_u.weighted(&factor(0)).plus(slope_v.weighted(&factor(1))),
                    None => slope_u.weighted(&factor(0)),
                };
                GradientsParams::from_grads(surrogate(&posterior, &slope).backward(), &*module)
            }
        };
        if self.setup.shared == Shared::All {
            let of_u: Vec<[f64; 2]> =
                self.setup.aims.iter().zip(&weights).map(|(aim, w)| own_weight(*aim, *w)).collect();
            gradients = combine(&*module, gradients, GradientsParams::new(), &of_u, &device);
        }
        take_over(&*module, encoder, &mut gradients);
        Ok((gradients, bad))
    }

    /// Takes in the losses of a step and finds the weights of its gradients.
    fn weigh(&mut self, numbers: &[f64]) -> Vec<[f64; 2]> {
        let replicas = self.setup.aims.len();
        let rate = 1.0 / self.setup.smoothing;
        let now = |r: usize| [numbers[r], numbers[replicas + r]];
        for (r, mean) in self.state.losses.iter_mut().enumerate() {
            let new = now(r);
            if !new.iter().all(|loss| loss.is_finite()) {
                continue;
            }
            *mean = Some(mean.map_or(new, |old| [0, 1].map(|i: usize| old[i] + rate * (new[i] - old[i]))));
        }
        let place = |wanted: Aim| self.setup.aims.iter().position(|aim| *aim == wanted);
        if let (true, Some(biology), Some(batch)) = (self.setup.follow_ranges, place(Aim::Biology), place(Aim::Batch))
            && [biology, batch].iter().all(|&r| self.shares[r] > 0.0)
        {
            self.state.ranges.update(now(biology), now(batch));
        }
        let how = Weighing { literal: self.setup.shared == Shared::All, hold: self.setup.hold_cones };
        let done = self.state.step as f64 / self.setup.total_steps.max(1) as f64;
        let State { losses, cones, weights, ranges, angles, .. } = &mut self.state;
        (0..replicas)
            .map(|r| {
                let products = |i: usize| numbers.get((2 + i) * replicas + r).copied().unwrap_or(0.0);
                let measured = Measured {
                    losses: losses[r].unwrap_or_default(),
                    gram: [products(0), products(1), products(2)],
                    angle: angles.get(r).copied().unwrap_or_default(),
                    done,
                };
                let (aim, preferences) = (self.setup.aims[r], &self.setup.preferences);
                weights[r] = encoder_weights(aim, measured, ranges, preferences, &mut cones[r], how);
                weights[r]
            })
            .collect()
    }

    fn remember(&mut self, posterior: &Posterior, batch: &[u32]) {
        if self.state.measure.is_none() {
            return;
        }
        if self.state.recent.len() == RECENT {
            self.state.recent.pop_front();
        }
        let posterior = Posterior { mean: posterior.mean.clone().inner(), var: posterior.var.clone().inner() };
        let angles = self.state.angles.clone();
        self.state.recent.push_back(Recent { posterior, batch: batch.to_vec(), angles });
    }

    /// New preferences for this step: those of the ends stay, one in a bin is drawn within it.
    fn draw_preferences(&mut self) {
        let rng = &mut self.state.preferences;
        let mut angle = |aim: &Aim| match *aim {
            Aim::Batch => 0.0,
            Aim::At(angle) => angle,
            Aim::Bin(bin, bins) => (bin as f64 + rng.random::<f64>()) / bins as f64 * FRAC_PI_2,
            _ => FRAC_PI_2,
        };
        self.state.angles = self.setup.aims.iter().map(&mut angle).collect();
    }

    /// Goes back to the last safe point, where the replicas `bad` go on with half the step. The others repeat their steps to
    /// the bit, because all draws go back too.
    fn go_back(&mut self, bad: &[usize]) {
        for &r in bad {
            self.halvings[r] += 1;
            self.shares[r] = if self.halvings[r] >= MOST_HALVINGS { 0.0 } else { self.shares[r] / 2.0 };
        }
        if let Some(safe) = &self.safe {
            self.module = Some(safe.module.clone());
            self.optimiser = safe.optimiser.clone();
            self.state = safe.state.clone();
        }
    }
}

/// What a critic is told about the preferences, `[R, n, 2]`; nothing for one that does not ask.
fn told(measure: &BatchMeasure, angles: &[f64], n: usize, device: &Device) -> Option<Tensor<3>> {
    (measure.condition() > 0).then(|| {
        let values = angles.iter().flat_map(|angle| [angle.cos() as f32, angle.sin() as f32]).collect();
        to_tensor(values, [angles.len(), 1, 2], device).expand([angles.len(), n, 2])
    })
}

/// The decoder's own weight where it shares the encoder's, as in the paper.
fn own_weight(aim: Aim, weights: [f64; 2]) -> [f64; 2] {
    match aim {
        Aim::Batch | Aim::Decoder => [1.0, 0.0],
        _ => [weights[0], 0.0],
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests;
