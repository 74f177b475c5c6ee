//! Trained models that are kept, exported and asked again.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "what is restored must give the same numbers")]

use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{Dataset, InputFile, ObsValues, Preprocess, guess_roles, prepare, read, simulate};
use dosefront::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use dosefront::run::{
    EngineInfo, Event, Predicted, Replay, RunError, RunFile, Runner, SliderView, Task, WeightsOrigin,
};
use futures_lite::future::block_on;
use ndarray::Array2;
use serde_json::{Value, json};

const PORTAL: &str = "Hepatocytes - portal";

fn pbmc() -> Rc<Dataset> {
    Rc::new(simulate("pbmc-two-condition", 1).unwrap())
}

fn liver() -> Rc<Dataset> {
    Rc::new(simulate("liver-dose-response", 1).unwrap())
}

fn pbmc_run(models: &Value) -> Value {
    json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 60}},
        "task": {"predict": {"models": models, "held_out": ["B"], "seeds": [1, 7]}},
    })
}

fn liver_run(models: &Value) -> Value {
    json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "liver-dose-response", "seed": 1}},
        "roles": {"cell_type": "cell_type", "dose": "dose"},
        "preprocess": {"max_cells": 900, "genes": {"hvg_seurat": 80}},
        "task": {"predict": {"models": models, "held_out": [PORTAL], "seeds": [3, 4]}},
    })
}

fn scgen() -> Value {
    json!({"n_hidden": 12, "n_latent": 4, "batch_size": 32, "epochs": 2})
}

fn scgen_with(name: &str, value: Value) -> Value {
    let mut settings = scgen();
    settings[name] = value;
    settings
}

fn finished(run: &Value, dataset: &Rc<Dataset>) -> (Runner, Vec<Event>) {
    let run = RunFile::parse(&run.to_string()).unwrap();
    let engine = EngineInfo::default();
    let mut runner = Runner::new(run, dataset.clone(), Device::flex(), engine, Rc::new(|| 0.0)).unwrap();
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(1e12)).unwrap());
    }
    (runner, events)
}

fn replay(
    run: &Value,
    dataset: &Rc<Dataset>,
    cell_type: &str,
    model: usize,
    weights: Option<&[u8]>,
) -> Result<Replay, RunError> {
    let run = RunFile::parse(&run.to_string()).unwrap();
    Replay::new(run, dataset.clone(), cell_type, model, weights, &Device::flex())
}

fn refused(result: Result<Replay, RunError>) -> (String, String) {
    let error = result.err().unwrap();
    assert!(!error.hint().is_empty());
    (error.code().to_owned(), error.to_string())
}

fn predicted(runner: &Runner) -> Predicted {
    runner.report().predicted.unwrap()
}

/// Means of the columns, as the report has them.
fn means(cells: &Array2<f32>) -> Vec<f64> {
    dosefront::metrics::r2::gene_means(cells.view())
}

/// Every restored model must give the means of the report for every arm and seed, and the very same cells when it is
/// restored once more.
fn comes_back(run: &Value, dataset: &Rc<Dataset>, cell_type: &str) {
    let (runner, events) = finished(run, dataset);
    let outcome = predicted(&runner);
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let Task::Predict(task) = &runner.run().task else { unreachable!("a prediction") };
    let mut fit = 0;
    for (number, spec) in task.models.iter().enumerate() {
        let weights = spec.is_trained().then(|| {
            fit += 1;
            runner.weights(fit - 1).unwrap()
        });
        let model = replay(run, dataset, cell_type, number, weights).unwrap();
        let rows = outcome.results.iter().filter(|row| row.model == spec.name());
        let mut rows = rows.peekable();
        assert!(rows.peek().is_some());
        for row in rows {
            let cells = block_on(model.predict(&row.arm)).unwrap();
            let replica = model.scene().seeds.iter().position(|&seed| Some(seed) == row.seed).unwrap_or(0);
            let detail = runner.detail(row.index).unwrap();
            assert_eq!(means(&cells[replica]), detail.mean_predicted, "{} {}", row.model, row.arm);
        }
    }
    let fitted = events.iter().filter(|event| matches!(event, Event::Fitted { bytes, .. } if *bytes > 0)).count();
    assert_eq!((fitted, outcome.fits.len()), (fit, fit));
}

