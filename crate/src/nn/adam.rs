use burn::optim::{Adam as BurnAdam, AdamState, AdaptiveMomentumState, LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor};

use super::kernels::{self, AdamStep};

/// Settings of [`Adam`], with PyTorch's meaning of every field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamConfig {
    /// Decay rates of the two moments.
    pub betas: (f64, f64),
    /// Added to the root of the corrected second moment. scvi-tools uses 0.01, far from the usual 1e-8, and it matters.
    pub epsilon: f32,
    /// Classic L2: `weight_decay * weight` is added to the gradient.
    pub weight_decay: f32,
}

impl AdamConfig {
    /// scvi-tools' training plan: epsilon 0.01, weight decay 1e-6.
    pub const SCVI: Self = Self { betas: (0.9, 0.999), epsilon: 0.01, weight_decay: 1e-6 };

    /// PyTorch's defaults: epsilon 1e-8, no weight decay.
    pub const PYTORCH: Self = Self { betas: (0.9, 0.999), epsilon: 1e-8, weight_decay: 0.0 };

    /// An optimiser.
    #[must_use]
    pub fn init(self) -> ModuleOptimizer {
        ModuleOptimizer::from(Adam(self))
    }
}

/// Adam (Kingma & Ba 2015) with classic L2 weight decay.
///
/// It is burn's in one pass over the weights: burn's own takes some fifteen, which for a network of a few million weights
/// and a batch of 32 costs more than the forward and backward pass together.
#[derive(Clone)]
pub struct Adam(pub AdamConfig);

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let (time, first, second) = match state {
            Some(state) => (state.momentum.time, state.momentum.moment_1, state.momentum.moment_2),
            None => (0, tensor.zeros_like(), tensor.zeros_like()),
        };
        let time = time + 1;
        let (weight, first, second) = kernels::adam(tensor, first, second, grad, AdamStep::of(&self.0, lr, time));
        (weight, Some(AdamState::new(AdaptiveMomentumState::new(time, first, second))))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        BurnAdam::to_device(state, device)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use burn::optim::AdamConfig as BurnAdamConfig;
    use burn::optim::decay::WeightDecayConfig;

    use super::*;

    fn five_steps(adam: &impl Optimizer<State<2> = AdamState<2>>, device: &Device) -> Vec<f32> {
        let mut weight = Tensor::<2>::from_data([[0.5, -1.0], [2.0, 0.0]], device);
        let mut state = None;
        for step in 1..=5 {
            let grad = weight.clone().square() * 0.3 - 0.1 * f64::from(step);
            (weight, state) = adam.step(0.05, weight, grad, state);
        }
        weight.into_data().try_to_vec().unwrap()
    }

    /// The fused step and burn's must be the same optimiser.
    #[test]
    fn fused_equals_burn() {
        let device = Device::flex();
        let config = AdamConfig { epsilon: 0.01, weight_decay: 0.1, ..AdamConfig::SCVI };
        let burn = BurnAdamConfig::new()
            .with_beta_1(config.betas.0 as f32)
            .with_beta_2(config.betas.1 as f32)
            .with_epsilon(config.epsilon)
            .with_weight_decay(Some(WeightDecayConfig::new(config.weight_decay)))
            .build();
        for (a, b) in five_steps(&Adam(config), &device).iter().zip(five_steps(&burn, &device)) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }
}
