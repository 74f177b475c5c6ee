//! scGen against an independent PyTorch implementation (`tests/reference/make_scgen_fixtures.py`): the same weights, cells,
//! noise and masks must give the same losses, gradients, training steps and predictions.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;
#[path = "common/vae.rs"]
mod vae;

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::models::scgen::{Preset, ScgenSettings};
use dosefront::models::vae::{Loss, Masks, VaeConfig, VaeModule};
use dosefront::nn::{AdamConfig, Noise};
use serde_json::Value;
use vae::{is_statistic, parameters};

const KL_WEIGHT: f64 = 5e-5;

fn config(case: &Value) -> VaeConfig {
    let number = |value: &Value| Some(value.as_u64().unwrap() as usize);
    let settings = ScgenSettings {
        preset: Preset::Paper,
        n_hidden: number(&case["hidden"][0]),
        n_latent: number(&case["latent"]),
        batch_size: number(&case["batch"]),
        ..ScgenSettings::default()
    };
    settings.resolve().unwrap().vae
}

fn loaded(case: &Value, device: &Device) -> VaeModule {
    vae::loaded(case, &config(case), device)
}

fn masks(step: &Value, device: &Device) -> Masks {
    let all: Vec<Tensor<3>> = step["masks"].as_array().unwrap().iter().map(|m| tensor(m, device)).collect();
    Masks { encoder: all[..2].to_vec(), decoder: all[2..].to_vec() }
}

fn train_step(module: &mut VaeModule, step: &Value, device: &Device) -> Loss {
    module.forward_train(tensor(&step["x"], device), tensor(&step["noise"], device), masks(step, device))
}

#[test]
fn training_follows_the_reference() {
    let device = Device::flex().autodiff();
    let case = fixture("scgen/scgen.json");
    let mut module = loaded(&case, &device);
    let mut optimiser = AdamConfig::SCVI.init();
    for (i, step) in case["steps"].as_array().unwrap().iter().enumerate() {
        let loss = train_step(&mut module, step, &device);
        let expected = &case["losses"][i];
        let single = |name: &str| expected[name].as_f64().unwrap() as f32;
        close("sse", &values(loss.sse.clone()), &[single("sse")], 0.0, 2e-6);
        close("kl", &values(loss.kl.clone()), &[single("kl")], 0.0, 1e-5);
        close("loss", &values(loss.total(KL_WEIGHT)), &[single("loss")], 0.0, 2e-6);
        let mut gradients = loss.total(KL_WEIGHT).sum().backward();
        if i == 0 {
            for (name, parameter) in parameters(&mut module).into_iter().filter(|(name, _)| !is_statistic(name)) {
                let found = values(parameter.val().grad(&gradients).unwrap());
                close(&name, &found, &numbers(&case["first_step"]["gradients"][&name]), 5e-6, 1e-4);
            }
        }
        let gradients = GradientsParams::from_module(&mut gradients, &module);
        module = optimiser.step(1e-3, module, gradients);
    }
    for (name, parameter) in parameters(&mut module) {
        close(&name, &values(parameter.val()), &numbers(&case["after_steps"]["state"][&name]), 2e-6, 1e-5);
    }
}

