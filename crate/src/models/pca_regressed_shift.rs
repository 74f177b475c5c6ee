//! A baseline: scVIDR's regression in principal components instead of a trained latent space.

use ndarray::{Array1, Array2, Axis};

use crate::embed::Pca;

use super::baselines::training_components;
use super::regression::{lone_donor_notes, regressed_shift};
use super::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};

/// Moves the control cells of the held-out type by a shift that is regressed, in the space of the training cells' principal
/// components, on the types' control centroids ([`regressed_shift`]). Every type counts the same. A predicted cell is
/// decoded from its components, as in [`super::baselines::PcaShift`].
pub struct PcaRegressedShift {
    pca: Pca,
}

impl PcaRegressedShift {
    /// Fits `n_pcs` components on the training cells.
    pub fn new(data: &TrainingSet, n_pcs: usize) -> Result<Self, ModelError> {
        Ok(Self { pca: training_components(data, n_pcs)? })
    }

    /// The mean of some cells on the components.
    fn centroid(&self, data: &TrainingSet, cells: &[usize]) -> Array1<f64> {
        self.pca.components.dot(&(Array1::from(data.mean(cells)) - &self.pca.mean))
    }

    /// Centroids of the types' cells under an arm (types x components).
    fn centroids(&self, data: &TrainingSet, types: &[usize], arm: usize) -> Array2<f64> {
        let mut rows = Array2::zeros((types.len(), self.pca.components.nrows()));
        for (mut row, &cell_type) in rows.axis_iter_mut(Axis(0)).zip(types) {
            row.assign(&self.centroid(data, &data.cells_of(cell_type, arm)));
        }
        rows
    }

    fn moved(&self, data: &TrainingSet, arm: usize) -> Result<Array2<f32>, ModelError> {
        let donors = data.donors(arm);
        if donors.is_empty() {
            return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
        }
        let (control, treated) = (self.centroids(data, &donors, 0), self.centroids(data, &donors, arm));
        let target = self.centroid(data, data.control_cells());
        let shift = regressed_shift(&control, &treated, &target);
        let scores = self.pca.transform(data.expression(data.control_cells()).view())? + &shift;
        Ok(self.pca.inverse_transform(scores.view())?)
    }
}

impl PerturbationModel for PcaRegressedShift {
    fn progress(&self) -> FitProgress {
        FitProgress::CLOSED_FORM
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move { Ok(vec![self.moved(data, arm)?]) })
    }

    fn seeds(&self) -> &[u64] {
        &[]
    }

    fn notes(&self, data: &TrainingSet, arms: &[usize]) -> Vec<String> {
        lone_donor_notes(data, arms)
    }
}
