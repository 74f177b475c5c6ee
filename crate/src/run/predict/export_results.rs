//! Predicted cells of results whose run is over: from their rows and the weights that were kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::Device;

use crate::data::{Dataset, write_h5ad_about};
use crate::run::{RunError, RunFile};

use super::export::{Choice, Origin, predicted_cells};
use super::plan::Plan;
use super::{ResultRow, WeightsOrigin, grid};

/// The cells of results of a prediction task as an `.h5ad` file, as
/// [`Runner::predicted_h5ad`](crate::run::Runner::predicted_h5ad) writes them. `weights` are the safetensors files of the
/// task's fits, in any order; closed-form models need none.
///
/// # Errors
/// Rows that are not of this task, weights that are missing or of something else, more cells than fit into memory.
pub async fn results_h5ad(
    run: &RunFile,
    dataset: &Rc<Dataset>,
    rows: &[ResultRow],
    weights: &[Vec<u8>],
    real: bool,
    device: &Device,
) -> Result<Vec<u8>, RunError> {
    let plan = grid::plan(run, dataset)?;
    let mut files = BTreeMap::new();
    for bytes in weights {
        let (origin, _) = WeightsOrigin::read(bytes)?;
        files.insert((origin.held_out, origin.model), bytes.as_slice());
    }
    let weights = |cell_type: usize, model: usize| {
        let name = plan.task.models[model].name().into_owned();
        files.get(&(plan.design.cell_types[cell_type].clone(), name)).copied()
    };
    let results = rows.iter().map(|row| Ok((row.index, origin(&plan, row)?))).collect::<Result<_, RunError>>()?;
    let cells = predicted_cells(&plan, Choice { results, real, weights: &weights }, device).await?;
    as_h5ad(&cells, &plan.run)
}

/// The file of predicted cells, with the run file that they came from.
pub(in crate::run) fn as_h5ad(cells: &Dataset, run: &RunFile) -> Result<Vec<u8>, RunError> {
    let about = "Cells that models predicted (obs/predicted is True), log-normalised; not measured.";
    Ok(write_h5ad_about(cells, &[("predictions", about), ("run_file", &run.to_json())])?)
}

/// Where a result of the task comes from.
fn origin(plan: &Plan, row: &ResultRow) -> Result<Origin, RunError> {
    let task = &plan.task;
    let design = &plan.design;
    let unknown = || RunError::UnknownResult { index: row.index, n: task.models.len() * plan.held_out.len() };
    Ok(Origin {
        cell_type: design.type_index(&row.cell_type).ok_or_else(unknown)?,
        model: task.models.iter().position(|spec| spec.name() == row.model).ok_or_else(unknown)?,
        arm: design.arm_index(&row.arm).ok_or_else(unknown)?,
        replica: row.seed.and_then(|seed| task.seeds.iter().position(|&other| other == seed)).unwrap_or(0),
        seed: row.seed,
        n_cells: row.n_predicted,
    })
}
