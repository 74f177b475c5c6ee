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
    /// A cell type that does not occur.
    #[error("there is no cell type '{cell_type}' (there are {})", cell_types.join(", "))]
    UnknownCellType {
        /// What was asked for.
        cell_type: String,
        /// What there is.
        cell_types: Vec<String>,
    },
    /// A gene that does not occur.
    #[error("there is no gene '{gene}' in the data")]
    UnknownGene {
        /// What was asked for.
        gene: String,
    },
    /// A gene that preprocessing did not choose.
    #[error("the gene '{gene}' is not among those that were chosen in preprocessing")]
    GeneNotChosen {
        /// What was asked for.
        gene: String,
    },
    /// A column that does not occur.
    #[error("there is no column '{column}' (there are {})", columns.join(", "))]
    UnknownColumn {
        /// What was asked for.
        column: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// A number that must be larger.
    #[error("the task's {name} is {value}, it must be at least {least}")]
    TooSmall {
        /// Name of the field.
        name: &'static str,
        /// What it was.
        value: usize,
        /// The least it may be.
        least: usize,
    },
    /// Exact transport between groups that are too large for it.
    #[error("the distance emd is exact, and too slow beyond {most} cells a group")]
    TooManyCellsForEmd {
        /// The most cells of a group.
        most: usize,
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
            Self::UnknownCellType { .. } => "unknown_cell_type",
            Self::UnknownGene { .. } => "unknown_gene",
            Self::GeneNotChosen { .. } => "gene_not_chosen",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::TooSmall { .. } => "setting_too_small",
            Self::TooManyCellsForEmd { .. } => "too_many_cells_for_emd",
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
            Self::UnknownCellType { .. } => "Choose one of the cell types that exist, or \"all\".".to_owned(),
            Self::UnknownGene { .. } => {
                "Check the spelling; genes are named as in the file, and case matters.".to_owned()
            }
            Self::GeneNotChosen { .. } => "Use more genes (preprocess.genes), or \"all\".".to_owned(),
            Self::UnknownColumn { .. } => "Choose one of the columns that exist.".to_owned(),
            Self::TooSmall { name, least, .. } => format!("Set {name} to at least {least}."),
            Self::TooManyCellsForEmd { most } => {
                format!("Set distances.max_cells to at most {most} (0 means all cells), or take wasserstein instead.")
            }
            Self::Empty { what } => format!("Name at least one entry in {what}."),
            Self::Repeated { what, value } => format!("Leave the second {value} out of {what}."),
            Self::Read(error) => error.hint(),
            Self::Data(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Metric(error) => error.hint(),
        }
    }
}
