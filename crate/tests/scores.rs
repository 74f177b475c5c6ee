//! Tables, fronts and published numbers of a grid of results.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "sums of a few short decimals")]

use dosefront::chart::Figure;
use dosefront::scores::{
    GroupBy, Mark, Metric, ResultRow, ScoreFigure, ScoreRow, ScoreTable, Selection, Stat, TableQuery, atlas, figure,
    front, published, score_table,
};
use serde_json::{Value, json};

/// A row as a report has it, without a dose.
fn row(model: &str, cell_type: &str, seed: Option<u64>, metrics: &Value) -> ResultRow {
    at_dose(model, cell_type, ("stimulated", None), seed, metrics)
}

fn at_dose(
    model: &str,
    cell_type: &str,
    (arm, dose): (&str, Option<f64>),
    seed: Option<u64>,
    metrics: &Value,
) -> ResultRow {
    let ratio = |name: &str| metrics.get(name).cloned().unwrap_or(Value::Null);
    serde_json::from_value(json!({
        "index": 0, "model": model, "cell_type": cell_type, "arm": arm, "condition": null, "dose": dose, "seed": seed,
        "n_control": 100, "n_observed": 90, "n_predicted": 100,
        "metrics": {"r2_all": metrics["r2_all"], "edistance": ratio("edistance")},
        "ratios": {"to_control": {"edistance": ratio("control")}, "to_no_change": {"edistance": ratio("no_change")}},
        "truth": null,
    }))
    .unwrap()
}

fn r2(model: &str, cell_type: &str, seed: Option<u64>, value: f64) -> ResultRow {
    row(model, cell_type, seed, &json!({"r2_all": value}))
}

fn table(rows: &[ResultRow], query: Value) -> ScoreTable {
    score_table(rows, &serde_json::from_value::<TableQuery>(query).unwrap()).unwrap()
}

fn of<'t>(table: &'t ScoreTable, model: &str, metric: &str) -> (&'t ScoreRow, &'t Stat, Option<Mark>) {
    let at = table.metrics.iter().position(|one| one.id == metric).unwrap();
    let row = table.rows.iter().find(|row| row.model == model).unwrap();
    (row, &row.scores[at], row.marks[at])
}

#[test]
fn the_spread_is_that_of_the_means_of_seeds() {
    let rows = [
        r2("scgen", "B", Some(1), 0.90),
        r2("scgen", "NK", Some(1), 0.80),
        r2("scgen", "B", Some(2), 0.96),
        r2("scgen", "NK", Some(2), 0.82),
        r2("mean_shift", "B", None, 0.7),
        r2("mean_shift", "NK", None, 0.5),
    ];
    let all = table(&rows, json!({}));
    let (line, stat, mark) = of(&all, "scgen", "r2_all");
    let (first, second) = (0.85, 0.89);
    assert!((stat.mean.unwrap() - 0.87).abs() < 1e-12, "{stat:?}");
    let sd = ((first - 0.87f64).powi(2) + (second - 0.87f64).powi(2)).sqrt();
    assert!((stat.sd.unwrap() - sd).abs() < 1e-12, "not the spread between cell types: {stat:?}");
    assert_eq!((stat.n, stat.n_scores, stat.n_expected, stat.complete, mark), (2, 4, 4, true, Some(Mark::Best)));
    assert_eq!((line.n_results, line.n_expected, line.n_failed, line.complete, line.baseline), (4, 4, 0, true, false));
    // A model without randomness has one result where others have one per seed.
    let (line, stat, mark) = of(&all, "mean_shift", "r2_all");
    assert_eq!((stat.mean, stat.sd, stat.n, stat.complete, mark), (Some(0.6), None, 1, true, Some(Mark::Second)));
    assert!(line.baseline && line.name == "Mean shift");

    let types = table(&rows, json!({"group_by": "cell_type"}));
    let names: Vec<&str> = types.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!((names, types.rows.len()), (vec!["B", "NK"], 4));
    assert_eq!(types.rows[2].scores[0].seeds, [0.8, 0.82]);
}

