//! Readers of the files that visitors have: what a file is follows from its content, then from its name.
//!
//! | content | what is read |
//! |---|---|
//! | AnnData `.h5ad` | X, `layers/counts` or `raw` (whichever holds counts), `obs`, names of `var` |
//! | 10x Genomics `.h5` | the matrix of Cell Ranger 2 and 3, gene expression only |
//! | `matrix.mtx` + barcodes + features | loose, or in a `.zip` or `.tar.gz` |
//! | `.csv`, `.tsv`, `.txt` | one row per cell, numeric columns are genes |
//!
//! Everything but a `.zip` may be compressed with gzip. No reader panics on damaged files, and none fails for an
//! annotation that it cannot read.

mod error;
mod finish;
mod frame;
mod h5ad;
mod hdf5;
mod limits;
mod matrix;
mod mtx;
mod records;
mod sniff;
mod table;
mod tenx;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::data::{Dataset, Source};

pub use error::ReadError;
pub use limits::{MAX_FILE_BYTES, MAX_MATRIX_BYTES};

use finish::Parts;
use sniff::Content;

/// A file as a visitor hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name, with or without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads one data set: one file, or the files of a Matrix Market triple in any order.
///
/// The source of the data set is the name of the file (of several: their names, in order) and the SHA-256 of its bytes
/// (of several: of their bytes one after the other, in the order of their names).
///
/// # Errors
/// See [`ReadError`]; every variant names the file and the part of it that is wrong.
pub fn read(mut files: Vec<InputFile>) -> Result<Dataset, ReadError> {
    for file in &files {
        limits::check_file(&file.name, file.bytes.len() as u64)?;
        if file.bytes.is_empty() {
            return Err(ReadError::EmptyFile { name: file.name.clone() });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let name = names.join(" + ");
    let source = Source::File { name: name.clone(), sha256: sha256(files.iter().map(|file| file.bytes.as_slice())) };
    let packed = files.len();
    let files = sniff::unpack(files)?;
    let unpacked = files.len() > packed;
    finish::finish(&name, source, parts(files, unpacked)?)
}

/// SHA-256 of the contents one after the other, in lower-case hexadecimal.
pub(crate) fn sha256<'a>(contents: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for bytes in contents {
        hash.update(bytes);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn parts(mut files: Vec<InputFile>, from_archive: bool) -> Result<Parts, ReadError> {
    if files.is_empty() {
        return Err(ReadError::NoFiles);
    }
    let mut kinds = Vec::with_capacity(files.len());
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        match sniff::content(&file) {
            Ok(kind) => {
                kinds.push(kind);
                kept.push(file);
            }
            // An archive may hold figures and the like besides.
            Err(ReadError::UnknownFileType { .. } | ReadError::EmptyFile { .. }) if from_archive => {}
            Err(error) => return Err(error),
        }
    }
    files = kept;
    let count = |wanted: Content| kinds.iter().filter(|&&kind| kind == wanted).count();
    let position = |wanted: Content| kinds.iter().position(|&kind| kind == wanted);
    let several = |files: &[InputFile]| {
        let names = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
        Err(ReadError::SeveralDataSets { names })
    };
    if count(Content::Hdf5) + count(Content::Mtx) > 1 {
        return several(&files);
    }
    if let Some(i) = position(Content::Mtx) {
        let matrix = files.swap_remove(i);
        return mtx::read(&matrix, &files);
    }
    if let Some(i) = position(Content::Hdf5).filter(|_| files.len() == 1 || from_archive) {
        return hdf5_file(files.swap_remove(i));
    }
    let names_only = || {
        let name = files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
        Err(ReadError::MissingParts { name, missing: "matrix.mtx is".to_owned() })
    };
    let named = files.iter().all(|file| mtx::is_names_file(&file.name));
    match &files[..] {
        // A table may well be called genes.csv: it is a list of names only when it cannot be read as a table.
        [file] => table::read(file).or_else(|error| if named { names_only() } else { Err(error) }),
        [_, ..] if named => names_only(),
        [] => Err(sniff::unknown("The archive", "it holds no file that can be read")),
        _ => several(&files),
    }
}

fn hdf5_file(file: InputFile) -> Result<Parts, ReadError> {
    let InputFile { name, bytes } = file;
    let file = hdf5::open(&name, bytes)?;
    let root = file.root();
    if h5ad::recognise(&root) {
        return h5ad::read(&name, &file);
    }
    let groups = tenx::groups(&root);
    if !groups.is_empty() {
        return tenx::read(&name, &file, &groups);
    }
    let broken = |e: hdf5_pure::Error| hdf5::Problem::from(e).into_error(&name, "the list of its contents");
    let mut found = root.datasets().map_err(broken)?;
    found.extend(root.groups().map_err(broken)?);
    found.sort_unstable();
    let found = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
    Err(ReadError::NotSingleCell { name, found })
}
