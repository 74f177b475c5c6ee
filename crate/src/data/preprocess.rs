//! From a data set and a design to the matrix that models are trained on.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use super::design::Design;
use super::normalise::{log1p_only, median_library_size, normalise};
use super::subsample::subsample;
use super::{Csr, DataError, Dataset, ValueKind, hvg};

/// The total that every cell is scaled to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TargetSumText", into = "TargetSumText")]
pub enum TargetSum {
    /// This number.
    Fixed(f64),
    /// The median library size of the used cells; written `"median"`.
    Median,
}

/// How a [`TargetSum`] is written in a run file.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "target_sum is a positive number or \"median\"")]
enum TargetSumText {
    Number(f64),
    Word(String),
}

impl TryFrom<TargetSumText> for TargetSum {
    type Error = String;

    fn try_from(text: TargetSumText) -> Result<Self, String> {
        match text {
            TargetSumText::Number(number) => Ok(Self::Fixed(number)),
            TargetSumText::Word(word) if word == "median" => Ok(Self::Median),
            TargetSumText::Word(word) => Err(format!("target_sum is a positive number or \"median\", not \"{word}\"")),
        }
    }
}

impl From<TargetSum> for TargetSumText {
    fn from(target: TargetSum) -> Self {
        match target {
            TargetSum::Fixed(number) => Self::Number(number),
            TargetSum::Median => Self::Word("median".to_owned()),
        }
    }
}

/// Which genes are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneChoice {
    /// Every gene.
    All,
    /// This many highly variable genes by scanpy's flavour `seurat` (normalised dispersion of log-normalised data).
    HvgSeurat(usize),
    /// This many highly variable genes by scanpy's flavour `seurat_v3` (standardised variance of counts).
    HvgSeuratV3(usize),
}

/// How a data set is prepared; every field has a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preprocess {
    /// At most this many cells are used; 0 means all.
    pub max_cells: usize,
    /// The total that every cell's counts are scaled to.
    pub target_sum: TargetSum,
    /// Whether `ln(1 + x)` is taken.
    pub log1p: bool,
    /// Which genes are used. The fewer and the more variable the genes, the lower every model's R2; scGen's authors advise
    /// about 7,000.
    pub genes: GeneChoice,
    /// Whether the genes are chosen without the held-out cells, so that no knowledge of them leaks into the choice.
    pub genes_without_held_out: bool,
    /// Seed of the subsample.
    pub seed: u64,
}

impl Default for Preprocess {
    fn default() -> Self {
        Self {
            max_cells: 3000,
            target_sum: TargetSum::Fixed(1e4),
            log1p: true,
            genes: GeneChoice::HvgSeurat(2000),
            genes_without_held_out: false,
            seed: 1,
        }
    }
}

/// A data set ready for training.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Cells x chosen genes, normalised and logged.
    pub x: Array2<f32>,
    /// Names of the chosen genes, in the data set's order.
    pub genes: Vec<String>,
    /// Their columns in the data set, ascending.
    pub gene_index: Vec<usize>,
    /// The same cells x all genes of the data set, as read.
    pub counts: Csr,
    /// What the values of `counts` are.
    pub kind: ValueKind,
    /// The total that the cells were scaled to. For input that was normalised already, the median total it has.
    pub target_sum: f64,
    /// The design of these cells, in the order of the rows.
    pub design: Design,
    /// What was done that the visitor did not ask for.
    pub notes: Vec<String>,
}

impl Prepared {
    /// A design before anything is prepared: no genes, no values.
    #[must_use]
    pub fn empty(design: Design) -> Self {
        Self {
            x: Array2::zeros((0, 0)),
            genes: Vec::new(),
            gene_index: Vec::new(),
            counts: Csr::from_rows(0, []),
            kind: ValueKind::Counts,
            target_sum: 0.0,
            design,
            notes: Vec::new(),
        }
    }

