//! The metrics of mixing against scib-metrics, and on cells that are hardly any.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use dosefront::embed::{Neighbours, nearest_neighbours};
use dosefront::metrics::MetricError;
use dosefront::metrics::mixing::{self, NAMES, Nearest, kbet, lisi, pcr, scib_scores};
use ndarray::{Array2, ArrayView2, array};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    latent: Vec<Vec<f32>>,
    before: Vec<Vec<f32>>,
    batch: Vec<u32>,
    labels: Vec<u32>,
    values: BTreeMap<String, Option<f64>>,
    kbet_of_labels: Vec<Option<f64>>,
    kbet_of_labels_by_size: Vec<Option<f64>>,
    batch_variance: [f64; 2],
    lisi_batch: Vec<f64>,
    lisi_label: Vec<f64>,
}

impl Case {
    fn all() -> Vec<Self> {
        ["uneven", "isolated", "two_batches", "few_and_equal", "one_large_label"].map(Self::read).into()
    }

    fn read(name: &str) -> Self {
        let path = format!("{}/../tests/reference/fixtures/scib/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn latent(&self) -> Array2<f32> {
        rows(&self.latent)
    }

    fn before(&self) -> Array2<f32> {
        rows(&self.before)
    }
}

/// The labels numbered anew, from the largest to the smallest.
fn by_size(labels: &[u32]) -> Vec<u32> {
    let size = |label: u32| labels.iter().filter(|other| **other == label).count();
    let mut order: Vec<u32> = labels.to_vec();
    order.sort_unstable();
    order.dedup();
    order.sort_by_key(|&label| std::cmp::Reverse(size(label)));
    labels.iter().map(|label| order.iter().position(|other| other == label).unwrap() as u32).collect()
}

fn rows(rows: &[Vec<f32>]) -> Array2<f32> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

#[allow(clippy::needless_pass_by_value, reason = "a view is two pointers wide")]
fn neighbours(x: ArrayView2<f32>) -> Neighbours {
    nearest_neighbours(x.mapv(f64::from).view(), 89.min(x.nrows() - 1)).unwrap()
}

fn nearest(found: &Neighbours) -> Nearest<'_> {
    Nearest::new(found.indices.view(), found.distances.view()).unwrap()
}

/// All scores of cells.
fn scores(x: &Array2<f32>, batch: &[u32], labels: Option<&[u32]>) -> BTreeMap<String, Option<f64>> {
    let found = neighbours(x.view());
    let scores = scib_scores(x.view(), Some(x.view()), batch, labels, &nearest(&found)).unwrap();
    assert_eq!(scores.len(), NAMES.len());
    for (name, score) in &scores {
        assert!(score.is_none_or(|score| (0.0..=1.0).contains(&score)), "{name}: {score:?}");
    }
    scores
}

#[track_caller]
fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what}: got {got}, expected {expected}");
}

#[test]
fn all_scores_are_those_of_scib_metrics() {
    for case in Case::all() {
        let (latent, before) = (case.latent(), case.before());
        let found = neighbours(latent.view());
        let got =
            scib_scores(latent.view(), Some(before.view()), &case.batch, Some(&case.labels), &nearest(&found)).unwrap();
        assert!(got.keys().eq(case.values.keys()));
        for (name, &expected) in &case.values {
            let what = format!("{} {name}", case.name);
            if name == "kbet_lite" && case.batch.len() <= 50 {
                // There, neighbourhoods are everything, and 1 says nothing.
                assert_eq!((got[name], expected), (None, Some(1.0)), "{what}");
                continue;
            }
            close(&what, got[name].unwrap(), expected.unwrap(), 1e-9);
        }
    }
}

#[test]
fn what_scores_are_means_of_is_that_of_scib_metrics_too() {
    for case in Case::all() {
        let (latent, before) = (case.latent(), case.before());
        let found = neighbours(latent.view());
        let nearest = nearest(&found);
        for (groups, expected) in [(&case.batch, &case.lisi_batch), (&case.labels, &case.lisi_label)] {
            let got = lisi::lisi(&nearest, groups).unwrap().unwrap();
            for (cell, (&got, &expected)) in got.iter().zip(expected).enumerate() {
                close(&format!("{} LISI of cell {cell}", case.name), got, expected, 1e-9);
            }
        }
        for (labels, expected) in
            [(case.labels.clone(), &case.kbet_of_labels), (by_size(&case.labels), &case.kbet_of_labels_by_size)]
        {
            let got = kbet::kbet_of_labels(&nearest, &case.batch, &labels).unwrap();
            assert_eq!(got.len(), expected.len());
            for (got, expected) in got.iter().zip(expected) {
                assert_eq!(got.acceptance.is_some(), expected.is_some(), "{} {got:?}", case.name);
                if let Some((got, &expected)) = got.acceptance.zip(expected.as_ref()) {
                    close(&format!("{} kBET", case.name), got, expected, 1e-12);
                }
            }
        }
        for (x, expected) in [before, latent].iter().zip(case.batch_variance) {
            let got = pcr::batch_variance(x.view(), &case.batch).unwrap().unwrap();
            close(&format!("{} R2", case.name), got, expected, 1e-9);
        }
    }
}

