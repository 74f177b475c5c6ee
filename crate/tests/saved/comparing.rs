use dosefront::run::saved::{Comparison, Verdict, compare};
use serde_json::{Value, json};

use super::report;

fn compared(before: &Value, after: &Value) -> Comparison {
    compare(&before.to_string(), &after.to_string()).unwrap()
}

/// The report with what is at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut report = report();
    *report.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    report
}

fn on_another_engine(mut report: Value) -> Value {
    report["device"]["repeats"] = json!("within tolerance");
    report["device"]["engine"] = json!("webgpu");
    report["run"]["device"] = json!("webgpu");
    report
}

#[test]
fn a_report_is_identical_to_itself_whatever_it_took() {
    let again = with("/timings", json!({"train": 99.0, "score": 1.0}));
    let found = compared(&report(), &again);
    assert_eq!(found.verdict, Verdict::Identical, "{found:?}");
    // Three rows of an index, three counts, three metrics that are defined and two ratios; seeds and losses.
    assert_eq!(found.numbers, 3 * 9 + 2 + 4 + 3 + 2, "{found:?}");
    assert!(found.metrics.is_empty() && found.missing.is_empty());
    assert_eq!(found.environments[0].versions["dosefront"], "0.1.0");
    assert_eq!(compared(&report(), &with("/notes", json!([]))).verdict, Verdict::Identical);
}

#[test]
fn one_number_that_differs_in_its_last_bit_is_found() {
    for pointer in ["/results/1/metrics/r2_all", "/results/2/ratios/to_control/edistance", "/fits/0/losses/1/train/0"] {
        let number = report().pointer(pointer).unwrap().as_f64().unwrap();
        let found = compared(&report(), &with(pointer, json!(f64::from_bits(number.to_bits() + 1))));
        assert_eq!((found.verdict, found.metrics.len()), (Verdict::Differs, 1), "{pointer}: {found:?}");
        assert!(found.sentence.contains("1 of"), "{}", found.sentence);
        let gap = found.metrics[0].absolute.unwrap();
        assert!(gap > 0.0 && gap < 1e-15, "{gap}");
    }
    // As text, since the two differ in no way that a reader of 16 digits would see.
    let text = |number: &str| report().to_string().replace("0.91", number);
    assert_eq!(compare(&text("0.30000000000000004"), &text("0.3")).unwrap().verdict, Verdict::Differs);
    assert_eq!(compare(&text("0.300"), &text("3e-1")).unwrap().verdict, Verdict::Identical);
}

#[test]
fn the_difference_says_which_result_it_is() {
    let found = compared(&report(), &on_another_engine(with("/results/1/metrics/edistance", json!(0.75))));
    assert_eq!(found.verdict, Verdict::Differs);
    let [largest] = found.metrics.as_slice() else { panic!("{found:?}") };
    assert_eq!((largest.metric.as_str(), largest.place.as_str()), ("edistance", "scgen, B, stimulated, seed 1"));
    assert_eq!((largest.before, largest.after, largest.within), (Some(0.25), Some(0.75), false));
    assert_eq!((largest.absolute, largest.relative), (Some(0.5), Some(0.5 / 0.75)));
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(
        (&json["verdict"], &json["metrics"][0]["where"]),
        (&json!("differs"), &json!("scgen, B, stimulated, seed 1"))
    );
}

#[test]
fn engines_that_round_differently_have_a_tolerance_and_others_none() {
    let near = with("/results/1/metrics/r2_all", json!(0.9101));
    let found = compared(&report(), &on_another_engine(near.clone()));
    assert_eq!(found.verdict, Verdict::WithinTolerance, "{found:?}");
    assert!(found.tolerance.relative > 0.0 && found.metrics[0].within);
    let found = compared(&report(), &near);
    assert_eq!((found.verdict, found.tolerance.relative), (Verdict::Differs, 0.0), "{found:?}");
    assert!(found.sentence.contains("same bits"), "{}", found.sentence);
    // Of another version the same bits are not promised.
    let mut newer = near;
    newer["versions"]["dosefront"] = json!("0.2.0");
    assert_eq!(compared(&report(), &newer).verdict, Verdict::WithinTolerance);
    assert_eq!(
        compared(&report(), &on_another_engine(with("/results/0/metrics/common_degs", json!(44)))).verdict,
        Verdict::WithinTolerance
    );
    assert_eq!(
        compared(&report(), &on_another_engine(with("/results/0/metrics/common_degs", json!(60)))).verdict,
        Verdict::Differs
    );
    // The same numbers are the same, whoever computed them.
    assert_eq!(compared(&report(), &on_another_engine(report())).verdict, Verdict::Identical);
}

#[test]
fn the_order_of_rows_does_not_matter_and_a_missing_one_is_named() {
    let mut turned = report();
    turned["results"].as_array_mut().unwrap().reverse();
    turned["fits"][0]["losses"].as_array_mut().unwrap().reverse();
    assert_eq!(compared(&report(), &turned).verdict, Verdict::Identical);
    for (lacks, only_in) in [(1, "first"), (0, "second")] {
        let mut reports = [report(), report()];
        reports[lacks]["results"].as_array_mut().unwrap().remove(1);
        let found = compared(&reports[0], &reports[1]);
        assert_eq!(found.verdict, Verdict::Differs);
        let [missing] = found.missing.as_slice() else { panic!("{found:?}") };
        assert!(missing.contains("scgen, B, stimulated, seed 1") && missing.contains(only_in), "{missing}");
        assert!(found.sentence.contains(missing.as_str()));
    }
    let mut short = report();
    short["fits"][0]["losses"].as_array_mut().unwrap().pop();
    assert!(compared(&report(), &short).missing[0].contains("epoch 2"));
}

#[test]
fn a_number_that_is_not_defined_equals_another_one_and_no_number() {
    let found = compared(&report(), &on_another_engine(with("/results/0/metrics/r2_hvg", json!(0.0))));
    assert_eq!((found.verdict, found.metrics[0].absolute), (Verdict::Differs, None), "{found:?}");
}

#[test]
fn texts_and_keys_count_too() {
    let found = compared(&report(), &with("/fits/0/unit", json!("iteration")));
    assert_eq!(found.verdict, Verdict::Differs);
    assert!(found.missing[0].contains("iteration"), "{found:?}");
    let mut more = report();
    more["results"][0]["metrics"]["new"] = json!(1);
    more["colours"] = json!([1]);
    let found = compared(&report(), &more);
    assert_eq!((found.verdict, found.missing.len()), (Verdict::Differs, 2), "{found:?}");
}

#[test]
fn reports_of_different_runs_are_not_compared() {
    let mut other = report();
    other["run"]["task"]["predict"]["models"][1]["scgen"]["epochs"] = json!(7);
    other["run"]["preprocess"] = json!({"max_cells": 500});
    let found = compared(&report(), &other);
    assert_eq!((found.verdict, found.numbers), (Verdict::NotComparable, 0));
    assert!(
        found.sentence.contains("scgen.epochs is 100 in the first and 7 in the second")
            || found.sentence.contains("epochs"),
        "{}",
        found.sentence
    );
    assert_eq!(found.missing.len(), 2, "{found:?}");
    let error = compare(&report().to_string(), &report()["run"].to_string()).unwrap_err();
    assert_eq!(error.code(), "no_results");
}
