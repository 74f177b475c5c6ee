//! The network and its loss.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor};

use crate::nn::{
    BatchNormConfig, Block, FilmGenerator, LEAKY_SLOPE, Linear, Noise, Stack, divergence, dropped, leaky_relu,
    mean_squared,
};

use super::Config;

/// Dropout masks of one step, `[R, cells, width]`; `None` where nothing is dropped.
pub struct Masks {
    /// Genes that the encoder does not see.
    pub input: Option<Tensor<3>>,
    /// Hidden layers of the encoder.
    pub encoder: Vec<Option<Tensor<3>>>,
    /// Hidden layers of the decoder.
    pub decoder: Vec<Option<Tensor<3>>>,
}

impl Masks {
    /// Draws the masks of one step.
    pub fn draw(noise: &mut Noise, config: &Config, n_genes: usize, cells: usize, device: &Device) -> Self {
        let mut mask = |width: usize, p: f64| (p > 0.0).then(|| noise.dropout(cells, width, p, device));
        let input = mask(n_genes, config.mask);
        let hidden = &config.layers[..config.layers.len() - 1];
        Self {
            input,
            encoder: hidden.iter().map(|&width| mask(width, config.dropout)).collect(),
            decoder: hidden.iter().rev().map(|&width| mask(width, config.dropout)).collect(),
        }
    }
}

/// Layers of the variational latent space. Both end in a leaky ReLU, as every output layer of the thesis does.
#[derive(Module, Debug)]
pub struct Heads {
    /// Latent mean.
    pub mean: Linear,
    /// Logarithm of the latent variance.
    pub log_var: Linear,
}

/// A decoder layer with the generator of its modulation.
#[derive(Module, Debug)]
pub struct Conditioned {
    /// Linear, norm, modulation, leaky ReLU, dropout.
    pub block: Block,
    /// Condition to modulation.
    pub film: FilmGenerator,
}

/// What one training step computes.
pub struct Step {
    /// What the decoder is given, `[R, cells, latent]`.
    pub latent: Tensor<3>,
    /// Mean over cells and genes of squared errors, `[R]`.
    pub mse: Tensor<1>,
    /// Mean over cells of the Kullback-Leibler divergence from the standard normal, `[R]`; variational members only.
    pub kl: Option<Tensor<1>>,
}

impl Step {
    /// What is minimised without an adversary: `mse + kl_weight * kl`, `[R]`.
    #[must_use]
    pub fn total(&self, kl_weight: f64) -> Tensor<1> {
        match &self.kl {
            Some(kl) => self.mse.clone() + kl.clone() * kl_weight,
            None => self.mse.clone(),
        }
    }
}

/// The autoencoder: `encoder` layers to the latent space, and back under a condition.
#[derive(Module, Debug)]
pub struct MtaeModule {
    /// Genes to the latent space, then leaky ReLU.
    pub encoder: Stack,
    /// Variational members only.
    pub heads: Option<Heads>,
    /// Latent space to the last hidden layer.
    pub decoder: Vec<Conditioned>,
    /// Last hidden layer to genes, then leaky ReLU: predictions can be slightly negative.
    pub output: Linear,
}

impl MtaeModule {
    /// A network with one replica per seed, for one-hot conditions of `n_conditions`.
    #[must_use]
    pub fn new(n_genes: usize, n_conditions: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let linear = |name: &str, n_in, n_out| Linear::xavier(name, n_in, n_out, seeds, device);
        let block = |name: &str, n_in, n_out| Block::new(linear(name, n_in, n_out), BatchNormConfig::PYTORCH, device);
        let n_latent = config.n_latent();
        let hidden = &config.layers[..config.layers.len() - 1];
        let film_hidden = config.film_hidden(n_conditions);
        let encoder = encoder(n_genes, config, seeds, device);
        let heads = config.variant.is_variational().then(|| {
            let heads =
                Heads { mean: linear("mean", n_latent, n_latent), log_var: linear("log_var", n_latent, n_latent) };
            if config.untrained_heads { heads.map(&mut Freeze) } else { heads }
        });
        let mut decoder = Vec::new();
        let mut width = n_latent;
        for (i, &next) in hidden.iter().rev().enumerate() {
            decoder.push(Conditioned {
                block: block(&format!("decoder.{i}"), width, next),
                film: FilmGenerator::new(&format!("film.{i}"), n_conditions, &film_hidden, next, seeds, device),
            });
            width = next;
        }
        Self { encoder, heads, decoder, output: linear("output", width, n_genes) }
    }

    /// One training step: batch statistics, dropout, sampled latents. Updates the running statistics.
    ///
    /// # Shapes
    /// `x` and `target` are `[R, cells, genes]`, `condition` `[R, cells, conditions]`, `noise` `[R, cells, latent]` (used by
    /// variational members alone).
    pub fn forward_train(
        &mut self,
        x: Tensor<3>,
        target: Tensor<3>,
        condition: &Tensor<3>,
        noise: Option<Tensor<3>>,
        masks: Masks,
    ) -> Step {
        let hidden = leaky_relu(self.encoder.forward_train(dropped(x, masks.input), masks.encoder));
        let (latent, kl) = match &self.heads {
            None => (hidden, None),
            Some(heads) => {
                let mean = leaky_relu(heads.mean.forward(hidden.clone()));
                let log_var = leaky_relu(heads.log_var.forward(hidden));
                let latent = match noise {
                    Some(noise) => mean.clone() + (log_var.clone() * 0.5).exp() * noise,
                    None => mean.clone(),
                };
                (latent, Some(divergence(&mean, &log_var)))
            }
        };
        let mut decoded = latent.clone();
        for (layer, mask) in self.decoder.iter_mut().zip(masks.decoder) {
            decoded = layer.block.forward_train(decoded, Some(layer.film.forward(condition.clone())), mask);
        }
        let mse = mean_squared(leaky_relu(self.output.forward(decoded)) - target);
        Step { latent, mse, kl }
    }

    /// Latents in evaluation mode (the mean, for variational members).
    ///
    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, latent]`.
    #[must_use]
    pub fn encode(&self, x: Tensor<3>) -> Tensor<3> {
        let hidden = leaky_relu(self.encoder.forward(x));
        match &self.heads {
            Some(heads) => leaky_relu(heads.mean.forward(hidden)),
            None => hidden,
        }
    }

    /// Expression under a condition, in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, latent]` and `[R, cells, conditions]` to `[R, cells, genes]`.
    #[must_use]
    pub fn decode(&self, z: Tensor<3>, condition: &Tensor<3>) -> Tensor<3> {
        let decoded =
            self.decoder.iter().fold(z, |z, layer| layer.block.forward(z, Some(layer.film.forward(condition.clone()))));
        leaky_relu(self.output.forward(decoded))
    }
}

/// Genes to the latent space; a leaky ReLU follows. [`crate::models::multi_head`] has the same.
pub(in crate::models) fn encoder(n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Stack {
    let widths = [&[n_genes], config.layers.as_slice()].concat();
    let last = config.layers.len() - 1;
    Stack::new(&widths, LEAKY_SLOPE, BatchNormConfig::PYTORCH, device, |i, n_in, n_out| {
        let name = if i == last { "latent".to_owned() } else { format!("encoder.{i}") };
        Linear::xavier(&name, n_in, n_out, seeds, device)
    })
}

/// Takes parameters out of the training.
struct Freeze;

impl ModuleMapper for Freeze {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.set_require_grad(false)
    }
}
