use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::random::stream;

use super::{Linear, to_tensor};

/// Power iterations at the start, PyTorch's number.
const FIRST_ITERATIONS: usize = 15;
/// Least length of a vector that is divided by its length.
const EPSILON: f64 = 1e-12;

/// A linear layer whose weights are divided by their largest singular value (Miyato et al. 2018): `y = x W / sigma + b`.
///
/// `sigma = v W u` with unit vectors `u` and `v` that approach the singular vectors by one power iteration per training
/// pass: `u = v W / |v W|`, `v = u W^T / |u W^T|`. Gradients flow through `W` in `sigma`, not through `u` and `v`. Source:
/// PyTorch `torch.nn.utils.parametrizations.spectral_norm`.
#[derive(Module, Debug)]
pub struct SpectralLinear {
    /// The layer before the division.
    pub linear: Linear,
    /// The singular vector that the next iteration starts from, `[R, 1, in]`, not trained.
    pub v: Param<Tensor<3>>,
}

impl SpectralLinear {
    /// Divides the weights of a layer; the start of the iteration is drawn from the stream (seed, `spectral/{name}`) of
    /// each replica.
    #[must_use]
    pub fn new(name: &str, linear: Linear, seeds: &[u64], device: &Device) -> Self {
        let [replicas, n_in, _] = linear.weight.dims();
        let mut values = Vec::with_capacity(replicas * n_in);
        for &seed in seeds {
            let mut rng = stream(seed, &format!("spectral/{name}"));
            values.extend((0..n_in).map(|_| rng.sample::<f32, _>(StandardNormal)));
        }
        let weight = plain(linear.weight.val());
        let mut v = unit(plain(to_tensor(values, [replicas, 1, n_in], device)));
        for _ in 0..FIRST_ITERATIONS {
            v = iterate(&weight, v).1;
        }
        let v = if device.is_autodiff() { Tensor::from_inner(v) } else { v };
        Self { linear, v: Param::from_tensor(v).set_require_grad(false) }
    }

    /// Training mode: one power iteration, then the layer.
    ///
    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    pub fn forward_train(&mut self, x: Tensor<3>) -> Tensor<3> {
        let weight = self.linear.weight.val();
        let (u, v) = iterate(&plain(weight.clone()), plain(self.v.val()));
        let same = |t: Tensor<3>| if weight.device().is_autodiff() { Tensor::from_inner(t) } else { t };
        let (u, v) = (same(u), same(v));
        let sigma = (v.clone().matmul(weight.clone()) * u).sum_dim(2);
        self.v = self.v.clone().map(|_| v);
        x.matmul(weight / sigma) + self.linear.bias.val()
    }
}

/// `(u, v)` after one power iteration on `[R, in, out]`.
fn iterate(weight: &Tensor<3>, v: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
    let u = unit(v.matmul(weight.clone()));
    let v = unit(u.clone().matmul(weight.clone().transpose()));
    (u, v)
}

/// `[R, 1, n]`, each divided by its length.
fn unit(x: Tensor<3>) -> Tensor<3> {
    let length = x.clone().square().sum_dim(2).sqrt();
    x / length.clamp_min(EPSILON)
}

/// Without the gradient graph.
fn plain(x: Tensor<3>) -> Tensor<3> {
    if x.device().is_autodiff() { x.detach().inner() } else { x }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    #[test]
    fn the_largest_singular_value_becomes_one() {
        let device = Device::flex().autodiff();
        let mut linear = Linear::xavier("t", 3, 2, &[1], &device);
        // Singular values 3 and 0.5.
        linear.weight = linear
            .weight
            .map(|_| Tensor::<3>::from_data([[[0.0, 0.5], [3.0, 0.0], [0.0, 0.0]]], &device).require_grad());
        linear.bias = linear.bias.map(|bias| bias.zeros_like().require_grad());
        let mut layer = SpectralLinear::new("t", linear, &[1], &device);
        let x = Tensor::<3>::from_data([[[6.0, 3.0, 1.0]]], &device);
        let y = layer.forward_train(x).into_data().try_to_vec::<f32>().unwrap();
        assert!((y[0] - 3.0).abs() < 1e-5 && (y[1] - 1.0).abs() < 1e-5, "{y:?}");
    }

    #[test]
    fn a_replica_does_not_depend_on_its_neighbours() {
        let device = Device::flex().autodiff();
        let run = |seeds: &[u64]| {
            let mut layer = SpectralLinear::new("t", Linear::xavier("t", 4, 3, seeds, &device), seeds, &device);
            let y = layer.forward_train(Tensor::ones([seeds.len(), 2, 4], &device));
            y.into_data().try_to_vec::<f32>().unwrap()
        };
        assert_eq!(run(&[1, 2, 3])[6..12], run(&[2]));
    }
}
