//! Trade-off tasks from run file to report: what comes out, in one go and in parts, what moves along a front, and what bad input
//! is told.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "the same run must give the same numbers")]

mod alone;
mod candidates;
mod input;
mod parts;
mod slider;

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{Dataset, simulate};
use dosefront::fronts::CandidateRow;
use dosefront::run::{Clock, EngineInfo, Event, Report, RunError, RunFile, Runner, TradedOff};
use futures_lite::future::block_on;
use serde_json::{Value, json};

/// A schedule of seconds.
fn schedule() -> Value {
    json!({
        "pretrain_epochs": 3, "critic_warm_up": 4, "range_epochs": 2, "epochs": 3, "feasible_epochs": 1, "refit_epochs": 1,
        "one_run_pretrain_epochs": 3, "one_run_epochs": 2,
    })
}

/// A run file with two candidates between the ends, tiny networks and few steps, where the task does not say otherwise; a
/// measure can be given by its name.
fn run_file(task: &Value) -> Value {
    let mut whole = json!({
        "candidates": 2,
        "scvi": {"n_hidden": 16, "n_latent": 4, "batch_size": 64},
        "schedule": schedule(),
        "evaluation": {"de_novo": {"epochs": 2}, "metrics": {"kmeans": {"n_init": 2}}},
        "saucie": {"layers": [16, 8], "steps": 10},
        "desc": {"layers": [16, 4], "pretrain_epochs": 2, "max_updates": 2},
    });
    for (name, value) in task.as_object().unwrap() {
        whole[name] = value.clone();
    }
    for measure in whole.get_mut("measures").and_then(Value::as_array_mut).into_iter().flatten() {
        if measure.is_string() {
            *measure = json!({"measure": measure, "hidden_layers": 2, "width": 16, "critic_steps": 1});
        }
    }
    json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "marrow-two-batches", "seed": 1}},
        "roles": {"cell_type": "cell_type", "batch": "batch"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 60}},
        "task": {"trade_off": whole},
    })
}

fn marrow() -> Dataset {
    simulate("marrow-two-batches", 1).unwrap()
}

fn start(run: &Value, dataset: impl Into<Rc<Dataset>>) -> Result<Runner, RunError> {
    // A clock that moves by a second whenever it is looked at: every step does one piece of work.
    let now = Cell::new(0.0);
    let clock: Clock = Rc::new(move || now.replace(now.get() + 1000.0));
    Runner::new(RunFile::parse(&run.to_string())?, dataset.into(), Device::flex(), EngineInfo::default(), clock)
}

fn finish(runner: &mut Runner, budget_ms: f64) -> (Report, Vec<Event>) {
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(budget_ms)).unwrap());
    }
    (runner.report(), events)
}

/// The results of a trade-off.
fn done(report: &Report) -> &TradedOff {
    report.traded_off.as_ref().unwrap()
}

/// The report without its times.
fn text(mut report: Report) -> String {
    report.timings.clear();
    serde_json::to_string(&report).unwrap()
}

/// Every method, with two measures where it takes any.
fn everything() -> Value {
    let methods = ["pareto_mtl", "scalarisation", "one_run", "scvi_hsic", "saucie_mmd", "desc"];
    run_file(&json!({"methods": methods, "measures": ["mine", "mmd"]}))
}

fn of<'a>(rows: &'a [CandidateRow], method: &str, measure: Option<&str>) -> Vec<&'a CandidateRow> {
    rows.iter().filter(|row| row.method == method && row.measure.as_deref() == measure).collect()
}