#[test]
fn every_variational_and_closed_form_model_comes_back() {
    let models = json!([
        "no_change", "pca_regressed_shift", "count_fold_change", {"scgen": scgen()},
        {"scgen": scgen_with("balance", json!("sampled"))}, {"scvidr_single": scgen()}
    ]);
    // Two models of one name would be compared with each other's rows.
    let mut one = pbmc_run(&models);
    for skip in [4, 3] {
        let mut list = models.clone();
        list.as_array_mut().unwrap().remove(skip);
        one["task"]["predict"]["models"] = list;
        comes_back(&one, &pbmc(), "B");
    }
}

#[test]
fn replicas_that_stopped_early_come_back_as_they_stopped() {
    let settings = json!({"n_hidden": 12, "n_latent": 4, "patience": 2, "epochs": 40});
    let run = pbmc_run(&json!([{"scgen": settings}]));
    let (runner, _) = finished(&run, &pbmc());
    let losses = predicted(&runner).fits[0].losses.clone();
    let epochs = |r: usize| losses.iter().filter(|loss| loss.validation[r].is_some()).count();
    assert_ne!(epochs(0), epochs(1), "both stopped together, which tests nothing");
    comes_back(&run, &pbmc(), "B");
}

#[test]
fn every_multi_task_autoencoder_comes_back() {
    for variant in dosefront::models::mtae::Variant::ALL {
        let settings = json!({
            "variant": variant, "layers": [10, 4], "epochs": 1, "discriminator_epochs": 1, "joint_epochs": 1, "ot_epochs": 1,
            "batch_size": 64, "ot_cells": 15
        });
        comes_back(&pbmc_run(&json!([{"mtae": settings}])), &pbmc(), "B");
    }
}

#[test]
fn models_with_networks_of_their_own_for_a_treatment_come_back() {
    let butterfly = json!({
        "n_embedding": 8, "n_latent": 6, "control_layers": [10], "treated_layers": [10], "control_epochs": 1,
        "treated_epochs": 1, "joint_epochs": 2, "batch_size": 32, "ot_cells": 15
    });
    let models = json!([
        {"scpregan": {"layers": [12, 6], "batch_size": 8, "iterations": 20}},
        {"scbutterfly": butterfly},
        {"multi_head": {"layers": [10, 4], "epochs": 1}},
        {"unitednet": {"epochs": 1, "ot_cells": 15}},
        {"as_counts": {"scgen": scgen()}},
    ]);
    comes_back(&pbmc_run(&models), &pbmc(), "B");
}

#[test]
fn models_of_the_dose_come_back_and_answer_at_measured_doses_as_they_did() {
    let models = json!([{"scvidr_multi": scgen()}, {"film_nb": {"epochs": 1}}]);
    let run = liver_run(&models);
    let dataset = liver();
    comes_back(&run, &dataset, PORTAL);
    let (runner, _) = finished(&run, &dataset);
    for model in 0..2 {
        let replay = replay(&run, &dataset, PORTAL, model, runner.weights(model)).unwrap();
        assert!(replay.scene().continuous);
        for arm in replay.scene().arms.iter().skip(1).step_by(3) {
            let named = block_on(replay.predict(&arm.label)).unwrap();
            for (r, &seed) in replay.scene().seeds.iter().enumerate() {
                let asked = block_on(replay.predict_dose(None, arm.dose.unwrap(), Some(seed))).unwrap();
                assert_eq!(asked, named[r], "{} at {}", replay.scene().model, arm.label);
            }
        }
    }
}

