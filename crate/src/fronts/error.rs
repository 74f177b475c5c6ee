//! What can be wrong with a question about fronts.

/// Why a question about fronts has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontError {
    /// There is no metric of this name.
    #[error("there is no metric \"{metric}\"; there are {}", .metrics.join(", "))]
    UnknownMetric {
        /// What was asked for.
        metric: String,
        /// What there is.
        metrics: Vec<String>,
    },
}

impl FrontError {
    /// A stable name for the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownMetric { .. } => "unknown_front_metric",
        }
    }

    /// What can be changed.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownMetric { .. } => {
                "Choose two of the names in the message, one of biology, one of batches.".into()
            }
        }
    }
}
