//! UnitedNet against an independent PyTorch implementation (`tests/reference/make_multitask_fixtures.py`): the same weights
//! and pairs must give the same losses, gradients, clipped training steps of both tasks in turn, and predictions.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;
#[path = "common/network.rs"]
mod network;

use std::rc::Rc;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::data::simulate;
use dosefront::models::unitednet::{UnitedNet, UnitedNetModule, UnitedNetSettings};
use dosefront::models::{LossPoint, ModelError, PerturbationModel, TrainingSet};
use dosefront::nn::{AdamConfig, clip_norm};
use dosefront::run::{EngineInfo, Event, RunFile, Runner};
use futures_lite::future::block_on;
use network::{
    Named, blocks, check_after, check_gradients, data, fit, integers, is_idle, is_statistic, linear, load, number, r2,
    shifted, stack,
};
use serde_json::{Value, json};

fn parameters(module: &mut UnitedNetModule) -> Named<'_> {
    let mut out = Vec::new();
    for (arm, modality) in module.modalities.iter_mut().enumerate() {
        blocks(&format!("encoder.{arm}"), &mut modality.encoder, &mut out);
        stack(&format!("decoder.{arm}"), &format!("decoder.{arm}.last"), &mut modality.decoder, &mut out);
        linear(&format!("judge.{arm}.hidden"), &mut modality.judge.hidden, &mut out);
        linear(&format!("judge.{arm}.output"), &mut modality.judge.output, &mut out);
    }
    let identifier = &mut module.identifier;
    out.push(("weights".to_owned(), &mut identifier.weights));
    linear("projector", &mut identifier.projector, &mut out);
    out.push(("norm.weight".to_owned(), &mut identifier.norm.gamma));
    out.push(("norm.bias".to_owned(), &mut identifier.norm.beta));
    out.push(("types".to_owned(), &mut identifier.types));
    out
}

fn loaded(case: &Value, device: &Device) -> UnitedNetModule {
    let size = |key: &str| number(&case[key]) as usize;
    let settings = UnitedNetSettings {
        layers: Some(integers(&case["layers"])),
        projector: Some(size("projector")),
        discriminator: Some(size("discriminator")),
        ..UnitedNetSettings::default()
    };
    let config = settings.resolve().unwrap();
    let mut module = UnitedNetModule::new(size("genes"), size("modalities"), size("types"), &config, &[0], device);
    load(parameters(&mut module), &case["initial"], device);
    module
}

/// The loss of a step, and its parts by their names in the fixture.
fn loss(module: &mut UnitedNetModule, case: &Value, step: &Value, device: &Device) -> (Tensor<1>, Vec<(String, f32)>) {
    let (control, treated) = (tensor(&step["control"], device), tensor(&step["treated"], device));
    let arm = number(&step["arm"]) as usize;
    if step["task"] == "identification" {
        let loss = module.identify(control, treated, arm, tensor(&step["target"], device));
        return (loss.clone(), vec![("identification".to_owned(), values(loss)[0])]);
    }
    let loss = module.translate(control, treated, arm);
    let parts = [
        ("reconstruction", &loss.reconstruction),
        ("translation", &loss.translation),
        ("discriminator", &loss.discriminator),
        ("generator", &loss.generator),
    ];
    let parts = parts.map(|(name, part)| (name.to_owned(), values(part.clone())[0])).to_vec();
    (loss.total(number(&case["adversarial_weight"])), parts)
}

#[test]
fn both_tasks_follow_the_reference() {
    let device = Device::flex().autodiff();
    for file in ["unitednet", "unitednet_doses"] {
        let case = fixture(&format!("multitask/{file}.json"));
        let mut module = loaded(&case, &device);
        let (mut translation, mut identification) = (AdamConfig::PYTORCH.init(), AdamConfig::PYTORCH.init());
        for (i, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let (found, parts) = loss(&mut module, &case, step, &device);
            for (name, part) in parts {
                close(&name, &[part], &[number(&case["losses"][i][&name]) as f32], 1e-6, 1e-5);
            }
            let gradients = found.sum().backward();
            let task = step["task"].as_str().unwrap();
            if i < 2 {
                check_gradients(parameters(&mut module), &gradients, &case["gradients"][task], 1e-6);
            }
            let gradients = GradientsParams::from_grads(gradients, &module);
            let gradients = clip_norm(&module, gradients, number(&case["max_norm"]));
            let optimiser = if task == "translation" { &mut translation } else { &mut identification };
            module = optimiser.step(number(&case["lr"]), module, gradients);
        }
        check_after(parameters(&mut module), &case["after"], 3e-3);

        let plain = Device::flex();
        let (module, eval) = (loaded(&case, &plain), &case["eval"]);
        for (arm, expected) in eval["predicted"].as_array().unwrap().iter().enumerate() {
            let predicted = module.predict(tensor(&eval["x"], &plain), arm);
            close("predicted", &values(predicted), &numbers(expected), 2e-6, 1e-5);
        }
    }
}

