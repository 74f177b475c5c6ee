//! Tables as text: one row per cell, one numeric column per gene; other columns are annotations.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use crate::data::{Csr, ObsColumn, ObsValues, Skipped};

use super::finish::{Parts, make_unique};
use super::{InputFile, ReadError, limits, sniff};

/// Rows looked at to tell genes from annotations; a column that turns out otherwise later is read again.
const SAMPLE: usize = 200;

/// Numeric columns that are annotations by their name (in lower case). None of them is a gene symbol.
const ANNOTATIONS: [&str; 26] = [
    "dose",
    "dosage",
    "dose_value",
    "concentration",
    "conc",
    "batch",
    "replicate",
    "plate",
    "well",
    "cluster",
    "clusters",
    "leiden",
    "louvain",
    "seurat_clusters",
    "donor",
    "donor_id",
    "patient",
    "time",
    "timepoint",
    "n_counts",
    "n_genes",
    "total_counts",
    "ncount_rna",
    "nfeature_rna",
    "percent_mito",
    "percent.mt",
];

/// Headers of a first column that names the cells.
const CELL_NAMES: [&str; 12] = [
    "",
    "index",
    "_index",
    "cell",
    "cells",
    "cell_id",
    "cellid",
    "cell_name",
    "barcode",
    "barcodes",
    "unnamed: 0",
    "rownames",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    CellName,
    Gene,
    Numbers,
    Labels,
}

/// A column as it is read.
enum Column {
    Names(Vec<String>),
    Gene { number: u32, missing: usize },
    Numbers(Vec<f64>),
    Labels { levels: BTreeMap<String, u32>, ordered: Vec<String>, codes: Vec<Option<u32>> },
}

/// Reads a table.
///
/// # Errors
/// When rows have different lengths, no column is numeric, or there are no rows.
pub(super) fn read(file: &InputFile) -> Result<Parts, ReadError> {
    let head = sniff::head(file)?;
    let separator = separator(&head);
    let sample = Sample::read(file, separator)?;
    let mut roles = sample.roles(separator);
    let mut notes = Vec::new();
    // Columns that looked numeric at first are read again as what they are. Each round finds all of them that the
    // round before left to be found, so there are few.
    let (columns, rows) = loop {
        match Pass::new(&sample.names, &roles).run(file, &sample, separator)? {
            Outcome::Done(columns, rows) => break (columns, rows),
            Outcome::Again(wrong) => {
                for (column, row, text) in wrong {
                    roles[column] = Role::Labels;
                    let name = &sample.names[column];
                    notes.push(format!(
                        "Column {name} starts with numbers, but row {row} has \"{text}\": it was read as an annotation."
                    ));
                }
            }
        }
    };
    if rows.is_empty() {
        return Err(ReadError::NoCells { name: file.name.clone() });
    }
    assemble(file, &sample, columns, rows, notes, separator)
}

fn assemble(
    file: &InputFile,
    sample: &Sample,
    columns: Vec<Column>,
    rows: Vec<Vec<(u32, f32)>>,
    mut notes: Vec<String>,
    separator: u8,
) -> Result<Parts, ReadError> {
    let (mut genes, mut cells, mut obs, mut skipped) = (Vec::new(), None, Vec::new(), Vec::new());
    for (i, (column, name)) in columns.into_iter().zip(&sample.names).enumerate() {
        let values = match column {
            Column::Gene { .. } => {
                genes.push(name.clone());
                continue;
            }
            Column::Names(names) => {
                cells = Some(names);
                continue;
            }
            Column::Numbers(numbers) => ObsValues::Numbers(numbers),
            Column::Labels { ordered, codes, .. } => {
                if codes.iter().all(Option::is_none) {
                    skipped.push(Skipped {
                        what: format!("column {name}"),
                        why: "all of its values are missing".to_owned(),
                    });
                    continue;
                }
                // Text that is different in every row of the first column is the names of the cells.
                if i == 0 && cells.is_none() && ordered.len() == codes.len() && codes.len() > 1 {
                    cells = Some(ordered);
                    continue;
                }
                ObsValues::Labels { levels: ordered, codes }
            }
        };
        obs.push(ObsColumn { name: name.clone(), values });
    }
    if genes.is_empty() {
        let separator = match separator {
            b'\t' => "tab",
            b',' => "comma",
            b';' => "semicolon",
            _ => "space",
        };
        let why = format!("none of its {} columns (separated by {separator}) holds numbers only", sample.names.len());
        return Err(ReadError::NoGenes { name: file.name.clone(), why });
    }
    let mut obs_names: Vec<String> = obs.iter().map(|column| column.name.clone()).collect();
    if make_unique(&mut obs_names).is_some() {
        for (column, name) in obs.iter_mut().zip(obs_names) {
            column.name = name;
        }
    }
    let names = obs.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    notes.push(format!(
        "Rows were taken as cells ({}) and numeric columns as genes ({}); {}. If genes are the rows of this table, transpose it first.",
        rows.len(),
        genes.len(),
        if obs.is_empty() { "no column is an annotation".to_owned() } else { format!("annotations: {names}") },
    ));
    let cells = cells.unwrap_or_else(|| (0..rows.len()).map(|i| format!("cell-{}", i + 1)).collect());
    Ok(Parts { matrix: Csr::from_rows(genes.len(), rows), genes, cells, obs, skipped, notes })
}

