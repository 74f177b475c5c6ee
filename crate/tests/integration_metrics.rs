//! The metrics of an integrated space against scikit-learn, scipy and formulas in numpy; fronts against sets worked by hand.

#![allow(clippy::unwrap_used)]

mod metrics_common;

use std::collections::BTreeMap;

use dosefront::embed::nearest_neighbours;
use dosefront::fronts::{
    self, CandidateKind, CandidateRow, Cells, FrontRow, Reference, Units, paper_table, spread, spread_csv, summarise,
    summarise_against,
};
use dosefront::metrics::clustering::{
    Agreement, KMeansSettings, kmeans, lloyd, rescaled, silhouette, silhouette_samples,
};
use dosefront::metrics::front::{Bounds, distinct_choices, hypervolume, nondominated};
use dosefront::metrics::integration::{IntegrationSettings, NAMES, integration_scores};
use dosefront::metrics::mixing;
use dosefront::metrics::mixing::entropy::{self, Pools};
use dosefront::metrics::mutual_information::{mutual_information_nn, mutual_information_nn_minibatch};
use ndarray::{Array2, array};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<Vec<f32>>,
    labels: Vec<u32>,
    batches: Vec<u32>,
    silhouette_samples: Vec<f64>,
    nn_mi_batch: f64,
    nn_mi_labels: f64,
    nn_mi_paper: Option<f64>,
    batch_entropy: Option<BatchEntropy>,
    mutual_info_classif: Option<[f64; 2]>,
    k_means: Option<Clusters>,
    agreement: Option<BTreeMap<String, f64>>,
    #[serde(default)]
    lloyd: Vec<Lloyd>,
}

#[derive(Deserialize)]
struct BatchEntropy {
    k: usize,
    exact: f64,
    sd: f64,
    relative: f64,
}

#[derive(Deserialize)]
struct Clusters {
    inertia: f64,
    clusters: Vec<u32>,
}

#[derive(Deserialize)]
struct Lloyd {
    start: Vec<Vec<f64>>,
    inertia: f64,
    iterations: usize,
    clusters: Vec<u32>,
}

impl Case {
    fn x(&self) -> Array2<f32> {
        matrix(&self.x)
    }
}

fn matrix<T: Copy>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/fixtures/integration/metrics.json");
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 6);
    cases
}

#[track_caller]
fn close(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what}: got {got}, expected {expected}");
}

#[test]
fn silhouettes_are_those_of_scikit_learn() {
    for case in cases() {
        let x = case.x();
        let samples = silhouette_samples(x.view(), &case.labels).unwrap();
        assert_eq!(samples.len(), case.silhouette_samples.len());
        for (got, expected) in samples.iter().zip(&case.silhouette_samples) {
            close(&case.name, *got, *expected, 1e-9);
        }
        let mean = case.silhouette_samples.iter().sum::<f64>() / samples.len() as f64;
        let asw = silhouette(x.view(), &case.labels).unwrap();
        close(&case.name, asw, mean, 1e-9);
        close(&case.name, rescaled(asw), 0.5 + 0.5 * mean, 1e-9);
    }
}

#[test]
fn agreement_is_that_of_scikit_learn_and_scipy() {
    let mut compared = 0;
    for case in cases() {
        let (Some(clusters), Some(expected)) = (&case.k_means, &case.agreement) else { continue };
        let found = Agreement::new(&case.labels, &clusters.clusters).unwrap();
        let batches = Agreement::new(&case.labels, &case.batches).unwrap();
        for (name, got) in [
            ("ari", found.adjusted_rand()),
            ("nmi", found.normalised_mutual_information()),
            ("nmi_geometric", found.normalised_mutual_information_geometric()),
            ("uca", found.clustering_accuracy().unwrap()),
            ("ari_batches", batches.adjusted_rand()),
            ("nmi_batches", batches.normalised_mutual_information()),
            ("uca_batches", batches.clustering_accuracy().unwrap()),
        ] {
            close(&format!("{} {name}", case.name), got, expected[name], 1e-9);
            compared += 1;
        }
    }
    assert_eq!(compared, 21);
}

