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
        }
    }

    /// What the visitor can change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::TooFewCells { .. } => "Choose a cell type and a dose with more cells.",
            Self::NoComponents => "Ask for at least 1 principal component; 50 is usual.",
            Self::NotFinite { .. } => "Remove the missing or infinite values from the file.",
            Self::ShapeMismatch { .. } => "Transform cells that were prepared together with those of the fit.",
        }
        .into()
    }
}
