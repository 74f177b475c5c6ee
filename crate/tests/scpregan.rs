//! scPreGAN against an independent PyTorch implementation (`tests/reference/make_scpregan_fixtures.py`): the same weights and
//! cells must give the same losses, gradients, training steps and predictions.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;

use std::rc::Rc;

use burn::module::Param;
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use common::{close, fixture, numbers, tensor, values};
use dosefront::data::{GeneChoice, Preprocess, guess_roles, prepare, simulate};
use dosefront::metrics::r2::{gene_means, squared_pearson};
use dosefront::models::pregan::{
    Batch, Config, Discriminator, Draw, Encoder, Generator, Generators, Layer, Preset, Rivals, Scpregan,
    ScpreganSettings, discriminator_loss, fakes, generator_loss,
};
use dosefront::models::{LossPoint, ModelError, PerturbationModel, TrainingSet};
use dosefront::nn::Linear;
use dosefront::run::{EngineInfo, Event, Report, RunFile, Runner};
use futures_lite::future::block_on;
use ndarray::Array2;
use serde_json::{Value, json};

type Named<'a> = Vec<(String, &'a mut Param<Tensor<3>>)>;

const CASES: [&str; 2] = ["scpregan/scpregan.json", "scpregan/fresh_labels.json"];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn integers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn config(case: &Value) -> Config {
    let settings = ScpreganSettings {
        layers: Some(integers(&case["layers"])),
        adversarial_weight: Some(number(&case["weights"][0])),
        reconstruction_weight: Some(number(&case["weights"][1])),
        encoding_weight: Some(number(&case["weights"][2])),
        learning_rate: Some(number(&case["learning_rate"])),
        encoder_learning_rate: Some(number(&case["encoder_learning_rate"])),
        decay: Some(number(&case["decay"])),
        decay_every: Some(integers(&json!([case["decay_every"]]))[0]),
        stale_labels: case["stale_labels"].as_bool(),
        ..ScpreganSettings::default()
    };
    settings.resolve().unwrap()
}

/// The vectors of the power iterations are not trained.
fn is_vector(name: &str) -> bool {
    name.rsplit('.').next() == Some("v")
}

fn linear<'a>(name: &str, layer: &'a mut Linear, out: &mut Named<'a>) {
    out.push((format!("{name}.weight"), &mut layer.weight));
    out.push((format!("{name}.bias"), &mut layer.bias));
}

fn layers<'a>(name: &str, layers: &'a mut [Layer], out: &mut Named<'a>) {
    for (i, layer) in layers.iter_mut().enumerate() {
        linear(&format!("{name}.{i}.linear"), &mut layer.linear, out);
        out.push((format!("{name}.{i}.norm.weight"), &mut layer.norm.gamma));
        out.push((format!("{name}.{i}.norm.bias"), &mut layer.norm.beta));
    }
}

fn of_encoder<'a>(encoder: &'a mut Encoder, out: &mut Named<'a>) {
    layers("encoder.hidden", &mut encoder.hidden, out);
    linear("encoder.latent", &mut encoder.latent, out);
}

fn of_generators<'a>(generators: &'a mut Generators, out: &mut Named<'a>) {
    let mut one = |name: &str, generator: &'a mut Generator| {
        layers(&format!("generator.{name}.layers"), &mut generator.layers, out);
    };
    one("control", &mut generators.control);
    one("treated", &mut generators.treated);
}

fn of_discriminator<'a>(name: &str, judge: &'a mut Discriminator, out: &mut Named<'a>) {
    for (i, layer) in judge.hidden.iter_mut().enumerate() {
        linear(&format!("discriminator.{name}.hidden.{i}"), &mut layer.linear, out);
        out.push((format!("discriminator.{name}.hidden.{i}.v"), &mut layer.v));
    }
    linear(&format!("discriminator.{name}.observed"), &mut judge.observed, out);
    linear(&format!("discriminator.{name}.class"), &mut judge.class, out);
}

/// Every weight with its name in the fixture.
fn parameters(rivals: &mut Rivals) -> Named<'_> {
    let mut out = Vec::new();
    of_encoder(&mut rivals.encoder, &mut out);
    of_generators(&mut rivals.generators, &mut out);
    of_discriminator("control", &mut rivals.discriminators.control, &mut out);
    of_discriminator("treated", &mut rivals.discriminators.treated, &mut out);
    out
}

