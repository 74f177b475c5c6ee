use ndarray::ArrayView2;
use serde::Serialize;

use crate::embed::{EmbedError, Pca};
use crate::run::RunError;
use crate::run::explore::embedder::Embedder;
use crate::run::explore::{EmbeddingPart, Method};

/// A picture of a latent space in two dimensions, on its way.
pub struct Picture {
    embedder: Option<Embedder>,
    /// Cell after cell, `[x, y]`.
    positions: Vec<[f32; 2]>,
}

/// How a picture is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PictureState {
    /// From 0 to 1.
    pub progress: f64,
    /// Positions of the cells, `[x, y]`.
    pub positions: Vec<[f32; 2]>,
}

impl Picture {
    /// Of latents, cell after cell with so many dimensions each. Principal components are there at once, the other methods
    /// take steps.
    ///
    /// Errors: values that do not fill rows of `width`, or are not finite; too few cells for the method.
    pub fn new(values: &[f32], width: usize, method: Method) -> Result<Self, RunError> {
        let cells = values.len() / width.max(1);
        let latent = ArrayView2::from_shape((cells, width), values)
            .map_err(|_| EmbedError::ShapeMismatch { expected: cells * width, found: values.len() })?;
        let part = EmbeddingPart::default();
        if let Some(embedder) = Embedder::new(method, latent.mapv(f64::from).view(), &part)? {
            let mut picture = Self { embedder: Some(embedder), positions: Vec::new() };
            picture.look();
            return Ok(picture);
        }
        let plane = Pca::fit(latent, width.min(2), 1)?.transform(latent)?;
        let at = |row: ndarray::ArrayView1<f64>| [row[0] as f32, row.get(1).copied().unwrap_or(0.0) as f32];
        Ok(Self { embedder: None, positions: plane.outer_iter().map(at).collect() })
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.embedder.as_ref().is_none_or(Embedder::is_finished)
    }

    /// One step of the method.
    pub fn step(&mut self) {
        if let Some(embedder) = &mut self.embedder {
            embedder.step();
        }
    }

    /// The picture as it is now.
    pub fn state(&mut self) -> PictureState {
        self.look();
        let progress = self.embedder.as_ref().map_or(1.0, Embedder::progress);
        PictureState { progress, positions: self.positions.clone() }
    }

    fn look(&mut self) {
        if let Some(embedder) = &self.embedder {
            self.positions = embedder.positions().outer_iter().map(|row| [row[0], row[1]]).collect();
        }
    }
}
