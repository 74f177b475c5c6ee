//! What is built, asked and restored; the training is in [`super::training`].

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::tensor::Device;
use ndarray::Array2;

use crate::metrics::clustering::{KMeansSettings, kmeans};
use crate::models::cells::{Cells, in_chunks};
use crate::models::loss_log::LossLog;
use crate::models::{FitProgress, ModelError, Work};
use crate::nn::{AdamConfig, replica};
use crate::tradeoff::Sampler;

use super::super::{Peer, check_cells, check_genes};
use super::training::{Progress, SelfTraining};
use super::{DescConfig, DescModule, Scale};

/// Its name in errors and of its random streams.
pub(super) const NAME: &str = "desc";

/// From latent cells (`cells x dimensions`), a number of clusters and a seed to a cluster of every cell, below that number.
pub type InitialClusters = Box<dyn Fn(&Array2<f32>, usize, u64) -> Result<Vec<u32>, ModelError>>;

/// DESC with one replica per seed.
pub struct Desc {
    pub(super) config: DescConfig,
    pub(super) seeds: Vec<u64>,
    pub(super) device: Device,
    /// `None` only while the optimiser has it.
    pub(super) network: Option<DescModule>,
    pub(super) optimiser: ModuleOptimizer,
    scale: Scale,
    pub(super) cells: Cells,
    pub(super) n_cells: usize,
    pub(super) n_clusters: usize,
    pub(super) initial_clusters: InitialClusters,
    /// One per replica; batches of the data are not looked at.
    pub(super) samplers: Vec<Sampler>,
    pub(super) at: Progress,
    /// One per replica.
    pub(super) self_training: Vec<SelfTraining>,
    pub(super) log: LossLog,
    pub(super) last: Vec<f32>,
}

impl Desc {
    /// A network for log-normalised cells (`cells x genes`). `n_clusters` is the number of cell types; a number in the settings goes
    /// before it.
    ///
    /// Errors: fewer than ten cells, values that are not finite, fewer than two clusters or more than cells.
    pub fn new(
        config: DescConfig,
        seeds: &[u64],
        expression: &Array2<f32>,
        n_clusters: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        check_cells(NAME, expression)?;
        let (n_cells, n_genes) = expression.dim();
        let n_clusters = config.n_clusters.unwrap_or(n_clusters);
        let refused = |parameter, value: usize, allowed| {
            Err(ModelError::Parameter { model: NAME, parameter, value: value.to_string(), allowed })
        };
        if !(2..=n_cells).contains(&n_clusters) {
            return refused("n_clusters", n_clusters, "at least 2, and not above the number of cells");
        }
        if seeds.is_empty() {
            return refused("the number of seeds", 0, "1 or more");
        }
        let device = device.clone().autodiff();
        let scale = Scale::new(expression, config.max_value);
        let alike = vec![0; n_cells];
        let sampler = |&seed: &u64| Sampler::new(&alike, 1, config.batch_size, seed, "desc/minibatches");
        Ok(Self {
            network: Some(DescModule::new(n_genes, n_clusters, &config, seeds, &device)),
            optimiser: AdamConfig::PYTORCH.init(),
            cells: Cells::new(scale.apply(expression), &device),
            scale,
            n_cells,
            n_clusters,
            initial_clusters: Box::new(|latent, k, seed| {
                Ok(kmeans(latent.view(), k, &KMeansSettings::default(), seed)?.clusters)
            }),
            samplers: seeds.iter().map(sampler).collect(),
            at: Progress::START,
            self_training: vec![SelfTraining::default(); seeds.len()],
            log: LossLog::new(NAME),
            last: Vec::new(),
            seeds: seeds.to_vec(),
            config,
            device,
        })
    }

    /// The same with another way to the initial clusters than k-means.
    #[must_use]
    pub fn with_initial_clusters(self, initial_clusters: InitialClusters) -> Self {
        Self { initial_clusters, ..self }
    }

    /// The cluster of every training cell in one replica, as of the last update of the target; empty before the first.
    #[must_use]
    pub fn clusters(&self, r: usize) -> &[u32] {
        &self.self_training[r].clusters
    }

    /// Whether a replica has stopped because its clusters had settled.
    #[must_use]
    pub fn has_settled(&self, r: usize) -> bool {
        self.self_training[r].settled.is_some()
    }

    /// The last mean training losses that were read, one per replica: squared errors in the pretraining, then divergences.
    #[must_use]
    pub fn losses(&self) -> &[f32] {
        &self.last
    }

    /// The latent space of log-normalised cells in one replica, `cells x dimensions`.
    ///
    /// Errors: other genes than those of the training, values that are not finite, the engine failed.
    pub async fn embedding(&self, x: &Array2<f32>, r: usize) -> Result<Array2<f32>, ModelError> {
        check_genes(NAME, x, self.cells.n_genes())?;
        let network = self.replica_now(r);
        let scaled = self.scale.apply(x);
        let device = self.device.clone().inner();
        in_chunks(scaled.view(), self.config.n_latent(), &device, |x| network.encoder.forward(x)).await
    }

    /// One replica without the gradient graph, as it is now or as it was when it stopped.
    fn replica_now(&self, r: usize) -> DescModule {
        let settled = self.self_training[r].settled.clone();
        settled.unwrap_or_else(|| replica(self.evaluated(), r))
    }

    /// All replicas without the gradient graph.
    pub(super) fn evaluated(&self) -> DescModule {
        // Between steps the network is always there.
        self.network.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid)
    }
}

impl Peer for Desc {
    fn progress(&self) -> FitProgress {
        self.progress_of_fit()
    }

    fn fit(&mut self) -> Work<'_, ()> {
        Box::pin(self.advance())
    }

    fn latent<'a>(&'a self, x: &'a Array2<f32>) -> Work<'a, Array2<f32>> {
        Box::pin(self.embedding(x, 0))
    }

    fn steps(&self) -> usize {
        self.log.steps()
    }

    fn loss(&self) -> Option<f32> {
        self.last.first().copied()
    }
}
