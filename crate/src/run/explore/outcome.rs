//! What an exploration leaves behind, row by row; field names are stable.

use serde::Serialize;

use crate::metrics::distance::Distance;

use super::Method;

/// The results of an exploration task; part of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explored {
    /// One row per comparison and distance.
    pub distances: Vec<DistanceRow>,
    /// How many genes respond in each comparison.
    pub responses: Vec<ResponseRow>,
    /// The genes with the best scores of each comparison.
    pub response_genes: Vec<GeneRow>,
    /// Dose-response fits, the most certain first.
    pub dose_fits: Vec<FitRow>,
    /// Positions of the cells.
    pub embeddings: Vec<EmbeddingRow>,
    /// Names of the cells that were used, in the order of the embeddings' positions.
    pub cells: Vec<String>,
}

/// What was compared with what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// `TREATMENT against CONTROL`, in words.
    pub contrast: String,
    /// The cell type; null for all cells together.
    pub cell_type: Option<String>,
    /// Label of the treatment or dose.
    pub arm: String,
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The dose, where the data have one, in the data set's unit.
    pub dose: Option<f64>,
}

/// A distance between control and treated cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DistanceRow {
    /// The groups.
    #[serde(flatten)]
    pub compared: Compared,
    /// Which distance.
    pub metric: Distance,
    /// Control cells that were used.
    pub n_control: usize,
    /// Treated cells that were used.
    pub n_treated: usize,
    /// The distance; null where it is not defined.
    pub value: Option<f64>,
    /// Share of relabellings with at least this distance.
    pub p_value: Option<f64>,
    /// Lower end of the 95 % bootstrap interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Median distance between random parts of the control cells, one of them as large as the treated group where that is at
    /// most half: the noise floor.
    pub floor: Option<f64>,
    /// 95 % of the partings are below this.
    pub floor_high: Option<f64>,
}

/// How many genes respond.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResponseRow {
    /// The groups.
    #[serde(flatten)]
    pub compared: Compared,
    /// Control cells.
    pub n_control: usize,
    /// Treated cells.
    pub n_treated: usize,
    /// Response genes that go up.
    pub up: usize,
    /// Response genes that go down.
    pub down: usize,
}

/// One gene of one comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneRow {
    /// The groups.
    #[serde(flatten)]
    pub compared: Compared,
    /// The gene.
    pub gene: String,
    /// Its place, from 1.
    pub rank: usize,
    /// Score of the test.
    pub score: f64,
    /// As scanpy computes it.
    pub log2_fold_change: f64,
    /// p-value; null for a gene that is constant.
    pub p_value: Option<f64>,
    /// Benjamini-Hochberg.
    pub adjusted_p_value: f64,
    /// Mean log-normalised expression of the control cells.
    pub mean_control: f64,
    /// The same of the treated cells.
    pub mean_treated: f64,
    /// Share of control cells that express it.
    pub fraction_control: f64,
    /// Share of treated cells that express it.
    pub fraction_treated: f64,
}

/// A Hill curve along the doses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FitRow {
    /// The cell type; null for all cells together.
    pub cell_type: Option<String>,
    /// The condition whose doses these are, where the data have one.
    pub condition: Option<String>,
    /// Whether a distance or a gene was fitted.
    pub of: FitOf,
    /// Name of the distance or gene.
    pub name: String,
    /// Value without treatment.
    pub bottom: f64,
    /// Value at saturation.
    pub top: f64,
    /// Dose of half the effect.
    pub ec50: f64,
    /// Lower end of its 95 % interval; null where the data do not bound it.
    pub ec50_low: Option<f64>,
    /// Its upper end.
    pub ec50_high: Option<f64>,
    /// Steepness.
    pub slope: f64,
    /// Share of the variation that the curve explains.
    pub r2: f64,
    /// F test against a constant.
    pub p_value: f64,
    /// The EC50 is at the edge of what the doses can tell.
    pub at_edge: bool,
}

/// What a curve was fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FitOf {
    /// A distance from control.
    Distance,
    /// The log2 fold change of a gene's mean.
    Gene,
}

/// Positions of all cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmbeddingRow {
    /// How they were found.
    pub method: Method,
    /// First coordinate, cell by cell.
    pub x: Vec<f32>,
    /// Second coordinate.
    pub y: Vec<f32>,
}
