use serde::{Deserialize, Serialize};

use crate::fronts::{CandidateRow, FrontRow};

/// The results of a trade-off task; part of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TradedOff {
    /// One row per candidate and split.
    pub candidates: Vec<CandidateRow>,
    /// How good the fronts are, in several pairs of metrics.
    pub fronts: Vec<FrontRow>,
    /// Fronts that could not be trained.
    pub front_failures: Vec<TradeOffFailure>,
}

/// A front that could not be trained or judged; the run goes on without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeOffFailure {
    /// The method.
    pub method: String,
    /// The measure, for a method that has one.
    pub measure: Option<String>,
    /// Seed of the split.
    pub split: u64,
    /// Short stable name of the error.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What can be changed.
    pub hint: String,
}

/// The latent space of one candidate, for its pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateLatent {
    /// Number of the candidate's row.
    pub index: usize,
    /// Latent dimensions.
    pub width: usize,
    /// Posterior means, cell after cell.
    pub values: Vec<f32>,
    /// Batch of every cell, a number into `batches`.
    pub batch: Vec<u32>,
    /// Names of the batches.
    pub batches: Vec<String>,
    /// Cell type of every cell, a number into `cell_types`; empty where there is no column for it.
    pub cell_type: Vec<u32>,
    /// Names of the cell types.
    pub cell_types: Vec<String>,
    /// For every cell, whether it was trained on.
    pub train: Vec<bool>,
}
