//! Each metric against the package that defines it: pertpy, OTT-JAX, POT, scanpy, scikit-learn.

#![allow(clippy::unwrap_used)]

mod metrics_common;

use std::collections::BTreeMap;

use dosefront::embed::Pca;
use dosefront::metrics::deg::{ConstantGenes, Test, rank};
use dosefront::metrics::sinkhorn::{EpsilonScale, wasserstein};
use dosefront::metrics::{distances, r2};
use metrics_common::{cells, close, cloud, fixture, low_rank, shifted};
use serde::Deserialize;

#[derive(Deserialize)]
struct DistanceCase {
    name: String,
    x: (u64, usize, usize, f64, f64),
    y: (u64, usize, usize, f64, f64),
    values: BTreeMap<String, f64>,
    ott: BTreeMap<String, Transport>,
    pot: f64,
}

#[derive(Deserialize)]
struct Transport {
    cost: f64,
    iterations: usize,
    converged: bool,
}

#[test]
fn distances_are_those_of_pertpy() {
    for case in fixture::<Vec<DistanceCase>>("distances") {
        let (x, y) = (cloud(case.x), cloud(case.y));
        let (x, y) = (x.view(), y.view());
        // What is a difference of means of distances carries the rounding of their size, in pertpy's fast-math sums too.
        let size = 1e-3 * case.values["mean_pairwise"];
        for (name, got, floor) in [
            ("edistance", distances::edistance(x, y), size),
            ("edistance_squared", distances::edistance_squared(x, y), size * size),
            ("euclidean", distances::euclidean(x, y), 1e-9),
            ("mean_pairwise", distances::mean_pairwise(x, y), 0.0),
            ("mmd_linear", distances::mmd_linear(x, y), size * size),
            ("mmd_rbf", distances::mmd_rbf(x, y, distances::MMD_RBF_GAMMA), 1e-6),
        ] {
            close(&format!("{} {name}", case.name), got.unwrap(), case.values[name], 1e-6, floor);
        }
    }
}

#[test]
fn wasserstein_is_that_of_ott_and_pot() {
    for case in fixture::<Vec<DistanceCase>>("distances") {
        let (x, y) = (cloud(case.x), cloud(case.y));
        for (name, scale) in [("std", EpsilonScale::Std), ("mean", EpsilonScale::Mean)] {
            let expected = &case.ott[name];
            let got = wasserstein(x.view(), y.view(), scale).unwrap();
            let what = format!("{} {name}", case.name);
            close(&what, got.cost, expected.cost, 1e-5, 0.0);
            assert_eq!((got.iterations, got.converged), (expected.iterations, expected.converged), "{what}");
        }
        // POT's plan is converged to 1e-10, OTT's to 1e-3.
        let got = wasserstein(x.view(), y.view(), EpsilonScale::Std).unwrap();
        close(&format!("{} POT", case.name), got.cost, case.pot, 2e-3, 0.0);
    }
}

/// Scores of each group in gene order; none where scanpy's score is rounding noise.
type Scores = BTreeMap<String, BTreeMap<String, Vec<Option<f64>>>>;

#[test]
fn rankings_are_those_of_scanpy() {
    let expected: Scores = fixture("rankings");
    let control = cells(21, 45, 90, 0.0);
    let observed = cells(22, 38, 90, 1.0);
    let groups =
        [("shift", shifted(&control, &observed)), ("predicted", cells(23, 52, 90, 0.75)), ("observed", observed)];
    for (key, test) in [("t-test", Test::TTest), ("wilcoxon", Test::Wilcoxon)] {
        for (group, x) in &groups {
            let ranking = rank(x.view(), control.view(), test, ConstantGenes::AsScanpy).unwrap();
            let scores = &expected[key][*group];
            for (gene, score) in scores.iter().enumerate() {
                let Some(score) = *score else { continue };
                // scanpy stores float32.
                close(&format!("{key} {group} gene {gene}"), ranking.scores[gene], score, 1e-5, 1e-3);
            }
            // The list is scanpy's; genes with equal scores are in gene order.
            if scores.iter().all(Option::is_some) {
                let mut order: Vec<usize> = (0..scores.len()).collect();
                order.sort_by(|&a, &b| scores[b].unwrap().total_cmp(&scores[a].unwrap()));
                assert_eq!(ranking.order, order, "{key} {group}");
            }
        }
    }
}

#[test]
fn constant_predicted_genes_are_the_only_difference_of_the_documented_rule() {
    let (control, observed) = (cells(21, 45, 90, 0.0), cells(22, 38, 90, 1.0));
    let shift = shifted(&control, &observed);
    for test in [Test::TTest, Test::Wilcoxon] {
        let scanpy = rank(shift.view(), control.view(), test, ConstantGenes::AsScanpy).unwrap();
        let zero = rank(shift.view(), control.view(), test, ConstantGenes::ScoreZero).unwrap();
        for gene in 0..90 {
            let constant = shift.column(gene).iter().all(|&value| value.to_bits() == shift[(0, gene)].to_bits());
            let expected = if constant { 0.0 } else { scanpy.scores[gene] };
            assert_eq!(zero.scores[gene].to_bits(), expected.to_bits());
        }
    }
}

#[derive(Deserialize)]
struct PcaCase {
    name: String,
    shape: (u64, usize, usize),
    k: usize,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    components: Vec<Vec<f64>>,
    first_cell: Vec<f64>,
}

#[test]
fn components_are_those_of_scikit_learn_sign_included() {
    for case in fixture::<Vec<PcaCase>>("pca") {
        let (seed, n, p) = case.shape;
        let x = low_rank(seed, n, p);
        let pca = Pca::fit(x.view(), case.k, 1).unwrap();
        assert_eq!(pca.explained_variance.len(), case.explained_variance.len(), "{}", case.name);
        for (i, (&variance, &ratio)) in case.explained_variance.iter().zip(&case.explained_variance_ratio).enumerate() {
            close(&format!("{} variance {i}", case.name), pca.explained_variance[i], variance, 1e-9, 0.0);
            close(&format!("{} ratio {i}", case.name), pca.explained_variance_ratio[i], ratio, 1e-9, 0.0);
        }
        for (i, component) in case.components.iter().enumerate() {
            for (j, &entry) in component.iter().enumerate() {
                close(&format!("{} component {i} gene {j}", case.name), pca.components[(i, j)], entry, 1e-6, 1.0);
            }
        }
        let scores = pca.transform(x.view()).unwrap();
        for (i, &score) in case.first_cell.iter().enumerate() {
            close(&format!("{} score {i}", case.name), scores[(0, i)], score, 1e-6, 1.0);
        }
    }
}

#[test]
fn r2_of_a_shift_is_nearly_one_and_that_of_control_is_not() {
    let (control, observed) = (cells(21, 45, 90, 0.0), cells(22, 38, 90, 1.0));
    let of = |x: &ndarray::Array2<f32>| r2::r2_of_means(x.view(), observed.view(), None).unwrap();
    assert!(of(&shifted(&control, &observed)) > 0.999_99);
    assert!(of(&control) < 0.95);
}
