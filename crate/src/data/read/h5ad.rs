//! AnnData files: which matrix to read, and what is known of the cells.

use hdf5_pure::{File, Group};

use crate::data::{Csr, ObsColumn, Skipped, ValueKind};

use super::finish::Parts;
use super::hdf5::Problem;
use super::matrix::Stored;
use super::{ReadError, frame, hdf5, records};

/// Where counts can be: path of the matrix and of the table of its genes, in the order they are tried.
const PLACES: [(&str, &str); 5] =
    [("X", "var"), ("layers/counts", "var"), ("layers/raw_counts", "var"), ("raw/X", "raw/var"), ("raw.X", "raw.var")];

/// Whether the file looks like AnnData.
pub(super) fn recognise(root: &Group) -> bool {
    hdf5::has(root, "obs") && hdf5::has(root, "var")
}

/// Reads an AnnData file.
///
/// # Errors
/// When neither X, a counts layer nor raw can be read, or the genes have no names.
pub(super) fn read(name: &str, file: &File) -> Result<Parts, ReadError> {
    let root = file.root();
    let mut notes = Vec::new();
    let mut skipped = Vec::new();
    let genes = genes(name, &root, "var")?;
    if genes.is_empty() {
        return Err(ReadError::NoGenes { name: name.to_owned(), why: String::new() });
    }
    let cells = cell_names(&root);
    if matches!(&cells, Ok(cells) if cells.is_empty()) {
        return Err(ReadError::NoCells { name: name.to_owned() });
    }
    let n_cells = cells.as_ref().ok().map(|cells| cells.len() as u64);

    let chosen = choose(name, &root, n_cells, genes.len() as u64, &mut skipped)?;
    notes.push(chosen.note);
    let genes = if chosen.genes == "var" { genes } else { self::genes(name, &root, chosen.genes)? };

    let n = chosen.matrix.n_rows();
    let cells = cells.unwrap_or_else(|problem| {
        skipped.push(Skipped { what: "obs names".to_owned(), why: problem.why() });
        notes.push("The names of the cells could not be read; the cells are numbered instead.".to_owned());
        (0..n).map(|i| format!("cell-{}", i + 1)).collect()
    });
    let (obs, more) = columns(&root, n);
    skipped.extend(more);
    notes.extend(own_note(&root));
    Ok(Parts { matrix: chosen.matrix, genes, cells, obs, skipped, notes })
}

fn cell_names(root: &Group) -> Result<Vec<String>, Problem> {
    match root.group("obs") {
        Ok(obs) => frame::index(&obs),
        Err(_) => Ok(records::read(&root.dataset("obs")?, "obs", None)?.index),
    }
}

fn columns(root: &Group, n: usize) -> (Vec<ObsColumn>, Vec<Skipped>) {
    if let Ok(obs) = root.group("obs") {
        return frame::columns(&obs, "obs", n);
    }
    let table = root.dataset("obs").map_err(Problem::from);
    match table.and_then(|table| records::read(&table, "obs", root.group("uns").ok().as_ref())) {
        Ok(frame) => (frame.columns, frame.skipped),
        Err(problem) => (Vec::new(), vec![Skipped { what: "obs".to_owned(), why: problem.why() }]),
    }
}

fn genes(name: &str, root: &Group, path: &str) -> Result<Vec<String>, ReadError> {
    let read = match root.group(path) {
        Ok(var) => frame::index(&var),
        Err(_) => {
            root.dataset(path).map_err(Problem::from).and_then(|table| Ok(records::read(&table, path, None)?.index))
        }
    };
    read.map_err(|problem| problem.into_error(name, path))
}

struct Chosen {
    matrix: Csr,
    /// Path of the table of its genes.
    genes: &'static str,
    note: String,
}

