//! What a prediction task leaves behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::prediction::Degs;
use crate::models::LossPoint;
use crate::scores::{Failure, ResultRow};

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

/// Scores with null in place of what is not defined.
pub(super) fn defined(scores: BTreeMap<String, f64>) -> BTreeMap<String, Option<f64>> {
    scores.into_iter().map(|(name, value)| (name, value.is_finite().then_some(value))).collect()
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
    /// What the epochs of the losses are: "epoch", or "iteration" for models without epochs.
    #[serde(default = "epoch")]
    pub unit: String,
    /// Losses after each epoch.
    pub losses: Vec<LossPoint>,
}

fn epoch() -> String {
    "epoch".to_owned()
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
