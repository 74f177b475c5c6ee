//! Other models' predictions drawn as counts: the run file, what is scored, what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests are not marked as tests themselves")]

use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{Dataset, ValueKind, simulate};
use dosefront::run::{EngineInfo, Predicted, RunError, RunFile, Runner};
use futures_lite::future::block_on;
use serde_json::{Value, json};

fn start(models: &Value, seeds: &Value, dataset: Dataset) -> Result<Runner, RunError> {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 900, "genes": {"hvg_seurat": 300}},
        "task": {"predict": {"models": models, "held_out": ["CD4T"], "seeds": seeds}},
    });
    let clock = Rc::new(|| 0.0);
    Runner::new(RunFile::parse(&run.to_string())?, Rc::new(dataset), Device::flex(), EngineInfo::default(), clock)
}

fn pbmc() -> Dataset {
    simulate("pbmc-two-condition", 1).unwrap()
}

fn outcome(models: &Value, seeds: &Value, dataset: Dataset) -> (Predicted, Value) {
    let mut runner = start(models, seeds, dataset).unwrap();
    while !runner.is_finished() {
        block_on(runner.step(1e12)).unwrap();
    }
    let report = runner.report();
    let run = serde_json::to_value(&report.run).unwrap();
    (report.predicted.unwrap(), run["task"]["predict"]["models"].clone())
}

#[test]
fn the_means_stay_and_the_cells_become_counts() {
    let (done, _) = outcome(&json!(["mean_shift", {"as_counts": "mean_shift"}]), &json!([1, 2]), pbmc());
    let rows: Vec<_> = done.results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    assert_eq!(rows, [("mean_shift", None), ("mean_shift_counts", Some(1)), ("mean_shift_counts", Some(2))]);
    let metric = |i: usize, name: &str| done.results[i].metrics[name].unwrap();
    for drawn in [1, 2] {
        let (plain, drawn) = (metric(0, "r2_all"), metric(drawn, "r2_all"));
        assert!((drawn - plain).abs() < 0.02, "R2 {plain}, as counts {drawn}");
    }
    // Cells that are all moved by the same have the control's spread; those that are drawn are nearer to real cells.
    let (plain, drawn) = (metric(0, "mean_pairwise"), metric(1, "mean_pairwise"));
    assert!(drawn < plain, "mean pairwise distance {plain}, as counts {drawn}");
    assert_ne!(done.results[1].metrics, done.results[2].metrics, "every seed draws its own counts");
}

#[test]
fn a_trained_model_is_trained_inside() {
    let scgen = json!({"scgen": {"n_hidden": 16, "n_latent": 4, "batch_size": 32, "epochs": 2}});
    let (done, models) = outcome(&json!([{ "as_counts": scgen }]), &json!([1, 2]), pbmc());
    assert!(done.failures.is_empty());
    let rows: Vec<_> = done.results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    assert_eq!(rows, [("scgen_counts", Some(1)), ("scgen_counts", Some(2))]);
    assert_eq!((done.fits[0].losses.len(), done.fits[0].losses[0].train.len()), (2, 2));
    // The report gives the inner model's settings in full.
    assert!(models[0]["as_counts"]["scgen"]["learning_rate"].is_number(), "{models}");
    let (alone, _) = outcome(&json!([{ "as_counts": scgen }]), &json!([2]), pbmc());
    assert_eq!(alone.results[0].metrics, done.results[1].metrics, "a replica is its own run");
}

#[test]
fn what_it_cannot_do_is_named() {
    let error = |models: Value| start(&models, &json!([1]), pbmc()).err().expect("this run must be refused");
    let nested = error(json!([{"as_counts": {"as_counts": "mean_shift"}}]));
    assert_eq!(nested.code(), "nested_as_counts");
    assert!(!nested.hint().is_empty());
    let inner = error(json!([{"as_counts": {"scgen": {"epochs": 0}}}]));
    assert_eq!(inner.code(), "model_parameter", "settings of the inner model are checked");

    let mut dataset = pbmc();
    dataset.kind = ValueKind::LogNormalised;
    dataset.matrix.values_mut().iter_mut().for_each(|value| *value = value.ln_1p());
    let (done, _) = outcome(&json!([{"as_counts": "mean_shift"}, "mean_shift"]), &json!([1]), dataset);
    assert_eq!(
        (done.failures[0].code.as_str(), done.failures[0].model.as_str()),
        ("needs_counts", "mean_shift_counts")
    );
    assert_eq!(done.results.len(), 1);
}
