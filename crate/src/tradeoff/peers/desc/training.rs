//! The order of DESC's training.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::Tensor;
use ndarray::Array2;

use crate::models::{FitProgress, ModelError};
use crate::nn::{AdamConfig, read_rows, replica, to_tensor};
use crate::tradeoff::Sampler;

use super::super::STEPS_PER_PIECE;
use super::clusters::labels;
use super::model::NAME;
use super::{Desc, DescConfig, DescModule, Stage, target};

/// Cells per forward pass outside training.
const CHUNK: usize = 512;

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Epochs of a stage of the pretraining, by its number.
    Pretrain { stage: usize, epoch: usize },
    /// The target of the self-training, before the first of which clusters are found.
    Update,
    /// Epochs towards a target.
    SelfTrain { epoch: usize },
    /// Nothing.
    Done,
}

/// Where the training is.
pub(super) struct Progress {
    phase: Phase,
    /// Steps of the epoch done.
    step: usize,
    /// Updates of the target done; each counts as a piece of work, like a step.
    updates: usize,
}

impl Progress {
    pub const START: Self = Self { phase: Phase::Pretrain { stage: 0, epoch: 0 }, step: 0, updates: 0 };
}

/// What the self-training knows of a replica.
#[derive(Clone, Default)]
pub(super) struct SelfTraining {
    /// Row-major, cells x clusters.
    target: Vec<f32>,
    /// The cluster of every cell; empty before the first update.
    pub clusters: Vec<u32>,
    /// The network when the clusters had settled; other replicas go on.
    pub settled: Option<DescModule>,
}

/// All layers in order, then the whole.
fn stage(config: &DescConfig, number: usize) -> Stage {
    if number < config.layers.len() { Stage::Layer(number) } else { Stage::Whole }
}

fn sgd(config: &DescConfig) -> ModuleOptimizer {
    // PyTorch's and Keras' momentum takes the gradient as it is; burn's default takes nine tenths of it.
    let momentum = MomentumConfig::new().with_momentum(config.momentum).with_dampening(0.0);
    SgdConfig::new().with_momentum(Some(momentum)).init()
}

impl Desc {
    fn steps_per_epoch(&self) -> usize {
        self.samplers[0].steps_per_epoch()
    }

    pub(super) fn progress_of_fit(&self) -> FitProgress {
        let (config, per_epoch) = (&self.config, self.steps_per_epoch());
        let pretraining = (config.layers.len() + 1) * config.pretrain_epochs * per_epoch;
        let total = pretraining + config.max_updates * (1 + config.target_epochs * per_epoch);
        let over = matches!(self.at.phase, Phase::Done);
        FitProgress { done: if over { total } else { self.log.steps() + self.at.updates }, total }
    }

    /// A few steps, at most to the end of the epoch, or an update of the target.
    pub(super) async fn advance(&mut self) -> Result<(), ModelError> {
        match self.at.phase {
            Phase::Done => return Ok(()),
            Phase::Update => return self.update_target().await,
            Phase::Pretrain { .. } | Phase::SelfTrain { .. } => {}
        }
        for _ in 0..STEPS_PER_PIECE {
            self.train_step();
            if self.at.step == self.steps_per_epoch() {
                return self.finish_epoch().await;
            }
        }
        Ok(())
    }

