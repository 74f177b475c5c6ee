//! The network, its training and its embedding.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use ndarray::Array2;

use crate::models::cells::{Cells, in_chunks};
use crate::models::loss_log::LossLog;
use crate::models::{FitProgress, ModelError, Work};
use crate::nn::{AdamConfig, replica};
use crate::tradeoff::Sampler;

use super::super::{Layers, Peer, STEPS_PER_PIECE, check_cells, check_genes};
use super::{BatchWeights, SaucieConfig, SaucieLoss};

/// Its name in errors and of its random streams.
pub(super) const NAME: &str = "saucie_mmd";
/// Slope of the rectifiers for negative values.
const SLOPE: f64 = 0.2;

/// The autoencoder; embedding and output are linear.
#[derive(Module, Debug)]
pub struct SaucieModule {
    /// Genes to embedding.
    pub encoder: Layers,
    /// Embedding to genes.
    pub decoder: Layers,
}

impl SaucieModule {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, config: &SaucieConfig, seeds: &[u64], device: &Device) -> Self {
        let mut widths = vec![n_genes];
        widths.extend(&config.layers);
        widths.push(config.n_latent);
        let layers =
            |part: &str, widths: &[usize]| Layers::new(&format!("{NAME}.{part}"), widths, SLOPE, seeds, device);
        let encoder = layers("encoder", &widths);
        widths.reverse();
        Self { encoder, decoder: layers("decoder", &widths) }
    }

    /// The loss of a minibatch; without `weights` that of a plain autoencoder.
    ///
    /// # Shapes
    /// `x` is `[R, n, genes]`.
    #[must_use]
    pub fn loss(&self, x: Tensor<3>, weights: Option<&BatchWeights>) -> SaucieLoss {
        let embedding = self.encoder.forward(x.clone());
        let decoded = self.decoder.forward(embedding.clone());
        match weights {
            Some(weights) => SaucieLoss::new(x, decoded, &embedding, weights),
            None => SaucieLoss::plain(x, decoded),
        }
    }
}

/// SAUCIE's batch correction with one replica per seed.
pub struct Saucie {
    config: SaucieConfig,
    device: Device,
    /// `None` only while the optimiser has it.
    network: Option<SaucieModule>,
    optimiser: ModuleOptimizer,
    cells: Cells,
    batch: Vec<u32>,
    n_batches: usize,
    reference: usize,
    /// One per replica. Every minibatch has cells of every batch.
    samplers: Vec<Sampler>,
    log: LossLog,
    last: Vec<f32>,
}

impl Saucie {
    /// A network for log-normalised cells (`cells x genes`) with their batch codes, below `n_batches`.
    ///
    /// Errors: fewer than ten cells, values that are not finite, codes that do not fit, and a single batch unless `lambda_b` is 0.
    pub fn new(
        config: SaucieConfig,
        seeds: &[u64],
        expression: Array2<f32>,
        batch: &[u32],
        n_batches: usize,
        device: &Device,
    ) -> Result<Self, ModelError> {
        check_cells(NAME, &expression)?;
        let refused =
            |parameter, value: String, allowed| Err(ModelError::Parameter { model: NAME, parameter, value, allowed });
        if batch.len() != expression.nrows() {
            return refused("the number of batch codes", batch.len().to_string(), "one for each cell");
        }
        if let Some(code) = batch.iter().find(|&&code| code as usize >= n_batches) {
            return refused("a batch code", code.to_string(), "below the number of batches");
        }
        let counts: Vec<usize> =
            (0..n_batches).map(|b| batch.iter().filter(|&&code| code as usize == b).count()).collect();
        let found = counts.iter().filter(|&&count| count > 0).count();
        if found < 2 && config.lambda_b > 0.0 {
            return refused("the number of batches", found.to_string(), "2 or more, unless lambda_b is 0");
        }
        if seeds.is_empty() {
            return refused("the number of seeds", "0".to_owned(), "1 or more");
        }
        // The first of the largest.
        let reference = (0..n_batches).rev().max_by_key(|&b| counts[b]).unwrap_or(0);
        let device = device.clone().autodiff();
        let purpose = format!("{NAME}/minibatches");
        let sampler = |&seed: &u64| Sampler::new(batch, n_batches, config.batch_size, seed, &purpose);
        Ok(Self {
            network: Some(SaucieModule::new(expression.ncols(), &config, seeds, &device)),
            optimiser: AdamConfig::PYTORCH.init(),
            cells: Cells::new(expression, &device),
            batch: batch.to_vec(),
            n_batches,
            reference,
            samplers: seeds.iter().map(sampler).collect(),
            log: LossLog::new(NAME),
            last: Vec::new(),
            config,
            device,
        })
    }

    /// The batch whose expression is kept as it is.
    #[must_use]
    pub fn reference(&self) -> usize {
        self.reference
    }

    /// The last mean training losses that were read, one per replica.
    #[must_use]
    pub fn losses(&self) -> &[f32] {
        &self.last
    }

    /// The embedding of log-normalised cells by one replica, `cells x dimensions`.
    ///
    /// Errors: other genes than those of the training, values that are not finite, the engine failed.
    pub async fn embedding(&self, x: &Array2<f32>, r: usize) -> Result<Array2<f32>, ModelError> {
        check_genes(NAME, x, self.cells.n_genes())?;
        // Between steps the network is always there.
        let network = self.network.as_ref().map_or_else(|| unreachable!("asked within a training step"), Module::valid);
        let network = replica(network, r);
        in_chunks(x.view(), self.config.n_latent, &self.device.clone().inner(), |x| network.encoder.forward(x)).await
    }

    /// Steps until the losses are read again: once in a pass over the cells, and at the end.
    fn until_reading(&self) -> usize {
        let pass = self.samplers[0].steps_per_epoch();
        (pass - self.log.steps() % pass).min(self.config.steps - self.log.steps())
    }

    fn train_step(&mut self) {
        let rows: Vec<Vec<usize>> = self.samplers.iter_mut().map(Sampler::draw).collect();
        let weights = (self.config.lambda_b > 0.0).then(|| {
            let codes: Vec<Vec<u32>> =
                rows.iter().map(|rows| rows.iter().map(|&cell| self.batch[cell]).collect()).collect();
            BatchWeights::new(&codes, self.n_batches, self.reference, &self.device)
        });
        // Moved out and in: a second handle on the weights would make the optimiser copy every one of them.
        let Some(network) = self.network.take() else { return };
        let loss = network.loss(self.cells.gather(&rows), weights.as_ref()).total(self.config.lambda_b);
        // Replicas share no weight, so the gradient of the sum is every replica's own gradient.
        let gradients = GradientsParams::from_grads(loss.clone().sum().backward(), &network);
        self.network = Some(self.optimiser.step(self.config.learning_rate, network, gradients));
        let pass = self.samplers[0].steps_per_epoch();
        let begun = self.log.steps() - self.log.steps() % pass;
        self.log.add(loss, 1.0 / pass.min(self.config.steps - begun) as f64);
        self.log.step();
    }
}

impl Peer for Saucie {
    fn progress(&self) -> FitProgress {
        FitProgress { done: self.log.steps(), total: self.config.steps }
    }

    fn fit(&mut self) -> Work<'_, ()> {
        Box::pin(async move {
            let until_reading = self.until_reading();
            for _ in 0..until_reading.min(STEPS_PER_PIECE) {
                self.train_step();
            }
            if until_reading > 0 && until_reading <= STEPS_PER_PIECE {
                self.last = self.log.finish_epoch().await?.train;
            }
            Ok(())
        })
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
