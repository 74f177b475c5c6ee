//! A prediction task in parts that can be done apart: on several workers, in any order, with a reload in between.
//!
//! A part is a run of its own, one held-out cell type with one trained model (all its doses, and all its seeds as
//! replicas) or with the closed-form models that stand next to each other. How a task is cut does not depend on how many
//! workers there are, and [`merge`] joins the parts' reports in the order of the task, so the joined report has the same
//! bytes however the parts were spread: those of the task done in one go.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::run::{EngineInfo, Names, Report, RunError, RunFile, StageName, Task, Versions, sources};

use super::plan::Plan;
use super::{Failure, FitRecord, PredictTask, Predicted, ResultRow};

/// A part of a prediction task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GridJob {
    /// What to do: a run file of its own.
    pub run: RunFile,
    /// The cell type it holds out.
    pub cell_type: String,
    /// Its models.
    pub models: Vec<String>,
    /// Whether it trains a model, rather than computing closed-form ones.
    pub trained: bool,
    /// How many predictions it makes, if none fails.
    pub predictions: usize,
}

/// Cuts a prediction task into its parts, in the order of its results.
///
/// # Errors
/// What is wrong with the run file, or with it and these data; [`RunError::NoPredictTask`] for another task.
pub fn jobs(run: &RunFile, dataset: &Rc<Dataset>) -> Result<Vec<GridJob>, RunError> {
    let plan = plan(run, dataset)?;
    let Task::Predict(task) = &plan.run.task else { return Err(RunError::NoPredictTask) };
    let mut jobs = Vec::new();
    for &held_out in &plan.held_out {
        let cell_type = &plan.design.cell_types[held_out];
        for models in task.models.chunk_by(|a, b| !a.is_trained() && !b.is_trained()) {
            let part = PredictTask {
                models: models.to_vec(),
                held_out: Names::List(vec![cell_type.clone()]),
                ..(**task).clone()
            };
            let seeds = |model: &super::ModelSpec| if model.is_random() { task.seeds.len() } else { 1 };
            jobs.push(GridJob {
                run: RunFile { task: Task::Predict(Box::new(part)), ..plan.run.clone() },
                cell_type: cell_type.clone(),
                models: models.iter().map(|model| model.name().into_owned()).collect(),
                trained: models.iter().any(super::ModelSpec::is_trained),
                predictions: models.iter().map(seeds).sum::<usize>() * plan.arms.len(),
            });
        }
    }
    Ok(jobs)
}

/// The report of a part, as far as joining needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridPart {
    /// Its times.
    pub timings: BTreeMap<StageName, f64>,
    /// Its remarks.
    pub notes: Vec<String>,
    /// Its results.
    pub results: Vec<ResultRow>,
    /// What failed in it.
    pub failures: Vec<Failure>,
    /// Its loss curves.
    pub fits: Vec<FitRecord>,
}

impl From<Report> for GridPart {
    fn from(report: Report) -> Self {
        let Predicted { results, failures, fits } = report.predicted.unwrap_or_default();
        Self { timings: report.timings, notes: report.notes, results, failures, fits }
    }
}

/// Joins the reports of parts, given in the order of [`jobs`]; parts that were not done are simply left out. Times are
/// summed over the parts.
///
/// # Errors
/// As [`jobs`].
pub fn merge(
    run: &RunFile,
    dataset: &Rc<Dataset>,
    parts: Vec<GridPart>,
    engine: EngineInfo,
) -> Result<Report, RunError> {
    let Plan { run, mut notes, .. } = plan(run, dataset)?;
    let mut predicted = Predicted::default();
    let mut timings = BTreeMap::new();
    for part in parts {
        for (stage, seconds) in part.timings {
            *timings.entry(stage).or_default() += seconds;
        }
        for note in part.notes {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        predicted.results.extend(part.results);
        predicted.failures.extend(part.failures);
        predicted.fits.extend(part.fits);
    }
    for (index, row) in predicted.results.iter_mut().enumerate() {
        row.index = index;
    }
    Ok(Report {
        run,
        versions: Versions::default(),
        device: engine,
        timings,
        notes,
        predicted: Some(predicted),
        explored: None,
        traded_off: None,
        estimated_information: None,
    })
}

pub(super) fn plan(run: &RunFile, dataset: &Rc<Dataset>) -> Result<Plan, RunError> {
    let mut run = run.clone().completed()?;
    sources::check(&mut run.dataset, &dataset.source)?;
    let Task::Predict(task) = run.task.clone() else { return Err(RunError::NoPredictTask) };
    Plan::new(run, *task, dataset.clone())
}
