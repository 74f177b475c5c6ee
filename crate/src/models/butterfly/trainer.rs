//! The three phases of the training for one treatment.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::models::cells::Cells;
use crate::models::{LossPoint, ModelError, TrainingSet};
use crate::nn::{join, read_rows, replica};

use super::draws::Draws;
use super::phase::Phase;
use super::{ButterflyModule, Config, Judges, Optimisers, Predictor, joint_step};

/// Optimiser steps in one piece of work. A joint step passes through the encoders three times, so fewer than elsewhere.
const STEPS_PER_PIECE: usize = 4;
/// Pairs per forward pass in validation.
const CHUNK: usize = 512;

/// Pairs of control and treated cells, positions in the data set.
pub(super) struct Pairs {
    pub train: Vec<(usize, usize)>,
    pub validation: Vec<(usize, usize)>,
}

/// Optimiser steps per epoch. The last, smaller batch is trained on too, unless it is a single pair, of which batch norm
/// cannot take a variance.
pub(super) fn steps_per_epoch(config: &Config, n_train: usize) -> usize {
    n_train / config.batch_size + usize::from(n_train % config.batch_size > 1)
}

/// The training of the networks for one treatment, one replica per seed.
pub(super) struct Trainer {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    /// `None` only within a step.
    networks: Option<(ButterflyModule, Judges)>,
    optimisers: Optimisers,
    draws: Draws,
    cells: Cells,
    /// Rows of the cells.
    pairs: Pairs,
    /// `None` when all is trained.
    phase: Option<Phase>,
    /// For each replica the order of the pairs in this epoch.
    order: Vec<Vec<usize>>,
    epoch_of_phase: usize,
    step_of_epoch: usize,
    steps: usize,
    epoch_loss: Option<Tensor<1>>,
    stops: Vec<Stop>,
}

/// Early stopping of one replica in one phase.
#[derive(Clone)]
struct Stop {
    best: f32,
    waited: usize,
    stopped: bool,
    /// The replica's networks at its best.
    weights: Option<ButterflyModule>,
}

impl Stop {
    const START: Self = Self { best: f32::INFINITY, waited: 0, stopped: false, weights: None };
}

impl Trainer {
    pub fn new(config: &Config, seeds: &[u64], data: &TrainingSet, pairs: &Pairs, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let n_genes = data.n_genes();
        let mut used: Vec<usize> = pairs.train.iter().chain(&pairs.validation).flat_map(|&(c, t)| [c, t]).collect();
        used.sort_unstable();
        used.dedup();
        let row = |cell: usize| used.partition_point(|&other| other < cell);
        let rows = |pairs: &[(usize, usize)]| pairs.iter().map(|&(c, t)| (row(c), row(t))).collect();
        let network = ButterflyModule::new(n_genes, config, seeds, &device);
        let judges = Judges::new(config.n_embedding, seeds, &device);
        Self {
            networks: Some((network, judges)),
            optimisers: Optimisers::fresh(),
            draws: Draws::new(Phase::Control.name(), seeds, config, n_genes, &device),
            cells: Cells::new(data.expression(&used), &device),
            pairs: Pairs { train: rows(&pairs.train), validation: rows(&pairs.validation) },
            phase: Some(Phase::Control),
            order: Vec::new(),
            epoch_of_phase: 0,
            step_of_epoch: 0,
            steps: 0,
            epoch_loss: None,
            stops: vec![Stop::START; seeds.len()],
            config: config.clone(),
            seeds: seeds.to_vec(),
            device,
        }
    }

    pub fn is_done(&self) -> bool {
        self.phase.is_none()
    }

    /// Steps done or no longer needed, since phases can end early.
    pub fn progress(&self) -> usize {
        self.epochs_before() * self.steps_per_epoch()
            + self.epoch_of_phase * self.steps_per_epoch()
            + self.step_of_epoch
    }

