//! How much a latent says about the batch: measures that a model can be trained against (V of the trade-off).
//!
//! [`BatchMeasure`] is what a training uses: [`BatchMeasure::learn`] for the critic's own steps, where there is one, and
//! [`BatchMeasure::value`] for a value with a gradient in the latents. [`DeNovo`] is the evaluation: a fresh critic on fixed
//! latents. Everything has the replica axis; cells of one replica may be parted into groups that are measured apart.

mod batch_measure;
mod bounds;
mod cells;
mod critic;
mod de_novo;
mod error;
mod kernels;
mod settings;

use serde::{Deserialize, Serialize};

pub use batch_measure::BatchMeasure;
pub use bounds::{classifier_bound, log_mean_exp, mine_bound, mine_loss};
pub use critic::Critic;
pub use de_novo::DeNovo;
pub use error::MeasureError;
pub use kernels::{hsic, mmd};
pub use settings::{
    CriticInit, EvaluationConfig, EvaluationSettings, Marginals, MeasureConfig, MeasurePreset, MeasureSettings,
};

/// A measure of the batch effect that is left in a latent z, with s the batch of a cell. All grow with the dependence of z and s
/// and are 0, or close to it, without any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Mutual information in nats, by a neural estimate (Belghazi et al. 2018): see [`mine_bound`].
    #[default]
    Mine,
    /// Maximum mean discrepancy between the batches with a sum of Gaussian kernels: see [`mmd`].
    Mmd,
    /// Hilbert-Schmidt independence criterion (Gretton et al. 2005): see [`hsic`].
    Hsic,
    /// Mutual information in nats, from below, by a classifier of the batch: see [`classifier_bound`]. Not of the paper.
    Classifier,
}

impl Measure {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Mine, Self::Mmd, Self::Hsic, Self::Classifier];

    /// Its name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Mmd => "mmd",
            Self::Hsic => "hsic",
            Self::Classifier => "classifier",
        }
    }

    /// Whether it is the bound of a critic that has to be trained.
    #[must_use]
    pub fn has_critic(self) -> bool {
        matches!(self, Self::Mine | Self::Classifier)
    }
}
