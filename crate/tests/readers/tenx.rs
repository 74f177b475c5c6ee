//! Matrices of 10x Genomics.

use dosefront::data::{InputFile, Source, ValueKind, read};
use ndarray::{Axis, Slice};

use crate::{SHAPE, counts, error, fixture, gzip, input};

#[test]
fn cell_ranger_3_gene_expression_only() {
    let dataset = read(vec![fixture("tenx_v3.h5")]).unwrap();
    assert_eq!(dataset.matrix.to_dense(), counts().slice_axis(Axis(1), Slice::from(..10)));
    assert_eq!((dataset.genes[9].as_str(), dataset.cells[1].as_str()), ("G9", "cell-1"));
    assert_eq!(dataset.skipped[0].what, "2 features");
    assert_eq!(dataset.kind, ValueKind::Counts);
}

#[test]
fn cell_ranger_2() {
    let dataset = read(vec![fixture("tenx_v2.h5")]).unwrap();
    assert_eq!(dataset.matrix.to_dense(), counts());
    assert_eq!(dataset.genes[11], "G11");
}

#[test]
fn zipped_triple() {
    let dataset = read(vec![fixture("tenx_mtx.zip")]).unwrap();
    assert_eq!((dataset.n_cells(), dataset.n_genes()), SHAPE);
    assert_eq!(dataset.matrix.to_dense(), counts());
    assert_eq!(dataset.genes[3], "G3");
}

/// The loose files, with 3 genes and 2 cells.
fn triple() -> Vec<InputFile> {
    let matrix = "%%MatrixMarket matrix coordinate integer general\n% a remark\n3 2 3\n1 1 5\n3 1 1\n2 2 7\n";
    vec![
        input("GSM1_matrix.mtx.gz", gzip(matrix.as_bytes())),
        input("GSM1_genes.tsv", "E1\tA\r\nE2\tB\r\nE3\tC\r\n"),
        input("GSM1_barcodes.tsv.gz", gzip(b"AAC-1\nAAG-1\n")),
    ]
}

#[test]
fn loose_files_in_any_order() {
    let expected = ndarray::array![[5.0, 0.0, 1.0], [0.0, 7.0, 0.0]];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let files = triple();
        let dataset = read(order.iter().map(|&i| files[i].clone()).collect()).unwrap();
        assert_eq!(dataset.matrix.to_dense(), expected);
        assert_eq!(dataset.genes, ["A", "B", "C"]);
        assert_eq!(dataset.cells, ["AAC-1", "AAG-1"]);
        let Source::File { name, .. } = &dataset.source else { panic!() };
        assert_eq!(name, "GSM1_barcodes.tsv.gz + GSM1_genes.tsv + GSM1_matrix.mtx.gz");
    }
}

#[test]
fn cells_in_rows_and_names_without_telling_names() {
    let matrix = "%%MatrixMarket matrix coordinate real general\n2 3 2\n1 1 5\n2 3 1\n";
    let files = vec![input("a.mtx", matrix), input("cells.tsv", "x\ny\n"), input("genes.tsv", "A\nB\nC\n")];
    let dataset = read(files).unwrap();
    assert_eq!(dataset.matrix.to_dense(), ndarray::array![[5.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    assert!(dataset.notes[0].contains("one row per cell"));

    let files =
        vec![input("a.mtx", matrix), input("cells.tsv", "barcode\nx\ny\n"), input("genes.tsv", "gene\nA\nB\nC\n")];
    assert_eq!(read(files).unwrap().cells, ["x", "y"]);

    let by_length = "%%MatrixMarket matrix coordinate integer general\n2 3 1\n2 3 1\n";
    let files = vec![input("a.mtx", by_length), input("first.txt", "x\ny\nz\n"), input("second.txt", "A\nB\n")];
    assert_eq!(read(files).unwrap().genes, ["A", "B"]);
}

#[test]
fn a_tar_archive_as_10x_offers_it() {
    let mut tar = Vec::new();
    for file in triple() {
        let mut header = [0_u8; 512];
        header[..file.name.len()].copy_from_slice(file.name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", file.bytes.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        tar.extend(header);
        tar.extend(&file.bytes);
        tar.resize(tar.len().div_ceil(512) * 512, 0);
    }
    let whole = [tar.clone(), vec![0; 1024]].concat();
    assert_eq!(read(vec![input("a.tar.gz", gzip(&whole))]).unwrap().genes, ["A", "B", "C"]);
    error("broken_archive", vec![input("a.tar", &tar[..600])]);
}

#[test]
fn parts_that_are_missing_or_wrong() {
    let part = |i: usize| triple()[i].clone();
    let message = error("missing_parts", vec![part(0)]);
    assert_eq!(message, "GSM1_matrix.mtx.gz is a matrix without names: barcodes.tsv and features.tsv are missing.");
    assert!(error("missing_parts", vec![part(0), part(1)]).contains("barcodes.tsv is missing"));
    assert!(error("missing_parts", vec![part(0), part(2)]).contains("features.tsv (or genes.tsv) is missing"));
    assert!(error("missing_parts", vec![part(1), part(2)]).contains("matrix.mtx is missing"));
    let short = input("barcodes.tsv", "a\nb\nc\nd\n");
    assert!(error("length_mismatch", vec![part(0), part(1), short]).contains("barcodes.tsv has 4 entries"));
    let two =
        vec![part(0), part(1), part(2), input("GSM2_matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n")];
    error("several_data_sets", two);
}

#[test]
fn damaged_matrices_name_the_line() {
    let with = |text: &str| vec![input("matrix.mtx", text), triple()[1].clone(), triple()[2].clone()];
    let banner = "%%MatrixMarket matrix coordinate integer general\n";
    let message = error("index_out_of_range", with(&format!("{banner}3 2 1\n4 1 5\n")));
    assert_eq!(message, "line 3 of matrix.mtx has the number 3 at position 0, outside of 0 to 2.");
    error("index_out_of_range", with(&format!("{banner}3 2 1\n0 1 5\n")));
    assert!(error("broken_mtx", with(&format!("{banner}3 2 2\n1 1 5\n"))).contains("after 1 of 2 entries"));
    assert!(error("broken_mtx", with(&format!("{banner}3 2 1\n1 1 5\n2 2 5\n"))).starts_with("Line 4"));
    assert!(error("broken_mtx", with(&format!("{banner}3 2 1\n1 x 5\n"))).starts_with("Line 3"));
    assert!(error("broken_mtx", with(banner)).contains("before the size"));
    let kind = error("broken_mtx", with("%%MatrixMarket matrix array real general\n3 2\n"));
    assert!(kind.contains("matrix array real general"));
    error("matrix_too_large", {
        let mut files = with(&format!("{banner}3 2 4000000000\n1 1 1\n"));
        files.truncate(3);
        files
    });
    let packed = gzip(format!("{banner}3 2 3\n1 1 5\n3 1 1\n2 2 7\n").as_bytes());
    error(
        "broken_archive",
        vec![input("matrix.mtx.gz", &packed[..packed.len() - 6]), triple()[1].clone(), triple()[2].clone()],
    );
}
