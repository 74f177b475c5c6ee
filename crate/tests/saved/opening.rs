use dosefront::run::RunFile;
use dosefront::run::saved::{Saved, open_saved};
use serde_json::{Value, json};

use super::{RUNS, report};

fn opened(value: &Value) -> Saved {
    open_saved(&value.to_string()).unwrap()
}

fn refused(text: &str) -> (&'static str, String) {
    let error = open_saved(text).unwrap_err();
    assert!(error.hint().len() > 15);
    (error.code(), error.to_string())
}

#[test]
fn run_files_of_version_1_open_for_ever() {
    for text in RUNS {
        let saved = open_saved(text).unwrap();
        assert_eq!((saved.report, saved.remarks.len()), (None, 0));
        assert_eq!(serde_json::to_value(&saved.run).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(saved.run, RunFile::parse(text).unwrap());
    }
}

#[test]
fn a_report_opens_with_its_run_filled_in() {
    let saved = opened(&report());
    let run = serde_json::to_value(&saved.run).unwrap();
    assert_eq!(run["task"]["predict"]["models"][1]["scgen"]["preset"], "demo");
    assert_eq!(saved.report.unwrap()["run"], run);
    assert!(open_saved(&format!("\u{feff}{}", report())).unwrap().report.is_some());
}

#[test]
fn keys_that_nobody_knows_are_skipped_with_a_remark_each() {
    let mut newer = report();
    newer["run"]["colour"] = json!({"seed": [1, {"models": 2}]});
    newer["run"]["task"]["predict"]["colour"] = json!("red");
    newer["run"]["task"]["predict"]["models"][1]["scgen"]["seed"] = json!(3);
    newer["run"]["preprocess"] = json!({"max_cells": 100, "zebra": null});
    let saved = opened(&newer);
    let mut expected = report();
    expected["run"]["preprocess"] = json!({"max_cells": 100});
    assert_eq!(saved.run, opened(&expected).run);
    let named = |path: &str| saved.remarks.iter().any(|remark| remark.contains(&format!(" {path};")));
    assert!(named("colour") && named("task.predict.colour") && named("preprocess.zebra"), "{:?}", saved.remarks);
    assert!(named("task.predict.models.1.scgen.seed"), "{:?}", saved.remarks);
    assert_eq!(saved.remarks.len(), 4);
}

#[test]
fn what_is_no_run_is_refused_in_words() {
    let run = |change: fn(&mut Value)| {
        let mut run = report()["run"].clone();
        change(&mut run);
        run.to_string()
    };
    let cases = [
        (String::new(), "not_json", "line 1"),
        (report().to_string()[..300].to_owned(), "not_json", "EOF"),
        ("PK\u{3}\u{4}".to_owned(), "not_json", "line 1"),
        ("[1, 2]".to_owned(), "not_a_run", "object"),
        ("{\"a\": 1}".to_owned(), "not_a_run", "version"),
        (json!({"dosefront_bundle": 1, "files": {}}).to_string(), "not_a_run", "bundle"),
        (run(|run| run["dosefront"] = json!("1")), "not_a_run", "whole number"),
        (run(|run| run["dosefront"] = json!(0)), "not_a_run", "whole number"),
        (run(|run| run["task"] = json!({"sing": {}})), "not_a_run", "sing"),
        (run(|run| run["task"]["predict"]["models"][0] = json!("scgan")), "not_a_run", "scgan"),
        (run(|run| run["task"]["predict"]["models"][1]["scgen"]["epochs"] = json!(0)), "model_parameter", "epochs"),
        (run(|run| run["task"]["predict"]["models"] = json!([])), "empty_list", "models"),
    ];
    for (text, code, word) in cases {
        let (found, message) = refused(&text);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(word), "{message} should name {word}");
    }
    let (code, message) = refused(&run(|run| run["dosefront"] = json!(7)));
    assert_eq!(code, "newer_version");
    assert!(message.contains("version 7") && message.contains("version 1"), "{message}");
}

#[test]
fn results_that_the_run_did_not_ask_for_are_refused() {
    let with = |pointer: &str, value: Value| {
        let mut report = report();
        *report.pointer_mut(pointer).unwrap() = value;
        report
    };
    let mut cases = vec![
        (with("/results/0/model", json!("pca_shift")), "pca_shift"),
        (with("/results/1/cell_type", json!("CD4T")), "CD4T"),
        (with("/results/1/seed", json!(3)), "seed 3"),
        (with("/results/1/metrics", json!(null)), "row 2"),
        (with("/results/1", json!(7)), "row 2"),
        (with("/results", json!({})), "list"),
        (with("/fits/0/model", json!("scvidr")), "scvidr"),
        (with("/run/task/predict/seeds", json!([1])), "seed 2"),
    ];
    let mut dosed = with("/results/0/arm", json!("30"));
    dosed["run"]["task"]["predict"]["doses"] = json!(["1", "stimulated"]);
    cases.push((dosed, "30"));
    let mut none = report();
    none.as_object_mut().unwrap().remove("results");
    cases.push((none, "no results"));
    for (report, word) in cases {
        let (code, message) = refused(&report.to_string());
        assert_eq!(code, "results_do_not_belong", "{message}");
        assert!(message.contains(word), "{message} should name {word}");
    }
    let mut other_task = report();
    other_task["run"]["task"] = json!({"explore": {}});
    assert_eq!(refused(&other_task.to_string()).0, "results_do_not_belong");
    // A run that was ended early has fewer results.
    let mut early = report();
    early["results"].as_array_mut().unwrap().truncate(1);
    assert_eq!(opened(&early).report.unwrap()["results"].as_array().unwrap().len(), 1);
}
