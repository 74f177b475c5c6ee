//! The readers on files made by anndata, h5py and by hand (`tests/reference/make_h5ad_fixtures.py`).

#![allow(clippy::expect_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "counts and stored numbers are read back exactly")]

mod damage;
mod errors;
mod h5ad;
mod real;
mod tenx;
mod text;
mod written;

use std::io::Read;
use std::path::PathBuf;

use dosefront::data::{Dataset, InputFile, ObsValues, ReadError, read};
use ndarray::Array2;

/// Cells and genes of every fixture.
const SHAPE: (usize, usize) = (30, 12);

fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/fixtures/h5ad").join(name)
}

fn fixture(name: &str) -> InputFile {
    InputFile { name: name.to_owned(), bytes: std::fs::read(fixture_path(name)).expect("fixture") }
}

/// The bytes of a fixture that is kept compressed.
fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed = fixture(&format!("{name}.gz")).bytes;
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("gzip");
    bytes
}

fn input(name: &str, bytes: impl Into<Vec<u8>>) -> InputFile {
    InputFile { name: name.to_owned(), bytes: bytes.into() }
}

/// Reads a fixture that is kept compressed, as an `.h5ad`.
fn open(name: &str) -> Result<Dataset, ReadError> {
    read(vec![input(name, unpacked(name))])
}

/// The counts of the fixtures: the closed form that the script has.
fn counts() -> Array2<f32> {
    Array2::from_shape_fn(SHAPE, |(i, j)| if i == 29 { 0.0 } else { (((i * 7 + j * 3) % 11) as f32 - 6.0).max(0.0) })
}

/// The text of each cell in a column of labels.
fn labels(dataset: &Dataset, column: &str) -> Vec<Option<String>> {
    match &dataset.column(column).unwrap_or_else(|| panic!("no column {column}")).values {
        ObsValues::Labels { levels, codes } => codes.iter().map(|c| c.map(|c| levels[c as usize].clone())).collect(),
        ObsValues::Numbers(_) => panic!("{column} is numeric"),
    }
}

fn numbers(dataset: &Dataset, column: &str) -> Vec<f64> {
    match &dataset.column(column).unwrap_or_else(|| panic!("no column {column}")).values {
        ObsValues::Numbers(numbers) => numbers.clone(),
        ObsValues::Labels { .. } => panic!("{column} is text"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// The error of `files`, which must have a hint and the expected code.
fn error(code: &str, files: Vec<InputFile>) -> String {
    let error = read(files).expect_err(code);
    assert_eq!(error.code(), code, "{error}");
    assert!(error.hint().len() > 20, "{error}");
    error.to_string()
}
