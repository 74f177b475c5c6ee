use std::fmt;

use serde::{Deserialize, Serialize};

use crate::metrics::integration::IntegrationSettings;
use crate::run::RunError;
use crate::run::file::no_repeats;
use crate::tradeoff::measure::{EvaluationSettings, Measure, MeasureSettings};
use crate::tradeoff::peers::desc::DescSettings;
use crate::tradeoff::peers::saucie::SaucieSettings;
use crate::tradeoff::scvi::ScviSettings;
use crate::tradeoff::{ScheduleSettings, Solver};

use super::measures::names_or_settings;

/// Train candidates between biology kept and batch effect removed, and judge the fronts that they make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradeOffTask {
    /// How candidates are trained; each method makes fronts of its own.
    #[serde(default = "pareto_mtl")]
    pub methods: Vec<Method>,
    /// What batch effect is measured by; each makes fronts of its own. A plain name has the settings of the demo.
    #[serde(default = "mine", deserialize_with = "names_or_settings")]
    pub measures: Vec<MeasureSettings>,
    /// Candidates between the two ends of a front, K.
    #[serde(default = "ten")]
    pub candidates: usize,
    /// Seeds of the splits into train and test cells (Monte-Carlo splits); each is trained and judged by itself, and is the seed
    /// of everything else too.
    #[serde(default = "one_split")]
    pub splits: Vec<u64>,
    /// Share of every batch that is trained on.
    #[serde(default = "four_fifths")]
    pub train_fraction: f64,
    /// Only these places along the front, from 0 (batch effect only) to K + 1 (scVI only); all by default. Parts of a run are
    /// made so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<usize>>,
    /// The generative model.
    #[serde(default)]
    pub scvi: ScviSettings,
    /// SAUCIE, for the method `saucie_mmd`.
    #[serde(default)]
    pub saucie: SaucieSettings,
    /// DESC, for the method `desc`.
    #[serde(default)]
    pub desc: DescSettings,
    /// How long fronts are trained.
    #[serde(default)]
    pub schedule: ScheduleSettings,
    /// How candidates are judged.
    #[serde(default)]
    pub evaluation: FrontEvaluation,
}

/// How candidates are judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrontEvaluation {
    /// The critic that is trained anew on the finished latents.
    pub de_novo: EvaluationSettings,
    /// The metrics of a latent space.
    pub metrics: IntegrationSettings,
}

fn pareto_mtl() -> Vec<Method> {
    vec![Method::ParetoMtl]
}

fn mine() -> Vec<MeasureSettings> {
    vec![MeasureSettings::default()]
}

fn ten() -> usize {
    10
}

fn one_split() -> Vec<u64> {
    vec![1]
}

fn four_fifths() -> f64 {
    0.8
}

/// How candidates are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Pareto multi-task learning: one candidate in the cone of each preference vector.
    ParetoMtl,
    /// Weighted sums of both losses.
    Scalarisation,
    /// One network for the whole front, which listens to the preference (FiLM), with the smooth Tchebycheff scalarisation.
    OneRun,
    /// scVI+HSIC: the generative loss plus a multiple of HSIC, without standardisation.
    ScviHsic,
    /// SAUCIE with its MMD penalty: one embedding, no front.
    SaucieMmd,
    /// DESC: one embedding, without a look at the batches.
    Desc,
}

impl Method {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::ParetoMtl, Self::Scalarisation, Self::OneRun, Self::ScviHsic, Self::SaucieMmd, Self::Desc];

    /// Its name in run files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ParetoMtl => "pareto_mtl",
            Self::Scalarisation => "scalarisation",
            Self::OneRun => "one_run",
            Self::ScviHsic => "scvi_hsic",
            Self::SaucieMmd => "saucie_mmd",
            Self::Desc => "desc",
        }
    }

    /// The measure it is bound to; none for a method that takes any.
    #[must_use]
    pub fn own_measure(self) -> Option<Measure> {
        (self == Self::ScviHsic).then_some(Measure::Hsic)
    }

    /// Whether it gives one embedding, rather than a front.
    #[must_use]
    pub fn is_peer(self) -> bool {
        matches!(self, Self::SaucieMmd | Self::Desc)
    }

    /// How it trains a front; a peer trains none.
    pub(super) fn solver(self) -> Solver {
        match self {
            Self::ParetoMtl => Solver::ParetoMtl,
            Self::Scalarisation => Solver::Scalarisation,
            Self::OneRun => Solver::OneRun,
            Self::ScviHsic | Self::SaucieMmd | Self::Desc => Solver::Penalty,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TradeOffTask {
    /// Fills in every parameter and checks the lists.
    pub(in crate::run) fn complete(&mut self) -> Result<(), RunError> {
        for (what, empty) in [
            ("methods", self.methods.is_empty()),
            ("measures", self.measures.is_empty()),
            ("splits", self.splits.is_empty()),
            ("places", self.places.as_ref().is_some_and(Vec::is_empty)),
        ] {
            if empty {
                return Err(RunError::Empty { what });
            }
        }
        no_repeats("methods", &self.methods)?;
        no_repeats("splits", &self.splits)?;
        let names: Vec<_> = self.measures.iter().map(|settings| settings.measure.name()).collect();
        no_repeats("measures", &names)?;
        if let Some(places) = &mut self.places {
            no_repeats("places", places)?;
            places.sort_unstable();
        }
        for measure in &mut self.measures {
            *measure = measure.completed()?;
        }
        self.scvi = self.scvi.completed()?;
        self.schedule = self.schedule.completed()?;
        self.saucie = self.saucie.completed()?;
        self.desc = self.desc.completed()?;
        self.evaluation.de_novo = self.evaluation.de_novo.completed()?;
        self.evaluation.metrics.check()?;
        if self.candidates < 2 {
            return Err(RunError::TooSmall { name: "candidates", value: self.candidates, least: 2 });
        }
        for (name, value, most) in [("candidates", self.candidates, 100), ("splits", self.splits.len(), 100)] {
            if value > most {
                return Err(RunError::TooLarge { name, value, most });
            }
        }
        if let Some(&place) = self.places.iter().flatten().find(|&&place| place > self.candidates + 1) {
            return Err(RunError::TooLarge { name: "places", value: place, most: self.candidates + 1 });
        }
        if !(0.1..=0.95).contains(&self.train_fraction) {
            return Err(RunError::OutOfRange {
                name: "train_fraction",
                value: self.train_fraction.to_string(),
                allowed: "between 0.1 and 0.95",
            });
        }
        Ok(())
    }
}
