//! A Matrix Market file with the names of its rows and columns: `matrix.mtx`, `barcodes.tsv` and `features.tsv` or
//! `genes.tsv`, as Cell Ranger, STARsolo and many others write them.

use std::io::BufRead;

use crate::data::{Csr, Skipped};

use super::finish::Parts;
use super::tenx::keep_genes;
use super::{InputFile, ReadError, limits, sniff};

/// Reads a matrix with the names that are among `others`.
///
/// # Errors
/// When the names are missing, do not match the matrix, or the matrix is damaged.
pub(super) fn read(matrix: &InputFile, others: &[InputFile]) -> Result<Parts, ReadError> {
    let mut lines = Lines::new(matrix);
    let header = Header::read(&mut lines)?;
    let (barcodes, features, left) = find_names(matrix, others, &header)?;
    let cells = names(barcodes)?;
    let genes = names(features)?;
    let skipped = left
        .iter()
        .map(|name| Skipped {
            what: name.clone(),
            why: "it is neither the matrix nor its barcodes or features".to_owned(),
        })
        .collect();

    // Cell Ranger writes features x barcodes; some tools (kallisto, alevin) cells x genes. The names decide.
    let fits = |names: &[Vec<String>], n: u64| names.len() as u64 - u64::from(has_header(names, n)) == n;
    let genes_first = fits(&genes, header.rows) && fits(&cells, header.columns);
    let cells_first = fits(&cells, header.rows) && fits(&genes, header.columns);
    if !genes_first && !cells_first {
        let (what, found, expected) = if fits(&genes, header.rows) {
            (&barcodes.name, cells.len(), header.columns)
        } else {
            (&features.name, genes.len(), header.rows)
        };
        return Err(ReadError::LengthMismatch {
            name: matrix.name.clone(),
            what: what.clone(),
            found: found as u64,
            expected,
            of: "the matrix".to_owned(),
        });
    }
    let (n_genes, n_cells) = if genes_first { (header.rows, header.columns) } else { (header.columns, header.rows) };
    let mut notes = Vec::new();
    if !genes_first {
        notes.push("The matrix has one row per cell; it was read that way.".to_owned());
    }
    let cells = drop_header(cells, n_cells as usize);
    let genes = drop_header(genes, n_genes as usize);
    let values = header.entries(&mut lines, genes_first, n_cells as usize, n_genes as usize)?;
    let types: Vec<String> = genes.iter().filter_map(|fields| fields.get(2).cloned()).collect();
    // The symbol is the second field; a list of names alone has one.
    let symbol =
        |fields: Vec<String>| fields.iter().take(2).rfind(|text| !text.is_empty()).cloned().unwrap_or_default();
    let mut parts = Parts {
        matrix: values,
        genes: genes.into_iter().map(symbol).collect(),
        cells: cells.into_iter().map(|fields| fields.into_iter().next().unwrap_or_default()).collect(),
        obs: Vec::new(),
        skipped,
        notes,
    };
    keep_genes(&mut parts, &types);
    Ok(parts)
}

/// Whether a name is that of a list of cells or genes.
pub(super) fn is_names_file(name: &str) -> bool {
    is_barcodes(name) || is_features(name)
}

fn base(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_lowercase()
}

fn is_barcodes(name: &str) -> bool {
    let base = base(name);
    base.contains("barcodes") || base.contains("cells.") || base.contains("cell_names")
}

fn is_features(name: &str) -> bool {
    let base = base(name);
    base.contains("features") || base.contains("genes.") || base.contains("gene_names")
}

type Found<'a> = (&'a InputFile, &'a InputFile, Vec<String>);

/// Picks the lists of cells and genes, by name and, where the names do not tell, by length.
fn find_names<'a>(matrix: &InputFile, others: &'a [InputFile], header: &Header) -> Result<Found<'a>, ReadError> {
    let mut barcodes = others.iter().find(|file| is_barcodes(&file.name));
    let mut features = others.iter().find(|file| is_features(&file.name) && !is_barcodes(&file.name));
    if barcodes.is_none() {
        barcodes = by_length(others, features, header.columns)?;
    }
    if features.is_none() {
        features = by_length(others, barcodes, header.rows)?;
    }
    let missing = match (barcodes, features) {
        (Some(barcodes), Some(features)) => {
            let used = [&barcodes.name, &features.name];
            let left = others.iter().map(|file| &file.name).filter(|name| !used.contains(name)).cloned().collect();
            return Ok((barcodes, features, left));
        }
        (None, None) => "barcodes.tsv and features.tsv are",
        (None, Some(_)) => "barcodes.tsv is",
        (Some(_), None) => "features.tsv (or genes.tsv) is",
    };
    Err(ReadError::MissingParts { name: matrix.name.clone(), missing: missing.to_owned() })
}