#[test]
fn a_model_with_holes_is_best_only_where_all_have_holes() {
    let mut rows = vec![
        r2("scgen", "B", Some(1), 0.99),
        r2("scgen", "B", Some(2), 0.99),
        r2("scgen", "NK", Some(1), 0.99),
        r2("mtae", "B", Some(1), 0.80),
        r2("mtae", "B", Some(2), 0.80),
        r2("mtae", "NK", Some(1), 0.80),
        r2("mtae", "NK", Some(2), 0.80),
    ];
    let all = table(&rows, json!({}));
    let (line, stat, mark) = of(&all, "scgen", "r2_all");
    assert_eq!((line.n_results, line.n_expected, line.complete, stat.complete, mark), (3, 4, false, false, None));
    assert_eq!(of(&all, "mtae", "r2_all").2, Some(Mark::Best));
    rows.remove(6);
    let all = table(&rows, json!({}));
    assert_eq!((of(&all, "scgen", "r2_all").2, of(&all, "mtae", "r2_all").2), (Some(Mark::Best), Some(Mark::Second)));
    let failures = json!([
        {"model": "scgen", "cell_type": "NK", "arm": null, "code": "diverged", "message": "", "hint": ""},
        {"model": "film_nb", "cell_type": "B", "arm": "stimulated", "code": "diverged", "message": "", "hint": ""},
    ]);
    let all = table(&rows, json!({"of": {"failures": failures}}));
    assert_eq!(of(&all, "scgen", "r2_all").0.n_failed, 1, "a seed that failed");
    let (line, stat, mark) = of(&all, "film_nb", "r2_all");
    assert_eq!((line.n_results, line.n_failed, line.n_expected, stat.mean, mark), (0, 2, 4, None, None));
}

#[test]
fn a_seed_that_failed_everywhere_was_asked_for_all_the_same() {
    let rows = [r2("scpregan", "B", Some(1), 0.8), r2("scpregan", "B", Some(2), 0.8)];
    let failure = json!({
        "model": "scpregan", "cell_type": "B", "arm": "stimulated", "seed": 3, "code": "diverged", "message": "", "hint": ""
    });
    let all = table(&rows, json!({"of": {"failures": [failure]}}));
    let (line, stat, _) = of(&all, "scpregan", "r2_all");
    assert_eq!((line.n_results, line.n_expected, line.n_failed, line.complete, stat.complete), (2, 3, 1, false, false));
}

#[test]
fn equal_models_are_both_best_and_one_alone_is_nothing() {
    let rows = [r2("a", "B", None, 0.5), r2("b", "B", None, 0.5), r2("c", "B", None, 0.4)];
    let all = table(&rows, json!({}));
    let marks: Vec<_> = all.rows.iter().map(|row| row.marks[0]).collect();
    assert_eq!(marks, [Some(Mark::Best), Some(Mark::Best), None], "nobody is second to two");
    let one = table(&rows[..1], json!({"metrics": ["r2_all"]}));
    assert_eq!(one.rows[0].marks, [None]);
    let order = table(&rows, json!({"of": {"models": ["c", "nobody", "a"], "names": {"c": "Sea"}}}));
    let names: Vec<&str> = order.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Sea", "a"]);
}

#[test]
fn the_two_ratios_are_two_columns_with_words_on_why() {
    let rows = [
        row("scgen", "B", Some(1), &json!({"r2_all": 0.9, "edistance": 3.0, "control": 0.5, "no_change": 0.4})),
        row("no_change", "B", None, &json!({"r2_all": 0.7, "edistance": 7.0, "control": null, "no_change": 1.0})),
    ];
    let all = table(&rows, json!({}));
    let ids: Vec<&str> = all.metrics.iter().map(|metric| metric.id.as_str()).collect();
    assert_eq!(ids, ["r2_all", "edistance", "to_control_edistance", "to_no_change_edistance"]);
    assert!(
        all.metrics[2].meaning.contains("contains the prediction") && all.metrics[2].meaning != all.metrics[3].meaning
    );
    let (_, undefined, mark) = of(&all, "no_change", "to_control_edistance");
    assert_eq!((undefined.mean, undefined.complete, mark), (None, false, None), "x / 0");
    assert_eq!(of(&all, "scgen", "to_control_edistance").2, None, "nobody to be better than");
    assert_eq!(of(&all, "scgen", "to_no_change_edistance").2, Some(Mark::Best), "lower is better");
    assert_eq!(of(&all, "scgen", "r2_all").2, Some(Mark::Best), "higher is better");
    let error =
        score_table(&rows, &TableQuery { metrics: Some(vec!["r3".into()]), ..TableQuery::default() }).unwrap_err();
    assert_eq!(error.code(), "unknown_score");
    assert!(error.to_string().contains("\"r3\"") && error.to_string().contains("to_control_edistance"), "{error}");
    assert!(!error.hint().is_empty());
}

