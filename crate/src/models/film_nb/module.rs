//! The network and its loss.

use burn::module::{Module, Param};
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor};

use crate::nn::{Linear, exp_m1, negative_binomial, rectified};

use super::Config;
use super::features::{N_FEATURES, START};
use super::rows::N_OBSERVED;

/// Slope of the leaky rectifier for negative values.
const SLOPE: f64 = 0.01;
/// How sharply the predicted level bends towards 0 instead of falling below it.
const BEND: f64 = 20.0;
/// Range of the logarithm of the inverse dispersion.
const LOG_THETA: (f64, f64) = (-4.0, 8.0);
/// Range of a standardised feature.
const RANGE: f64 = 10.0;

/// Some rows with what was observed there, `[R, rows, 1]` each but for the first two.
#[derive(Clone)]
pub struct Batch {
    /// Features as they are, `[R, rows, 23]`.
    pub features: Tensor<3>,
    /// The treatment and its dose, `[R, rows, conditions + 2]`.
    pub treatment: Tensor<3>,
    /// Control level `ln(1 + rate)` of the gene in the type.
    pub control: Tensor<3>,
    /// Counts of the type's treated cells over the target sum.
    pub offset: Tensor<3>,
    /// Observed counts: mean rate times offset.
    pub counts: Tensor<3>,
    /// The part of the likelihood that depends on the counts alone.
    pub constant: Tensor<3>,
    /// Observed treated level, `ln(1 + rate)`.
    pub level: Tensor<3>,
}

impl Batch {
    /// The columns of a table of rows, `[R, rows, 23 + treatment + 5]`.
    #[must_use]
    pub fn of(table: &Tensor<3>) -> Self {
        let n_treatment = table.dims()[2] - N_FEATURES - N_OBSERVED;
        let column = |i: usize| table.clone().narrow(2, N_FEATURES + n_treatment + i, 1);
        Self {
            features: table.clone().narrow(2, 0, N_FEATURES),
            treatment: table.clone().narrow(2, N_FEATURES, n_treatment),
            control: column(0),
            offset: column(1),
            counts: column(2),
            constant: column(3),
            level: column(4),
        }
    }
}

/// The parts of the loss, one value per replica, each a mean over the rows.
pub struct Loss {
    /// Negative log-likelihood of the counts, `[R]`.
    pub nll: Tensor<1>,
    /// Squared error of the level, `[R]`.
    pub squared: Tensor<1>,
}

impl Loss {
    /// What is minimised: `nll + level_weight * squared`, `[R]`.
    #[must_use]
    pub fn total(&self, level_weight: f64) -> Tensor<1> {
        self.nll.clone() + self.squared.clone() * level_weight
    }
}

/// The network: `level = control + start + linear(f) + out(h)`, `h = leaky((W f + b) * (1 + gamma(c)) + beta(c))`.
#[derive(Module, Debug)]
pub struct FilmNbModule {
    /// Features to the hidden layer.
    pub hidden: Linear,
    /// Treatment to the factors of the hidden layer.
    pub gamma: Linear,
    /// Treatment to its shifts.
    pub beta: Linear,
    /// Hidden layer to the shift of the level and the logarithm of the inverse dispersion.
    pub output: Linear,
    /// Features to the shift of the level, directly.
    pub linear: Linear,
    /// Means of the features, `[1, 1, 23]`, not trained.
    pub mean: Param<Tensor<3>>,
    /// Their standard deviations, `[1, 1, 23]`, not trained.
    pub deviation: Param<Tensor<3>>,
}

impl FilmNbModule {
    /// A network with one replica per seed for features with the given means and deviations (23 values each).
    /// `n_treatment` is the width of [`Batch::treatment`].
    #[must_use]
    pub fn new(
        config: &Config,
        n_treatment: usize,
        mean: Tensor<1>,
        deviation: Tensor<1>,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        let linear = |name: &str, n_in, n_out, scale| {
            Linear::scaled(&format!("film_nb.{name}"), n_in, n_out, scale, seeds, device)
        };
        let n_replicas = seeds.len();
        let fixed = |values: Tensor<1>| {
            let values = values.reshape([1, 1, N_FEATURES]).repeat_dim(0, n_replicas);
            Param::from_tensor(values).set_require_grad(false)
        };
        // Small at the start, so that training sets out from the weighted mean of the others' responses.
        Self {
            hidden: linear("hidden", N_FEATURES, config.n_hidden, 1.0),
            gamma: linear("gamma", n_treatment, config.n_hidden, 0.1),
            beta: linear("beta", n_treatment, config.n_hidden, 0.1),
            output: linear("output", config.n_hidden, 2, 0.1),
            linear: linear("linear", N_FEATURES, 1, 0.0),
            mean: fixed(mean),
            deviation: fixed(deviation),
        }
    }

    /// Predicted level `ln(1 + rate)`, above 0, and logarithm of the inverse dispersion, `[R, rows, 1]` both.
    ///
    /// # Shapes
    /// `features` `[R, rows, 23]`, `treatment` `[R, rows, conditions + 2]`, `control` `[R, rows, 1]`; `mask`, of dropout,
    /// `[R, rows, hidden]`.
    #[must_use]
    pub fn predict(
        &self,
        features: Tensor<3>,
        treatment: Tensor<3>,
        control: Tensor<3>,
        mask: Option<Tensor<3>>,
    ) -> (Tensor<3>, Tensor<3>) {
        let start = features.clone().narrow(2, START, 1);
        let scaled = ((features - self.mean.val()) / self.deviation.val()).clamp(-RANGE, RANGE);
        let gamma = self.gamma.forward(treatment.clone()) + 1.0;
        let hidden = rectified(self.hidden.forward(scaled.clone()) * gamma + self.beta.forward(treatment), SLOPE);
        let hidden = match mask {
            Some(mask) => hidden * mask,
            None => hidden,
        };
        let output = self.output.forward(hidden);
        let shift = start + self.linear.forward(scaled) + output.clone().narrow(2, 0, 1);
        let level = softplus(control + shift, BEND);
        (level, output.narrow(2, 1, 1).clamp(LOG_THETA.0, LOG_THETA.1))
    }

    /// The loss of a batch.
    #[must_use]
    pub fn loss(&self, batch: Batch, mask: Option<Tensor<3>>) -> Loss {
        let (level, log_theta) = self.predict(batch.features, batch.treatment, batch.control, mask);
        let [replicas, rows, _] = level.dims();
        let mean = |t: Tensor<3>| (t.sum_dim(1) / rows as f64).reshape([replicas]);
        let squared = mean((level.clone() - batch.level).square());
        let mu = (exp_m1(level) * batch.offset).clamp_min(1e-6);
        let nll = -mean(negative_binomial(batch.counts, batch.constant, mu, log_theta.exp()));
        Loss { nll, squared }
    }
}
