//! Dosefront's science: single-cell data sets, perturbation-response models, their metrics and figures.
//!
//! Nothing here knows a browser, a file system, a clock or a thread. The outside world comes in through arguments
//! (bytes, a seed, a clock, an event sink), so the same code runs in a web worker, under Node and on the command line.
//!
//! * [`data`]: the [`data::Dataset`], its readers, column roles, subsampling, preprocessing and simulation;
//! * [`metrics`]: pure functions that score a prediction;
//! * [`embed`]: principal components, nearest neighbours, t-SNE and UMAP;
//! * [`scores`]: what a grid of results shows, as tables and figures;
//! * [`fronts`]: what a trade-off run shows, as tables and figures;
//! * [`chart`]: what each figure shows, drawn with plotters on any backend;
//! * `nn`: network layers with a replica axis (feature `train`);
//! * `models`: perturbation-response models behind one trait (feature `train`);
//! * `tradeoff`: biology kept against batch effect removed (feature `train`);
//! * `run`: run file, stepwise runner, report (feature `train`);
//! * `report`: what is handed on of a run: Methods, references, one HTML file (feature `train`);
//! * [`random`]: the host random streams that every random number comes from.

pub mod chart;
pub mod data;
pub mod embed;
pub mod fronts;
pub mod metrics;
#[cfg(feature = "train")]
pub mod models;
#[cfg(feature = "train")]
pub mod nn;
mod numeric;
pub mod random;
#[cfg(feature = "train")]
pub mod report;
#[cfg(feature = "train")]
pub mod run;
pub mod scores;
#[cfg(feature = "train")]
pub mod tradeoff;
