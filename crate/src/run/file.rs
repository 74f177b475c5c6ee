//! The run file, version 1.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::data::{Preprocess, Roles, Source};

use super::RunError;
use super::explore::ExploreTask;
use super::mutual_information::MutualInformationTask;
use super::predict::PredictTask;
use super::trade_off::TradeOffTask;

/// The version of the run file that this program writes.
pub const SCHEMA_VERSION: u32 = 1;
/// A number that still moves then, by a last bit at a time, stays as it is.
const MOST_ROUNDINGS: usize = 10;

/// Everything that decides the outcome of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    /// Schema version, [`SCHEMA_VERSION`].
    pub dosefront: u32,
    /// The data.
    pub dataset: Source,
    /// Which columns say what.
    #[serde(default)]
    pub roles: Roles,
    /// From counts to the matrix that is trained on.
    #[serde(default)]
    pub preprocess: Preprocess,
    /// What is asked.
    pub task: Task,
    /// The engine.
    #[serde(default)]
    pub device: Device,
}

/// The engine a run is meant for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The CPU engine; on wasm its results are the same bits everywhere.
    #[default]
    Cpu,
    /// WebGPU; equal to the CPU engine within a tolerance.
    Webgpu,
}

/// What is asked of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// Look at the data before any model: distances, response genes, dose-response fits, embeddings.
    Explore(Box<ExploreTask>),
    /// Predict the treated cells of cell types that were held out.
    Predict(Box<PredictTask>),
    /// Train fronts between biology kept and batch effect removed.
    TradeOff(Box<TradeOffTask>),
    /// Estimate the mutual information of simulated points; the data set plays no part.
    MutualInformation(Box<MutualInformationTask>),
}

impl RunFile {
    /// Reads a run file, fills in every default and checks what can be checked without the data.
    pub fn parse(text: &str) -> Result<Self, RunError> {
        let syntax = |error: serde_json::Error| RunError::Syntax { reason: error.to_string() };
        let value: serde_json::Value = serde_json::from_str(text).map_err(syntax)?;
        let version = value.get("dosefront").cloned().unwrap_or_default();
        if version != serde_json::json!(SCHEMA_VERSION) {
            return Err(RunError::Version { found: version.to_string(), known: SCHEMA_VERSION });
        }
        // Read from the text again, because only then the message names the line and column.
        Self::read(text).map_err(syntax)?.completed()
    }

    /// Reads a run file that means the same run when it is written and read again.
    ///
    /// serde_json, built without its feature for it, may read a number of 17 digits as the neighbour of the one that was written. So
    /// what was read is written and read once more until that changes nothing, which for nearly all numbers is at once.
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        let mut run: Self = serde_json::from_str(text)?;
        for _ in 0..MOST_ROUNDINGS {
            let again = serde_json::from_str(&run.to_json())?;
            if again == run {
                break;
            }
            run = again;
        }
        Ok(run)
    }

    /// The same run with every model parameter filled in and the lists checked.
    pub fn completed(mut self) -> Result<Self, RunError> {
        match &mut self.task {
            Task::Explore(task) => task.complete()?,
            Task::Predict(task) => task.complete()?,
            Task::TradeOff(task) => task.complete()?,
            Task::MutualInformation(task) => task.complete()?,
        }
        Ok(self)
    }

    /// The run file as text, with every default filled in.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Maps with text keys and finite numbers always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Refuses a list that names something twice, which would only repeat results.
pub(super) fn no_repeats<T: PartialEq + fmt::Display>(what: &'static str, entries: &[T]) -> Result<(), RunError> {
    for (i, entry) in entries.iter().enumerate() {
        if entries[..i].contains(entry) {
            return Err(RunError::Repeated { what, value: entry.to_string() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{ModelSpec, Names};

    const SHORT: &str = r#"{"dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "task": {"predict": {"models": [{"scgen": {}}, "mean_shift"], "held_out": ["CD4T"]}}}"#;

    #[test]
    fn defaults_are_filled_in_and_stay() {
        let run = RunFile::parse(SHORT).unwrap();
        let Task::Predict(task) = &run.task else { panic!("{:?}", run.task) };
        assert_eq!((task.seeds.clone(), &task.doses), (vec![1], &Names::All));
        assert!(matches!(&task.models[0], ModelSpec::Scgen(s) if s.n_hidden.is_some()));
        assert_eq!(RunFile::parse(&run.to_json()).unwrap(), run);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            (SHORT.replace("\"held_out\"", "\"heldout\""), "run_file_syntax", "heldout"),
            (SHORT.replace("\"dosefront\": 1", "\"dosefront\": 2"), "run_file_version", "version 2"),
            (SHORT.replace("\"dosefront\": 1,", ""), "run_file_version", "null"),
            (SHORT.replace("\"scgen\": {}", "\"scgen\": {\"n_hiden\": 3}"), "run_file_syntax", "n_hiden"),
            (SHORT.replace("\"scgen\": {}", "\"scgen\": {\"epochs\": 0}"), "model_parameter", "epochs"),
            (SHORT.replace("[\"CD4T\"]", "\"some\""), "run_file_syntax", "\"all\" or a list"),
            (SHORT.replace("[\"CD4T\"]", "[]"), "empty_list", "held_out"),
            (SHORT.replace("[\"CD4T\"]", "[\"B\", \"B\"]"), "repeated_entry", "B"),
            ("{".to_owned(), "run_file_syntax", "line 1"),
        ];
        for (text, code, word) in cases {
            let error = RunFile::parse(&text).unwrap_err();
            assert_eq!(error.code(), code, "{text}");
            assert!(error.to_string().contains(word), "{error}");
            assert!(!error.hint().is_empty());
        }
    }
}
