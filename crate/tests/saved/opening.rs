use dosefront::run::RunFile;
use dosefront::run::saved::{LARGEST_WHOLE, Saved, Verdict, compare, fits_page, open_saved};
use serde_json::{Value, json};

use super::{REPORTS, RUNS, report};

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
fn reports_of_version_1_open_for_ever() {
    for text in REPORTS {
        let saved = open_saved(text).unwrap();
        assert_eq!(saved.remarks.len(), 0);
        let found = compare(text, &saved.report.unwrap().to_string()).unwrap();
        assert!(found.verdict == Verdict::Identical && found.numbers > 5, "{found:?}");
    }
}

#[test]
fn results_of_one_task_do_not_belong_to_another() {
    for (i, text) in REPORTS.iter().enumerate() {
        for (j, other) in REPORTS.iter().enumerate().filter(|(j, _)| i != *j) {
            let mut report: Value = serde_json::from_str(text).unwrap();
            report["run"] = serde_json::from_str::<Value>(other).unwrap()["run"].take();
            assert_eq!(refused(&report.to_string()).0, "results_do_not_belong", "report {i} with run {j}");
        }
    }
    // A row of each that its run does not ask for.
    let cases = [
        (1, "/distances/0/metric", json!("wasserstein"), "wasserstein"),
        (1, "/distances/0/arm", json!("3"), "1, 10, 30"),
        (1, "/response_genes/0/cell_type", json!("Kupffer cells"), "Kupffer cells"),
        (1, "/run/task/explore/deg", json!(null), "response genes"),
        (2, "/candidates/1/place", json!(9), "place 9"),
        (2, "/candidates/0/method", json!("one_run"), "one_run"),
        (2, "/candidates/0/measure", json!("mmd"), "mmd"),
        (2, "/fronts/0/split", json!(2), "split 2"),
        (2, "/run/task/trade_off/candidates", json!(5), ""),
        (3, "/estimates/0/estimator", json!("classifier"), "classifier"),
    ];
    for (i, pointer, value, word) in cases {
        let mut report: Value = serde_json::from_str(REPORTS[i]).unwrap();
        *report.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        if word.is_empty() {
            // Fewer candidates than the run asks for: it was ended early.
            open_saved(&report.to_string()).unwrap();
            continue;
        }
        let (code, message) = refused(&report.to_string());
        assert_eq!(code, "results_do_not_belong", "{message}");
        assert!(message.contains(word), "{message} should name {word}");
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

#[test]
fn rows_that_say_nothing_or_the_same_again_are_refused() {
    // Lists of every task, as its own program wrote them.
    let lists =
        [(0, "results"), (0, "fits"), (1, "distances"), (1, "responses"), (1, "response_genes"), (1, "embeddings")];
    let lists = lists.into_iter().chain([(2, "candidates"), (2, "fronts"), (3, "estimates")]);
    for (i, field) in lists {
        let whole: Value = serde_json::from_str(REPORTS[i]).unwrap();
        let n = whole[field].as_array().unwrap().len();
        let with = |row: Value| {
            let mut report = whole.clone();
            report[field].as_array_mut().unwrap().push(row);
            refused(&report.to_string())
        };
        let mut again = whole[field][0].clone();
        for row in [again.clone(), {
            // Another number and another index: it is the same result still.
            again["index"] = json!(1000);
            again["value"] = json!(0.5);
            again
        }] {
            let (code, message) = with(row);
            assert_eq!(code, "results_do_not_belong", "{message}");
            let words = format!("rows 1 and {} of its {field} are both of ", n + 1);
            assert!(message.contains(&words) && !message.ends_with("of "), "{message}");
        }
        for nothing in [json!({}), json!({"value": 1.5})] {
            let (code, message) = with(nothing);
            assert_eq!(code, "results_do_not_belong", "{message}");
            assert!(message.contains(&format!("row {} of its {field} does not say", n + 1)), "{message}");
        }
    }
    let with = |pointer: &str, value: Value| {
        let mut report = report();
        *report.pointer_mut(pointer).unwrap() = value;
        refused(&report.to_string()).1
    };
    let message = with("/results/2/index", json!(0));
    assert!(message.contains("rows 1 and 3") && message.contains("index 0"), "{message}");
    assert!(with("/results/1/metrics", json!({})).contains("row 2 of its results has no metrics"));
}

#[test]
fn seeds_that_are_too_large_are_told_with_the_largest() {
    let seeds = |seeds: &str| report()["run"].to_string().replace("\"seeds\":[1,2]", &format!("\"seeds\":[1,{seeds}]"));
    // Numbers that nothing holds.
    for number in ["18446744073709551616", "1e20", "123456789012345678901234567890"] {
        let error = open_saved(&seeds(number)).unwrap_err();
        assert_eq!(error.code(), "number_too_large", "{error}");
        assert!(error.to_string().contains("task.predict.seeds.1"), "{error}");
        assert!(error.hint().contains("9,007,199,254,740,991"), "{}", error.hint());
    }
    // Numbers that this program holds and a page does not.
    for (number, fits) in [(LARGEST_WHOLE, true), (LARGEST_WHOLE + 1, false), (u64::MAX, false)] {
        let run = open_saved(&seeds(&number.to_string())).unwrap().run;
        let found = fits_page(&run);
        assert_eq!(found.is_ok(), fits, "{number}");
        if let Err(error) = found {
            assert_eq!(error.code(), "number_too_large");
            assert!(error.to_string().contains(&format!("task.predict.seeds.1 is {number}")), "{error}");
        }
    }
    // Other errors stay what they are.
    let (code, message) = refused(&seeds("-1"));
    assert!(code == "not_a_run" && message.contains("-1"), "{message}");
}