/// Mean absolute difference.
fn apart(a: &Array2<f32>, b: &Array2<f32>) -> f64 {
    f64::from((a - b).mapv(f32::abs).mean().unwrap())
}

#[test]
fn doses_between_and_beyond_the_measured_ones() {
    let run = liver_run(&json!([{"scvidr_multi": scgen()}, {"film_nb": {"epochs": 1}}]));
    let dataset = liver();
    let (runner, _) = finished(&run, &dataset);
    for model in 0..2 {
        let replay = replay(&run, &dataset, PORTAL, model, runner.weights(model)).unwrap();
        let at = |dose: f64| block_on(replay.predict_dose(None, dose, None)).unwrap();
        let (low, middle, high) = (at(3.0), at(5.0), at(10.0));
        assert!(middle != low && middle != high);
        // A small step moves the cells little, and no dose to a tiny one hardly at all.
        let (step, whole) = (apart(&middle, &at(5.05)), apart(&low, &high));
        assert!(step > 0.0 && step < 0.15 * whole, "model {model}: {step} of {whole}");
        let start = apart(&at(0.0), &at(1e-6));
        assert!(start < 0.05 * whole, "model {model}: {start} of {whole}");
        let view = |dose: f64| -> SliderView { block_on(replay.view(None, dose, Some(4))).unwrap() };
        assert!(view(30.0).notes.is_empty());
        assert!(view(50.0).notes[0].contains("30"), "{:?}", view(50.0).notes);
        assert!(view(50.0).above.is_none() && view(50.0).below.unwrap().dose == 30.0);
        assert!(view(0.0).below.is_none());
    }
    let film = replay(&run, &dataset, PORTAL, 1, runner.weights(1)).unwrap();
    let none = block_on(film.view(None, 0.0, None)).unwrap().nearest.unwrap();
    assert_eq!((none.dose, none.r2_top100), (0.0, None));
    assert!((none.r2_all.unwrap() - 1.0).abs() < 1e-12, "no dose is the control itself");
}

#[test]
fn a_view_at_a_measured_dose_is_the_reports() {
    let run = liver_run(&json!([{"film_nb": {"epochs": 1}}, "mean_shift"]));
    let dataset = liver();
    let (runner, _) = finished(&run, &dataset);
    let outcome = predicted(&runner);
    for (model, weights) in [(0, runner.weights(0)), (1, None)] {
        let replay = replay(&run, &dataset, PORTAL, model, weights).unwrap();
        let scene = replay.scene();
        assert!(scene.x.len() <= 600 && scene.x.len() == scene.y.len() && scene.x.len() == scene.arm.len());
        assert!(scene.explained[0] >= scene.explained[1] && scene.explained[1] > 0.0);
        let present = |arm: usize| scene.arm.contains(&arm);
        assert!((0..scene.arms.len()).all(|arm| present(arm) == (scene.arms[arm].n_observed > 0)));
        for row in outcome.results.iter().filter(|row| row.model == scene.model) {
            let view = block_on(replay.view(None, row.dose.unwrap(), row.seed)).unwrap();
            let nearest = view.nearest.unwrap();
            assert_eq!((&nearest.arm, nearest.dose, view.seed), (&row.arm, row.dose.unwrap(), row.seed));
            assert_eq!((nearest.r2_all, nearest.r2_top100), (row.metrics["r2_all"], row.metrics["r2_top100"]));
            assert_eq!(view.x.len(), row.n_predicted);
            assert!(view.below.unwrap().dose < nearest.dose);
        }
    }
    // A model that knows treatments by name has nothing to say between them.
    let shift = replay(&run, &dataset, PORTAL, 1, None).unwrap();
    assert!(!shift.scene().continuous);
    assert_eq!(block_on(shift.view(None, 2.0, None)).unwrap_err().code(), "not_continuous");
}

