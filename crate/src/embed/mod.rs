//! Embeddings of cells.
//!
//! * [`pca`]: principal components;
//! * [`neighbours`]: exact nearest neighbours, and how well a picture keeps them;
//! * [`tsne`], [`umap`]: pictures in two dimensions, made step by step.

// A view is two pointers wide and `Copy`; the lint does not see that through its lifetime.
#![allow(clippy::needless_pass_by_value)]

mod error;
mod graph;
mod lanczos;
pub mod neighbours;
pub mod pca;
#[cfg(test)]
mod reference;
mod start;
pub mod tsne;
pub mod umap;

pub use error::EmbedError;
pub use neighbours::{Neighbours, nearest_neighbours, trustworthiness};
pub use pca::Pca;
pub use tsne::{Tsne, TsneSettings};
pub use umap::{Umap, UmapSettings};
