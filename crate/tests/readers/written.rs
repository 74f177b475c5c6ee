//! Data sets that are written as `.h5ad` and read again.

use dosefront::data::{Csr, Dataset, ObsColumn, ObsValues, Source, ValueKind, read, write_h5ad};

use crate::{counts, input};

fn dataset(n_cells: usize) -> Dataset {
    let counts = counts();
    let cells: Vec<usize> = (0..n_cells).map(|i| i % 29).collect();
    let labels = ObsValues::Labels {
        levels: vec!["Hepatocyte – zone 1".into(), "B".into(), "nobody".into()],
        codes: (0..n_cells).map(|i| if i == 2 { None } else { Some((i % 2) as u32) }).collect(),
    };
    let doses = (0..n_cells).map(|i| if i == 3 { f64::NAN } else { [0.0, 0.01, 30.0][i % 3] }).collect();
    Dataset {
        source: Source::Simulated { preset: "liver-dose-response".into(), seed: 7 },
        matrix: Csr::from_dense(&counts).select_rows(&cells),
        kind: ValueKind::Counts,
        genes: (0..12).map(|j| format!("Gene{j}")).collect(),
        cells: (0..n_cells).map(|i| format!("cell-{i}")).collect(),
        obs: vec![
            ObsColumn { name: "cell_type".into(), values: labels },
            ObsColumn { name: "dose".into(), values: ObsValues::Numbers(doses) },
        ],
        skipped: Vec::new(),
        notes: Vec::new(),
        truth: None,
    }
}

#[test]
fn what_is_written_is_read_back() {
    // The second size needs several compressed blocks.
    for n in [5, 30_000] {
        let written = dataset(n);
        let bytes = write_h5ad(&written).unwrap();
        // For a look with Python: DOSEFRONT_WRITE=/tmp/x.h5ad cargo test what_is_written
        if let Some(path) = std::env::var_os("DOSEFRONT_WRITE") {
            std::fs::write(path, &bytes).unwrap();
        }
        // libhdf5 2.0 refuses chunks of 2^16 values and more from this writer.
        let file = hdf5_pure::File::from_bytes(bytes.clone()).unwrap();
        let chunk = file.dataset("X/data").unwrap().chunk_shape().unwrap().unwrap();
        assert!(chunk[0] < 1 << 16, "{chunk:?}");
        let back = read(vec![input("simulated.h5ad", bytes)]).unwrap();
        assert_eq!((&back.matrix, &back.genes, &back.cells), (&written.matrix, &written.genes, &written.cells));
        assert_eq!(back.obs[0], written.obs[0]);
        let ObsValues::Numbers(doses) = &back.obs[1].values else { panic!() };
        assert!(doses[3].is_nan() && doses[4] == 0.01);
        assert!(back.skipped.is_empty(), "{:?}", back.skipped);
        let note =
            "Simulated data, not measured: written by Dosefront from its preset liver-dose-response with seed 7.";
        assert!(back.notes.iter().any(|n| n == note), "{:?}", back.notes);
    }
}

#[test]
fn without_annotations_and_with_impossible_ones() {
    let mut plain = dataset(5);
    plain.obs.clear();
    assert!(read(vec![input("a.h5ad", write_h5ad(&plain).unwrap())]).unwrap().obs.is_empty());
    let mut odd = dataset(5);
    odd.obs[0].name = "a/b".into();
    let error = write_h5ad(&odd).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("a/b")), ("write_failed", true));
}
