//! Failures of the engine's own.

use dosefront_boundary::Failure;

/// Something was asked before a data set was open.
pub fn no_data() -> Failure {
    Failure::new("no_data", "no data set is open", "Open a file or choose a built-in data set first.")
}

/// Something was asked of a run that does not exist or is in the middle of a step.
pub fn no_run() -> Failure {
    Failure::new("no_run", "no run can answer now", "Start a run, or ask again when the current step is done.")
}

/// A report cannot be written as text.
pub fn report(error: &serde_json::Error) -> Failure {
    Failure::new("report", error.to_string(), "Save the tables as CSV instead.")
}