    fn train_step(&mut self) {
        let rows: Vec<Vec<usize>> = self.samplers.iter_mut().map(Sampler::draw).collect();
        let x = self.cells.gather(&rows);
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(network) = self.network.take() else { return };
        let (loss, rate) = if let Phase::Pretrain { stage: number, .. } = self.at.phase {
            (network.reconstruction(stage(&self.config, number), x), self.config.pretrain_rate)
        } else {
            (network.divergence(x, self.targets_of(&rows)), self.config.learning_rate)
        };
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &network);
        self.network = Some(self.optimiser.step(rate, network, gradients));
        self.log.add(loss, 1.0 / self.steps_per_epoch() as f64);
        self.log.step();
        self.at.step += 1;
    }

    /// `[R, rows, K]`
    fn targets_of(&self, rows: &[Vec<usize>]) -> Tensor<3> {
        let k = self.n_clusters;
        let of = |(training, rows): (&SelfTraining, &Vec<usize>)| -> Vec<f32> {
            rows.iter().flat_map(|&cell| &training.target[cell * k..(cell + 1) * k]).copied().collect()
        };
        let values: Vec<f32> = self.self_training.iter().zip(rows).flat_map(of).collect();
        to_tensor(values, [rows.len(), rows[0].len(), k], &self.device)
    }

    async fn finish_epoch(&mut self) -> Result<(), ModelError> {
        let losses = self.log.finish_epoch().await?.train;
        self.last.resize(losses.len(), f32::NAN);
        for ((last, loss), training) in self.last.iter_mut().zip(losses).zip(&self.self_training) {
            if training.settled.is_none() {
                *last = loss;
            }
        }
        self.at.step = 0;
        self.at.phase = match self.at.phase {
            Phase::Pretrain { stage, epoch } if epoch + 1 < self.config.pretrain_epochs => {
                Phase::Pretrain { stage, epoch: epoch + 1 }
            }
            Phase::Pretrain { stage, .. } if stage < self.config.layers.len() => {
                self.optimiser = AdamConfig::PYTORCH.init();
                Phase::Pretrain { stage: stage + 1, epoch: 0 }
            }
            Phase::SelfTrain { epoch } if epoch + 1 < self.config.target_epochs => {
                Phase::SelfTrain { epoch: epoch + 1 }
            }
            Phase::SelfTrain { .. } if self.at.updates == self.config.max_updates => Phase::Done,
            _ => Phase::Update,
        };
        Ok(())
    }

    async fn update_target(&mut self) -> Result<(), ModelError> {
        if self.at.updates == 0 {
            self.find_clusters().await?;
            self.optimiser = sgd(&self.config);
        }
        let (n, k) = (self.n_cells, self.n_clusters);
        let network = self.evaluated();
        let shares = self.of_all_cells(|x| network.log_shares(x).exp()).await?;
        for (r, (training, shares)) in self.self_training.iter_mut().zip(shares.chunks_exact(n * k)).enumerate() {
            if training.settled.is_some() {
                continue;
            }
            let clusters = labels(shares, k);
            let changed = clusters.iter().zip(&training.clusters).filter(|(new, old)| new != old).count();
            if self.at.updates > 0 && (changed as f64) < self.config.tolerance * n as f64 {
                training.settled = Some(replica(network.clone(), r));
            }
            training.clusters = clusters;
            training.target = target(shares, k);
        }
        self.at.updates += 1;
        let over = self.self_training.iter().all(|training| training.settled.is_some());
        self.at.phase = if over { Phase::Done } else { Phase::SelfTrain { epoch: 0 } };
        Ok(())
    }

    /// Centroids at the means of the initial clusters.
    async fn find_clusters(&mut self) -> Result<(), ModelError> {
        let (n, k, width) = (self.n_cells, self.n_clusters, self.config.n_latent());
        let network = self.evaluated();
        let latent = self.of_all_cells(|x| network.encoder.forward(x)).await?;
        let mut centroids = Vec::with_capacity(self.seeds.len() * k * width);
        for (values, &seed) in latent.chunks_exact(n * width).zip(&self.seeds) {
            // The values fill the shape.
            let latent = Array2::from_shape_vec((n, width), values.to_vec()).unwrap_or_default();
            let clusters = (self.initial_clusters)(&latent, k, seed)?;
            centroids.extend(means(&latent, &clusters, k)?);
        }
        self.network = self.network.take().map(|network| network.with_centroids(centroids));
        Ok(())
    }

    /// What a network of all replicas, without a graph, gives for all cells; row-major, replica by replica.
    async fn of_all_cells(&self, network: impl Fn(Tensor<3>) -> Tensor<3>) -> Result<Vec<f32>, ModelError> {
        let rows: Vec<usize> = (0..self.n_cells).collect();
        let chunk = |rows: &[usize]| network(self.cells.gather(&vec![rows.to_vec(); self.seeds.len()]).inner());
        // Read at once: a read can take a tenth of a second, whatever its size.
        Ok(read_rows(Tensor::cat(rows.chunks(CHUNK).map(chunk).collect(), 1)).await?)
    }
}

/// The mean of the cells of every cluster, row-major; of all cells for a cluster without any.
fn means(latent: &Array2<f32>, clusters: &[u32], k: usize) -> Result<Vec<f32>, ModelError> {
    let width = latent.ncols();
    let fits = clusters.len() == latent.nrows() && clusters.iter().all(|&cluster| (cluster as usize) < k);
    if !fits {
        let (parameter, allowed) = ("the initial clusters", "one below the number of clusters for each cell");
        let largest = clusters.iter().max().map_or_else(|| "none".to_owned(), ToString::to_string);
        let value = format!("{} for {} cells, up to {largest}", clusters.len(), latent.nrows());
        return Err(ModelError::Parameter { model: NAME, parameter, value, allowed });
    }
    let (mut sums, mut counts) = (Array2::<f64>::zeros((k, width)), vec![0_usize; k]);
    for (row, &cluster) in latent.outer_iter().zip(clusters) {
        let mut sum = sums.row_mut(cluster as usize);
        sum += &row.mapv(f64::from);
        counts[cluster as usize] += 1;
    }
    let of_all = sums.sum_axis(ndarray::Axis(0)) / latent.nrows() as f64;
    let mean = |(sum, count): (ndarray::ArrayView1<'_, f64>, usize)| {
        if count > 0 { &sum / count as f64 } else { of_all.clone() }
    };
    Ok(sums.outer_iter().zip(counts).flat_map(mean).map(|value| value as f32).collect())
}
