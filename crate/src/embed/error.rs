//! What can be wrong with the input of an embedding.

use thiserror::Error;

/// Why an embedding could not be computed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EmbedError {
    /// Principal components need a variance, hence two cells, and a gene.
    #[error("principal components need at least 2 cells and 1 gene, there are {cells} cells and {genes} genes")]
    TooFewCells {
        /// Number of cells.
        cells: usize,
        /// Number of genes.
        genes: usize,
    },
    /// No component was asked for.
    #[error("0 principal components were asked for")]
    NoComponents,
    /// A value is NaN or infinite.
    #[error("the cells to embed hold {value} in row {row}, column {column}")]
    NotFinite {
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
        /// The value itself.
        value: f32,
    },
    /// Cells to transform have other genes than the cells of the fit.
    #[error("the components have {expected} genes, the cells to transform have {found}")]
    ShapeMismatch {
        /// Genes of the fit.
        expected: usize,
        /// Genes of the cells.
        found: usize,
    },
    /// No or too many neighbours.
    #[error("{asked} neighbours were asked for; with {cells} cells it can be 1 to {most}")]
    Neighbours {
        /// Number of neighbours.
        asked: usize,
        /// The largest number that these cells allow.
        most: usize,
        /// Number of cells.
        cells: usize,
    },
    /// A picture of other cells than the data.
    #[error("the data have {cells} cells, the embedding has {embedded}")]
    OtherCells {
        /// Cells of the data.
        cells: usize,
        /// Cells of the embedding.
        embedded: usize,
    },
    /// t-SNE's perplexity does not go with the number of cells.
    #[error(
        "a perplexity of {perplexity} was asked for, of {cells} cells; it must be at least 2 and below a third of the cells"
    )]
    Perplexity {
        /// The perplexity.
        perplexity: f64,
        /// Number of cells.
        cells: usize,
    },
    /// UMAP's number of neighbours does not go with the number of cells.
    #[error("n_neighbors is {neighbours}, of {cells} cells; it must be at least 2 and below the number of cells")]
    UmapNeighbours {
        /// Number of neighbours, the cell itself counted.
        neighbours: usize,
        /// Number of cells.
        cells: usize,
    },
    /// A setting is out of its range.
    #[error("{name} is {value}, it must be {allowed}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
}

impl EmbedError {
    /// A stable name for this kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooFewCells { .. } => "embed_too_few_cells",
            Self::NoComponents => "embed_no_components",
            Self::NotFinite { .. } => "embed_not_finite",
            Self::ShapeMismatch { .. } => "embed_shape_mismatch",
            Self::Neighbours { .. } => "embed_neighbours",
            Self::OtherCells { .. } => "embed_other_cells",
            Self::Perplexity { .. } => "embed_perplexity",
            Self::UmapNeighbours { .. } => "embed_umap_neighbours",
            Self::Setting { .. } => "embed_setting",
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::TooFewCells { .. } => "Choose a cell type and a dose with more cells.".into(),
            Self::NoComponents => "Ask for at least 1 principal component; 50 is usual.".into(),
            Self::NotFinite { .. } => "Remove the missing or infinite values from the file.".into(),
            Self::ShapeMismatch { .. } => "Transform cells that were prepared together with those of the fit.".into(),
            Self::Neighbours { most: 0, .. } => "Choose more cells.".into(),
            Self::Neighbours { most, .. } => format!("Ask for at most {most} neighbours, or choose more cells."),
            Self::OtherCells { .. } => "Compare an embedding with the data it was made of.".into(),
            Self::Perplexity { cells: 0..7, .. } => "t-SNE needs at least 7 cells; choose more.".into(),
            Self::Perplexity { cells, .. } => {
                format!("Set a perplexity of 2 to {}, or choose more cells; 30 is usual.", (cells - 1) / 3)
            }
            Self::UmapNeighbours { cells: 0..3, .. } => "UMAP needs at least 3 cells; choose more.".into(),
            Self::UmapNeighbours { cells, .. } => {
                format!("Set n_neighbors to 2 to {}, or choose more cells; 15 is usual.", cells - 1)
            }
            Self::Setting { name, allowed, .. } => format!("Set {name} to a value that is {allowed}."),
        }
    }
}
