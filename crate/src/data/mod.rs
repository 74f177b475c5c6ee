//! Data sets: what they are, how they are read, simulated, sampled and preprocessed.

mod csr;
mod dataset;
mod design;
mod dose;
mod error;
mod hvg;
mod levels;
mod normalise;
mod preprocess;
mod read;
mod resolve;
mod roles;
mod simulate;
mod subsample;
mod write_h5ad;

pub use csr::Csr;
pub use dataset::{Dataset, ObsColumn, ObsValues, Skipped, Source, Truth, ValueKind};
pub use design::{Arm, Design};
pub use error::DataError;
pub use normalise::normalise;
pub use preprocess::{GeneChoice, Prepared, Preprocess, TargetSum, prepare};
#[cfg(feature = "train")]
pub(crate) use read::sha256;
pub use read::{InputFile, MAX_FILE_BYTES, MAX_MATRIX_BYTES, ReadError, read};
pub use roles::{Roles, guess_roles};
pub use simulate::{PresetInfo, presets, simulate};
pub use subsample::{FLOOR as SMALLEST_GROUP, subsample};
pub use write_h5ad::{write_h5ad, write_h5ad_about};
