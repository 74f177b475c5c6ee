//! Embeddings of cells.
//!
//! * [`pca`]: principal components.

// A view is two pointers wide and `Copy`; the lint does not see that through its lifetime.
#![allow(clippy::needless_pass_by_value)]

mod error;
mod lanczos;
pub mod pca;

pub use error::EmbedError;
pub use pca::Pca;
