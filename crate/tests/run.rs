//! Runs from run file to report: what comes out, what may not matter, and what bad input is told.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::expect_used, clippy::float_cmp, reason = "the same run must give the same numbers")]

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{Dataset, ObsColumn, ObsValues, Source, ValueKind, simulate};
use dosefront::run::{Clock, EngineInfo, Event, Predicted, Report, RunError, RunFile, Runner};
use futures_lite::future::block_on;
use serde_json::{Value, json};

fn run_file(task: &Value) -> Value {
    json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 80}},
        "task": {"predict": task},
    })
}

fn small_scgen() -> Value {
    json!({"scgen": {"n_hidden": 16, "n_latent": 4, "batch_size": 32, "epochs": 3}})
}

fn pbmc() -> Dataset {
    simulate("pbmc-two-condition", 1).unwrap()
}

fn start(run: &Value, dataset: Dataset) -> Result<Runner, RunError> {
    // A clock that moves by a second whenever it is looked at: every step does one piece of work.
    let now = Cell::new(0.0);
    let clock: Clock = Rc::new(move || now.replace(now.get() + 1000.0));
    Runner::new(RunFile::parse(&run.to_string())?, Rc::new(dataset), Device::flex(), EngineInfo::default(), clock)
}

fn finish(mut runner: Runner, budget_ms: f64) -> (Report, Vec<Event>) {
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(budget_ms)).unwrap());
    }
    (runner.report(), events)
}

fn report(run: &Value) -> Report {
    finish(start(run, pbmc()).unwrap(), 0.0).0
}

/// The results of a prediction task.
fn done(report: &Report) -> &Predicted {
    report.predicted.as_ref().unwrap()
}

/// The report without its times.
fn without_times(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("timings");
    value
}

#[test]
fn every_model_is_scored_and_the_report_carries_its_run_file() {
    let models = json!(["no_change", "mean_shift", "pca_shift", "count_fold_change", small_scgen()]);
    let run = run_file(&json!({"models": models, "held_out": ["CD4T"], "seeds": [1, 2]}));
    let (report, events) = finish(start(&run, pbmc()).unwrap(), 0.0);
    let rows: Vec<_> = done(&report).results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    let expected = [
        ("no_change", None),
        ("mean_shift", None),
        ("pca_shift", None),
        ("count_fold_change", Some(1)),
        ("count_fold_change", Some(2)),
        ("scgen", Some(1)),
        ("scgen", Some(2)),
    ];
    assert_eq!(rows, expected);
    assert!(done(&report).failures.is_empty());
    let r2 =
        |model: &str| done(&report).results.iter().find(|row| row.model == model).unwrap().metrics["r2_all"].unwrap();
    assert!(r2("mean_shift") > r2("no_change"), "{} {}", r2("mean_shift"), r2("no_change"));
    let truth = |i: usize, name: &str| done(&report).results[i].truth.as_ref().unwrap()[name].unwrap();
    assert!(truth(1, "r2_all") > truth(0, "r2_all") && truth(1, "observed_r2_all") > truth(1, "r2_all"));
    let progress: Vec<f64> =
        events.iter().filter_map(|e| if let Event::Progress { done, .. } = e { Some(*done) } else { None }).collect();
    let rising = progress.windows(2).all(|pair| pair[1] > pair[0] - 1e-9);
    assert!(rising && progress.last() == Some(&1.0), "{progress:?}");
    assert_eq!(events.last(), Some(&Event::Finished));
    let again = RunFile::parse(&serde_json::to_string(&report.run).unwrap()).unwrap();
    assert_eq!(again, report.run);
}

#[test]
fn the_outcome_does_not_depend_on_how_the_work_is_cut() {
    let run = run_file(&json!({"models": [small_scgen(), "count_fold_change"], "held_out": ["B"], "seeds": [3]}));
    let fine = finish(start(&run, pbmc()).unwrap(), 0.0).0;
    let coarse = finish(start(&run, pbmc()).unwrap(), 1e12).0;
    assert_eq!(without_times(&fine), without_times(&coarse));
}

#[test]
fn a_replica_equals_its_own_run() {
    let all = report(&run_file(&json!({"models": [small_scgen()], "held_out": ["B"], "seeds": [1, 2, 19193]})));
    let alone = report(&run_file(&json!({"models": [small_scgen()], "held_out": ["B"], "seeds": [2]})));
    assert_eq!(done(&all).results[1].metrics, done(&alone).results[0].metrics);
    assert_eq!(done(&all).results[1].ratios, done(&alone).results[0].ratios);
    for (three, one) in done(&all).fits[0].losses.iter().zip(&done(&alone).fits[0].losses) {
        assert_eq!((three.train[1], three.validation[1]), (one.train[0], one.validation[0]));
    }
    assert_ne!(done(&all).results[0].metrics, done(&all).results[1].metrics);
}

