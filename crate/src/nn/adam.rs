use burn::optim::decay::WeightDecayConfig;
use burn::optim::{Adam as BurnAdam, AdamConfig as BurnAdamConfig, AdamState, AdaptiveMomentumState};
use burn::optim::{LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor};

use super::host::{host, is_host};

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

    /// An optimiser for a module that lives on `device`.
    #[must_use]
    pub fn init(self, device: &Device) -> ModuleOptimizer {
        ModuleOptimizer::from(Adam::new(self, is_host(device)))
    }
}

/// Adam (Kingma & Ba 2015) with classic L2 weight decay.
///
/// On WebGPU this is burn's own Adam. On the CPU engine burn's takes some fifteen passes over every weight, which for a
/// network of a few million weights and a batch of 32 costs more than the forward and backward pass together; there one
/// fused pass does the same arithmetic in place.
#[derive(Clone)]
pub struct Adam {
    config: AdamConfig,
    burn: BurnAdam,
    fused: bool,
}

impl Adam {
    /// An Adam that runs fused on the host (`fused`, for the CPU engine only) or as burn's tensor operations.
    #[must_use]
    pub fn new(config: AdamConfig, fused: bool) -> Self {
        let burn = BurnAdamConfig::new()
            .with_beta_1(config.betas.0 as f32)
            .with_beta_2(config.betas.1 as f32)
            .with_epsilon(config.epsilon)
            .with_weight_decay(Some(WeightDecayConfig::new(config.weight_decay)))
            .build();
        Self { config, burn, fused }
    }
}

impl Optimizer for Adam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        lr: LearningRate,
        tensor: Tensor<D>,
        grad: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        if !self.fused {
            return self.burn.step(lr, tensor, grad, state);
        }
        let device = tensor.device();
        let (time, first, second) = match state {
            Some(state) => (state.momentum.time, state.momentum.moment_1, state.momentum.moment_2),
            None => (0, tensor.zeros_like(), tensor.zeros_like()),
        };
        let time = time + 1;
        let (mut weight, mut first, mut second) = (host(tensor), host(first), host(second));
        let grad = host(grad);
        if let (Ok(w), Ok(m), Ok(v), Ok(g)) =
            (weight.as_mut_slice(), first.as_mut_slice(), second.as_mut_slice(), grad.as_slice())
        {
            self.config.update(lr, time, w, m, v, g);
        }
        let back = |data| Tensor::from_data(data, &device);
        let momentum = AdaptiveMomentumState::new(time, back(first), back(second));
        (back(weight), Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        BurnAdam::to_device(state, device)
    }
}

impl AdamConfig {
    /// One step on plain slices, `time` counted from 1.
    fn update(&self, lr: f64, time: usize, weight: &mut [f32], first: &mut [f32], second: &mut [f32], grad: &[f32]) {
        let Self { betas: (b1, b2), epsilon, weight_decay } = *self;
        let root = (1.0 - b2.powf(time as f64)).sqrt();
        let rate = (lr * root / (1.0 - b1.powf(time as f64))) as f32;
        let epsilon = epsilon * root as f32;
        // In double precision 1 - 0.999 is 0.001; in single it is 0.0010000467, and so are burn's second moments.
        let (keep1, take1, keep2, take2) = (b1 as f32, (1.0 - b1) as f32, b2 as f32, (1.0 - b2) as f32);
        for (((w, m), v), g) in weight.iter_mut().zip(first).zip(second).zip(grad) {
            let g = g + weight_decay * *w;
            *m = keep1 * *m + take1 * g;
            *v = keep2 * *v + take2 * g * g;
            *w -= rate * *m / (v.sqrt() + epsilon);
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    /// The fused step and burn's must be the same optimiser.
    #[test]
    fn fused_equals_burn() {
        let device = Device::flex();
        let config = AdamConfig { epsilon: 0.01, weight_decay: 0.1, ..AdamConfig::SCVI };
        let run = |fused| {
            let adam = Adam::new(config, fused);
            let mut weight = Tensor::<2>::from_data([[0.5, -1.0], [2.0, 0.0]], &device);
            let mut state = None;
            for step in 1..=5 {
                let grad = weight.clone().square() * 0.3 - 0.1 * f64::from(step);
                (weight, state) = adam.step(0.05, weight, grad, state);
            }
            weight.into_data().try_to_vec::<f32>().unwrap()
        };
        for (a, b) in run(true).iter().zip(run(false)) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }
}
