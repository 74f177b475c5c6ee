//! What a model may see: every cell but the treated cells of the held-out type.

use ndarray::{Array2, Axis};

use crate::data::{Arm, Csr, Prepared, ValueKind};
use crate::metrics::r2::gene_means;

/// Prepared cells with the held-out ones marked.
pub struct TrainingSet {
    prepared: Prepared,
    held_out_type: usize,
    training: Vec<usize>,
    controls: Vec<usize>,
}

impl TrainingSet {
    /// Holds out all treated cells of one cell type.
    ///
    /// The rows of `prepared.x` that belong to held-out cells are kept, because predictions are scored against them,
    /// but no accessor for models returns them.
    #[must_use]
    pub fn new(prepared: Prepared, held_out_type: usize) -> Self {
        let design = &prepared.design;
        let treated = design.treated_of(held_out_type);
        let training: Vec<usize> = (0..design.cells.len()).filter(|&i| !treated[i]).collect();
        let controls = design.cells_of(held_out_type, 0);
        Self { prepared, held_out_type, training, controls }
    }

    /// The prepared data, with the held-out cells: for scoring, not for models.
    #[must_use]
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Number of the held-out cell type.
    #[must_use]
    pub fn held_out_type(&self) -> usize {
        self.held_out_type
    }

    /// Gene names, one per column of every matrix here.
    #[must_use]
    pub fn n_genes(&self) -> usize {
        self.prepared.genes.len()
    }

    /// Number of cell types.
    #[must_use]
    pub fn n_types(&self) -> usize {
        self.prepared.design.cell_types.len()
    }

    /// The treatments, the control first.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.prepared.design.arms
    }

    /// Positions of all cells a model may see, ascending.
    #[must_use]
    pub fn training_cells(&self) -> &[usize] {
        &self.training
    }

    /// Positions of the control cells of the held-out type: what a prediction starts from.
    #[must_use]
    pub fn control_cells(&self) -> &[usize] {
        &self.controls
    }

    /// Positions of the cells of a type under an arm; none for what is held out.
    #[must_use]
    pub fn cells_of(&self, cell_type: usize, arm: usize) -> Vec<usize> {
        if cell_type == self.held_out_type && arm != 0 {
            return Vec::new();
        }
        self.prepared.design.cells_of(cell_type, arm)
    }

    /// Rows of [`Self::training_cells`] that hold the cells at these positions.
    #[must_use]
    pub fn rows(&self, cells: &[usize]) -> Vec<usize> {
        cells.iter().filter_map(|cell| self.training.binary_search(cell).ok()).collect()
    }

    /// The cell types that were seen both as controls and under `arm`.
    #[must_use]
    pub fn donors(&self, arm: usize) -> Vec<usize> {
        (0..self.n_types()).filter(|&t| !self.cells_of(t, arm).is_empty() && !self.cells_of(t, 0).is_empty()).collect()
    }

    /// Log-normalised expression of the given cells (cells x genes).
    #[must_use]
    pub fn expression(&self, cells: &[usize]) -> Array2<f32> {
        self.prepared.x.select(Axis(0), cells)
    }

    /// Counts of the given cells over all genes of the data set, if it has counts.
    #[must_use]
    pub fn counts(&self, cells: &[usize]) -> Option<Csr> {
        (self.prepared.kind == ValueKind::Counts).then(|| self.prepared.counts.select_rows(cells))
    }

    /// Mean log-normalised expression of the given cells, in double precision; zeros for no cells.
    #[must_use]
    pub fn mean(&self, cells: &[usize]) -> Vec<f64> {
        gene_means(self.expression(cells).view())
    }
}