#[test]
fn k_means_reaches_the_inertia_of_scikit_learn() {
    let mut compared = 0;
    for case in cases() {
        let Some(best) = &case.k_means else { continue };
        let x = case.x();
        let settings = KMeansSettings::default();
        for run in &case.lloyd {
            let got = lloyd(x.view(), matrix(&run.start).view(), &settings).unwrap();
            assert_eq!((got.iterations, &got.clusters), (run.iterations, &run.clusters), "{}", case.name);
            close(&case.name, got.inertia, run.inertia, 1e-9 * run.inertia);
            compared += 1;
        }
        let k = case.lloyd[0].start.len();
        let many = KMeansSettings { n_init: 200, ..settings };
        let got = kmeans(x.view(), k, &many, 1).unwrap();
        close(&case.name, got.inertia, best.inertia, 1e-6 * best.inertia);
        // The clusters are those too, whatever their numbers.
        close(&case.name, Agreement::new(&got.clusters, &best.clusters).unwrap().adjusted_rand(), 1.0, 0.02);
        let ten = kmeans(x.view(), k, &settings, 1).unwrap();
        assert!(ten.inertia <= 1.01 * best.inertia, "{}: {} {}", case.name, ten.inertia, best.inertia);
        assert_eq!(ten, kmeans(x.view(), k, &settings, 1).unwrap());
    }
    assert_eq!(compared, 6);
}

#[test]
fn batch_entropy_is_that_of_its_formula_and_pools_scatter_around_it() {
    for case in cases() {
        let Some(expected) = &case.batch_entropy else { continue };
        let found = nearest_neighbours(case.x().mapv(f64::from).view(), expected.k).unwrap();
        let (near, batch) = (found.indices.view(), &case.batches);
        close(&case.name, entropy::exact(near, batch, expected.k).unwrap(), expected.exact, 1e-9);
        close(&case.name, entropy::relative(near, batch, expected.k).unwrap(), expected.relative, 1e-9);
        let pooled =
            |seed: u64| entropy::pooled(near, batch, expected.k, Pools::default(), seed).unwrap() - expected.exact;
        assert_eq!(pooled(1).to_bits(), pooled(1).to_bits());
        let off: Vec<f64> = (0..200).map(pooled).collect();
        // 50 pools of 100 cells: 5,000 draws.
        let standard_error = expected.sd / 5000.0_f64.sqrt();
        let mean = off.iter().sum::<f64>() / 200.0;
        let sd = (off.iter().map(|off| off * off).sum::<f64>() / 200.0).sqrt();
        close(&case.name, mean, 0.0, 4.0 * standard_error / 200.0_f64.sqrt());
        assert!((0.8..1.2).contains(&(sd / standard_error)), "{}: {sd} {standard_error}", case.name);
    }
}

#[test]
fn mutual_information_is_that_of_ross_and_of_scikit_learn() {
    let (mut one_dimension, mut paper) = (0, 0);
    for case in cases() {
        let x = case.x();
        let of = |groups: &[u32]| mutual_information_nn(x.view(), groups, 3).unwrap();
        close(&case.name, of(&case.batches), case.nn_mi_batch, 1e-9);
        close(&case.name, of(&case.labels), case.nn_mi_labels, 1e-9);
        if let Some([batch, labels]) = case.mutual_info_classif {
            close(&case.name, of(&case.batches), batch, 1e-9);
            close(&case.name, of(&case.labels), labels, 1e-9);
            one_dimension += 1;
        }
        // So few cells are one minibatch.
        if let Some(expected) = case.nn_mi_paper {
            let got = mutual_information_nn_minibatch(x.view(), &case.batches, 3, 128, 1).unwrap();
            close(&case.name, got, expected, 1e-9);
            paper += 1;
        }
    }
    assert_eq!((one_dimension, paper), (2, 5));
}

#[test]
fn more_minibatches_are_averaged() {
    let case = &cases()[0];
    let x = case.x();
    let whole = mutual_information_nn(x.view(), &case.batches, 3).unwrap();
    let values: Vec<f64> =
        (0..40).map(|seed| mutual_information_nn_minibatch(x.view(), &case.batches, 3, 60, seed).unwrap()).collect();
    let mean = values.iter().sum::<f64>() / 40.0;
    // Above by about <1 / N_i> = 2 / 60, as the paper's form is.
    assert!(values[0].to_bits() != values[1].to_bits() && (0.01..0.06).contains(&(mean - whole)), "{mean} {whole}");
}

