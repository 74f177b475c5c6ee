use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::models::{FitProgress, LossPoint, ModelError, TrainingSet};
use crate::nn::{AdamConfig, Noise, Weights, read_rows, replica, to_tensor};
use crate::random::{permutation, stream};

use super::network::CHUNK;
use super::settings::NEEDS_VALIDATION;
use super::{Masks, Network, VaeConfig, VaeModule};

/// Optimiser steps in one piece of work: enough to keep a GPU busy, few enough to cancel at once.
const STEPS_PER_PIECE: usize = 8;

/// The training of the autoencoder, one replica per seed.
pub struct Trainer {
    /// The model it is for: the name in errors and of its random streams.
    model: &'static str,
    config: VaeConfig,
    seeds: Vec<u64>,
    device: Device,
    /// `None` only while the optimiser has it.
    module: Option<VaeModule>,
    optimiser: ModuleOptimizer,
    noise: Noise,
    /// Expression of every cell that may be seen, `[cells, genes]`, on the device.
    cells: Tensor<2>,
    /// Positions of those cells, and for each replica which of them train and which validate.
    train: Vec<Vec<usize>>,
    validation: Vec<Vec<usize>>,
    order: Vec<Vec<usize>>,
    epoch: usize,
    step_in_epoch: usize,
    steps: usize,
    epoch_loss: Option<Tensor<1>>,
    stops: Vec<Stop>,
}

/// Early stopping of one replica.
#[derive(Clone)]
struct Stop {
    best: f32,
    waited: usize,
    /// The replica's network when it stopped; the others train on.
    frozen: Option<VaeModule>,
}

impl Trainer {
    /// A network for the given data, with one replica per seed.
    pub fn new(
        model: &'static str,
        config: VaeConfig,
        seeds: &[u64],
        data: &TrainingSet,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let n = data.training_cells().len();
        let n_train = ((n as f64 * config.train_fraction).ceil() as usize).min(n);
        if n_train < 10 {
            return Err(ModelError::TooFewCells { model, found: n_train, needed: 10 });
        }
        if config.patience > 0 && n_train == n {
            let (parameter, value) = ("train_fraction", config.train_fraction.to_string());
            return Err(ModelError::Parameter { model, parameter, value, allowed: NEEDS_VALIDATION });
        }
        let autodiff = device.clone().autodiff();
        let module = VaeModule::new(data.n_genes(), &config, seeds, &autodiff);
        let adam = AdamConfig {
            epsilon: config.adam_epsilon as f32,
            weight_decay: config.weight_decay as f32,
            ..AdamConfig::SCVI
        };
        let purpose = format!("{model}/validation");
        let splits: Vec<Vec<usize>> = seeds.iter().map(|&seed| permutation(n, &mut stream(seed, &purpose))).collect();
        let expression = data.expression(data.training_cells());
        Ok(Self {
            model,
            optimiser: adam.init(),
            noise: Noise::new(model, seeds),
            cells: to_tensor(expression.into_raw_vec_and_offset().0, [n, data.n_genes()], &autodiff),
            train: splits.iter().map(|split| split[..n_train].to_vec()).collect(),
            validation: splits.iter().map(|split| split[n_train..].to_vec()).collect(),
            order: Vec::new(),
            epoch: 0,
            step_in_epoch: 0,
            steps: 0,
            epoch_loss: None,
            stops: vec![Stop { best: f32::INFINITY, waited: 0, frozen: None }; seeds.len()],
            module: Some(module),
            config,
            seeds: seeds.to_vec(),
            device: autodiff,
        })
    }

    /// One seed per replica.
    pub fn seeds(&self) -> &[u64] {
        &self.seeds
    }

    /// Numbers that are learnt, of all replicas together.
    #[must_use]
    pub fn n_weights(&self) -> usize {
        self.module.as_ref().map_or(0, Module::num_params)
    }

    /// How far the training is, in optimiser steps.
    pub fn progress(&self) -> FitProgress {
        let per_epoch = self.steps_per_epoch();
        let total = self.config.epochs * per_epoch;
        FitProgress { done: if self.stopped() { total } else { self.epoch * per_epoch + self.step_in_epoch }, total }
    }

    /// Does a few optimiser steps, at most to the end of the epoch, and returns the losses it completed.
    pub async fn fit(&mut self) -> Result<Vec<LossPoint>, ModelError> {
        if self.stopped() {
            return Ok(Vec::new());
        }
        if self.step_in_epoch == 0 {
            self.order = self.noise.shuffles(self.train[0].len());
        }
        for _ in 0..STEPS_PER_PIECE {
            self.train_step();
            if self.step_in_epoch == self.steps_per_epoch() {
                return Ok(vec![self.finish_epoch().await?]);
            }
        }
        Ok(Vec::new())
    }

    /// The weights of every replica's [`Trainer::network`].
    pub async fn weights(&self) -> Result<Weights, ModelError> {
        let mut replicas = Vec::new();
        for r in 0..self.seeds.len() {
            replicas.push(Weights::of("", &self.network(r).module).await?);
        }
        Ok(Weights::stacked(replicas))
    }

