//! The discriminator of the adversarial members, its losses and its soft labels.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::RngExt;

use crate::nn::{Linear, Noise, SpectralLinear, binary_cross_entropy, dropped, leaky_relu, to_tensor};
use crate::random::stream;

use super::Adversary;

/// Width of the hidden layer.
const WIDTH: usize = 32;
/// Dropout rate after it.
const DROPOUT: f64 = 0.1;

/// Latent to one logit: a hidden layer of 32 with spectral norm, leaky ReLU and dropout, and a linear layer.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// `[R, latent, 32]`
    pub hidden: SpectralLinear,
    /// `[R, 32, 1]`
    pub output: Linear,
}

impl Discriminator {
    /// A network with one replica per seed.
    #[must_use]
    pub fn new(n_latent: usize, seeds: &[u64], device: &Device) -> Self {
        let hidden = Linear::xavier("discriminator.hidden", n_latent, WIDTH, seeds, device);
        Self {
            hidden: SpectralLinear::new("discriminator.hidden", hidden, seeds, device),
            output: Linear::xavier("discriminator.output", WIDTH, 1, seeds, device),
        }
    }

    /// The dropout mask of one training pass, `[R, cells, 32]`.
    pub fn mask(noise: &mut Noise, cells: usize, device: &Device) -> Tensor<3> {
        noise.dropout(cells, WIDTH, DROPOUT, device)
    }

    /// The cross-entropy of latents in training mode, `[R]`; one power iteration of the spectral norm.
    ///
    /// # Shapes
    /// `z` is `[R, cells, latent]`, the mask `[R, cells, 32]`.
    pub fn loss(&mut self, z: Tensor<3>, goal: Goal, mask: Tensor<3>) -> Tensor<1> {
        let hidden = dropped(leaky_relu(self.hidden.forward_train(z)), Some(mask));
        cross_entropy(self.output.forward(hidden), goal)
    }
}

/// Binary cross-entropy of logits, weighted over the cells.
///
/// # Shapes
/// All `[R, cells, 1]`, the weights of each replica with sum 1, or 0 for a loss of 0; to `[R]`.
fn cross_entropy(logits: Tensor<3>, goal: Goal) -> Tensor<1> {
    let Goal { targets, weights } = goal;
    let replicas = logits.dims()[0];
    (binary_cross_entropy(logits, targets) * weights).sum_dim(1).reshape([replicas])
}

/// What a discriminator should say of some latents.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Targets in 0 to 1, `[R, cells, 1]`.
    pub targets: Tensor<3>,
    /// Weights of the cells, `[R, cells, 1]`.
    pub weights: Tensor<3>,
}

/// What the encoder wants of a batch of latents, and what the discriminator does.
///
/// Telling conditions apart, the encoder wants the treated cells to look like control ones (the opposite of their
/// labels; without treated cells in the batch its loss is 0), and the discriminator learns the labels. Telling latents
/// from a normal, the encoder wants 1 of all of them, and the discriminator is given as many normal draws (1) before them (0).
///
/// # Shapes
/// `labels` and `treated` have one row per replica.
#[must_use]
pub fn goals(adversary: Adversary, labels: &[Vec<f32>], treated: &[Vec<bool>], device: &Device) -> (Goal, Goal) {
    let (replicas, n) = (labels.len(), labels[0].len());
    let column = |values: Vec<f32>| -> Tensor<3> {
        let rows = values.len() / replicas;
        to_tensor(values, [replicas, rows, 1], device)
    };
    let equal = |n: usize| column(vec![1.0 / n as f32; replicas * n]);
    match adversary {
        Adversary::Condition => {
            let share = |treated: &Vec<bool>| {
                let count = treated.iter().filter(|&&is| is).count().max(1) as f32;
                treated.iter().map(move |&is| if is { 1.0 / count } else { 0.0 }).collect::<Vec<_>>()
            };
            let opposite = labels.iter().flatten().map(|label| 1.0 - label).collect();
            let fool = Goal { targets: column(opposite), weights: column(treated.iter().flat_map(share).collect()) };
            (fool, Goal { targets: column(labels.concat()), weights: equal(n) })
        }
        Adversary::Gaussian => {
            let fool = Goal { targets: column(vec![1.0; replicas * n]), weights: equal(n) };
            let halves: Vec<f32> = (0..2 * n).map(|i| if i < n { 1.0 } else { 0.0 }).collect();
            (fool, Goal { targets: column(halves.repeat(replicas)), weights: equal(2 * n) })
        }
    }
}

/// Soft labels of cells, drawn once for each replica: control cells uniform in 0.9 to 1, treated ones in 0 to 0.1.
pub(super) fn soft_labels(seeds: &[u64], treated: &[bool]) -> Vec<Vec<f32>> {
    let of_seed = |&seed: &u64| {
        let mut rng = stream(seed, "mtae/labels");
        treated.iter().map(|&treated| rng.random_range(0.0..0.1) + if treated { 0.0 } else { 0.9 }).collect()
    };
    seeds.iter().map(of_seed).collect()
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_is_right_far_from_zero_and_skips_what_has_no_weight() {
        let device = Device::flex();
        let logits = Tensor::<3>::from_data([[[0.0], [60.0], [-200.0]], [[1.0], [2.0], [3.0]]], &device);
        let targets = Tensor::<3>::from_data([[[0.5], [1.0], [1.0]], [[0.5], [1.0], [1.0]]], &device);
        let weights = Tensor::<3>::from_data([[[0.5], [0.25], [0.25]], [[0.0], [0.0], [0.0]]], &device);
        let found = cross_entropy(logits, Goal { targets, weights }).into_data().try_to_vec::<f32>().unwrap();
        assert!((found[0] - (0.5 * 2.0_f32.ln() + 50.0)).abs() < 1e-4, "{found:?}");
        assert!(found[1].abs() < 1e-9);
    }

    #[test]
    fn labels_are_soft_and_those_of_the_seed() {
        let labels = soft_labels(&[1, 2], &[true, false, true]);
        assert!(labels.iter().all(|l| l[0] < 0.1 && l[1] >= 0.9 && l[2] < 0.1));
        assert_eq!(labels[1], soft_labels(&[2], &[true, false, true])[0]);
    }
}