#[test]
fn all_scores_come_from_one_call_as_from_their_own() {
    for case in cases() {
        let (x, settings) = (case.x(), IntegrationSettings::default());
        let scores = integration_scores(x.view(), None, &case.batches, Some(&case.labels), &settings, 7).unwrap();
        let groups = case.labels.iter().collect::<std::collections::BTreeSet<_>>().len();
        let clusters = kmeans(x.view(), groups, &settings.kmeans, 7).unwrap().clusters;
        let agreement = Agreement::new(&case.labels, &clusters).unwrap();
        let near = nearest_neighbours(x.mapv(f64::from).view(), 50).unwrap().indices;
        let asw = silhouette(x.view(), &case.labels).unwrap();
        for (name, expected) in [
            ("asw", asw),
            ("asw_rescaled", rescaled(asw)),
            ("ari", agreement.adjusted_rand()),
            ("nmi", agreement.normalised_mutual_information()),
            ("uca", agreement.clustering_accuracy().unwrap()),
            ("be_exact", entropy::exact(near.view(), &case.batches, 50).unwrap()),
            ("be_relative", entropy::relative(near.view(), &case.batches, 50).unwrap()),
            ("be_pooled", entropy::pooled(near.view(), &case.batches, 50, Pools::default(), 7).unwrap()),
            ("nn_mi", mutual_information_nn(x.view(), &case.batches, 3).unwrap()),
            ("nn_mi_minibatch", mutual_information_nn_minibatch(x.view(), &case.batches, 3, 128, 7).unwrap()),
        ] {
            close(&format!("{} {name}", case.name), scores[name].unwrap(), expected, 1e-12);
            assert!(fronts::metric(name).is_ok());
        }
        // Those of scib-metrics and its three totals are there as well.
        assert_eq!(scores.len(), NAMES.len() + mixing::NAMES.len() + 3);
        let without = integration_scores(x.view(), None, &case.batches, None, &settings, 7).unwrap();
        for name in NAMES {
            let of_labels = ["asw", "asw_rescaled", "ari", "nmi", "uca"].contains(&name);
            assert_eq!(without[name], if of_labels { None } else { scores[name] }, "{name}");
        }
    }
}

#[test]
fn what_is_not_defined_is_none_and_what_is_wrong_is_named() {
    let settings = IntegrationSettings::default();
    let score = |x: &Array2<f32>, batch: &[u32], labels: &[u32]| {
        integration_scores(x.view(), None, batch, Some(labels), &settings, 1).unwrap()
    };
    let defined = |scores: &BTreeMap<String, Option<f64>>| -> Vec<String> {
        assert!(scores.values().flatten().all(|value| value.is_finite()));
        let own = |(name, value): &(&String, &Option<f64>)| value.is_some() && NAMES.contains(&name.as_str());
        scores.iter().filter(own).map(|(name, _)| name.clone()).collect()
    };
    let line = |n: usize| Array2::from_shape_fn((n, 2), |(i, j)| (i * i + j) as f32);
    let halves = |n: usize| (0..n).map(|i| (i % 2) as u32).collect::<Vec<u32>>();
    let of_labels = ["ari", "asw", "asw_rescaled", "nmi", "uca"];
    let of_batches = ["be_exact", "be_pooled", "be_relative", "nn_mi", "nn_mi_minibatch"];

    assert_eq!(defined(&score(&line(12), &[3; 12], &halves(12))), of_labels);
    assert_eq!(defined(&score(&line(12), &halves(12), &[3; 12])), of_batches);
    // A batch of one cell has an entropy, and no neighbour of its own.
    let mut one = vec![0; 12];
    one[4] = 1;
    assert_eq!(defined(&score(&line(12), &one, &[3; 12])), of_batches[..3]);
    assert_eq!(defined(&score(&line(5), &halves(5), &halves(5))).len(), 10);
    assert!(defined(&score(&line(1), &[0], &[0])).is_empty());
    // As many labels as cells: no silhouette.
    assert_eq!(defined(&score(&line(4), &[0; 4], &[0, 1, 2, 3])), ["ari", "nmi", "uca"]);

    let same = score(&Array2::ones((20, 3)), &halves(20), &halves(20));
    assert_eq!(defined(&same).len(), 10);
    for name in ["asw", "ari", "nmi", "nn_mi"] {
        close(name, same[name].unwrap(), 0.0, 1e-12);
    }

    let error = |x: &Array2<f32>, batch: &[u32], settings: IntegrationSettings| {
        integration_scores(x.view(), None, batch, None, &settings, 1).unwrap_err()
    };
    let mut bad = line(4);
    bad[(2, 1)] = f32::NAN;
    let diverged = error(&bad, &halves(4), settings);
    assert_eq!(diverged.code(), "metric_not_finite");
    assert!(diverged.hint().contains("diverged"));
    assert_eq!(error(&line(4), &halves(5), settings).to_string(), "there are 5 batches for 4 cells");
    assert_eq!(error(&Array2::zeros((0, 2)), &[], settings).code(), "metric_no_cells");
    for wrong in [
        IntegrationSettings { be_neighbours: 0, ..settings },
        IntegrationSettings { mi_neighbours: 0, ..settings },
        IntegrationSettings { mi_minibatch: 0, ..settings },
        IntegrationSettings { pools: Pools { pools: 0, cells: 5 }, ..settings },
    ] {
        assert_eq!(error(&line(9), &halves(9), wrong).code(), "metric_setting", "{wrong:?}");
    }
    let unsound = KMeansSettings { tolerance: f64::NAN, ..KMeansSettings::default() };
    assert_eq!(kmeans(line(4).view(), 2, &unsound, 1).unwrap_err().code(), "metric_setting");
    assert_eq!(kmeans(line(4).view(), 5, &KMeansSettings::default(), 1).unwrap_err().code(), "metric_setting");
    assert_eq!(silhouette(line(4).view(), &[0; 4]).unwrap_err().code(), "metric_groups");
    assert_eq!(entropy::exact(array![[1], [7]].view(), &[0, 1], 1).unwrap_err().code(), "metric_neighbour");
    assert_eq!(entropy::exact(array![[1], [0]].view(), &[0, 1], 2).unwrap_err().code(), "metric_neighbour");
}

