use dosefront::data::{Dataset, ObsColumn, ObsValues, ValueKind};
use dosefront::run::{Event, RunFile};
use serde_json::{Value, json};

use super::{done, finish, marrow, of, run_file, start};

fn task() -> Value {
    json!({"methods": ["pareto_mtl"], "measures": ["mmd"]})
}

fn code(run: &Value, dataset: Dataset) -> (&'static str, String) {
    let error = start(run, dataset).err().unwrap_or_else(|| panic!("this run must be refused: {run}"));
    assert!(!error.hint().is_empty());
    (error.code(), error.to_string())
}

/// Some of the marrow cells, with batches by their number among them.
fn with_batches(cells: usize, batch: impl Fn(usize) -> &'static str) -> Dataset {
    let whole = marrow();
    let every = whole.n_cells() / cells;
    let mut dataset = whole.select_cells(&(0..cells).map(|i| i * every).collect::<Vec<_>>());
    let levels = ["first", "second", "third"];
    let codes =
        (0..cells).map(|i| levels.iter().position(|level| *level == batch(i)).map(|code| code as u32)).collect();
    let column = ObsColumn {
        name: "batch".to_owned(),
        values: ObsValues::Labels { levels: levels.map(str::to_owned).to_vec(), codes },
    };
    dataset.obs.retain(|column| column.name != "batch");
    dataset.obs.push(column);
    dataset
}

fn either(i: usize) -> &'static str {
    if i.is_multiple_of(2) { "first" } else { "second" }
}

#[test]
fn what_a_run_file_cannot_ask_is_named() {
    let set = |name: &str, value: Value| {
        let mut task = task();
        task[name] = value;
        run_file(&task)
    };
    for (run, expected, word) in [
        (set("train_fraction", json!(0.05)), "setting_out_of_range", "train_fraction"),
        (set("train_fraction", json!(1.0)), "setting_out_of_range", "train_fraction"),
        (set("places", json!([1, 4])), "setting_too_large", "places is 4"),
        (set("places", json!([])), "empty_list", "places"),
        (set("places", json!([1, 1])), "repeated_entry", "places"),
        (set("candidates", json!(1)), "setting_too_small", "candidates"),
        (set("candidates", json!(101)), "setting_too_large", "candidates"),
        (set("methods", json!(["desc", "desc"])), "repeated_entry", "desc"),
        (set("methods", json!([])), "empty_list", "methods"),
        (set("methods", json!(["pareto"])), "run_file_syntax", "pareto"),
        (set("measures", json!(["mmd", "mine", "mmd"])), "repeated_entry", "mmd"),
        (set("measures", json!([{"measure": "mine", "widht": 3}])), "run_file_syntax", "widht"),
        (set("splits", json!([3, 3])), "repeated_entry", "splits"),
        (set("splits", json!([])), "empty_list", "splits"),
        (set("method", json!("desc")), "run_file_syntax", "method"),
        (set("scvi", json!({"n_latent": 0})), "model_parameter", "n_latent"),
        (set("schedule", json!({"epochs": 0})), "model_parameter", "epochs"),
        (set("schedule", json!({"epoch": 3})), "run_file_syntax", "epoch"),
        (set("evaluation", json!({"metric": {}})), "run_file_syntax", "metric"),
        (set("evaluation", json!({"metrics": {"be_neighbours": 0}})), "metric_setting", "be_neighbours"),
        (set("evaluation", json!({"metrics": {"kmeans": {"n_init": 0}}})), "metric_setting", "n_init"),
    ] {
        let (code, message) = code(&run, marrow());
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(word), "{message} should name {word}");
    }
    // scVI+HSIC has no end without the generative loss, so nothing is left to do.
    let nothing = run_file(&json!({"methods": ["scvi_hsic"], "places": [0]}));
    assert_eq!(code(&nothing, marrow()).0, "empty_list");
}

#[test]
fn data_without_two_batches_of_counts_are_refused() {
    let run = run_file(&task());
    let mut no_role = run.clone();
    no_role["roles"] = json!({"cell_type": "cell_type"});
    assert_eq!(code(&no_role, marrow()).0, "no_batch_role");
    let mut unknown = run.clone();
    unknown["roles"]["batch"] = json!("donor");
    assert_eq!(code(&unknown, marrow()).0, "column_not_found");
    let one = code(&run, with_batches(100, |_| "second"));
    assert!(one.0 == "one_batch" && one.1.contains("second"), "{one:?}");
    let five = with_batches(100, |i| if i < 5 { "second" } else { "first" });
    assert_eq!(code(&run, five).0, "batches_too_small");
    assert_eq!(code(&run, with_batches(100, |_| "none of them")).0, "batches_too_small");

    let mut dataset = marrow();
    dataset.kind = ValueKind::LogNormalised;
    for value in dataset.matrix.values_mut() {
        *value = value.ln_1p();
    }
    let (code, message) = code(&run, dataset);
    assert_eq!(code, "needs_counts");
    assert!(message.contains("log-normalised"), "{message}");
}

