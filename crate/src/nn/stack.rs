use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{BatchNormConfig, Block, Linear};

/// A multilayer perceptron: blocks (linear, batch norm, rectifier, dropout), then a linear layer. What follows the last layer
/// is the caller's choice.
#[derive(Module, Debug)]
pub struct Stack {
    /// All layers but the last.
    pub hidden: Vec<Block>,
    /// The last layer.
    pub last: Linear,
}

impl Stack {
    /// A stack through the given widths, input and output included, so at least two of them. `linear` makes a layer from its
    /// number, its inputs and its outputs; `slope` is that of the rectifiers for negative values.
    #[must_use]
    pub fn new(
        widths: &[usize],
        slope: f64,
        norm: BatchNormConfig,
        device: &Device,
        linear: impl Fn(usize, usize, usize) -> Linear,
    ) -> Self {
        let last = widths.len() - 2;
        let hidden = (0..last).map(|i| Block::new(linear(i, widths[i], widths[i + 1]), norm, device).with_slope(slope));
        Self { hidden: hidden.collect(), last: linear(last, widths[last], widths[last + 1]) }
    }

    /// Training mode: batch statistics, and a dropout mask for each hidden layer; none at all for no dropout.
    ///
    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`; masks as wide as their layers.
    pub fn forward_train(&mut self, x: Tensor<3>, masks: impl IntoIterator<Item = Option<Tensor<3>>>) -> Tensor<3> {
        let mut masks = masks.into_iter();
        let hidden = self.hidden.iter_mut().fold(x, |x, layer| layer.forward_train(x, None, masks.next().flatten()));
        self.last.forward(hidden)
    }

    /// Evaluation mode: running statistics, nothing dropped.
    ///
    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.last.forward(self.hidden.iter().fold(x, |x, layer| layer.forward(x, None)))
    }
}
