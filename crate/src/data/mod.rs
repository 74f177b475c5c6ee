//! Data sets: what they are, how they are read, simulated, sampled and preprocessed.

mod csr;
mod dataset;

pub use csr::Csr;
pub use dataset::{Dataset, ObsColumn, ObsValues, Skipped, Source, Truth, ValueKind};
