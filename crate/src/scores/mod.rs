//! What a grid of results shows: models x held-out cell types x doses x seeds, as tables, fronts and figures.
//!
//! Everything is computed from the rows of a report ([`ResultRow`]), and nothing here trains or predicts, so that the page
//! can do it where it draws.
//!
//! * [`ResultRow`], [`Failure`]: the rows, as `report.json` has them;
//! * [`Metric`]: one column of scores, a distance being a column of its own in each of its two ratios;
//! * [`score_table`]: mean and spread per model, with the best two marked; [`front`]: two metrics against each other;
//! * [`figure`], [`atlas`](atlas()): the same drawn;
//! * [`Study`], [`published`](published()): what others have published on data like these. Never part of a mean.

mod atlas;
mod dose_figure;
mod error;
mod figures;
mod front;
mod grid;
mod metric;
mod model_names;
mod published;
mod published_data;
mod rows;
mod study;
mod table;

pub use atlas::atlas;
pub use error::ScoreError;
pub use figures::{DosePanelsBy, ScoreFigure, figure};
pub use front::{Front, FrontPoint, front};
pub(crate) use grid::mean_and_sd;
pub use grid::{GroupBy, Selection, Stat};
pub use metric::{Metric, MetricInfo, Scale};
pub use model_names::{is_baseline, model_name};
pub use published::{PublishedScore, published};
pub use rows::{Failure, ResultRow, results_csv};
pub use study::Study;
pub use table::{Group, Mark, ScoreRow, ScoreTable, TableQuery, score_table};
