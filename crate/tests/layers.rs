//! The layers against PyTorch (`tests/reference/make_scgen_fixtures.py`).

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;

use burn::optim::Optimizer;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::nn::{Adam, AdamConfig, BatchNormConfig, LayerNorm};
use serde_json::Value;

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn batch_norm_in_both_conventions() {
    let device = Device::flex().autodiff();
    let cases = fixture("scgen/layers.json");
    let mut seen = Vec::new();
    for case in array(&cases["batch_norm"]) {
        let config = BatchNormConfig { momentum: number(&case["momentum"]), epsilon: number(&case["eps"]) };
        seen.push(config);
        let features = numbers(&case["weight"]).len();
        let mut layer = config.init(features, 1, &device);
        layer.gamma = layer.gamma.map(|_| tensor(&case["weight"], &device).require_grad());
        layer.beta = layer.beta.map(|_| tensor(&case["bias"], &device).require_grad());
        for (i, batch) in array(&case["batches"]).iter().enumerate() {
            let x = tensor(&batch["x"], &device).require_grad();
            let y = layer.forward_train(x.clone());
            close("y", &values(y.clone()), &numbers(&batch["y"]), 1e-5, 1e-5);
            close("mean", &values(layer.running_mean.val()), &numbers(&batch["running_mean"]), 1e-6, 1e-6);
            close("var", &values(layer.running_var.val()), &numbers(&batch["running_var"]), 1e-6, 1e-6);
            if i == 0 {
                let gradients = (y * tensor(&batch["upstream"], &device)).sum().backward();
                let gradient = |t: &Tensor<3>| values(t.grad(&gradients).unwrap());
                close("grad x", &gradient(&x), &numbers(&batch["grad_x"]), 1e-5, 1e-4);
                close("grad weight", &gradient(&layer.gamma.val()), &numbers(&batch["grad_weight"]), 1e-5, 1e-4);
                close("grad bias", &gradient(&layer.beta.val()), &numbers(&batch["grad_bias"]), 1e-5, 1e-4);
            }
        }
        let y = layer.forward(tensor(&case["eval"]["x"], &device));
        close("eval", &values(y), &numbers(&case["eval"]["y"]), 1e-5, 1e-5);
    }
    assert_eq!(seen, [BatchNormConfig::SCVI, BatchNormConfig::PYTORCH]);
}

#[test]
fn layer_norm() {
    let device = Device::flex().autodiff();
    let case = &fixture("scgen/layers.json")["layer_norm"];
    let features = numbers(&case["weight"]).len();
    let mut layer = LayerNorm::new(features, number(&case["eps"]), 1, &device);
    layer.gamma = layer.gamma.map(|_| tensor(&case["weight"], &device).require_grad());
    layer.beta = layer.beta.map(|_| tensor(&case["bias"], &device).require_grad());
    let x = tensor(&case["x"], &device).require_grad();
    let y = layer.forward(x.clone());
    close("y", &values(y.clone()), &numbers(&case["y"]), 1e-5, 1e-5);
    let gradients = (y * tensor(&case["upstream"], &device)).sum().backward();
    let gradient = |t: &Tensor<3>| values(t.grad(&gradients).unwrap());
    close("grad x", &gradient(&x), &numbers(&case["grad_x"]), 1e-5, 1e-4);
    close("grad weight", &gradient(&layer.gamma.val()), &numbers(&case["grad_weight"]), 1e-5, 1e-4);
    close("grad bias", &gradient(&layer.beta.val()), &numbers(&case["grad_bias"]), 1e-5, 1e-4);
}

#[test]
fn adam_with_epsilon_and_l2() {
    let device = Device::flex();
    for case in array(&fixture("scgen/layers.json")["adam"]) {
        let single = |name: &str| number(&case[name]) as f32;
        let config = AdamConfig {
            betas: (number(&case["beta1"]), number(&case["beta2"])),
            epsilon: single("eps"),
            weight_decay: single("weight_decay"),
        };
        let adam = Adam(config);
        let (mut weight, mut state) = (tensor(&case["initial"], &device), None);
        for step in array(&case["steps"]) {
            let gradient = tensor(&step["gradient"], &device);
            (weight, state) = adam.step(number(&case["lr"]), weight, gradient, state);
            close("weight", &values(weight.clone()), &numbers(&step["weight"]), 1e-6, 1e-5);
            let momentum = state.clone().unwrap().momentum;
            close("m", &values(momentum.moment_1), &numbers(&step["m"]), 1e-7, 1e-5);
            close("v", &values(momentum.moment_2), &numbers(&step["v"]), 1e-8, 1e-5);
        }
    }
}
