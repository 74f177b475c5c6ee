//! The prediction task: hold a cell type's treated cells out, train, predict them, score the predictions.

mod arm_reference;
mod estimate;
mod export;
mod export_results;
mod figures;
mod grid;
mod kept_weights;
mod outcome;
mod plan;
mod replay;
mod runner;
mod slider;
mod task;
mod weights_file;

pub use crate::scores::{Failure, ResultRow, results_csv};
pub use estimate::{Estimate, estimate};
pub(super) use export_results::as_h5ad;
pub use export_results::results_h5ad;
pub use grid::{GridJob, GridPart, jobs, merge};
pub use outcome::{FitRecord, Predicted, PredictionDetail};
pub use replay::Replay;
pub(super) use runner::PredictRunner;
pub use slider::{Agreement, SceneArm, SliderScene, SliderView};
pub use task::{ModelSpec, PredictTask};
pub use weights_file::{WeightsFileError, WeightsOrigin};
