//! Which cell type a pair of cells is of.

use burn::module::{Module, Param};
use burn::tensor::activation::{log_softmax, relu, sigmoid};
use burn::tensor::{Device, Tensor};

use crate::nn::{LayerNorm, Linear};

use super::Config;

/// Least length of a vector that is divided by its length.
const EPSILON: f64 = 1e-12;

/// Fuser, projector and cell types.
#[derive(Module, Debug)]
pub struct Identifier {
    /// Of each modality, before the softmax, `[R, 1, modalities]`.
    pub weights: Param<Tensor<3>>,
    /// Latent space to the projector's.
    pub projector: Linear,
    /// Behind it; then ReLU.
    pub norm: LayerNorm,
    /// A vector for each type, `[R, projector, types]`; divided by its length before use.
    pub types: Param<Tensor<3>>,
}

impl Identifier {
    /// A network with one replica per seed, Kaiming-normal, that weights all modalities alike.
    #[must_use]
    pub fn new(n_modalities: usize, n_types: usize, config: &Config, seeds: &[u64], device: &Device) -> Self {
        let width = config.projector;
        Self {
            weights: Param::from_tensor(Tensor::zeros([seeds.len(), 1, n_modalities], device)),
            projector: Linear::kaiming("projector", config.n_latent(), width, seeds, device),
            norm: LayerNorm::new(width, 1e-5, seeds.len(), device),
            types: Linear::kaiming("types", width, n_types, seeds, device).weight,
        }
    }

    /// The mean of latents, weighted by the softmax of the modalities' numbers.
    ///
    /// # Shapes
    /// `[R, cells, latent]`, of the control and of modality `arm`, to the same.
    #[must_use]
    pub fn fuse(&self, control: Tensor<3>, treated: Tensor<3>, arm: usize) -> Tensor<3> {
        let weight = |arm| self.weights.val().narrow(2, arm, 1);
        // The softmax of two numbers.
        let share = sigmoid(weight(arm) - weight(0));
        control * (share.clone() * -1.0 + 1.0) + treated * share
    }

    /// Class-weighted cross-entropy, `[R]`: `-sum of target * ln p`.
    ///
    /// # Shapes
    /// Fused latents `[R, cells, latent]`; targets `[R, cells, types]`, for each cell the weight of its type at its type, which
    /// sum to 1 in every replica.
    #[must_use]
    pub fn loss(&self, fused: Tensor<3>, target: Tensor<3>) -> Tensor<1> {
        let replicas = fused.dims()[0];
        let projected = relu(self.norm.forward(self.projector.forward(fused)));
        let types = self.types.val();
        let length = types.clone().square().sum_dim(1).sqrt().clamp_min(EPSILON);
        let terms = log_softmax(projected.matmul(types / length), 2) * target;
        terms.sum_dim(2).sum_dim(1).reshape([replicas]) * -1.0
    }
}
