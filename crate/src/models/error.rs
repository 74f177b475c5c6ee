use burn::tensor::ExecutionError;
use thiserror::Error;

use crate::embed::EmbedError;
use crate::metrics::MetricError;

/// Why a model could not be built, fitted or asked.
#[derive(Debug, Error)]
pub enum ModelError {
    /// A parameter is outside its range.
    #[error("{model}: {parameter} is {value}, it must be {allowed}")]
    Parameter {
        /// The model.
        model: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// No cell type has both control and treated cells to learn the response from.
    #[error("no other cell type has both control and '{arm}' cells, so there is no response to learn from")]
    NoDonor {
        /// The treatment.
        arm: String,
    },
    /// The model works on counts and the data have none.
    #[error("{model} works on counts, but the data set holds normalised values")]
    NeedsCounts {
        /// The model.
        model: &'static str,
    },
    /// Too few cells to train on.
    #[error("{model}: {found} cells to train on, at least {needed} are needed")]
    TooFewCells {
        /// The model.
        model: &'static str,
        /// Cells there are.
        found: usize,
        /// Cells it takes.
        needed: usize,
    },
    /// The training ran into a value that is not a number.
    #[error("{model}: the loss became {value} in epoch {epoch}")]
    Diverged {
        /// The model.
        model: &'static str,
        /// The epoch, counted from 1.
        epoch: usize,
        /// NaN or infinity.
        value: f32,
    },
    /// The engine failed, for example because the GPU was lost.
    #[error("the {device} stopped answering: {reason}")]
    Device {
        /// What stopped.
        device: &'static str,
        /// Its own words.
        reason: String,
    },
    /// A metric inside the model failed.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// The principal components failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

impl ModelError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter { .. } => "model_parameter",
            Self::NoDonor { .. } => "no_donor",
            Self::NeedsCounts { .. } => "needs_counts",
            Self::TooFewCells { .. } => "too_few_cells",
            Self::Diverged { .. } => "diverged",
            Self::Device { .. } => "device_lost",
            Self::Metric(error) => error.code(),
            Self::Embed(error) => error.code(),
        }
    }

    /// What the visitor can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Parameter { parameter, allowed, .. } => format!("Set {parameter} to a value that is {allowed}."),
            Self::NoDonor { .. } => {
                "Choose another treatment or dose, or check the cell-type and condition columns.".to_owned()
            }
            Self::NeedsCounts { .. } => {
                "Open a file whose X or layers/counts holds raw counts, or leave this baseline out.".to_owned()
            }
            Self::TooFewCells { .. } => "Raise the number of cells kept, or merge small cell types.".to_owned(),
            Self::Diverged { .. } => "Lower the learning rate, or try another seed.".to_owned(),
            Self::Device { .. } => {
                "The data are still loaded. Train again on the CPU engine, or reload the page to try the GPU once more."
                    .to_owned()
            }
            Self::Metric(error) => error.hint(),
            Self::Embed(error) => error.hint(),
        }
    }
}

impl From<ExecutionError> for ModelError {
    fn from(error: ExecutionError) -> Self {
        Self::Device { device: "engine", reason: error.to_string() }
    }
}