/// Reads the first place that holds counts, else the first whose values could be normalised counts.
fn choose(
    name: &str,
    root: &Group,
    n_cells: Option<u64>,
    n_genes: u64,
    skipped: &mut Vec<Skipped>,
) -> Result<Chosen, ReadError> {
    let mut fallback: Option<(Stored, &'static str, Option<ValueKind>)> = None;
    let mut first_error = None;
    for (path, genes) in PLACES {
        let tried = Stored::find(name, root, path).and_then(|stored| {
            let Some(stored) = stored else { return Ok(None) };
            check_shape(name, &stored, n_cells, (genes == "var").then_some(n_genes))?;
            let kind = stored.sample(name)?;
            if kind != Some(ValueKind::Counts) {
                return Ok(Some((stored, kind, None)));
            }
            let matrix = stored.read(name)?;
            let kind = super::finish::kind_of(matrix.values());
            Ok(Some((stored, kind, (kind == Some(ValueKind::Counts)).then_some(matrix))))
        });
        match tried {
            Ok(None) => {}
            Ok(Some((_, _, Some(matrix)))) => {
                let note = match (&fallback, &first_error) {
                    (Some((other, _, kind)), _) => {
                        format!("{path} was read: it holds counts, while {} holds {}.", other.what, describe(*kind))
                    }
                    (None, Some((other, _))) => {
                        format!("{path} was read: it holds counts, while {other} cannot be read.")
                    }
                    (None, None) => format!("{path} was read: it holds counts."),
                };
                return Ok(Chosen { matrix, genes, note });
            }
            Ok(Some((stored, kind, None))) => {
                // Scaled values (X after scanpy's `scale`) are only worth an error when there is nothing better.
                if fallback.as_ref().is_none_or(|(_, _, before)| before.is_none() && kind.is_some()) {
                    fallback = Some((stored, genes, kind));
                }
            }
            Err(error) => {
                skipped.push(Skipped { what: path.to_owned(), why: error.to_string() });
                first_error.get_or_insert((path, error));
            }
        }
    }
    match (fallback, first_error) {
        (Some((stored, genes, kind)), error) => {
            // Where X itself is broken, its error says more than that some layer has negative values.
            if let (None, Some((_, error))) = (kind, error) {
                return Err(error);
            }
            let matrix = stored.read(name)?;
            let note =
                format!("{} was read: it holds {}, and no counts were found beside it.", stored.what, describe(kind));
            Ok(Chosen { matrix, genes, note })
        }
        (None, Some((_, error))) => Err(error),
        (None, None) => Err(ReadError::UnsupportedLayout {
            name: name.to_owned(),
            what: "X".to_owned(),
            found: "there is no X, no layer named counts and no raw".to_owned(),
        }),
    }
}

fn describe(kind: Option<ValueKind>) -> &'static str {
    match kind {
        Some(ValueKind::Counts) => "counts",
        Some(ValueKind::LogNormalised) => "log-normalised values",
        Some(ValueKind::Normalised) => "normalised values",
        None => "negative or missing values",
    }
}

fn check_shape(name: &str, stored: &Stored, n_cells: Option<u64>, n_genes: Option<u64>) -> Result<(), ReadError> {
    // The size first: it is what a visitor can do something about.
    stored.check_size(name)?;
    for (of, found, expected) in [("obs", n_cells, stored.n_cells), ("var", n_genes, stored.n_genes)] {
        if let Some(found) = found.filter(|&found| found != expected) {
            let (name, what, of) = (name.to_owned(), of.to_owned(), format!("the shape of {}", stored.what));
            return Err(ReadError::LengthMismatch { name, what, found, expected, of });
        }
    }
    Ok(())
}

/// What [`write_h5ad`](crate::data::write_h5ad) left in `uns`: that the data are simulated.
fn own_note(root: &Group) -> Option<String> {
    let uns = root.group("uns/dosefront").ok()?;
    hdf5::texts(&hdf5::dataset(&uns, "note").ok()?).ok()?.into_iter().next()
}
