//! The state machine that trains, predicts and scores, one bounded piece of work after the other.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use burn::tensor::Device;
use ndarray::Array2;

use crate::data::Dataset;
use crate::metrics::r2::gene_means;
use crate::models::{ModelError, PerturbationModel, TrainingSet};

use super::arm_reference::ArmReference;
use super::export::{Choice, Origin, predicted_cells};
use super::kept_weights::KeptWeights;
use super::outcome::defined;
use super::plan::Plan;
use super::weights_file::WeightsOrigin;
use super::{Failure, FitRecord, PredictTask, Predicted, PredictionDetail, ResultRow};
use crate::run::{Event, RunError, RunFile, StageName};

/// How much of a job's progress its fitting is; the rest is predicting and scoring.
const FIT_SHARE: f64 = 0.8;
/// Scores against fewer cells are remarked upon.
const FEW_CELLS: usize = 10;
/// How much longer than a baseline a trained model takes, for the progress of the whole run.
const TRAINED_WEIGHT: f64 = 8.0;

/// Does a prediction task.
pub(in crate::run) struct PredictRunner {
    plan: Plan,
    device: Device,
    events: Vec<Event>,
    stage: Stage,
    /// The data with the current type held out.
    data: Option<Rc<TrainingSet>>,
    references: BTreeMap<usize, Option<Rc<ArmReference>>>,
    notes: Vec<String>,
    details: Vec<PredictionDetail>,
    done: Predicted,
    /// Number of the fit of the current job, if it is trained.
    fitting: Option<usize>,
    weights: KeptWeights,
    /// Where every result comes from.
    origins: Vec<Origin>,
}

/// Where the run is. `job` counts (held-out type, model) pairs, models innermost.
enum Stage {
    Prepare {
        job: usize,
    },
    Build {
        job: usize,
    },
    Fit {
        job: usize,
        model: Box<dyn PerturbationModel>,
    },
    Reference {
        job: usize,
        model: Box<dyn PerturbationModel>,
        arm: usize,
    },
    Predict {
        job: usize,
        model: Box<dyn PerturbationModel>,
        arm: usize,
    },
    Score {
        job: usize,
        model: Box<dyn PerturbationModel>,
        arm: usize,
        predictions: VecDeque<(Option<u64>, Array2<f32>)>,
    },
    Finished,
}

impl PredictRunner {
    /// Checks the run file against the data. Nothing is computed yet.
    pub fn new(run: RunFile, task: PredictTask, dataset: Rc<Dataset>, device: Device) -> Result<Self, RunError> {
        let plan = Plan::new(run, task, dataset)?;
        let mut runner = Self {
            notes: plan.notes.clone(),
            plan,
            device,
            events: Vec::new(),
            stage: Stage::Prepare { job: 0 },
            data: None,
            references: BTreeMap::new(),
            details: Vec::new(),
            done: Predicted::default(),
            fitting: None,
            weights: KeptWeights::default(),
            origins: Vec::new(),
        };
        runner.announce_data(0);
        Ok(runner)
    }

    pub fn run(&self) -> &RunFile {
        &self.plan.run
    }