#[test]
fn early_stopping_keeps_each_replica_where_it_stopped() {
    let scgen = |patience: u64, epochs: u64| json!({"scgen": {"n_hidden": 16, "n_latent": 4, "patience": patience, "epochs": epochs}});
    let task = |model: Value, seeds: Value| run_file(&json!({"models": [model], "held_out": ["B"], "seeds": seeds}));
    let stopped = report(&task(scgen(2, 60), json!([1, 2])));
    for (r, seed) in [1, 2].into_iter().enumerate() {
        let losses = &done(&stopped).fits[0].losses;
        let epochs = losses.iter().filter(|loss| loss.validation[r].is_some()).count();
        assert!(epochs < 60, "seed {seed} did not stop");
        // The same number of epochs without the rule gives the same network, because the last weights are kept.
        let fixed = report(&task(scgen(0, epochs as u64), json!([seed])));
        assert_eq!(done(&fixed).results[0].metrics, done(&stopped).results[r].metrics, "seed {seed}");
    }
}

#[test]
fn scgen_learns_the_response() {
    let mut run = run_file(&json!({"models": ["no_change", {"scgen": {"preset": "demo"}}], "held_out": ["CD4T"]}));
    run["preprocess"] = json!({"max_cells": 1200, "genes": {"hvg_seurat": 500}});
    let report = report(&run);
    let r2 = |i: usize| done(&report).results[i].metrics["r2_all"].unwrap();
    assert!(r2(1) > 0.85 && r2(1) > r2(0) + 0.1, "scGen {}, no change {}", r2(1), r2(0));
    let losses = &done(&report).fits[0].losses;
    assert!(losses.last().unwrap().train[0] < 0.7 * losses[0].train[0]);
}

#[test]
fn doses_are_predicted_one_by_one_from_one_training() {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "liver-dose-response", "seed": 1}},
        "roles": {"cell_type": "cell_type", "dose": "dose"},
        "preprocess": {"max_cells": 600, "genes": {"hvg_seurat": 60}},
        "task": {"predict": {"models": [small_scgen(), "mean_shift"], "held_out": ["Hepatocytes - portal"], "doses": ["1", "30"]}},
    });
    let report = finish(start(&run, simulate("liver-dose-response", 1).unwrap()).unwrap(), 0.0).0;
    let rows: Vec<_> = done(&report).results.iter().map(|row| (row.model.as_str(), row.dose)).collect();
    assert_eq!(
        rows,
        [("scgen", Some(1.0)), ("scgen", Some(30.0)), ("mean_shift", Some(1.0)), ("mean_shift", Some(30.0))]
    );
    assert_eq!(done(&report).fits.len(), 1);
}

#[test]
fn a_model_that_needs_counts_is_left_out_with_the_reason() {
    let mut dataset = pbmc();
    dataset.kind = ValueKind::LogNormalised;
    for value in dataset.matrix.values_mut() {
        *value = value.ln_1p();
    }
    let run = run_file(&json!({"models": ["count_fold_change", "mean_shift"], "held_out": ["B"]}));
    let (report, events) = finish(start(&run, dataset).unwrap(), 0.0);
    assert_eq!(done(&report).failures[0].code, "needs_counts");
    assert!(events.iter().any(|event| matches!(event, Event::LeftOut { .. })));
    assert_eq!(done(&report).results.len(), 1);
}

fn code(run: &Value, dataset: Dataset) -> (&'static str, String) {
    let error = start(run, dataset).err().expect("this run must be refused");
    assert!(!error.hint().is_empty());
    (error.code(), error.to_string())
}

#[test]
fn what_a_run_file_cannot_ask_is_named() {
    let task = json!({"models": ["no_change"], "held_out": ["B"]});
    let with = |pointer: &str, value: Value| {
        let mut run = run_file(&task);
        *run.pointer_mut(pointer).unwrap() = value;
        run
    };
    let cases = [
        (with("/dataset", json!({"simulated": {"preset": "pbmc-two-condition", "seed": 2}})), "wrong_data", "seed 2"),
        (with("/dataset", json!({"file": {"name": "a.h5ad", "sha256": "00"}})), "wrong_data", "a.h5ad"),
        (with("/roles/cell_type", json!("celltype")), "column_not_found", "celltype"),
        (with("/roles/control", json!("vehicle")), "control_not_found", "vehicle"),
        (with("/roles/condition", json!(null)), "no_treatment_role", "treatment"),
        (with("/task/predict/held_out", json!(["Hepatocytes"])), "held_out_not_found", "Hepatocytes"),
        (with("/task/predict/models", json!([])), "empty_list", "models"),
        (with("/task/predict/models", json!(["no_change", "no_change"])), "repeated_entry", "no_change"),
        (with("/task/predict/models", json!([small_scgen(), {"scgen": {}}])), "repeated_entry", "scgen"),
        (
            with("/task/predict", json!({"models": ["no_change"], "evaluation": {"n_degs": 0}})),
            "setting_too_small",
            "n_degs",
        ),
        (with("/task/predict/models", json!(["scgan"])), "run_file_syntax", "scgan"),
        (with("/preprocess", json!({"max_cell": 3})), "run_file_syntax", "max_cell"),
        (with("/dosefront", json!(7)), "run_file_version", "7"),
    ];
    for (run, expected, word) in cases {
        let (code, message) = code(&run, pbmc());
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(word), "{message} should name {word}");
    }
    let mut run = run_file(&task);
    run["task"]["predict"]["doses"] = json!(["30"]);
    assert_eq!(code(&run, pbmc()).0, "unknown_arm");
}

