//! What a run leaves behind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::explore::Explored;
use super::mutual_information::EstimatedInformation;
use super::predict::Predicted;
use super::trade_off::TradedOff;
use super::{RunFile, StageName};

/// The report of a run; field names are stable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The run file that made it, with every default filled in.
    pub run: RunFile,
    /// What it was computed with.
    pub versions: Versions,
    /// The engine it was computed on.
    pub device: EngineInfo,
    /// Where the time went, in seconds by kind of work. The only part that differs between two runs of the same file on the
    /// CPU engine.
    pub timings: BTreeMap<StageName, f64>,
    /// Remarks: cells and genes chosen, columns skipped ...
    pub notes: Vec<String>,
    /// Of a prediction task; its fields stand at the top level of the JSON.
    #[serde(flatten)]
    pub predicted: Option<Predicted>,
    /// Of an exploration task; its fields stand at the top level of the JSON.
    #[serde(flatten)]
    pub explored: Option<Explored>,
    /// Of a trade-off task; its fields stand at the top level of the JSON.
    #[serde(flatten)]
    pub traded_off: Option<TradedOff>,
    /// Of a mutual-information task; its fields stand at the top level of the JSON.
    #[serde(flatten)]
    pub estimated_information: Option<EstimatedInformation>,
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
    /// What a repetition gives: `same bits`, [`EngineInfo::SAME_MACHINE`] or `within tolerance`.
    pub repeats: String,
}

impl EngineInfo {
    /// What a repetition gives outside a browser, where vector units and mathematical functions are those of the machine.
    pub const SAME_MACHINE: &'static str = "same bits on the same machine";
}