#[test]
fn fronts_worked_by_hand() {
    // Three steps, one point behind them, a double, and one beyond the reference.
    let points = [[1.0, 3.0], [3.0, 1.0], [3.0, 3.0], [2.0, 2.0], [2.0, 2.0], [5.0, 0.0], [f64::NAN, -9.0]];
    assert_eq!(nondominated(&points), [0, 1, 3, 5]);
    close("three steps", hypervolume(&points, [4.0, 4.0]), 3.0 + 2.0 + 1.0, 1e-15);
    close("a wider reference", hypervolume(&points, [6.0, 4.0]), 5.0 + 4.0 + 3.0 + 1.0, 1e-15);
    close("nothing inside", hypervolume(&points, [1.0, 4.0]), 0.0, 0.0);
    // Equal in one objective only: the better one in the other stays.
    assert_eq!(nondominated(&[[1.0, 2.0], [1.0, 1.0], [0.0, 3.0]]), [1, 2]);

    // Cells of 0.05 from -0.001: (0, 5), (0, 5), (2, 2), (5, 0); the last point is dominated.
    let grid = [[0.0, 0.27], [0.03, 0.25], [0.1, 0.1], [0.25, 0.0], [0.3, 0.3]];
    assert_eq!(distinct_choices(&grid, [-0.001, -0.001], 0.05), 3);
    assert_eq!(distinct_choices(&grid, [-0.001, -0.001], 0.02), 4);
    assert_eq!(distinct_choices(&grid, [0.0, 0.0], 0.0), 0);

    let bounds = Bounds::full(&grid).unwrap();
    assert_eq!((bounds.good, bounds.bad), ([0.0, 0.0], [0.3, 0.3]));
    // Scaled: (0, .9), (.1, .8333), (.3333, .3333), (.8333, 0) up to (1, 1).
    let area = 0.1 + 0.9 * (0.9 - 2.5 / 3.0) + 2.0 / 3.0 * 0.5 + (1.0 - 2.5 / 3.0) / 3.0;
    close("scaled", bounds.hypervolume(&grid), area, 1e-12);
    // Cells (0, 18), (2, 16), (6, 6), (16, 0).
    assert_eq!(bounds.distinct_choices(&grid, 0.05), 4);
    // With cells of a third: (0, 2), (0, 2), (1, 1), (2, 0).
    assert_eq!(bounds.distinct_choices(&grid, 1.0 / 3.0), 3);
    assert_eq!(bounds.distinct_choices_paper(&grid), 3);
    let raw = 0.301 * 0.031 + 0.271 * 0.02 + 0.201 * 0.15 + 0.051 * 0.1;
    close("raw", bounds.hypervolume_raw(&grid), raw, 1e-12);
    assert_eq!(Bounds::full(&[[f64::NAN, 1.0]]), None);
}

