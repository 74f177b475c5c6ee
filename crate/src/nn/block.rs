use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::kernels::rectified;
use super::{BatchNorm, BatchNormConfig, Linear, Modulation};

/// Slope of [`leaky_relu`] for negative values, PyTorch's default.
pub const LEAKY_SLOPE: f64 = 0.01;

/// The leaky rectifier with PyTorch's default slope of 0.01.
#[must_use]
pub fn leaky_relu(x: Tensor<3>) -> Tensor<3> {
    rectified(x, LEAKY_SLOPE)
}

/// A hidden layer: linear, batch norm, feature-wise modulation where there is one, rectifier, dropout.
#[derive(Module, Debug)]
pub struct Block {
    /// `[R, in, out]`
    pub linear: Linear,
    /// Over the `out` features.
    pub norm: BatchNorm,
    /// Slope of the rectifier for negative values.
    slope: f64,
}

impl Block {
    /// A block around a linear layer, with the rectifier of [`leaky_relu`].
    #[must_use]
    pub fn new(linear: Linear, norm: BatchNormConfig, device: &Device) -> Self {
        let [replicas, _, n_out] = linear.weight.dims();
        Self { norm: norm.init(n_out, replicas, device), linear, slope: LEAKY_SLOPE }
    }

    /// The same with another slope of the rectifier for negative values; 0 is the plain ReLU.
    #[must_use]
    pub fn with_slope(self, slope: f64) -> Self {
        Self { slope, ..self }
    }

    /// Training mode: batch statistics, and a dropout mask (see [`super::Noise::dropout`]) unless nothing is dropped.
    ///
    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`; modulation and mask are `[R, cells, out]`.
    pub fn forward_train(&mut self, x: Tensor<3>, film: Option<Modulation>, mask: Option<Tensor<3>>) -> Tensor<3> {
        let normalised = self.norm.forward_train(self.linear.forward(x));
        dropped(rectified(modulated(normalised, film), self.slope), mask)
    }

    /// Evaluation mode: running statistics, nothing dropped.
    ///
    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, film: Option<Modulation>) -> Tensor<3> {
        rectified(modulated(self.norm.forward(self.linear.forward(x)), film), self.slope)
    }
}

fn modulated(x: Tensor<3>, film: Option<Modulation>) -> Tensor<3> {
    match film {
        Some(film) => film.apply(x),
        None => x,
    }
}

/// The activations times a dropout mask, if there is one.
#[must_use]
pub fn dropped(x: Tensor<3>, mask: Option<Tensor<3>>) -> Tensor<3> {
    match mask {
        Some(mask) => x * mask,
        None => x,
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;
    use crate::nn::Noise;

    fn block(device: &Device) -> Block {
        Block::new(Linear::xavier("t", 3, 4, &[1, 2], device), BatchNormConfig::PYTORCH, device)
    }

    fn values(t: Tensor<3>) -> Vec<f32> {
        t.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn the_modulation_comes_before_the_rectifier_and_the_mask_after() {
        let device = Device::flex().autodiff();
        let x = Noise::new("t", &[1, 2]).normal(5, 3, &device);
        let negative =
            Modulation { gamma: Tensor::zeros([2, 5, 4], &device), beta: Tensor::full([2, 5, 4], -100.0, &device) };
        let mask = Tensor::full([2, 5, 4], 2.0, &device);
        let y = values(block(&device).forward_train(x.clone(), Some(negative), Some(mask)));
        assert!(y.iter().all(|v| (v + 2.0).abs() < 1e-6), "{y:?}");
        let y = values(block(&device).forward(x, None));
        assert_eq!(y.len(), 40);
    }

    #[test]
    fn training_and_evaluation_agree_once_the_running_statistics_are_those_of_the_batch() {
        let device = Device::flex().autodiff();
        let x = Noise::new("t", &[1, 2]).normal(50, 3, &device);
        let mut block = block(&device);
        for _ in 0..300 {
            block.forward_train(x.clone(), None, None);
        }
        let (train, eval) = (values(block.forward_train(x.clone(), None, None)), values(block.forward(x, None)));
        // The running variance is the unbiased one: sqrt(50 / 49) at most.
        assert!(train.iter().zip(&eval).all(|(a, b)| (a - b).abs() < 0.011 * a.abs() + 1e-3));
    }
}
