use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::random::stream;

use super::kernels::affine;
use super::to_tensor;

/// A fully connected layer per replica: `y = x W + b`.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[R, in, out]`
    pub weight: Param<Tensor<3>>,
    /// `[R, 1, out]`
    pub bias: Param<Tensor<3>>,
}

impl Linear {
    /// PyTorch's default initialisation: weights and biases uniform in ±1/sqrt(in), from the stream
    /// (seed, `init/{name}`) of each replica.
    #[must_use]
    pub fn new(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        Self::scaled(name, n_in, n_out, 1.0, seeds, device)
    }

    /// The same numbers times `scale`: a layer that starts near nothing, or with 0 as nothing.
    #[must_use]
    pub fn scaled(name: &str, n_in: usize, n_out: usize, scale: f32, seeds: &[u64], device: &Device) -> Self {
        let bound = 1.0 / (n_in as f32).sqrt();
        Self::uniform(name, (n_in, n_out), bound, scale, seeds, device)
    }

    /// Xavier-uniform weights (Glorot & Bengio 2010), uniform in ±sqrt(6 / (in + out)), and PyTorch's default biases,
    /// uniform in ±1/sqrt(in), from the same stream.
    #[must_use]
    pub fn xavier(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        let bound = (6.0 / (n_in + n_out) as f32).sqrt();
        Self::uniform(name, (n_in, n_out), bound, 1.0, seeds, device)
    }

    /// Kaiming-normal weights (He et al. 2015), normal with variance 2 / in, and PyTorch's default biases, uniform in
    /// ±1/sqrt(in), from the same stream.
    #[must_use]
    pub fn kaiming(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        let (deviation, bound) = ((2.0 / n_in as f32).sqrt(), 1.0 / (n_in as f32).sqrt());
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for &seed in seeds {
            let mut rng = stream(seed, &format!("init/{name}"));
            weight.extend((0..n_in * n_out).map(|_| deviation * rng.sample::<f32, _>(StandardNormal)));
            bias.extend((0..n_out).map(|_| rng.random_range(-bound..bound)));
        }
        Self::of(weight, bias, [seeds.len(), n_in, n_out], device)
    }

    fn of(weight: Vec<f32>, bias: Vec<f32>, [replicas, n_in, n_out]: [usize; 3], device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(to_tensor(weight, [replicas, n_in, n_out], device)),
            bias: Param::from_tensor(to_tensor(bias, [replicas, 1, n_out], device)),
        }
    }

    /// Weights uniform in ±`bound`, biases in ±1/sqrt(in), both times `scale`.
    fn uniform(
        name: &str,
        (n_in, n_out): (usize, usize),
        bound: f32,
        scale: f32,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        let bias_bound = 1.0 / (n_in as f32).sqrt();
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for &seed in seeds {
            let mut rng = stream(seed, &format!("init/{name}"));
            weight.extend((0..n_in * n_out).map(|_| scale * rng.random_range(-bound..bound)));
            bias.extend((0..n_out).map(|_| scale * rng.random_range(-bias_bound..bias_bound)));
        }
        Self::of(weight, bias, [seeds.len(), n_in, n_out], device)
    }

    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`. With a single replica of weights all replicas of `x` go through it.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let ([replicas, cells, n_in], [weights, _, n_out]) = (x.dims(), self.weight.dims());
        if weights == 1 && replicas > 1 {
            // One product of all rows, rather than a copy of the weights for every replica.
            let rows = x.reshape([1, replicas * cells, n_in]);
            return affine(rows, self.weight.val(), self.bias.val()).reshape([replicas, cells, n_out]);
        }
        affine(x, self.weight.val(), self.bias.val())
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    #[test]
    fn xavier_weights_fill_their_range_and_biases_are_those_of_pytorch() {
        let layer = Linear::xavier("t", 100, 50, &[1, 2], &Device::flex());
        let largest = |t: Tensor<3>| {
            t.into_data().try_to_vec::<f32>().unwrap().into_iter().fold(0.0_f32, |largest, v| largest.max(v.abs()))
        };
        let (weight, bias) = (largest(layer.weight.val()), largest(layer.bias.val()));
        assert!((0.199..=0.2).contains(&weight), "{weight}");
        assert!((0.09..=0.1).contains(&bias), "{bias}");
    }
}
