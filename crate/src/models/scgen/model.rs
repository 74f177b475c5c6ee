//! Training and prediction.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::{Array1, Array2, Axis};
use rand::RngExt;

use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{AdamConfig, Noise, read_matrix, read_rows, replica, to_tensor};
use crate::random::{Stream, permutation, stream};

use super::{Balance, Config, Masks, ScgenModule};

/// Optimiser steps in one piece of work: enough to keep a GPU busy, few enough to cancel at once.
const STEPS_PER_PIECE: usize = 8;
/// Cells per forward pass outside training.
const CHUNK: usize = 512;

/// scGen with one replica per seed.
pub struct Scgen {
    config: Config,
    seeds: Vec<u64>,
    device: Device,
    /// `None` only while the optimiser has it.
    module: Option<ScgenModule>,
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
    frozen: Option<ScgenModule>,
}

impl Scgen {
    /// A network for the given data, with one replica per seed.
    pub fn new(config: Config, seeds: &[u64], data: &TrainingSet, device: &Device) -> Result<Self, ModelError> {
        let n = data.training_cells().len();
        let n_train = ((n as f64 * config.train_fraction).ceil() as usize).min(n);
        if n_train < 10 {
            return Err(ModelError::TooFewCells { model: "scgen", found: n_train, needed: 10 });
        }
        let autodiff = device.clone().autodiff();
        let module = ScgenModule::new(data.n_genes(), &config, seeds, &autodiff);
        let adam = AdamConfig {
            epsilon: config.adam_epsilon as f32,
            weight_decay: config.weight_decay as f32,
            ..AdamConfig::SCVI
        };
        let splits: Vec<Vec<usize>> =
            seeds.iter().map(|&seed| permutation(n, &mut stream(seed, "scgen/validation"))).collect();
        let expression = data.expression(data.training_cells());
        Ok(Self {
            optimiser: adam.init(&autodiff),
            noise: Noise::new("scgen", seeds),
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
            return Err(ModelError::Diverged { model: "scgen", epoch: self.epoch, value });
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
    fn evaluated(&self) -> ScgenModule {
        // Between steps the module is always there.
        self.module.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid)
    }

    /// The trained network of one replica, in evaluation mode.
    fn network(&self, r: usize) -> ScgenModule {
        self.stops[r].frozen.clone().unwrap_or_else(|| replica(self.evaluated(), r))
    }

    /// Latent means of the given cells (cells x latent).
    async fn latent(&self, network: &ScgenModule, x: &Array2<f32>) -> Result<Array2<f32>, ModelError> {
        let mut parts = Vec::new();
        for chunk in x.axis_chunks_iter(Axis(0), CHUNK) {
            parts.push(read_matrix(network.encode(self.upload(chunk.to_owned())).0).await?);
        }
        Ok(stack(&parts, self.config.n_latent))
    }

    async fn decode(&self, network: &ScgenModule, z: &Array2<f32>) -> Result<Array2<f32>, ModelError> {
        let mut parts = Vec::new();
        for chunk in z.axis_chunks_iter(Axis(0), CHUNK) {
            parts.push(read_matrix(network.decode(self.upload(chunk.to_owned()))).await?);
        }
        Ok(stack(&parts, self.cells.dims()[1]))
    }

    fn upload(&self, rows: Array2<f32>) -> Tensor<3> {
        let (n, m) = rows.dim();
        let values =
            if rows.is_standard_layout() { rows.into_raw_vec_and_offset().0 } else { rows.iter().copied().collect() };
        to_tensor(values, [1, n, m], &self.device.clone().inner())
    }

    /// The latent shift from control to `arm`, by seed.
    async fn delta(
        &self,
        network: &ScgenModule,
        seed: u64,
        data: &TrainingSet,
        arm: usize,
    ) -> Result<Array1<f32>, ModelError> {
        let groups = |arm: usize| -> Vec<Vec<usize>> {
            (0..data.n_types()).map(|t| data.cells_of(t, arm)).filter(|cells| !cells.is_empty()).collect()
        };
        let (control, treated) = (groups(0), groups(arm));
        if treated.is_empty() || control.is_empty() {
            return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
        }
        let (control, treated) = match self.config.balance {
            Balance::Expected => (weights_by_type(&control), weights_by_type(&treated)),
            Balance::Sampled => resample(&control, &treated, &mut stream(seed, "scgen/balance")),
        };
        let mean = async |weights: &[(usize, f64)]| -> Result<Array1<f64>, ModelError> {
            let cells: Vec<usize> = weights.iter().map(|&(cell, _)| cell).collect();
            let latent = self.latent(network, &data.expression(&cells)).await?;
            let mut mean = Array1::zeros(self.config.n_latent);
            for (row, &(_, weight)) in latent.rows().into_iter().zip(weights) {
                mean.zip_mut_with(&row, |sum, &value| *sum += weight * f64::from(value));
            }
            Ok(mean)
        };
        Ok((mean(&treated).await? - mean(&control).await?).mapv(|v| v as f32))
    }
}

/// Every type counts the same, every cell of a type counts the same; weights add up to one.
fn weights_by_type(groups: &[Vec<usize>]) -> Vec<(usize, f64)> {
    let weight = |cells: &Vec<usize>| 1.0 / (groups.len() * cells.len()) as f64;
    groups.iter().flat_map(|cells| cells.iter().map(move |&cell| (cell, weight(cells)))).collect()
}

type Weights = Vec<(usize, f64)>;

/// scGen's balancing: every type resampled with replacement to the size of its set's largest, then as many cells without
/// replacement as the smaller of the two sets has.
fn resample(control: &[Vec<usize>], treated: &[Vec<usize>], rng: &mut Stream) -> (Weights, Weights) {
    let mut balanced = |groups: &[Vec<usize>]| -> Vec<usize> {
        let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
        groups.iter().flat_map(|g| (0..largest).map(|_| g[rng.random_range(0..g.len())]).collect::<Vec<_>>()).collect()
    };
    let pools = [balanced(control), balanced(treated)];
    let n = pools[0].len().min(pools[1].len());
    let mut draw = |pool: &Vec<usize>| -> Weights {
        permutation(pool.len(), rng).into_iter().take(n).map(|i| (pool[i], 1.0 / n as f64)).collect()
    };
    (draw(&pools[0]), draw(&pools[1]))
}

fn stack(parts: &[Array2<f32>], columns: usize) -> Array2<f32> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    // All parts have the same number of columns; no parts at all make an empty matrix.
    ndarray::concatenate(Axis(0), &views).unwrap_or_else(|_| Array2::zeros((0, columns)))
}

impl PerturbationModel for Scgen {
    fn progress(&self) -> FitProgress {
        let per_epoch = self.steps_per_epoch();
        let total = self.config.epochs * per_epoch;
        FitProgress { done: if self.stopped() { total } else { self.epoch * per_epoch + self.step_in_epoch }, total }
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
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
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let control = data.expression(data.control_cells());
            let mut predictions = Vec::new();
            for (r, &seed) in self.seeds.iter().enumerate() {
                let network = self.network(r);
                let delta = self.delta(&network, seed, data, arm).await?;
                let shifted = self.latent(&network, &control).await? + &delta;
                predictions.push(self.decode(&network, &shifted).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.seeds
    }
}
