//! Training and prediction.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use burn::tensor::Device;
use ndarray::{Array1, Array2, Axis};

use crate::models::regression::{log_dose_factor, lone_donor_notes, regressed_shift};
use crate::models::vae::{Network, Trainer, VaeConfig};
use crate::models::{DosePoint, FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::Weights;

/// Between which arms the response is regressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doses {
    /// Control and each arm by itself (`scvidr_single`).
    Each,
    /// Control and the highest dose of the same condition, scaled for the others (`scvidr_multi`).
    LogScaled,
}

/// scVIDR with one replica per seed.
pub struct Scvidr {
    doses: Doses,
    trainer: Trainer,
    /// What the predictions of all arms have in common, by replica; there from the first prediction on.
    starts: OnceCell<Vec<Start>>,
    /// Regressed shifts by replica, for each arm they were asked for.
    shifts: RefCell<BTreeMap<usize, Vec<Array1<f64>>>>,
}

/// What a prediction starts from.
struct Start {
    /// Latent means of the held-out type's control cells (cells x latent).
    latent: Array2<f32>,
    /// Their mean for every type that has control cells.
    control: Vec<Option<Array1<f64>>>,
}

impl Scvidr {
    /// A network for the given data, with one replica per seed.
    ///
    /// Errors: [`ModelError::NeedsDoses`] if the response is to be scaled and no treatment has a dose.
    pub fn new(
        config: VaeConfig,
        doses: Doses,
        seeds: &[u64],
        data: &TrainingSet,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let treated = data.arms().get(1..).unwrap_or_default();
        if let (Doses::LogScaled, [first, ..]) = (doses, treated)
            && treated.iter().all(|arm| arm.dose.is_none())
        {
            return Err(needs_doses(&first.label));
        }
        let trainer = Trainer::new("scvidr", config, seeds, data, device)?;
        Ok(Self { doses, trainer, starts: OnceCell::new(), shifts: RefCell::default() })
    }

    /// The arm whose response is regressed when `arm` is asked for, and how much of it is predicted.
    fn regressed(&self, data: &TrainingSet, arm: usize) -> Result<(usize, f64), ModelError> {
        let arms = data.arms();
        let no_donor = || ModelError::NoDonor { arm: arms[arm].label.clone() };
        if self.doses == Doses::Each {
            return if data.donors(arm).is_empty() { Err(no_donor()) } else { Ok((arm, 1.0)) };
        }
        let dose = arms[arm].dose.ok_or_else(|| needs_doses(&arms[arm].label))?;
        scaled(data, arms[arm].condition.as_deref(), dose).ok_or_else(no_donor)
    }

    /// The control cells of the held-out type, moved by a share of the shift to an arm and decoded, for one replica.
    async fn moved(
        &self,
        data: &TrainingSet,
        (regressed, factor): (usize, f64),
        r: usize,
    ) -> Result<Array2<f32>, ModelError> {
        let shift = self.shifts(data, regressed).await?[r].mapv(|v| (v * factor) as f32);
        self.trainer.network(r).decode(&(&self.starts(data).await?[r].latent + &shift)).await
    }

    async fn starts(&self, data: &TrainingSet) -> Result<&[Start], ModelError> {
        if let Some(starts) = self.starts.get() {
            return Ok(starts);
        }
        let mut starts = Vec::new();
        for r in 0..self.seeds().len() {
            let network = self.trainer.network(r);
            let mut control = Vec::new();
            for cell_type in 0..data.n_types() {
                control.push(centroid(&network, data, &data.cells_of(cell_type, 0)).await?);
            }
            starts.push(Start { latent: network.latent(&data.expression(data.control_cells())).await?, control });
        }
        Ok(self.starts.get_or_init(|| starts))
    }

