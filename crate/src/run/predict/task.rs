//! The prediction task of a run file.

use serde::{Deserialize, Serialize};

use crate::metrics::prediction::ScoreSettings;
use crate::models::scgen::ScgenSettings;
use crate::run::file::no_repeats;
use crate::run::{Names, RunError};

/// Predict held-out responses and score the predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictTask {
    /// The models, in order.
    pub models: Vec<ModelSpec>,
    /// Cell types that are held out, one at a time.
    #[serde(default)]
    pub held_out: Names,
    /// Labels of the treatments or doses that are predicted.
    #[serde(default)]
    pub doses: Names,
    /// Seeds; each trains a model of its own.
    #[serde(default = "one_seed")]
    pub seeds: Vec<u64>,
    /// How predictions are scored.
    #[serde(default)]
    pub evaluation: ScoreSettings,
}

fn one_seed() -> Vec<u64> {
    vec![1]
}

/// A model and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelSpec {
    /// [`crate::models::baselines::NoChange`]
    NoChange,
    /// [`crate::models::baselines::MeanShift`]
    MeanShift,
    /// [`crate::models::baselines::PcaShift`]
    PcaShift,
    /// [`crate::models::CountFoldChange`]
    CountFoldChange,
    /// [`crate::models::scgen::Scgen`]
    Scgen(ScgenSettings),
}

impl ModelSpec {
    /// Its name in run files and reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NoChange => "no_change",
            Self::MeanShift => "mean_shift",
            Self::PcaShift => "pca_shift",
            Self::CountFoldChange => "count_fold_change",
            Self::Scgen(_) => "scgen",
        }
    }
}

impl PredictTask {
    /// Fills in every model parameter and checks the lists.
    pub(in crate::run) fn complete(&mut self) -> Result<(), RunError> {
        for model in &mut self.models {
            if let ModelSpec::Scgen(settings) = model {
                *settings = settings.completed()?;
            }
        }
        for (what, empty) in [
            ("models", self.models.is_empty()),
            ("seeds", self.seeds.is_empty()),
            ("held_out", self.held_out.is_empty()),
        ] {
            if empty {
                return Err(RunError::Empty { what });
            }
        }
        no_repeats("seeds", &self.seeds)?;
        self.held_out.check("held_out")?;
        self.doses.check("doses")
    }
}
