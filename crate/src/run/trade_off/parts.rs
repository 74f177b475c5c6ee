//! A trade-off task in parts that can be done apart, as those of a prediction task: see [`crate::run::predict::jobs`].

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::data::Dataset;
use crate::fronts::CandidateRow;
use crate::run::{EngineInfo, Report, RunError, RunFile, StageName, Versions};

use super::outcome::TradeOffFailure;
use super::plan::{Plan, plan};
use super::runner::fronts_of;
use super::{Method, TradedOff};

/// A part of a trade-off task: some candidates of one front.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrontJob {
    /// What to do: a run file of its own.
    pub run: RunFile,
    /// The method.
    pub method: Method,
    /// Name of its measure; null for a method without.
    pub measure: Option<String>,
    /// Seed of the split.
    pub split: u64,
    /// Places along the front.
    pub places: Vec<usize>,
}

/// The report of a part, as far as joining needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontPart {
    /// Its times.
    pub timings: BTreeMap<StageName, f64>,
    /// Its remarks.
    pub notes: Vec<String>,
    /// Its candidates.
    pub candidates: Vec<CandidateRow>,
    /// What failed in it.
    pub failures: Vec<TradeOffFailure>,
}

impl From<Report> for FrontPart {
    fn from(report: Report) -> Self {
        let TradedOff { candidates, front_failures, .. } = report.traded_off.unwrap_or_default();
        Self { timings: report.timings, notes: report.notes, candidates, failures: front_failures }
    }
}

/// Cuts a trade-off task into its parts, in the order of its results.
///
/// # Errors
/// What is wrong with the run file, or with it and these data; [`RunError::NoTradeOffTask`] for another task.
pub fn parts(run: &RunFile, dataset: &Rc<Dataset>) -> Result<Vec<FrontJob>, RunError> {
    let plan = plan(run, dataset)?;
    let job = |unit: &super::plan::Unit| FrontJob {
        run: plan.run_of(unit),
        method: unit.method,
        measure: unit.measure_name(),
        split: unit.split,
        places: unit.places.clone(),
    };
    Ok(plan.units.iter().map(job).collect())
}

/// Joins the reports of parts, given in the order of [`parts`]; parts that were not done are simply left out. Times are summed.
///
/// # Errors
/// As [`parts`].
pub fn join_fronts(
    run: &RunFile,
    dataset: &Rc<Dataset>,
    parts: Vec<FrontPart>,
    engine: EngineInfo,
) -> Result<Report, RunError> {
    let Plan { run, design, .. } = plan(run, dataset)?;
    let mut notes = design.notes;
    let mut done = TradedOff::default();
    let mut timings = BTreeMap::new();
    for part in parts {
        for (stage, seconds) in part.timings {
            *timings.entry(stage).or_default() += seconds;
        }
        for note in part.notes {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        done.candidates.extend(part.candidates);
        done.front_failures.extend(part.failures);
    }
    for (index, row) in done.candidates.iter_mut().enumerate() {
        row.index = index;
    }
    done.fronts = fronts_of(&done.candidates);
    Ok(Report {
        run,
        versions: Versions::default(),
        device: engine,
        timings,
        notes,
        predicted: None,
        explored: None,
        traded_off: Some(done),
        estimated_information: None,
    })
}