    /// The latent shift from control to `arm` for the held-out type, by replica.
    async fn shifts(&self, data: &TrainingSet, arm: usize) -> Result<Vec<Array1<f64>>, ModelError> {
        let known = self.shifts.borrow().get(&arm).cloned();
        if let Some(shifts) = known {
            return Ok(shifts);
        }
        let mut shifts = Vec::new();
        for (r, start) in self.starts(data).await?.iter().enumerate() {
            let network = self.trainer.network(r);
            let (mut control, mut treated) = (Vec::new(), Vec::new());
            for donor in data.donors(arm) {
                control.extend(start.control[donor].clone());
                treated.extend(centroid(&network, data, &data.cells_of(donor, arm)).await?);
            }
            // The held-out type has control cells, or there would be no cell to predict.
            let none = || ModelError::NoDonor { arm: data.arms()[arm].label.clone() };
            let target = start.control[data.held_out_type()].as_ref().ok_or_else(none)?;
            shifts.push(regressed_shift(&rows(&control), &rows(&treated), target));
        }
        self.shifts.borrow_mut().insert(arm, shifts.clone());
        Ok(shifts)
    }
}

/// The highest dose of a condition that other types were measured at, as an arm, and which share of its shift a dose gets;
/// `None` where there is none.
fn scaled(data: &TrainingSet, condition: Option<&str>, dose: f64) -> Option<(usize, f64)> {
    let arms = data.arms();
    let same = (1..arms.len()).filter(|&a| arms[a].condition.as_deref() == condition && !data.donors(a).is_empty());
    let doses = same.filter_map(|a| arms[a].dose.filter(|dose| *dose > 0.0).map(|dose| (a, dose)));
    let (highest, top) = doses.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some((highest, log_dose_factor(dose, top)))
}

fn needs_doses(arm: &str) -> ModelError {
    ModelError::NeedsDoses { model: "scvidr_multi", arm: arm.to_owned() }
}

/// The mean of the cells' latent means; `None` for no cells.
async fn centroid(network: &Network, data: &TrainingSet, cells: &[usize]) -> Result<Option<Array1<f64>>, ModelError> {
    Ok(network.latent(&data.expression(cells)).await?.mapv(f64::from).mean_axis(Axis(0)))
}

/// Vectors of one length as the rows of a matrix.
fn rows(vectors: &[Array1<f64>]) -> Array2<f64> {
    let views: Vec<_> = vectors.iter().map(|vector| vector.view()).collect();
    ndarray::stack(Axis(0), &views).unwrap_or_default()
}

impl PerturbationModel for Scvidr {
    fn n_weights(&self) -> usize {
        self.trainer.n_weights()
    }

    fn progress(&self) -> FitProgress {
        self.trainer.progress()
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        self.starts.take();
        self.shifts.take();
        Box::pin(self.trainer.fit())
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let regressed = self.regressed(data, arm)?;
            let mut predictions = Vec::new();
            for r in 0..self.seeds().len() {
                predictions.push(self.moved(data, regressed, r).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        self.trainer.seeds()
    }

    fn notes(&self, data: &TrainingSet, arms: &[usize]) -> Vec<String> {
        let mut regressed: Vec<usize> =
            arms.iter().filter_map(|&arm| self.regressed(data, arm).ok()).map(|(arm, _)| arm).collect();
        regressed.sort_unstable();
        regressed.dedup();
        let mut notes = lone_donor_notes(data, &regressed);
        if self.doses == Doses::LogScaled {
            let unseen = arms.iter().filter(|&&arm| arm != 0 && data.donors(arm).is_empty());
            notes.extend(unseen.map(|&arm| {
                let label = &data.arms()[arm].label;
                format!("no other cell type was measured at {label}, so the shift is stretched to it along the doses.")
            }));
        }
        notes
    }

    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(self.trainer.weights())
    }

    fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.starts.take();
        self.shifts.take();
        self.trainer.restore(weights)
    }

    fn is_continuous(&self) -> bool {
        self.doses == Doses::LogScaled
    }

    /// At dose 0 the control cells as the autoencoder decodes them.
    fn predict_dose<'a>(&'a self, data: &'a TrainingSet, point: DosePoint) -> Work<'a, Array2<f32>> {
        Box::pin(async move {
            if !self.is_continuous() {
                return Err(ModelError::NotContinuous);
            }
            let no_donor = || ModelError::NoDonor { arm: point.dose.to_string() };
            let regressed = scaled(data, point.condition.as_deref(), point.dose).ok_or_else(no_donor)?;
            self.moved(data, regressed, point.replica).await
        })
    }
}
