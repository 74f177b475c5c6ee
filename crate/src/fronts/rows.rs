use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a candidate is within its front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// Only the batch-effect measure was minimised, then the decoder fitted to what was left: one end of the front.
    BatchOnly,
    /// Trained at a preference between the two.
    Preference,
    /// scVI without any measure: the other end of the front.
    ScviOnly,
    /// A published method of its own, without a preference.
    Peer,
}

/// Which cells a number was computed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// The cells that were trained on.
    Train,
    /// The cells that were kept out.
    Test,
}

/// One candidate of a front; part of `report.json`, field names are stable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CandidateRow {
    /// Number in the report.
    pub index: usize,
    /// How it was trained: `pareto_mtl`, `scalarisation`, `one_run`, `scvi_hsic`, `saucie_mmd`, `desc`.
    pub method: String,
    /// The batch-effect measure: `mine`, `mmd`, `hsic`, `classifier`; null for a method without.
    pub measure: Option<String>,
    /// Seed of the split into train and test cells.
    pub split: u64,
    /// Place along its front, counted from 0 (batch effect only) to K + 1 (scVI only); the paper counts from 1.
    pub place: usize,
    /// Which end it is, or none.
    pub kind: CandidateKind,
    /// The preference `(cos t, sin t)`, the direction of (U, V) that Pareto multi-task learning aims at, or the weights
    /// `(w, 1 - w)` of U and V in scalarisation; null for a peer.
    pub preference: Option<[f64; 2]>,
    /// Gradient steps of the model, of 128 cells or whatever the batch size is: a step on four minibatches counts as four.
    pub steps: usize,
    /// U, the generative loss (negative ELBO per cell, in nats), on the test cells.
    pub u: Option<f64>,
    /// V, the batch-effect measure as it was trained against, on the test cells.
    pub v: Option<f64>,
    /// Metrics on the training cells, by name; `u` and `v` too.
    pub train: BTreeMap<String, Option<f64>>,
    /// Metrics on the test cells, by name.
    pub test: BTreeMap<String, Option<f64>>,
    /// What happened to it that a reader should know: rolled back after a NaN, never reached its cone ...
    pub remarks: Vec<String>,
}

/// How good one front is in one pair of metrics; part of `report.json`, field names are stable.
///
/// The reference and the scale are shared by everything compared; in a pair with `v` by the fronts of one measure, as V of
/// different measures is not comparable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontRow {
    /// The method.
    pub method: String,
    /// Its measure.
    pub measure: Option<String>,
    /// Seed of the split.
    pub split: u64,
    /// Train or test cells.
    pub cells: Cells,
    /// Metric of biology.
    pub x: String,
    /// Metric of batch effect.
    pub y: String,
    /// Candidates with both metrics, at least one.
    pub n: usize,
    /// Numbers of the candidates that no other one of the front beats.
    pub nondominated: Vec<usize>,
    /// Numbers of the candidates that are outside the shared bounds in a metric, mostly because they diverged: for areas and choices
    /// they are moved to them.
    #[serde(default)]
    pub clipped: Vec<usize>,
    /// Share of all candidates that no other one beats; those that diverged count among all.
    pub percentage: f64,
    /// Area that the front dominates up to the shared reference point, both metrics scaled to [0, 1] over everything
    /// compared.
    pub hypervolume: f64,
    /// The same in the metrics' own units, up to 0.001 beyond the worst, as the paper gives it.
    pub hypervolume_raw: f64,
    /// Number of distinct choices on a grid over the scaled metrics, twenty cells a side.
    pub ndc: usize,
    /// The same on the paper's grid, 0.05 in the metrics' own units.
    pub ndc_paper: usize,
    /// Spearman correlation of the place along the front with the biology metric, and with the batch-effect metric, both
    /// oriented so that 1 is a perfectly ordered front.
    pub ordering: [Option<f64>; 2],
}