/// Keeps the cells that pass, which breaks the data set in the way a test wants.
fn cells_where(dataset: &Dataset, pass: impl Fn(&str, &str) -> bool) -> Dataset {
    let text = |name: &str, i: usize| match &dataset.column(name).unwrap().values {
        ObsValues::Labels { levels, codes } => levels[codes[i].unwrap() as usize].clone(),
        ObsValues::Numbers(_) => unreachable!("the columns are labels"),
    };
    let cells: Vec<usize> =
        (0..dataset.n_cells()).filter(|&i| pass(&text("cell_type", i), &text("condition", i))).collect();
    dataset.select_cells(&cells)
}

#[test]
fn data_that_cannot_teach_are_refused() {
    let run = run_file(&json!({"models": ["mean_shift"], "held_out": ["B"]}));
    let one_condition = cells_where(&pbmc(), |_, condition| condition == "control");
    assert_eq!(code(&run, one_condition).0, "one_condition");
    let one_type = cells_where(&pbmc(), |cell_type, _| cell_type == "B");
    assert_eq!(code(&run, one_type).0, "nothing_to_learn_from");
    let seen = Cell::new(0);
    let few = cells_where(&pbmc(), |cell_type, _| cell_type != "B" || seen.replace(seen.get() + 1) < 5);
    assert_eq!(code(&run, few).0, "held_out_too_small");
}

#[test]
fn cells_without_counts_are_dropped_with_a_note() {
    let mut dataset = pbmc();
    let empty = vec![(0..dataset.n_genes()).map(|_| 0.0).collect::<Vec<f32>>(); 1].concat();
    let mut dense = dataset.matrix.to_dense();
    dense.row_mut(0).assign(&ndarray::Array1::from(empty));
    dataset.matrix = dosefront::data::Csr::from_dense(&dense);
    let run = run_file(&json!({"models": ["no_change"], "held_out": ["B"]}));
    let report = finish(start(&run, dataset).unwrap(), 0.0).0;
    assert!(report.notes.iter().any(|note| note.contains("without any counts")), "{:?}", report.notes);
}

#[test]
fn what_the_roles_made_of_the_data_and_few_cells_are_remarked_upon() {
    let (mut dataset, mut run) = (pbmc(), run_file(&json!({"models": ["no_change"], "held_out": ["B"]})));
    run["preprocess"]["max_cells"] = json!(40);
    let column = dataset.obs.iter_mut().find(|column| column.name == "cell_type").unwrap();
    let ObsValues::Labels { codes, .. } = &mut column.values else { unreachable!("cell types are labels") };
    codes[..5].fill(None);
    let notes = finish(start(&run, dataset).unwrap(), 0.0).0.notes;
    let told = |words: &str| notes.iter().any(|note| note.contains(words));
    assert!(told("mostly chance") && told("5 cells"), "{notes:?}");
}

#[test]
fn a_run_file_with_a_missing_hash_takes_the_open_file_and_reports_its_hash() {
    let mut dataset = pbmc();
    dataset.source = Source::File { name: "a.h5ad".into(), sha256: "abc".into() };
    dataset.obs.push(ObsColumn { name: "extra".into(), values: ObsValues::Numbers(vec![f64::NAN; dataset.n_cells()]) });
    let mut run = run_file(&json!({"models": ["no_change"], "held_out": ["B"]}));
    run["dataset"] = json!({"file": {"name": "a.h5ad", "sha256": ""}});
    let report = finish(start(&run, dataset.clone()).unwrap(), 0.0).0;
    assert_eq!(report.run.dataset, dataset.source);
}

/// Every version of the run file keeps opening, and a file that gives every field comes out as it went in.
#[test]
fn version_1_opens() {
    for text in [
        include_str!("../../tests/reference/fixtures/run_file/version-1.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-explore.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-trade-off.json"),
    ] {
        let run = RunFile::parse(text).unwrap();
        let written: Value = serde_json::from_str(&run.to_json()).unwrap();
        assert_eq!(written, serde_json::from_str::<Value>(text).unwrap());
    }
}
