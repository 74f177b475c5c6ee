//! Estimators of mutual information against the truth, on simulations like those of the paper's figures S4 and S5, through the
//! task of a run file.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "the same run must give the same numbers")]

use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::simulate;
use dosefront::run::{Clock, EngineInfo, EstimatedInformation, Event, RunFile, Runner};
use dosefront::tradeoff::playground::{Estimator, SEPARATIONS};
use futures_lite::future::block_on;
use serde_json::{Value, json};

/// What the paper's simulations are for: no estimator may be further from the truth, in nats.
const TOLERANCE: f64 = 0.05;

fn run_file(task: &Value) -> String {
    let dataset = json!({"simulated": {"preset": "pbmc-two-condition", "seed": 1}});
    json!({"dosefront": 1, "dataset": dataset, "task": {"mutual_information": task}}).to_string()
}

fn done(task: &Value, budget_ms: f64) -> (EstimatedInformation, Vec<Event>) {
    let clock: Clock = Rc::new(|| 0.0);
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let run = RunFile::parse(&run_file(task)).unwrap();
    let mut runner = Runner::new(run, dataset, Device::flex(), EngineInfo::default(), clock).unwrap();
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(budget_ms)).unwrap());
    }
    (runner.report().estimated_information.unwrap(), events)
}

/// The estimates and the truth.
fn near(task: &Value) {
    let found = done(task, 0.0).0;
    let truth = found.mutual_information.unwrap();
    assert!(!found.estimates.is_empty());
    for row in found.estimates {
        println!("{task} {}: {:+.4} of {truth:.4}", row.estimator.name(), row.error);
        assert!(row.error.abs() < TOLERANCE, "{task}, {}: {}, in truth {truth}", row.estimator.name(), row.value);
    }
}

#[test]
fn every_estimator_finds_ten_gaussians() {
    near(&json!({"case": "gaussians", "separation": 3, "steps": 1000}));
}

#[test]
fn every_estimator_finds_ten_gaussians_far_apart_in_ten_dimensions() {
    near(&json!({"case": "gaussians", "separation": 8, "dims": 10, "steps": 1000}));
}

#[test]
fn every_estimator_finds_mixtures_in_ten_dimensions() {
    near(&json!({"case": "mixtures", "separation": 4, "dims": 10, "steps": 800}));
}

#[test]
fn quick_estimators_find_all_seven_cases() {
    for separation in SEPARATIONS {
        near(&json!({"separation": separation, "estimators": ["nn", "classifier"], "n_samples": 3000, "steps": 1000}));
    }
}

#[test]
fn curves_grow_together_and_do_not_depend_on_the_steps_they_are_made_in() {
    let task = json!({"separation": 2, "n_samples": 600, "steps": 60});
    let (found, events) = done(&task, 0.0);
    assert_eq!(done(&task, f64::INFINITY).0, found);
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Estimate { estimate, truth } => Some((*estimate, *truth)),
            _ => None,
        })
        .collect();
    assert_eq!(told.iter().map(|(estimate, _)| *estimate).collect::<Vec<_>>(), found.estimate_curves);
    assert!(told.iter().all(|(_, truth)| Some(*truth) == found.mutual_information));
    assert_eq!(events.last(), Some(&Event::Finished));
    let steps = |estimator| -> Vec<usize> {
        found.estimate_curves.iter().filter(|e| e.estimator == estimator).map(|e| e.step).collect()
    };
    assert_eq!(steps(Estimator::Nn), [0]);
    let mine = steps(Estimator::Mine);
    assert!(mine.len() > 3 && mine.is_sorted() && *mine.last().unwrap() >= 60, "{mine:?}");
    assert_eq!(steps(Estimator::Classifier), mine);
    let order: Vec<_> = found.estimates.iter().map(|row| row.estimator).collect();
    assert_eq!(order, Estimator::ALL);
}

#[test]
fn what_is_wrong_is_named() {
    for (task, code, word) in [
        (json!({"separation": -1}), "model_parameter", "separation"),
        (json!({"n_samples": 10}), "model_parameter", "n_samples"),
        (json!({"dims": 1}), "model_parameter", "dims"),
        (json!({"steps": 0}), "model_parameter", "steps"),
        (json!({"estimators": []}), "empty_list", "estimators"),
        (json!({"estimators": ["nn", "nn"]}), "repeated_entry", "nn"),
        (json!({"estimator": "nn"}), "run_file_syntax", "estimator"),
        (json!({"case": "gaussian"}), "run_file_syntax", "gaussian"),
    ] {
        let error = RunFile::parse(&run_file(&task)).unwrap_err();
        assert_eq!(error.code(), code, "{task}");
        assert!(error.to_string().contains(word) && !error.hint().is_empty(), "{error}");
    }
    let run = RunFile::parse(&run_file(&json!({}))).unwrap();
    assert_eq!(RunFile::parse(&run.to_json()).unwrap(), run);
}
