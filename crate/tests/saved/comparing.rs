use dosefront::run::EngineInfo;
use dosefront::run::saved::{Comparison, SameData, Verdict, compare};
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

fn explored() -> Value {
    let row = |cell_type: Value, metric: &str, value: f64| {
        json!({"contrast": "dose 1 against dose 0", "cell_type": cell_type, "arm": "1", "condition": null, "dose": 1.0, "metric": metric,
            "n_control": 10, "n_treated": 12, "value": value, "p_value": null, "low": 0.5, "high": 1.5, "floor": null, "floor_high": null})
    };
    let mut report = report();
    for field in ["results", "failures", "fits"] {
        report.as_object_mut().unwrap().remove(field);
    }
    report["run"]["task"] = json!({"explore": {}});
    report["distances"] = json!([
        row(json!(null), "edistance", 1.0),
        row(json!("B"), "edistance", 2.0),
        row(json!("B"), "euclidean", 3.0)
    ]);
    report["embeddings"] = json!([{"method": "pca", "x": [1.0, 2.0], "y": [1.0, 2.0]}, {"method": "umap", "x": [1.0, 2.0], "y": [1.0, 2.0]}]);
    report["cells"] = json!(["a", "b"]);
    report
}

#[test]
fn rows_of_an_exploration_have_names_of_their_own() {
    let mut other = explored();
    other["distances"][1]["value"] = json!(4.0);
    other["distances"][2]["high"] = json!(9.0);
    other["distances"].as_array_mut().unwrap().reverse();
    let found = compared(&explored(), &on_another_engine(other));
    let named: Vec<_> = found.metrics.iter().map(|row| (row.metric.as_str(), row.place.as_str())).collect();
    let of = |metric: &str| format!("dose 1 against dose 0, B, {metric}");
    assert_eq!(
        named,
        [("euclidean_high", of("euclidean").as_str()), ("edistance", of("edistance").as_str())],
        "{found:?}"
    );
    assert!(!found.sentence.contains("seeds"), "{}", found.sentence);
}

#[test]
fn pictures_that_a_last_bit_decides_take_part_only_where_the_same_bits_are_promised() {
    let moved = |method: usize| {
        let mut other = explored();
        other["embeddings"][method]["x"][0] = json!(7.0);
        other
    };
    for method in [0, 1] {
        assert_eq!(compared(&explored(), &moved(method)).verdict, Verdict::Differs);
    }
    let found = compared(&explored(), &on_another_engine(moved(1)));
    assert_eq!((found.verdict, found.metrics.len()), (Verdict::WithinTolerance, 0));
    assert!(found.sentence.contains("UMAP"), "{}", found.sentence);
    assert_eq!(compared(&explored(), &on_another_engine(moved(0))).verdict, Verdict::Differs);
}

#[test]
fn remarks_in_other_words_are_not_identical_and_within_tolerance() {
    let failed = |message: &str| {
        let mut report = report();
        report["failures"] = json!([{"model": "scgen", "cell_type": "B", "arm": null, "seed": 1, "code": "diverged", "message": message, "hint": ""}]);
        report
    };
    let (one, other) = (failed("NaN in epoch 3"), failed("NaN in epoch 4"));
    assert_eq!(compared(&one, &other).verdict, Verdict::Differs);
    assert_eq!(compared(&one, &on_another_engine(other)).verdict, Verdict::WithinTolerance);
}

fn on_file(sha256: &str, mut report: Value) -> Value {
    report["run"]["dataset"] = json!({"file": {"name": format!("{sha256}.h5ad"), "sha256": sha256}});
    report
}

