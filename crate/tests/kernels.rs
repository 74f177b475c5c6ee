//! The kernels of training steps against the same formulas from burn's own operations: values and gradients, on the CPU
//! engine and, with the feature `webgpu`, on the adapter that there is.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

#[allow(dead_code, reason = "shared with other tests")]
mod common;

use burn::tensor::{Device, Tensor, activation};
use common::{close, values};
use dosefront::nn::{BatchNormConfig, LayerNorm, affine, count_likelihood, rectified, to_tensor};
use dosefront::tradeoff::scvi::CountParameters;

/// Engines to test, with gradients.
fn devices() -> Vec<(&'static str, Device)> {
    let cpu = ("cpu", Device::flex().autodiff());
    #[cfg(feature = "webgpu")]
    return vec![cpu, ("webgpu", Device::wgpu(Default::default()).autodiff())];
    #[cfg(not(feature = "webgpu"))]
    vec![cpu]
}

/// Numbers of a shape that do not repeat, about 0.
fn wave(shape: [usize; 3], phase: f32, device: &Device) -> Tensor<3> {
    let n: usize = shape.iter().product();
    to_tensor((0..n).map(|i| (i as f32 * 0.731 + phase).sin()).collect(), shape, device)
}

/// Value and gradients of `of` at some leaves, of the sum of the result times something that tells all its entries apart.
fn run(leaves: &[([usize; 3], f32)], device: &Device, of: impl Fn(Vec<Tensor<3>>) -> Tensor<3>) -> Vec<Vec<f32>> {
    let leaves: Vec<_> = leaves.iter().map(|(shape, phase)| wave(*shape, *phase, device).require_grad()).collect();
    let y = of(leaves.clone());
    let gradients = (y.clone() * wave(y.dims(), 2.5, device)).sum().backward();
    let mut all = vec![values(y)];
    all.extend(leaves.iter().map(|leaf| values(leaf.grad(&gradients).unwrap())));
    all
}

/// A kernel on every engine against a formula on the CPU engine.
fn same(
    what: &str,
    leaves: &[([usize; 3], f32)],
    kernel: impl Fn(Vec<Tensor<3>>) -> Tensor<3>,
    formula: impl Fn(Vec<Tensor<3>>) -> Tensor<3>,
) {
    let expected = run(leaves, &Device::flex().autodiff(), formula);
    for (engine, device) in devices() {
        for (part, (found, expected)) in run(leaves, &device, &kernel).iter().zip(&expected).enumerate() {
            close(&format!("{what} on {engine}, part {part}"), found, expected, 2e-4, 2e-5);
        }
    }
}

fn three<T>(of: Vec<T>) -> [T; 3] {
    of.try_into().ok().unwrap()
}

#[test]
fn affine_of_all_shapes() {
    // Multiples of four and others; one input for all replicas; a single row, column, number.
    let shapes = [
        (1, 1, 128, 100, 36),
        (3, 3, 17, 13, 7),
        (12, 1, 32, 64, 40),
        (4, 1, 9, 10, 2),
        (2, 2, 1, 4, 8),
        (1, 1, 5, 1, 1),
        (2, 2, 130, 6, 66),
    ];
    for (replicas, of_x, rows, n_in, n_out) in shapes {
        let leaves = [([of_x, rows, n_in], 0.1), ([replicas, n_in, n_out], 0.7), ([replicas, 1, n_out], 1.9)];
        let kernel = |leaves: Vec<Tensor<3>>| {
            let [x, weight, bias] = three(leaves);
            affine(x, weight, bias)
        };
        let formula = |leaves: Vec<Tensor<3>>| {
            let [x, weight, bias] = three(leaves);
            x.matmul(weight) + bias
        };
        same(&format!("{replicas} x {rows} x {n_in} x {n_out}"), &leaves, kernel, formula);
    }
}

#[test]
fn layer_norm_and_rectifier() {
    for (replicas, rows, features) in [(1, 8, 16), (3, 5, 7), (2, 70, 33), (1, 1, 9)] {
        let shape = [replicas, 1, features];
        let leaves = [([replicas, rows, features], 0.1), (shape, 0.4), (shape, 1.2)];
        let kernel = |leaves: Vec<Tensor<3>>| {
            let [x, gamma, beta] = three(leaves);
            let mut layer = LayerNorm::new(features, 1e-3, replicas, &x.device());
            layer.gamma = layer.gamma.map(|_| gamma.clone());
            layer.beta = layer.beta.map(|_| beta.clone());
            rectified(layer.forward(x), 0.2)
        };
        let formula = |leaves: Vec<Tensor<3>>| {
            let [x, gamma, beta] = three(leaves);
            let centred = x.clone() - x.mean_dim(2);
            let variance = centred.clone().square().mean_dim(2);
            activation::leaky_relu(centred / (variance + 1e-3).sqrt() * gamma + beta, 0.2)
        };
        same(&format!("{replicas} x {rows} x {features}"), &leaves, kernel, formula);
    }
}

