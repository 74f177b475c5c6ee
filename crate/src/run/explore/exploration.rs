//! What an exploration has found so far.

use std::collections::BTreeMap;
use std::rc::Rc;

use ndarray::{Array2, Axis};

use crate::data::{Dataset, Design, Prepared, ValueKind};
use crate::metrics::contrast::{Floor, Measured};
use crate::metrics::distance::Distance;
use crate::metrics::response_genes::ResponseGenes;

use super::doses::DoseFit;
use super::groups::Comparison;
use super::outcome::{DistanceRow, EmbeddingRow, Explored, FitOf, FitRow, GeneRow, ResponseRow};
use super::{ExploreTask, Method};

/// Everything that the figures and the report are made from.
pub struct Exploration {
    pub(super) task: ExploreTask,
    /// Whether `ln(1 + x)` is taken in preprocessing.
    pub(super) log1p: bool,
    pub(super) dataset: Rc<Dataset>,
    /// Cells that there are with these roles.
    pub(super) n_cells_all: usize,
    /// The cells that are used; before the first step, without any.
    pub(super) prepared: Prepared,
    /// Number of coordinates that distances are measured in.
    pub(super) coordinates: usize,
    pub(super) comparisons: Vec<Comparison>,
    /// Distances of each comparison, in its order.
    pub(super) distances: Vec<Option<Distances>>,
    /// Noise floor of each comparison, in its order.
    pub(super) floors: Vec<Option<Rc<Vec<Floor>>>>,
    /// Tests of each comparison, in its order.
    pub(super) genes: Vec<Option<ResponseGenes>>,
    pub(super) fits: Vec<DoseFit>,
    /// Positions of the cells, n x 2.
    pub(super) embeddings: BTreeMap<Method, Array2<f32>>,
}

/// The distances of one comparison.
pub(super) struct Distances {
    pub n_control: usize,
    pub n_treated: usize,
    pub measured: Vec<Measured>,
}

/// Genes of one comparison that respond.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Responding {
    /// Genes that go up, best score first.
    pub up: Vec<usize>,
    /// Genes that go down, strongest first.
    pub down: Vec<usize>,
}

impl Exploration {
    pub(super) fn design(&self) -> &Design {
        &self.prepared.design
    }

    /// Whether the prepared expression is `ln(1 + x)`.
    pub(super) fn logged(&self) -> bool {
        self.log1p || self.prepared.kind == ValueKind::LogNormalised
    }

    /// The response genes of a comparison by the task's thresholds.
    pub(super) fn responding(&self, comparison: usize) -> Option<Responding> {
        let genes = self.genes.get(comparison)?.as_ref()?;
        let part = self.task.deg.clone().unwrap_or_default();
        let passes = |&&gene: &&usize| {
            genes.adjusted_p_values[gene] <= part.max_adjusted_p
                && genes.log2_fold_changes[gene].abs() >= part.min_log2_fold_change
        };
        let (up, down): (Vec<usize>, Vec<usize>) =
            genes.order.iter().filter(passes).partition(|&&gene| genes.log2_fold_changes[gene] > 0.0);
        Some(Responding { up, down: down.into_iter().rev().collect() })
    }

    /// The number of the comparison of a type (`None`: all cells together) with an arm.
    pub(super) fn comparison(&self, cell_type: Option<usize>, arm: usize) -> Option<usize> {
        self.comparisons.iter().position(|one| one.cell_type == cell_type && one.arm == arm)
    }

    /// What was compared: all cells together (`None`) first, where there are several types, then the types.
    pub(super) fn compared_types(&self) -> Vec<Option<usize>> {
        let mut types: Vec<Option<usize>> = self.comparisons.iter().map(|one| one.cell_type).collect();
        types.dedup();
        types
    }

    /// Genes with a dose-response curve in any type, the most certain first.
    pub(super) fn fitted_genes(&self) -> Vec<String> {
        let mut genes: Vec<String> = Vec::new();
        for fit in self.fits_of(FitOf::Gene) {
            if !genes.contains(&fit.name) {
                genes.push(fit.name.clone());
            }
        }
        genes
    }

