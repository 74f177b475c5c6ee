use thiserror::Error;

use crate::data::{DataError, ReadError};
use crate::metrics::MetricError;
use crate::models::ModelError;

/// Why a run cannot start or go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The text is not a run file.
    #[error("this is not a run file that can be read: {reason}")]
    Syntax {
        /// What is wrong, with the line and column.
        reason: String,
    },
    /// The run file was written for another version.
    #[error("the run file has version {found}, this Dosefront reads version {known}")]
    Version {
        /// Its version, as written.
        found: String,
        /// The version this program reads.
        known: u32,
    },
    /// The data are not the ones that the run file names.
    #[error("the run file was made for {expected}, but {found} is open")]
    WrongData {
        /// What the run file names.
        expected: String,
        /// What is open.
        found: String,
    },
    /// A treatment that does not occur.
    #[error("there is no treatment or dose '{arm}' (there are {})", arms.join(", "))]
    UnknownArm {
        /// What was asked for.
        arm: String,
        /// What there is.
        arms: Vec<String>,
    },
    /// A list in the task is empty.
    #[error("the task's {what} are empty")]
    Empty {
        /// `models`, `seeds` or `held_out`.
        what: &'static str,
    },
    /// The same entry twice, which would only repeat results.
    #[error("the task's {what} name {value} twice")]
    Repeated {
        /// `seeds`, `models` ...
        what: &'static str,
        /// The entry.
        value: String,
    },
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The data cannot be used as asked.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model cannot be built or trained.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A score cannot be computed.
    #[error(transparent)]
    Metric(#[from] MetricError),
}

impl RunError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "run_file_syntax",
            Self::Version { .. } => "run_file_version",
            Self::WrongData { .. } => "wrong_data",
            Self::UnknownArm { .. } => "unknown_arm",
            Self::Empty { .. } => "empty_list",
            Self::Repeated { .. } => "repeated_entry",
            Self::Read(error) => error.code(),
            Self::Data(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::Metric(error) => error.code(),
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Syntax { .. } => "Correct the named field, or save the run file again from the page.".to_owned(),
            Self::Version { .. } => "Open it with the version of Dosefront that wrote it, or a newer one.".to_owned(),
            Self::WrongData { .. } => {
                "Open the file that the run was made with (its name and SHA-256 are in the run file), or start a new \
                 run on the open data."
                    .to_owned()
            }
            Self::UnknownArm { .. } => "Choose one of the treatments or doses that exist, or \"all\".".to_owned(),
            Self::Empty { what } => format!("Name at least one entry in {what}."),
            Self::Repeated { what, value } => format!("Leave the second {value} out of {what}."),
            Self::Read(error) => error.hint(),
            Self::Data(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Metric(error) => error.hint(),
        }
    }
}
