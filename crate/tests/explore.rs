//! Explorations from run file to report and figures: what the simulator knows must be found, and odd data must not break it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::expect_used, clippy::float_cmp, reason = "the same run must give the same numbers")]

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::chart::{self, Figure, Theme};
use dosefront::data::{Dataset, ObsColumn, ObsValues, Source, simulate};
use dosefront::run::explore::{DistanceRow, FigureQuery, FitOf, atlas};
use dosefront::run::{Clock, EngineInfo, Event, Explored, RunError, RunFile, Runner};
use futures_lite::future::block_on;
use serde_json::{Value, json};

fn liver(task: &Value) -> Value {
    json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "liver-dose-response", "seed": 1}},
        "roles": {"cell_type": "cell_type", "dose": "dose"},
        "task": {"explore": task},
    })
}

fn liver_data() -> Dataset {
    simulate("liver-dose-response", 1).unwrap()
}

fn start(run: &Value, dataset: Dataset) -> Result<Runner, RunError> {
    // A clock that moves by a second whenever it is looked at: every step does one piece of work.
    let now = Cell::new(0.0);
    let clock: Clock = Rc::new(move || now.replace(now.get() + 1000.0));
    Runner::new(RunFile::parse(&run.to_string())?, Rc::new(dataset), Device::flex(), EngineInfo::default(), clock)
}

fn finish(mut runner: Runner, budget_ms: f64) -> (Runner, Vec<Event>) {
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(budget_ms)).unwrap());
    }
    (runner, events)
}

fn explored(run: &Value, dataset: Dataset) -> (Explored, Vec<String>) {
    let report = finish(start(run, dataset).unwrap(), 0.0).0.report();
    (report.explored.unwrap(), report.notes)
}

/// Distances alone, of few metrics and with few resamples.
fn distances_only(metrics: &Value) -> Value {
    json!({"distances": {"metrics": metrics, "permutations": 40, "bootstraps": 20, "transport_resamples": 5},
           "deg": null, "doses": null, "embedding": null})
}

fn value<'a>(rows: &'a [DistanceRow], cell_type: Option<&str>, arm: &str) -> &'a DistanceRow {
    rows.iter()
        .find(|row| row.compared.cell_type.as_deref() == cell_type && row.compared.arm == arm)
        .unwrap_or_else(|| panic!("no row of {cell_type:?} at {arm}"))
}

/// Euclidean distance between the true mean log expressions of a type at an arm and at the control.
fn true_distance(dataset: &Dataset, cell_type: &str, arm: usize) -> f64 {
    let truth = dataset.truth.as_ref().unwrap();
    let means = &truth.means[truth.cell_types.iter().position(|name| name == cell_type).unwrap()];
    let log = |share: f64| (1e4 * share).ln_1p();
    means.row(arm).iter().zip(means.row(0)).map(|(&a, &b)| (log(a) - log(b)).powi(2)).sum::<f64>().sqrt()
}

/// True distances (of mean log expression over all genes) that 40 cells against 40 must show, and must not.
const CLEAR: f64 = 2.2;
const NONE: f64 = 0.3;

#[test]
fn distances_rise_with_dose_where_the_truth_says_so() {
    let dataset = liver_data();
    let (found, _) = explored(&liver(&distances_only(&json!(["edistance"]))), liver_data());
    let truth = dataset.truth.as_ref().unwrap();
    assert_eq!(found.distances.len(), (truth.cell_types.len() + 1) * (truth.arms.len() - 1));
    for cell_type in &truth.cell_types {
        let rows: Vec<&DistanceRow> =
            truth.arms[1..].iter().map(|arm| value(&found.distances, Some(cell_type), arm)).collect();
        let measured: Vec<f64> = rows.iter().map(|row| row.value.unwrap()).collect();
        let expected: Vec<f64> = (1..truth.arms.len()).map(|arm| true_distance(&dataset, cell_type, arm)).collect();
        for (i, row) in rows.iter().enumerate() {
            let far = expected[i] > CLEAR;
            let seen = row.p_value.unwrap() < 0.05 && row.value.unwrap() > row.floor_high.unwrap();
            // Between a clear effect and none 42 cells may say either.
            if far || expected[i] < NONE {
                assert_eq!(seen, far, "{cell_type} at {}: {row:?}, truth {}", row.compared.arm, expected[i]);
            }
            assert!(row.low.unwrap() <= row.value.unwrap() && row.value.unwrap() <= row.high.unwrap());
        }
        // Doses whose true distances differ by a third and are not lost in noise come in the true order.
        for (a, b) in (0..rows.len()).flat_map(|b| (0..b).map(move |a| (a, b))) {
            if expected[b] > CLEAR && expected[b] > 1.33 * expected[a] {
                assert!(measured[b] > measured[a], "{cell_type}: {measured:?}, truth {expected:?}");
            }
        }
    }
}