    /// The report's rows.
    #[must_use]
    pub fn outcome(&self) -> Explored {
        Explored {
            distances: self.distance_rows(),
            responses: self.response_rows(),
            response_genes: self.response_gene_rows(),
            dose_fits: self.fit_rows(),
            embeddings: self
                .embeddings
                .iter()
                .map(|(&method, at)| EmbeddingRow {
                    method,
                    x: at.index_axis(Axis(1), 0).to_vec(),
                    y: at.index_axis(Axis(1), 1).to_vec(),
                })
                .collect(),
            cells: self.design().cells.iter().map(|&cell| self.dataset.cells[cell].clone()).collect(),
        }
    }

    /// One row per comparison and distance.
    #[must_use]
    pub fn distance_rows(&self) -> Vec<DistanceRow> {
        let mut rows = Vec::new();
        for (i, (comparison, distances)) in self.comparisons.iter().zip(&self.distances).enumerate() {
            let Some(distances) = distances else { continue };
            for measured in &distances.measured {
                let floor = self.floor(i, measured.distance);
                rows.push(DistanceRow {
                    compared: comparison.compared(self.design()),
                    metric: measured.distance,
                    n_control: distances.n_control,
                    n_treated: distances.n_treated,
                    value: measured.value.is_finite().then_some(measured.value),
                    p_value: measured.p_value,
                    low: measured.low,
                    high: measured.high,
                    floor: floor.map(|floor| floor.median),
                    floor_high: floor.map(|floor| floor.high),
                });
            }
        }
        rows
    }

    /// The noise floor of a comparison.
    pub(super) fn floor(&self, comparison: usize, metric: Distance) -> Option<&Floor> {
        self.floors.get(comparison)?.as_ref()?.iter().find(|floor| floor.distance == metric)
    }

    pub(super) fn response_rows(&self) -> Vec<ResponseRow> {
        let rows = self.comparisons.iter().enumerate().filter_map(|(i, comparison)| {
            let responding = self.responding(i)?;
            Some(ResponseRow {
                compared: comparison.compared(self.design()),
                n_control: comparison.control.len(),
                n_treated: comparison.treated.len(),
                up: responding.up.len(),
                down: responding.down.len(),
            })
        });
        rows.collect()
    }

    /// The task's number of genes for each comparison.
    #[must_use]
    pub fn response_gene_rows(&self) -> Vec<GeneRow> {
        let n = self.task.deg.as_ref().map_or(0, |part| part.n_genes);
        (0..self.comparisons.len()).flat_map(|i| self.gene_rows(i, n)).collect()
    }

    /// One row per fitted curve.
    #[must_use]
    pub fn fit_rows(&self) -> Vec<FitRow> {
        self.fits.iter().map(|fit| fit.row(self.design())).collect()
    }

    /// The `n` genes of a comparison with the best scores, up or down.
    fn gene_rows(&self, comparison: usize, n: usize) -> Vec<GeneRow> {
        let Some(Some(genes)) = self.genes.get(comparison) else { return Vec::new() };
        let compared = self.comparisons[comparison].compared(self.design());
        let order = genes.strongest();
        let rows = order.iter().take(n).enumerate().map(|(place, &gene)| GeneRow {
            compared: compared.clone(),
            gene: self.prepared.genes[gene].clone(),
            rank: place + 1,
            score: genes.scores[gene],
            log2_fold_change: genes.log2_fold_changes[gene],
            p_value: genes.p_values[gene].is_finite().then_some(genes.p_values[gene]),
            adjusted_p_value: genes.adjusted_p_values[gene],
            mean_control: genes.mean_control[gene],
            mean_treated: genes.mean_treated[gene],
            fraction_control: genes.fraction_control[gene],
            fraction_treated: genes.fraction_treated[gene],
        });
        rows.collect()
    }

    pub(super) fn fits_of(&self, of: FitOf) -> impl Iterator<Item = &DoseFit> {
        self.fits.iter().filter(move |fit| fit.of == of)
    }
}