#[test]
fn a_candidate_that_diverged_does_not_hide_the_others() {
    let mut points: Vec<[f64; 2]> = (0..11).map(|i| [f64::from(i), f64::from(10 - i)]).collect();
    let calm = Bounds::robust(&points).unwrap();
    assert_eq!(calm, Bounds::full(&points).unwrap());
    points.push([1e6, -1.0]);
    let (robust, full) = (Bounds::robust(&points).unwrap(), Bounds::full(&points).unwrap());
    assert_eq!((robust.bad, full.bad), ([10.0, 10.0], [1e6, 10.0]));
    assert!(robust.exceeded_by(points[11]) && !robust.exceeded_by(points[10]));
    assert_eq!(robust.scale(points[11]).map(f64::to_bits), [1.0, 0.0].map(f64::to_bits));
    // It stays a choice of its own, without an area; with the paper's reference the other objective is nearly all that counts.
    assert_eq!(robust.distinct_choices(&points, 0.05), 12);
    close("robust", robust.hypervolume(&points), robust.hypervolume(&points[..11]), 1e-12);
    assert!(full.hypervolume(&points) > 0.9 && robust.hypervolume(&points) < 0.6);
    assert_eq!(full.distinct_choices(&points, 0.05), 12);
    // Nor does one that is absurdly good.
    let mut odd: Vec<[f64; 2]> = points[..11].to_vec();
    odd.push([5.0, -1e9]);
    let robust = Bounds::robust(&odd).unwrap();
    assert_eq!(robust, calm);
    assert_eq!(robust.scale(odd[11]).map(f64::to_bits), [0.5, 0.0].map(f64::to_bits));
    assert!(robust.moves(odd[11]) && !robust.exceeded_by(odd[11]) && !robust.moves(odd[10]));
    assert!(robust.hypervolume(&odd) <= 1.0 && robust.hypervolume(&odd[..11]) > 0.4);
    // Half of the values equal: no fence.
    let flat: Vec<[f64; 2]> = (0..9).map(|i| [f64::from(i / 8), 0.0]).collect();
    assert_eq!(Bounds::robust(&flat), Bounds::full(&flat));
    close("constant", Bounds::robust(&flat).unwrap().hypervolume(&flat), 1.0, 1e-15);
}

/// A candidate with a silhouette and a batch entropy on the training cells, and 0.1 less of both on the test cells.
fn candidate(index: usize, method: &str, split: u64, place: usize, asw: Option<f64>, be: f64) -> CandidateRow {
    let values = |less: f64| {
        BTreeMap::from([("asw".to_owned(), asw.map(|asw| asw - less)), ("be_pooled".to_owned(), Some(be - less))])
    };
    CandidateRow {
        index,
        method: method.to_owned(),
        measure: (method != "desc").then(|| "mine".to_owned()),
        split,
        place,
        kind: if method == "desc" { CandidateKind::Peer } else { CandidateKind::Preference },
        preference: None,
        steps: 0,
        u: Some(100.0 - index as f64),
        v: None,
        train: values(0.0),
        test: values(0.1),
        remarks: Vec::new(),
    }
}

fn rows() -> Vec<CandidateRow> {
    vec![
        candidate(0, "pareto_mtl", 1, 0, Some(0.1), 0.6),
        candidate(1, "pareto_mtl", 1, 1, Some(0.2), 0.5),
        candidate(2, "pareto_mtl", 1, 2, Some(0.3), 0.4),
        candidate(3, "pareto_mtl", 1, 3, None, 0.3),
        candidate(4, "pareto_mtl", 2, 0, Some(0.3), 0.6),
        candidate(5, "pareto_mtl", 2, 1, Some(0.2), 0.5),
        candidate(6, "pareto_mtl", 2, 2, Some(0.1), 0.4),
        candidate(7, "pareto_mtl", 2, 3, Some(0.0), 0.3),
        candidate(8, "desc", 1, 0, Some(0.25), 0.35),
    ]
}

fn find<'r>(fronts: &'r [FrontRow], method: &str, split: u64, cells: Cells) -> &'r FrontRow {
    fronts.iter().find(|row| row.method == method && row.split == split && row.cells == cells).unwrap()
}

