use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{BatchNormConfig, Block, Linear, dropped};

/// Dropout masks of one pass, `[R, cells, width]`; `None` where nothing is dropped.
#[derive(Clone, Debug, Default)]
pub struct BlockMasks {
    /// What goes in; encoders only.
    pub input: Option<Tensor<3>>,
    /// After every layer but the last.
    pub hidden: Vec<Option<Tensor<3>>>,
}

/// scButterfly's `NetBlock`: layers of linear (Xavier-uniform), batch norm (PyTorch's default), leaky ReLU and dropout. The
/// last layer has the norm and the rectifier too, even where it gives expression, but no dropout.
#[derive(Module, Debug)]
pub struct NetBlock {
    /// In order.
    pub layers: Vec<Block>,
}

impl NetBlock {
    /// Layers between the given widths, with one replica per seed.
    #[must_use]
    pub fn new(name: &str, widths: &[usize], seeds: &[u64], device: &Device) -> Self {
        let layer = |(i, pair): (usize, &[usize])| layer(&format!("{name}.{i}"), pair[0], pair[1], seeds, device);
        Self { layers: widths.windows(2).enumerate().map(layer).collect() }
    }

    /// Training mode: batch statistics and dropout. Updates the running statistics.
    ///
    /// # Shapes
    /// `[R, cells, first width]` to `[R, cells, last width]`.
    pub fn forward_train(&mut self, x: Tensor<3>, masks: BlockMasks) -> Tensor<3> {
        let mut hidden = masks.hidden.into_iter();
        let start = dropped(x, masks.input);
        self.layers.iter_mut().fold(start, |x, layer| layer.forward_train(x, None, hidden.next().flatten()))
    }

    /// Evaluation mode.
    ///
    /// # Shapes
    /// As in training.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x, None))
    }
}

/// Linear, batch norm, leaky ReLU.
pub(super) fn layer(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Block {
    Block::new(Linear::xavier(name, n_in, n_out, seeds, device), BatchNormConfig::PYTORCH, device)
}
