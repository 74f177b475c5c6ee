//! The prediction task: hold a cell type's treated cells out, train, predict them, score the predictions.

mod arm_reference;
mod figures;
mod outcome;
mod plan;
mod runner;
mod tables;
mod task;

pub use outcome::{Failure, FitRecord, Predicted, PredictionDetail, ResultRow};
pub(super) use runner::PredictRunner;
pub use tables::results_csv;
pub use task::{ModelSpec, PredictTask};
