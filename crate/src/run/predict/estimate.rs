//! How long a prediction task will take, from a short timing of its own work.

use std::rc::Rc;

use burn::tensor::Device;
use serde::Serialize;

use crate::data::Dataset;
use crate::models::TrainingSet;
use crate::run::{Clock, RunError, RunFile};

use super::arm_reference::ArmReference;
use super::grid::{self, GridJob};
use super::plan::Plan;

/// What the parts of a task need.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The parts, in order.
    pub jobs: Vec<GridJob>,
    /// Seconds that each of them is estimated to take on this engine.
    pub seconds: Vec<f64>,
    /// Bytes that a worker needs for the largest of them, roughly.
    pub worker_bytes: f64,
}

/// What one model costs with one cell type held out.
struct Cost {
    /// Building and fitting, in seconds.
    fit: f64,
    /// Numbers that it learns, of all replicas.
    weights: usize,
}

/// Times every model for about `budget_ms` milliseconds, with the first cell type held out, and reckons from that.
///
/// Every training step of a model costs the same, and the cell types differ little in how many cells are left to train on,
/// so this is good to some tens of per cent; early stopping makes it an upper bound.
///
/// # Errors
/// As [`grid::jobs`], and a device that is lost.
pub async fn estimate(
    run: &RunFile,
    dataset: &Rc<Dataset>,
    device: &Device,
    clock: &Clock,
    budget_ms: f64,
) -> Result<Estimate, RunError> {
    let plan = grid::plan(run, dataset)?;
    let jobs = grid::jobs(run, dataset)?;
    let start = clock();
    let (data, _) = plan.prepare(plan.held_out[0])?;
    let prepare = clock() - start;
    let compare = compare(&plan, &data, clock)?;
    let mut costs = Vec::new();
    for spec in &plan.task.models {
        costs.push((spec.name(), time_model(&plan, spec, &data, device, clock, budget_ms).await?));
    }
    let reference = compare.reference * plan.arms.len() as f64;
    let cost_of = |name: &String| costs.iter().find(|(model, _)| model == name).map(|(_, cost)| cost);
    let seconds = jobs.iter().map(|job| {
        let fits: f64 = job.models.iter().filter_map(cost_of).map(|cost| cost.fit).sum();
        (prepare + reference + compare.score * job.predictions as f64 + fits) / 1000.0
    });
    let seconds = seconds.collect();
    Ok(Estimate { seconds, worker_bytes: bytes(&data, dataset, costs.iter().map(|(_, cost)| cost.weights)), jobs })
}

struct Compare {
    reference: f64,
    score: f64,
}

/// Milliseconds for what an arm is compared with, and for scoring a prediction of it.
fn compare(plan: &Plan, data: &TrainingSet, clock: &Clock) -> Result<Compare, RunError> {
    for &arm in &plan.arms {
        let start = clock();
        let Some(reference) = ArmReference::new(plan, data, arm)? else { continue };
        let made = clock();
        reference.score(&data.expression(data.control_cells()))?;
        return Ok(Compare { reference: made - start, score: clock() - made });
    }
    Ok(Compare { reference: 0.0, score: 0.0 })
}

/// A model that cannot be built or fitted costs nothing here: the run says why when it comes to it.
async fn time_model(
    plan: &Plan,
    spec: &super::ModelSpec,
    data: &TrainingSet,
    device: &Device,
    clock: &Clock,
    budget_ms: f64,
) -> Result<Cost, RunError> {
    let start = clock();
    let Ok(mut model) = plan.model(spec, data, device) else { return Ok(Cost { fit: 0.0, weights: 0 }) };
    let built = clock();
    let mut now = built;
    // The first piece compiles shaders and fills caches, so it is not counted where there are more.
    let mut counted = (built, 0);
    while !model.progress().is_done() && now - built < budget_ms {
        match model.fit(data).await {
            Ok(_) => {}
            Err(error @ crate::models::ModelError::Device { .. }) => return Err(error.into()),
            Err(_) => break,
        }
        now = clock();
        if counted.1 == 0 && now - built < budget_ms {
            counted = (now, model.progress().done);
        }
    }
    let progress = model.progress();
    let pieces = progress.done.saturating_sub(counted.1).max(1);
    let fit = (now - counted.0) / pieces as f64 * progress.total as f64;
    let closed_form = !spec.is_trained();
    Ok(Cost { fit: built - start + if closed_form { 0.0 } else { fit }, weights: model.n_weights() })
}

/// The counts, three dense copies of what is trained on (host, device, a batch being gathered or predicted), and four
/// numbers for every weight (itself, its gradient, Adam's two moments).
fn bytes(data: &TrainingSet, dataset: &Dataset, weights: impl Iterator<Item = usize>) -> f64 {
    let dense = data.prepared().x.len() as f64 * 4.0;
    let counts = dataset.matrix.nnz() as f64 * 8.0;
    let weights = weights.max().unwrap_or(0) as f64 * 4.0;
    3.0 * dense + 2.0 * counts + 4.0 * weights
}
