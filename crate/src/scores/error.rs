//! What can be wrong with a question about results.

/// Why a question about results has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// No result has a score of this name.
    #[error("there is no score \"{metric}\" in these results; there are {}", list(.metrics))]
    UnknownMetric {
        /// What was asked for.
        metric: String,
        /// What there is.
        metrics: Vec<String>,
    },
    /// A table or figure over doses of data without doses.
    #[error("these results have no doses: the treatments are {}", list(.arms))]
    NoDoses {
        /// Labels of the treatments.
        arms: Vec<String>,
    },
}

impl ScoreError {
    /// A stable name for the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownMetric { .. } => "unknown_score",
            Self::NoDoses { .. } => "results_without_doses",
        }
    }

    /// What can be changed.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownMetric { .. } => {
                "Choose one of the names in the message; ratios begin with to_control_ or to_no_change_.".into()
            }
            Self::NoDoses { .. } => "Compare the treatments as bars or in a heat map instead.".into(),
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
