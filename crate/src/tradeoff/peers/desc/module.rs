use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::nn::{mean_squared, to_tensor};

use super::super::Layers;
use super::model::NAME;
use super::{DescConfig, divergence, log_shares};

/// What the pretraining trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// One layer of the encoder and its counterpart in the decoder, on what the layers before give.
    Layer(usize),
    /// All of them.
    Whole,
}

/// The autoencoder, with ReLU between its layers, and the centroids.
#[derive(Module, Debug)]
pub struct DescModule {
    /// Scaled genes to latent space, which is linear.
    pub encoder: Layers,
    /// Latent space to scaled genes.
    pub decoder: Layers,
    /// `[R, K, d]`, all 0 until clusters are known.
    pub centroids: Param<Tensor<3>>,
}

impl DescModule {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, n_clusters: usize, config: &DescConfig, seeds: &[u64], device: &Device) -> Self {
        let mut widths = vec![n_genes];
        widths.extend(&config.layers);
        let layers = |part: &str, widths: &[usize]| Layers::new(&format!("{NAME}.{part}"), widths, 0.0, seeds, device);
        let encoder = layers("encoder", &widths);
        widths.reverse();
        let centroids = Tensor::zeros([seeds.len(), n_clusters, config.n_latent()], device);
        Self { encoder, decoder: layers("decoder", &widths), centroids: Param::from_tensor(centroids) }
    }

    /// The same with other centroids, row-major.
    #[must_use]
    pub fn with_centroids(mut self, values: Vec<f32>) -> Self {
        self.centroids = self.centroids.map(|old| to_tensor(values, old.dims(), &old.device()).require_grad());
        self
    }

    /// The mean squared error of a stage of the pretraining, `[R]`. A hidden layer is reconstructed as it is behind its rectifier, by a
    /// decoder layer with one.
    #[must_use]
    pub fn reconstruction(&self, stage: Stage, x: Tensor<3>) -> Tensor<1> {
        let last = self.encoder.layers.len() - 1;
        match stage {
            Stage::Whole => mean_squared(x.clone() - self.decoder.forward(self.encoder.forward(x))),
            Stage::Layer(i) => {
                let given = (0..i).fold(x, |x, layer| self.encoder.layer(layer, x)).detach();
                let hidden = self.encoder.layer(i, given.clone());
                mean_squared(given - self.decoder.layer(last - i, hidden))
            }
        }
    }

    /// The loss of the self-training: the divergence of the cells' shares in the clusters from a target (`[R, n, K]`), `[R]`.
    #[must_use]
    pub fn divergence(&self, x: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
        divergence(target, self.log_shares(x))
    }

    /// Of scaled cells, `[R, n, genes]` to `[R, n, K]`.
    #[must_use]
    pub fn log_shares(&self, x: Tensor<3>) -> Tensor<3> {
        log_shares(self.encoder.forward(x), self.centroids.val())
    }
}