#[test]
fn batch_norm() {
    for (replicas, cells, features) in [(1, 8, 16), (3, 5, 7), (2, 70, 33)] {
        let shape = [replicas, 1, features];
        let leaves = [([replicas, cells, features], 0.1), (shape, 0.4), (shape, 1.2)];
        let config = BatchNormConfig { momentum: 0.1, epsilon: 1e-2 };
        let kernel = |leaves: Vec<Tensor<3>>| {
            let [x, gamma, beta] = three(leaves);
            let mut layer = config.init(features, replicas, &x.device());
            layer.gamma = layer.gamma.map(|_| gamma.clone());
            layer.beta = layer.beta.map(|_| beta.clone());
            layer.forward_train(x)
        };
        let formula = |leaves: Vec<Tensor<3>>| {
            let [x, gamma, beta] = three(leaves);
            let centred = x.clone() - x.mean_dim(1);
            let variance = centred.clone().square().mean_dim(1);
            centred / (variance + 1e-2).sqrt() * gamma + beta
        };
        same(&format!("{replicas} x {cells} x {features}"), &leaves, kernel, formula);
    }
}

#[test]
fn likelihood_of_counts() {
    // One library size and the same counts for all replicas, and their own.
    for (replicas, of_cells, cells, genes) in [(1, 1, 6, 8), (3, 1, 5, 7), (2, 2, 4, 33)] {
        let leaves = [
            ([replicas, cells, genes], 0.1),
            ([of_cells, cells, 1], 0.4),
            ([replicas, 1, genes], 1.2),
            ([replicas, cells, genes], 2.2),
        ];
        let terms = |leaves: Vec<Tensor<3>>, excess: bool| {
            let [logits, log_library, log_theta, dropout]: [Tensor<3>; 4] = leaves.try_into().ok().unwrap();
            let device = logits.device();
            let counts = (wave([of_cells, cells, genes], 0.9, &device) * 6.0).clamp_min(0.0).int().float();
            // Without excess zeros their logits have no part in the result; their gradient is then one of zeros.
            let unused = dropout.clone() * 0.0;
            let parameters = CountParameters {
                logits,
                log_library: log_library + 4.0,
                log_theta,
                dropout: excess.then_some(dropout),
            };
            (parameters, counts, unused.sum_dim(2))
        };
        for excess in [true, false] {
            let kernel = |leaves: Vec<Tensor<3>>| {
                let (CountParameters { logits, log_library, log_theta, dropout }, counts, unused) =
                    terms(leaves, excess);
                count_likelihood(logits, log_library, log_theta, dropout, counts) + unused
            };
            let formula = |leaves: Vec<Tensor<3>>| {
                let (parameters, counts, unused) = terms(leaves, excess);
                let none = Tensor::zeros([1, 1, 1], &counts.device());
                parameters.log_likelihood_from_operations(counts, none).reshape([replicas, cells, 1]) + unused
            };
            same(&format!("{replicas} x {cells} x {genes}, {excess}"), &leaves, kernel, formula);
        }
    }
}

#[test]
fn what_is_not_finite_stays_so() {
    for (engine, device) in devices() {
        let x = to_tensor(vec![f32::NAN, -1.0, 0.0, 2.0, f32::NEG_INFINITY], [1, 1, 5], &device);
        let found = values(rectified(x, 0.0));
        assert!(found[0].is_nan() && found[1..] == [0.0, 0.0, 2.0, 0.0], "{engine}: {found:?}");
        let ones = || Tensor::<3>::ones([2, 3, 4], &device);
        let broken = to_tensor([vec![0.5; 13], vec![f32::NAN], vec![0.5; 10]].concat(), [2, 3, 4], &device);
        let log_theta = Tensor::zeros([2, 1, 4], &device);
        let found = values(count_likelihood(broken, Tensor::ones([2, 3, 1], &device), log_theta, None, ones()));
        let finite: Vec<bool> = found.iter().map(|value| value.is_finite()).collect();
        assert_eq!(finite, [true, true, true, false, true, true], "{engine}: {found:?}");
    }
}
