use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{Linear, rectified};

/// Fully connected layers with a rectifier between them, none behind the last, and no norm.
#[derive(Module, Debug)]
pub struct Layers {
    /// In order; at least one.
    pub layers: Vec<Linear>,
    /// Slope of the rectifier for negative values.
    slope: f64,
}

impl Layers {
    /// Layers through the given widths, input and output included, with Xavier-uniform weights from the streams
    /// `init/{name}.{number}`.
    #[must_use]
    pub fn new(name: &str, widths: &[usize], slope: f64, seeds: &[u64], device: &Device) -> Self {
        let layer =
            |(i, pair): (usize, &[usize])| Linear::xavier(&format!("{name}.{i}"), pair[0], pair[1], seeds, device);
        Self { layers: widths.windows(2).enumerate().map(layer).collect(), slope }
    }

    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        (0..self.layers.len()).fold(x, |x, i| self.layer(i, x))
    }

    /// One layer, with its rectifier unless it is the last.
    ///
    /// # Shapes
    /// As wide as the layer.
    #[must_use]
    pub fn layer(&self, i: usize, x: Tensor<3>) -> Tensor<3> {
        let y = self.layers[i].forward(x);
        if i + 1 == self.layers.len() { y } else { rectified(y, self.slope) }
    }
}
