//! The scores of whole predictions against values put together from scanpy, scikit-learn, pertpy and OTT-JAX by hand,
//! and what must hold for any prediction.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "a native test may take the time")]

mod metrics_common;

use std::collections::BTreeMap;
use std::time::Instant;

use dosefront::metrics::prediction::{Reference, Score, ScoreSettings, score_means};
use dosefront::metrics::sinkhorn::EpsilonScale;
use dosefront::metrics::{deg, distances, sinkhorn};
use metrics_common::{cells, close, fixture, shifted};
use ndarray::{Array2, Axis, array, concatenate};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    hvg: Vec<usize>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    joint_pca: bool,
    metrics: BTreeMap<String, f64>,
    ratios: BTreeMap<String, BTreeMap<String, Option<f64>>>,
    degs: BTreeMap<String, (Vec<usize>, Vec<usize>)>,
}

fn settings() -> ScoreSettings {
    ScoreSettings { n_pcs: 12, n_degs: 25, ..ScoreSettings::default() }
}

#[test]
fn whole_predictions_score_as_put_together_from_the_packages() {
    let Fixture { hvg, cases } = fixture("prediction");
    let (control, observed) = (cells(41, 60, 140, 0.0), cells(42, 55, 140, 1.0));
    for case in cases {
        let predicted = match case.name.as_str() {
            "noisy" => cells(43, 48, 140, 0.75),
            "mean shift" => shifted(&control, &observed),
            _ => control.clone(),
        };
        let settings = ScoreSettings { joint_pca: case.joint_pca, ..settings() };
        let reference = Reference::new(control.clone(), observed.clone(), Some(&hvg), &settings).unwrap();
        let score = reference.score(predicted.view()).unwrap();
        let what = |name: &str| format!("{}, joint {}: {name}", case.name, case.joint_pca);

        assert_eq!(score.metrics.keys().collect::<Vec<_>>(), case.metrics.keys().collect::<Vec<_>>());
        for (name, &expected) in &case.metrics {
            // A mean shift is at a distance of 1/1024 from the truth: only rounding is left of its squares.
            close(&what(name), score.metrics[name], expected, 2e-5, 1e-6);
        }
        for (ratios, key) in [(&score.ratios.to_control, "to_control"), (&score.ratios.to_no_change, "to_no_change")] {
            for (name, &expected) in &case.ratios[key] {
                let got = ratios[name];
                match expected {
                    Some(expected) => close(&what(&format!("{key} {name}")), got, expected, 1e-4, 1e-6),
                    None => assert!(got.is_nan(), "{}: {got}", what(&format!("{key} {name}"))),
                }
            }
        }
        for (test, degs) in [("t-test", &score.degs.t_test), ("wilcoxon", &score.degs.wilcoxon)] {
            let (observed, predicted) = &case.degs[test];
            for (got, expected) in [(&degs.observed, observed), (&degs.predicted, predicted)] {
                let mut sorted = got.clone();
                sorted.sort_unstable();
                assert_eq!(&sorted, expected, "{}", what(test));
            }
        }
    }
}

#[test]
fn a_perfect_prediction_and_no_change_have_the_ratios_that_define_them() {
    let (control, observed) = (cells(41, 60, 140, 0.0), cells(42, 55, 140, 1.0));
    let reference = Reference::new(control.clone(), observed.clone(), None, &settings()).unwrap();
    let perfect = reference.score(observed.view()).unwrap();
    assert!((perfect.metrics["r2_all"] - 1.0).abs() < 1e-12);
    assert!((perfect.metrics["common_degs_wilcoxon"] - 25.0).abs() < 1e-12);
    for name in ["edistance_squared", "euclidean", "mmd_linear"] {
        assert!(perfect.ratios.to_control[name].abs() < 1e-12 && perfect.ratios.to_no_change[name].abs() < 1e-12);
    }
    let none = reference.score(control.view()).unwrap();
    for (name, ratio) in &none.ratios.to_no_change {
        assert!((ratio - 1.0).abs() < 1e-6, "{name}: {ratio}");
    }
    assert!(!none.ratios.to_control["euclidean"].is_finite());
    let json = serde_json::to_value(&none).unwrap();
    assert!(json["ratios"]["to_control"]["euclidean"].is_null());
    assert!(json["metrics"]["wasserstein"].is_f64());
    let back: Score = serde_json::from_value(json).unwrap();
    assert!(back.ratios.to_control["euclidean"].is_nan());
    assert_eq!(back.degs, none.degs);
}