#[test]
fn components_are_limited_by_the_labels_before() {
    // A label of 40 cells leaves 39 components to one of 170 after it: seen in the package's own values.
    let case = Case::read("two_batches");
    assert_eq!(case.kbet_of_labels.len(), 4);
    assert_ne!(case.kbet_of_labels[2], case.kbet_of_labels_by_size[0]);
}

#[test]
fn without_labels_what_needs_them_is_left_out() {
    let case = Case::read("uneven");
    let (latent, found) = (case.latent(), neighbours(case.latent().view()));
    let got = scib_scores(latent.view(), None, &case.batch, None, &nearest(&found)).unwrap();
    for name in ["isolated_labels", "clisi", "bras", "kbet", "graph_connectivity", "pcr"] {
        assert_eq!(got[name], None, "{name}");
    }
    for name in ["ilisi", "kbet_lite"] {
        assert_eq!(got[name], scores(&latent, &case.batch, Some(&case.labels))[name], "{name}");
        assert!(got[name].is_some());
    }
}

#[test]
fn one_batch_or_one_label_is_nothing_to_compare() {
    let case = Case::read("uneven");
    let (latent, ones) = (case.latent(), vec![7; case.batch.len()]);
    let got = scores(&latent, &ones, Some(&case.labels));
    for name in ["ilisi", "kbet", "kbet_lite", "bras", "pcr"] {
        assert_eq!(got[name], None, "one batch: {name}");
    }
    for name in ["clisi", "graph_connectivity", "isolated_labels"] {
        assert!(got[name].is_some(), "one batch: {name}");
    }
    let got = scores(&latent, &case.batch, Some(&ones));
    for name in ["clisi", "isolated_labels"] {
        assert_eq!(got[name], None, "one label: {name}");
    }
    for name in ["ilisi", "kbet", "kbet_lite", "bras", "pcr", "graph_connectivity"] {
        assert!(got[name].is_some(), "one label: {name}");
    }
}

#[test]
fn a_handful_of_cells_of_any_kind_gives_no_nan() {
    let case = Case::read("uneven");
    for n in 1..40 {
        let x = rows(&case.latent[..n]);
        let (batch, labels) = (&case.batch[..n], &case.labels[..n]);
        let got = if n == 1 {
            let found = Neighbours { indices: Array2::zeros((1, 0)), distances: Array2::zeros((1, 0)) };
            scib_scores(x.view(), Some(x.view()), batch, Some(labels), &nearest(&found)).unwrap()
        } else {
            scores(&x, batch, Some(labels))
        };
        assert_eq!(got["ilisi"].is_some(), n >= 6 && batch.iter().any(|b| *b != batch[0]), "{n}");
        let every: Vec<u32> = (0..n as u32).collect();
        if n > 1 {
            // Every cell a label, or a batch, of its own.
            assert_eq!(scores(&x, batch, Some(&every))["isolated_labels"], None);
            assert_eq!(scores(&x, &every, Some(labels))["bras"], None);
        }
    }
}

#[test]
fn equal_cells_are_perfectly_mixed_or_undefined() {
    for n in [12, 60, 130] {
        let batch: Vec<u32> = (0..n).map(|i| i % 2).collect();
        let labels: Vec<u32> = (0..n).map(|i| (i / 2) % 2).collect();
        for x in [Array2::from_elem((n as usize, 3), 0.7), Array2::zeros((n as usize, 3))] {
            let got = scores(&x, &batch, Some(&labels));
            assert_eq!(got["pcr"], None);
            close("bras", got["bras"].unwrap(), 1.0, 1e-12);
            close("isolated_labels", got["isolated_labels"].unwrap(), 0.5, 1e-12);
        }
    }
}

