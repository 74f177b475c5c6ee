//! The exploration task: what the data say before any model.
//!
//! Control and treated cells of every cell type, and of all cells together, are compared at each dose or condition:
//! distances with intervals, p-values and a noise floor, response genes, Hill curves along the doses; and all cells are shown in two
//! dimensions. Everything is computed in bounded steps. The same figures are made for the page and the command line, from the
//! same [`Exploration`], by [`FigureQuery`].

// A view is two pointers wide and `Copy`; the lint does not see that through its lifetime.
#![allow(clippy::needless_pass_by_value)]

mod atlas;
mod distance_figures;
mod doses;
pub(in crate::run) mod embedder;
mod embedding_figures;
mod exploration;
mod figures;
mod gene_figures;
mod gene_view;
mod groups;
mod measuring;
mod outcome;
mod overview;
mod runner;
mod tables;
mod task;

pub use atlas::atlas;
pub use exploration::Exploration;
pub use figures::{ColourBy, DosePanels, FigureQuery};
pub use groups::ALL_CELLS;
pub use outcome::{Compared, DistanceRow, EmbeddingRow, Explored, FitOf, FitRow, GeneRow, ResponseRow};
pub use overview::Overview;
pub(super) use runner::ExploreRunner;
pub use tables::{distances_table, fits_table, genes_table};
pub use task::{DistancePart, DosePart, EmbeddingPart, ExploreTask, GenePart, Method, Space};