    /// Expression of any gene of the data set (`column`) in every prepared cell, normalised and logged as `x` is.
    #[must_use]
    pub fn expression_of(&self, column: usize, log1p: bool) -> Vec<f32> {
        if let Ok(chosen) = self.gene_index.binary_search(&column) {
            return self.x.index_axis(Axis(1), chosen).to_vec();
        }
        let value = |i: usize| {
            let (columns, values) = self.counts.row(i);
            let Ok(at) = columns.binary_search(&(column as u32)) else { return 0.0 };
            let scaled = match self.kind {
                ValueKind::LogNormalised => return values[at],
                ValueKind::Normalised => values[at],
                ValueKind::Counts => {
                    let total = values.iter().map(|&v| f64::from(v)).sum::<f64>();
                    values[at] / (total as f32 / self.target_sum as f32)
                }
            };
            if log1p { scaled.ln_1p() } else { scaled }
        };
        (0..self.counts.n_rows()).map(value).collect()
    }
}

/// Prepares a data set: drops cells without counts, draws the subsample, normalises over all genes, chooses genes, and
/// writes the chosen ones into a dense matrix.
///
/// `held_out` has one flag per entry of `design.cells`: a cell whose expression the model must not see. It matters only
/// with [`Preprocess::genes_without_held_out`]. (With `target_sum` `"median"` the held-out cells' library sizes count
/// too, as in scanpy.)
///
/// Errors: [`DataError::HeldOutLength`], [`DataError::BadSetting`], [`DataError::BadValue`], [`DataError::NoCells`],
/// [`DataError::CountsNeeded`], [`DataError::NoVariableGenes`].
pub fn prepare(
    dataset: &Dataset,
    design: &Design,
    settings: &Preprocess,
    held_out: &[bool],
) -> Result<Prepared, DataError> {
    check(dataset, design, settings, held_out)?;
    let mut notes = Vec::new();
    let filled: Vec<usize> =
        (0..design.cells.len()).filter(|&i| dataset.matrix.row(design.cells[i]).1.iter().any(|&v| v > 0.0)).collect();
    if filled.is_empty() {
        return Err(DataError::NoCells { why: "none has any counts".to_owned() });
    }
    if filled.len() < design.cells.len() {
        notes.push(format!("{} cells without any counts are not used.", design.cells.len() - filled.len()));
    }
    let all = design.select(&filled);
    let sample = subsample(&all, settings.max_cells, settings.seed);
    if sample.len() < all.cells.len() {
        notes.push(format!("{} of {} cells were drawn (seed {}).", sample.len(), all.cells.len(), settings.seed));
    }
    let sampled = all.select(&sample);
    let counts = dataset.matrix.select_rows(&sampled.cells);
    check_values(dataset, &sampled, &counts)?;

    let (expression, target_sum) = expression(&counts, dataset.kind, settings, &mut notes);
    let seen: Vec<usize> =
        (0..sample.len()).filter(|&i| !(settings.genes_without_held_out && held_out[filled[sample[i]]])).collect();
    let gene_index = choose_genes(&counts, &expression, dataset.kind, settings, &seen, &mut notes)?;
    Ok(Prepared {
        x: dense_columns(&expression, &gene_index),
        genes: gene_index.iter().map(|&j| dataset.genes[j].clone()).collect(),
        gene_index,
        counts,
        kind: dataset.kind,
        target_sum,
        design: sampled,
        notes,
    })
}

fn check(dataset: &Dataset, design: &Design, settings: &Preprocess, held_out: &[bool]) -> Result<(), DataError> {
    if held_out.len() != design.cells.len() {
        return Err(DataError::HeldOutLength { expected: design.cells.len(), found: held_out.len() });
    }
    if let TargetSum::Fixed(target) = settings.target_sum
        && !(target.is_finite() && target > 0.0)
    {
        return Err(DataError::BadSetting { setting: "target_sum", value: target.to_string() });
    }
    match settings.genes {
        GeneChoice::HvgSeurat(0) => Err(DataError::BadSetting { setting: "hvg_seurat", value: "0".to_owned() }),
        GeneChoice::HvgSeuratV3(0) => Err(DataError::BadSetting { setting: "hvg_seurat_v3", value: "0".to_owned() }),
        GeneChoice::HvgSeuratV3(_) if dataset.kind != ValueKind::Counts => {
            let found = if dataset.kind == ValueKind::LogNormalised { "log-normalised" } else { "normalised" };
            Err(DataError::CountsNeeded { found })
        }
        _ => Ok(()),
    }
}