/// A run of every kind of method on such data: all candidates come, with both losses.
fn check_runs(dataset: Dataset, batches: usize) -> Vec<String> {
    let methods = ["pareto_mtl", "one_run", "saucie_mmd", "desc"];
    let mut runner = start(&run_file(&json!({"methods": methods, "measures": ["mine", "mmd"]})), dataset).unwrap();
    let (report, events) = finish(&mut runner, 0.0);
    let failures = &done(&report).front_failures;
    assert!(failures.is_empty(), "{failures:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::FrontLeftOut { .. })));
    assert_eq!(runner.latent(0).unwrap().batches.len(), batches);
    let rows = &done(&report).candidates;
    assert_eq!(rows.len(), 18);
    for row in &rows[..16] {
        assert!(row.u.is_some() && row.v.is_some() && row.test["nn_mi"].is_some(), "{} {}", row.method, row.place);
    }
    assert_eq!(of(rows, "one_run", Some("mine")).len(), 4);
    report.notes
}

#[test]
fn three_batches_make_fronts() {
    let three = with_batches(240, |i| ["first", "second", "third"][i % 3]);
    assert!(check_runs(three, 3).iter().all(|note| !note.contains("is not used")));
}

#[test]
fn a_small_batch_is_in_every_minibatch_and_a_tiny_one_is_left_out() {
    let twelve = with_batches(500, |i| if i % 40 == 0 && i < 480 { "third" } else { either(i) });
    let mut run = run_file(&task());
    run["preprocess"]["max_cells"] = json!(0);
    let mut runner = start(&run, twelve).unwrap();
    let report = finish(&mut runner, 0.0).0;
    assert!(done(&report).front_failures.is_empty());
    let latent = runner.latent(0).unwrap();
    let in_train = |code| (0..500).filter(|&i| latent.batch[i] == code && latent.train[i]).count();
    assert_eq!(latent.batches, ["first", "second", "third"]);
    assert_eq!((in_train(2), latent.batch.iter().filter(|&&code| code == 2).count()), (10, 12));
    assert!(done(&report).candidates.iter().all(|row| row.v.is_some_and(f64::is_finite)));

    let five = with_batches(240, |i| if i < 5 { "third" } else { either(i) });
    let notes = check_runs(five, 2);
    assert!(notes.iter().any(|note| note.contains("third") && note.contains("only 5 cells")), "{notes:?}");
}

#[test]
fn what_cannot_be_trained_is_left_out_with_the_reason_and_the_rest_goes_on() {
    let mut run = run_file(&json!({"methods": ["desc", "saucie_mmd"], "splits": [5]}));
    run["task"]["trade_off"]["desc"]["n_clusters"] = json!(256);
    run["preprocess"]["max_cells"] = json!(0);
    // Fewer cells than clusters.
    let (report, events) = finish(&mut start(&run, with_batches(240, either)).unwrap(), 0.0);
    let failures = &done(&report).front_failures;
    let told: Vec<_> = failures.iter().map(|f| (f.method.as_str(), f.measure.as_deref(), f.split)).collect();
    assert_eq!(told, [("desc", None, 5)]);
    assert!(failures.iter().all(|f| f.message.contains("n_clusters") && !f.code.is_empty() && !f.hint.is_empty()));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::FrontLeftOut { .. })).count(), 1);
    let others: Vec<_> = done(&report).candidates.iter().map(|row| row.method.as_str()).collect();
    assert_eq!((events.last(), others), (Some(&Event::Finished), vec!["saucie_mmd"]));
}

#[test]
fn without_cell_types_only_their_metrics_are_missing() {
    let mut run = run_file(&task());
    run["roles"] = json!({"batch": "batch"});
    let mut runner = start(&run, marrow()).unwrap();
    let report = finish(&mut runner, 0.0).0;
    let latent = runner.latent(0).unwrap();
    assert!(latent.cell_types.is_empty() && latent.cell_type.is_empty());
    assert_eq!(done(&report).candidates.len(), 4);
    for row in &done(&report).candidates {
        for name in ["asw", "asw_rescaled", "ari", "nmi", "uca", "bio"] {
            assert_eq!(row.test[name], None, "{name}");
        }
        for name in ["u", "v", "nn_mi", "be_pooled", "be_exact", "be_relative"] {
            assert!(
                row.test[name].is_some_and(f64::is_finite) && row.train[name].is_some_and(f64::is_finite),
                "{name}"
            );
        }
    }
    assert!(done(&report).fronts.iter().any(|front| front.x == "u" && front.n == 4));
}

#[test]
fn defaults_are_filled_in_and_stay() {
    let mut run = run_file(&json!({}));
    run["task"] = json!({"trade_off": {}});
    let run = RunFile::parse(&run.to_string()).unwrap();
    assert_eq!(RunFile::parse(&run.to_json()).unwrap(), run);
    let task = serde_json::to_value(&run).unwrap()["task"]["trade_off"].clone();
    assert_eq!((&task["methods"], &task["candidates"]), (&json!(["pareto_mtl"]), &json!(10)));
    assert_eq!((&task["splits"], &task["train_fraction"]), (&json!([1]), &json!(0.8)));
    for (group, names) in [
        ("scvi", &["n_hidden", "norm", "library", "learning_rate"][..]),
        ("schedule", &["epochs", "shared", "fixed_ranges", "hold_cones", "one_run_epochs"][..]),
        ("saucie", &["layers", "steps"][..]),
        ("desc", &["layers", "tolerance"][..]),
    ] {
        for name in names {
            assert!(!task[group][*name].is_null(), "{group} {name}");
        }
    }
    assert!(!task["measures"][0]["critic_steps"].is_null() && !task["evaluation"]["de_novo"]["epochs"].is_null());
}
