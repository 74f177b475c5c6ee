use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::kernels::{Lines, normalised};

/// Settings of a [`BatchNorm`]; two conventions are in use among the field's models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormConfig {
    /// Share of the batch in the running statistics: `running = (1 - momentum) * running + momentum * batch`.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
}

impl BatchNormConfig {
    /// scvi-tools' convention (scGen, scVIDR, scVI): momentum 0.01, epsilon 0.001.
    pub const SCVI: Self = Self { momentum: 0.01, epsilon: 1e-3 };
    /// PyTorch's default (scButterfly, multi-task autoencoders): momentum 0.1, epsilon 1e-5.
    pub const PYTORCH: Self = Self { momentum: 0.1, epsilon: 1e-5 };

    /// A layer over `n` features for `replicas` replicas: scale 1, shift 0, running mean 0, running variance 1.
    #[must_use]
    pub fn init(self, n: usize, replicas: usize, device: &Device) -> BatchNorm {
        let shape = [replicas, 1, n];
        let fixed = |t: Tensor<3>| Param::from_tensor(t).set_require_grad(false);
        BatchNorm {
            gamma: Param::from_tensor(Tensor::ones(shape, device)),
            beta: Param::from_tensor(Tensor::zeros(shape, device)),
            running_mean: fixed(Tensor::zeros(shape, device)),
            running_var: fixed(Tensor::ones(shape, device)),
            momentum: self.momentum,
            epsilon: self.epsilon,
        }
    }
}

/// Batch normalisation over the cells of each replica, as PyTorch's `BatchNorm1d`: normalises with the biased variance,
/// keeps the unbiased one.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// Scale, `[R, 1, F]`.
    pub gamma: Param<Tensor<3>>,
    /// Shift, `[R, 1, F]`.
    pub beta: Param<Tensor<3>>,
    /// `[R, 1, F]`, not trained.
    pub running_mean: Param<Tensor<3>>,
    /// `[R, 1, F]`, not trained.
    pub running_var: Param<Tensor<3>>,
    momentum: f64,
    epsilon: f64,
}

impl BatchNorm {
    /// Training mode: normalises with the batch's own statistics and updates the running ones.
    ///
    /// # Shapes
    /// `[R, cells, F]` to the same; at least two cells, because the unbiased variance of one is undefined.
    pub fn forward_train(&mut self, x: Tensor<3>) -> Tensor<3> {
        let n = x.dims()[1] as f64;
        let (y, [mean, var]) = normalised(x, Lines::Columns, self.gamma.val(), self.beta.val(), self.epsilon);
        let m = self.momentum;
        self.running_mean = update(&self.running_mean, mean, m);
        self.running_var = update(&self.running_var, var * (n / (n - 1.0)), m);
        y
    }

    /// Evaluation mode: normalises with the running statistics.
    ///
    /// # Shapes
    /// `[R, cells, F]` to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let scale = self.gamma.val() / (self.running_var.val() + self.epsilon).sqrt();
        let shift = self.beta.val() - self.running_mean.val() * scale.clone();
        x * scale + shift
    }
}

/// `(1 - momentum) * running + momentum * batch`, on the device the running statistic lives on.
fn update(running: &Param<Tensor<3>>, batch: Tensor<3>, momentum: f64) -> Param<Tensor<3>> {
    running.clone().map(|old| {
        let new = old.clone().inner() * (1.0 - momentum) + batch * momentum;
        if old.device().is_autodiff() { Tensor::from_inner(new) } else { new }
    })
}
