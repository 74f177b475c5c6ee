use std::rc::Rc;

use dosefront::run::trade_off::{FrontPart, join_fronts, parts};
use dosefront::run::{EngineInfo, RunFile};
use serde_json::json;

use super::{everything, finish, marrow, run_file, start, text};

#[test]
fn parts_done_in_reverse_join_to_the_report_of_the_whole() {
    let methods = ["pareto_mtl", "one_run", "scvi_hsic", "desc"];
    let run = run_file(&json!({"methods": methods, "measures": ["mmd"], "candidates": 5, "splits": [2, 1]}));
    let (run, dataset) = (RunFile::parse(&run.to_string()).unwrap(), Rc::new(marrow()));
    let cut = parts(&run, &dataset).unwrap();
    let names: Vec<_> = cut.iter().map(|job| (job.split, job.method.name(), job.places.clone())).collect();
    let of = |split| {
        [
            (split, "pareto_mtl", (0..6).collect::<Vec<_>>()),
            (split, "pareto_mtl", vec![6]),
            (split, "one_run", (0..7).collect()),
            (split, "scvi_hsic", (1..7).collect()),
            (split, "desc", vec![0]),
        ]
    };
    assert_eq!(names, [of(2), of(1)].concat());

    let alone = |run: &RunFile| {
        let run = serde_json::to_value(run).unwrap();
        finish(&mut start(&run, dataset.clone()).unwrap(), 0.0).0
    };
    let mut reports: Vec<FrontPart> = cut.iter().rev().map(|job| alone(&job.run).into()).collect();
    reports.reverse();
    let joined = join_fronts(&run, &dataset, reports.clone(), EngineInfo::default()).unwrap();
    assert!(!joined.timings.is_empty());
    assert_eq!(text(joined), text(alone(&run)));

    let some = join_fronts(&run, &dataset, reports.split_off(8), EngineInfo::default()).unwrap().traded_off.unwrap();
    let rows: Vec<_> = some.candidates.iter().map(|row| (row.index, row.method.as_str())).collect();
    assert_eq!(rows[..2], [(0, "scvi_hsic"), (1, "scvi_hsic")]);
    assert_eq!(rows[rows.len() - 1], (6, "desc"));
}

#[test]
fn only_a_trade_off_has_such_parts() {
    let mut run = everything();
    run["task"] = json!({"explore": {}});
    let error = parts(&RunFile::parse(&run.to_string()).unwrap(), &Rc::new(marrow())).unwrap_err();
    assert_eq!(error.code(), "no_trade_off_task");
    assert!(!error.hint().is_empty());
}
