//! Embeddings of cells.
//!
//! * [`pca`]: principal components;
//! * [`centred`]: the same with every batch moved to the middle;
//! * [`neighbours`]: exact nearest neighbours, and how well a picture keeps them;
//! * [`tsne`], [`umap`]: pictures in two dimensions, made step by step.

// A view is two pointers wide and `Copy`; the lint does not see that through its lifetime.
#![allow(clippy::needless_pass_by_value)]

pub mod centred;
mod error;
mod graph;
pub mod neighbours;
pub mod pca;
#[cfg(test)]
mod reference;
mod start;
pub mod tsne;
pub mod umap;

pub use centred::centred_by_batch;
pub use error::EmbedError;
pub(crate) use neighbours::select_nearest;
pub use neighbours::{Neighbours, nearest_neighbours, trustworthiness};
pub use pca::Pca;
pub use tsne::{Tsne, TsneSettings};
pub use umap::{Umap, UmapSettings};