#[test]
fn fronts_are_summarised_by_method_split_and_cells() {
    let rows = rows();
    let fronts = summarise(&rows, "asw", "be_pooled").unwrap();
    let order: Vec<_> = fronts.iter().map(|row| (row.method.as_str(), row.split, row.cells)).collect();
    assert_eq!(
        order,
        [
            ("pareto_mtl", 1, Cells::Train),
            ("pareto_mtl", 1, Cells::Test),
            ("pareto_mtl", 2, Cells::Train),
            ("pareto_mtl", 2, Cells::Test),
            ("desc", 1, Cells::Train),
            ("desc", 1, Cells::Test),
        ]
    );
    let first = find(&fronts, "pareto_mtl", 1, Cells::Train);
    assert_eq!((first.n, first.nondominated.as_slice()), (3, [0, 1, 2].as_slice()));
    // Of all four candidates, the one without a silhouette as well.
    close("percentage", first.percentage, 0.75, 1e-15);
    assert_eq!(first.ordering, [Some(1.0), Some(1.0)]);
    // Over everything: silhouettes -0.1 to 0.3, entropies 0.2 to 0.6. Both minimised and scaled:
    // (.5, 0), (.25, .25), (0, .5), that is .5 * .5 + .25 * .75 + .25 * .75 + ... by columns.
    close("hypervolume", first.hypervolume, 0.5 * 1.0 + 0.25 * 0.75 + 0.25 * 0.5, 1e-12);
    let raw = 0.201 * 0.401 + 0.1 * 0.301 + 0.1 * 0.201;
    close("hypervolume_raw", first.hypervolume_raw, raw, 1e-12);
    assert_eq!((first.ndc, first.ndc_paper), (3, 3));

    let second = find(&fronts, "pareto_mtl", 2, Cells::Train);
    assert_eq!((second.nondominated.as_slice(), second.percentage), ([4].as_slice(), 0.25));
    assert_eq!(second.ordering, [Some(-1.0), Some(1.0)]);
    close("the best of both", second.hypervolume, 1.0, 1e-12);
    assert_eq!(find(&fronts, "pareto_mtl", 2, Cells::Test).nondominated, [4]);

    let peer = find(&fronts, "desc", 1, Cells::Test);
    assert_eq!((peer.measure.as_ref(), peer.n, peer.percentage), (None, 1, 1.0));
    assert_eq!(peer.ordering, [None, None]);

    // The other order of the axes is the same front.
    let turned = summarise(&rows, "be_pooled", "asw").unwrap();
    let turned = find(&turned, "pareto_mtl", 1, Cells::Train);
    close("turned", turned.hypervolume, first.hypervolume, 1e-12);
    assert_eq!(turned.ordering, first.ordering);
    // U is on the test cells where the map does not say it.
    let u = summarise(&rows, "u", "be_pooled").unwrap();
    assert_eq!(find(&u, "pareto_mtl", 1, Cells::Test).n, 4);
    assert!(u.iter().all(|row| row.cells == Cells::Test && row.n > 0), "no row without a candidate");

    let names: Vec<&str> = fronts::present(&rows).iter().map(|metric| metric.id).collect();
    assert_eq!(names, ["u", "asw", "be_pooled"]);
    let error = summarise(&rows, "asw", "mixing").unwrap_err();
    assert_eq!(error.code(), "unknown_front_metric");
    assert!(error.to_string().starts_with("there is no metric \"mixing\"; there are u, v, asw,"));
    assert!(summarise(&[], "asw", "nmi").unwrap().is_empty());
}

#[test]
fn a_diverged_candidate_is_shown_as_clipped() {
    let mut rows = rows();
    for row in &mut rows {
        row.test.insert("u".into(), row.u);
    }
    rows[3].test.insert("u".into(), Some(1e5));
    let robust = summarise(&rows, "u", "be_pooled").unwrap();
    let full = summarise_against(&rows, "u", "be_pooled", Reference::Full).unwrap();
    let (robust, full) = (find(&robust, "pareto_mtl", 1, Cells::Test), find(&full, "pareto_mtl", 1, Cells::Test));
    assert_eq!((robust.clipped.as_slice(), full.clipped.len(), robust.n), ([3].as_slice(), 0, 4));
    assert_eq!(robust.nondominated, full.nondominated);
    assert!(full.hypervolume_raw > 1e4 && robust.hypervolume_raw < 10.0);
}

