//! scVIDR against scikit-learn and the PyTorch network (`tests/reference/scvidr_reference.py`), and in runs.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
#![allow(clippy::float_cmp, reason = "the same run must give the same numbers")]

mod common;
#[path = "common/vae.rs"]
mod vae;

use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use common::{close, fixture, numbers, tensor, values};
use dosefront::data::{Dataset, ObsValues, simulate};
use dosefront::models::regression::{log_dose_factor, regressed_shift};
use dosefront::models::scvidr::{Preset, ScvidrSettings};
use dosefront::run::{EngineInfo, Predicted, Report, ResultRow, RunFile, Runner};
use futures_lite::future::block_on;
use ndarray::{Array1, Array2, Axis};
use serde_json::{Value, json};

/// A fixture's matrix in double precision.
fn doubles(value: &Value) -> Array2<f64> {
    let data: Vec<f64> = value["data"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let columns = value["shape"].as_array().unwrap().last().unwrap().as_u64().unwrap() as usize;
    Array2::from_shape_vec((data.len() / columns, columns), data).unwrap()
}

#[test]
fn the_regression_is_scikit_learns() {
    for case in fixture("scvidr/scvidr.json")["regression"].as_array().unwrap() {
        let [control, treated, target, expected] = ["control", "treated", "target", "shift"].map(|k| doubles(&case[k]));
        let found = regressed_shift(&control, &treated, &target.row(0).to_owned());
        let scale = expected.iter().fold(1.0_f64, |scale, v| scale.max(v.abs()));
        for (f, e) in found.iter().zip(&expected) {
            assert!((f - e).abs() < 1e-9 * scale, "{}: {f}, expected {e}", case["name"]);
        }
    }
}

#[test]
fn doses_are_scaled_as_in_the_reference() {
    for case in fixture("scvidr/scvidr.json")["dose_factors"].as_array().unwrap() {
        let [dose, highest, expected] = [0, 1, 2].map(|i| case[i].as_f64().unwrap());
        assert!((log_dose_factor(dose, highest) - expected).abs() < 1e-14, "{dose} of {highest}");
    }
}

#[test]
fn predictions_follow_the_reference() {
    let device = Device::flex();
    let case = &fixture("scvidr/scvidr.json")["prediction"];
    let number = |value: &Value| Some(value.as_u64().unwrap() as usize);
    let settings = ScvidrSettings {
        preset: Preset::Paper,
        n_hidden: number(&case["hidden"][0]),
        n_latent: number(&case["latent"]),
        ..ScvidrSettings::default()
    };
    let module = vae::loaded(case, &settings.resolve().unwrap(), &device);
    let group = |cell_type: u64, arm: u64| {
        let groups = case["groups"].as_array().unwrap();
        let found = groups.iter().find(|g| g["cell_type"] == cell_type && g["arm"] == arm).unwrap();
        module.encode(tensor(&found["x"], &device)).0
    };
    let centroid = |cell_type: u64, arm: u64| -> Array1<f64> {
        let latent = group(cell_type, arm);
        let [_, cells, dims] = latent.dims();
        let latent = Array2::from_shape_vec((cells, dims), values(latent)).unwrap();
        latent.mapv(f64::from).mean_axis(Axis(0)).unwrap()
    };
    let centroids = |arm: u64| -> Array2<f64> {
        let rows: Vec<Array1<f64>> = (0..3).map(|t| centroid(t, arm)).collect();
        ndarray::stack(Axis(0), &rows.iter().map(|row| row.view()).collect::<Vec<_>>()).unwrap()
    };
    let shift_of = |arm: u64| regressed_shift(&centroids(0), &centroids(arm), &centroid(3, 0));
    let predicted = |shift: &Array1<f64>, factor: f64| {
        let shift: Vec<f32> = shift.iter().map(|v| (v * factor) as f32).collect();
        let shift = Tensor::<3>::from_data(TensorData::new(shift.clone(), [1, 1, shift.len()]), &device);
        values(module.decode(group(3, 0) + shift))
    };
    for arm in case["single"].as_array().unwrap() {
        let shift = shift_of(arm["arm"].as_u64().unwrap());
        let single: Vec<f32> = shift.iter().map(|&v| v as f32).collect();
        close("shift", &single, &numbers(&arm["shift"]), 1e-5, 1e-4);
        close("single", &predicted(&shift, 1.0), &numbers(&arm["predicted"]), 1e-5, 1e-4);
    }
    let highest = shift_of(3);
    for arm in case["multi"].as_array().unwrap() {
        let doses = [&arm["arm"], &json!(3)].map(|a| case["doses"][a.as_u64().unwrap() as usize].as_f64().unwrap());
        let factor = log_dose_factor(doses[0], doses[1]);
        close("multi", &predicted(&highest, factor), &numbers(&arm["predicted"]), 1e-5, 1e-4);
    }
}

// In runs.

fn run_on(dataset: Dataset, run: &Value) -> Report {
    let run = RunFile::parse(&run.to_string()).unwrap();
    let mut runner =
        Runner::new(run, Rc::new(dataset), Device::flex(), EngineInfo::default(), Rc::new(|| 0.0)).unwrap();
    while !runner.is_finished() {
        block_on(runner.step(1e12)).unwrap();
    }
    runner.report()
}

fn liver(cells: usize, genes: usize, task: &Value) -> Report {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "liver-dose-response", "seed": 1}},
        "roles": {"cell_type": "cell_type", "dose": "dose"},
        "preprocess": {"max_cells": cells, "genes": {"hvg_seurat": genes}},
        "task": {"predict": task},
    });
    run_on(simulate("liver-dose-response", 1).unwrap(), &run)
}

