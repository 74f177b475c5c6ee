//! The variational part, between embeddings.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{Block, divergence};

use super::block::layer;

/// Embedding to a normal distribution in the latent space. Mean and log-variance end in a leaky ReLU, so both are hardly ever
/// negative.
#[derive(Module, Debug)]
pub struct Posterior {
    /// Latent mean.
    pub mean: Block,
    /// Logarithm of the latent variance.
    pub log_var: Block,
}

impl Posterior {
    fn new(name: &str, n_embedding: usize, n_latent: usize, seeds: &[u64], device: &Device) -> Self {
        let layer = |part: &str| layer(&format!("{name}.{part}"), n_embedding, n_latent, seeds, device);
        Self { mean: layer("mean"), log_var: layer("log_var") }
    }

    /// A draw, `mean + noise exp(log_var / 2)`, and the divergence from the standard normal as a mean over cells *and*
    /// dimensions, `[R]`, in training mode.
    ///
    /// # Shapes
    /// `[R, cells, embedding]` and `[R, cells, latent]` to `[R, cells, latent]`.
    pub fn forward_train(&mut self, x: Tensor<3>, noise: Tensor<3>) -> (Tensor<3>, Tensor<1>) {
        let mean = self.mean.forward_train(x.clone(), None, None);
        let log_var = self.log_var.forward_train(x, None, None);
        let kl = divergence(&mean, &log_var) / mean.dims()[2] as f64;
        (sampled(mean, log_var, noise), kl)
    }

    /// A draw in evaluation mode.
    #[must_use]
    pub fn sample(&self, x: Tensor<3>, noise: Tensor<3>) -> Tensor<3> {
        sampled(self.mean.forward(x.clone(), None), self.log_var.forward(x, None), noise)
    }
}

fn sampled(mean: Tensor<3>, log_var: Tensor<3>, noise: Tensor<3>) -> Tensor<3> {
    mean + (log_var * 0.5).exp() * noise
}

/// Back to the own embedding; for the training of one autoencoder alone.
#[derive(Module, Debug)]
pub struct SingleTranslator {
    /// Embedding to latent space.
    pub posterior: Posterior,
    /// Latent space to embedding.
    pub output: Block,
}

impl SingleTranslator {
    pub(super) fn new(name: &str, n_embedding: usize, n_latent: usize, seeds: &[u64], device: &Device) -> Self {
        Self {
            posterior: Posterior::new(name, n_embedding, n_latent, seeds, device),
            output: layer(&format!("{name}.output"), n_latent, n_embedding, seeds, device),
        }
    }
}

/// From both embeddings to both.
#[derive(Module, Debug)]
pub struct Translator {
    /// Control embedding to latent space.
    pub control: Posterior,
    /// Treated embedding to latent space.
    pub treated: Posterior,
    /// Latent space to control embedding.
    pub to_control: Block,
    /// Latent space to treated embedding.
    pub to_treated: Block,
}

impl Translator {
    pub(super) fn new(n_embedding: usize, n_latent: usize, seeds: &[u64], device: &Device) -> Self {
        let posterior =
            |side: &str| Posterior::new(&format!("translator.{side}"), n_embedding, n_latent, seeds, device);
        let output = |side: &str| layer(&format!("translator.to_{side}"), n_latent, n_embedding, seeds, device);
        Self {
            control: posterior("control"),
            treated: posterior("treated"),
            to_control: output("control"),
            to_treated: output("treated"),
        }
    }
}
