//! The figures: what each one shows, drawn with plotters on any `DrawingBackend` (a canvas in the page, SVG for files).
//!
//! A [`Figure`] is plain data, the same JSON in a page, a report and a test. Drawing it takes two steps: the figure is
//! laid out as a [`Scene`] of lines, rectangles and texts in CSS pixels, together with what is under the pointer
//! where ([`Mark`]); then [`paint`] hands that scene to a plotters backend, at any device pixel ratio. So layout knows no backend,
//! and a test can look at the scene.
//!
//! * [`Theme`]: colours (Okabe-Ito) and font size, light and dark;
//! * [`draw`], [`svg`], [`height`]: pictures; [`summary`], [`table`]: the same in words and in rows.

mod axis;
mod bars;
mod candidate_front;
mod candidate_plot;
mod cell_counts;
mod colour;
mod deg_overlap;
mod dose_axis;
mod dose_panel;
mod dose_plan;
mod dose_response;
mod embedding;
mod embedding_key;
mod embedding_pair;
mod embedding_plot;
mod emphasis;
mod error;
mod expression;
mod expression_panels;
mod facets;
mod figure;
mod format;
mod front_names;
mod front_parts;
mod front_plot;
mod gaps;
mod glyph;
mod heat_grid;
mod interval_rows;
mod intervals;
mod labels;
mod legend;
mod loss;
mod measure;
mod model_front;
mod mutual_information;
mod overlap_matrix;
mod paint;
mod r2_scatter;
mod scene;
mod score_bars;
mod score_columns;
mod score_heat_map;
mod score_key;
mod score_parts;
mod score_rows;
mod set_overlap;
mod sketch;
mod table;
mod theme;
mod volcano;
mod volcano_plot;

pub use bars::{Bar, Bars, Better, Reference};
pub use candidate_front::{CandidateFront, CandidatePoint, CandidateSeries, Cursor};
pub use cell_counts::{CellCounts, Highlight, NameOrIndex};
pub use colour::Colour;
pub use deg_overlap::{DegOverlap, OverlapGenes};
pub use dose_response::{DoseLine, DosePanel, DosePoint, DoseResponse, FittedCurve, NoiseFloor};
pub use embedding::{Embedding, EmbeddingColour};
pub use embedding_pair::EmbeddingPair;
pub use error::ChartError;
pub use expression::{Expression, ExpressionGroup, ExpressionPanel, ExpressionStyle};
pub use figure::{Figure, draw, height, scene, summary, svg, table};
pub use format::{count, number};
pub use intervals::{IntervalPanel, IntervalRow, Intervals};
pub use loss::{Loss, Series};
pub use measure::{Measure, estimate_width};
pub use model_front::{ModelFront, ModelPoint, PublishedPoint};
pub use mutual_information::MutualInformation;
pub use paint::{Target, UNITS_PER_PIXEL, paint};
pub use r2_scatter::R2Scatter;
pub use scene::{Cloud, Drawn, Extent, HAlign, Mark, Says, Scene, Shape, Stroke};
pub use score_bars::ScoreBars;
pub use score_heat_map::ScoreHeatMap;
pub use score_parts::{ScoreGroup, ScoreModel, ScoreValue};
pub use set_overlap::{Intersection, OverlapSet, SetOverlap};
pub use table::{Cell, Table};
pub use theme::Theme;
pub use volcano::Volcano;