fn blood(cells: usize, genes: usize, cell_types: &[&str], task: &Value) -> Report {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": cells, "genes": {"hvg_seurat": genes}},
        "task": {"predict": task},
    });
    let mut dataset = simulate("pbmc-two-condition", 1).unwrap();
    if !cell_types.is_empty() {
        dataset = cells_of(&dataset, cell_types);
    }
    run_on(dataset, &run)
}

/// The cells of some types.
fn cells_of(dataset: &Dataset, cell_types: &[&str]) -> Dataset {
    let ObsValues::Labels { levels, codes } = &dataset.column("cell_type").unwrap().values else {
        unreachable!("the column holds labels")
    };
    let kept = |i: &usize| cell_types.contains(&levels[codes[*i].unwrap() as usize].as_str());
    dataset.select_cells(&(0..dataset.n_cells()).filter(kept).collect::<Vec<_>>())
}

fn done(report: &Report) -> &Predicted {
    report.predicted.as_ref().unwrap()
}

fn rows<'a>(report: &'a Report, model: &str) -> Vec<&'a ResultRow> {
    done(report).results.iter().filter(|row| row.model == model).collect()
}

fn small(name: &str) -> Value {
    json!({name: {"n_hidden": 16, "n_latent": 6, "epochs": 3}})
}

#[test]
fn both_models_train_one_network_and_agree_at_the_highest_dose() {
    let models = json!([small("scvidr_single"), small("scvidr_multi")]);
    let task = json!({"models": models, "held_out": ["Hepatocytes - portal"], "doses": ["1", "30"], "seeds": [1, 2]});
    let report = liver(600, 60, &task);
    assert!(done(&report).failures.is_empty() && report.notes.iter().all(|note| !note.contains("regression")));
    let (single, multi) = (rows(&report, "scvidr_single"), rows(&report, "scvidr_multi"));
    assert_eq!(done(&report).fits[0].losses, done(&report).fits[1].losses);
    assert_eq!((single.len(), multi.len(), single[2].dose), (4, 4, Some(30.0)));
    for i in 0..2 {
        assert_ne!(single[i].metrics, multi[i].metrics);
        assert_eq!(single[i + 2].metrics, multi[i + 2].metrics);
    }
    // A dose asked for alone is predicted from the same shift, and a replica equals its own run.
    let task =
        json!({"models": [small("scvidr_multi")], "held_out": ["Hepatocytes - portal"], "doses": ["1"], "seeds": [2]});
    assert_eq!(rows(&liver(600, 60, &task), "scvidr_multi")[0].metrics, multi[1].metrics);
}

