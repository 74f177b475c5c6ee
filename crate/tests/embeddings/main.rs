//! Neighbours, trustworthiness, t-SNE and UMAP against scikit-learn and umap-learn
//! (`tests/reference/make_embed_fixtures.py`).

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]

mod kang;
mod odd_input;

use dosefront::embed::{Tsne, TsneSettings, Umap, UmapSettings, nearest_neighbours, trustworthiness};
use ndarray::{Array2, Axis, array};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How much less trustworthy than the reference a picture may be.
const SLACK: f64 = 0.01;

#[derive(Deserialize)]
struct Reference {
    x: Vec<Vec<f64>>,
    /// The 15 nearest neighbours of every cell, nearest first.
    neighbours: Vec<Vec<usize>>,
    /// Their distances, for the first cells.
    distances: Vec<Vec<f64>>,
    /// Two columns of `x`, the second times 1.23456789; k; the value.
    trustworthiness_of_columns: Vec<((usize, usize), usize, f64)>,
    pictures: Pictures,
}

/// Trustworthiness at k = 15 for each seed.
#[derive(Deserialize)]
struct Pictures {
    tsne: Vec<f64>,
    umap: Vec<f64>,
}

fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/../tests/reference/fixtures/embed/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn tsne(x: &Array2<f64>, settings: &TsneSettings) -> Array2<f64> {
    let mut tsne = Tsne::new(x.view(), settings).unwrap();
    while !tsne.is_finished() {
        tsne.step();
    }
    tsne.embedding().to_owned()
}

fn umap(x: &Array2<f64>, settings: &UmapSettings) -> Array2<f64> {
    let mut umap = Umap::new(x.view(), settings).unwrap();
    while !umap.is_finished() {
        umap.step();
    }
    umap.embedding().to_owned()
}

/// Asserts that pictures with the default settings are as trustworthy as the reference's, whatever the seed.
#[track_caller]
fn as_trustworthy(x: &Array2<f64>, expected: &Pictures, seeds: u64) {
    let start = Tsne::new(x.view(), &TsneSettings::default()).unwrap().embedding().to_owned();
    let start = trustworthiness(x.view(), start.view(), 15).unwrap();
    for seed in 0..seeds {
        for (name, picture, expected) in [
            ("t-SNE", tsne(x, &TsneSettings { seed, ..TsneSettings::default() }), &expected.tsne),
            ("UMAP", umap(x, &UmapSettings { seed, ..UmapSettings::default() }), &expected.umap),
        ] {
            let expected = expected.iter().sum::<f64>() / expected.len() as f64;
            let found = trustworthiness(x.view(), picture.view(), 15).unwrap();
            println!("{name}, seed {seed}: trustworthiness {found:.4}, reference {expected:.4}");
            assert!(start < expected - SLACK, "the start passes, so the comparison says nothing: {start}");
            assert!(found > expected - SLACK, "{name}, seed {seed}: {found}, expected {expected}");
        }
    }
}

#[test]
fn neighbours_are_those_of_scikit_learn() {
    let reference: Reference = fixture("embed");
    let found = nearest_neighbours(matrix(&reference.x).view(), 15).unwrap();
    let expected = Array2::from_shape_fn((reference.x.len(), 15), |(i, rank)| reference.neighbours[i][rank]);
    assert_eq!(found.indices, expected);
    for (i, expected) in reference.distances.iter().enumerate() {
        for (found, expected) in found.distances.row(i).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9);
        }
    }
}

#[test]
fn trustworthiness_is_that_of_scikit_learn() {
    let reference: Reference = fixture("embed");
    let x = matrix(&reference.x);
    for ((i, j), k, expected) in reference.trustworthiness_of_columns {
        let picture = x.select(Axis(1), &[i, j]) * array![1.0, 1.234_567_89];
        let found = trustworthiness(x.view(), picture.view(), k).unwrap();
        assert!((found - expected).abs() < 1e-9, "columns {i} and {j}, k {k}: {found}, expected {expected}");
    }
}

#[test]
fn pictures_are_as_trustworthy_as_those_of_scikit_learn_and_umap_learn() {
    let reference: Reference = fixture("embed");
    as_trustworthy(&matrix(&reference.x), &reference.pictures, 5);
}

#[test]
fn a_picture_depends_on_the_seed_and_not_on_the_steps() {
    let x = matrix(&fixture::<Reference>("embed").x);
    let settings = |seed| TsneSettings { iterations: 300, seed, ..TsneSettings::default() };
    let mut stepped = Tsne::new(x.view(), &settings(1)).unwrap();
    let start = stepped.embedding().to_owned();
    assert_eq!(start.dim(), (300, 2));
    let mut last = stepped.progress();
    assert!(last.abs() < 1e-12);
    while !stepped.is_finished() {
        // A copy goes its own way, as another picture on the same page does.
        let mut copy = stepped.clone();
        stepped.step();
        assert!(stepped.progress() > last && stepped.progress() <= 1.0);
        last = stepped.progress();
        if last < 0.3 {
            copy.step();
            assert_eq!(copy.embedding(), stepped.embedding());
        }
    }
    assert!((last - 1.0).abs() < 1e-12);
    let once = tsne(&x, &settings(1));
    assert_eq!(stepped.embedding(), once);
    stepped.step();
    assert_eq!(stepped.embedding(), once);
    assert_ne!(tsne(&x, &settings(2)), once);

    let settings = |seed| UmapSettings { epochs: Some(60), seed, ..UmapSettings::default() };
    let mut stepped = Umap::new(x.view(), &settings(1)).unwrap();
    assert_eq!(stepped.embedding().dim(), (300, 2));
    let mut last = stepped.progress();
    while !stepped.is_finished() {
        stepped.step();
        assert!(stepped.progress() > last && stepped.progress() <= 1.0);
        last = stepped.progress();
    }
    let once = umap(&x, &settings(1));
    assert_eq!(stepped.embedding(), once);
    stepped.step();
    assert_eq!(stepped.embedding(), once);
    assert_ne!(umap(&x, &settings(2)), once);
}