#[test]
fn a_space_in_which_batches_are_apart_scores_low_and_one_in_which_they_are_not_high() {
    let case = Case::read("two_batches");
    let mut apart = case.latent();
    for (mut row, &batch) in apart.outer_iter_mut().zip(&case.batch) {
        row += 60.0 * batch as f32;
    }
    let got = scores(&apart, &case.batch, Some(&case.labels));
    for name in ["ilisi", "kbet", "kbet_lite"] {
        close(name, got[name].unwrap(), 0.0, 1e-9);
    }
    close("pcr", got["pcr"].unwrap(), 0.0, 1e-12);
    assert!(got["graph_connectivity"].unwrap() < 0.7);
    // Batches dealt out at random.
    let dealt: Vec<u32> = (0..case.batch.len()).map(|i| (i * i / 3 % 2) as u32).collect();
    let got = scores(&case.latent(), &dealt, Some(&case.labels));
    for name in ["ilisi", "kbet", "kbet_lite", "bras"] {
        assert!(got[name].unwrap() > 0.8, "{name}: {:?}", got[name]);
    }
}

#[test]
fn totals_are_means_of_what_is_there() {
    let score = |name: &str, value| (name.to_owned(), value);
    let mut scores = BTreeMap::from([
        score("clisi", Some(0.9)),
        score("nmi", Some(0.5)),
        score("uca", Some(0.1)),
        score("ilisi", Some(0.2)),
        score("kbet", None),
        score("kbet_lite", Some(1.0)),
        score("pcr", Some(0.4)),
    ]);
    let totals = mixing::totals(&scores);
    close("bio", totals.bio.unwrap(), 0.7, 1e-15);
    close("batch", totals.batch.unwrap(), 0.3, 1e-15);
    close("total", totals.total.unwrap(), 0.6 * 0.7 + 0.4 * 0.3, 1e-15);
    scores.retain(|name, _| name == "ilisi");
    let totals = mixing::totals(&scores);
    assert_eq!((totals.bio, totals.batch, totals.total), (None, Some(0.2), None));
}

#[test]
fn bad_input_is_named() {
    let x = array![[0.0_f32], [1.0], [3.0]];
    let found = neighbours(x.view());
    let call = |batch: &[u32], labels: Option<&[u32]>, before: Option<ArrayView2<f32>>| {
        scib_scores(x.view(), before, batch, labels, &nearest(&found)).unwrap_err().code()
    };
    assert_eq!(call(&[0, 1], None, None), "metric_other_cells");
    assert_eq!(call(&[0, 1, 1], Some(&[0]), None), "metric_other_cells");
    assert_eq!(call(&[0, 1, 1], None, Some(array![[1.0]].view())), "metric_other_cells");
    let nan = array![[0.0], [f32::NAN], [3.0]];
    let bad = scib_scores(nan.view(), None, &[0, 1, 1], None, &nearest(&found)).unwrap_err();
    assert_eq!(bad.code(), "metric_not_finite");
    let two = scib_scores(array![[0.0_f32], [1.0]].view(), None, &[0, 1], None, &nearest(&found)).unwrap_err();
    assert_eq!(two.to_string(), "there are 3 lists of neighbours for 2 cells");

    let refused = |indices: Array2<usize>, distances: Array2<f64>| {
        let error: MetricError = Nearest::new(indices.view(), distances.view()).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string()
    };
    let distances = array![[1.0, 2.0], [1.0, 2.0], [2.0, 3.0]];
    assert_eq!(
        refused(array![[1], [0], [1]], array![[1.0], [1.0], [2.0]]),
        "the number of neighbours needed is 2 in the list of neighbours, it must be below 2"
    );
    assert_eq!(
        refused(array![[1, 3], [0, 2], [1, 0]], distances.clone()),
        "a cell number is 3 in the list of neighbours, it must be below 3"
    );
    assert_eq!(
        refused(array![[1, 2], [1, 2], [1, 0]], distances.clone()),
        "the neighbour of a cell is 1, it must be another cell"
    );
    let order = array![[1, 2], [0, 2], [1, 0]];
    assert_eq!(
        refused(order.clone(), array![[1.0, 0.5], [1.0, 2.0], [2.0, 3.0]]),
        "the distance to a neighbour is 0.5, it must be 0 or more, and rise along a row"
    );
    assert!(refused(order.clone(), array![[1.0, f64::NAN], [1.0, 2.0], [2.0, 3.0]]).contains("NaN"));
    assert!(refused(order, array![[1.0, 2.0], [1.0, 2.0]]).contains("rows of distances"));
    assert!(refused(Array2::zeros((0, 0)), Array2::zeros((0, 0))).contains("empty"));
}