#[test]
fn what_cannot_be_replayed_is_named() {
    let run = pbmc_run(&json!([{"scgen": scgen()}, "mean_shift"]));
    let dataset = pbmc();
    let (runner, _) = finished(&run, &dataset);
    let weights = runner.weights(0).unwrap();
    let again =
        |run: &Value, cell_type: &str, model, weights| refused(replay(run, &dataset, cell_type, model, weights));
    assert_eq!(again(&run, "B", 0, None).0, "weights_missing");
    assert_eq!(again(&run, "B", 0, Some(&weights[..weights.len() / 2])).0, "weights_unreadable");
    assert_eq!(again(&run, "B", 0, Some(&b"no weights at all"[..])).0, "weights_unreadable");
    assert_eq!(again(&run, "B", 1, Some(weights)).0, "other_weights");
    assert_eq!(again(&run, "B", 9, Some(weights)).0, "unknown_model");
    assert_eq!(again(&run, "Hepatocytes", 0, Some(weights)).0, "held_out_not_found");
    let with = |pointer: &str, value: Value| {
        let mut other = run.clone();
        *other.pointer_mut(pointer).unwrap() = value;
        other
    };
    let told = |(code, message): (String, String), word: &str| {
        assert!(code == "other_weights" && message.contains(word), "{code}: {message} should speak of {word}");
    };
    told(again(&run, "CD4T", 0, Some(weights)), "held-out cell type: B instead of CD4T");
    told(again(&with("/task/predict/models/0/scgen/n_latent", json!(5)), "B", 0, Some(weights)), "settings");
    told(again(&with("/task/predict/seeds", json!([1])), "B", 0, Some(weights)), "seeds");
    told(again(&with("/preprocess/genes", json!({"hvg_seurat": 61})), "B", 0, Some(weights)), "genes");
    let model = replay(&run, &dataset, "B", 0, Some(weights)).unwrap();
    let code = |error: RunError| error.code();
    assert_eq!(code(block_on(model.predict("control")).unwrap_err()), "unknown_arm");
    assert_eq!(code(block_on(model.predict_dose(None, 1.0, None)).unwrap_err()), "no_doses");
    let shift = replay(&liver_run(&json!(["mean_shift"])), &liver(), PORTAL, 0, None).unwrap();
    assert_eq!(code(block_on(shift.view(None, -1.0, None)).unwrap_err()), "bad_dose");
    assert_eq!(code(block_on(shift.view(Some("heat"), 1.0, None)).unwrap_err()), "no_doses");
}

#[test]
fn the_file_says_what_the_weights_are_of() {
    let run = pbmc_run(&json!([{"scgen": scgen()}]));
    let (runner, _) = finished(&run, &pbmc());
    let bytes = runner.weights(0).unwrap();
    let (origin, weights) = WeightsOrigin::read(bytes).unwrap();
    assert_eq!((origin.model.as_str(), origin.held_out.as_str(), &origin.seeds), ("scgen", "B", &vec![1, 7]));
    assert_eq!((origin.genes.len(), origin.settings["scgen"]["n_latent"].as_u64()), (60, Some(4)));
    let output = weights.iter().find(|(name, _)| *name == "output.weight").unwrap().1;
    assert_eq!(output.shape, [2, 12, 60]);
    // The same run gives the same bytes, and so does writing what was read.
    assert_eq!(finished(&run, &pbmc()).0.weights(0).unwrap(), bytes);
    assert_eq!(origin.write(&weights).unwrap(), bytes);
}

