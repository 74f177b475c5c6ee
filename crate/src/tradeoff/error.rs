use burn::tensor::ExecutionError;
use thiserror::Error;

use crate::embed::EmbedError;
use crate::metrics::MetricError;
use crate::models::ModelError;

use super::measure::MeasureError;

/// Why a front cannot be trained or judged.
#[derive(Debug, Error)]
pub enum TradeOffError {
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The batch-effect measure.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// A metric of the result.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// Principal components or neighbours.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

impl TradeOffError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Model(error) => error.code(),
            Self::Measure(error) => error.code(),
            Self::Metric(error) => error.code(),
            Self::Embed(error) => error.code(),
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Model(error) => error.hint(),
            Self::Measure(error) => error.hint(),
            Self::Metric(error) => error.hint(),
            Self::Embed(error) => error.hint(),
        }
    }
}

impl From<ExecutionError> for TradeOffError {
    fn from(error: ExecutionError) -> Self {
        Self::Model(error.into())
    }
}
