//! The methods that lay cells out step by step, as one.

use ndarray::{Array2, ArrayView2};

use crate::embed::{EmbedError, Tsne, Umap};

use super::{EmbeddingPart, Method};

/// An embedding on its way.
pub(in crate::run) enum Embedder {
    Tsne(Box<Tsne>),
    Umap(Box<Umap>),
}

impl Embedder {
    /// Begins; `None` for a method that has no steps.
    pub fn new(method: Method, scores: ArrayView2<f64>, part: &EmbeddingPart) -> Result<Option<Self>, EmbedError> {
        Ok(match method {
            Method::Pca => None,
            Method::Tsne => Some(Self::Tsne(Box::new(Tsne::new(scores, &part.tsne)?))),
            Method::Umap => Some(Self::Umap(Box::new(Umap::new(scores, &part.umap)?))),
        })
    }

    pub fn step(&mut self) {
        match self {
            Self::Tsne(tsne) => tsne.step(),
            Self::Umap(umap) => umap.step(),
        }
    }

    pub fn is_finished(&self) -> bool {
        match self {
            Self::Tsne(tsne) => tsne.is_finished(),
            Self::Umap(umap) => umap.is_finished(),
        }
    }

    /// From 0 to 1.
    pub fn progress(&self) -> f64 {
        match self {
            Self::Tsne(tsne) => tsne.progress(),
            Self::Umap(umap) => umap.progress(),
        }
    }

    /// Positions of the cells so far, n x 2.
    pub fn positions(&self) -> Array2<f32> {
        let at = match self {
            Self::Tsne(tsne) => tsne.embedding(),
            Self::Umap(umap) => umap.embedding(),
        };
        at.mapv(|value| value as f32)
    }
}
