//! Which cells of a data set are used, and the type, treatment and batch of each.

use ndarray::Array2;

use super::DataError;

/// One treatment that a cell can have had.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// How it is shown and how a run file names it: a condition (`stimulated`), a dose (`0.01`) or both (`DRUG 10`).
    pub label: String,
    /// The condition, where there is such a column. The control arm has the control's.
    pub condition: Option<String>,
    /// The dose, where there is such a column, in the unit of the data set.
    pub dose: Option<f64>,
}

/// Cells with their types, arms and batches.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// The cells of the data set that are used, ascending unless selected otherwise.
    pub cells: Vec<usize>,
    /// Names of the cell types.
    pub cell_types: Vec<String>,
    /// The type of each used cell, a number into `cell_types`.
    pub cell_type: Vec<u32>,
    /// The treatments; the first is the control.
    pub arms: Vec<Arm>,
    /// The arm of each used cell, a number into `arms`.
    pub arm: Vec<u32>,
    /// Names of the batches; one, `all cells`, without a batch column.
    pub batches: Vec<String>,
    /// The batch of each used cell, a number into `batches`.
    pub batch: Vec<u32>,
    /// What the visitor should know: dropped cells, how doses were read, types without control cells.
    pub notes: Vec<String>,
}

impl Design {
    /// The fewest control cells, and cells of a treated arm, that a held-out type needs.
    pub const MIN_HELD_OUT_CELLS: usize = 10;

    /// The fewest cells of a batch whose effect is to be removed: a fifth of them is kept out of the training.
    pub const MIN_BATCH_CELLS: usize = 10;

    /// The design with only the entries `keep` (positions in `cells`), in that order. Types, arms and batches keep
    /// their numbers, even where no cell is left.
    #[must_use]
    pub fn select(&self, keep: &[usize]) -> Self {
        let pick = |codes: &[u32]| keep.iter().map(|&i| codes[i]).collect();
        Self {
            cells: keep.iter().map(|&i| self.cells[i]).collect(),
            cell_types: self.cell_types.clone(),
            cell_type: pick(&self.cell_type),
            arms: self.arms.clone(),
            arm: pick(&self.arm),
            batches: self.batches.clone(),
            batch: pick(&self.batch),
            notes: self.notes.clone(),
        }
    }

    /// Number of cells per type (rows) and arm (columns).
    #[must_use]
    pub fn counts(&self) -> Array2<usize> {
        let mut counts = Array2::zeros((self.cell_types.len(), self.arms.len()));
        for (&cell_type, &arm) in self.cell_type.iter().zip(&self.arm) {
            counts[[cell_type as usize, arm as usize]] += 1;
        }
        counts
    }

    /// Positions in `cells` of the cells of one type and arm, ascending.
    #[must_use]
    pub fn cells_of(&self, cell_type: usize, arm: usize) -> Vec<usize> {
        let is_wanted = |&i: &usize| self.cell_type[i] as usize == cell_type && self.arm[i] as usize == arm;
        (0..self.cells.len()).filter(is_wanted).collect()
    }

    /// For every used cell, whether it is a treated cell of the type: what a model must not see when the type is held out.
    #[must_use]
    pub fn treated_of(&self, cell_type: usize) -> Vec<bool> {
        self.cell_type.iter().zip(&self.arm).map(|(&t, &arm)| t as usize == cell_type && arm != 0).collect()
    }

    /// The number of a cell type.
    #[must_use]
    pub fn type_index(&self, cell_type: &str) -> Option<usize> {
        self.cell_types.iter().position(|name| name == cell_type)
    }

    /// The number of an arm.
    #[must_use]
    pub fn arm_index(&self, label: &str) -> Option<usize> {
        self.arms.iter().position(|arm| arm.label == label)
    }

    /// Whether the response of this type can be predicted and scored: at least [`Design::MIN_HELD_OUT_CELLS`] control
    /// cells and as many of one treated arm, and another type with both kinds of cells to learn from.
    /// Errors: [`DataError::HeldOutNotFound`], [`DataError::HeldOutTooSmall`], [`DataError::NothingToLearnFrom`].
    pub fn check_held_out(&self, cell_type: &str) -> Result<(), DataError> {
        let Some(held_out) = self.type_index(cell_type) else {
            return Err(DataError::HeldOutNotFound {
                cell_type: cell_type.to_owned(),
                cell_types: self.cell_types.clone(),
            });
        };
        let counts = self.counts();
        let (n_control, n_treated) = (counts[[held_out, 0]], largest_treated(&counts, held_out));
        let needed = Self::MIN_HELD_OUT_CELLS;
        if n_control < needed || n_treated < needed {
            return Err(DataError::HeldOutTooSmall { cell_type: cell_type.to_owned(), n_control, n_treated, needed });
        }
        let teaches = |other: usize| other != held_out && counts[[other, 0]] > 0 && largest_treated(&counts, other) > 0;
        if (0..self.cell_types.len()).any(teaches) {
            Ok(())
        } else {
            Err(DataError::NothingToLearnFrom { cell_type: cell_type.to_owned() })
        }
    }

    /// A good first type to hold out: of those that pass [`Design::check_held_out`], the one whose smallest arm has
    /// the most cells.
    #[must_use]
    pub fn suggest_held_out(&self) -> Option<&str> {
        let counts = self.counts();
        let possible = (0..self.cell_types.len()).filter(|&i| self.check_held_out(&self.cell_types[i]).is_ok());
        // `max_by_key` returns the last of equals; reversed, that is the first type.
        let best = possible.rev().max_by_key(|&i| (counts.row(i).iter().min().copied(), counts.row(i).sum()));
        best.map(|i| self.cell_types[i].as_str())
    }
}

/// The number of cells in the largest treated arm of a type.
fn largest_treated(counts: &Array2<usize>, cell_type: usize) -> usize {
    counts.row(cell_type).iter().skip(1).copied().max().unwrap_or(0)
}