/// Fronts of two splits in U and V, with V of this scale; U of the second one is a little higher.
fn with_v(rows: &mut Vec<CandidateRow>, measure: &str, scale: f64) {
    for (split, place) in (1..=2).flat_map(|split| (0..10).map(move |place| (split, place))) {
        let mut row = candidate(rows.len(), "pareto_mtl", split, place, None, 0.5);
        row.measure = Some(measure.to_owned());
        let (u, v) = (320.0 - place as f64 + split as f64, scale * (1.0 + place as f64));
        for cells in [&mut row.train, &mut row.test] {
            cells.extend([("u".to_owned(), Some(u)), ("v".to_owned(), Some(v))]);
        }
        rows.push(row);
    }
}

fn of_measure<'r>(fronts: &'r [FrontRow], measure: &str) -> &'r FrontRow {
    let wanted =
        |row: &&FrontRow| row.measure.as_deref() == Some(measure) && (row.split, row.cells) == (1, Cells::Test);
    fronts.iter().find(wanted).unwrap()
}

#[test]
fn v_is_measured_against_its_own_measure_only() {
    let scales = [("mine", 0.05), ("classifier", 0.04), ("mmd", 30.0), ("hsic", 0.001)];
    let mut together = Vec::new();
    for (measure, scale) in scales {
        with_v(&mut together, measure, scale);
    }
    let fronts = summarise(&together, "u", "v").unwrap();
    for (measure, scale) in scales {
        let mut rows = Vec::new();
        with_v(&mut rows, measure, scale);
        let alone = summarise(&rows, "u", "v").unwrap();
        let (alone, found) = (of_measure(&alone, measure), of_measure(&fronts, measure));
        assert_eq!((found.hypervolume, found.ndc, found.clipped.len()), (alone.hypervolume, alone.ndc, 0), "{measure}");
        assert!(found.hypervolume > 0.3 && found.ndc == 10, "{measure}: {found:?}");
    }
    // Everything else is shared by all: what diverged under one measure is outside the bounds of all.
    together[5].test.insert("u".into(), Some(-1e6));
    let shared = summarise(&together, "u", "be_pooled").unwrap();
    assert_eq!(of_measure(&shared, "mine").clipped, [5]);
}

#[test]
fn an_absurd_bound_does_not_flatten_the_others() {
    let mut calm = Vec::new();
    with_v(&mut calm, "mine", 0.05);
    let expected = of_measure(&summarise(&calm, "u", "v").unwrap(), "mine").clone();
    for measure in ["mine", "classifier", "mmd"] {
        for absurd in [-230.0, -1e9] {
            let mut rows = Vec::new();
            with_v(&mut rows, measure, 0.05);
            // U diverged too, so that nothing but V speaks for it.
            rows[4].test.extend([("u".to_owned(), Some(5e4)), ("v".to_owned(), Some(absurd))]);
            let fronts = summarise(&rows, "u", "v").unwrap();
            let found = of_measure(&fronts, measure);
            assert_eq!(found.nondominated, [0, 1, 2, 3, 5, 6, 7, 8, 9], "{measure} {absurd}");
            assert_eq!((found.n, found.clipped.as_slice()), (10, [4].as_slice()));
            assert!((found.hypervolume - expected.hypervolume).abs() < 0.12 && found.ndc >= 9, "{found:?}");
            let other = fronts.iter().find(|row| row.split == 2).unwrap();
            assert!(other.hypervolume > 0.3 && other.ndc == 10, "{measure} {absurd}: {other:?}");
        }
    }
    // A little below 0 is noise: 0, and on the front although its U is far off.
    let mut rows = Vec::new();
    with_v(&mut rows, "mine", 0.05);
    rows[0].test.extend([("u".to_owned(), Some(900.0)), ("v".to_owned(), Some(-0.01))]);
    let found = summarise(&rows, "u", "v").unwrap();
    assert_eq!(of_measure(&found, "mine").nondominated, (0..10).collect::<Vec<_>>());
    assert_eq!(fronts::metric("v").unwrap().of(&rows[0], Cells::Test), Some(0.0));
    rows[0].measure = Some("mmd".into());
    assert_eq!(fronts::metric("v").unwrap().of(&rows[0], Cells::Test), Some(-0.01));
}

#[test]
fn a_method_without_u_and_v_is_in_no_table_of_them() {
    let mut rows = Vec::new();
    with_v(&mut rows, "mine", 0.05);
    rows.push(CandidateRow { u: None, ..candidate(20, "desc", 1, 0, Some(0.25), 0.35) });
    for (x, y) in [("u", "v"), ("u", "be_pooled")] {
        let fronts = summarise(&rows, x, y).unwrap();
        assert!(fronts.len() == 4 && fronts.iter().all(|row| row.n > 0), "{fronts:?}");
        assert!(spread(&fronts).iter().all(|row| row.method != "desc"));
    }
    assert_eq!(summarise(&rows, "asw", "be_pooled").unwrap().len(), 2);
}

