//! What a trade-off run shows: candidates between biology kept and batch effect removed, and the fronts they make.
//!
//! Everything is computed from the rows of a report ([`CandidateRow`]), and nothing here trains, so that the page can do it
//! where it draws.
//!
//! * [`CandidateRow`], [`FrontRow`]: the rows, as `report.json` has them;
//! * [`METRICS`], [`metric()`]: what the axes of a front can be, with directions and words;
//! * [`summarise`]: how good each front is in a pair of metrics;
//! * [`spread()`], [`paper_table`]: the same over repeated splits;
//! * [`figure`]: the candidates in a pair of metrics as a figure; [`front_name`] and its kin: what things are called there.

mod error;
mod figures;
mod metric;
mod names;
mod rows;
mod spread;
mod summary;

pub use error::FrontError;
pub use figures::{FrontId, FrontQuery, LiveFront, LivePlace, figure};
pub use metric::{FrontMetric, METRICS, MetricGroup, PAPER_PAIRS, metric, present};
pub use names::{candidate_key, candidate_name, front_name, measure_name, method_name, short_name};
pub use rows::{CandidateKind, CandidateRow, Cells, FrontRow};
pub use spread::{Spread, SpreadRow, Units, paper_table, spread, spread_csv};
pub use summary::{Reference, summarise, summarise_against};
