//! What the page needs to offer the figures of an exploration.

use serde::Serialize;

use crate::metrics::contrast::work;

use super::exploration::Exploration;
use super::groups::type_name;
use super::outcome::ResponseRow;
use super::{DistancePart, Method};

/// Multiply-adds that an embedding takes for a cell, roughly.
pub(super) const OTHER_WORK: f64 = 8e6;

/// An exploration in brief.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// Cells that are used.
    pub n_cells: usize,
    /// Cells that there are with these roles.
    pub n_cells_all: usize,
    /// How much longer the distances would take with all cells.
    pub times_longer: f64,
    /// What was compared: all cells together first, then the types, as figures name them.
    pub cell_types: Vec<String>,
    /// The treatments or doses that were compared with the control.
    pub arms: Vec<String>,
    /// Whether there are at least two doses, so that figures along the doses make sense.
    pub along_doses: bool,
    /// Names of the distances that were measured.
    pub metrics: Vec<&'static str>,
    /// Embeddings that have positions.
    pub methods: Vec<Method>,
    /// The genes that were chosen in preprocessing, those that respond most under the last treatment first.
    pub genes: Vec<String>,
    /// Genes with a dose-response curve, the most certain first.
    pub fitted_genes: Vec<String>,
    /// How many genes respond in each comparison.
    pub responses: Vec<ResponseRow>,
    /// Whether all distances have their intervals and p-values.
    pub resampled: bool,
}

impl Exploration {
    /// What there is so far.
    #[must_use]
    pub fn overview(&self) -> Overview {
        let design = self.design();
        Overview {
            n_cells: design.cells.len(),
            n_cells_all: self.n_cells_all,
            times_longer: self.times_longer(),
            cell_types: self.compared_types().into_iter().map(|one| type_name(design, one).to_owned()).collect(),
            arms: self.arms().into_iter().map(|arm| design.arms[arm].label.clone()).collect(),
            along_doses: self.series().iter().any(|one| one.arms.len() > 1),
            metrics: self.task.distances.iter().flat_map(|part| &part.metrics).map(|metric| metric.name()).collect(),
            methods: self.embeddings.keys().copied().collect(),
            genes: self.genes_by_response(),
            fitted_genes: self.fitted_genes(),
            responses: self.response_rows(),
            resampled: self.distances.iter().flatten().all(|one| one.measured.iter().any(|one| one.p_value.is_some())),
        }
    }

    /// Work on all cells over work on those that are used: distances by their groups, which have a largest size, and the rest
    /// by the number of cells.
    fn times_longer(&self) -> f64 {
        let factor = self.n_cells_all as f64 / self.design().cells.len().max(1) as f64;
        let Some(part) = &self.task.distances else { return factor };
        let total = |factor: f64| -> f64 {
            (0..self.comparisons.len()).map(|i| self.resample_work(i, factor, part)).sum::<f64>()
        };
        // As the weights of the stages: most of the rest is the embedding.
        let rest = self.task.embedding.as_ref().map_or(0.0, |one| one.methods.len() as f64) * OTHER_WORK;
        let rest = rest * self.design().cells.len() as f64;
        let now = total(1.0) + rest;
        if now > 0.0 { (total(factor) + rest * factor) / now } else { factor }
    }

    /// Roughly the multiply-adds of the distances of a comparison whose groups are `factor` times as large as they are.
    pub(super) fn resample_work(&self, i: usize, factor: f64, part: &DistancePart) -> f64 {
        let comparison = &self.comparisons[i];
        let size = |cells: &[usize]| {
            let cells = (cells.len() as f64 * factor) as usize;
            match part.matched_cells.unwrap_or(part.max_cells) {
                0 => cells,
                most => cells.min(most),
            }
        };
        let (n, m) = (size(&comparison.control), size(&comparison.treated));
        work(n, m, self.coordinates, &part.metrics, &part.resampling(self.task.seed))
    }

    fn genes_by_response(&self) -> Vec<String> {
        let last = self.arms().last().and_then(|&arm| {
            self.comparison(None, arm).or_else(|| self.comparisons.iter().position(|one| one.arm == arm))
        });
        let Some(genes) = last.and_then(|i| self.genes[i].as_ref()) else { return self.prepared.genes.clone() };
        genes.strongest().into_iter().map(|gene| self.prepared.genes[gene].clone()).collect()
    }
}
