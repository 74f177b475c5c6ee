//! Contrasts of real cells, where the files lie beside the repository: as the field's packages see them.

#![allow(clippy::unwrap_used)]

mod metrics_common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use dosefront::data::{Dataset, InputFile, ObsValues, Source, normalise, read};
use dosefront::embed::Pca;
use dosefront::metrics::contrast::{Contrast, Distance, ResampleSettings};
use dosefront::metrics::deg::{Control, Test};
use metrics_common::{close, fixture};
use ndarray::{Array2, Axis};
use serde::Deserialize;

/// The file in `DOSEFRONT_DATA`, else in `shared/data` in this folder or one above; counts are normalised.
fn real(name: &str, sha256: &str) -> Option<Dataset> {
    let named = std::env::var_os("DOSEFRONT_DATA").map(PathBuf::from).filter(|path| path.is_dir());
    let folder = named.or_else(|| {
        let start = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        start.ancestors().map(|above| above.join("shared/data")).find(|path| path.is_dir())
    });
    let Some(bytes) = folder.and_then(|folder| std::fs::read(folder.join(name)).ok()) else {
        eprintln!("skipped: no {name}");
        return None;
    };
    let mut dataset = read(vec![InputFile { name: name.to_owned(), bytes }]).unwrap();
    if !matches!(&dataset.source, Source::File { sha256: found, .. } if found == sha256) {
        eprintln!("skipped: another version of {name}");
        return None;
    }
    dataset.matrix = normalise(&dataset.matrix, 1e4, true);
    Some(dataset)
}

/// The label of each cell.
fn labels<'a>(dataset: &'a Dataset, column: &str) -> Vec<&'a str> {
    match &dataset.column(column).unwrap().values {
        ObsValues::Labels { levels, codes } => {
            codes.iter().map(|code| levels[code.unwrap() as usize].as_str()).collect()
        }
        ObsValues::Numbers(_) => panic!("{column} is numbers"),
    }
}

fn dense(dataset: &Dataset, cells: &[usize]) -> Array2<f32> {
    dataset.matrix.select_rows(cells).to_dense()
}

fn assert_distances(what: &str, x: &Array2<f64>, y: &Array2<f64>, expected: &BTreeMap<String, f64>) {
    let mut contrast = Contrast::new(x.view(), y.view(), &Distance::ALL, &ResampleSettings::default(), "test").unwrap();
    for measured in contrast.values().unwrap() {
        let name = measured.distance.name();
        close(&format!("{what} {name}"), measured.value, expected[name], 1e-4, 0.0);
    }
}

#[derive(Deserialize)]
struct Kang {
    sha256: String,
    per_group: usize,
    values: BTreeMap<String, BTreeMap<String, f64>>,
    response_of: String,
    response: BTreeMap<String, Top>,
}

/// The first genes of scanpy's list.
#[derive(Deserialize)]
struct Top {
    names: Vec<String>,
    scores: Vec<f64>,
    pvals: Vec<f64>,
    pvals_adj: Vec<f64>,
    logfoldchanges: Vec<f64>,
}

#[test]
fn kang_distances_are_those_of_pertpy_ott_and_pot() {
    let expected: Kang = fixture("../contrast/kang");
    let Some(dataset) = real("kang_ifnb_pbmc.h5ad", &expected.sha256) else { return };
    let (types, conditions) = (labels(&dataset, "cell_type_broad"), labels(&dataset, "condition"));
    let first = |cell_type: &str, condition: &str| -> Vec<usize> {
        let of_group = |&cell: &usize| types[cell] == cell_type && conditions[cell] == condition;
        (0..types.len()).filter(of_group).take(expected.per_group).collect()
    };
    let mut chosen: Vec<usize> = Vec::new();
    for cell_type in expected.values.keys() {
        chosen.extend(first(cell_type, "control").into_iter().chain(first(cell_type, "stimulated")));
    }
    chosen.sort_unstable();
    let pca = Pca::fit(dense(&dataset, &chosen).view(), 50, 1).unwrap();
    for (cell_type, values) in &expected.values {
        let project = |condition| pca.transform(dense(&dataset, &first(cell_type, condition)).view()).unwrap();
        assert_distances(cell_type, &project("control"), &project("stimulated"), values);
    }
}

#[test]
fn kang_response_genes_are_those_of_scanpy() {
    let expected: Kang = fixture("../contrast/kang");
    let Some(dataset) = real("kang_ifnb_pbmc.h5ad", &expected.sha256) else { return };
    let (types, conditions) = (labels(&dataset, "cell_type_broad"), labels(&dataset, "condition"));
    let group = |condition: &str| {
        let of_group = |&cell: &usize| types[cell] == expected.response_of && conditions[cell] == condition;
        dense(&dataset, &(0..types.len()).filter(of_group).collect::<Vec<_>>())
    };
    let control = Control::new(group("control").view()).unwrap();
    for (key, test) in [("t-test", Test::TTest), ("wilcoxon", Test::Wilcoxon)] {
        let found = control.response_genes(group("stimulated").view(), test, true).unwrap();
        let top = &expected.response[key];
        for (rank, name) in top.names.iter().enumerate() {
            let gene = found.order[rank];
            // Equal scores are in gene order here and in any order there.
            let tie = |other: usize| top.scores.get(other).is_some_and(|score| (score - top.scores[rank]).abs() < 1e-5);
            let tied = tie(rank + 1) || rank > 0 && tie(rank - 1) || rank + 1 == top.names.len();
            assert!(tied || dataset.genes[gene] == *name, "{key} {rank}: {} {name}", dataset.genes[gene]);
            let gene = dataset.genes.iter().position(|gene| gene == name).unwrap();
            for (what, got, expected, relative) in [
                ("score", found.scores[gene], top.scores[rank], 1e-5),
                ("p", found.p_values[gene], top.pvals[rank], 1e-4),
                // Depends on all genes, and the last bit of numpy's single-precision log1p decides ties in some of them.
                ("adjusted p", found.adjusted_p_values[gene], top.pvals_adj[rank], 2e-3),
                ("fold change", found.log2_fold_changes[gene], top.logfoldchanges[rank], 1e-4),
            ] {
                close(&format!("{key} {name} {what}"), got, expected, relative, 0.0);
            }
        }
    }
}

#[derive(Deserialize)]
struct Titration {
    sha256: String,
    doses: Vec<Dose>,
}

#[derive(Deserialize)]
struct Dose {
    dose: f64,
    values: BTreeMap<String, f64>,
}

#[test]
fn titration_distances_are_those_of_pertpy_ott_and_pot() {
    let expected: Titration = fixture("../contrast/titration");
    let Some(dataset) = real("mixology_rnamix_titration.h5ad", &expected.sha256) else { return };
    let ObsValues::Numbers(dose) = &dataset.column("dose").unwrap().values else { panic!("dose is text") };
    let x = dataset.matrix.to_dense();
    let scores = Pca::fit(x.view(), 50, 1).unwrap().transform(x.view()).unwrap();
    let at = |level: f64| {
        let cells: Vec<usize> = (0..dose.len()).filter(|&cell| (dose[cell] - level).abs() < 1e-9).collect();
        scores.select(Axis(0), &cells)
    };
    for level in &expected.doses {
        assert_distances(&format!("dose {}", level.dose), &at(0.0), &at(level.dose), &level.values);
    }
}
