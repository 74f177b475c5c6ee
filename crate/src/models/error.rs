use burn::tensor::ExecutionError;
use thiserror::Error;

use crate::embed::EmbedError;
use crate::metrics::MetricError;
use crate::nn::WeightsError;

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
    /// The model works on doses and the treatment has none.
    #[error("{model} scales the response with the dose, but '{arm}' has no dose")]
    NeedsDoses {
        /// The model.
        model: &'static str,
        /// The treatment.
        arm: String,
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
    /// The training of one seed ran into a value that is not a number; those of other seeds went on.
    #[error(
        "{model}: the loss or the weights of seed {seed} became infinite or NaN by iteration {iteration} for '{arm}'"
    )]
    SeedDiverged {
        /// The model.
        model: &'static str,
        /// The seed.
        seed: u64,
        /// The treatment.
        arm: String,
        /// The iteration at which it was noticed, counted from 1.
        iteration: usize,
    },
    /// The predicted cells would hold many times the counts of the control cells.
    #[error(
        "{model}: with seed {seed} the predicted cells would have {library:.0} times the counts of the untreated ones"
    )]
    Runaway {
        /// The model.
        model: &'static str,
        /// The seed.
        seed: u64,
        /// Predicted counts over those of the control cells.
        library: f64,
    },
    /// A prediction holds values that are not numbers.
    #[error("{model}: the prediction for '{arm}' holds infinite values or NaN")]
    NotFinite {
        /// The model.
        model: String,
        /// The treatment.
        arm: String,
    },
    /// The model learns treatments apart and was not asked to learn this one, or has not got there yet.
    #[error("{model} was not trained for '{arm}'")]
    NotTrained {
        /// The model.
        model: &'static str,
        /// The treatment.
        arm: String,
    },
    /// The engine failed, for example because the GPU was lost.
    #[error("the {device} stopped answering: {reason}")]
    Device {
        /// What stopped.
        device: &'static str,
        /// Its own words.
        reason: String,
    },
    /// Weights for a model that has none.
    #[error("the model is computed and not trained, so it has no weights to restore")]
    NoWeights,
    /// Any dose, of a model that knows treatments by name.
    #[error("the model predicts the treatments it was trained on, and no doses between them")]
    NotContinuous,
    /// Weights do not fit the model.
    #[error(transparent)]
    Weights(#[from] WeightsError),
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
            Self::NeedsDoses { .. } => "needs_doses",
            Self::TooFewCells { .. } => "too_few_cells",
            Self::Diverged { .. } | Self::SeedDiverged { .. } | Self::Runaway { .. } => "diverged",
            Self::NotFinite { .. } => "not_finite",
            Self::NotTrained { .. } => "not_trained",
            Self::Device { .. } => "device_lost",
            Self::NoWeights => "no_weights",
            Self::NotContinuous => "not_continuous",
            Self::Weights(error) => error.code(),
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
            Self::NeedsDoses { .. } => {
                "Name the column with the doses, or use scvidr_single, which takes every treatment by itself."
                    .to_owned()
            }
            Self::TooFewCells { .. } => "Raise the number of cells kept, or merge small cell types.".to_owned(),
            Self::Diverged { .. } | Self::Runaway { .. } | Self::NotFinite { .. } => {
                "Lower the learning rate, or try another seed.".to_owned()
            }
            Self::SeedDiverged { .. } => {
                "Results of the other seeds stand. Lower the learning rate, or try another seed in its place."
                    .to_owned()
            }
            Self::NotTrained { .. } => "Train again with this treatment among those to predict.".to_owned(),
            Self::Device { .. } => {
                "The data are still loaded. Train again on the CPU engine, or reload the page to try the GPU once more."
                    .to_owned()
            }
            Self::NoWeights => "Open it without weights.".to_owned(),
            Self::NotContinuous => "Choose a measured dose, or a model like scvidr_multi or film_nb.".to_owned(),
            Self::Weights(error) => error.hint(),
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
