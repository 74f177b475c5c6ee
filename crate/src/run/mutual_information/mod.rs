//! The mutual-information task: estimators against the truth on simulated points, live.
//!
//! It needs no data set; the one that a run file names plays no part. The estimates are made by [`crate::tradeoff::playground`].

mod outcome;
mod runner;
mod task;

pub use outcome::{EstimateRow, EstimatedInformation};
pub(in crate::run) use runner::MutualInformationRunner;
pub use task::MutualInformationTask;
