use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Keeps PyTorch's `clip_grad_norm_` from dividing by zero.
const EPSILON: f64 = 1e-6;

/// Scales the gradients of each replica by `min(1, max_norm / (norm + 1e-6))`, with the Euclidean norm over all weights of the
/// replica that have a gradient, as PyTorch's `clip_grad_norm_` does.
#[must_use]
pub fn clip_norm<M: Module>(module: &M, gradients: GradientsParams, max_norm: f64) -> GradientsParams {
    let mut sum = SumOfSquares { gradients: &gradients, sum: None };
    module.visit(&mut sum);
    let Some(sum) = sum.sum else { return gradients };
    let factor = ((sum.sqrt() + EPSILON).recip() * max_norm).clamp_max(1.0);
    let mut scaled = Scale { gradients, factor, scaled: GradientsParams::new() };
    module.visit(&mut scaled);
    scaled.scaled
}

struct SumOfSquares<'a> {
    gradients: &'a GradientsParams,
    /// `[R, 1]`
    sum: Option<Tensor<2>>,
}

impl ModuleVisitor for SumOfSquares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.get::<D>(param.id) else { return };
        let shape = gradient.dims();
        let per_replica = shape[1..].iter().product();
        let squares: Tensor<2> = gradient.reshape([shape[0], per_replica]).square().sum_dim(1);
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + squares,
            None => squares,
        });
    }
}

struct Scale {
    gradients: GradientsParams,
    /// `[R, 1]`
    factor: Tensor<2>,
    scaled: GradientsParams,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else { return };
        let mut shape = [1; D];
        shape[0] = gradient.dims()[0];
        let factor: Tensor<D> = self.factor.clone().reshape(shape);
        self.scaled.register(param.id, gradient * factor);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::nn::Linear;

    /// Gradients of the weights are the inputs, those of the bias 1.
    #[test]
    fn only_the_replica_whose_gradient_is_long_is_scaled() {
        let device = Device::flex().autodiff();
        let layer = Linear::new("t", 2, 1, &[1, 2], &device);
        let x = Tensor::<3>::from_data([[[2.0, 2.0]], [[0.3, 0.4]]], &device);
        let gradients = GradientsParams::from_grads(layer.forward(x).sum().backward(), &layer);
        let clipped = clip_norm(&layer, gradients, 1.5);
        let weight = clipped.get::<3>(layer.weight.id).unwrap().into_data().try_to_vec::<f32>().unwrap();
        let bias = clipped.get::<3>(layer.bias.id).unwrap().into_data().try_to_vec::<f32>().unwrap();
        // Lengths are 3 and 1.118.
        for (found, expected) in weight.iter().chain(&bias).zip([1.0, 1.0, 0.3, 0.4, 0.5, 1.0]) {
            assert!((found - expected).abs() < 1e-5, "{weight:?} {bias:?}");
        }
    }
}
