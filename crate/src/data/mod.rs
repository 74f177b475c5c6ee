//! Data sets: what they are, how they are read, simulated, sampled and preprocessed.

mod csr;
mod dataset;
mod read;
mod write_h5ad;

pub use csr::Csr;
pub use dataset::{Dataset, ObsColumn, ObsValues, Skipped, Source, Truth, ValueKind};
pub use read::{InputFile, MAX_FILE_BYTES, MAX_MATRIX_BYTES, ReadError, read};
pub use write_h5ad::write_h5ad;
