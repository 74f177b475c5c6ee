//! What the predictions of one held-out cell type under one treatment are compared with.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::data::Dataset;
use crate::metrics::MetricError;
use crate::metrics::prediction::{Reference, Score};
use crate::metrics::r2::gene_means;
use crate::models::TrainingSet;

use super::outcome::defined;
use super::plan::Plan;
use crate::run::RunError;

pub(super) struct ArmReference {
    pub reference: Reference,
    pub n_control: usize,
    pub n_observed: usize,
    pub mean_control: Vec<f64>,
    pub mean_observed: Vec<f64>,
    pub truth: Option<Truth>,
    pub top_genes: Vec<usize>,
}

/// The true means of the simulator, and how well the observed cells match them.
pub(super) struct Truth {
    /// `ln(1 + target_sum * share)`, per gene.
    pub log_mean: Vec<f64>,
    observed: BTreeMap<String, Option<f64>>,
}

impl ArmReference {
    /// `None` when the held-out type has no observed cells under this arm, so that nothing can be scored.
    pub fn new(plan: &Plan, data: &TrainingSet, arm: usize) -> Result<Option<Self>, RunError> {
        let observed_cells = data.prepared().design.cells_of(data.held_out_type(), arm);
        if observed_cells.is_empty() || data.control_cells().is_empty() {
            return Ok(None);
        }
        let (control, observed) = (data.expression(data.control_cells()), data.expression(&observed_cells));
        let mut truth = true_log_mean(plan, data, arm).map(|log_mean| Truth { log_mean, observed: BTreeMap::new() });
        let (n_control, n_observed) = (control.nrows(), observed.nrows());
        let (mean_control, observed_log_mean) = (gene_means(control.view()), log_of_mean(&observed));
        let reference = Reference::new(control, observed, None, &plan.task.evaluation)?;
        if let Some(truth) = &mut truth {
            truth.observed = scores(&reference, &observed_log_mean, &truth.log_mean)?;
        }
        Ok(Some(Self {
            n_control,
            n_observed,
            mean_control,
            mean_observed: reference.observed_mean().to_vec(),
            top_genes: reference.top_genes(100).unwrap_or_default().to_vec(),
            reference,
            truth,
        }))
    }

    pub fn score(&self, predicted: &Array2<f32>) -> Result<Score, MetricError> {
        self.reference.score(predicted.view())
    }

    /// R2 of the prediction and of the observed cells against the truth, if there is one.
    pub fn score_truth(&self, predicted: &Array2<f32>) -> Result<Option<BTreeMap<String, Option<f64>>>, MetricError> {
        let Some(truth) = &self.truth else { return Ok(None) };
        let mut rows = scores(&self.reference, &log_of_mean(predicted), &truth.log_mean)?;
        rows.extend(truth.observed.iter().map(|(name, value)| (format!("observed_{name}"), *value)));
        Ok(Some(rows))
    }
}

fn scores(
    reference: &Reference,
    log_mean: &[f64],
    truth: &[f64],
) -> Result<BTreeMap<String, Option<f64>>, MetricError> {
    Ok(defined(reference.score_truth(log_mean, truth)?))
}

/// `ln(1 + mean(exp(x) - 1))` per gene: the mean on the scale of normalised counts, which is what the simulator knows.
fn log_of_mean(x: &Array2<f32>) -> Vec<f64> {
    let n = x.nrows() as f64;
    x.columns()
        .into_iter()
        .map(|gene| (gene.iter().map(|&v| f64::from(v).exp_m1().max(0.0)).sum::<f64>() / n).ln_1p())
        .collect()
}

fn true_log_mean(plan: &Plan, data: &TrainingSet, arm: usize) -> Option<Vec<f64>> {
    let dataset: &Dataset = &plan.dataset;
    let truth = dataset.truth.as_ref()?;
    let design = &data.prepared().design;
    let cell_type = truth.cell_types.iter().position(|t| *t == design.cell_types[data.held_out_type()])?;
    let arm = truth.arms.iter().position(|label| *label == design.arms[arm].label)?;
    let target = data.prepared().target_sum;
    let means = truth.means.get(cell_type)?.row(arm);
    Some(data.prepared().gene_index.iter().map(|&gene| (target * means[gene]).ln_1p()).collect())
}
