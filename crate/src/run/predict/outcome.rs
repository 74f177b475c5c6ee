//! What a prediction task leaves behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::prediction::{Degs, Ratios};
use crate::models::LossPoint;

/// The results of a prediction task; part of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Predicted {
    /// One row per prediction.
    pub results: Vec<ResultRow>,
    /// Models that could not be fitted or asked.
    pub failures: Vec<Failure>,
    /// Loss curves.
    pub fits: Vec<FitRecord>,
}

/// The scores of one prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// Its number in the report.
    pub index: usize,
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// Label of the treatment or dose.
    pub arm: String,
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The dose, where the data have one, in the data set's unit.
    pub dose: Option<f64>,
    /// The seed; null for a model without randomness.
    pub seed: Option<u64>,
    /// Control cells of the held-out type.
    pub n_control: usize,
    /// Observed treated cells.
    pub n_observed: usize,
    /// Predicted cells.
    pub n_predicted: usize,
    /// Scores by name; null where a score is not defined.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// Distances as ratios.
    pub ratios: Ratios,
    /// R2 against the true means, for simulated data: of the prediction (`r2_*`) and of the observed cells
    /// (`observed_r2_*`), the best a model could do.
    pub truth: Option<BTreeMap<String, Option<f64>>>,
}

/// Scores with null in place of what is not defined.
pub(super) fn defined(scores: BTreeMap<String, f64>) -> BTreeMap<String, Option<f64>> {
    scores.into_iter().map(|(name, value)| (name, value.is_finite().then_some(value))).collect()
}

/// A model that could not be fitted or asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// The treatment or dose, if it concerns one.
    pub arm: Option<String>,
    /// Stable name of the reason.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// What can be changed.
    pub hint: String,
}

/// The loss curve of one fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// Seeds, in the order of the losses.
    pub seeds: Vec<u64>,
    /// Losses after each epoch.
    pub losses: Vec<LossPoint>,
}

/// What the figures of one prediction need. Gene numbers count the `genes` given here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionDetail {
    /// Number of the result row.
    pub index: usize,
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// Label of the treatment or dose.
    pub arm: String,
    /// The seed; null for a model without randomness.
    pub seed: Option<u64>,
    /// Gene names.
    pub genes: Vec<String>,
    /// Mean log-normalised expression of the control cells, per gene.
    pub mean_control: Vec<f64>,
    /// The same of the observed treated cells.
    pub mean_observed: Vec<f64>,
    /// The same of the predicted cells.
    pub mean_predicted: Vec<f64>,
    /// Logarithm of the true mean (`ln(1 + target_sum * share)`), for simulated data.
    pub mean_truth: Option<Vec<f64>>,
    /// The genes that respond most, by Wilcoxon score of observed against control cells, best first.
    pub top_genes: Vec<usize>,
    /// Overlap of the differentially expressed genes.
    pub degs: Degs,
}