/// The first file with `n` names, other than the one that is taken already.
fn by_length<'a>(
    others: &'a [InputFile],
    taken: Option<&InputFile>,
    n: u64,
) -> Result<Option<&'a InputFile>, ReadError> {
    for file in others.iter().filter(|file| taken.is_none_or(|taken| taken.name != file.name)) {
        if names(file)?.len() as u64 == n {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// The fields of each line of a list of names.
fn names(file: &InputFile) -> Result<Vec<Vec<String>>, ReadError> {
    let mut lines = Lines::new(file);
    let mut all = Vec::new();
    while let Some(line) = lines.next()? {
        let line = line.trim_end_matches(['\r', '\n']);
        let separator = if line.contains('\t') { '\t' } else { ',' };
        if !line.is_empty() {
            all.push(line.split(separator).map(|field| field.trim().trim_matches('"').to_owned()).collect());
        }
    }
    Ok(all)
}

/// Whether a list that should have `n` names has one more, and the first is a heading.
fn has_header(names: &[Vec<String>], n: u64) -> bool {
    const HEADINGS: [&str; 14] = [
        "",
        "x",
        "v1",
        "index",
        "id",
        "name",
        "barcode",
        "barcodes",
        "cell",
        "cell_id",
        "gene",
        "gene_id",
        "gene_name",
        "feature",
    ];
    let first = names.first().and_then(|fields| fields.first()).map(|field| field.to_lowercase());
    names.len() as u64 == n.saturating_add(1) && first.is_some_and(|first| HEADINGS.contains(&first.as_str()))
}

fn drop_header(mut names: Vec<Vec<String>>, n: usize) -> Vec<Vec<String>> {
    if has_header(&names, n as u64) {
        names.remove(0);
    }
    names
}

/// Numbered lines of a file, unpacked.
struct Lines<'a> {
    name: &'a str,
    reader: Box<dyn BufRead + 'a>,
    number: u64,
    buffer: Vec<u8>,
    text: String,
}

impl<'a> Lines<'a> {
    fn new(file: &'a InputFile) -> Self {
        Self { name: &file.name, reader: sniff::reader(file), number: 0, buffer: Vec::new(), text: String::new() }
    }

    fn next(&mut self) -> Result<Option<&str>, ReadError> {
        self.buffer.clear();
        let n = self.reader.read_until(b'\n', &mut self.buffer).map_err(|e| sniff::broken_archive(self.name, &e))?;
        if n == 0 {
            return Ok(None);
        }
        self.number += 1;
        let bytes = self.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.buffer);
        self.text = String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(&self.text))
    }

    fn broken(&self, reason: String) -> ReadError {
        ReadError::BrokenMtx { name: self.name.to_owned(), line: self.number, reason }
    }
}

struct Header {
    rows: u64,
    columns: u64,
    entries: u64,
    /// Entries have no value; each counts as one.
    pattern: bool,
}

impl Header {
    fn read(lines: &mut Lines) -> Result<Self, ReadError> {
        let banner = lines.next()?.unwrap_or_default().to_lowercase();
        let words: Vec<&str> = banner.split_whitespace().collect();
        let pattern = match words[..] {
            ["%%matrixmarket", "matrix", "coordinate", "integer" | "real", "general"] => false,
            ["%%matrixmarket", "matrix", "coordinate", "pattern", "general"] => true,
            _ => return Err(lines.broken(format!("the kind of matrix \"{}\" is not supported", banner.trim()))),
        };
        while let Some(line) = lines.next()? {
            let line = line.trim();
            if line.is_empty() || line.starts_with('%') {
                continue;
            }
            let sizes: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            return match sizes[..] {
                [rows, columns, entries] => Ok(Self { rows, columns, entries, pattern }),
                _ => Err(lines.broken("the numbers of rows, columns and entries were expected".to_owned())),
            };
        }
        Err(lines.broken("the file ends before the size of the matrix".to_owned()))
    }

    fn entries(&self, lines: &mut Lines, genes_first: bool, n_cells: usize, n_genes: usize) -> Result<Csr, ReadError> {
        limits::check_sparse(lines.name, "the matrix", n_cells as u64, n_genes as u64, self.entries)?;
        let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n_cells];
        let mut count = 0_u64;
        loop {
            let entry = match lines.next()? {
                None => break,
                Some(line) if line.trim().is_empty() => continue,
                Some(line) => parse_entry(line, self.pattern),
            };
            let Some((row, column, value)) = entry else {
                return Err(lines.broken("an entry \"row column value\" was expected".to_owned()));
            };
            count += 1;
            if count > self.entries {
                return Err(
                    lines.broken(format!("there are more than the {} entries the file speaks of", self.entries))
                );
            }
            for (index, limit) in [(row, self.rows), (column, self.columns)] {
                if index < 1 || index as u64 > limit {
                    // Numbers in the file start at 1, those in the message at 0.
                    return Err(ReadError::IndexOutOfRange {
                        name: lines.name.to_owned(),
                        what: format!("line {}", lines.number),
                        index: index - 1,
                        position: count - 1,
                        limit,
                    });
                }
            }
            let (gene, cell) = if genes_first { (row, column) } else { (column, row) };
            rows[(cell - 1) as usize].push(((gene - 1) as u32, value));
        }
        if count < self.entries {
            return Err(lines.broken(format!("the file ends after {count} of {} entries", self.entries)));
        }
        Ok(Csr::from_rows(n_genes, rows))
    }
}

fn parse_entry(line: &str, pattern: bool) -> Option<(i64, i64, f32)> {
    let mut words = line.split_ascii_whitespace();
    let row = words.next()?.parse().ok()?;
    let column = words.next()?.parse().ok()?;
    let value = if pattern { 1.0 } else { words.next()?.parse().ok()? };
    Some((row, column, value))
}
