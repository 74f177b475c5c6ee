//! The multi-head autoencoder against an independent PyTorch implementation (`tests/reference/make_multitask_fixtures.py`): the
//! same weights, cells and masks must give the same losses, gradients, training steps and predictions.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;
#[path = "common/network.rs"]
mod network;

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::models::mtae::Masks;
use dosefront::models::multi_head::{MultiHead, MultiHeadModule, MultiHeadSettings};
use dosefront::models::{LossPoint, ModelError, PerturbationModel, TrainingSet};
use dosefront::nn::{AdamConfig, WarmUp};
use futures_lite::future::block_on;
use network::{
    Named, check_after, check_gradients, data, fit, integers, is_idle, is_statistic, load, number, r2, shifted, stack,
};
use serde_json::Value;

fn parameters(module: &mut MultiHeadModule) -> Named<'_> {
    let mut out = Vec::new();
    stack("encoder", "latent", &mut module.encoder, &mut out);
    for (arm, head) in module.heads.iter_mut().enumerate() {
        stack(&format!("decoder.{arm}"), &format!("output.{arm}"), head, &mut out);
    }
    out
}

fn loaded(case: &Value, device: &Device) -> MultiHeadModule {
    let settings = MultiHeadSettings { layers: Some(integers(&case["layers"])), ..MultiHeadSettings::default() };
    let n_conditions = integers(&case["counts"]).len();
    let mut module =
        MultiHeadModule::new(number(&case["genes"]) as usize, n_conditions, &settings.resolve().unwrap(), &[0], device);
    load(parameters(&mut module), &case["initial"], device);
    module
}

fn loss(module: &mut MultiHeadModule, case: &Value, step: usize, device: &Device) -> Tensor<1> {
    let step = &case["steps"][step];
    let masks: Vec<_> = step["masks"].as_array().unwrap().iter().map(|m| Some(tensor(m, device))).collect();
    let hidden = module.encoder.hidden.len();
    let masks =
        Masks { input: masks[0].clone(), encoder: masks[1..=hidden].to_vec(), decoder: masks[hidden + 1..].to_vec() };
    module.loss(tensor(&step["x"], device), &integers(&case["counts"]), masks)
}

#[test]
fn heads_follow_the_reference() {
    let device = Device::flex().autodiff();
    for file in ["multi_head", "multi_head_doses"] {
        let case = fixture(&format!("multitask/{file}.json"));
        let warm_up = WarmUp { rate: number(&case["adam"]["lr"]), steps: number(&case["adam"]["warm_up"]) as usize };
        let mut module = loaded(&case, &device);
        let mut optimiser = AdamConfig::PYTORCH.init();
        for i in 0..3 {
            let found = loss(&mut module, &case, i, &device);
            close("loss", &values(found.clone()), &[number(&case["losses"][i]) as f32], 0.0, 1e-5);
            let gradients = found.sum().backward();
            if i == 0 {
                check_gradients(parameters(&mut module), &gradients, &case["gradients"], 1e-6);
            }
            let gradients = GradientsParams::from_grads(gradients, &module);
            module = optimiser.step(warm_up.at(i), module, gradients);
        }
        check_after(parameters(&mut module), &case["after"], 3e-4);

        let plain = Device::flex();
        let (module, eval) = (loaded(&case, &plain), &case["eval"]);
        let latent = module.encode(tensor(&eval["x"], &plain));
        close("latent", &values(latent.clone()), &numbers(&eval["latent"]), 2e-6, 1e-5);
        for (arm, expected) in eval["predicted"].as_array().unwrap().iter().enumerate() {
            close("predicted", &values(module.decode(latent.clone(), arm)), &numbers(expected), 2e-6, 1e-5);
        }
    }
}

/// The gradient of the loss in a direction must be the loss's own slope in that direction.
#[test]
fn gradients_of_heads_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let case = fixture("multitask/multi_head.json");
    let mut module = loaded(&case, &device);
    let gradients = loss(&mut module, &case, 0, &device).sum().backward();
    for (name, parameter) in parameters(&mut module) {
        if is_statistic(&name) || is_idle(&name) {
            continue;
        }
        let direction = parameter.val().grad(&gradients).unwrap();
        let length = values(direction.clone().square().sum())[0].sqrt();
        let loss_at = |h: f32| {
            let mut moved = loaded(&case, &device);
            shifted(parameters(&mut moved), &name, &direction, h / length);
            values(loss(&mut moved, &case, 0, &device))[0]
        };
        // Shorter than elsewhere: norms over few cells make the rectifiers switch often.
        let h = 5e-4;
        let slope = (loss_at(h) - loss_at(-h)) / (2.0 * h);
        assert!((slope - length).abs() < 2e-2 * length + 2e-3, "{name}: slope {slope}, gradient {length}");
    }
}

fn fitted(settings: &MultiHeadSettings, seeds: &[u64], data: &TrainingSet) -> (MultiHead, Vec<LossPoint>) {
    let mut model = MultiHead::new(settings.resolve().unwrap(), seeds, data, &Device::flex()).unwrap();
    let losses = fit(&mut model, data);
    (model, losses)
}

fn small() -> MultiHeadSettings {
    MultiHeadSettings { layers: Some(vec![16, 8]), epochs: Some(2), ..MultiHeadSettings::default() }
}

#[test]
fn a_replica_with_heads_equals_its_own_run() {
    let data = data("pbmc-two-condition", 200, 40, "B");
    let (three, losses) = fitted(&small(), &[1, 2, 19193], &data);
    let (one, own) = fitted(&small(), &[2], &data);
    let predict = |model: &MultiHead| block_on(model.predict(&data, 1)).unwrap();
    assert_eq!(predict(&three)[1], predict(&one)[0]);
    assert_ne!(predict(&three)[0], predict(&one)[0]);
    for (three, one) in losses.iter().zip(&own) {
        assert_eq!(three.train[1].to_bits(), one.train[0].to_bits());
    }
}

#[test]
fn heads_learn_the_response() {
    let data = data("pbmc-two-condition", 600, 200, "CD4T");
    let no_change = r2(&data, &data.expression(data.control_cells()), 1);
    let (model, losses) = fitted(&MultiHeadSettings::default(), &[1], &data);
    let found = r2(&data, &block_on(model.predict(&data, 1)).unwrap()[0], 1);
    println!(
        "R2 {found:.4}, no change {no_change:.4}, loss {:?} to {:?}",
        losses[0].train,
        losses.last().unwrap().train
    );
    assert!(found > no_change + 0.05, "{found}, no change {no_change}");
}

#[test]
fn every_dose_has_a_head_and_bad_training_is_named() {
    let data = data("liver-dose-response", 300, 40, "Hepatocytes - portal");
    let (model, _) = fitted(&small(), &[1], &data);
    let predictions: Vec<_> =
        (0..data.arms().len()).map(|arm| block_on(model.predict(&data, arm)).unwrap().remove(0)).collect();
    assert!(predictions.windows(2).all(|pair| pair[0] != pair[1]));
    let settings = MultiHeadSettings { learning_rate: Some(1e30), warm_up: Some(0), epochs: Some(20), ..small() };
    let mut model = MultiHead::new(settings.resolve().unwrap(), &[1], &data, &Device::flex()).unwrap();
    let error = loop {
        match block_on(model.fit(&data)) {
            Ok(_) => assert!(!model.progress().is_done(), "did not diverge"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ModelError::Diverged { model: "multi_head", .. }), "{error}");
}