/// The separator that the first line has most of outside of quotes.
fn separator(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b'\t', 0), (b',', 0), (b';', 0)];
    for &byte in head.iter().skip_while(|byte| byte.is_ascii_whitespace() && **byte != b'\t') {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Equal numbers (none) fall to the first; a line without any of them may be separated by spaces.
    match counts.iter().max_by_key(|(_, count)| *count) {
        Some(&(separator, count)) if count > 0 => separator,
        _ if head.split(|&b| b == b'\n').next().is_some_and(|line| line.trim_ascii().contains(&b' ')) => b' ',
        _ => b',',
    }
}

fn records(file: &InputFile, separator: u8) -> csv::Reader<Box<dyn std::io::BufRead + '_>> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(sniff::reader(file))
}

fn next(
    file: &InputFile,
    reader: &mut csv::Reader<Box<dyn std::io::BufRead + '_>>,
    record: &mut ByteRecord,
) -> Result<bool, ReadError> {
    reader
        .read_byte_record(record)
        .map_err(|error| ReadError::BrokenTable { name: file.name.clone(), reason: error.to_string() })
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim().to_owned()
}

fn is_missing(field: &[u8]) -> bool {
    matches!(field.trim_ascii(), b"" | b"NA" | b"N/A" | b"na" | b"NaN" | b"nan" | b"NULL" | b"null" | b"None" | b"<NA>")
}

/// A number; where semicolons separate the fields, a comma is a decimal point.
fn number(field: &[u8], separator: u8) -> Option<f64> {
    let text = std::str::from_utf8(field).ok()?.trim();
    if separator == b';' && text.contains(',') { text.replace(',', ".").parse().ok() } else { text.parse().ok() }
}

/// The header and the first rows.
struct Sample {
    /// A name for every column of the rows; the first is empty when the header leaves out the cells' names.
    names: Vec<String>,
    rows: Vec<ByteRecord>,
}

impl Sample {
    fn read(file: &InputFile, separator: u8) -> Result<Self, ReadError> {
        let mut reader = records(file, separator);
        let mut record = ByteRecord::new();
        if !next(file, &mut reader, &mut record)? {
            return Err(ReadError::NoCells { name: file.name.clone() });
        }
        let mut names: Vec<String> = record.iter().map(text).collect();
        if let Some(first) = names.first_mut() {
            *first = first.trim_start_matches('\u{feff}').trim_matches('"').to_owned();
        }
        let mut rows = Vec::new();
        while rows.len() < SAMPLE && next(file, &mut reader, &mut record)? {
            rows.push(record.clone());
        }
        // R's write.table leaves out the header of the row names.
        if rows.first().is_some_and(|row| row.len() == names.len() + 1) {
            names.insert(0, String::new());
        }
        Ok(Self { names, rows })
    }