#[test]
fn splits_are_averaged_into_the_tables_of_the_paper() {
    let fronts = summarise(&rows(), "asw", "be_pooled").unwrap();
    let spreads = spread(&fronts);
    assert_eq!(spreads.len(), 4);
    let row = &spreads[0];
    assert_eq!((row.method.as_str(), row.cells, row.splits), ("pareto_mtl", Cells::Train, 2));
    close("mean", row.percentage.mean.unwrap(), 0.5, 1e-15);
    close("sd", row.percentage.sd.unwrap(), 0.125_f64.sqrt(), 1e-15);
    close("ndc", row.ndc.mean.unwrap(), 2.0, 1e-15);
    assert_eq!((row.ordering[0].mean, row.ordering[1].mean), (Some(0.0), Some(1.0)));
    assert_eq!((spreads[2].percentage.mean, spreads[2].percentage.sd, spreads[2].ordering[0].n), (Some(1.0), None, 0));

    let csv = spread_csv(&spreads);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[0].starts_with("method,measure,cells,x,y,splits,percentage,percentage_sd,hypervolume,"));
    assert!(lines[1].starts_with("pareto_mtl,mine,train,asw,be_pooled,2,0.5,0.3535"));
    assert!(lines[3].starts_with("desc,,train,asw,be_pooled,1,1,,"));
    assert!(lines.iter().all(|line| line.split(',').count() == 20));

    let paper = paper_table(&spreads, Units::Paper).csv();
    let lines: Vec<&str> = paper.lines().collect();
    assert_eq!(lines[0], "quality,metrics,train: pareto_mtl + mine,train: desc,test: pareto_mtl + mine,test: desc");
    assert_eq!(lines[1], "percentage,-asw vs -be_pooled,0.50 \u{b1} 0.35,1.00,0.50 \u{b1} 0.35,1.00");
    assert!(lines[2].starts_with("hypervolume,-asw vs -be_pooled,0.15 \u{b1} 0.02,"), "{}", lines[2]);
    assert_eq!(lines.len(), 4);
    assert!(paper_table(&spreads, Units::Scaled).csv().contains("ndc,-asw vs -be_pooled,2.0 \u{b1} 1.4,1.0,"));
}

/// Eight types far apart in ten dimensions, two batches of equal size, the second one moved by `shift`.
fn thousand(shift: f32) -> (Array2<f32>, Vec<u32>, Vec<u32>) {
    let u = metrics_common::uniform(5, 40_000);
    let (labels, batches): (Vec<u32>, Vec<u32>) = (0..1000).map(|i| (i % 8, (i / 8) % 2)).unzip();
    let x = Array2::from_shape_fn((1000, 10), |(i, j)| {
        let noise: f64 = (0..4).map(|part| u[(i * 10 + j) * 4 + part] - 0.5).sum();
        let centre = if labels[i] as usize == j { 8.0 } else { 0.0 };
        noise as f32 + centre + if j == 9 { shift * batches[i] as f32 } else { 0.0 }
    });
    (x, batches, labels)
}

#[test]
fn mixed_and_separate_batches_of_a_thousand_cells_are_told_apart() {
    let score = |shift: f32| {
        let (x, batches, labels) = thousand(shift);
        let scores =
            integration_scores(x.view(), None, &batches, Some(&labels), &IntegrationSettings::default(), 1).unwrap();
        move |name: &str| scores[name].unwrap()
    };
    let (mixed, apart) = (score(0.0), score(20.0));
    for (name, expected) in [("ari", 1.0), ("nmi", 1.0), ("uca", 1.0), ("be_relative", 0.97), ("nn_mi", 0.0)] {
        close(name, mixed(name), expected, 0.03);
    }
    // As far apart as can be: the place says all about the batch, which is one of two.
    close("be_exact", apart("be_exact"), 0.0, 1e-12);
    close("nn_mi", apart("nn_mi"), std::f64::consts::LN_2, 0.01);
    // Means of distances by their variances: 1 - sqrt(20 / 3) / sqrt(128 + 20 / 3) where batches are mixed.
    assert!((0.75..0.80).contains(&mixed("asw")) && apart("asw") < 0.4 && apart("nn_mi_minibatch") > apart("nn_mi"));
}