#[test]
fn ec50_of_the_top_response_genes_is_that_of_the_simulator() {
    let dataset = liver_data();
    let run = liver(&json!({"distances": null, "embedding": null, "deg": {}, "doses": {"n_genes": 200}}));
    let (found, _) = explored(&run, liver_data());
    let truth = dataset.truth.as_ref().unwrap();
    // The most certain curve of each gene, over all types.
    let mut seen: Vec<&str> = Vec::new();
    let mut ratios = Vec::new();
    for fit in found.dose_fits.iter().filter(|fit| fit.of == FitOf::Gene && fit.cell_type.is_some()) {
        if seen.contains(&fit.name.as_str()) || seen.len() == 20 {
            continue;
        }
        seen.push(&fit.name);
        let gene = dataset.genes.iter().position(|gene| *gene == fit.name).unwrap();
        assert!(truth.responding_genes.contains(&gene), "{} does not respond", fit.name);
        ratios.push(fit.ec50 / truth.ec50[gene]);
    }
    let within = ratios.iter().filter(|ratio| (0.5..=2.0).contains(*ratio)).count();
    println!("{within} of {} within a factor of 2 of the truth", ratios.len());
    assert!(ratios.len() == 20 && within >= 15, "{within} of 20 within a factor of 2: {ratios:.2?}");
}

#[test]
fn the_same_run_gives_the_same_report_however_it_is_cut() {
    let mut run =
        liver(&json!({"distances": {"permutations": 5, "bootstraps": 5, "transport_resamples": 2, "floor_splits": 3},
                                "doses": {"n_genes": 5}, "embedding": {"methods": ["umap", "tsne"],
                                "umap": {"epochs": 20}, "tsne": {"iterations": 20, "exaggeration_iterations": 10}}}));
    run["preprocess"] = json!({"max_cells": 400, "genes": {"hvg_seurat": 60}});
    let (fine, events) = finish(start(&run, liver_data()).unwrap(), 0.0);
    let (coarse, _) = finish(start(&run, liver_data()).unwrap(), 1e12);
    let text = |runner: &Runner| serde_json::to_string(&runner.report().explored).unwrap();
    assert_eq!(text(&fine), text(&coarse));
    assert!(!text(&fine).contains("null,\"value\":null"));
    let progress: Vec<f64> =
        events.iter().filter_map(|e| if let Event::Progress { done, .. } = e { Some(*done) } else { None }).collect();
    assert!(progress.windows(2).all(|pair| pair[1] > pair[0] - 1e-9), "{progress:?}");
    assert!((progress.last().unwrap() - 1.0).abs() < 1e-9, "{progress:?}");
    assert_eq!(events.last(), Some(&Event::Finished));
    let again = RunFile::parse(&serde_json::to_string(fine.run()).unwrap()).unwrap();
    assert_eq!(&again, fine.run());
}

