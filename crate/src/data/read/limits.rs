//! What fits: a browser tab has at most 4 GB of memory, and reading needs room beside the file and the matrix.

use super::ReadError;

/// Largest file, and largest unpacked content of a packed one.
pub const MAX_FILE_BYTES: u64 = 1_500_000_000;
/// Most memory a matrix may need while it is read.
pub const MAX_MATRIX_BYTES: u64 = 1_500_000_000;
/// Column number and value as they are read, and the same again in the finished matrix.
const BYTES_PER_ENTRY: u64 = 16;

/// Bytes as gigabytes with one decimal, rounded up.
pub(super) fn gigabytes(bytes: u64) -> String {
    format!("{:.1}", (bytes as f64 / 1e8).ceil() / 10.0)
}

/// Refuses a file (or an unpacked size) over [`MAX_FILE_BYTES`].
pub(super) fn check_file(name: &str, bytes: u64) -> Result<(), ReadError> {
    if bytes > MAX_FILE_BYTES { Err(ReadError::FileTooLarge { name: name.to_owned(), bytes }) } else { Ok(()) }
}

/// Refuses a sparse matrix that would need more than [`MAX_MATRIX_BYTES`].
pub(super) fn check_sparse(name: &str, what: &str, n_cells: u64, n_genes: u64, entries: u64) -> Result<(), ReadError> {
    let bytes =
        entries.saturating_mul(BYTES_PER_ENTRY).saturating_add(n_cells.saturating_add(n_genes).saturating_mul(64));
    check(name, what, n_cells, n_genes, entries, bytes)
}

/// Refuses a dense matrix that would need more than [`MAX_MATRIX_BYTES`] as single-precision numbers.
pub(super) fn check_dense(name: &str, what: &str, n_cells: u64, n_genes: u64) -> Result<(), ReadError> {
    let entries = n_cells.saturating_mul(n_genes);
    check(name, what, n_cells, n_genes, entries, entries.saturating_mul(4))
}

fn check(name: &str, what: &str, n_cells: u64, n_genes: u64, entries: u64, bytes: u64) -> Result<(), ReadError> {
    // Genes and entries of a row are counted in 32 bits.
    if bytes <= MAX_MATRIX_BYTES && n_genes < u64::from(u32::MAX) {
        return Ok(());
    }
    Err(ReadError::MatrixTooLarge { name: name.to_owned(), what: what.to_owned(), n_cells, n_genes, entries, bytes })
}
