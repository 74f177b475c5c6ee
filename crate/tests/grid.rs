//! A prediction task cut into parts: the joined report is the one of the task done in one go.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{Dataset, simulate};
use dosefront::run::predict::{GridPart, estimate, jobs, merge};
use dosefront::run::{Clock, EngineInfo, Report, RunFile, Runner};
use futures_lite::future::block_on;
use serde_json::{Value, json};

fn run_file(task: &Value) -> RunFile {
    let file = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 80}},
        "task": {"predict": task},
    });
    RunFile::parse(&file.to_string()).unwrap()
}

fn grid() -> RunFile {
    let scgen = json!({"n_hidden": 16, "n_latent": 4, "batch_size": 32, "epochs": 2});
    let models = json!(["no_change", "mean_shift", {"scgen": scgen}, "count_fold_change", {"scvidr_single": scgen}]);
    run_file(&json!({"models": models, "held_out": ["NK", "B"], "seeds": [1, 2]}))
}

/// A clock that moves by a second whenever it is looked at.
fn clock() -> Clock {
    let now = Cell::new(0.0);
    Rc::new(move || now.replace(now.get() + 1000.0))
}

fn report(run: RunFile, dataset: &Rc<Dataset>) -> Report {
    let mut runner = Runner::new(run, dataset.clone(), Device::flex(), EngineInfo::default(), clock()).unwrap();
    while !runner.is_finished() {
        block_on(runner.step(0.0)).unwrap();
    }
    runner.report()
}

fn text(mut report: Report) -> String {
    report.timings.clear();
    serde_json::to_string(&report).unwrap()
}

#[test]
fn parts_done_in_any_order_join_to_the_report_of_the_whole() {
    let (run, dataset) = (grid(), Rc::new(simulate("pbmc-two-condition", 1).unwrap()));
    let cut = jobs(&run, &dataset).unwrap();
    let names: Vec<_> = cut.iter().map(|job| (job.cell_type.as_str(), job.models.join("+"), job.predictions)).collect();
    let of = |cell_type| {
        [
            (cell_type, "no_change+mean_shift".to_owned(), 2),
            (cell_type, "scgen".to_owned(), 2),
            (cell_type, "count_fold_change".to_owned(), 2),
            (cell_type, "scvidr_single".to_owned(), 2),
        ]
    };
    assert_eq!(names, [of("NK"), of("B")].concat());

    let mut parts: Vec<(usize, GridPart)> = Vec::new();
    for (i, job) in cut.iter().enumerate().rev() {
        parts.push((i, report(job.run.clone(), &dataset).into()));
    }
    parts.sort_by_key(|(i, _)| *i);
    let parts = parts.into_iter().map(|(_, part)| part).collect();
    let joined = merge(&run, &dataset, parts, EngineInfo::default()).unwrap();
    assert!(!joined.timings.is_empty());
    assert_eq!(text(joined), text(report(run, &dataset)));
}

#[test]
fn a_part_that_was_not_done_is_left_out() {
    let (run, dataset) = (grid(), Rc::new(simulate("pbmc-two-condition", 1).unwrap()));
    let part = report(jobs(&run, &dataset).unwrap()[2].run.clone(), &dataset);
    let joined = merge(&run, &dataset, vec![part.into()], EngineInfo::default()).unwrap().predicted.unwrap();
    let rows: Vec<_> = joined.results.iter().map(|row| (row.index, row.model.as_str())).collect();
    assert_eq!(rows, [(0, "count_fold_change"), (1, "count_fold_change")]);
}

#[test]
fn an_estimate_covers_every_part_and_a_trained_model_costs_more() {
    let (run, dataset) = (grid(), Rc::new(simulate("pbmc-two-condition", 1).unwrap()));
    let found = block_on(estimate(&run, &dataset, &Device::flex(), &clock(), 3000.0)).unwrap();
    assert_eq!(found.jobs.len(), 8);
    assert_eq!(found.seconds.len(), 8);
    assert!(found.seconds[1] > found.seconds[0], "{:?}", found.seconds);
    assert_eq!(found.seconds[..4], found.seconds[4..]);
    assert!(found.worker_bytes > 300.0 * 80.0 * 4.0, "{}", found.worker_bytes);
}

#[test]
fn only_a_prediction_has_parts() {
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let file = json!({"dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}}, "task": {"explore": {}}});
    let error = jobs(&RunFile::parse(&file.to_string()).unwrap(), &dataset).unwrap_err();
    assert_eq!(error.code(), "no_predict_task");
    assert!(!error.hint().is_empty());
}
