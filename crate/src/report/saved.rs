//! A saved report, read again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ReportError, embedded};
use crate::fronts::{CandidateRow, FrontRow};
use crate::metrics::distance::Distance;
use crate::run::saved::open_saved;
use crate::run::{EngineInfo, RunFile, TradeOffFailure, Versions};
use crate::scores::{Failure, ResultRow};
use crate::tradeoff::playground::Estimator;

/// What a report is made from. Parts that the task has not are empty.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub run: RunFile,
    pub versions: Versions,
    pub device: EngineInfo,
    /// Seconds by kind of work.
    pub timings: BTreeMap<String, f64>,
    pub notes: Vec<String>,
    pub results: Vec<ResultRow>,
    pub failures: Vec<Failure>,
    pub distances: Vec<DistanceLine>,
    pub responses: Vec<ResponseLine>,
    pub response_genes: Vec<GeneLine>,
    pub dose_fits: Vec<FitLine>,
    pub candidates: Vec<CandidateRow>,
    pub fronts: Vec<FrontRow>,
    pub front_failures: Vec<TradeOffFailure>,
    /// The truth in nats.
    pub mutual_information: Option<f64>,
    pub estimates: Vec<EstimateLine>,
    pub estimate_curves: Vec<EstimateLine>,
}

/// What is shown of a row of `distances`; numbers that are not finite are null in JSON.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct DistanceLine {
    pub cell_type: Option<String>,
    pub arm: String,
    pub condition: Option<String>,
    pub dose: Option<f64>,
    pub metric: Distance,
    pub n_control: usize,
    pub n_treated: usize,
    pub value: Option<f64>,
    pub p_value: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub floor: Option<f64>,
    pub floor_high: Option<f64>,
}

/// What is shown of a row of `responses`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ResponseLine {
    pub cell_type: Option<String>,
    pub arm: String,
    pub up: usize,
    pub down: usize,
}

/// What is shown of a row of `response_genes`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct GeneLine {
    pub cell_type: Option<String>,
    pub arm: String,
    pub gene: String,
    pub rank: usize,
    pub score: Option<f64>,
    pub log2_fold_change: Option<f64>,
    pub adjusted_p_value: Option<f64>,
}

/// What is shown of a row of `dose_fits`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FitLine {
    pub cell_type: Option<String>,
    pub condition: Option<String>,
    pub of: String,
    pub name: String,
    pub ec50: Option<f64>,
    pub ec50_low: Option<f64>,
    pub ec50_high: Option<f64>,
    pub slope: Option<f64>,
    pub r2: Option<f64>,
    pub p_value: Option<f64>,
    pub at_edge: bool,
}

/// What is shown of a row of `estimates`, and of `estimate_curves`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct EstimateLine {
    pub estimator: Estimator,
    #[serde(alias = "steps")]
    pub step: usize,
    pub value: Option<f64>,
}

impl Saved {
    /// Reads a saved run, or the HTML report that one is in.
    ///
    /// Errors: what [`open_saved`] refuses, a run file without results, results of another shape.
    pub fn parse(text: &str) -> Result<Self, ReportError> {
        let saved = open_saved(embedded(text).unwrap_or(text))?;
        let (run, Some(Value::Object(mut report))) = (saved.run, saved.report) else {
            return Err(ReportError::NoResults);
        };
        let report = &mut report;
        Ok(Self {
            run,
            versions: part(report, "versions")?,
            device: part(report, "device")?,
            timings: part(report, "timings")?,
            notes: part(report, "notes")?,
            results: part(report, "results")?,
            failures: part(report, "failures")?,
            distances: part(report, "distances")?,
            responses: part(report, "responses")?,
            response_genes: part(report, "response_genes")?,
            dose_fits: part(report, "dose_fits")?,
            candidates: part(report, "candidates")?,
            fronts: part(report, "fronts")?,
            front_failures: part(report, "front_failures")?,
            mutual_information: part(report, "mutual_information")?,
            estimates: part(report, "estimates")?,
            estimate_curves: part(report, "estimate_curves")?,
        })
    }
}

/// A part of the report; a missing one has its default.
fn part<T: DeserializeOwned + Default>(report: &mut Map<String, Value>, part: &'static str) -> Result<T, ReportError> {
    let Some(value) = report.remove(part) else { return Ok(T::default()) };
    T::deserialize(value).map_err(|error| ReportError::Results { part, reason: error.to_string() })
}
