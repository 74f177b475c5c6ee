//! Tables of text.

use dosefront::data::{ValueKind, read};
use ndarray::array;

use crate::{error, gzip, input, labels, numbers};

#[test]
fn cells_by_genes_with_annotations() {
    let text = "cell,cell_type,dose,A,B,C\nc1,\"T, naive\",0.01,1,0,3\nc2,B,0,0,2,0\n";
    for file in [input("x.csv", text), input("x.csv.gz", gzip(text.as_bytes())), input("noext", text)] {
        let dataset = read(vec![file]).unwrap();
        assert_eq!(dataset.matrix.to_dense(), array![[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]]);
        assert_eq!(dataset.genes, ["A", "B", "C"]);
        assert_eq!(dataset.cells, ["c1", "c2"]);
        assert_eq!(labels(&dataset, "cell_type"), [Some("T, naive".into()), Some("B".into())]);
        assert_eq!(numbers(&dataset, "dose"), [0.01, 0.0]);
        assert_eq!(dataset.kind, ValueKind::Counts);
        assert!(dataset.notes[0].starts_with(
            "Rows were taken as cells (2) and numeric columns as genes (3); annotations: cell_type, dose."
        ));
    }
}

#[test]
fn separators_line_ends_and_byte_order_mark() {
    let expected = array![[1.5, 0.0], [0.0, 2.0]];
    for (text, why) in [
        ("\u{feff}\tA\tB\r\nx\t1.5\t0\r\ny\t0\t2\r\n", "tabs, BOM, CRLF, no name of the first column"),
        ("\u{feff}\"\",\"A\",\"B\"\n\"x\",1.5,0\n\"y\",0,2\n", "quotes after a BOM, as pandas and R write"),
        ("cell;A;B\nx;1,5;0\ny;0;2\n", "semicolons and decimal commas"),
        ("A B\nx 1.5 0\ny 0 2\n", "spaces, and R's header without the row names"),
        ("A,B\r\nx,1.5,0\r\ny,0,2", "header without the row names, no last line end"),
        ("cell,A,B\n\nx, 1.5 ,0\n\ny,0,2\n\n", "blank lines and spaces"),
    ] {
        let dataset = read(vec![input("x.txt", text)]).unwrap_or_else(|e| panic!("{why}: {e}"));
        assert_eq!(dataset.matrix.to_dense(), expected, "{why}");
        assert_eq!(
            (dataset.genes.as_slice(), dataset.cells.as_slice()),
            (&["A".to_owned(), "B".to_owned()][..], &["x".to_owned(), "y".to_owned()][..]),
            "{why}"
        );
    }
}

#[test]
fn names_of_cells_are_the_text_that_never_repeats_in_the_first_column() {
    let named = read(vec![input("x.csv", "who,A\nx,1\ny,2\n")]).unwrap();
    assert_eq!((named.cells.len(), named.obs.len()), (2, 0));
    assert_eq!(named.cells[0], "x");
    let repeated = read(vec![input("x.csv", "who,A\nx,1\nx,2\n")]).unwrap();
    assert_eq!(repeated.cells, ["cell-1", "cell-2"]);
    assert_eq!(labels(&repeated, "who"), [Some("x".into()), Some("x".into())]);
}

#[test]
fn a_column_that_turns_to_text_late_is_an_annotation() {
    use std::fmt::Write;
    let mut text = "cell,note,A\n".to_owned();
    for i in 0..300 {
        let _ = writeln!(text, "c{i},{},{i}", if i == 250 { "12a".to_owned() } else { i.to_string() });
    }
    let dataset = read(vec![input("x.csv", text)]).unwrap();
    assert_eq!(dataset.genes, ["A"]);
    assert_eq!(labels(&dataset, "note")[250].as_deref(), Some("12a"));
    assert!(dataset.notes[0].contains("row 252 has \"12a\""), "{:?}", dataset.notes);
}

#[test]
fn missing_labels_and_empty_columns() {
    let dataset = read(vec![input("x.csv", "cell,kind,remark,A\na,NA,,1\nb,k,,2\n")]).unwrap();
    assert_eq!(labels(&dataset, "kind"), [None, Some("k".into())]);
    assert_eq!(dataset.skipped[0].what, "column remark");
}

#[test]
fn a_table_may_be_called_genes() {
    assert_eq!(read(vec![input("all_genes.csv", "cell,A\nx,1\n")]).unwrap().genes, ["A"]);
    error("missing_parts", vec![input("genes.tsv", "E1\tA\nE2\tB\n")]);
}

#[test]
fn repeated_genes_and_annotations() {
    let dataset = read(vec![input("x.csv", "cell,k,k,A,A\nx,a,b,1,2\n")]).unwrap();
    assert_eq!(dataset.genes, ["A", "A-1"]);
    assert_eq!((dataset.obs[0].name.as_str(), dataset.obs[1].name.as_str()), ("k", "k-1"));
}

#[test]
fn what_is_wrong_with_a_table() {
    let file = |text: &str| vec![input("x.csv", text)];
    assert_eq!(
        error("ragged_row", file("cell,A,B\nx,1,2\ny,1\nz,3,4\n")),
        "Row 3 of x.csv has 2 fields where the header has 3."
    );
    error("no_cells", file("cell,A,B\n"));
    assert!(error("no_genes", file("cell,k\nx,a\ny,b\n")).contains("separated by comma"));
    let message = error("non_finite_values", file("cell,A,B\nx,1,NA\ny,1,3\n"));
    assert_eq!(message, "x.csv has 1 values that are not finite numbers; the first is NaN for gene B of cell x.");
    error("non_finite_values", file("cell,A,B\nx,1,inf\ny,1,3\n"));
    let message = error("negative_values", file("cell,A,B\nx,1,2\ny,-1.5,-3\n"));
    assert_eq!(message, "x.csv has 2 negative values; the first is -1.5 for gene A of cell y.");
    error("all_zero", file("cell,A,B\nx,0,0\n"));
    let packed = gzip("cell,A\nx,1\n".repeat(2000).as_bytes());
    error("broken_table", vec![input("x.csv.gz", &packed[..packed.len() / 2])]);
}