fn loaded(case: &Value, device: &Device) -> Rivals {
    let size = |name: &str| number(&case[name]) as usize;
    let mut rivals = Rivals::new(size("genes"), size("classes"), &config(case), &[0], device);
    let named = parameters(&mut rivals);
    assert_eq!(named.len(), case["initial"].as_object().unwrap().len());
    for (name, parameter) in named {
        let value = tensor(&case["initial"][&name], device);
        assert_eq!(parameter.val().dims(), value.dims(), "{name}");
        *parameter = Param::initialized(parameter.id, value).set_require_grad(!is_vector(&name));
    }
    rivals
}

fn draw(case: &Value, step: &Value, device: &Device) -> Draw {
    let classes = number(&case["classes"]) as usize;
    let one_hot = |labels: &Value| {
        let labels = integers(labels);
        let values = labels.iter().flat_map(|&label| (0..classes).map(move |i| f32::from(i == label))).collect();
        dosefront::nn::to_tensor(values, [1, labels.len(), classes], device)
    };
    Draw {
        cells: Batch { control: tensor(&step["control"], device), treated: tensor(&step["treated"], device) },
        classes: Batch { control: one_hot(&step["class_control"]), treated: one_hot(&step["class_treated"]) },
    }
}

fn check_gradients(rivals: &mut Rivals, part: &str, gradients: &Gradients, expected: &Value) {
    let mut checked = 0;
    for (name, parameter) in parameters(rivals).into_iter().filter(|(name, _)| name.starts_with(part)) {
        if !is_vector(&name) {
            let found = values(parameter.val().grad(gradients).unwrap());
            close(&name, &found, &numbers(&expected[&name]), 2e-7, 1e-4);
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn training_and_prediction_follow_the_reference() {
    let device = Device::flex().autodiff();
    for file in CASES {
        let case = fixture(file);
        let config = config(&case);
        let mut rivals = loaded(&case, &device);
        let x = tensor(&case["eval"]["x"], &Device::flex());
        let predicted = values(rivals.translator().forward(x));
        close("predicted", &predicted, &numbers(&case["eval"]["predicted"]), 2e-6, 1e-5);
        for (i, pair) in case["steps"].as_array().unwrap().iter().enumerate() {
            let (first, second) = (draw(&case, &pair[0], &device), draw(&case, &pair[1], &device));
            let (next, learnt, loss) = rivals.iterate(&config, i, first, second);
            rivals = next;
            for (name, found) in [
                ("discriminator", &learnt),
                ("adversarial", &loss.adversarial),
                ("reconstruction", &loss.reconstruction),
                ("encoding", &loss.encoding),
                ("total", &loss.total(&config)),
            ] {
                close(name, &values(found.clone()), &[number(&case["losses"][i][name]) as f32], 0.0, 1e-5);
            }
        }
        for (name, parameter) in parameters(&mut rivals) {
            close(&name, &values(parameter.val()), &numbers(&case["after"][&name]), 3e-6, 1e-5);
        }
    }
}

#[test]
fn gradients_follow_the_reference() {
    let device = Device::flex().autodiff();
    for file in CASES {
        let case = fixture(file);
        let (config, expected) = (config(&case), &case["gradients"]);
        let pair = &case["steps"][0];
        let (first, second) = (draw(&case, &pair[0], &device), draw(&case, &pair[1], &device));
        let mut rivals = loaded(&case, &device);
        let fakes = fakes(&rivals.encoder, &rivals.generators, &first.cells);
        let loss = discriminator_loss(&mut rivals.discriminators, first.cells, fakes, &first.classes);
        check_gradients(&mut rivals, "discriminator", &loss.sum().backward(), expected);

        // The generators meet discriminators that have made their step.
        let mut rivals = loaded(&case, &device);
        let first = || draw(&case, &pair[0], &device);
        let mut taught = loaded(&case, &device).iterate(&config, 0, first(), first()).0;
        for ((_, own), (_, taught)) in parameters(&mut rivals)
            .into_iter()
            .zip(parameters(&mut taught))
            .skip_while(|((name, _), _)| !name.starts_with("discriminator"))
        {
            *own = taught.clone();
        }
        // The second pass of that iteration has moved the vectors of the power iteration one step too far.
        let mut once = loaded(&case, &device);
        discriminator_loss(&mut once.discriminators, first().cells, first().cells, &first().classes);
        for ((name, own), (_, once)) in parameters(&mut rivals).into_iter().zip(parameters(&mut once)) {
            if is_vector(&name) {
                *own = once.clone();
            }
        }
        let classes = if config.stale_labels { first().classes } else { second.classes };
        let mut fixed = rivals.discriminators.fixed();
        let loss = generator_loss(&rivals.encoder, &rivals.generators, &mut fixed, second.cells, &classes);
        let gradients = loss.total(&config).sum().backward();
        check_gradients(&mut rivals, "encoder", &gradients, expected);
        check_gradients(&mut rivals, "generator", &gradients, expected);
        for (name, parameter) in parameters(&mut rivals) {
            assert!(!name.starts_with("discriminator") || parameter.val().grad(&gradients).is_none(), "{name}");
        }
    }
}

/// The gradient of a loss in a direction must be the loss's own slope in that direction.
#[test]
fn gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let case = fixture(CASES[1]);
    let config = config(&case);
    let cells = || draw(&case, &case["steps"][0][0], &device);
    let loss = |rivals: &mut Rivals, part: &str| {
        let Draw { cells, classes } = cells();
        if part == "discriminator" {
            let fakes = fakes(&rivals.encoder, &rivals.generators, &cells);
            discriminator_loss(&mut rivals.discriminators, cells, fakes, &classes)
        } else {
            let mut fixed = rivals.discriminators.fixed();
            generator_loss(&rivals.encoder, &rivals.generators, &mut fixed, cells, &classes).total(&config)
        }
    };
    let mut checked = 0;
    for part in ["discriminator", "encoder", "generator"] {
        let mut rivals = loaded(&case, &device);
        let gradients = loss(&mut rivals, part).sum().backward();
        for (i, (name, parameter)) in parameters(&mut rivals).into_iter().enumerate() {
            // Latents are goals of the encoding loss and constants there, so the encoder's gradient is not the loss's slope.
            if !name.starts_with(part) || part == "encoder" || is_vector(&name) {
                continue;
            }
            let direction = parameter.val().grad(&gradients).unwrap();
            let length = values(direction.clone().square().sum())[0].sqrt();
            let loss_at = |h: f32| {
                let mut moved = loaded(&case, &device);
                let shift = Tensor::from_inner(direction.clone()) * f64::from(h / length);
                let own = parameters(&mut moved).remove(i).1;
                *own = Param::initialized(own.id, own.val().detach() + shift);
                values(loss(&mut moved, part))[0]
            };
            let h = 2e-3;
            let slope = (loss_at(h) - loss_at(-h)) / (2.0 * h);
            assert!((slope - length).abs() < 3e-2 * length + 4e-3, "{name}: slope {slope}, gradient {length}");
            checked += 1;
        }
    }
    assert!(checked > 20);
}

/// Cross-entropies from logits stay finite, and push, where a sigmoid has long been 0 or 1.
#[test]
fn losses_and_gradients_are_finite_far_from_zero() {
    let device = Device::flex().autodiff();
    let case = fixture(CASES[1]);
    for bias in [-1e4_f32, 1e4] {
        let mut rivals = loaded(&case, &device);
        let biases = &mut rivals.discriminators.control.observed.bias;
        let value = Tensor::<3>::from_data(TensorData::new(vec![bias], [1, 1, 1]), &device);
        *biases = Param::initialized(biases.id, value).set_require_grad(true);
        let Draw { cells, classes } = draw(&case, &case["steps"][0][0], &device);
        let fakes = fakes(&rivals.encoder, &rivals.generators, &cells);
        let loss = discriminator_loss(&mut rivals.discriminators, cells, fakes, &classes);
        assert!((values(loss.clone())[0] - 1e4).abs() < 100.0);
        let gradients = loss.sum().backward();
        let push = values(rivals.discriminators.control.observed.bias.val().grad(&gradients).unwrap())[0];
        assert!((push - bias.signum()).abs() < 1e-3, "{push}");
        for (name, parameter) in parameters(&mut rivals) {
            if let Some(gradient) = parameter.val().grad(&gradients) {
                assert!(values(gradient).iter().all(|v| v.is_finite()), "{name}");
            }
        }
    }
}

fn data(preset: &str, cells: usize, genes: usize, held_out: &str) -> TrainingSet {
    let dataset = simulate(preset, 1).unwrap();
    let design = guess_roles(&dataset).resolve(&dataset).unwrap();
    let held_out = design.type_index(held_out).unwrap();
    let settings = Preprocess { genes: GeneChoice::HvgSeurat(genes), max_cells: cells, ..Preprocess::default() };
    let prepared = prepare(&dataset, &design, &settings, &design.treated_of(held_out)).unwrap();
    TrainingSet::new(prepared, held_out)
}

fn fitted(
    settings: &ScpreganSettings,
    seeds: &[u64],
    arms: &[usize],
    data: &TrainingSet,
) -> (Scpregan, Vec<LossPoint>) {
    let mut model = Scpregan::new(settings.resolve().unwrap(), seeds, arms, data, &Device::flex()).unwrap();
    let (mut losses, mut before) = (Vec::new(), 0);
    while !model.progress().is_done() {
        losses.extend(block_on(model.fit(data)).unwrap());
        let progress = model.progress();
        assert!(progress.done > before && progress.done <= progress.total);
        before = progress.done;
    }
    assert_eq!(losses.last().unwrap().epoch, model.epochs().unwrap());
    (model, losses)
}

fn small() -> ScpreganSettings {
    ScpreganSettings {
        layers: Some(vec![16, 8]),
        batch_size: Some(16),
        iterations: Some(25),
        ..ScpreganSettings::default()
    }
}

#[test]
fn a_replica_equals_its_own_run() {
    let data = data("pbmc-two-condition", 200, 40, "B");
    for preset in [Preset::Demo, Preset::Paper] {
        let settings = ScpreganSettings { preset, ..small() };
        let (three, losses) = fitted(&settings, &[1, 2, 19193], &[1], &data);
        let (one, own) = fitted(&settings, &[2], &[1], &data);
        let predict = |model: &Scpregan| block_on(model.predict(&data, 1)).unwrap();
        assert_eq!(predict(&three)[1], predict(&one)[0]);
        assert_ne!(predict(&three)[0], predict(&one)[0]);
        assert_eq!(losses.iter().map(|loss| loss.epoch).collect::<Vec<_>>(), [10, 20, 25]);
        for (three, one) in losses.iter().zip(&own) {
            assert_eq!(three.train[1].to_bits(), one.train[0].to_bits());
        }
    }
}

#[test]
fn treatments_are_learnt_apart_and_only_those_that_are_asked_for() {
    let data = data("liver-dose-response", 600, 40, "Hepatocytes - portal");
    let (both, _) = fitted(&small(), &[1], &[5, 8], &data);
    let (last, _) = fitted(&small(), &[1], &[8], &data);
    let predict = |model: &Scpregan, arm| block_on(model.predict(&data, arm));
    assert_eq!(predict(&both, 8).unwrap(), predict(&last, 8).unwrap());
    assert_ne!(predict(&both, 5).unwrap(), predict(&both, 8).unwrap());
    assert_eq!((both.progress().total, last.progress().total), (50, 25));
    assert!(both.notes(&data, &[5, 8])[0].contains("2 networks") && last.notes(&data, &[8]).is_empty());
    let error = predict(&last, 5).unwrap_err();
    assert!(matches!(error, ModelError::NotTrained { .. }), "{error}");
    assert_eq!(error.code(), "not_trained");
}

/// Squared correlation of gene means with those of the observed treated cells.
fn r2(data: &TrainingSet, predicted: &Array2<f32>, arm: usize) -> f64 {
    let design = &data.prepared().design;
    let observed = design.cells_of(data.held_out_type(), arm);
    let observed = data.prepared().x.select(ndarray::Axis(0), &observed);
    squared_pearson(&gene_means(predicted.view()), &gene_means(observed.view())).unwrap()
}

#[test]
fn it_learns_the_response() {
    let data = data("pbmc-two-condition", 600, 200, "CD4T");
    let no_change = r2(&data, &data.expression(data.control_cells()), 1);
    let (model, losses) = fitted(&ScpreganSettings::default(), &[1, 2], &[1], &data);
    let predicted = block_on(model.predict(&data, 1)).unwrap();
    println!("no change {no_change:.4}, loss {:?} to {:?}", losses[0].train, losses.last().unwrap().train);
    for predicted in predicted {
        let found = r2(&data, &predicted, 1);
        println!("R2 {found:.4}");
        assert!(found > no_change, "{found}, no change {no_change}");
        assert!(predicted.iter().all(|&v| v >= 0.0));
    }
}

#[test]
fn small_data_are_one_batch_and_too_few_cells_are_named() {
    let few = data("pbmc-two-condition", 100, 30, "B");
    let settings = ScpreganSettings { batch_size: Some(60_000), iterations: Some(2), ..small() };
    let (model, losses) = fitted(&settings, &[1], &[1], &few);
    assert_eq!(losses.len(), 1);
    assert_eq!(block_on(model.predict(&few, 1)).unwrap()[0].nrows(), few.control_cells().len());
    let none = data("pbmc-two-condition", 10, 30, "B");
    let refused = Scpregan::new(settings.resolve().unwrap(), &[1], &[1], &none, &Device::flex()).err();
    let error = refused.unwrap_or_else(|| {
        let model = Scpregan::new(settings.resolve().unwrap(), &[1], &[1], &none, &Device::flex()).unwrap();
        block_on(model.predict(&none, 1)).unwrap_err()
    });
    assert!(matches!(error, ModelError::TooFewCells { model: "scpregan", .. }), "{error}");
}

fn run(model: &Value) -> (Report, Vec<Event>) {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 80}},
        "task": {"predict": {"models": [{"scpregan": model}, "no_change"], "held_out": ["B"], "seeds": [1, 2]}},
    });
    let run = RunFile::parse(&run.to_string()).unwrap();
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let mut runner = Runner::new(run, dataset, Device::flex(), EngineInfo::default(), Rc::new(|| 0.0)).unwrap();
    let mut events = Vec::new();
    while !runner.is_finished() {
        events.extend(block_on(runner.step(0.0)).unwrap());
    }
    (runner.report(), events)
}

