//! The networks.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{LayerNorm, Linear, SpectralLinear, rectified};

use super::Config;

/// PyTorch's default.
const EPSILON: f64 = 1e-5;

/// Linear, layer norm, ReLU.
#[derive(Module, Debug)]
pub struct Layer {
    /// `[R, in, out]`
    pub linear: Linear,
    /// Over the `out` features of each cell.
    pub norm: LayerNorm,
}

impl Layer {
    fn new(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        Self {
            linear: Linear::new(name, n_in, n_out, seeds, device),
            norm: LayerNorm::new(n_out, EPSILON, seeds.len(), device),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        rectified(self.norm.forward(self.linear.forward(x)), 0.0)
    }
}

/// The hidden layers from `widths[0]` features to `widths[1]` and so on.
fn layers(name: &str, widths: &[usize], seeds: &[u64], device: &Device) -> Vec<Layer> {
    let layer = |(i, pair): (usize, &[usize])| Layer::new(&format!("{name}.{i}"), pair[0], pair[1], seeds, device);
    widths.windows(2).enumerate().map(layer).collect()
}

/// Expression to a latent space that both conditions share.
#[derive(Module, Debug)]
pub struct Encoder {
    /// Genes to the last hidden layer.
    pub hidden: Vec<Layer>,
    /// Last hidden layer to the latent space, no activation.
    pub latent: Linear,
}

impl Encoder {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let mut widths = vec![n_genes];
        widths.extend(config.hidden());
        let last = widths[widths.len() - 1];
        Self {
            hidden: layers("encoder", &widths, seeds, device),
            latent: Linear::new("encoder.latent", last, config.n_latent(), seeds, device),
        }
    }

    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, latent]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.latent.forward(self.hidden.iter().fold(x, |x, layer| layer.forward(x)))
    }
}

/// Latent space to the expression of one condition. The last layer has a norm over the genes and a ReLU too, so no
/// prediction is negative.
#[derive(Module, Debug)]
pub struct Generator {
    /// Latent space to genes.
    pub layers: Vec<Layer>,
}

impl Generator {
    fn new(name: &str, n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let mut widths: Vec<usize> = config.layers.iter().rev().copied().collect();
        widths.push(n_genes);
        Self { layers: layers(name, &widths, seeds, device) }
    }

    /// # Shapes
    /// `[R, cells, latent]` to `[R, cells, genes]`.
    #[must_use]
    pub fn forward(&self, z: Tensor<3>) -> Tensor<3> {
        self.layers.iter().fold(z, |z, layer| layer.forward(z))
    }
}

/// One generator per condition.
#[derive(Module, Debug)]
pub struct Generators {
    /// Of control cells.
    pub control: Generator,
    /// Of treated cells.
    pub treated: Generator,
}

impl Generators {
    /// Networks with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let generator = |name| Generator::new(name, n_genes, config, seeds, device);
        Self { control: generator("generator.control"), treated: generator("generator.treated") }
    }
}

/// Tells observed cells of one condition from generated ones, and cell types from each other. Its hidden layers have a
/// spectral norm and ReLU.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// Genes to the last hidden layer.
    pub hidden: Vec<SpectralLinear>,
    /// Logit of "observed".
    pub observed: Linear,
    /// Logits of the cell types.
    pub class: Linear,
}

impl Discriminator {
    fn new(name: &str, sizes: (usize, usize), config: &Config, seeds: &[u64], device: &Device) -> Self {
        let (mut width, n_types) = sizes;
        let mut hidden = Vec::new();
        for (i, &next) in config.hidden().iter().enumerate() {
            let name = format!("{name}.{i}");
            hidden.push(SpectralLinear::new(&name, Linear::new(&name, width, next, seeds, device), seeds, device));
            width = next;
        }
        Self {
            hidden,
            observed: Linear::new(&format!("{name}.observed"), width, 1, seeds, device),
            class: Linear::new(&format!("{name}.class"), width, n_types, seeds, device),
        }
    }

    /// Logits of "observed" and of the classes; one power iteration of every spectral norm.
    ///
    /// # Shapes
    /// `[R, cells, genes]` to `[R, cells, 1]` and `[R, cells, classes]`.
    pub fn forward_train(&mut self, x: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let hidden = self.hidden.iter_mut().fold(x, |x, layer| rectified(layer.forward_train(x), 0.0));
        (self.observed.forward(hidden.clone()), self.class.forward(hidden))
    }
}

/// One discriminator per condition.
#[derive(Module, Debug)]
pub struct Discriminators {
    /// Of control cells.
    pub control: Discriminator,
    /// Of treated cells.
    pub treated: Discriminator,
}

impl Discriminators {
    /// Networks with one replica per seed.
    #[must_use]
    pub fn new(n_genes: usize, n_types: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let discriminator = |name| Discriminator::new(name, (n_genes, n_types), config, seeds, device);
        Self { control: discriminator("discriminator.control"), treated: discriminator("discriminator.treated") }
    }

    /// The same networks for the generators' step, which needs no gradient of their weights.
    #[must_use]
    pub fn fixed(&self) -> Self {
        self.clone().no_grad()
    }

    /// Takes over where the power iterations of [`Self::fixed`] networks have got to.
    pub fn take_iterations(&mut self, fixed: Self) {
        for (own, other) in [(&mut self.control, fixed.control), (&mut self.treated, fixed.treated)] {
            for (own, other) in own.hidden.iter_mut().zip(other.hidden) {
                own.v = other.v;
            }
        }
    }
}
