//! What can be chosen about a UMAP.

use serde::{Deserialize, Serialize};

use super::super::EmbedError;

/// Settings of [`super::Umap`]; the defaults are those of umap-learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UmapSettings {
    /// Neighbours of a cell, itself counted; at least 2, and below the number of cells.
    pub n_neighbors: usize,
    /// Distance up to which neighbours in the picture count as touching.
    pub min_dist: f64,
    /// Scale of the picture; at least `min_dist`.
    pub spread: f64,
    /// Epochs; if not given, 500 for up to 10,000 cells and 200 for more.
    pub epochs: Option<usize>,
    /// Cells that are pushed away for each neighbour that is pulled.
    pub negative_samples: usize,
    /// Step size at the start; it falls to 0.
    pub learning_rate: f64,
    /// Seed of the noise at the start and of the cells that are pushed away.
    pub seed: u64,
}

impl Default for UmapSettings {
    fn default() -> Self {
        Self {
            n_neighbors: 15,
            min_dist: 0.1,
            spread: 1.0,
            epochs: None,
            negative_samples: 5,
            learning_rate: 1.0,
            seed: 1,
        }
    }
}

impl UmapSettings {
    /// Refuses settings that do not make sense for this number of cells, with the first one that is wrong.
    pub fn check(&self, cells: usize) -> Result<(), EmbedError> {
        if self.n_neighbors < 2 || self.n_neighbors >= cells {
            return Err(EmbedError::UmapNeighbours { neighbours: self.n_neighbors, cells });
        }
        let epochs = self.epochs.unwrap_or(1);
        for (name, value, allowed, fits) in [
            ("spread", self.spread, "0.01 to 100", (0.01..=100.0).contains(&self.spread)),
            ("min_dist", self.min_dist, "0 to spread", (0.0..=self.spread).contains(&self.min_dist)),
            ("epochs", epochs as f64, "at least 1", epochs > 0),
            ("negative_samples", self.negative_samples as f64, "1 to 100", (1..=100).contains(&self.negative_samples)),
            (
                "learning_rate",
                self.learning_rate,
                "above 0 and at most 100",
                self.learning_rate > 0.0 && self.learning_rate <= 100.0,
            ),
        ] {
            if !fits {
                return Err(EmbedError::Setting { name, value, allowed });
            }
        }
        Ok(())
    }

    /// Epochs for this number of cells.
    pub(super) fn epochs_for(&self, cells: usize) -> usize {
        self.epochs.unwrap_or(if cells <= 10_000 { 500 } else { 200 })
    }
}
