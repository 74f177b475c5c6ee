//! What can be wrong with the input of a metric.

use thiserror::Error;

use crate::embed::EmbedError;

/// Why a metric could not be computed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MetricError {
    /// Two groups of cells, or two vectors, have different numbers of columns.
    #[error("{left_name} has {left} columns, {right_name} has {right}")]
    ShapeMismatch {
        /// What the first one is.
        left_name: &'static str,
        /// Its number of columns.
        left: usize,
        /// What the second one is.
        right_name: &'static str,
        /// Its number of columns.
        right: usize,
    },
    /// A group holds no cell, or no gene.
    #[error("{group} is empty ({rows} cells, {columns} columns)")]
    NoCells {
        /// Which group.
        group: &'static str,
        /// Its cells.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// A test needs a variance, hence two cells.
    #[error("{group} has {cells} cell, a test of differential expression needs at least 2")]
    TooFewCells {
        /// Which group.
        group: &'static str,
        /// Its cells.
        cells: usize,
    },
    /// More cells than an exact algorithm can take.
    #[error("{cells} cells are too many for exact transport, the limit is {limit}")]
    TooManyCells {
        /// Cells of the larger group.
        cells: usize,
        /// The most there may be.
        limit: usize,
    },
    /// A dose-response curve has four parameters.
    #[error("a dose-response curve needs at least 4 doses, there are {levels}")]
    TooFewDoses {
        /// Different doses.
        levels: usize,
    },
    /// A value is NaN or infinite.
    #[error("{group} holds {value} in row {row}, column {column}")]
    NotFinite {
        /// Which group.
        group: &'static str,
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
        /// The value itself.
        value: f64,
    },
    /// Another number of labels than of cells.
    #[error("there are {labels} {name} for {cells} cells")]
    OtherCells {
        /// What is given for each cell.
        name: &'static str,
        /// How many there are.
        labels: usize,
        /// How many cells.
        cells: usize,
    },
    /// Too few groups of cells to compare, or one per cell.
    #[error("there are {groups} different {name} among {cells} cells, it must be {least} to {most}")]
    Groups {
        /// What the groups are.
        name: &'static str,
        /// How many there are.
        groups: usize,
        /// Cells in all.
        cells: usize,
        /// The fewest there may be.
        least: usize,
        /// The most there may be.
        most: usize,
    },
    /// Fewer neighbours than a metric reads, or neighbours that are no cells.
    #[error("{name} is {value} in the list of neighbours, it must be below {limit}")]
    Neighbour {
        /// What is out of range.
        name: &'static str,
        /// What it is.
        value: usize,
        /// What it must be below.
        limit: usize,
    },
    /// A gene number beyond the last gene.
    #[error("there is no gene number {gene}, the groups have {n_genes} genes")]
    UnknownGene {
        /// The number asked for, from 0.
        gene: usize,
        /// How many genes there are.
        n_genes: usize,
    },
    /// A setting that has no meaning.
    #[error("{name} is {value}, it must be {rule}")]
    Setting {
        /// Name of the field.
        name: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        rule: &'static str,
    },
    /// The principal components could not be computed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

impl MetricError {
    /// A stable name for this kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ShapeMismatch { .. } => "metric_shape_mismatch",
            Self::NoCells { .. } => "metric_no_cells",
            Self::TooFewCells { .. } => "metric_too_few_cells",
            Self::TooManyCells { .. } => "metric_too_many_cells",
            Self::TooFewDoses { .. } => "metric_too_few_doses",
            Self::NotFinite { .. } => "metric_not_finite",
            Self::OtherCells { .. } => "metric_other_cells",
            Self::Groups { .. } => "metric_groups",
            Self::Neighbour { .. } => "metric_neighbour",
            Self::UnknownGene { .. } => "metric_unknown_gene",
            Self::Setting { .. } => "metric_setting",
            Self::Embed(error) => error.code(),
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::ShapeMismatch { .. } => "Compare groups that were prepared together, with the same genes.".into(),
            Self::NoCells { group, .. } => {
                format!("Choose a cell type and a dose for which there are cells in {group}.")
            }
            Self::TooFewCells { group, .. } => {
                format!("Choose a cell type and a dose with at least 2, better 10 or more, cells in {group}.")
            }
            Self::TooManyCells { limit, .. } => {
                format!("Draw at most {limit} cells per group, or take the entropic Wasserstein distance.")
            }
            Self::TooFewDoses { .. } => {
                "Fit a curve only where at least 4 doses, the control counted, were measured.".into()
            }
            Self::NotFinite { group: "predicted" | "the latent space", .. } => {
                "The model diverged: train with a smaller learning rate, or look at the loss curve.".into()
            }
            Self::NotFinite { .. } => "Remove the missing or infinite values from the file.".into(),
            Self::OtherCells { name, .. } => format!("Give {name} of the same cells, one for each."),
            Self::Groups { name, groups, least, .. } if groups < least => {
                format!("Choose cells with at least {least} different {name}.")
            }
            Self::Groups { name, .. } => format!("Choose {name} that several cells share."),
            Self::Neighbour { .. } => "Take the neighbours from the same cells, and enough of them.".into(),
            Self::UnknownGene { .. } => "Give gene numbers from 0, of the prepared genes.".into(),
            Self::Setting { name, rule, .. } => format!("Set {name} to a value that is {rule}."),
            Self::Embed(error) => error.hint(),
        }
    }
}