#[test]
fn a_sample_of_cells_is_drawn_for_distances_only_and_repeats() {
    let (control, observed, predicted) = (cells(1, 90, 60, 0.0), cells(2, 80, 60, 1.0), cells(3, 70, 60, 0.5));
    let score = |max_cells, seed| {
        let settings = ScoreSettings { max_cells, seed, ..settings() };
        Reference::new(control.clone(), observed.clone(), None, &settings).unwrap().score(predicted.view()).unwrap()
    };
    let (all, few) = (score(0, 1), score(40, 1));
    assert_eq!(few, score(40, 1));
    assert_ne!(few.metrics, score(40, 2).metrics);
    assert_ne!(few.metrics, all.metrics);
    close("mean distance of a sample", few.metrics["mean_pairwise"], all.metrics["mean_pairwise"], 0.1, 0.0);
    assert_eq!(few.degs, all.degs);
    assert_eq!(few.metrics["r2_top20"].to_bits(), all.metrics["r2_top20"].to_bits());
    assert_eq!(all, score(1000, 1));
}

#[test]
fn groups_of_one_cell_have_distances_but_no_rankings() {
    let (control, observed) = (cells(41, 20, 30, 0.0), cells(42, 1, 30, 1.0));
    let reference = Reference::new(control.clone(), observed.clone(), None, &settings()).unwrap();
    let score = reference.score(control.view()).unwrap();
    assert!(score.metrics["common_degs"].is_nan() && score.metrics["r2_top20"].is_nan());
    assert!(score.degs.t_test.observed.is_empty());
    assert!(score.metrics["edistance"].is_finite() && score.metrics["r2_all"].is_finite());
    assert!(reference.top_genes(5).is_none());

    let observed = cells(42, 20, 30, 1.0);
    let reference = Reference::new(control.clone(), observed.clone(), None, &settings()).unwrap();
    let one = reference.score(control.slice_axis(Axis(0), (0..1).into())).unwrap();
    assert!(one.metrics["common_degs"].is_nan() && one.metrics["r2_top20"].is_finite());
    assert!(one.metrics.iter().all(|(name, value)| value.is_finite() || name.starts_with("common")));
}

#[test]
fn equal_groups_and_silent_data_give_no_panic() {
    let control = cells(41, 20, 30, 0.0);
    let reference = Reference::new(control.clone(), control.clone(), None, &settings()).unwrap();
    let score = reference.score(control.view()).unwrap();
    assert!(score.metrics["euclidean"].abs() < 1e-14);
    assert!(score.ratios.to_no_change["euclidean"].is_nan());

    let silent = Array2::<f32>::zeros((5, 30));
    let reference = Reference::new(silent.clone(), silent.clone(), None, &settings()).unwrap();
    let score = reference.score(control.view()).unwrap();
    assert!(score.metrics["r2_all"].is_nan());
    serde_json::to_string(&score).unwrap();
}

#[test]
fn truth_is_scored_on_the_same_genes() {
    let (control, observed) = (cells(41, 20, 30, 0.0), cells(42, 20, 30, 1.0));
    let reference = Reference::new(control.clone(), observed.clone(), Some(&[1, 2, 3]), &settings()).unwrap();
    let scores = reference.score_truth(reference.observed_mean(), reference.observed_mean()).unwrap();
    assert_eq!(scores.keys().collect::<Vec<_>>(), ["r2_all", "r2_hvg", "r2_top100", "r2_top20"]);
    assert!(scores.values().all(|r2| (r2 - 1.0).abs() < 1e-12));
    assert_eq!(score_means(&[0.0, 1.0], &[0.0], None).unwrap_err().code(), "metric_shape_mismatch");
    assert_eq!(score_means(&[0.0, 1.0], &[0.0, 2.0], Some(&[2])).unwrap_err().code(), "metric_unknown_gene");
}

