//! A run: from a run file to a report.
//!
//! [`RunFile`] is the one document that the page, the command line and a link share. [`Runner`] does it in bounded steps
//! that return [`Event`]s; to pause is to stop calling, to cancel is to drop it. [`Report`] is what comes out.

mod arm_reference;
mod error;
mod event;
mod figures;
mod file;
mod plan;
mod report;
mod runner;
mod summary;
mod tables;

pub use error::RunError;
pub use event::{Event, StageName};
pub use file::{Device, ModelSpec, Names, PredictTask, RunFile, SCHEMA_VERSION, Task};
pub use report::{EngineInfo, Failure, FitRecord, PredictionDetail, Report, ResultRow, Timings, Versions};
pub use runner::{Clock, Runner};
pub use summary::{ArmSummary, DatasetSummary, DesignSummary, ObsSummary};
pub use tables::results_csv;
