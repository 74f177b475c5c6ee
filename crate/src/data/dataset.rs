//! The data set: a matrix of cells by genes and what is known of each cell.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::Csr;

/// What the values of the matrix are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Non-negative whole numbers: UMI or read counts.
    Counts,
    /// Non-negative, not whole: already normalised and log-transformed (`normalize_total` then `log1p`).
    LogNormalised,
    /// Non-negative, not whole and too large for logarithms: normalised but not logged.
    Normalised,
}

/// Where a data set comes from; it goes into the run file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A file that the visitor opened.
    File {
        /// The name it had.
        name: String,
        /// SHA-256 of its bytes, in lower-case hexadecimal.
        sha256: String,
    },
    /// A built-in simulation.
    Simulated {
        /// Name of the preset, e.g. `liver-dose-response`.
        preset: String,
        /// Seed of the simulation.
        seed: u64,
    },
}

/// One column of `obs`: a value for every cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ObsColumn {
    /// Its name.
    pub name: String,
    /// Its values, one per cell.
    pub values: ObsValues,
}

/// The values of an `obs` column.
#[derive(Clone, Debug, PartialEq)]
pub enum ObsValues {
    /// Text labels (categorical, string and boolean columns).
    Labels {
        /// The distinct labels, in the file's order of categories, else in order of first appearance.
        levels: Vec<String>,
        /// For each cell the number of its label in `levels`; `None` where the value is missing.
        codes: Vec<Option<u32>>,
    },
    /// Numbers, NaN where the value is missing.
    Numbers(Vec<f64>),
}

impl ObsValues {
    /// Labels from one text per cell; levels in order of first appearance.
    #[must_use]
    pub fn from_texts<S: AsRef<str>>(texts: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut levels: Vec<String> = Vec::new();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let codes = texts
            .into_iter()
            .map(|text| {
                text.map(|text| {
                    let text = text.as_ref();
                    *seen.entry(text.to_owned()).or_insert_with(|| {
                        levels.push(text.to_owned());
                        levels.len() as u32 - 1
                    })
                })
            })
            .collect();
        Self::Labels { levels, codes }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Labels { codes, .. } => codes.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether there are no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same column for the given cells, in the given order. Levels that no cell has any more are kept.
    #[must_use]
    pub fn select(&self, cells: &[usize]) -> Self {
        match self {
            Self::Labels { levels, codes } => {
                Self::Labels { levels: levels.clone(), codes: cells.iter().map(|&i| codes[i]).collect() }
            }
            Self::Numbers(numbers) => Self::Numbers(cells.iter().map(|&i| numbers[i]).collect()),
        }
    }
}

/// Something in a file that was left out, and why; shown to the visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// What, e.g. `obs/_scvi_labels`.
    pub what: String,
    /// Why, in words.
    pub why: String,
}

/// What a simulation knows and a real data set does not: the true mean expression of each cell type at each dose.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Cell types, in the order of the rows of `means`.
    pub cell_types: Vec<String>,
    /// The arms (condition or dose labels, as in the data set's treatment column; the control first).
    pub arms: Vec<String>,
    /// `means[type][arm]` is the expected proportion of each gene among all counts of a cell (sums to one; genes in the
    /// data set's order), so that `1e4 * mean` is on the scale of `normalize_total` with target 10,000.
    pub means: Vec<Array2<f64>>,
    /// Genes that respond to the treatment in at least one cell type.
    pub responding_genes: Vec<usize>,
    /// Dose of half the effect of each gene on its log expression, the same in all types that respond; without meaning
    /// for other genes and where there are no doses.
    pub ec50: Vec<f64>,
}

/// A data set: cells by genes with annotations, as read or simulated, before any preprocessing.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Where it comes from.
    pub source: Source,
    /// Cells x genes.
    pub matrix: Csr,
    /// What the values are.
    pub kind: ValueKind,
    /// Gene names, unique, one per column of `matrix`.
    pub genes: Vec<String>,
    /// Cell names (barcodes), one per row of `matrix`.
    pub cells: Vec<String>,
    /// What is known of each cell.
    pub obs: Vec<ObsColumn>,
    /// What the file holds that was not read, and why.
    pub skipped: Vec<Skipped>,
    /// Remarks for the visitor: which layer was read, duplicate gene names that were made unique, empty cells dropped ...
    pub notes: Vec<String>,
    /// The truth, for simulated data.
    pub truth: Option<Truth>,
}

impl Dataset {
    /// Number of cells.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        self.matrix.n_rows()
    }

    /// Number of genes.
    #[must_use]
    pub fn n_genes(&self) -> usize {
        self.matrix.n_cols()
    }

    /// The `obs` column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ObsColumn> {
        self.obs.iter().find(|column| column.name == name)
    }

    /// The data set with only the given cells, in the given order.
    #[must_use]
    pub fn select_cells(&self, cells: &[usize]) -> Self {
        Self {
            source: self.source.clone(),
            matrix: self.matrix.select_rows(cells),
            kind: self.kind,
            genes: self.genes.clone(),
            cells: cells.iter().map(|&i| self.cells[i].clone()).collect(),
            obs: self
                .obs
                .iter()
                .map(|column| ObsColumn { name: column.name.clone(), values: column.values.select(cells) })
                .collect(),
            skipped: self.skipped.clone(),
            notes: self.notes.clone(),
            truth: self.truth.clone(),
        }
    }
}