    pub fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Finished)
    }

    pub fn events(&mut self) -> &mut Vec<Event> {
        &mut self.events
    }

    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    pub fn detail(&self, index: usize) -> Option<&PredictionDetail> {
        self.details.get(index)
    }

    pub fn outcome(&self) -> &Predicted {
        &self.done
    }

    pub fn weights(&self) -> &KeptWeights {
        &self.weights
    }

    pub fn weights_mut(&mut self) -> &mut KeptWeights {
        &mut self.weights
    }

    /// The cells of the chosen results, or of all, as a data set; see [`predicted_cells`].
    pub async fn predicted(&self, results: Option<&[usize]>, real: bool) -> Result<Dataset, RunError> {
        let n = self.origins.len();
        let mut numbers = results.map_or_else(|| (0..n).collect(), <[usize]>::to_vec);
        numbers.sort_unstable();
        numbers.dedup();
        let chosen = numbers.into_iter().map(|index| {
            let origin = self.origins.get(index).ok_or(RunError::UnknownResult { index, n })?;
            Ok((index, *origin))
        });
        let weights = |cell_type, model| self.weights.of(cell_type, model);
        let choice = Choice { results: chosen.collect::<Result<_, RunError>>()?, real, weights: &weights };
        predicted_cells(&self.plan, choice, &self.device).await
    }

    /// Does one piece of work and says which kind it was.
    pub async fn advance(&mut self) -> Result<StageName, RunError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Finished);
        let kind = match &stage {
            Stage::Prepare { .. } => StageName::Prepare,
            Stage::Build { .. } | Stage::Fit { .. } => StageName::Train,
            Stage::Predict { .. } => StageName::Predict,
            Stage::Reference { .. } | Stage::Score { .. } | Stage::Finished => StageName::Score,
        };
        self.stage = match stage {
            Stage::Prepare { job } => self.prepare(job)?,
            Stage::Build { job } => self.build(job)?,
            Stage::Fit { job, model } => self.fit(job, model).await?,
            Stage::Reference { job, model, arm } => self.reference(job, model, arm)?,
            Stage::Predict { job, model, arm } => self.predict(job, model, arm).await?,
            Stage::Score { job, model, arm, predictions } => self.score(job, model, arm, predictions)?,
            Stage::Finished => Stage::Finished,
        };
        Ok(kind)
    }

    // The stages, in order. Each does its work and returns the next one.

    fn prepare(&mut self, job: usize) -> Result<Stage, RunError> {
        let (data, notes) = self.plan.prepare(self.place(job).0)?;
        self.note(notes);
        self.data = Some(Rc::new(data));
        self.references.clear();
        self.announce_model(job);
        Ok(Stage::Build { job })
    }

    fn build(&mut self, job: usize) -> Result<Stage, RunError> {
        let spec = &self.plan.task.models[self.place(job).1];
        let data = self.data()?;
        match self.plan.model(spec, &data, &self.device) {
            Ok(model) => {
                self.fitting = None;
                if !model.progress().is_done() {
                    self.fitting = Some(self.done.fits.len());
                    let seeds = model.seeds().to_vec();
                    self.done.fits.push(FitRecord {
                        model: self.model_name(job),
                        cell_type: self.type_name(job),
                        seeds,
                        unit: model.unit().to_owned(),
                        losses: Vec::new(),
                    });
                }
                Ok(Stage::Fit { job, model })
            }
            Err(error) => self.give_up(job, None, error),
        }
    }

    async fn fit(&mut self, job: usize, mut model: Box<dyn PerturbationModel>) -> Result<Stage, RunError> {
        let data = self.data()?;
        if model.progress().is_done() {
            self.keep_weights(job, &*model, &data).await?;
            let said = model.notes(&data, &self.plan.arms);
            let about = format!("{}, {} held out", self.model_name(job), self.type_name(job));
            self.note(said.into_iter().map(|note| format!("{about}: {note}")).collect());
            return Ok(self.next_arm(job, model, None));
        }
        let losses = match model.fit(&data).await {
            Ok(losses) => losses,
            Err(error) => return self.give_up(job, None, error),
        };
        let progress = model.progress();
        let (name, cell_type) = (self.model_name(job), self.type_name(job));
        let mut text = format!("{name}, {cell_type} held out");
        for loss in losses {
            let even = (progress.total * loss.epoch).div_ceil(loss.step.max(1)).max(loss.epoch);
            let epochs = model.epochs().unwrap_or(even);
            text = format!("{name}, {cell_type} held out: {} {} of {epochs}", model.unit(), loss.epoch);
            self.events.push(Event::Loss {
                model: name.clone(),
                cell_type: cell_type.clone(),
                unit: model.unit().to_owned(),
                epoch: loss.epoch,
                epochs,
                step: loss.step,
                train: loss.train.clone(),
                validation: loss.validation.clone(),
            });
            if let Some(fit) = self.done.fits.last_mut() {
                fit.losses.push(loss);
            }
        }
        self.progress(job, FIT_SHARE * progress.done as f64 / progress.total as f64, text);
        Ok(Stage::Fit { job, model })
    }

    async fn keep_weights(
        &mut self,
        job: usize,
        model: &dyn PerturbationModel,
        data: &TrainingSet,
    ) -> Result<(), RunError> {
        let Some(fit) = self.fitting.take() else { return Ok(()) };
        let weights = model.weights().await?;
        if weights.is_empty() {
            return Ok(());
        }
        let place = self.place(job);
        let file = WeightsOrigin::new(&self.plan.task.models[place.1], data, model.seeds()).write(&weights)?;
        let (model, cell_type) = (self.model_name(job), self.type_name(job));
        self.events.push(Event::Fitted { fit, model, cell_type, bytes: file.len() });
        self.weights.keep(fit, place, file);
        Ok(())
    }

    fn reference(&mut self, job: usize, model: Box<dyn PerturbationModel>, arm: usize) -> Result<Stage, RunError> {
        let data = self.data()?;
        let number = self.plan.arms[arm];
        let reference = ArmReference::new(&self.plan, &data, number)?.map(Rc::new);
        let (cell_type, label) = (self.type_name(job), &self.plan.design.arms[number].label);
        match &reference {
            None => self.notes.push(format!("{cell_type} has no cells under {label}, so nothing is predicted there.")),
            Some(found) if found.n_observed.min(found.n_control) < FEW_CELLS => self.notes.push(format!(
                "{cell_type} has {} control cells and {} cells under {label} among those drawn: its scores are mostly chance.",
                found.n_control, found.n_observed
            )),
            Some(_) => {}
        }
        self.references.insert(arm, reference);
        Ok(Stage::Predict { job, model, arm })
    }

    async fn predict(&mut self, job: usize, model: Box<dyn PerturbationModel>, arm: usize) -> Result<Stage, RunError> {
        let data = self.data()?;
        if matches!(self.references.get(&arm), Some(None)) {
            return Ok(self.next_arm(job, model, Some(arm)));
        }
        match model.predict(&data, self.plan.arms[arm]).await {
            Ok(predictions) => {
                let predictions = self.whole(job, model.as_ref(), &data, arm, predictions);
                self.progress(job, self.arm_share(arm), format!("Scoring {}", self.model_name(job)));
                Ok(Stage::Score { job, model, arm, predictions })
            }
            Err(error @ ModelError::Device { .. }) => Err(error.into()),
            Err(error) => {
                self.fail(job, Some(arm), None, &error);
                Ok(self.next_arm(job, model, Some(arm)))
            }
        }
    }

    /// The predictions with their seeds; seeds without one, and predictions that cannot be scored, are told as failures.
    fn whole(
        &mut self,
        job: usize,
        model: &dyn PerturbationModel,
        data: &TrainingSet,
        arm: usize,
        predictions: Vec<Array2<f32>>,
    ) -> VecDeque<(Option<u64>, Array2<f32>)> {
        let failed = model.failed(data, self.plan.arms[arm]);
        for (seed, error) in &failed {
            self.fail(job, Some(arm), Some(*seed), error);
        }
        let healthy = model.seeds().iter().copied().filter(|seed| failed.iter().all(|(other, _)| other != seed));
        let seeds = healthy.map(Some).chain(std::iter::repeat(None));
        let (whole, broken): (Vec<_>, Vec<_>) =
            seeds.zip(predictions).partition(|(_, predicted)| predicted.iter().all(|value| value.is_finite()));
        for (seed, _) in broken {
            let label = self.plan.design.arms[self.plan.arms[arm]].label.clone();
            let model = self.model_name(job);
            self.fail(job, Some(arm), seed, &ModelError::NotFinite { model, arm: label });
        }
        whole.into()
    }

    fn score(
        &mut self,
        job: usize,
        model: Box<dyn PerturbationModel>,
        arm: usize,
        mut predictions: VecDeque<(Option<u64>, Array2<f32>)>,
    ) -> Result<Stage, RunError> {
        let Some((seed, predicted)) = predictions.pop_front() else {
            return Ok(self.next_arm(job, model, Some(arm)));
        };
        let Some(Some(reference)) = self.references.get(&arm).cloned() else {
            return Ok(self.next_arm(job, model, Some(arm)));
        };
        let data = self.data()?;
        let score = reference.score(&predicted)?;
        let label = &self.plan.design.arms[self.plan.arms[arm]];
        let index = self.done.results.len();
        let row = ResultRow {
            index,
            model: self.model_name(job),
            cell_type: self.type_name(job),
            arm: label.label.clone(),
            condition: label.condition.clone(),
            dose: label.dose,
            seed,
            n_control: reference.n_control,
            n_observed: reference.n_observed,
            n_predicted: predicted.nrows(),
            metrics: defined(score.metrics),
            ratios: score.ratios,
            truth: reference.score_truth(&predicted)?,
        };
        let (cell_type, number) = self.place(job);
        let replica = seed.and_then(|seed| model.seeds().iter().position(|&other| other == seed)).unwrap_or(0);
        let arm_number = self.plan.arms[arm];
        let n_cells = predicted.nrows();
        self.origins.push(Origin { cell_type, model: number, arm: arm_number, replica, seed, n_cells });
        self.details.push(PredictionDetail {
            index,
            model: row.model.clone(),
            cell_type: row.cell_type.clone(),
            arm: row.arm.clone(),
            seed,
            genes: data.prepared().genes.clone(),
            mean_control: reference.mean_control.clone(),
            mean_observed: reference.mean_observed.clone(),
            mean_predicted: gene_means(predicted.view()),
            mean_truth: reference.truth.as_ref().map(|truth| truth.log_mean.clone()),
            top_genes: reference.top_genes.clone(),
            degs: score.degs,
        });
        self.done.results.push(row.clone());
        self.events.push(Event::Result { result: row });
        Ok(Stage::Score { job, model, arm, predictions })
    }

    // Moving on.

    /// The arm after `done`, or the next job.
    fn next_arm(&mut self, job: usize, model: Box<dyn PerturbationModel>, done: Option<usize>) -> Stage {
        let arm = done.map_or(0, |arm| arm + 1);
        if arm >= self.plan.arms.len() {
            return self.next_job(job);
        }
        let label = &self.plan.design.arms[self.plan.arms[arm]].label;
        let cell_type = self.type_name(job);
        if self.references.contains_key(&arm) {
            let text = format!("Predicting {cell_type} under {label} with {}", self.model_name(job));
            self.events.push(Event::Stage { stage: StageName::Predict, text });
            Stage::Predict { job, model, arm }
        } else {
            let text = format!("Comparing the observed {cell_type} cells under {label} with the controls");
            self.events.push(Event::Stage { stage: StageName::Score, text });
            Stage::Reference { job, model, arm }
        }
    }

    fn next_job(&mut self, job: usize) -> Stage {
        let next = job + 1;
        let (n_models, n_jobs) = (self.plan.task.models.len(), self.n_jobs());
        if next >= n_jobs {
            self.events.push(Event::Progress { done: 1.0, text: "Done".to_owned() });
            self.events.push(Event::Finished);
            return Stage::Finished;
        }
        if next.is_multiple_of(n_models) {
            self.announce_data(next);
            return Stage::Prepare { job: next };
        }
        self.announce_model(next);
        Stage::Build { job: next }
    }

    fn announce_data(&mut self, job: usize) {
        let text = format!("Preparing the data without the treated {} cells", self.type_name(job));
        self.events.push(Event::Stage { stage: StageName::Prepare, text });
    }

    fn announce_model(&mut self, job: usize) {
        let text = format!("{} with {} held out", self.model_name(job), self.type_name(job));
        self.events.push(Event::Stage { stage: StageName::Train, text });
    }

    /// The run goes on without this model, unless the engine itself is gone.
    fn give_up(&mut self, job: usize, arm: Option<usize>, error: ModelError) -> Result<Stage, RunError> {
        if matches!(error, ModelError::Device { .. }) {
            return Err(error.into());
        }
        self.fail(job, arm, None, &error);
        Ok(self.next_job(job))
    }

    fn fail(&mut self, job: usize, arm: Option<usize>, seed: Option<u64>, error: &ModelError) {
        let failure = Failure {
            model: self.model_name(job),
            cell_type: self.type_name(job),
            arm: arm.map(|arm| self.plan.design.arms[self.plan.arms[arm]].label.clone()),
            seed,
            code: error.code().to_owned(),
            message: error.to_string(),
            hint: error.hint(),
        };
        self.done.failures.push(failure.clone());
        self.events.push(Event::LeftOut { failure });
    }

    /// Adds what has not been said yet.
    fn note(&mut self, notes: Vec<String>) {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    // Where a job is.

    /// Number of the held-out type and of the model in the task.
    fn place(&self, job: usize) -> (usize, usize) {
        let n_models = self.plan.task.models.len();
        (self.plan.held_out[job / n_models], job % n_models)
    }

    fn n_jobs(&self) -> usize {
        self.plan.held_out.len() * self.plan.task.models.len()
    }

    fn model_name(&self, job: usize) -> String {
        self.plan.task.models[self.place(job).1].name().into_owned()
    }

    fn type_name(&self, job: usize) -> String {
        self.plan.design.cell_types[self.place(job).0].clone()
    }

    fn data(&self) -> Result<Rc<TrainingSet>, RunError> {
        // Set by `prepare` before any stage that asks for it.
        self.data.clone().ok_or(RunError::Empty { what: "data" })
    }

    fn arm_share(&self, arm: usize) -> f64 {
        FIT_SHARE + (1.0 - FIT_SHARE) * arm as f64 / self.plan.arms.len() as f64
    }

    fn progress(&mut self, job: usize, within: f64, text: String) {
        let weight =
            |job: usize| if self.plan.task.models[self.place(job).1].is_trained() { TRAINED_WEIGHT } else { 1.0 };
        let total: f64 = (0..self.n_jobs()).map(weight).sum();
        let before: f64 = (0..job).map(weight).sum();
        self.events.push(Event::Progress { done: (before + weight(job) * within) / total, text });
    }
}

#[cfg(test)]
mod tests;
