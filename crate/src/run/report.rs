//! What a run leaves behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::prediction::{Degs, Ratios};
use crate::models::LossPoint;

use super::RunFile;

/// The report of a run; field names are stable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The run file that made it, with every default filled in.
    pub run: RunFile,
    /// What it was computed with.
    pub versions: Versions,
    /// The engine it was computed on.
    pub device: EngineInfo,
    /// Where the time went, in seconds. The only part that differs between two runs of the same file on the CPU engine.
    pub timings: Timings,
    /// Remarks: cells and genes chosen, columns skipped ...
    pub notes: Vec<String>,
    /// One row per prediction.
    pub results: Vec<ResultRow>,
    /// Models that could not be fitted or asked.
    pub failures: Vec<Failure>,
    /// Loss curves.
    pub fits: Vec<FitRecord>,
}

/// Versions of what computed a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// This program.
    pub dosefront: String,
    /// The tensor library.
    pub burn: String,
}

impl Default for Versions {
    fn default() -> Self {
        Self { dosefront: env!("CARGO_PKG_VERSION").to_owned(), burn: "0.22.1".to_owned() }
    }
}

/// The engine a run was computed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// `cpu` or `webgpu`.
    pub engine: String,
    /// The GPU's own name, where the browser tells it.
    pub adapter: Option<String>,
    /// Whether the adapter is a software one.
    pub software: bool,
    /// What a repetition gives: `same bits` or `within tolerance`.
    pub repeats: String,
}

/// Seconds by kind of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// Choosing cells and genes, normalising.
    pub prepare: f64,
    /// Fitting models.
    pub train: f64,
    /// Predicting.
    pub predict: f64,
    /// Scoring.
    pub score: f64,
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
