//! Pictures of real cells, where they lie beside the repository.

use std::path::PathBuf;

use dosefront::data::{InputFile, Source, normalise, read};
use dosefront::embed::{Pca, trustworthiness};
use ndarray::{Axis, Slice};
use serde::Deserialize;

use crate::{Pictures, as_trustworthy, fixture};

#[derive(Deserialize)]
struct Reference {
    sha256: String,
    cells: usize,
    genes: usize,
    sum_of_values: f64,
    explained_variance: Vec<f64>,
    trustworthiness_of_first_two: f64,
    pictures: Pictures,
}

/// The folder of real data: `DOSEFRONT_DATA`, else `shared/data` in this folder or one above.
fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("DOSEFRONT_DATA").map(PathBuf::from).filter(|path| path.is_dir());
    named.or_else(|| {
        let start = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        start.ancestors().map(|above| above.join("shared/data")).find(|path| path.is_dir())
    })
}

#[test]
fn kang_pictures_are_as_trustworthy_as_the_references() {
    let Some(bytes) = folder().and_then(|folder| std::fs::read(folder.join("kang_ifnb_pbmc.h5ad")).ok()) else {
        eprintln!("skipped: no shared data");
        return;
    };
    let reference: Reference = fixture("kang");
    let dataset = read(vec![InputFile { name: "kang_ifnb_pbmc.h5ad".into(), bytes }]).unwrap();
    let Source::File { sha256, .. } = &dataset.source else { panic!("not from a file") };
    assert_eq!(*sha256, reference.sha256, "another version of the file than the reference numbers are of");
    // The rule of `kang_scores` in the script.
    let counts = dataset.matrix.select_rows(&(0..reference.cells).collect::<Vec<_>>());
    let mut totals = vec![0.0_f64; counts.n_cols()];
    for i in 0..counts.n_rows() {
        let (columns, values) = counts.row(i);
        for (&column, &value) in columns.iter().zip(values) {
            totals[column as usize] += f64::from(value);
        }
    }
    let mut genes: Vec<usize> = (0..totals.len()).collect();
    genes.sort_by(|&a, &b| totals[b].total_cmp(&totals[a]).then(a.cmp(&b)));
    genes.truncate(reference.genes);
    let x = normalise(&counts, 1e4, true).select_cols(&genes).to_dense();
    let sum: f64 = x.iter().map(|&value| f64::from(value)).sum();
    assert!((sum / reference.sum_of_values - 1.0).abs() < 1e-6, "{sum}, expected {}", reference.sum_of_values);
    let pca = Pca::fit(x.view(), 50, 1).unwrap();
    for (found, expected) in pca.explained_variance.iter().zip(&reference.explained_variance) {
        assert!((found / expected - 1.0).abs() < 1e-5, "variance {found}, expected {expected}");
    }
    let scores = pca.transform(x.view()).unwrap();
    let first_two = scores.slice_axis(Axis(1), Slice::from(0..2));
    let found = trustworthiness(scores.view(), first_two, 15).unwrap();
    assert!((found - reference.trustworthiness_of_first_two).abs() < 1e-5, "{found}");
    as_trustworthy(&scores, &reference.pictures, 1);
}
