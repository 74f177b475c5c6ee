//! Closed-form baselines: no change, mean shift, and mean shift in principal components.
//!
//! Recent comparisons find that such baselines match or beat elaborate models (Ahlmann-Eltze et al., Nat Methods 2025), so
//! they always stand beside the trained ones.

use ndarray::{Array1, Array2};

use crate::embed::Pca;

use super::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};

/// Predicts that the treatment does nothing: the control cells themselves.
pub struct NoChange;

/// Adds, gene by gene, the mean response of the other types: the average over the donor types of
/// (mean treated - mean control) of log-normalised expression. Every donor type counts the same.
pub struct MeanShift;

/// The mean shift of [`MeanShift`] in the space of the training cells' principal components; a predicted cell is decoded
/// from its shifted components, so what the components do not carry is lost (as in scVIDR's `PCAEval`).
pub struct PcaShift {
    pca: Pca,
}

impl PcaShift {
    /// Fits `n_pcs` components on the training cells.
    pub fn new(data: &TrainingSet, n_pcs: usize) -> Result<Self, ModelError> {
        Ok(Self { pca: training_components(data, n_pcs)? })
    }
}

/// Most cells that components are fitted on; a seeded, evenly spaced choice keeps every type.
const MAX_PCA_CELLS: usize = 2000;

/// Principal components of the training cells.
pub(super) fn training_components(data: &TrainingSet, n_pcs: usize) -> Result<Pca, ModelError> {
    let cells = data.training_cells();
    let stride = cells.len().div_ceil(MAX_PCA_CELLS).max(1);
    let chosen: Vec<usize> = cells.iter().copied().step_by(stride).collect();
    Ok(Pca::fit(data.expression(&chosen).view(), n_pcs, 0)?)
}

/// The average over donor types of (mean treated - mean control), per gene.
pub(super) fn balanced_shift(data: &TrainingSet, arm: usize) -> Result<Vec<f64>, ModelError> {
    let donors = data.donors(arm);
    if donors.is_empty() {
        return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
    }
    let mut shift = vec![0.0; data.n_genes()];
    for &donor in &donors {
        let treated = data.mean(&data.cells_of(donor, arm));
        let control = data.mean(&data.cells_of(donor, 0));
        for ((sum, t), c) in shift.iter_mut().zip(treated).zip(control) {
            *sum += (t - c) / donors.len() as f64;
        }
    }
    Ok(shift)
}

fn shifted(data: &TrainingSet, arm: usize) -> Result<Array2<f32>, ModelError> {
    let shift: Array1<f32> = balanced_shift(data, arm)?.into_iter().map(|v| v as f32).collect();
    Ok(data.expression(data.control_cells()) + &shift)
}

/// The three baselines need no fitting and no seed; only the prediction differs.
macro_rules! closed_form {
    ($model:ty, $predict:expr) => {
        impl PerturbationModel for $model {
            fn progress(&self) -> FitProgress {
                FitProgress::CLOSED_FORM
            }

            fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
                Box::pin(async { Ok(Vec::new()) })
            }

            fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
                let predict: fn(&Self, &TrainingSet, usize) -> Result<Array2<f32>, ModelError> = $predict;
                Box::pin(async move { Ok(vec![predict(self, data, arm)?]) })
            }

            fn seeds(&self) -> &[u64] {
                &[]
            }
        }
    };
}

closed_form!(NoChange, |_, data, _| Ok(data.expression(data.control_cells())));
closed_form!(MeanShift, |_, data, arm| shifted(data, arm));
closed_form!(PcaShift, |model, data, arm| {
    let control = data.expression(data.control_cells());
    let shift: Array1<f32> = balanced_shift(data, arm)?.into_iter().map(|v| v as f32).collect();
    let moved = control + &shift;
    Ok(model.pca.inverse_transform(model.pca.transform(moved.view())?.view())?)
});
