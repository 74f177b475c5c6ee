//! The discriminators, their soft labels and their loss.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{BatchNorm, BatchNormConfig, Linear, binary_cross_entropy, to_tensor};

use super::Translated;

/// A soft label from a uniform draw `u`: `u` above 0.8, then 0.8 above 0.5, 0.2 above 0.2, and `u` again below.
///
/// Half of the labels are above one half, and those ask for a true embedding.
#[must_use]
pub fn soft_label(u: f32) -> f32 {
    match u {
        u if u > 0.8 => u,
        u if u > 0.5 => 0.8,
        u if u > 0.2 => 0.2,
        u => u,
    }
}

/// Soft labels of a batch, the same for both discriminators.
#[derive(Clone, Debug)]
pub struct Labels {
    /// `[R, cells, 1]`
    targets: Tensor<3>,
    /// 1 where the true embedding is shown, 0 where the translated one is, `[R, cells, 1]`.
    real: Tensor<3>,
}

impl Labels {
    /// From soft labels, one row per replica.
    #[must_use]
    pub fn new(labels: &[Vec<f32>], device: &Device) -> Self {
        let shape = [labels.len(), labels[0].len(), 1];
        let real = labels.iter().flatten().map(|&label| if label > 0.5 { 1.0 } else { 0.0 }).collect();
        Self { targets: to_tensor(labels.concat(), shape, device), real: to_tensor(real, shape, device) }
    }

    /// The true embedding of some cells, the translated one of the others.
    fn choose(&self, real: Tensor<3>, translated: Tensor<3>) -> Tensor<3> {
        real * self.real.clone() + translated * (self.real.clone() * -1.0 + 1.0)
    }
}

/// Embedding to a logit: linear (Xavier-uniform) and batch norm; the sigmoid is in the loss.
#[derive(Module, Debug)]
pub struct Judge {
    /// `[R, embedding, 1]`
    pub linear: Linear,
    /// Of the logit.
    pub norm: BatchNorm,
}

impl Judge {
    fn new(name: &str, n_embedding: usize, seeds: &[u64], device: &Device) -> Self {
        Self {
            linear: Linear::xavier(name, n_embedding, 1, seeds, device),
            norm: BatchNormConfig::PYTORCH.init(1, seeds.len(), device),
        }
    }

    /// The binary cross-entropy, mean over cells, `[R]`.
    fn loss(&mut self, x: Tensor<3>, targets: Tensor<3>) -> Tensor<1> {
        let replicas = x.dims()[0];
        let logits = self.norm.forward_train(self.linear.forward(x));
        binary_cross_entropy(logits, targets).mean_dim(1).reshape([replicas])
    }
}

/// The discriminators of both sides, which tell encoded from translated embeddings.
#[derive(Module, Debug)]
pub struct Judges {
    /// Of embeddings of control cells.
    pub control: Judge,
    /// Of embeddings of treated cells.
    pub treated: Judge,
}

impl Judges {
    /// Networks with one replica per seed.
    #[must_use]
    pub fn new(n_embedding: usize, seeds: &[u64], device: &Device) -> Self {
        let judge = |name: &str| Judge::new(name, n_embedding, seeds, device);
        Self { control: judge("judge.control"), treated: judge("judge.treated") }
    }

    /// The sum of both cross-entropies in training mode, `[R]`.
    pub fn loss(&mut self, translated: &Translated, labels: &Labels) -> Tensor<1> {
        let treated = labels.choose(translated.treated.clone(), translated.control_to_treated.clone());
        let control = labels.choose(translated.control.clone(), translated.treated_to_control.clone());
        self.treated.loss(treated, labels.targets.clone()) + self.control.loss(control, labels.targets.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_table() {
        for (u, label) in
            [(0.0, 0.0), (0.1, 0.1), (0.2, 0.2), (0.21, 0.2), (0.5, 0.2), (0.51, 0.8), (0.8, 0.8), (0.9, 0.9)]
        {
            assert!((soft_label(u) - label).abs() < 1e-7, "{u}");
        }
    }
}
