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
mod cell_counts;
mod colour;
mod deg_overlap;
mod error;
mod figure;
mod format;
mod labels;
mod legend;
mod loss;
mod measure;
mod paint;
mod r2_scatter;
mod scene;
mod sketch;
mod table;
mod theme;

pub use bars::{Bar, Bars, Better, Reference};
pub use cell_counts::{CellCounts, Highlight, NameOrIndex};
pub use colour::Colour;
pub use deg_overlap::{DegOverlap, OverlapGenes};
pub use error::ChartError;
pub use figure::{Figure, draw, height, scene, summary, svg, table};
pub use format::{count, number};
pub use loss::{Loss, Series};
pub use measure::{Measure, estimate_width};
pub use paint::{Target, paint};
pub use r2_scatter::R2Scatter;
pub use scene::{Drawn, Extent, HAlign, Mark, Scene, Shape, Stroke};
pub use table::{Cell, Table};
pub use theme::Theme;
