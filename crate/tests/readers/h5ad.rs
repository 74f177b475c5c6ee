//! AnnData files of every layout.

use dosefront::data::{ObsValues, Source, ValueKind, read};

use crate::{SHAPE, counts, fixture, input, labels, numbers, open};

#[test]
fn csr_csc_and_dense_hold_the_same_counts() {
    for name in ["csr.h5ad", "csr_gzip_int64.h5ad", "csc_lzf.h5ad", "dense_gzip.h5ad"] {
        let dataset = open(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((dataset.n_cells(), dataset.n_genes()), SHAPE, "{name}");
        assert_eq!(dataset.matrix.to_dense(), counts(), "{name}");
        assert_eq!(dataset.kind, ValueKind::Counts);
        assert_eq!(dataset.genes[11], "G11");
        assert_eq!(dataset.cells[29], "cell-29");
        assert!(dataset.skipped.is_empty(), "{:?}", dataset.skipped);
        assert_eq!(dataset.notes[0], "X was read: it holds counts.");
        assert_eq!(dataset.notes[1], "1 cell has no counts; it is dropped before training.");
    }
}

#[test]
fn obs_columns_of_every_type() {
    let dataset = open("csr.h5ad").unwrap();
    let names: Vec<&str> = dataset.obs.iter().map(|c| c.name.as_str()).collect();
    let expected = [
        "cell_type",
        "condition",
        "dose",
        "dose_category",
        "plate",
        "is_doublet",
        "donor",
        "nullable_int",
        "nullable_bool",
        "nullable_text",
        "half_missing",
    ];
    assert_eq!(names, expected);
    let ObsValues::Labels { levels, .. } = &dataset.column("cell_type").unwrap().values else { panic!() };
    assert_eq!(levels, &["B", "Hepatocyte – zone 1", "Kupffer (α)", "unused"]);
    assert_eq!(labels(&dataset, "cell_type")[2].as_deref(), Some("Kupffer (α)"));
    assert_eq!(labels(&dataset, "condition")[3..6], [Some("treated".into()), None, Some("treated".into())]);
    assert_eq!(numbers(&dataset, "dose")[..3], [0.0, 0.01, 10.0]);
    // Categories in single precision read as the number that was meant.
    assert_eq!(labels(&dataset, "dose_category")[1].as_deref(), Some("0.01"));
    assert_eq!(numbers(&dataset, "plate")[..5], [0.0, 1.0, 2.0, 3.0, 0.0]);
    assert_eq!(labels(&dataset, "is_doublet")[..2], [Some("True".into()), Some("False".into())]);
    assert_eq!(labels(&dataset, "donor")[1].as_deref(), Some("d1"));
    let nullable = numbers(&dataset, "nullable_int");
    assert!(nullable[2].is_nan());
    assert_eq!(nullable[3], 3.0);
    assert_eq!(labels(&dataset, "nullable_bool")[2..5], [Some("True".into()), None, Some("True".into())]);
    assert_eq!(labels(&dataset, "nullable_text")[..3], [Some("t0".into()), None, Some("t2".into())]);
    assert!(numbers(&dataset, "half_missing")[1].is_nan());
}

#[test]
fn a_layer_of_counts_goes_before_a_log_normalised_x() {
    let dataset = open("log_and_layer.h5ad").unwrap();
    assert_eq!((dataset.kind, dataset.matrix.to_dense()), (ValueKind::Counts, counts()));
    assert_eq!(dataset.notes[0], "layers/counts was read: it holds counts, while X holds log-normalised values.");
}

#[test]
fn raw_goes_before_scaled_values_and_brings_its_genes() {
    let dataset = open("scaled_and_raw.h5ad").unwrap();
    assert_eq!((dataset.kind, dataset.matrix.to_dense()), (ValueKind::Counts, counts()));
    assert_eq!(dataset.genes.len(), 12);
    assert_eq!(dataset.notes[0], "raw/X was read: it holds counts, while X holds negative or missing values.");
}

#[test]
fn log_normalised_values_alone_are_known_as_such() {
    let dataset = open("log_only.h5ad").unwrap();
    assert_eq!(dataset.kind, ValueKind::LogNormalised);
    assert!(dataset.notes.iter().any(|note| note.contains("not logged again")), "{:?}", dataset.notes);
}

#[test]
fn categories_of_anndata_0_7() {
    let dataset = open("anndata_0_7.h5ad").unwrap();
    assert_eq!(dataset.matrix.to_dense(), counts());
    assert_eq!(dataset.genes[0], "G0");
    assert_eq!(labels(&dataset, "cell_type")[3..5], [Some("Kupffer".into()), None]);
    assert_eq!(numbers(&dataset, "dose")[2], 10.0);
    assert_eq!(labels(&dataset, "donor")[1].as_deref(), Some("d1"));
    assert_eq!((dataset.obs.len(), dataset.skipped.len()), (3, 0));
}

#[test]
fn tables_of_records_of_anndata_0_6() {
    let dataset = open("anndata_0_6.h5ad").unwrap();
    assert_eq!(dataset.matrix.to_dense(), counts());
    assert_eq!((dataset.genes[11].as_str(), dataset.cells[5].as_str()), ("G11", "cell-5"));
    assert_eq!(labels(&dataset, "cell_type")[3..5], [Some("Kupffer".into()), None]);
    assert!((numbers(&dataset, "dose")[1] - 0.01).abs() < 1e-8);
    assert_eq!(numbers(&dataset, "n")[29], 29_000.0);
    assert_eq!(labels(&dataset, "ok")[..2], [Some("True".into()), Some("False".into())]);
    assert_eq!(labels(&dataset, "who")[1].as_deref(), Some("d1"));
    assert_eq!(dataset.skipped.len(), 0);
}

#[test]
fn columns_that_cannot_be_read_are_listed() {
    let dataset = open("odd_columns.h5ad").unwrap();
    assert_eq!(dataset.obs.len(), 11);
    let why = |what: &str| {
        let found = dataset.skipped.iter().find(|skipped| skipped.what == format!("obs/{what}"));
        found.unwrap_or_else(|| panic!("{what} is not listed")).why.clone()
    };
    assert_eq!(why("two_dimensional"), "it has 2 dimensions instead of one");
    assert_eq!(why("too_short"), "it has 3 entries for 30 cells");
    assert!(why("_scvi_labels").contains("compound"));
    assert_eq!(why("bad_codes"), "it uses the category number 7, and there are 1 categories");
    assert!(why("a_group").contains("not a column"));
    assert!(
        why("zstd_column").contains("zstd (HDF5 filter 32015)") && why("zstd_column").contains("compression=\"gzip\"")
    );
    assert!(!why("gone").is_empty());
    assert_eq!(dataset.skipped.len(), 7);
}

#[test]
fn repeated_gene_names_become_unique() {
    let dataset = open("duplicate_genes.h5ad").unwrap();
    assert_eq!(dataset.genes[..6], ["A", "B", "A-2", "A-3", "A-1", "G5"]);
    assert!(dataset.notes.iter().any(|note| note.starts_with("2 gene names occur more than once (A)")));
}

#[test]
fn compressed_as_a_whole() {
    let packed = read(vec![fixture("csr.h5ad.gz")]).unwrap();
    let plain = open("csr.h5ad").unwrap();
    assert_eq!(plain.matrix, packed.matrix);
    assert_ne!(plain.source, packed.source);
}

#[test]
fn the_source_is_the_file_and_its_hash() {
    let of = |name: &str, sha256: &str| Source::File { name: name.to_owned(), sha256: sha256.to_owned() };
    // printf 'cell,A\nx,1\n' | sha256sum
    let sha256 = "6c9f0530f5337c64ec47ac4d3503e22d34b5fe8644bcd9782495a03ff5c528c3";
    assert_eq!(read(vec![input("x.csv", "cell,A\nx,1\n")]).unwrap().source, of("x.csv", sha256));
    // Of several files: sha256sum of their bytes in the order of their names, here "xA%%MatrixMarket ...".
    let sha256 = "442efa63bcfd63b5c43f6746ca79b64f1a0ac955e0271db2bf6f02e26e53bfd6";
    let matrix = "%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 4\n";
    let files = vec![input("matrix.mtx", matrix), input("genes.tsv", "A"), input("barcodes.tsv", "x")];
    assert_eq!(read(files).unwrap().source, of("barcodes.tsv + genes.tsv + matrix.mtx", sha256));
}
