use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::kernels::{Lines, normalised};

/// Layer normalisation over the features of each cell, as PyTorch's `LayerNorm` (biased variance).
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// Scale, `[R, 1, F]`.
    pub gamma: Param<Tensor<3>>,
    /// Shift, `[R, 1, F]`.
    pub beta: Param<Tensor<3>>,
    epsilon: f64,
}

impl LayerNorm {
    /// A layer over `n` features for `replicas` replicas: scale 1, shift 0. PyTorch's default epsilon is 1e-5.
    #[must_use]
    pub fn new(n: usize, epsilon: f64, replicas: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([replicas, 1, n], device)),
            beta: Param::from_tensor(Tensor::zeros([replicas, 1, n], device)),
            epsilon,
        }
    }

    /// # Shapes
    /// `[R, cells, F]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        normalised(x, Lines::Rows, self.gamma.val(), self.beta.val(), self.epsilon).0
    }
}

/// Every cell's features with mean 0 and (biased) variance 1: a layer norm without weights.
///
/// # Shapes
/// `[R, cells, F]` to the same.
#[must_use]
pub fn standardised(x: Tensor<3>, epsilon: f64) -> Tensor<3> {
    let centred = x.clone() - x.mean_dim(2);
    let var = centred.clone().square().mean_dim(2);
    centred / (var + epsilon).sqrt()
}
