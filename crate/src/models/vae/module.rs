//! The network and its loss.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{BatchNorm, BatchNormConfig, Linear, Noise, rectified};

use super::VaeConfig;

/// Slope of the leaky rectifier for negative values.
const SLOPE: f64 = 0.01;
/// Least variance of the latent posterior.
const VARIANCE_FLOOR: f64 = 1e-4;

/// Linear, batch norm (momentum 0.01, epsilon 0.001), leaky ReLU, dropout.
#[derive(Module, Debug)]
pub struct Hidden {
    /// `[R, in, out]`
    pub linear: Linear,
    /// Over the `out` features.
    pub norm: BatchNorm,
}

impl Hidden {
    fn new(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        Self {
            linear: Linear::new(name, n_in, n_out, seeds, device),
            norm: BatchNormConfig::SCVI.init(n_out, seeds.len(), device),
        }
    }

    fn forward_train(&mut self, x: Tensor<3>, mask: Tensor<3>) -> Tensor<3> {
        rectified(self.norm.forward_train(self.linear.forward(x)), SLOPE) * mask
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        rectified(self.norm.forward(self.linear.forward(x)), SLOPE)
    }
}

/// Dropout masks of one step, `[R, cells, width]` for every hidden layer, in order.
pub struct Masks {
    /// Encoder layers.
    pub encoder: Vec<Tensor<3>>,
    /// Decoder layers.
    pub decoder: Vec<Tensor<3>>,
}

impl Masks {
    /// Draws the masks of one step.
    pub fn draw(noise: &mut Noise, config: &VaeConfig, cells: usize, device: &Device) -> Self {
        let mut layers = || -> Vec<Tensor<3>> {
            (0..config.n_layers).map(|_| noise.dropout(cells, config.n_hidden, config.dropout, device)).collect()
        };
        Self { encoder: layers(), decoder: layers() }
    }
}

/// The parts of the loss, one value per replica, each a mean over the cells.
pub struct Loss {
    /// Sum over genes of squared errors, `[R]`.
    pub sse: Tensor<1>,
    /// Kullback-Leibler divergence from the standard normal, `[R]`.
    pub kl: Tensor<1>,
}

impl Loss {
    fn new(x: Tensor<3>, decoded: Tensor<3>, mean: Tensor<3>, variance: Tensor<3>) -> Self {
        let [replicas, cells, _] = x.dims();
        let per_replica = |t: Tensor<3>| (t.sum_dim(2).sum_dim(1) / cells as f64).reshape([replicas]);
        Self {
            sse: per_replica((x - decoded).square()),
            kl: per_replica((mean.square() + variance.clone() - 1.0 - variance.log()) * 0.5),
        }
    }

    /// What is minimised: `0.5 * sse + 0.5 * kl_weight * kl`, `[R]`.
    #[must_use]
    pub fn total(&self, kl_weight: f64) -> Tensor<1> {
        self.sse.clone() * 0.5 + self.kl.clone() * (0.5 * kl_weight)
    }

    /// What early stopping watches: `sse + kl`, neither halved nor weighted, `[R]`.
    #[must_use]
    pub fn elbo(&self) -> Tensor<1> {
        self.sse.clone() + self.kl.clone()
    }
}

/// The variational autoencoder.
#[derive(Module, Debug)]
pub struct VaeModule {
    /// Genes to the last hidden layer.
    pub encoder: Vec<Hidden>,
    /// Latent mean.
    pub mean: Linear,
    /// Logarithm of the latent variance, before the floor is added.
    pub log_var: Linear,
    /// Latent to the last hidden layer.
    pub decoder: Vec<Hidden>,
    /// Last hidden layer to genes, no activation: predictions can be negative.
    pub output: Linear,
}

impl VaeModule {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, config: &VaeConfig, seeds: &[u64], device: &Device) -> Self {
        let VaeConfig { n_hidden, n_layers, n_latent, .. } = *config;
        let stack = |name: &str, n_in: usize| -> Vec<Hidden> {
            let n_in = |layer| if layer == 0 { n_in } else { n_hidden };
            (0..n_layers).map(|i| Hidden::new(&format!("{name}.{i}"), n_in(i), n_hidden, seeds, device)).collect()
        };
        Self {
            encoder: stack("encoder", n_genes),
            mean: Linear::new("mean", n_hidden, n_latent, seeds, device),
            log_var: Linear::new("log_var", n_hidden, n_latent, seeds, device),
            decoder: stack("decoder", n_latent),
            output: Linear::new("output", n_hidden, n_genes, seeds, device),
        }
    }

    /// The loss of one training step: batch statistics, dropout, sampled latents. Updates the running statistics.
    ///
    /// # Shapes
    /// `x` is `[R, cells, genes]`, `noise` `[R, cells, latent]`.
    pub fn forward_train(&mut self, x: Tensor<3>, noise: Tensor<3>, masks: Masks) -> Loss {
        let mut hidden = x.clone();
        for (layer, mask) in self.encoder.iter_mut().zip(masks.encoder) {
            hidden = layer.forward_train(hidden, mask);
        }
        let mean = self.mean.forward(hidden.clone());
        let variance = self.log_var.forward(hidden).exp() + VARIANCE_FLOOR;
        let mut decoded = mean.clone() + variance.clone().sqrt() * noise;
        for (layer, mask) in self.decoder.iter_mut().zip(masks.decoder) {
            decoded = layer.forward_train(decoded, mask);
        }
        Loss::new(x, self.output.forward(decoded), mean, variance)
    }

    /// The loss in evaluation mode, with sampled latents (as scvi-tools validates).
    #[must_use]
    pub fn forward_eval(&self, x: Tensor<3>, noise: Tensor<3>) -> Loss {
        let (mean, variance) = self.encode(x.clone());
        let decoded = self.decode(mean.clone() + variance.clone().sqrt() * noise);
        Loss::new(x, decoded, mean, variance)
    }

    /// Latent mean and variance in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to twice `[R, cells, latent]`.
    #[must_use]
    pub fn encode(&self, x: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let hidden = self.encoder.iter().fold(x, |x, layer| layer.forward(x));
        (self.mean.forward(hidden.clone()), self.log_var.forward(hidden).exp() + VARIANCE_FLOOR)
    }

    /// Expression decoded from latents in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, latent]` to `[R, cells, genes]`.
    #[must_use]
    pub fn decode(&self, z: Tensor<3>) -> Tensor<3> {
        self.output.forward(self.decoder.iter().fold(z, |z, layer| layer.forward(z)))
    }
}