    /// Does a few optimiser steps, at most to the end of the epoch, and returns the losses it completed.
    pub async fn fit(&mut self) -> Result<Vec<LossPoint>, ModelError> {
        let Some(phase) = self.phase else { return Ok(Vec::new()) };
        if self.step_of_epoch == 0 {
            self.order = self.draws.shuffles(self.pairs.train.len());
        }
        for _ in 0..STEPS_PER_PIECE {
            self.train_step(phase);
            if self.step_of_epoch == self.steps_per_epoch() {
                return Ok(vec![self.finish_epoch(phase).await?]);
            }
        }
        Ok(Vec::new())
    }

    /// What predictions take, of all replicas.
    pub fn into_predictor(self) -> Option<Predictor> {
        self.networks.map(|(network, _)| network.valid().into_predictor())
    }

    fn steps_per_epoch(&self) -> usize {
        steps_per_epoch(&self.config, self.pairs.train.len())
    }

    /// Epochs of the phases before this one, whether they took all of them or not.
    fn epochs_before(&self) -> usize {
        let Config { control_epochs, treated_epochs, .. } = self.config;
        match self.phase {
            Some(Phase::Control) => 0,
            Some(Phase::Treated) => control_epochs,
            Some(Phase::Joint) => control_epochs + treated_epochs,
            None => self.config.epochs(),
        }
    }

    fn train_step(&mut self, phase: Phase) {
        let n = self.pairs.train.len();
        let start = self.step_of_epoch * self.config.batch_size;
        let end = (start + self.config.batch_size).min(n);
        let batch = |side: fn(&(usize, usize)) -> usize| -> Vec<Vec<usize>> {
            let rows = |order: &Vec<usize>| order[start..end].iter().map(|&i| side(&self.pairs.train[i])).collect();
            self.order.iter().map(rows).collect()
        };
        let [control, treated] = [batch(|pair| pair.0), batch(|pair| pair.1)];
        let kl_weight = self.kl_weight(phase);
        let rate = self.config.learning_rate;
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some((mut network, judges)) = self.networks.take() else { return };
        let (network, judges, mse) = match phase {
            Phase::Control => {
                let draws = self.draws.autoencoder(&self.config.control_layers, end - start);
                let loss = network.control.forward_train(self.cells.gather(&control), draws);
                (self.optimisers.descend(network, loss.total(kl_weight), rate), judges, loss.mse)
            }
            Phase::Treated => {
                let draws = self.draws.autoencoder(&self.config.treated_layers, end - start);
                let loss = network.treated.forward_train(self.cells.gather(&treated), draws);
                (self.optimisers.descend(network, loss.total(kl_weight), rate), judges, loss.mse)
            }
            Phase::Joint => {
                let x = (&self.cells.gather(&control), &self.cells.gather(&treated));
                let rates = (rate, self.config.discriminator_learning_rate);
                let draws = self.draws.joint(end - start);
                let (network, judges, losses) =
                    joint_step((network, judges), &mut self.optimisers, x, draws, kl_weight, rates);
                (network, judges, losses.reconstruction.mse / phase.reconstructions())
            }
        };
        self.networks = Some((network, judges));
        let weighted = mse.inner() * ((end - start) as f64 / n as f64);
        self.epoch_loss = Some(match self.epoch_loss.take() {
            Some(sum) => sum + weighted,
            None => weighted,
        });
        self.step_of_epoch += 1;
        self.steps += 1;
    }

    /// The weight of the divergence: `20 / genes` for one autoencoder and `40 / genes` for both, rising over the first epochs.
    fn kl_weight(&self, phase: Phase) -> f64 {
        let full = self.config.kl_weight / self.cells.n_genes() as f64;
        let full = if phase == Phase::Joint { 2.0 * full } else { full };
        if self.epoch_of_phase < self.config.kl_warm_up {
            full * self.epoch_of_phase as f64 / self.config.kl_warm_up as f64
        } else {
            full
        }
    }