#[test]
fn the_front_knows_both_directions() {
    let point = |model: &str, r2: f64, ratio: f64| row(model, "B", None, &json!({"r2_all": r2, "no_change": ratio}));
    let rows = [
        point("good", 0.9, 0.5),
        point("near", 0.8, 0.2),
        point("worse", 0.8, 0.6),
        point("equal", 0.9, 0.5),
        point("no_change", 0.6, 1.0),
    ];
    let found = front(&rows, "r2_all", "to_no_change_edistance", &Selection::default()).unwrap();
    let on: Vec<&str> = found.points.iter().filter(|point| point.on_front).map(|point| point.model.as_str()).collect();
    assert_eq!(on, ["good", "near", "equal"]);
    assert_eq!(found.points[2].beaten_by, ["good", "near", "equal"], "in one it may be equal");
    let found = front(&rows, "to_no_change_edistance", "r2_all", &Selection::default()).unwrap();
    assert_eq!(found.points.iter().filter(|point| point.on_front).count(), 3, "whichever way round");

    // A model without one of its results beats nobody, and is beaten.
    let mut holes = vec![point("best", 0.95, 0.1), point("other", 0.5, 0.5)];
    holes.push(row("other", "NK", None, &json!({"r2_all": 0.5, "no_change": 0.5})));
    let found = front(&holes, "r2_all", "to_no_change_edistance", &Selection::default()).unwrap();
    assert_eq!(found.points.iter().map(|point| point.on_front).collect::<Vec<_>>(), [false, true]);
    assert!(found.points[1].beaten_by.is_empty());
    assert!(front(&[], "r2_all", "edistance", &Selection::default()).unwrap().points.is_empty());
}

/// One result per type for a model.
fn blood(types: &[&str]) -> Vec<ResultRow> {
    types.iter().map(|name| row("scgen", name, Some(1), &json!({"r2_all": 0.5, "control": 0.9}))).collect()
}

#[test]
fn published_numbers_stand_beside_and_not_within() {
    let types = ["B cells", "CD14+ Monocytes", "NK cells"];
    let rows = blood(&types);
    let by_type = table(&rows, json!({"group_by": "cell_type", "metrics": ["r2_all"]}));
    let scgen: Vec<_> = by_type.published.iter().filter(|one| one.model == "scgen" && one.source == "thesis").collect();
    let values: Vec<_> = scgen.iter().map(|one| (one.cell_type.as_deref().unwrap(), one.value)).collect();
    assert_eq!(values, [("B cells", 0.9), ("CD14+ Monocytes", 0.91), ("NK cells", 0.908)]);
    assert_eq!(scgen[0].label, "published on other cells: thesis, Kang, 6,998 genes");
    assert!(by_type.rows.iter().all(|row| row.scores[0].mean == Some(0.5)), "no mean knows of them");

    let all = table(&rows, json!({"metrics": ["r2_all"]}));
    let over: Vec<_> =
        all.published.iter().filter(|one| one.model == "mtae").map(|one| (one.over.as_str(), one.value)).collect();
    let mean = (0.966 + 0.890 + 0.960) / 3.0;
    assert!(over.contains(&("mean of 7 types", 0.946)), "{over:?}");
    assert!(over.iter().any(|(over, value)| *over == "mean of the same 3 types" && (value - mean).abs() < 1e-12));

    // Simulated data know the truth, and other cells have no place beside them.
    let mut simulated = rows.clone();
    simulated[0].truth = Some([("r2_all".to_owned(), Some(0.9))].into());
    assert!(table(&simulated, json!({})).published.is_empty());
    assert!(table(&blood(&["Neurons", "Glia"]), json!({})).published.is_empty());
    // Two held-out types with strange names, of a data set that is known by its others.
    let mut names = vec!["CD4 T cells", "CD8 T cells", "Dendritic cells", "Mk"];
    names.extend(types);
    let few = blood(&["NK cells", "Mk"]);
    let metric = [Metric::parse("r2_all")];
    let known = Selection {
        all_cell_types: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        ..Selection::default()
    };
    assert_eq!(
        published(&few, &metric, GroupBy::CellType, &known).iter().filter(|one| one.model == "scgen").count(),
        2
    );
}

#[test]
fn published_points_of_a_front_are_of_one_source() {
    let seven = ["B", "CD14+Mono", "CD4T", "CD8T", "Dendritic", "FCGR3A+Mono", "NK"];
    let mut rows = blood(&seven);
    for row in &mut rows {
        row.ratios.to_control.insert("euclidean".into(), 0.8);
    }
    let found = front(&rows, "r2_all", "to_control_euclidean", &Selection::default()).unwrap();
    assert_eq!(found.published.len(), 12, "the thesis' models");
    let scgen = found.published.iter().find(|(x, _)| x.model == "scgen").unwrap();
    assert_eq!((scgen.0.value, scgen.1.value, scgen.1.source.as_str()), (0.915, 0.760, "thesis"));
    assert_eq!(found.points.len(), 1, "and they are no points of ours");
}

