//! The trade-off task: fronts between biology kept and batch effect removed.
//!
//! [`TradeOffTask`] is what a run file asks, [`parts`] cuts it into runs that can be done apart, and [`TradedOff`] is what comes
//! out. The training itself is [`crate::tradeoff`].

mod measures;
mod outcome;
mod parts;
mod picture;
mod plan;
mod runner;
mod slider;
mod task;

pub use outcome::{CandidateLatent, TradeOffFailure, TradedOff};
pub use parts::{FrontJob, FrontPart, join_fronts, parts};
pub use picture::{Picture, PictureState};
pub(in crate::run) use runner::TradeOffRunner;
pub use slider::{FrontPolish, FrontSlider, FrontView, PolishState};
pub use task::{FrontEvaluation, Method, TradeOffTask};
