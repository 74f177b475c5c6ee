use burn::tensor::ExecutionError;
use thiserror::Error;

/// Why a batch effect cannot be measured.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeasureError {
    /// A setting is outside its range.
    #[error("{measure}: {parameter} is {value}, it must be {allowed}")]
    Parameter {
        /// The measure.
        measure: &'static str,
        /// The setting.
        parameter: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// There is nothing to tell apart.
    #[error("a batch effect takes at least 2 batches, there is {found}")]
    OneBatch {
        /// Batches there are.
        found: usize,
    },
    /// Tensors or codes that do not belong together.
    #[error("{what}: {found:?}, expected {expected:?}")]
    Shape {
        /// What does not fit.
        what: &'static str,
        /// What it is.
        found: Vec<usize>,
        /// What it has to be.
        expected: Vec<usize>,
    },
    /// A distance between batches without cells of one of them.
    #[error("{measure}: group {group} of the minibatch has no cell of batch {batch}")]
    BatchAbsent {
        /// The measure.
        measure: &'static str,
        /// The group, counted from 0.
        group: usize,
        /// The batch, counted from 0.
        batch: usize,
    },
    /// The engine failed, for example because the GPU was lost.
    #[error("the engine stopped answering: {reason}")]
    Device {
        /// Its own words.
        reason: String,
    },
}

impl MeasureError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter { .. } => "measure_parameter",
            Self::OneBatch { .. } => "one_batch",
            Self::Shape { .. } => "measure_shape",
            Self::BatchAbsent { .. } => "batch_absent",
            Self::Device { .. } => "device_lost",
        }
    }

    /// What the visitor can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Parameter { parameter, allowed, .. } => format!("Set {parameter} to a value that is {allowed}."),
            Self::OneBatch { .. } => "Name the column that holds the batches, or open data with several.".to_owned(),
            Self::Shape { .. } => "This is a mistake in the program: please report it with the run file.".to_owned(),
            Self::BatchAbsent { .. } => {
                "Use larger minibatches, keep more cells of the small batches, or take mine or hsic.".to_owned()
            }
            Self::Device { .. } => {
                "The data are still loaded. Train again on the CPU engine, or reload the page to try the GPU once more."
                    .to_owned()
            }
        }
    }
}

impl From<ExecutionError> for MeasureError {
    fn from(error: ExecutionError) -> Self {
        Self::Device { reason: error.to_string() }
    }
}