    /// Takes weights in place of the training, which is then done.
    pub fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.module = weights.into_module(self.module.clone())?;
        self.stops.iter_mut().for_each(|stop| stop.frozen = None);
        (self.epoch, self.step_in_epoch, self.epoch_loss) = (self.config.epochs, 0, None);
        Ok(())
    }

    /// The network of one replica as it is now, or as it was when the replica stopped.
    pub fn network(&self, r: usize) -> Network {
        Network {
            module: self.stops[r].frozen.clone().unwrap_or_else(|| replica(self.evaluated(), r)),
            device: self.device.clone().inner(),
            n_latent: self.config.n_latent,
            n_genes: self.cells.dims()[1],
        }
    }

    /// Optimiser steps per epoch. The last, smaller batch is trained on too, unless it is a single cell, of which batch
    /// norm cannot take a variance.
    fn steps_per_epoch(&self) -> usize {
        let n = self.train[0].len();
        let full = n / self.config.batch_size;
        full + usize::from(n % self.config.batch_size > 1)
    }

    fn stopped(&self) -> bool {
        self.epoch >= self.config.epochs || self.stops.iter().all(|stop| stop.frozen.is_some())
    }

    /// The given cells of each replica, `[R, cells, genes]`; every replica gives the same number of cells.
    fn gather(&self, cells: &[&[usize]]) -> Tensor<3> {
        let n = cells[0].len();
        // Positions of cells are far below the limit; there is no data set of two thousand million cells here.
        let index = cells.iter().flat_map(|rows| rows.iter().map(|&i| i32::try_from(i).unwrap_or(i32::MAX)));
        let index: Vec<i32> = index.collect();
        let index = Tensor::<1, Int>::from_data(TensorData::new(index, [n * cells.len()]), &self.device);
        self.cells.clone().select(0, index).reshape([cells.len(), n, self.cells.dims()[1]])
    }

    fn train_step(&mut self) {
        let start = self.step_in_epoch * self.config.batch_size;
        let n = self.train[0].len();
        let end = (start + self.config.batch_size).min(n);
        let batch: Vec<Vec<usize>> = (0..self.seeds.len())
            .map(|r| self.order[r][start..end].iter().map(|&i| self.train[r][i]).collect())
            .collect();
        let x = self.gather(&batch.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let noise = self.noise.normal(end - start, self.config.n_latent, &self.device);
        let masks = Masks::draw(&mut self.noise, &self.config, end - start, &self.device);
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(mut module) = self.module.take() else { return };
        let loss = module.forward_train(x, noise, masks).total(self.config.kl_weight);
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &module);
        self.module = Some(self.optimiser.step(self.config.learning_rate, module, gradients));
        let weighted = loss.inner() * ((end - start) as f64 / n as f64);
        self.epoch_loss = Some(match self.epoch_loss.take() {
            Some(sum) => sum + weighted,
            None => weighted,
        });
        self.step_in_epoch += 1;
        self.steps += 1;
    }

    /// Means over the validation cells of every replica: the training loss and the ELBO that early stopping watches. NaN
    /// without validation cells.
    async fn validate(&mut self) -> Result<(Vec<f32>, Vec<f32>), ModelError> {
        let n = self.validation[0].len();
        let module = self.evaluated();
        let mut sums = vec![if n == 0 { f32::NAN } else { 0.0 }; 2 * self.seeds.len()];
        for start in (0..n).step_by(CHUNK) {
            let end = (start + CHUNK).min(n);
            let x = self.gather(&self.validation.iter().map(|v| &v[start..end]).collect::<Vec<_>>()).inner();
            let noise = self.noise.normal(end - start, self.config.n_latent, &self.device.clone().inner());
            let loss = module.forward_eval(x, noise);
            let both = Tensor::cat(vec![loss.total(self.config.kl_weight), loss.elbo()], 0);
            for (sum, value) in sums.iter_mut().zip(read_rows(both).await?) {
                *sum += value * (end - start) as f32 / n as f32;
            }
        }
        let elbo = sums.split_off(self.seeds.len());
        Ok((sums, elbo))
    }

    async fn finish_epoch(&mut self) -> Result<LossPoint, ModelError> {
        let train = match self.epoch_loss.take() {
            Some(loss) => read_rows(loss).await?,
            None => Vec::new(),
        };
        let (validation, elbo) = self.validate().await?;
        self.epoch += 1;
        self.step_in_epoch = 0;
        let running: Vec<bool> = self.stops.iter().map(|stop| stop.frozen.is_none()).collect();
        if let Some((_, &value)) = train.iter().enumerate().find(|(r, value)| running[*r] && !value.is_finite()) {
            return Err(ModelError::Diverged { model: self.model, epoch: self.epoch, value });
        }
        let module = self.evaluated();
        for (r, stop) in self.stops.iter_mut().enumerate() {
            if stop.frozen.is_some() || self.config.patience == 0 {
                continue;
            }
            if elbo[r] < stop.best {
                (stop.best, stop.waited) = (elbo[r], 0);
            } else {
                stop.waited += 1;
            }
            if stop.waited >= self.config.patience {
                stop.frozen = Some(replica(module.clone(), r));
            }
        }
        let told = |values: Vec<f32>| {
            running.iter().zip(values).map(|(&on, value)| (on && value.is_finite()).then_some(value)).collect()
        };
        Ok(LossPoint { epoch: self.epoch, step: self.steps, train, validation: told(validation), elbo: told(elbo) })
    }

    /// All replicas' networks without the gradient graph.
    fn evaluated(&self) -> VaeModule {
        // Between steps the module is always there.
        self.module.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid)
    }
}
