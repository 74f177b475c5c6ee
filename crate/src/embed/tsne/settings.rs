//! What can be chosen about a t-SNE.

use serde::{Deserialize, Serialize};

use super::super::EmbedError;

/// Settings of [`super::Tsne`]; the defaults are those of scikit-learn's `TSNE`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TsneSettings {
    /// Effective number of neighbours of a cell; at least 2, and below a third of the cells.
    pub perplexity: f64,
    /// How many times stronger cells attract each other at first; at least 1.
    pub early_exaggeration: f64,
    /// Iterations for which they do.
    pub exaggeration_iterations: usize,
    /// Iterations in all.
    pub iterations: usize,
    /// Learning rate; if not given, cells / `early_exaggeration` / 4, and at least 50.
    pub learning_rate: Option<f64>,
    /// Barnes-Hut approximation: 0 is exact and slow, more is quicker; at most 0.7.
    pub theta: f64,
    /// Seed of the noise at the start.
    pub seed: u64,
}

impl Default for TsneSettings {
    fn default() -> Self {
        Self {
            perplexity: 30.0,
            early_exaggeration: 12.0,
            exaggeration_iterations: 250,
            iterations: 1000,
            learning_rate: None,
            theta: 0.5,
            seed: 1,
        }
    }
}

impl TsneSettings {
    /// Refuses settings that do not make sense for this number of cells, with the first one that is wrong.
    pub fn check(&self, cells: usize) -> Result<(), EmbedError> {
        if !(self.perplexity >= 2.0 && 3.0 * self.perplexity < cells as f64) {
            return Err(EmbedError::Perplexity { perplexity: self.perplexity, cells });
        }
        let rate = self.learning_rate.unwrap_or(1.0);
        for (name, value, allowed, fits) in [
            (
                "early_exaggeration",
                self.early_exaggeration,
                "1 to 1000",
                (1.0..=1000.0).contains(&self.early_exaggeration),
            ),
            ("learning_rate", rate, "above 0 and at most 100000", rate > 0.0 && rate <= 1e5),
            ("theta", self.theta, "0 to 0.7", (0.0..=0.7).contains(&self.theta)),
            ("iterations", self.iterations as f64, "at least 1", self.iterations > 0),
        ] {
            if !fits {
                return Err(EmbedError::Setting { name, value, allowed });
            }
        }
        Ok(())
    }
}