#[test]
fn evaluation_follows_the_reference() {
    let device = Device::flex();
    let case = fixture("scgen/scgen.json");
    let module = loaded(&case, &device);
    let eval = &case["eval"];
    let (mean, variance) = module.encode(tensor(&eval["x"], &device));
    close("mu", &values(mean.clone()), &numbers(&eval["mu"]), 2e-6, 1e-5);
    close("var", &values(variance), &numbers(&eval["var"]), 2e-6, 1e-5);
    close("decoded", &values(module.decode(mean)), &numbers(&eval["decode_mu"]), 2e-6, 1e-5);
    let elbo = &case["elbo_validation"];
    let found = module.forward_eval(tensor(&eval["x"], &device), tensor(&elbo["noise"], &device)).elbo();
    close("elbo", &values(found), &[elbo["value"].as_f64().unwrap() as f32], 0.0, 2e-6);
    let arithmetic = &case["latent_arithmetic"];
    let (latent, _) = module.encode(tensor(&arithmetic["x"], &device));
    let held_out: Vec<i32> = arithmetic["cell_type"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, t)| **t == arithmetic["held_out"])
        .map(|(i, _)| i32::try_from(i).unwrap())
        .collect();
    let index = Tensor::from_data(held_out.as_slice(), &device);
    let shifted = latent.select(1, index) + tensor(&arithmetic["delta"], &device);
    close("predicted", &values(module.decode(shifted)), &numbers(&arithmetic["predicted"]), 2e-6, 1e-5);
}

/// The gradient of the loss in a direction must be the loss's own slope in that direction.
#[test]
fn gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let case = fixture("scgen/scgen.json");
    let step = &case["steps"][0];
    let mut module = loaded(&case, &device);
    let gradients = train_step(&mut module, step, &device).total(1.0).sum().backward();
    let names: Vec<String> = parameters(&mut module).into_iter().map(|(name, _)| name).collect();
    // A bias in front of a batch norm has no effect, so its slope is rounding alone.
    for name in names.iter().filter(|n| !is_statistic(n) && !n.ends_with("linear.bias")) {
        let mut direction = None;
        for (other, parameter) in parameters(&mut module) {
            if other == *name {
                direction = parameter.val().grad(&gradients);
            }
        }
        let direction = direction.unwrap();
        let length = values(direction.clone().square().sum())[0].sqrt();
        let loss_at = |h: f32| {
            let mut moved = loaded(&case, &device);
            for (other, parameter) in parameters(&mut moved) {
                if other == *name {
                    let shift = Tensor::from_inner(direction.clone()) * f64::from(h / length);
                    *parameter = Param::initialized(parameter.id, parameter.val().detach() + shift);
                }
            }
            values(train_step(&mut moved, step, &device).total(1.0))[0]
        };
        let h = 2e-3;
        let slope = (loss_at(h) - loss_at(-h)) / (2.0 * h);
        assert!((slope - length).abs() < 2e-2 * length + 2e-2, "{name}: slope {slope}, gradient {length}");
    }
}

#[test]
fn replicas_train_as_if_alone() {
    let device = Device::flex().autodiff();
    let config =
        ScgenSettings { n_hidden: Some(12), n_latent: Some(3), ..ScgenSettings::default() }.resolve().unwrap().vae;
    let cells = |r: usize| {
        Tensor::<3>::from_data(
            burn::tensor::TensorData::new((0..6 * 9).map(|i| ((i * 7 + r) % 5) as f32).collect::<Vec<_>>(), [1, 6, 9]),
            &device,
        )
    };
    let train = |seeds: &[u64], offset: usize| {
        let mut module = VaeModule::new(9, &config, seeds, &device);
        let mut optimiser = AdamConfig::SCVI.init();
        let mut noise = Noise::new("test", seeds);
        for _ in 0..5 {
            let x = Tensor::cat((0..seeds.len()).map(|r| cells(r + offset)).collect(), 0);
            let z = noise.normal(6, 3, &device);
            let masks = Masks::draw(&mut noise, &config, 6, &device);
            let gradients = module.forward_train(x, z, masks).total(KL_WEIGHT).sum().backward();
            let gradients = GradientsParams::from_grads(gradients, &module);
            module = optimiser.step(1e-2, module, gradients);
        }
        module
    };
    let three = dosefront::nn::replica(train(&[1, 2, 19193], 0).valid(), 1);
    let alone = train(&[2], 1).valid();
    let x = cells(1).inner();
    assert_eq!(values(three.decode(three.encode(x.clone()).0)), values(alone.decode(alone.encode(x).0)));
}