#[test]
fn other_data_are_told_before_anything_else() {
    let near = with("/results/0/metrics/r2_all", json!(0.9001));
    for (other, verdict) in [(report(), Verdict::Identical), (near.clone(), Verdict::Differs)] {
        let found = compared(&on_file("aa", report()), &on_file("bb", other));
        assert_eq!((found.verdict, found.data), (verdict, SameData::Other));
        let said = &found.sentence;
        assert!(said.starts_with("The data were two different files, aa.h5ad") && said.contains("bb.h5ad"), "{said}");
        // That the engine gives the same bits says nothing here.
        assert!(!said.contains("same bits"), "{said}");
    }
    assert_eq!(serde_json::to_value(SameData::Other).unwrap(), "other");
    // Other data and other settings: both are told.
    let mut settings = on_file("bb", report());
    settings["run"]["preprocess"] = json!({"max_cells": 500});
    let found = compared(&on_file("aa", report()), &settings);
    assert!(found.verdict == Verdict::NotComparable && found.sentence.starts_with("The data"), "{}", found.sentence);
    // The name of a file says nothing.
    let mut renamed = on_file("aa", near);
    renamed["run"]["dataset"]["file"]["name"] = json!("renamed.h5ad");
    let found = compared(&on_file("aa", report()), &renamed);
    assert_eq!((found.verdict, found.data), (Verdict::Differs, SameData::Same));
    assert!(
        found.sentence.starts_with("Different: 1 of") && found.sentence.contains("same bits"),
        "{}",
        found.sentence
    );
}

#[test]
fn data_that_a_file_does_not_name_are_told_and_loosen_nothing() {
    let near = on_file("aa", with("/results/0/metrics/r2_all", json!(0.9001)));
    let found = compared(&on_file("", report()), &near);
    assert_eq!((found.verdict, found.data), (Verdict::Differs, SameData::Unknown));
    assert!(found.sentence.starts_with("Whether the data were the same file is not known."), "{}", found.sentence);
}

#[test]
fn a_file_that_was_edited_is_compared_as_strictly_as_before() {
    let near = with("/results/1/metrics/r2_all", json!(0.9101));
    for (pointer, value) in [
        ("/device/repeats", json!("within tolerance")),
        ("/device/repeats", json!("roughly")),
        ("/device/repeats", json!(null)),
        ("/device/engine", json!("abacus")),
        ("/device", json!(null)),
        ("/versions", json!(null)),
    ] {
        let mut edited = near.clone();
        *edited.pointer_mut(pointer).unwrap() = value.clone();
        for found in [compared(&edited, &report()), compared(&report(), &edited)] {
            assert_eq!(
                (found.verdict, found.tolerance.absolute),
                (Verdict::Differs, 0.0),
                "{pointer} {value}: {found:?}"
            );
        }
    }
    let mut without = near;
    for field in ["device", "versions"] {
        without.as_object_mut().unwrap().remove(field);
        assert_eq!(compared(&without, &report()).verdict, Verdict::Differs, "without {field}");
    }
}

#[test]
fn a_tolerance_is_given_with_its_grounds() {
    let near = with("/results/1/metrics/r2_all", json!(0.9101));
    let mut native = near.clone();
    native["device"]["repeats"] = json!(EngineInfo::SAME_MACHINE);
    let mut older = near.clone();
    older["versions"]["burn"] = json!("0.21.0");
    for (edited, grounds) in [
        (on_another_engine(near), "the first was computed with WebGPU"),
        (native, "the first was computed by a program that rounds as its machine does"),
        (older, "they are of different versions"),
    ] {
        let found = compared(&edited, &report());
        assert_eq!(found.verdict, Verdict::WithinTolerance, "{found:?}");
        assert!(found.sentence.contains(grounds), "{}", found.sentence);
    }
}

#[test]
fn a_row_within_a_row_that_is_there_twice_is_missing_from_the_other() {
    let mut twice = report();
    let again = twice["fits"][0]["losses"][1].clone();
    twice["fits"][0]["losses"].as_array_mut().unwrap().push(again);
    let found = compared(&twice, &report());
    assert_eq!((found.verdict, found.missing.len()), (Verdict::Differs, 1), "{found:?}");
    assert!(found.missing[0].contains("epoch 2") && found.missing[0].contains("first"), "{}", found.missing[0]);
}