    /// The reconstruction error of the validation pairs, mean over them, `[R]`.
    fn validate(&mut self, phase: Phase) -> Tensor<1> {
        let plain = self.device.clone().inner();
        let replicas = self.seeds.len();
        let mut sum = Tensor::<1>::zeros([replicas], &plain);
        // Between steps the networks are always there.
        let Some((network, _)) = &self.networks else { return sum };
        let network = network.valid();
        let n = self.pairs.validation.len();
        for chunk in self.pairs.validation.chunks(CHUNK) {
            let x = |side: fn(&(usize, usize)) -> usize| {
                let rows: Vec<usize> = chunk.iter().map(side).collect();
                self.cells.gather(&vec![rows; replicas]).inner()
            };
            let error = match phase {
                Phase::Control => network.control.error(x(|pair| pair.0)),
                Phase::Treated => network.treated.error(x(|pair| pair.1)),
                Phase::Joint => {
                    let noise = [self.draws.latent(chunk.len()), self.draws.latent(chunk.len())].map(Tensor::inner);
                    let [control, treated] = noise;
                    network.error(&x(|pair| pair.0), &x(|pair| pair.1), (control, treated))
                }
            };
            sum = sum + error * (chunk.len() as f64 / n as f64 / phase.reconstructions());
        }
        sum
    }

    async fn finish_epoch(&mut self, phase: Phase) -> Result<LossPoint, ModelError> {
        let validation = self.validate(phase);
        let train = self.epoch_loss.take().unwrap_or_else(|| validation.clone());
        let mut train = read_rows(Tensor::cat(vec![train, validation], 0)).await?;
        let validation = train.split_off(self.seeds.len());
        let epoch = self.epochs_before() + self.epoch_of_phase + 1;
        self.step_of_epoch = 0;
        self.epoch_of_phase += 1;
        let running: Vec<bool> = self.stops.iter().map(|stop| !stop.stopped).collect();
        for (r, _) in running.iter().enumerate().filter(|(_, running)| **running) {
            if let Some(&value) = [train[r], validation[r]].iter().find(|value| !value.is_finite()) {
                return Err(ModelError::Diverged { model: "scbutterfly", epoch, value });
            }
        }
        self.watch(phase, &validation);
        if self.epoch_of_phase == phase.epochs(&self.config) || self.stops.iter().all(|stop| stop.stopped) {
            self.finish_phase(phase);
        }
        let told: Vec<_> = running.iter().zip(validation).map(|(&on, value)| on.then_some(value)).collect();
        Ok(LossPoint { epoch, step: self.steps, train, validation: told.clone(), elbo: told })
    }

    /// Early stopping, after the epoch was counted. An equal error counts as better, as in scButterfly.
    fn watch(&mut self, phase: Phase, validation: &[f32]) {
        let patience = self.config.patience;
        if patience == 0 {
            return;
        }
        // Weights of an epoch are only gone back to if there is time to wait for better ones.
        let keep = self.epoch_of_phase + patience <= phase.epochs(&self.config);
        for (r, stop) in self.stops.iter_mut().enumerate().filter(|(_, stop)| !stop.stopped) {
            if validation[r] <= stop.best {
                let network = self.networks.as_ref().filter(|_| keep).map(|(network, _)| network.valid());
                *stop =
                    Stop { best: validation[r], weights: network.map(|network| replica(network, r)), ..Stop::START };
            } else {
                stop.waited += 1;
                stop.stopped = stop.waited >= patience;
            }
        }
    }

    /// Goes back to the best weights where a replica stopped, and on to the next phase, whose random numbers and optimisers
    /// do not depend on when that was.
    fn finish_phase(&mut self, phase: Phase) {
        let stops = std::mem::replace(&mut self.stops, vec![Stop::START; self.seeds.len()]);
        if stops.iter().any(|stop| stop.stopped)
            && let Some((network, judges)) = self.networks.take()
        {
            let last = network.valid();
            let of_replica = |(r, stop): (usize, Stop)| {
                let best = stop.weights.filter(|_| stop.stopped);
                best.unwrap_or_else(|| replica(last.clone(), r))
            };
            let replicas: Vec<_> = stops.into_iter().enumerate().map(of_replica).collect();
            self.networks = Some((join(network, &replicas), judges));
        }
        self.phase = phase.next();
        self.epoch_of_phase = 0;
        self.optimisers = Optimisers::fresh();
        if let Some(next) = self.phase {
            self.draws = Draws::new(next.name(), &self.seeds, &self.config, self.cells.n_genes(), &self.device);
        }
    }
}
