//! What every reader ends with: checks of the values, unique gene names, remarks.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Csr, Dataset, ObsColumn, Skipped, Source, ValueKind};

use super::ReadError;

/// What a reader found in a file.
pub(super) struct Parts {
    /// Cells x genes.
    pub matrix: Csr,
    /// One name per gene, as in the file.
    pub genes: Vec<String>,
    /// One name per cell.
    pub cells: Vec<String>,
    /// Annotations of the cells.
    pub obs: Vec<ObsColumn>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Largest value that logarithms of normalised counts can plausibly have: exp(25) is 7e10.
const LARGEST_LOG: f32 = 25.0;

/// What values are, or `None` where some are negative or not finite.
pub(super) fn kind_of(values: &[f32]) -> Option<ValueKind> {
    let mut whole = true;
    let mut largest = 0.0_f32;
    for &value in values {
        if !value.is_finite() || value < 0.0 {
            return None;
        }
        whole &= value.fract() == 0.0;
        largest = largest.max(value);
    }
    Some(match (whole, largest < LARGEST_LOG) {
        (true, _) => ValueKind::Counts,
        (false, true) => ValueKind::LogNormalised,
        (false, false) => ValueKind::Normalised,
    })
}

/// Makes a data set of what was read.
///
/// # Errors
/// When there are no cells or genes, lengths contradict each other, or values are negative, not finite or all zero.
pub(super) fn finish(name: &str, source: Source, parts: Parts) -> Result<Dataset, ReadError> {
    let Parts { matrix, mut genes, cells, obs, skipped, mut notes } = parts;
    let lengths =
        [("the list of cells", cells.len(), matrix.n_rows()), ("the list of genes", genes.len(), matrix.n_cols())];
    for (what, found, expected) in lengths {
        if found != expected {
            return Err(ReadError::LengthMismatch {
                name: name.to_owned(),
                what: what.to_owned(),
                found: found as u64,
                expected: expected as u64,
                of: "the matrix".to_owned(),
            });
        }
    }
    if cells.is_empty() {
        return Err(ReadError::NoCells { name: name.to_owned() });
    }
    if genes.is_empty() {
        return Err(ReadError::NoGenes { name: name.to_owned(), why: String::new() });
    }
    let Some(kind) = kind_of(matrix.values()) else {
        return Err(bad_values(name, &matrix, &genes, &cells));
    };
    let largest = matrix.values().iter().copied().fold(0.0, f32::max);
    if largest == 0.0 {
        return Err(ReadError::AllZero { name: name.to_owned() });
    }
    match kind {
        ValueKind::Counts => {}
        ValueKind::LogNormalised => notes.push(format!(
            "The values are not whole numbers and the largest is {largest:.2}: they are taken as normalised and log-transformed already, and are not logged again."
        )),
        ValueKind::Normalised => notes.push(format!(
            "The values are not whole numbers and the largest is {largest:.0}: they are taken as normalised, but not log-transformed."
        )),
    }
    notes.extend(make_unique(&mut genes));
    let empty = matrix.row_sums().iter().filter(|&&sum| sum == 0.0).count();
    match empty {
        0 => {}
        1 => notes.push("1 cell has no counts; it is dropped before training.".to_owned()),
        n => notes.push(format!("{n} cells have no counts; they are dropped before training.")),
    }
    Ok(Dataset { source, matrix, kind, genes, cells, obs, skipped, notes, truth: None })
}

/// The error for a matrix with values that are not finite (these first) or negative.
fn bad_values(name: &str, matrix: &Csr, genes: &[String], cells: &[String]) -> ReadError {
    let mut not_finite = (0_u64, None);
    let mut negative = (0_u64, None);
    for (i, cell) in cells.iter().enumerate() {
        let (columns, values) = matrix.row(i);
        for (&j, &value) in columns.iter().zip(values) {
            let found = if !value.is_finite() {
                &mut not_finite
            } else if value < 0.0 {
                &mut negative
            } else {
                continue;
            };
            found.0 += 1;
            found.1.get_or_insert((value, cell, j as usize));
        }
    }
    let place = |j: usize, cell: &String| (cell.clone(), genes.get(j).cloned().unwrap_or_default());
    if let (count, Some((value, cell, j))) = not_finite {
        let (cell, gene) = place(j, cell);
        return ReadError::NonFinite { name: name.to_owned(), count, value: value.to_string(), cell, gene };
    }
    let (count, first) = negative;
    let (value, (cell, gene)) = first.map_or((0.0, (String::new(), String::new())), |(v, cell, j)| (v, place(j, cell)));
    ReadError::Negative { name: name.to_owned(), count, value, cell, gene }
}

/// Gives repeated names the endings `-1`, `-2`, ... as `anndata.utils.make_index_unique` does, and says so.
pub(super) fn make_unique(names: &mut [String]) -> Option<String> {
    let mut taken: BTreeSet<String> = names.iter().cloned().collect();
    if taken.len() == names.len() {
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut counter: BTreeMap<String, u32> = BTreeMap::new();
    let mut renamed = Vec::new();
    for name in names.iter_mut() {
        if seen.insert(name.clone()) {
            continue;
        }
        let count = counter.entry(name.clone()).or_insert(0);
        let unique = loop {
            *count += 1;
            let candidate = format!("{name}-{count}");
            if taken.insert(candidate.clone()) {
                break candidate;
            }
        };
        renamed.push(std::mem::replace(name, unique));
    }
    let n = renamed.len();
    renamed.sort_unstable();
    renamed.dedup();
    let shown = renamed.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = if renamed.len() > 5 { ", ..." } else { "" };
    Some(format!(
        "{n} gene names occur more than once ({shown}{more}); the repeats were named with \"-1\", \"-2\" and so on."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_named_as_anndata_does() {
        let mut names: Vec<String> = ["A", "B", "A", "A", "A-1"].map(str::to_owned).to_vec();
        let note = make_unique(&mut names);
        // anndata.utils.make_index_unique(pd.Index(["A", "B", "A", "A", "A-1"])) of anndata 0.12.
        assert_eq!(names, ["A", "B", "A-2", "A-3", "A-1"]);
        assert!(note.is_some_and(|note| note.starts_with("2 gene names occur more than once (A)")));
        assert_eq!(make_unique(&mut names), None);
    }

    #[test]
    fn kinds() {
        assert_eq!(kind_of(&[0.0, 3.0]), Some(ValueKind::Counts));
        assert_eq!(kind_of(&[0.5, 3.0]), Some(ValueKind::LogNormalised));
        assert_eq!(kind_of(&[0.5, 300.0]), Some(ValueKind::Normalised));
        assert_eq!(kind_of(&[0.5, -1.0]), None);
        assert_eq!(kind_of(&[f32::NAN]), None);
    }
}