/// The gradient of the loss in a direction must be the slope in that direction of the terms that it is meant to follow:
/// discriminators their own, everything else all others.
#[test]
fn gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let case = fixture("multitask/unitednet.json");
    for step in &case["steps"].as_array().unwrap()[..2] {
        let mut module = loaded(&case, &device);
        let gradients = loss(&mut module, &case, step, &device).0.sum().backward();
        for (name, parameter) in parameters(&mut module) {
            let Some(direction) = parameter.val().grad(&gradients) else { continue };
            if is_statistic(&name) || is_idle(&name) {
                continue;
            }
            let length = values(direction.clone().square().sum())[0].sqrt();
            let loss_at = |h: f32| {
                let mut moved = loaded(&case, &device);
                shifted(parameters(&mut moved), &name, &direction, h / length);
                let (_, parts) = loss(&mut moved, &case, step, &device);
                let weight = |part: &str| match (part, name.starts_with("judge")) {
                    ("discriminator", true) | ("generator", false) => 0.1,
                    (_, true) | ("discriminator", false) => 0.0,
                    _ => 1.0,
                };
                parts.into_iter().map(|(part, value)| weight(&part) * value).sum::<f32>()
            };
            let h = 1e-3;
            let slope = (loss_at(h) - loss_at(-h)) / (2.0 * h);
            assert!((slope - length).abs() < 2e-2 * length + 2e-3, "{name}: slope {slope}, gradient {length}");
        }
    }
}

fn fitted(settings: &UnitedNetSettings, seeds: &[u64], data: &TrainingSet) -> (UnitedNet, Vec<LossPoint>) {
    let mut model = UnitedNet::new(settings.resolve().unwrap(), seeds, data, &Device::flex()).unwrap();
    let losses = fit(&mut model, data);
    (model, losses)
}

fn small() -> UnitedNetSettings {
    UnitedNetSettings {
        layers: Some(vec![16, 8]),
        projector: Some(6),
        epochs: Some(2),
        ot_cells: Some(20),
        ..UnitedNetSettings::default()
    }
}

#[test]
fn a_replica_equals_its_own_run() {
    let data = data("pbmc-two-condition", 200, 40, "B");
    // A gradient that is clipped, for some replicas more than for others.
    let settings = UnitedNetSettings { max_norm: Some(0.5), ..small() };
    let (three, losses) = fitted(&settings, &[1, 2, 19193], &data);
    let (one, own) = fitted(&settings, &[2], &data);
    let predict = |model: &UnitedNet| block_on(model.predict(&data, 1)).unwrap();
    assert_eq!(predict(&three)[1], predict(&one)[0]);
    assert_ne!(predict(&three)[0], predict(&one)[0]);
    for (three, one) in losses.iter().zip(&own) {
        assert_eq!(three.train[1].to_bits(), one.train[0].to_bits());
    }
}

#[test]
fn it_learns_the_response() {
    let data = data("pbmc-two-condition", 600, 200, "CD4T");
    let no_change = r2(&data, &data.expression(data.control_cells()), 1);
    let (model, losses) = fitted(&UnitedNetSettings::default(), &[1], &data);
    let found = r2(&data, &block_on(model.predict(&data, 1)).unwrap()[0], 1);
    println!(
        "R2 {found:.4}, no change {no_change:.4}, loss {:?} to {:?}",
        losses[0].train,
        losses.last().unwrap().train
    );
    assert!(found > no_change + 0.02, "{found}, no change {no_change}");
}

#[test]
fn every_dose_has_networks_and_bad_training_is_named() {
    let data = data("liver-dose-response", 300, 40, "Hepatocytes - portal");
    let (model, _) = fitted(&small(), &[1], &data);
    let predictions: Vec<_> =
        (0..data.arms().len()).map(|arm| block_on(model.predict(&data, arm)).unwrap().remove(0)).collect();
    assert!(predictions.windows(2).all(|pair| pair[0] != pair[1]));
    let settings = UnitedNetSettings { learning_rate: Some(1e30), epochs: Some(20), ..small() };
    let mut model = UnitedNet::new(settings.resolve().unwrap(), &[1], &data, &Device::flex()).unwrap();
    let error = loop {
        match block_on(model.fit(&data)) {
            Ok(_) => assert!(!model.progress().is_done(), "did not diverge"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ModelError::Diverged { model: "unitednet", .. }), "{error}");
}

#[test]
fn a_run_file_names_both_models() {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 80}},
        "task": {"predict": {
            "models": [
                {"multi_head": {"layers": [16, 8], "epochs": 2}},
                {"unitednet": {"layers": [16, 8], "epochs": 3, "ot_cells": 20}},
            ],
            "held_out": ["B"],
            "seeds": [1, 2],
        }},
    });
    let run = RunFile::parse(&run.to_string()).unwrap();
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let mut runner = Runner::new(run, dataset, Device::flex(), EngineInfo::default(), Rc::new(|| 0.0)).unwrap();
    let mut told = Vec::new();
    while !runner.is_finished() {
        for event in block_on(runner.step(0.0)).unwrap() {
            if let Event::Loss { epoch, epochs, train, .. } = event {
                told.push((epoch, epochs, train.len()));
            }
        }
    }
    assert_eq!(told, [(1, 2, 2), (2, 2, 2), (1, 3, 2), (2, 3, 2), (3, 3, 2)]);
    let report = runner.report();
    let rows: Vec<_> =
        report.predicted.as_ref().unwrap().results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    let expected = ["multi_head", "unitednet"].map(|model| [(model, Some(1)), (model, Some(2))]);
    assert_eq!(rows, expected.concat());
    let completed = serde_json::to_value(&report.run).unwrap();
    let models = &completed["task"]["predict"]["models"];
    assert_eq!(
        (&models[0]["multi_head"]["batch_size"], &models[1]["unitednet"]["projector"]),
        (&json!(32), &json!(32))
    );
}