#[test]
fn every_figure_of_the_atlas_can_be_drawn() {
    let mut run = liver(
        &json!({"distances": {"permutations": 5, "bootstraps": 5, "transport_resamples": 2}, "embedding": {"umap": {"epochs": 20}}}),
    );
    run["preprocess"] = json!({"max_cells": 900, "genes": {"hvg_seurat": 200}});
    let (runner, _) = finish(start(&run, liver_data()).unwrap(), 1e12);
    let figures = atlas(runner.exploration().unwrap()).unwrap();
    let names: Vec<&str> = figures.iter().map(|(name, _)| name.as_str()).collect();
    for metric in ["edistance", "euclidean", "mean-pairwise", "mmd-linear", "wasserstein"] {
        for kind in ["all-cells", "Hepatocytes---portal", "highest-dose", "lowest-dose", "by-type"] {
            let name = format!("distance-{metric}-{kind}");
            assert!(names.contains(&name.as_str()), "{name} is not among {names:?}");
        }
    }
    for (name, figure) in &figures {
        for width in [390.0, 900.0] {
            let height = chart::height(figure, width, &Theme::light(), &chart::estimate_width);
            let svg = chart::svg(figure, width, height, &Theme::light()).unwrap();
            assert!(
                svg.contains("<line") || svg.contains("<poly") || svg.contains("<circle") || svg.contains("<rect"),
                "{name}"
            );
        }
        let table = chart::table(figure).unwrap();
        assert!(!table.rows.is_empty(), "{name} has an empty table");
        assert!(chart::summary(figure).unwrap().len() > 20, "{name}");
    }
}

/// Keeps some cells and gives the types names.
fn with_types(dataset: &Dataset, cells: &[usize], names: impl Fn(usize) -> String) -> Dataset {
    let mut dataset = dataset.select_cells(cells);
    let texts = (0..dataset.n_cells()).map(|i| Some(names(i)));
    let at = dataset.obs.iter().position(|column| column.name == "cell_type").unwrap();
    dataset.obs[at] = ObsColumn { name: "cell_type".into(), values: ObsValues::from_texts(texts) };
    dataset.source = Source::File { name: "odd.h5ad".into(), sha256: "abc".into() };
    dataset.truth = None;
    dataset
}

fn odd_run(task: &Value) -> Value {
    let mut run = liver(task);
    run["dataset"] = json!({"file": {"name": "odd.h5ad", "sha256": ""}});
    run["preprocess"] = json!({"genes": {"hvg_seurat": 100}});
    run
}

fn few_resamples() -> Value {
    json!({"distances": {"permutations": 9, "bootstraps": 9, "transport_resamples": 3}, "embedding": null})
}