    fn roles(&self, separator: u8) -> Vec<Role> {
        let role = |(j, name): (usize, &String)| {
            let lower = name.to_lowercase();
            if j == 0 && CELL_NAMES.contains(&lower.as_str()) {
                return Role::CellName;
            }
            let mut fields =
                self.rows.iter().filter_map(|row| row.get(j)).filter(|field| !is_missing(field)).peekable();
            let numeric = fields.peek().is_some() && fields.all(|field| number(field, separator).is_some());
            match (numeric, ANNOTATIONS.contains(&lower.as_str())) {
                (true, false) => Role::Gene,
                (true, true) => Role::Numbers,
                (false, _) => Role::Labels,
            }
        };
        self.names.iter().enumerate().map(role).collect()
    }
}

enum Outcome {
    Done(Vec<Column>, Vec<Vec<(u32, f32)>>),
    /// Columns with text where numbers were expected: column, row and the text.
    Again(Vec<(usize, u64, String)>),
}

/// One reading of the whole table.
struct Pass {
    columns: Vec<Column>,
    rows: Vec<Vec<(u32, f32)>>,
    wrong: BTreeMap<usize, (u64, String)>,
}

impl Pass {
    fn new(names: &[String], roles: &[Role]) -> Self {
        let mut genes = 0;
        let columns = names.iter().zip(roles).map(|(_, role)| match role {
            Role::CellName => Column::Names(Vec::new()),
            Role::Gene => {
                genes += 1;
                Column::Gene { number: genes - 1, missing: 0 }
            }
            Role::Numbers => Column::Numbers(Vec::new()),
            Role::Labels => Column::Labels { levels: BTreeMap::new(), ordered: Vec::new(), codes: Vec::new() },
        });
        Self { columns: columns.collect(), rows: Vec::new(), wrong: BTreeMap::new() }
    }

    fn run(mut self, file: &InputFile, sample: &Sample, separator: u8) -> Result<Outcome, ReadError> {
        let mut reader = records(file, separator);
        let mut record = ByteRecord::new();
        next(file, &mut reader, &mut record)?;
        let mut entries = 0;
        while next(file, &mut reader, &mut record)? {
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != sample.names.len() {
                let (found, expected) = (record.len(), sample.names.len());
                return Err(ReadError::RaggedRow { name: file.name.clone(), row: line, found, expected });
            }
            let row = self.row(&record, line, separator);
            entries += row.len() as u64;
            self.rows.push(row);
            if self.rows.len().is_multiple_of(1024) {
                limits::check_sparse(
                    &file.name,
                    "the table",
                    self.rows.len() as u64,
                    sample.names.len() as u64,
                    entries,
                )?;
            }
        }
        let n = self.rows.len();
        for (j, column) in self.columns.iter().enumerate() {
            if matches!(column, Column::Gene { missing, .. } if *missing == n && n > 0) {
                self.wrong.entry(j).or_insert((0, "nothing at all".to_owned()));
            }
        }
        if self.wrong.is_empty() {
            return Ok(Outcome::Done(self.columns, self.rows));
        }
        Ok(Outcome::Again(self.wrong.into_iter().map(|(column, (row, text))| (column, row, text)).collect()))
    }

    fn row(&mut self, record: &ByteRecord, line: u64, separator: u8) -> Vec<(u32, f32)> {
        let mut row = Vec::new();
        for (j, (column, field)) in self.columns.iter_mut().zip(record).enumerate() {
            let parsed = number(field, separator);
            let missing = is_missing(field);
            if parsed.is_none() && !missing && matches!(column, Column::Gene { .. } | Column::Numbers(_)) {
                self.wrong.entry(j).or_insert_with(|| (line, text(field)));
            }
            match column {
                Column::Names(names) => names.push(text(field)),
                Column::Numbers(numbers) => numbers.push(parsed.unwrap_or(f64::NAN)),
                Column::Gene { number, missing: count } => {
                    let value = if missing { f64::NAN } else { parsed.unwrap_or(f64::NAN) };
                    *count += usize::from(missing);
                    if value != 0.0 {
                        row.push((*number, value as f32));
                    }
                }
                Column::Labels { levels, ordered, codes } => codes.push((!missing).then(|| {
                    *levels.entry(text(field)).or_insert_with_key(|label| {
                        ordered.push(label.clone());
                        ordered.len() as u32 - 1
                    })
                })),
            }
        }
        row
    }
}
