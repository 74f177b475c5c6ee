//! Dosefront's science: single-cell data sets, perturbation-response models, their metrics and figures.
//!
//! Nothing here knows a browser, a file system, a clock or a thread. The outside world comes in through arguments
//! (bytes, a seed, a clock, an event sink), so the same code runs in a web worker, under Node and on the command line.
//!
//! * [`data`]: the [`data::Dataset`], its readers, column roles, subsampling, preprocessing and simulation;
//! * [`metrics`]: pure functions that score a prediction;
//! * [`embed`]: principal components;
//! * [`chart`]: the figures;
//! * [`random`]: the host random streams that every random number comes from.

pub mod chart;
pub mod data;
pub mod embed;
pub mod metrics;
pub mod random;
