//! The exploration task of a run file.

use serde::{Deserialize, Serialize};

use crate::embed::{TsneSettings, UmapSettings};
use crate::metrics::contrast::ResampleSettings;
use crate::metrics::deg::Test;
use crate::metrics::distance::Distance;
use crate::metrics::emd::MAX_POINTS;
use crate::run::file::no_repeats;
use crate::run::{Names, RunError};

/// Look at the data before any model. A part that is `null` is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExploreTask {
    /// Cell types to compare, each on its own; all cells together are always compared as well.
    pub cell_types: Names,
    /// Labels of the treatments or doses that are compared with the control.
    pub arms: Names,
    /// Where distances are measured.
    pub space: Space,
    /// Number of principal components, fitted once to all cells that are used.
    pub n_pcs: usize,
    /// Seed of what is drawn: the components' start vector, cells, resamples. Embeddings have their own.
    pub seed: u64,
    /// Distances between control and treated cells.
    pub distances: Option<DistancePart>,
    /// Differentially expressed genes of treated against control cells.
    pub deg: Option<GenePart>,
    /// Dose-response fits.
    pub doses: Option<DosePart>,
    /// Pictures of the cells in two dimensions; the first two principal components are always there.
    pub embedding: Option<EmbeddingPart>,
}

impl Default for ExploreTask {
    fn default() -> Self {
        Self {
            cell_types: Names::All,
            arms: Names::All,
            space: Space::Pca,
            n_pcs: 50,
            seed: 1,
            distances: Some(DistancePart::default()),
            deg: Some(GenePart::default()),
            doses: Some(DosePart::default()),
            embedding: Some(EmbeddingPart::default()),
        }
    }
}

/// Coordinates that distances are measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// Principal components of all cells that are used.
    #[default]
    Pca,
    /// Log-normalised expression of the chosen genes.
    Genes,
}

/// Which distances, and how their uncertainty is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DistancePart {
    /// The distances.
    pub metrics: Vec<Distance>,
    /// At most this many cells of a group are used, drawn at random; 0 means all.
    pub max_cells: usize,
    /// If given, groups with more cells are brought to this many, so that distances that depend on the number of cells
    /// can be compared.
    pub matched_cells: Option<usize>,
    /// Relabellings for each p-value; 0 for none.
    pub permutations: usize,
    /// Redraws for each interval; 0 for none.
    pub bootstraps: usize,
    /// The number of both for Wasserstein distances, each of which solves a transport problem.
    pub transport_resamples: usize,
    /// Random partings of the control cells for the noise floor; 0 for none.
    pub floor_splits: usize,
}

impl Default for DistancePart {
    fn default() -> Self {
        Self {
            metrics: vec![
                Distance::Edistance,
                Distance::Euclidean,
                Distance::MeanPairwise,
                Distance::MmdLinear,
                Distance::MmdRbfMedian,
                Distance::Wasserstein,
            ],
            max_cells: 1000,
            matched_cells: None,
            permutations: 100,
            bootstraps: 100,
            transport_resamples: 39,
            floor_splits: 20,
        }
    }
}

impl DistancePart {
    pub(super) fn resampling(&self, seed: u64) -> ResampleSettings {
        ResampleSettings {
            permutations: self.permutations,
            bootstraps: self.bootstraps,
            transport_resamples: self.transport_resamples,
            seed,
        }
    }
}

/// How response genes are found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenePart {
    /// The test.
    pub test: Test,
    /// Genes per comparison in the report, best score first.
    pub n_genes: usize,
    /// A response gene has at most this adjusted p-value ...
    pub max_adjusted_p: f64,
    /// ... and at least this log2 fold change, up or down.
    pub min_log2_fold_change: f64,
}

impl Default for GenePart {
    fn default() -> Self {
        Self { test: Test::Wilcoxon, n_genes: 100, max_adjusted_p: 0.05, min_log2_fold_change: 1.0 }
    }
}

/// Which dose-response curves are fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DosePart {
    /// At most this many response genes per cell type, the most significant first.
    pub n_genes: usize,
}

impl Default for DosePart {
    fn default() -> Self {
        Self { n_genes: 100 }
    }
}

/// Which embeddings are computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingPart {
    /// The methods, in order.
    pub methods: Vec<Method>,
    /// Settings of t-SNE.
    pub tsne: TsneSettings,
    /// Settings of UMAP.
    pub umap: UmapSettings,
}

impl Default for EmbeddingPart {
    fn default() -> Self {
        Self { methods: vec![Method::Umap], tsne: TsneSettings::default(), umap: UmapSettings::default() }
    }
}

/// A way to show cells in two dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The first two principal components.
    Pca,
    /// t-distributed stochastic neighbour embedding.
    Tsne,
    /// Uniform manifold approximation and projection.
    Umap,
}

impl Method {
    /// Its name as figures write it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Pca => "PCA",
            Self::Tsne => "t-SNE",
            Self::Umap => "UMAP",
        }
    }
}

impl ExploreTask {
    /// Checks what can be checked without the data.
    pub(in crate::run) fn complete(&mut self) -> Result<(), RunError> {
        if self.cell_types.is_empty() {
            return Err(RunError::Empty { what: "cell_types" });
        }
        if self.arms.is_empty() {
            return Err(RunError::Empty { what: "arms" });
        }
        self.cell_types.check("cell_types")?;
        self.arms.check("arms")?;
        let positive = |name: &'static str, value: usize, least: usize| {
            if value >= least { Ok(()) } else { Err(RunError::TooSmall { name, value, least }) }
        };
        positive("n_pcs", self.n_pcs, 1)?;
        if let Some(part) = &self.distances {
            if part.metrics.is_empty() {
                return Err(RunError::Empty { what: "distances.metrics" });
            }
            no_repeats("distances.metrics", &part.metrics.iter().map(|metric| metric.name()).collect::<Vec<_>>())?;
            positive("distances.matched_cells", part.matched_cells.unwrap_or(1), 1)?;
            let most = part.matched_cells.unwrap_or(part.max_cells);
            if part.metrics.contains(&Distance::Emd) && (most == 0 || most > MAX_POINTS) {
                return Err(RunError::TooManyCellsForEmd { most: MAX_POINTS });
            }
        }
        if let Some(part) = &self.deg {
            positive("deg.n_genes", part.n_genes, 1)?;
        }
        if let Some(part) = &self.doses {
            positive("doses.n_genes", part.n_genes, 1)?;
        }
        Ok(())
    }
}
