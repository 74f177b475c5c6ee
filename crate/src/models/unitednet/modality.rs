//! The networks of one modality: the control, or one dose.

use burn::module::Module;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use crate::nn::{BatchNormConfig, Block, Linear, Stack};

use super::Config;

/// An encoder, a decoder and a discriminator. Every layer of the first two but the decoder's last is linear, batch norm, ReLU.
#[derive(Module, Debug)]
pub struct Modality {
    /// Genes to the latent space.
    pub encoder: Vec<Block>,
    /// Latent space to genes.
    pub decoder: Stack,
    /// Tells real cells from translated ones.
    pub judge: Judge,
}

impl Modality {
    /// The networks of modality `arm`, one replica per seed, Kaiming-normal.
    #[must_use]
    pub fn new(arm: usize, n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let inward: Vec<usize> = [n_genes].into_iter().chain(config.layers.iter().copied()).collect();
        let outward: Vec<usize> = inward.iter().rev().copied().collect();
        let block = |(i, pair): (usize, &[usize])| {
            let linear = Linear::kaiming(&format!("encoder.{arm}.{i}"), pair[0], pair[1], seeds, device);
            Block::new(linear, BatchNormConfig::PYTORCH, device).with_slope(0.0)
        };
        let linear = |name: &str, n_in, n_out| Linear::kaiming(&format!("{name}.{arm}"), n_in, n_out, seeds, device);
        Self {
            encoder: inward.windows(2).enumerate().map(block).collect(),
            decoder: Stack::new(&outward, 0.0, BatchNormConfig::PYTORCH, device, |i, n_in, n_out| {
                Linear::kaiming(&format!("decoder.{arm}.{i}"), n_in, n_out, seeds, device)
            }),
            judge: Judge {
                hidden: linear("judge.hidden", n_genes, config.discriminator),
                output: linear("judge.output", config.discriminator, 1),
            },
        }
    }

    /// Latents in training mode. Updates the running statistics.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, latent]`.
    pub fn encode_train(&mut self, x: Tensor<3>) -> Tensor<3> {
        self.encoder.iter_mut().fold(x, |x, layer| layer.forward_train(x, None, None))
    }

    /// Latents in evaluation mode.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, latent]`.
    #[must_use]
    pub fn encode(&self, x: Tensor<3>) -> Tensor<3> {
        self.encoder.iter().fold(x, |x, layer| layer.forward(x, None))
    }
}

/// Genes to the probability that a cell is a real one: linear, ReLU, linear, sigmoid.
#[derive(Module, Debug)]
pub struct Judge {
    /// `[R, genes, hidden]`
    pub hidden: Linear,
    /// `[R, hidden, 1]`
    pub output: Linear,
}

impl Judge {
    /// What it is to learn of real and translated cells, `[R]`: `((D(x) - 1)^2 + D(fake)^2) / 2`, means over cells (Mao et al.,
    /// *Least squares generative adversarial networks*, 2017). No gradient reaches the networks that made `fake`.
    ///
    /// # Shapes
    /// `[R, cells, genes]`.
    #[must_use]
    pub fn learning(&self, real: Tensor<3>, fake: Tensor<3>) -> Tensor<1> {
        let miss = (self.score(real) - 1.0).square() + self.score(fake.detach()).square();
        mean(miss) * 0.5
    }

    /// What the networks that made `fake` are to learn from it, `[R]`: `(D(fake) - 1)^2 / 2`. No gradient reaches its own
    /// weights.
    ///
    /// # Shapes
    /// `[R, cells, genes]`.
    #[must_use]
    pub fn fooling(&self, fake: Tensor<3>) -> Tensor<1> {
        let frozen = |layer: &Linear, x: Tensor<3>| x.matmul(layer.weight.val().detach()) + layer.bias.val().detach();
        let score = sigmoid(frozen(&self.output, relu(frozen(&self.hidden, fake))));
        mean((score - 1.0).square()) * 0.5
    }

    fn score(&self, x: Tensor<3>) -> Tensor<3> {
        sigmoid(self.output.forward(relu(self.hidden.forward(x))))
    }
}

/// Mean over the cells, `[R, cells, 1]` to `[R]`.
fn mean(x: Tensor<3>) -> Tensor<1> {
    let replicas = x.dims()[0];
    x.mean_dim(1).reshape([replicas])
}
