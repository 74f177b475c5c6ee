//! A trained model that answers again, without training.

use std::rc::Rc;

use burn::tensor::Device;
use ndarray::Array2;

use crate::data::Dataset;
use crate::models::{DosePoint, ModelError, PerturbationModel, TrainingSet};
use crate::run::{RunError, RunFile, Task, sources};

use super::plan::Plan;
use super::slider::{Player, SliderScene, SliderView, Stage};
use super::weights_file::restore;

/// A model of a run file with one cell type held out, fitted or restored.
pub struct Replay {
    model: Box<dyn PerturbationModel>,
    data: TrainingSet,
    stage: Stage,
}

impl Replay {
    /// Prepares the data with a type held out, builds model number `model` of the run file's prediction task, and restores
    /// its weights, the bytes of a safetensors file. Models that are computed need none.
    ///
    /// Errors: another data set, no such cell type or model, weights that are missing or belong to something else.
    pub fn new(
        run: RunFile,
        dataset: Rc<Dataset>,
        cell_type: &str,
        model: usize,
        weights: Option<&[u8]>,
        device: &Device,
    ) -> Result<Self, RunError> {
        let mut run = run.completed()?;
        sources::check(&mut run.dataset, &dataset.source)?;
        let Task::Predict(task) = run.task.clone() else { return Err(RunError::NoPredictTask) };
        let plan = Plan::new(run, *task, dataset)?;
        plan.design.check_held_out(cell_type)?;
        let unknown = || RunError::UnknownModel { model, n: plan.task.models.len() };
        let spec = plan.task.models.get(model).ok_or_else(unknown)?;
        let (data, mut notes) = plan.prepare(plan.design.type_index(cell_type).unwrap_or_default())?;
        let mut model = plan.model(spec, &data, device)?;
        restore(&mut *model, spec, &data, weights)?;
        notes.extend(model.notes(&data, &plan.arms));
        let player = Player {
            model: spec.name().into_owned(),
            seeds: model.seeds().to_vec(),
            continuous: model.is_continuous(),
            notes,
        };
        let stage = Stage::new(player, &data, plan.run.preprocess.seed)?;
        Ok(Self { model, data, stage })
    }

    /// What stays while the dose moves.
    #[must_use]
    pub fn scene(&self) -> &SliderScene {
        &self.stage.scene
    }

    /// Predicted cells under an arm, for each seed, or once for a model without randomness.
    ///
    /// Errors: an unknown arm, and what the model cannot predict.
    pub async fn predict(&self, arm: &str) -> Result<Vec<Array2<f32>>, RunError> {
        let number = self.data.prepared().design.arm_index(arm).filter(|&number| number > 0);
        let number = number.ok_or_else(|| RunError::UnknownArm {
            arm: arm.to_owned(),
            arms: self.data.arms().iter().skip(1).map(|arm| arm.label.clone()).collect(),
        })?;
        Ok(self.model.predict(&self.data, number).await?)
    }

    /// Predicted cells under any dose of a condition (of the first one with doses for `None`), for one seed.
    ///
    /// A model that knows treatments by name answers for the doses of the arms alone. Errors: an unknown seed, a dose that
    /// is negative, not finite, or not one the model can be asked for, data without doses.
    pub async fn predict_dose(
        &self,
        condition: Option<&str>,
        dose: f64,
        seed: Option<u64>,
    ) -> Result<Array2<f32>, RunError> {
        let point = self.point(condition, dose, seed)?;
        if self.model.is_continuous() {
            return Ok(self.model.predict_dose(&self.data, point).await?);
        }
        let arms = self.data.arms();
        let same = |&arm: &usize| arms[arm].condition == point.condition && arms[arm].dose == Some(dose);
        let arm = (1..arms.len()).find(same).ok_or(ModelError::NotContinuous)?;
        let mut predictions = self.model.predict(&self.data, arm).await?;
        let place = self.model.place_of(&self.data, arm, point.replica).filter(|&place| place < predictions.len());
        match place {
            Some(place) => Ok(predictions.swap_remove(place)),
            None => Err(RunError::UnknownSeed { seed: seed.unwrap_or_default(), seeds: self.model.seeds().to_vec() }),
        }
    }

    /// What is shown at a dose; see [`Replay::predict_dose`].
    pub async fn view(&self, condition: Option<&str>, dose: f64, seed: Option<u64>) -> Result<SliderView, RunError> {
        let DosePoint { condition, replica, .. } = self.point(condition, dose, seed)?;
        let predicted = self.predict_dose(condition.as_deref(), dose, seed).await?;
        self.stage.view(&predicted, condition, dose, self.model.seeds().get(replica).copied())
    }

    fn point(&self, condition: Option<&str>, dose: f64, seed: Option<u64>) -> Result<DosePoint, RunError> {
        let with_doses = || self.data.arms().iter().skip(1).filter(|arm| arm.dose.is_some());
        let arm = match condition {
            None => with_doses().next(),
            wanted => with_doses().find(|arm| arm.condition.as_deref() == wanted),
        };
        let arm = arm.ok_or_else(|| RunError::NoDoses { condition: condition.unwrap_or_default().to_owned() })?;
        if !(dose.is_finite() && dose >= 0.0) {
            return Err(RunError::BadDose { dose: dose.to_string() });
        }
        let seeds = self.model.seeds();
        let replica = match seed {
            Some(seed) if !seeds.is_empty() => {
                let known = seeds.iter().position(|&known| known == seed);
                known.ok_or_else(|| RunError::UnknownSeed { seed, seeds: seeds.to_vec() })?
            }
            _ => 0,
        };
        Ok(DosePoint { condition: arm.condition.clone(), dose, replica })
    }
}
