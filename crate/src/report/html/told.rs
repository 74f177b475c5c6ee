//! What was asked and found, whatever the task.

use super::sheet::Sheet;
use super::{explore, information, predict, trade_off};
use crate::data::Source;
use crate::report::saved::Saved;
use crate::run::Task;

/// The answer of a run.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// A heading for the whole.
    pub title: String,
    /// What was asked, in a sentence or two.
    pub asked: String,
    /// What was found, each in a sentence.
    pub found: Vec<String>,
    /// What stands behind it.
    pub sheets: Vec<Sheet>,
}

/// What a run says.
pub fn told(saved: &Saved) -> Told {
    let mut told = match &saved.run.task {
        Task::Explore(task) => explore::told(saved, task),
        Task::Predict(task) => predict::told(saved, task),
        Task::TradeOff(task) => trade_off::told(saved, task),
        Task::MutualInformation(task) => information::told(saved, task),
    };
    if told.found.is_empty() {
        told.found.push("Nothing was found: the run has no results.".to_owned());
    }
    told
}

/// The data, as a title says it.
pub fn data_name(saved: &Saved) -> &str {
    match &saved.run.dataset {
        Source::File { name, .. } => name,
        Source::Simulated { preset, .. } => preset,
    }
}