#[test]
fn with_one_other_type_its_shift_is_used_and_the_report_says_so() {
    let models = json!([small("scvidr_single"), "pca_regressed_shift", "pca_shift"]);
    let report = blood(400, 100, &["NK", "CD4T"], &json!({"models": models, "held_out": ["CD4T"]}));
    assert!(done(&report).failures.is_empty(), "{:?}", done(&report).failures);
    for model in ["scvidr_single", "pca_regressed_shift"] {
        let expected = format!(
            "{model}, CD4T held out: only NK shows the response to stimulated, so its shift is used without a regression."
        );
        assert!(report.notes.contains(&expected), "{:?}", report.notes);
    }
    let r2 = |model| rows(&report, model)[0].metrics["r2_all"].unwrap();
    assert!((r2("pca_regressed_shift") - r2("pca_shift")).abs() < 1e-5);
}

#[test]
fn without_doses_the_scaled_model_is_left_out_with_the_reason() {
    let report = blood(400, 100, &[], &json!({"models": [small("scvidr_multi"), "no_change"], "held_out": ["CD4T"]}));
    let failure = &done(&report).failures[0];
    assert_eq!((failure.model.as_str(), failure.code.as_str()), ("scvidr_multi", "needs_doses"));
    assert!(failure.message.contains("'stimulated' has no dose") && failure.hint.contains("scvidr_single"));
    assert_eq!(done(&report).results.len(), 1);
}

#[test]
fn early_stopping_needs_cells_to_validate_on() {
    for (settings, refused) in [(r#"{"train_fraction":1,"patience":2}"#, true), (r#"{"train_fraction":1}"#, false)] {
        let settings: ScvidrSettings = serde_json::from_str(settings).unwrap();
        assert_eq!(settings.resolve().is_err(), refused);
    }
    // So large a share that none of these few cells is left.
    let model = json!({"scvidr_single": {"n_hidden": 16, "train_fraction": 0.9999, "patience": 2}});
    let report = blood(400, 100, &[], &json!({"models": [model], "held_out": ["CD4T"]}));
    assert_eq!(done(&report).failures[0].code, "model_parameter");
    assert!(done(&report).failures[0].message.contains("train_fraction"));
}

#[test]
fn it_learns_the_response() {
    let report = blood(
        1200,
        500,
        &[],
        &json!({"models": ["no_change", "mean_shift", {"scgen": {}}, {"scvidr_single": {}}], "held_out": ["CD4T"]}),
    );
    let r2 = |model| rows(&report, model)[0].metrics["r2_all"].unwrap();
    let (scvidr, no_change) = (r2("scvidr_single"), r2("no_change"));
    println!("R2 of all genes: {scvidr}, mean_shift {}, scgen {}", r2("mean_shift"), r2("scgen"));
    assert!(scvidr > 0.85 && scvidr > no_change + 0.1, "{scvidr}, no change {no_change}");
}

/// Against the simulator's true means, with the type held out that responds most.
#[test]
fn high_doses_are_predicted_better_than_by_no_change() {
    let models = json!(["no_change", "mean_shift", "pca_shift", "pca_regressed_shift", {"scgen": {}}, {"scvidr_single": {}}, {"scvidr_multi": {}}]);
    let report = liver(
        2400,
        500,
        &json!({"models": models, "held_out": ["Hepatocytes - portal"], "doses": ["1", "3", "10", "30"]}),
    );
    let mut truth = std::collections::BTreeMap::<&str, Vec<f64>>::new();
    for row in &done(&report).results {
        truth.entry(&row.model).or_default().push(row.truth.as_ref().unwrap()["r2_all"].unwrap());
    }
    println!("R2 of all genes against the truth at 1, 3, 10, 30: {truth:.4?}");
    for (multi, no_change) in truth["scvidr_multi"].iter().zip(&truth["no_change"]) {
        assert!(multi > no_change, "{truth:?}");
    }
}