#[test]
fn published_doses_of_liver_are_found_by_value() {
    let doses = [("30", 30.0), ("0.01", 0.01), ("1", 1.0)];
    let types = ["Hepatocytes - portal", "Cholangiocytes", "Stellate Cells"];
    let rows: Vec<ResultRow> = types
        .iter()
        .flat_map(|name| {
            doses.map(|(arm, dose)| at_dose("scgen", name, (arm, Some(dose)), Some(1), &json!({"r2_all": 0.5})))
        })
        .collect();
    let by_dose = table(&rows, json!({"group_by": "arm"}));
    let labels: Vec<&str> = by_dose.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(labels, ["0.01", "1", "30"], "by dose");
    let scgen: Vec<_> = by_dose
        .published
        .iter()
        .filter(|one| one.model == "scgen")
        .map(|one| (one.arm.as_deref().unwrap(), one.value))
        .collect();
    assert_eq!(scgen, [("0.01", 0.945), ("1", 0.927), ("30", 0.745)]);
    assert!(by_dose.published.iter().all(|one| one.over == "mean of 11 types"));
    let portal = table(&rows, json!({"group_by": "cell_type_and_arm"}));
    let found = portal
        .published
        .iter()
        .find(|one| one.source == "scVIDR paper" && one.model == "scvidr_multi" && one.arm.as_deref() == Some("30"))
        .unwrap();
    assert_eq!((found.value, found.cell_type.as_deref()), (0.931, Some("Hepatocytes - portal")));
}

#[test]
fn the_csv_has_a_line_per_model_and_group() {
    let rows = [r2("scgen", "B", Some(1), 0.9), r2("scgen", "B", Some(2), 0.8), r2("mean_shift", "B", None, 0.7)];
    let csv = table(&rows, json!({"metrics": ["r2_all"], "group_by": "cell_type"})).csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "model,name,baseline,cell_type,arm,dose,n_results,n_expected,n_failed,r2_all,r2_all_sd,r2_all_seeds,r2_all_mark"
    );
    assert!(lines[1].starts_with("scgen,scGen,no,B,,,2,2,0,0.85") && lines[1].ends_with(",2,best"), "{}", lines[1]);
    assert_eq!(lines[2], "mean_shift,Mean shift,yes,B,,,1,1,0,0.7,,1,second");
}

#[test]
fn a_row_of_a_report_stays_what_it_was() {
    let text = r#"{"index":3,"model":"scgen","cell_type":"B","arm":"10","condition":null,"dose":10.0,"seed":19193,"n_control":5,"n_observed":6,"n_predicted":5,"metrics":{"edistance":null,"r2_all":0.5},"ratios":{"to_control":{"edistance":null},"to_no_change":{"edistance":0.25}},"truth":null}"#;
    let row: ResultRow = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&row).unwrap(), text);
    let table = table(&[row], json!({}));
    let again: ScoreTable = serde_json::from_value(serde_json::to_value(&table).unwrap()).unwrap();
    assert_eq!(again, table);
}

fn drawn(rows: &[ResultRow], query: Value) -> Figure {
    figure(rows, &serde_json::from_value::<ScoreFigure>(query).unwrap()).unwrap()
}

#[test]
fn no_change_is_the_line_where_it_is_defined_and_a_bar_where_not() {
    let rows = [
        row("scgen", "B", Some(1), &json!({"r2_all": 0.9, "control": 0.5})),
        row("no_change", "B", None, &json!({"r2_all": 0.7, "control": null})),
    ];
    let Figure::ScoreBars(bars) = drawn(&rows, json!({"show": "bars", "metric": "r2_all", "group_by": "cell_type"}))
    else {
        panic!()
    };
    assert_eq!(
        (bars.models.len(), bars.groups[0].reference, bars.reference_label.as_str()),
        (1, Some(0.7), "No change")
    );
    let Figure::ScoreBars(bars) = drawn(&rows, json!({"show": "bars", "metric": "to_control_edistance"})) else {
        panic!()
    };
    assert_eq!((bars.models.len(), bars.groups[0].reference, bars.groups[0].values[1].value), (2, None, None));
    let query = serde_json::from_value(json!({"show": "along_doses", "metric": "r2_all"})).unwrap();
    assert_eq!(figure(&rows, &query).unwrap_err().code(), "results_without_doses");
    assert!(serde_json::from_value::<ScoreFigure>(json!({"show": "bars", "metric": "r2_all", "colour": 1})).is_err());
}

#[test]
fn the_atlas_has_a_file_name_for_every_figure() {
    let doses = [("1", 1.0), ("10", 10.0)];
    let all: Vec<ResultRow> = ["scgen", "no_change"]
        .iter()
        .flat_map(|model| {
            doses.map(|(arm, dose)| {
                at_dose(model, "B", (arm, Some(dose)), None, &json!({"r2_all": 0.5, "no_change": 0.5}))
            })
        })
        .collect();
    let figures = atlas(&all, &[]);
    let mut names: Vec<&str> = figures.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        names.contains(&"scores-r2-all-along-doses") && names.contains(&"front-r2-all-to-no-change-edistance"),
        "{names:?}"
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), figures.len());
    assert!(atlas(&all[..1], &[]).is_empty(), "nothing to compare");
    assert!(atlas(&[], &[]).is_empty());
}
