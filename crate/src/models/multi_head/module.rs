//! The network and its loss.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::models::mtae::{Config, Masks, encoder};
use crate::nn::{BatchNormConfig, LEAKY_SLOPE, Linear, Stack, dropped, leaky_relu, mean_squared};

/// One encoder and a decoder for every condition. Every stack ends in a leaky ReLU, as all output layers of the thesis do, so
/// predictions can be slightly negative.
#[derive(Module, Debug)]
pub struct MultiHeadModule {
    /// Genes to the latent space.
    pub encoder: Stack,
    /// Latent space to genes, in the order of the conditions.
    pub heads: Vec<Stack>,
}

impl MultiHeadModule {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, n_conditions: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let widths: Vec<usize> = config.layers.iter().rev().copied().chain([n_genes]).collect();
        let last = widths.len() - 2;
        let head = |arm: usize| {
            Stack::new(&widths, LEAKY_SLOPE, BatchNormConfig::PYTORCH, device, |i, n_in, n_out| {
                let name = if i == last { format!("output.{arm}") } else { format!("decoder.{arm}.{i}") };
                Linear::xavier(&name, n_in, n_out, seeds, device)
            })
        };
        Self { encoder: encoder(n_genes, config, seeds, device), heads: (0..n_conditions).map(head).collect() }
    }

    /// The loss of a training step, `[R]`: mean over cells and genes of squared errors. Updates the running statistics.
    ///
    /// # Shapes
    /// `x` is `[R, cells, genes]` with the cells in the order of the conditions, `counts` of each. Masks are for all cells.
    pub fn loss(&mut self, x: Tensor<3>, counts: &[usize], masks: Masks) -> Tensor<1> {
        let z = leaky_relu(self.encoder.forward_train(dropped(x.clone(), masks.input), masks.encoder));
        let (mut start, mut decoded) = (0, Vec::new());
        for (head, &n) in self.heads.iter_mut().zip(counts) {
            if n > 0 {
                let own = |t: &Tensor<3>| t.clone().narrow(1, start, n);
                let masks: Vec<_> = masks.decoder.iter().map(|mask| mask.as_ref().map(own)).collect();
                decoded.push(leaky_relu(head.forward_train(own(&z), masks)));
                start += n;
            }
        }
        mean_squared(Tensor::cat(decoded, 1) - x)
    }

    /// Latents in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, latent]`.
    #[must_use]
    pub fn encode(&self, x: Tensor<3>) -> Tensor<3> {
        leaky_relu(self.encoder.forward(x))
    }

    /// Expression under a condition, in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, latent]` to `[R, cells, genes]`.
    #[must_use]
    pub fn decode(&self, z: Tensor<3>, condition: usize) -> Tensor<3> {
        leaky_relu(self.heads[condition].forward(z))
    }
}
