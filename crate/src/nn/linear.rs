use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use rand::RngExt;

use crate::random::stream;

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
        let bound = 1.0 / (n_in as f32).sqrt();
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for &seed in seeds {
            let mut rng = stream(seed, &format!("init/{name}"));
            weight.extend((0..n_in * n_out).map(|_| rng.random_range(-bound..bound)));
            bias.extend((0..n_out).map(|_| rng.random_range(-bound..bound)));
        }
        Self {
            weight: Param::from_tensor(to_tensor(weight, [seeds.len(), n_in, n_out], device)),
            bias: Param::from_tensor(to_tensor(bias, [seeds.len(), 1, n_out], device)),
        }
    }

    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.matmul(self.weight.val()) + self.bias.val()
    }
}
