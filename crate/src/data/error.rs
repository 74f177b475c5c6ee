//! What can be wrong with the roles, the cells or the preprocessing of a data set.

use thiserror::Error;

/// Why a data set cannot be used as asked. `Display` says what was wrong and where, [`DataError::hint`] what to change.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum DataError {
    /// Neither cell types nor a treatment are named.
    #[error("no column is chosen for the cell type or for the treatment (the columns are {})", list(columns))]
    NoRoles {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// No column is named for the cell type.
    #[error("no column is chosen for the cell type (the columns are {})", list(columns))]
    NoCellTypeRole {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// Neither a condition nor a dose is named.
    #[error(
        "no column is chosen for the treatment, neither a condition nor a dose (the columns are {})",
        list(columns)
    )]
    NoTreatmentRole {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// No column is named for the batch.
    #[error("no column is chosen for the batch (the columns are {})", list(columns))]
    NoBatchRole {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// The batch column has a single value, so there is no batch effect to remove.
    #[error("all cells of the column `{column}` have the value `{value}`: there is only one batch")]
    OneBatch {
        /// The column.
        column: String,
        /// Its only value.
        value: String,
    },
    /// Only one batch has enough cells.
    #[error("{found} of the batches in `{column}` have at least {needed} cells, and two are needed")]
    BatchesTooSmall {
        /// The column.
        column: String,
        /// Batches with enough cells.
        found: usize,
        /// How many cells a batch needs.
        needed: usize,
    },
    /// A role names a column that does not exist.
    #[error("there is no column `{column}` for the role `{role}` (the columns are {})", list(columns))]
    ColumnNotFound {
        /// The role, e.g. `cell_type`.
        role: &'static str,
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// A column has so many values that it cannot be a grouping.
    #[error("the column `{column}` has {n} different values, too many for the role `{role}`")]
    TooManyLevels {
        /// The role, e.g. `cell_type`.
        role: &'static str,
        /// The column.
        column: String,
        /// Its number of distinct values.
        n: usize,
    },
    /// The treatment column has a single value, so there is nothing to compare.
    #[error("all cells of the column `{column}` have the value `{value}`: there is only one condition")]
    OneCondition {
        /// The column.
        column: String,
        /// Its only value.
        value: String,
    },
    /// The control value does not occur in the condition column.
    #[error("the control value `{control}` does not occur in the column `{column}` (its values are {})", list(values))]
    ControlNotFound {
        /// The condition column.
        column: String,
        /// The control value asked for.
        control: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// No control value is named and none can be recognised.
    #[error("no value of the column `{column}` is chosen as the control (its values are {})", list(values))]
    ControlNotChosen {
        /// The condition column.
        column: String,
        /// The values there are.
        values: Vec<String>,
    },
    /// A dose column has values that are no doses.
    #[error("the column `{column}` has values that cannot be read as doses: {}", list(values))]
    DoseNotNumeric {
        /// The dose column.
        column: String,
        /// The values that were not understood.
        values: Vec<String>,
    },
    /// No cell is left after cells without a type, a treatment or counts are dropped.
    #[error("no cells are left: {why}")]
    NoCells {
        /// What the cells were missing.
        why: String,
    },
    /// No used cell is a control.
    #[error("no cell with a cell type is a control (`{control}` in the column `{column}`)")]
    NoControlCells {
        /// The treatment column.
        column: String,
        /// The control value.
        control: String,
    },
    /// The held-out cell type does not occur.
    #[error("there is no cell type `{cell_type}` (the types are {})", list(cell_types))]
    HeldOutNotFound {
        /// The type asked for.
        cell_type: String,
        /// The types there are.
        cell_types: Vec<String>,
    },
    /// The held-out cell type has too few cells.
    #[error(
        "the cell type `{cell_type}` has {n_control} control cells and at most {n_treated} cells with one treatment; \
         at least {needed} of each are needed"
    )]
    HeldOutTooSmall {
        /// The type asked for.
        cell_type: String,
        /// Its control cells.
        n_control: usize,
        /// The cells of its largest treated arm.
        n_treated: usize,
        /// How many are needed of each.
        needed: usize,
    },
    /// No other type has both control and treated cells to learn from.
    #[error("besides `{cell_type}` no cell type has both control and treated cells, so there is nothing to learn from")]
    NothingToLearnFrom {
        /// The held-out type.
        cell_type: String,
    },
    /// The gene choice needs counts.
    #[error("`hvg_seurat_v3` chooses genes from counts, and this matrix holds {found} values")]
    CountsNeeded {
        /// What the matrix holds, in words.
        found: &'static str,
    },
    /// A setting has a value that cannot be used.
    #[error("the setting `{setting}` cannot be {value}")]
    BadSetting {
        /// Its name in the run file.
        setting: &'static str,
        /// The value, as text.
        value: String,
    },
    /// The matrix holds a value that no count or expression can have.
    #[error("the value of gene `{gene}` in cell `{cell}` is {value}")]
    BadValue {
        /// The cell.
        cell: String,
        /// The gene.
        gene: String,
        /// The value.
        value: f32,
    },
    /// No gene varies among the cells, so none can be chosen.
    #[error("no gene varies among the {n_cells} cells")]
    NoVariableGenes {
        /// The cells that were looked at.
        n_cells: usize,
    },
    /// `held_out` is not as long as the design.
    #[error("{found} held-out flags were given for {expected} cells")]
    HeldOutLength {
        /// Cells of the design.
        expected: usize,
        /// Flags given.
        found: usize,
    },
    /// There is no simulation of that name.
    #[error("there is no built-in data set `{preset}` (there are {})", list(presets))]
    UnknownPreset {
        /// The name asked for.
        preset: String,
        /// The names there are.
        presets: Vec<String>,
    },
}

impl DataError {
    /// A stable name of the error for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRoles { .. } => "no_roles",
            Self::NoCellTypeRole { .. } => "no_cell_type_role",
            Self::NoTreatmentRole { .. } => "no_treatment_role",
            Self::NoBatchRole { .. } => "no_batch_role",
            Self::OneBatch { .. } => "one_batch",
            Self::BatchesTooSmall { .. } => "batches_too_small",
            Self::ColumnNotFound { .. } => "column_not_found",
            Self::TooManyLevels { .. } => "too_many_levels",
            Self::OneCondition { .. } => "one_condition",
            Self::ControlNotFound { .. } => "control_not_found",
            Self::ControlNotChosen { .. } => "control_not_chosen",
            Self::DoseNotNumeric { .. } => "dose_not_numeric",
            Self::NoCells { .. } => "no_cells",
            Self::NoControlCells { .. } => "no_control_cells",
            Self::HeldOutNotFound { .. } => "held_out_not_found",
            Self::HeldOutTooSmall { .. } => "held_out_too_small",
            Self::NothingToLearnFrom { .. } => "nothing_to_learn_from",
            Self::CountsNeeded { .. } => "counts_needed",
            Self::BadSetting { .. } => "bad_setting",
            Self::BadValue { .. } => "bad_value",
            Self::NoVariableGenes { .. } => "no_variable_genes",
            Self::HeldOutLength { .. } => "held_out_length",
            Self::UnknownPreset { .. } => "unknown_preset",
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoRoles { .. } => "Choose the column with the cell types and the one with the condition or the dose.",
            Self::NoCellTypeRole { .. } => "Choose the column that says which type each cell is.",
            Self::NoTreatmentRole { .. } => {
                "Choose the column that says how each cell was treated. A data set without a treatment can be looked \
                 at, but no response can be predicted from it."
            }
            Self::NoBatchRole { .. } => {
                "Choose the column that says in which batch, donor or experiment each cell was measured."
            }
            Self::OneBatch { .. } => {
                "Choose a column with two or more batches: with one there is no batch effect to remove."
            }
            Self::BatchesTooSmall { .. } => "Merge small batches, choose another batch column, or use more cells.",
            Self::ColumnNotFound { .. } => "Choose one of the columns that exist.",
            Self::TooManyLevels { .. } => {
                "Choose a column with a few groups; this one looks like a measurement or a name."
            }
            Self::OneCondition { .. } => "Choose another column, or open a file with both control and treated cells.",
            Self::ControlNotFound { .. } | Self::ControlNotChosen { .. } => {
                "Choose which of its values is the control."
            }
            Self::DoseNotNumeric { .. } => {
                "Choose a column with numbers (a unit behind them is fine), or use this column as the condition."
            }
            Self::NoCells { .. } => "Check the chosen columns: every used cell needs a type, a treatment and counts.",
            Self::NoControlCells { .. } => "Choose another control value or another cell type column.",
            Self::HeldOutNotFound { .. } => "Choose one of the cell types that exist.",
            Self::HeldOutTooSmall { .. } => "Hold out a type with more cells, merge fine types, or use more cells.",
            Self::NothingToLearnFrom { .. } => {
                "Hold out another type, or choose a cell type column in which several types were treated."
            }
            Self::CountsNeeded { .. } => "Choose genes with `hvg_seurat`, or open a file that still has its counts.",
            Self::BadSetting { .. } => "Correct this setting; leave it out to get its default.",
            Self::BadValue { .. } => {
                "Expression values are finite and not negative; correct the file and open it again."
            }
            Self::NoVariableGenes { .. } => "Use all genes, or more cells.",
            Self::HeldOutLength { .. } => "This is a fault of the program, not of the data: please report it.",
            Self::UnknownPreset { .. } => "Choose one of the built-in data sets.",
        }
        .to_owned()
    }
}

/// The first few names, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "none".to_owned();
    }
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