/// Nothing that a report holds may be undefined without being null, and every figure is drawn.
fn assert_sound(runner: &Runner) {
    for row in runner.exploration().unwrap().distance_rows() {
        assert!(row.value.is_some_and(f64::is_finite), "{row:?}");
    }
    for (name, figure) in atlas(runner.exploration().unwrap()).unwrap() {
        chart::svg(&figure, 700.0, 500.0, &Theme::dark()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn odd_data_are_explored_without_a_fall() {
    let dataset = liver_data();
    let all: Vec<usize> = (0..dataset.n_cells()).collect();
    // One type only; 40 types; a type with 3 cells.
    let one = with_types(&dataset, &all[..600], |_| "only".into());
    let (runner, _) = finish(start(&odd_run(&few_resamples()), one).unwrap(), 1e12);
    assert!(runner.exploration().unwrap().distance_rows().iter().all(|row| row.compared.cell_type.is_some()));
    assert_sound(&runner);
    let forty = with_types(&dataset, &all, |i| format!("type {:02}", i % 40));
    let (runner, _) = finish(start(&odd_run(&few_resamples()), forty).unwrap(), 1e12);
    assert_eq!(runner.exploration().unwrap().overview().cell_types.len(), 41);
    assert_sound(&runner);
    let small = with_types(&dataset, &all, |i| if i % 900 == 0 { "rare".into() } else { "common".into() });
    let (runner, _) = finish(start(&odd_run(&few_resamples()), small).unwrap(), 1e12);
    assert_sound(&runner);
    assert!(runner.report().notes.iter().any(|note| note.contains("rare")), "{:?}", runner.report().notes);
}

#[test]
fn identical_groups_are_at_no_distance_and_constant_genes_do_not_respond() {
    // Every dose has the same cells as the control.
    let dataset = liver_data();
    let ObsValues::Numbers(doses) = &dataset.column("dose").unwrap().values else { panic!("doses are numbers") };
    let control: Vec<usize> = (0..dataset.n_cells()).filter(|&i| doses[i] == 0.0).collect();
    let levels = [0.0, 0.1, 1.0, 10.0, 30.0];
    let cells: Vec<usize> = levels.iter().flat_map(|_| control.iter().copied()).collect();
    let mut same = with_types(&dataset, &cells, |i| format!("type {}", (i % control.len()) % 2));
    let at = same.obs.iter().position(|column| column.name == "dose").unwrap();
    same.obs[at].values = ObsValues::Numbers((0..cells.len()).map(|i| levels[i / control.len()]).collect());
    let mut run = odd_run(
        &json!({"distances": {"metrics": ["edistance", "euclidean", "mmd_linear", "mmd_rbf_median", "mean_pairwise", "wasserstein"],
                              "permutations": 19, "bootstraps": 9, "transport_resamples": 3, "max_cells": 0}, "embedding": null}),
    );
    run["preprocess"]["max_cells"] = json!(0);
    let (found, _) = explored(&run, same);
    for row in &found.distances {
        match row.metric.name() {
            "euclidean" | "mmd_linear" | "mmd_rbf_median" => assert!(row.value.unwrap().abs() < 1e-9, "{row:?}"),
            // The unbiased estimate counts the pairs of a cell with itself between, but not within the groups.
            "edistance" => assert!(row.value.unwrap() <= 0.0 && row.value.unwrap() > -1.0, "{row:?}"),
            _ => assert!(row.value.unwrap().is_finite()),
        }
        assert!(row.p_value.unwrap() > 0.5, "{row:?}");
    }
    assert!(found.responses.iter().all(|row| row.up + row.down == 0));
    assert!(found.dose_fits.iter().all(|fit| fit.p_value > 0.05), "{:?}", found.dose_fits);
}

#[test]
fn what_an_exploration_cannot_be_asked_is_named() {
    let cases = [
        (json!({"cell_types": ["Neurons"]}), "unknown_cell_type", "Neurons"),
        (json!({"arms": ["7"]}), "unknown_arm", "7"),
        (json!({"arms": []}), "empty_list", "arms"),
        (json!({"distances": {"metrics": []}}), "empty_list", "metrics"),
        (json!({"distances": {"metrics": ["cosine"]}}), "run_file_syntax", "cosine"),
        (json!({"distances": {"metrics": ["edistance", "edistance"]}}), "repeated_entry", "edistance"),
        (json!({"n_pcs": 0}), "setting_too_small", "n_pcs"),
        (json!({"distance": {}}), "run_file_syntax", "distance"),
    ];
    for (task, code, word) in cases {
        let error = start(&liver(&task), liver_data()).err().expect("this run must be refused");
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(word) && !error.hint().is_empty(), "{error}");
    }
    let run = liver(&json!({"distances": null, "deg": null, "doses": null, "embedding": null}));
    let (runner, _) = finish(start(&run, liver_data()).unwrap(), 1e12);
    let ask = |query: Value| {
        let query: FigureQuery = serde_json::from_value(query).unwrap();
        runner.exploration().unwrap().figure(&query)
    };
    assert_eq!(ask(json!({"show": "gene_expression", "gene": "NOPE"})).unwrap_err().code(), "unknown_gene");
    let volcano = ask(json!({"show": "volcano", "cell_type": "All cells", "arm": "30"})).unwrap();
    assert!(matches!(&volcano, Figure::Volcano(figure) if figure.genes.is_empty()));
    let obs = json!({"show": "embedding", "method": "pca", "colour": {"obs": "donor"}});
    assert_eq!(ask(obs).unwrap_err().code(), "unknown_column");
}
