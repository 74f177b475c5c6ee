//! The prediction task of a run file.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::metrics::prediction::ScoreSettings;
use crate::models::butterfly::ScbutterflySettings;
use crate::models::film_nb::FilmNbSettings;
use crate::models::mtae::MtaeSettings;
use crate::models::multi_head::MultiHeadSettings;
use crate::models::pregan::ScpreganSettings;
use crate::models::scgen::ScgenSettings;
use crate::models::scvidr::ScvidrSettings;
use crate::models::unitednet::UnitedNetSettings;
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
    /// [`crate::models::PcaRegressedShift`]
    PcaRegressedShift,
    /// [`crate::models::CountFoldChange`]
    CountFoldChange,
    /// [`crate::models::scgen::Scgen`]
    Scgen(ScgenSettings),
    /// [`crate::models::scvidr::Scvidr`], a regression for each dose
    ScvidrSingle(ScvidrSettings),
    /// [`crate::models::scvidr::Scvidr`], one regression for the highest dose, scaled for the others
    ScvidrMulti(ScvidrSettings),
    /// [`crate::models::mtae::Mtae`], the whole family
    Mtae(MtaeSettings),
    /// [`crate::models::pregan::Scpregan`]
    Scpregan(ScpreganSettings),
    /// [`crate::models::butterfly::Scbutterfly`]
    Scbutterfly(ScbutterflySettings),
    /// [`crate::models::multi_head::MultiHead`]
    MultiHead(MultiHeadSettings),
    /// [`crate::models::unitednet::UnitedNet`]
    #[serde(rename = "unitednet")]
    UnitedNet(UnitedNetSettings),
    /// [`crate::models::film_nb::FilmNb`]
    FilmNb(FilmNbSettings),
    /// [`crate::models::AsCounts`] of another model
    AsCounts(Box<ModelSpec>),
}

impl ModelSpec {
    /// Whether it is trained step by step; the others are computed at once.
    #[must_use]
    pub fn is_trained(&self) -> bool {
        match self {
            Self::NoChange | Self::MeanShift | Self::PcaShift | Self::PcaRegressedShift | Self::CountFoldChange => {
                false
            }
            Self::Scgen(_)
            | Self::ScvidrSingle(_)
            | Self::ScvidrMulti(_)
            | Self::Mtae(_)
            | Self::Scpregan(_)
            | Self::Scbutterfly(_)
            | Self::MultiHead(_)
            | Self::UnitedNet(_)
            | Self::FilmNb(_) => true,
            Self::AsCounts(inner) => inner.is_trained(),
        }
    }

    /// Whether another seed gives another prediction.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.is_trained() || matches!(self, Self::CountFoldChange | Self::AsCounts(_))
    }

    /// Its name in run files and reports.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoChange => "no_change",
            Self::MeanShift => "mean_shift",
            Self::PcaShift => "pca_shift",
            Self::PcaRegressedShift => "pca_regressed_shift",
            Self::CountFoldChange => "count_fold_change",
            Self::Scgen(_) => "scgen",
            Self::ScvidrSingle(_) => "scvidr_single",
            Self::ScvidrMulti(_) => "scvidr_multi",
            Self::Mtae(settings) => settings.variant.name(),
            Self::Scpregan(_) => "scpregan",
            Self::Scbutterfly(_) => "scbutterfly",
            Self::MultiHead(_) => "multi_head",
            Self::UnitedNet(_) => "unitednet",
            Self::FilmNb(_) => "film_nb",
            Self::AsCounts(inner) => return Cow::Owned(format!("{}_counts", inner.name())),
        })
    }

    /// Fills in every parameter.
    fn complete(&mut self) -> Result<(), RunError> {
        match self {
            Self::Scgen(settings) => *settings = settings.completed()?,
            Self::ScvidrSingle(settings) | Self::ScvidrMulti(settings) => *settings = settings.completed()?,
            Self::Mtae(settings) => *settings = settings.completed()?,
            Self::Scpregan(settings) => *settings = settings.completed()?,
            Self::Scbutterfly(settings) => *settings = settings.completed()?,
            Self::MultiHead(settings) => *settings = settings.completed()?,
            Self::UnitedNet(settings) => *settings = settings.completed()?,
            Self::FilmNb(settings) => *settings = settings.completed()?,
            Self::AsCounts(inner) if matches!(**inner, Self::AsCounts(_)) => return Err(RunError::Nested),
            Self::AsCounts(inner) => inner.complete()?,
            _ => {}
        }
        Ok(())
    }
}

impl PredictTask {
    /// Fills in every model parameter and checks the lists.
    pub(in crate::run) fn complete(&mut self) -> Result<(), RunError> {
        self.models.iter_mut().try_for_each(ModelSpec::complete)?;
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
        // Results are told apart by the model's name.
        let names: Vec<_> = self.models.iter().map(ModelSpec::name).collect();
        no_repeats("models", &names)?;
        for (name, value) in [("n_pcs", self.evaluation.n_pcs), ("n_degs", self.evaluation.n_degs)] {
            if value == 0 {
                return Err(RunError::TooSmall { name, value, least: 1 });
            }
        }
        self.held_out.check("held_out")?;
        self.doses.check("doses")
    }
}
