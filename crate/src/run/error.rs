use thiserror::Error;

use crate::data::{DataError, ReadError};
use crate::embed::EmbedError;
use crate::metrics::MetricError;
use crate::models::ModelError;
use crate::tradeoff::TradeOffError;
use crate::tradeoff::measure::MeasureError;

use super::WeightsFileError;

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
    /// A number that must be smaller.
    #[error("the task's {name} is {value}, it must be at most {most}")]
    TooLarge {
        /// Name of the field.
        name: &'static str,
        /// What it was.
        value: usize,
        /// The most it may be.
        most: usize,
    },
    /// A number outside its range.
    #[error("the task's {name} is {value}, it must be {allowed}")]
    OutOfRange {
        /// Name of the field.
        name: &'static str,
        /// What it was.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Normalised values where a model of counts is asked for.
    #[error("scVI models counts, and the data set holds {found} values")]
    CountsNeeded {
        /// What the values are.
        found: &'static str,
    },
    /// A run file of another task where fronts are asked for.
    #[error("the run file asks for no trade-off")]
    NoTradeOffTask,
    /// Exact transport between groups that are too large for it.
    #[error("the distance emd is exact, and too slow beyond {most} cells a group")]
    TooManyCellsForEmd {
        /// The most cells of a group.
        most: usize,
    },
    /// `as_counts` of `as_counts`.
    #[error("as_counts is asked for a model that is drawn as counts already by another as_counts")]
    Nested,
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
    /// A run file of another task where predictions are asked for.
    #[error("the run file asks for no predictions")]
    NoPredictTask,
    /// A model that the task does not have.
    #[error("there is no model {model}: the task has {n}, counted from 0")]
    UnknownModel {
        /// What was asked for.
        model: usize,
        /// How many there are.
        n: usize,
    },
    /// A seed that no model was trained with.
    #[error("there is no replica with seed {seed} (there are {seeds:?})")]
    UnknownSeed {
        /// What was asked for.
        seed: u64,
        /// What there is.
        seeds: Vec<u64>,
    },
    /// A result that does not exist.
    #[error("there is no result {index}: there are {n}, counted from 0")]
    UnknownResult {
        /// What was asked for.
        index: usize,
        /// How many there are.
        n: usize,
    },
    /// Doses of data, or of a condition, without doses.
    #[error("there are no doses {}", if condition.is_empty() { "in the data".to_owned() } else { format!("of {condition}") })]
    NoDoses {
        /// The condition that was asked for, if any.
        condition: String,
    },
    /// A dose that cannot be one.
    #[error("{dose} is no dose")]
    BadDose {
        /// What was asked for.
        dose: String,
    },
    /// More predicted cells than fit into memory.
    #[error("{n_cells} predicted cells of {n_genes} genes are too many for one file")]
    ExportTooLarge {
        /// Cells.
        n_cells: u64,
        /// Genes.
        n_genes: u64,
    },
    /// Weights that cannot be used.
    #[error(transparent)]
    WeightsFile(#[from] WeightsFileError),
    /// Principal components of a scene.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The data cannot be used as asked.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model cannot be built or trained.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A front cannot be trained.
    #[error(transparent)]
    TradeOff(#[from] TradeOffError),
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
            Self::TooLarge { .. } => "setting_too_large",
            Self::OutOfRange { .. } => "setting_out_of_range",
            Self::CountsNeeded { .. } => "needs_counts",
            Self::NoTradeOffTask => "no_trade_off_task",
            Self::TooManyCellsForEmd { .. } => "too_many_cells_for_emd",
            Self::Nested => "nested_as_counts",
            Self::Empty { .. } => "empty_list",
            Self::Repeated { .. } => "repeated_entry",
            Self::NoPredictTask => "no_predict_task",
            Self::UnknownModel { .. } => "unknown_model",
            Self::UnknownSeed { .. } => "unknown_seed",
            Self::UnknownResult { .. } => "no_result",
            Self::NoDoses { .. } => "no_doses",
            Self::BadDose { .. } => "bad_dose",
            Self::ExportTooLarge { .. } => "export_too_large",
            Self::WeightsFile(error) => error.code(),
            Self::Embed(error) => error.code(),
            Self::Read(error) => error.code(),
            Self::Data(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::TradeOff(error) => error.code(),
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
            Self::TooLarge { name, most, .. } => format!("Set {name} to at most {most}."),
            Self::OutOfRange { name, allowed, .. } => format!("Set {name} to a value {allowed}."),
            Self::CountsNeeded { .. } => {
                "Open a file whose X or layers/counts holds raw counts (whole numbers): log-normalised values cannot be \
                 turned back into them."
                    .to_owned()
            }
            Self::NoTradeOffTask => "Open the run file of a trade-off.".to_owned(),
            Self::TooManyCellsForEmd { most } => {
                format!("Set distances.max_cells to at most {most} (0 means all cells), or take wasserstein instead.")
            }
            Self::Nested => "Name the inner model directly in as_counts.".to_owned(),
            Self::Empty { what } => format!("Name at least one entry in {what}."),
            Self::Repeated { what, value } => format!("Leave the second {value} out of {what}."),
            Self::NoPredictTask => "Open the run file of a prediction.".to_owned(),
            Self::UnknownModel { .. } | Self::UnknownSeed { .. } => "Choose one of the run file's.".to_owned(),
            Self::UnknownResult { .. } => "Choose a result of the table.".to_owned(),
            Self::NoDoses { .. } => "Name the column with the doses, or ask for the treatments by name.".to_owned(),
            Self::BadDose { .. } => "Give a dose of 0 or more.".to_owned(),
            Self::ExportTooLarge { .. } => "Choose fewer results, or use fewer genes.".to_owned(),
            Self::WeightsFile(error) => error.hint(),
            Self::Embed(error) => error.hint(),
            Self::Read(error) => error.hint(),
            Self::Data(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::TradeOff(error) => error.hint(),
            Self::Metric(error) => error.hint(),
        }
    }
}

impl From<MeasureError> for RunError {
    fn from(error: MeasureError) -> Self {
        Self::TradeOff(error.into())
    }
}