#[test]
fn a_run_file_counts_iterations() {
    let (report, events) = run(&json!({"layers": [16, 8], "batch_size": 16, "iterations": 25}));
    let mut told = Vec::new();
    for event in events {
        if let Event::Loss { unit, epoch, epochs, train, .. } = event {
            assert_eq!((unit.as_str(), epochs, train.len()), ("iteration", 25, 2));
            told.push(epoch);
        }
    }
    assert_eq!(told, [10, 20, 25]);
    let predicted = report.predicted.as_ref().unwrap();
    let rows: Vec<_> = predicted.results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    assert_eq!(rows, [("scpregan", Some(1)), ("scpregan", Some(2)), ("no_change", None)]);
    assert_eq!(predicted.fits[0].unit, "iteration");
    let completed = serde_json::to_value(&report.run).unwrap();
    assert_eq!(completed["task"]["predict"]["models"][0]["scpregan"]["stale_labels"], false);
}

#[test]
fn diverged_seeds_are_reported_and_the_run_goes_on() {
    let (report, events) = run(&json!({"layers": [16, 8], "batch_size": 16, "iterations": 40, "learning_rate": 1e30}));
    let predicted = report.predicted.as_ref().unwrap();
    let failures: Vec<_> = predicted.failures.iter().map(|failure| (failure.code.as_str(), failure.seed)).collect();
    assert_eq!(failures, [("diverged", Some(1)), ("diverged", Some(2))]);
    assert_eq!(predicted.failures[0].arm.as_deref(), Some("stimulated"));
    assert!(predicted.failures[1].message.contains("seed 2"), "{}", predicted.failures[1].message);
    let rows: Vec<_> = predicted.results.iter().map(|row| row.model.as_str()).collect();
    assert_eq!(rows, ["no_change"]);
    assert_eq!(events.last(), Some(&Event::Finished));
    // A gap in the loss curve is null in the report, and comes back as a gap.
    let stored = serde_json::to_string(&predicted.fits[0]).unwrap();
    let fit: dosefront::run::FitRecord = serde_json::from_str(&stored).unwrap();
    assert!(fit.losses[0].train.iter().all(|loss| loss.is_nan()), "{stored}");
}