/// Readers refuse such values already; a data set from elsewhere may still have them.
fn check_values(dataset: &Dataset, design: &Design, counts: &Csr) -> Result<(), DataError> {
    for (i, &cell) in design.cells.iter().enumerate() {
        let (columns, values) = counts.row(i);
        if let Some(at) = values.iter().position(|v| !v.is_finite() || *v < 0.0) {
            return Err(DataError::BadValue {
                cell: dataset.cells[cell].clone(),
                gene: dataset.genes[columns[at] as usize].clone(),
                value: values[at],
            });
        }
    }
    Ok(())
}

/// The normalised (and logged) matrix over all genes, and the total of its cells.
fn expression(counts: &Csr, kind: ValueKind, settings: &Preprocess, notes: &mut Vec<String>) -> (Csr, f64) {
    match kind {
        ValueKind::Counts => {
            let target_sum = match settings.target_sum {
                TargetSum::Fixed(target) => target,
                TargetSum::Median => median_library_size(counts.row_sums()),
            };
            (normalise(counts, target_sum, settings.log1p), target_sum)
        }
        ValueKind::Normalised => {
            notes.push("The values are normalised already: they were not scaled again.".to_owned());
            let total = median_library_size(counts.row_sums());
            (if settings.log1p { log1p_only(counts) } else { counts.clone() }, total)
        }
        ValueKind::LogNormalised => {
            notes.push("The values are log-normalised already: they were neither scaled nor logged again.".to_owned());
            let total = |i| counts.row(i).1.iter().map(|&v| f64::from(v).exp_m1()).sum::<f64>();
            (counts.clone(), median_library_size((0..counts.n_rows()).map(total)))
        }
    }
}

/// The chosen columns, ascending, judged by the rows `seen`.
fn choose_genes(
    counts: &Csr,
    expression: &Csr,
    kind: ValueKind,
    settings: &Preprocess,
    seen: &[usize],
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, DataError> {
    let (asked, chosen) = match settings.genes {
        GeneChoice::All => return Ok((0..counts.n_cols()).collect()),
        GeneChoice::HvgSeurat(n) => {
            let logged = settings.log1p || kind == ValueKind::LogNormalised;
            (n, hvg::seurat(expression, seen, logged, n))
        }
        GeneChoice::HvgSeuratV3(n) => (n, hvg::seurat_v3(counts, seen, n)),
    };
    if chosen.is_empty() {
        return Err(DataError::NoVariableGenes { n_cells: seen.len() });
    }
    if chosen.len() < asked && chosen.len() < counts.n_cols() {
        notes.push(format!("Only {} genes vary among the cells: {asked} were asked for.", chosen.len()));
    }
    Ok(chosen)
}

/// The given columns of a sparse matrix, with their zeros (rows x `columns`).
fn dense_columns(matrix: &Csr, columns: &[usize]) -> Array2<f32> {
    let mut new_column = vec![usize::MAX; matrix.n_cols()];
    for (new, &old) in columns.iter().enumerate() {
        new_column[old] = new;
    }
    let mut dense = Array2::zeros((matrix.n_rows(), columns.len()));
    for (i, mut row) in dense.rows_mut().into_iter().enumerate() {
        let (indices, values) = matrix.row(i);
        for (&j, &value) in indices.iter().zip(values) {
            if let Some(entry) = row.get_mut(new_column[j as usize]) {
                *entry = value;
            }
        }
    }
    dense
}