#[test]
fn predicted_cells_are_exported_beside_the_real_ones() {
    let run = liver_run(&json!([{"film_nb": {"epochs": 1}}, "no_change"]));
    let dataset = liver();
    let (runner, _) = finished(&run, &dataset);
    let outcome = predicted(&runner);
    let bytes = block_on(runner.predicted_h5ad(None, true)).unwrap();
    // For a look with Python: DOSEFRONT_WRITE=/tmp/x.h5ad cargo test predicted_cells
    if let Some(path) = std::env::var_os("DOSEFRONT_WRITE") {
        std::fs::write(path, &bytes).unwrap();
    }
    let back = read(vec![InputFile { name: "predictions.h5ad".into(), bytes }]).unwrap();
    let n_predicted: usize = outcome.results.iter().map(|row| row.n_predicted).sum();
    assert_eq!(back.genes, runner.detail(0).unwrap().genes);
    let labels = |name: &str| -> Vec<Option<String>> {
        let ObsValues::Labels { levels, codes } = &back.column(name).unwrap().values else { panic!("{name}") };
        codes.iter().map(|code| code.map(|code| levels[code as usize].clone())).collect()
    };
    let numbers = |name: &str| -> Vec<f64> {
        let ObsValues::Numbers(numbers) = &back.column(name).unwrap().values else { panic!("{name}") };
        numbers.clone()
    };
    let (is_predicted, result, seed) = (labels("predicted"), numbers("result"), numbers("seed"));
    let of = |flag: &str| is_predicted.iter().filter(|found| found.as_deref() == Some(flag)).count();
    assert_eq!((of("True"), of("False")), (n_predicted, back.n_cells() - n_predicted));
    assert!(labels("cell_type").iter().all(|name| name.as_deref() == Some(PORTAL)));
    for row in &outcome.results {
        let cells: Vec<usize> = (0..back.n_cells()).filter(|&i| result[i] == row.index as f64).collect();
        assert_eq!(cells.len(), row.n_predicted);
        assert!(cells.iter().all(|&i| row.seed.map_or(seed[i].is_nan(), |own| seed[i] == own as f64)));
        assert!(cells.iter().all(|&i| labels("model")[i].as_deref() == Some(&row.model)));
        let found = means(&back.matrix.select_rows(&cells).to_dense());
        assert_eq!(found, runner.detail(row.index).unwrap().mean_predicted, "{}", row.arm);
        let ObsValues::Numbers(doses) = &back.column("dose").unwrap().values else { panic!("doses are numbers") };
        assert!(cells.iter().all(|&i| Some(doses[i]) == row.dose));
    }
    // Chosen ones, alone.
    let some = block_on(runner.predicted_h5ad(Some(&[1, 1]), false)).unwrap();
    let some = read(vec![InputFile { name: "some.h5ad".into(), bytes: some }]).unwrap();
    assert_eq!(some.n_cells(), outcome.results[1].n_predicted);
    let error = block_on(runner.predicted_h5ad(Some(&[999]), false)).unwrap_err();
    assert_eq!(error.code(), "no_result");
}

/// A model of three seeds, one of which failed.
struct OneFailed;

impl PerturbationModel for OneFailed {
    fn progress(&self) -> FitProgress {
        FitProgress::CLOSED_FORM
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn predict<'a>(&'a self, _: &'a TrainingSet, _: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async { Ok(vec![Array2::zeros((1, 1)), Array2::ones((1, 1))]) })
    }

    fn seeds(&self) -> &[u64] {
        &[1, 2, 3]
    }

    fn failed(&self, _: &TrainingSet, _: usize) -> Vec<(u64, ModelError)> {
        vec![(2, ModelError::NotTrained { model: "test", arm: String::new() })]
    }
}

#[test]
fn a_seed_that_failed_does_not_shift_the_others() {
    let dataset = pbmc();
    let design = guess_roles(&dataset).resolve(&dataset).unwrap();
    let prepared = prepare(&dataset, &design, &Preprocess::default(), &design.treated_of(0)).unwrap();
    let data = TrainingSet::new(prepared, 0);
    let places: Vec<_> = (0..3).map(|replica| OneFailed.place_of(&data, 1, replica)).collect();
    assert_eq!(places, [Some(0), None, Some(1)]);
}
