//! One test for each cause that is not met in the other files.

use dosefront::data::{MAX_FILE_BYTES, ReadError, read};

use crate::{error, fixture, input, unpacked};

/// The error of a fixture that is kept compressed.
fn of(code: &str, name: &str) -> String {
    error(code, vec![input(name, unpacked(name))])
}

#[test]
fn nothing_and_empty_files() {
    error("no_files", Vec::new());
    assert_eq!(error("empty_file", vec![input("a.h5ad", "")]), "a.h5ad is empty: it has 0 bytes.");
    error("empty_file", vec![input("a.csv.gz", crate::gzip(b""))]);
}

#[test]
fn too_large() {
    // Zeroed pages that nobody touches cost no memory.
    let message = error("file_too_large", vec![input("big.h5ad", vec![0; MAX_FILE_BYTES as usize + 1])]);
    assert_eq!(message, "big.h5ad is too large: 1.6 GB, and at most 1.5 GB fit into a browser tab.");
    let message = of("matrix_too_large", "huge.h5ad");
    assert!(message.contains("4000000 cells x 1000000 genes"), "{message}");
}

#[test]
fn not_hdf5_and_cut_short() {
    let message = error("not_hdf5", vec![input("a.h5ad", "<!DOCTYPE html><html>")]);
    assert!(message.starts_with("a.h5ad is not an HDF5 file"));
    let whole = unpacked("csr.h5ad");
    let message = error("truncated", vec![input("a.h5ad", &whole[..whole.len() / 2])]);
    assert_eq!(
        message,
        format!("a.h5ad is cut short: its header speaks of {} bytes and there are {}.", whole.len(), whole.len() / 2)
    );
    error("broken_hdf5", vec![input("a.h5ad", &whole[..20])]);
}

#[test]
fn unknown_kinds_of_files() {
    for (bytes, what) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "binary data"),
        (b"<html><body>", "web page"),
        (b"{\"a\": 1}", "JSON"),
        (b"\xff\xfea\0b\0", "UTF-16"),
        (b"X\n\0\0\0\x03", "R data"),
    ] {
        let message = error("unknown_file_type", vec![input("a.bin", bytes)]);
        assert!(message.contains(what), "{message}");
    }
    let hint = read(vec![input("a.bin", &b"\0\0"[..])]).unwrap_err().hint();
    assert!(hint.contains(".h5ad") && hint.contains("matrix.mtx") && hint.contains(".csv"), "{hint}");
    let message = error("not_single_cell", vec![fixture("not_single_cell.h5")]);
    assert!(message.ends_with("it holds assays, weights."), "{message}");
}

#[test]
fn filters_that_are_not_supported() {
    let message = of("unsupported_filter", "zstd.h5ad");
    assert_eq!(message, "X of zstd.h5ad is compressed with zstd (HDF5 filter 32015), which cannot be read here.");
    let hint = read(vec![input("zstd.h5ad", unpacked("zstd.h5ad"))]).unwrap_err().hint();
    assert!(hint.contains("compression=\"gzip\""));
}

#[test]
fn wrong_values() {
    let message = of("non_finite_values", "nan.h5ad");
    assert!(message.contains("has 1 values that are not finite numbers; the first is NaN for gene G"), "{message}");
    let message = of("negative_values", "negative.h5ad");
    assert!(message.contains("has 1 negative values; the first is -2 for gene G"), "{message}");
}

#[test]
fn contradictions() {
    let message = of("index_out_of_range", "index_out_of_range.h5ad");
    assert_eq!(message, "X/indices of index_out_of_range.h5ad has the number 99 at position 3, outside of 0 to 11.");
    let message = of("length_mismatch", "wrong_length.h5ad");
    assert!(message.contains("var has 11 entries where the shape of X calls for 12"), "{message}");
    of("no_cells", "no_cells.h5ad");
}

#[test]
fn several_files_and_broken_archives() {
    let csv = || input("a.csv", "cell,A\nx,1\n");
    let message = error("several_data_sets", vec![csv(), input("b.csv", "cell,A\nx,1\n")]);
    assert!(message.contains("a.csv, b.csv"));
    let zip = fixture("tenx_mtx.zip").bytes;
    error("broken_archive", vec![input("a.zip", &zip[..zip.len() / 2])]);
    error("broken_archive", vec![input("a.csv.gz", &b"\x1f\x8bnonsense"[..])]);
}

#[test]
fn layouts_that_are_not_supported() {
    use hdf5_pure::FileBuilder;
    let mut file = FileBuilder::new();
    file.create_dataset("X").with_f32_data(&[1.0, 2.0]);
    for (frame, names) in [("obs", ["a", "b"]), ("var", ["c", "d"])] {
        let mut group = file.create_group(frame);
        group.create_dataset("_index").with_vlen_strings(&names);
        file.add_group(group.finish());
    }
    let message = error("unsupported_layout", vec![input("flat.h5ad", file.finish().unwrap())]);
    assert!(message.contains("an array of 1 dimensions"), "{message}");
}

#[test]
fn codes_are_stable_names() {
    let write = ReadError::Write { reason: "x".to_owned() };
    assert_eq!(write.code(), "write_failed");
    assert!(write.hint().contains('/'));
    let genes = ReadError::NoGenes { name: "a".to_owned(), why: String::new() };
    assert_eq!((genes.code(), genes.to_string()), ("no_genes", "a has no genes.".to_owned()));
}