#[test]
fn bad_input_is_refused_by_name() {
    let (control, observed) = (cells(41, 20, 30, 0.0), cells(42, 20, 30, 1.0));
    let new = |control: &Array2<f32>, observed: &Array2<f32>, settings: &ScoreSettings| {
        Reference::new(control.clone(), observed.clone(), None, settings).map(|_| ()).unwrap_err()
    };
    let mut nan = observed.clone();
    nan[(3, 4)] = f32::NAN;
    let error = new(&control, &nan, &settings());
    assert_eq!(error.to_string(), "observed holds NaN in row 3, column 4");
    assert!(!error.hint().is_empty());
    assert_eq!(new(&control, &cells(1, 20, 31, 0.0), &settings()).code(), "metric_shape_mismatch");
    assert_eq!(new(&control, &Array2::zeros((0, 30)), &settings()).code(), "metric_no_cells");
    assert_eq!(new(&control, &observed, &ScoreSettings { n_pcs: 0, ..settings() }).code(), "metric_setting");
    assert_eq!(new(&array![[1.0]], &array![[2.0, 3.0]], &settings()).code(), "metric_shape_mismatch");
    let reference = Reference::new(control.clone(), observed.clone(), None, &settings()).unwrap();
    let error = reference.score(nan.view()).unwrap_err();
    assert!(error.to_string().starts_with("predicted") && error.hint().contains("diverged"));
    assert_eq!(reference.score(cells(1, 2, 29, 0.0).view()).unwrap_err().code(), "metric_shape_mismatch");
    let hvg = Reference::new(control.clone(), observed.clone(), Some(&[30]), &settings()).map(|_| ()).unwrap_err();
    assert_eq!(hvg.code(), "metric_unknown_gene");
}

#[test]
fn settings_have_defaults_and_refuse_unknown_fields() {
    let read = |text: &str| serde_json::from_str::<ScoreSettings>(text);
    assert_eq!(read("{}").unwrap(), ScoreSettings::default());
    assert_eq!(read(r#"{"wasserstein_epsilon": "mean"}"#).unwrap().wasserstein_epsilon, EpsilonScale::Mean);
    assert!(read(r#"{"n_pc": 50}"#).unwrap_err().to_string().contains("n_pc"));
}

/// Times on data of the size of a page's run: `cargo test --release --test metrics_prediction -- --ignored --nocapture`.
#[test]
#[ignore = "prints times, proves nothing"]
fn speed() {
    let n = 1000;
    let (control, observed, predicted) = (cells(1, n, 2000, 0.0), cells(2, n, 2000, 1.0), cells(3, n, 2000, 0.5));
    let time = |what: &str, run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    };
    let real = concatenate![Axis(0), control, observed];
    let mut pca = None;
    time("PCA 2000 x 2000, 50", &mut || pca = Some(dosefront::embed::Pca::fit(real.view(), 50, 1).unwrap()));
    let pca = pca.unwrap();
    let (x, y) = (pca.transform(observed.view()).unwrap(), pca.transform(predicted.view()).unwrap());
    for test in [deg::Test::TTest, deg::Test::Wilcoxon] {
        time(&format!("{test:?} 1000 + 1000 cells x 2000 genes"), &mut || {
            deg::rank(observed.view(), control.view(), test, deg::ConstantGenes::AsScanpy).unwrap();
        });
    }
    time("edistance 1000 x 1000 x 50", &mut || drop(distances::edistance(x.view(), y.view())));
    time("mmd_rbf_median", &mut || drop(distances::mmd_rbf_median(x.view(), y.view())));
    for scale in [EpsilonScale::Std, EpsilonScale::Mean] {
        time("wasserstein 1000 x 1000 x 50", &mut || {
            println!("{:?}", sinkhorn::wasserstein(x.view(), y.view(), scale).unwrap());
        });
    }
    let settings = ScoreSettings::default();
    let mut reference = None;
    time("Reference::new", &mut || {
        reference = Some(Reference::new(control.clone(), observed.clone(), None, &settings).unwrap());
    });
    time("score", &mut || drop(reference.as_ref().unwrap().score(predicted.view()).unwrap()));
}
