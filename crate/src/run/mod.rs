//! A run: from a run file to a report.
//!
//! [`RunFile`] is the one document that the page, the command line and a link share. [`Runner`] does it in bounded steps
//! that return [`Event`]s; to pause is to stop calling, to cancel is to drop it. [`Report`] is what comes out.
//!
//! What is asked is a [`Task`]: [`explore`] looks at the data before any model, [`predict`] trains models and scores them,
//! [`trade_off`] trains fronts between biology kept and batch effect removed, [`mutual_information`] holds its estimators
//! against the truth.
//!
//! What was run can be kept, opened again and held against a rerun: [`saved`].

mod error;
mod event;
pub mod explore;
mod file;
pub mod mutual_information;
mod names;
pub mod predict;
mod report;
mod runner;
pub mod saved;
mod sources;
mod summary;
pub mod trade_off;

pub use error::RunError;
pub use event::{Event, Part, StageName};
pub use explore::{Exploration, ExploreTask, Explored};
pub use file::{Device, RunFile, SCHEMA_VERSION, Task};
pub use mutual_information::{EstimatedInformation, MutualInformationTask};
pub use names::Names;
pub use predict::{
    Failure, FitRecord, ModelSpec, PredictTask, Predicted, PredictionDetail, Replay, ResultRow, SliderScene,
    SliderView, WeightsFileError, WeightsOrigin, results_csv,
};
pub use report::{EngineInfo, Report, Versions};
pub use runner::{Clock, Runner};
pub use summary::{ArmSummary, DatasetSummary, DesignSummary, ObsSummary};
pub use trade_off::{CandidateLatent, FrontJob, FrontPart, TradeOffFailure, TradeOffTask, TradedOff};
