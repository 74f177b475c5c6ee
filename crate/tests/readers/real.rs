//! Real data, where they lie beside the repository.

use std::path::PathBuf;

use dosefront::data::{Dataset, ObsValues, ValueKind, read};

use crate::{input, numbers};

/// The folder of real data: `DOSEFRONT_DATA`, else `shared/data` in this folder or one above.
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("DOSEFRONT_DATA").map(PathBuf::from).filter(|path| path.is_dir());
    named.or_else(|| {
        let start = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        start.ancestors().map(|above| above.join("shared/data")).find(|path| path.is_dir())
    })
}

fn real(name: &str) -> Option<Dataset> {
    let Some(bytes) = folder().and_then(|folder| std::fs::read(folder.join(name)).ok()) else {
        eprintln!("skipped: no shared data");
        return None;
    };
    Some(read(vec![input(name, bytes)]).unwrap_or_else(|e| panic!("{name}: {e}")))
}

fn levels(dataset: &Dataset, column: &str) -> usize {
    match &dataset.column(column).unwrap_or_else(|| panic!("no {column}")).values {
        ObsValues::Labels { levels, .. } => levels.len(),
        ObsValues::Numbers(_) => 0,
    }
}

#[test]
fn kang_pbmc() {
    let Some(dataset) = real("kang_ifnb_pbmc.h5ad") else { return };
    assert_eq!((dataset.n_cells(), dataset.n_genes(), dataset.matrix.nnz()), (4988, 12885, 3_489_307));
    assert_eq!(dataset.kind, ValueKind::Counts);
    let names: Vec<&str> = dataset.obs.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["cell_type", "cell_type_broad", "condition", "source_subset", "n_counts"]);
    assert_eq!(
        (levels(&dataset, "cell_type"), levels(&dataset, "cell_type_broad"), levels(&dataset, "condition")),
        (13, 10, 2)
    );
    assert!(dataset.skipped.is_empty());
    // The library sizes that the file carries were counted before genes seen in fewer than 3 cells were dropped.
    for (sum, recorded) in dataset.matrix.row_sums().iter().zip(numbers(&dataset, "n_counts")) {
        assert!(*sum <= recorded && *sum > 0.9 * recorded, "{sum} of {recorded}");
    }
}

#[test]
fn the_other_two() {
    if let Some(dataset) = real("pbmc_3chem_symphony.h5ad") {
        assert_eq!((dataset.n_cells(), dataset.n_genes(), dataset.kind), (1200, 1767, ValueKind::Counts));
        assert_eq!((levels(&dataset, "cell_type"), levels(&dataset, "batch")), (9, 3));
    }
    if let Some(dataset) = real("mixology_rnamix_titration.h5ad") {
        assert_eq!((dataset.n_cells(), dataset.n_genes(), dataset.kind), (636, 3000, ValueKind::Counts));
        assert_eq!(numbers(&dataset, "dose"), numbers(&dataset, "HCC827_prop"));
    }
}
