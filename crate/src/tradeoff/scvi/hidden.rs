use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{BatchNorm, BatchNormConfig, Linear, Modulation, dropped, rectified, standardised};

use super::Norm;

/// Epsilon of the layer norm, PyTorch's default.
const LAYER_NORM_EPSILON: f64 = 1e-5;

/// A hidden layer of scVI: linear, norm, feature-wise modulation where there is one, ReLU, dropout.
#[derive(Module, Debug)]
pub struct Hidden {
    /// `[R, in, out]`
    pub linear: Linear,
    /// scvi-tools' batch norm over the `out` features. Without one the layer standardises each cell's features, which has
    /// no weights (`use_layer_norm` of scvi-tools).
    pub norm: Option<BatchNorm>,
}

impl Hidden {
    /// A layer around a linear one.
    #[must_use]
    pub fn new(linear: Linear, norm: Norm, device: &Device) -> Self {
        let [replicas, _, n_out] = linear.weight.dims();
        let norm = (norm == Norm::Batch).then(|| BatchNormConfig::SCVI.init(n_out, replicas, device));
        Self { linear, norm }
    }

    /// Training mode: the batch's own statistics, and a dropout mask unless nothing is dropped.
    ///
    /// # Shapes
    /// `[R, cells, in]`, or `[1, cells, in]` for all replicas, to `[R, cells, out]`; modulation and mask broadcast to that.
    pub fn forward_train(&mut self, x: Tensor<3>, film: Option<&Modulation>, mask: Option<Tensor<3>>) -> Tensor<3> {
        let h = self.linear.forward(x);
        let normalised = match &mut self.norm {
            Some(norm) => norm.forward_train(h),
            None => standardised(h, LAYER_NORM_EPSILON),
        };
        dropped(activated(normalised, film), mask)
    }

    /// Evaluation mode: running statistics, nothing dropped.
    ///
    /// # Shapes
    /// As in training.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, film: Option<&Modulation>) -> Tensor<3> {
        let h = self.linear.forward(x);
        let normalised = match &self.norm {
            Some(norm) => norm.forward(h),
            None => standardised(h, LAYER_NORM_EPSILON),
        };
        activated(normalised, film)
    }
}

fn activated(x: Tensor<3>, film: Option<&Modulation>) -> Tensor<3> {
    let x = match film {
        Some(film) => film.clone().apply(x),
        None => x,
    };
    rectified(x, 0.0)
}
