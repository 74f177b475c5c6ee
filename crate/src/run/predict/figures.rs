//! The figures of a report, for the command line. The page makes the same ones from the same details.

use crate::chart::{Figure, R2Scatter};

use super::{PredictionDetail, ResultRow};

impl PredictionDetail {
    /// Mean expression of every gene, observed against predicted, with the 100 most responding genes marked.
    #[must_use]
    pub fn scatter(&self, row: &ResultRow) -> Figure {
        let score = |name: &str| row.metrics.get(name).copied().flatten();
        let seed = self.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
        Figure::R2Scatter(R2Scatter {
            title: format!("{}: {} under {}{seed}", self.model, self.cell_type, self.arm),
            genes: self.genes.clone(),
            x: self.mean_observed.clone(),
            y: self.mean_predicted.clone(),
            control: Some(self.mean_control.clone()),
            top: self.top_genes.clone(),
            r2_all: score("r2_all"),
            r2_top: score("r2_top100"),
            x_label: "Observed mean expression (log1p)".to_owned(),
            y_label: "Predicted mean expression (log1p)".to_owned(),
        })
    }
}
