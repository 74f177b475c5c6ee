//! Batch-effect measures against an independent PyTorch implementation (`tests/reference/make_measure_fixtures.py`): the same
//! cells, weights and permutations must give the same values, gradients and critic steps. And what they must do on any cells.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::float_cmp, reason = "replicas are equal to the bit")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;

use burn::module::Param;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::nn::{Noise, to_tensor};
use dosefront::random::stream;
use dosefront::tradeoff::measure::{
    BatchMeasure, DeNovo, EvaluationSettings, Measure, MeasureConfig, MeasureSettings, classifier_bound, mine_loss,
};
use futures_lite::future::block_on;
use rand::RngExt;
use serde_json::Value;

const SEEDS: [u64; 3] = [1, 2, 19193];

fn integer(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn codes(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|v| integer(v) as u32).collect()
}

/// Values of groups, `[1, groups]`, as the fixture writes them.
fn row(value: &Value, device: &Device) -> Tensor<2> {
    let values = numbers(value);
    let n = values.len();
    to_tensor(values, [1, n], device)
}

fn config(case: &Value, measure: Measure, average_rate: f64) -> MeasureConfig {
    let settings = MeasureSettings {
        measure,
        hidden_layers: Some(integer(&case["hidden_layers"])),
        width: Some(integer(&case["width"])),
        learning_rate: Some(case["adam"]["lr"].as_f64().unwrap()),
        average_rate: Some(average_rate),
        ..MeasureSettings::default()
    };
    settings.resolve().unwrap()
}

/// A measure with the weights of a fixture.
fn loaded(all: &Value, case: &Value, measure: Measure, device: &Device) -> BatchMeasure {
    let rate = case["average_rate"].as_f64().unwrap_or(0.01);
    let (latent, condition) = (integer(&all["latent"]), integer(&all["condition"]));
    let config = config(all, measure, rate);
    let mut found = BatchMeasure::new(&config, latent, integer(&case["batches"]), condition, &[0], device).unwrap();
    for (i, layer) in found.critic_mut().unwrap().layers.iter_mut().enumerate() {
        for (name, parameter) in [("weight", &mut layer.weight), ("bias", &mut layer.bias)] {
            let value = tensor(&case["initial"][format!("{i}.{name}")], device);
            assert_eq!(parameter.val().dims(), value.dims(), "{i}.{name}");
            *parameter = Param::initialized(parameter.id, value).set_require_grad(true);
        }
    }
    found
}

struct Step {
    z: Tensor<3>,
    condition: Tensor<3>,
    batch: Vec<u32>,
    permuted: Vec<u32>,
}

fn step(case: &Value, i: usize, device: &Device) -> Step {
    let step = &case["steps"][i];
    Step {
        z: tensor(&step["z"], device),
        condition: tensor(&step["condition"], device),
        batch: codes(&step["batch"]),
        permuted: codes(&step["permuted"]),
    }
}

fn value(measure: &mut BatchMeasure, step: &Step, z: Tensor<3>, groups: usize) -> Tensor<2> {
    let condition = Some(step.condition.clone());
    measure.value_with(z, &step.batch, groups, condition, vec![step.permuted.clone()]).unwrap()
}

#[test]
fn critics_follow_the_reference() {
    let device = Device::flex().autodiff();
    let all = fixture("measures/measures.json");
    let groups = integer(&all["groups"]);
    for measure in [Measure::Mine, Measure::Classifier] {
        for case in all[measure.name()].as_array().unwrap() {
            let mut found = loaded(&all, case, measure, &device);
            let first = step(case, 0, &device);
            // The value and its gradient in the latents.
            let z = first.z.clone().require_grad();
            let bound = value(&mut found, &first, z.clone(), groups);
            close("value", &values(bound.clone()), &numbers(&case["value"]), 1e-6, 1e-5);
            let gradients = (bound * row(&case["upstream"], &device)).sum().backward();
            close("in z", &values(z.grad(&gradients).unwrap()), &numbers(&case["gradient_z"]), 1e-6, 1e-4);
            let critic = found.critic_mut().unwrap();
            assert!(critic.layers[0].weight.val().grad(&gradients).is_none(), "the value trains no critic");
            critic_gradients(case, critic, &first, groups, measure, &device);
            // Three steps of the critic.
            for i in 0..3 {
                let Step { z, condition, batch, permuted } = step(case, i, &device);
                found.learn_with(z, &batch, groups, Some(condition), vec![permuted]).unwrap();
                if measure == Measure::Mine {
                    // A number added to t has no effect on MINE. Its gradient is 0 in the first step but for rounding, which
                    // Adam makes as large as any other; so the reference leaves the last bias where it is.
                    let last = found.critic_mut().unwrap().layers.last_mut().unwrap();
                    let start = tensor(&case["initial"][format!("{}.bias", integer(&all["hidden_layers"]))], &device);
                    last.bias = Param::initialized(last.bias.id, start).set_require_grad(true);
                }
            }
            for (i, layer) in found.critic_mut().unwrap().layers.iter().enumerate() {
                for (name, parameter) in [("weight", &layer.weight), ("bias", &layer.bias)] {
                    let expected = numbers(&case["after_steps"][format!("{i}.{name}")]);
                    close(&format!("{i}.{name} after"), &values(parameter.val()), &expected, 2e-5, 1e-4);
                }
            }
            let bound = value(&mut found, &first, first.z.clone(), groups);
            close("value after", &values(bound), &numbers(&case["value_after"]), 1e-5, 1e-4);
        }
    }
}

/// The gradient of the critic's first loss, from what the critic says of the cells.
fn critic_gradients(
    case: &Value,
    critic: &dosefront::tradeoff::measure::Critic,
    step: &Step,
    groups: usize,
    measure: Measure,
    device: &Device,
) {
    let (n, batches) = (step.batch.len(), integer(&case["batches"]));
    let one_hot = |codes: &[u32]| -> Tensor<3> {
        let row = |&code: &u32| (0..batches).map(move |batch| f32::from(u8::from(batch == code as usize)));
        to_tensor(codes.iter().flat_map(row).collect(), [1, n, batches], device)
    };
    let input = Tensor::cat(vec![step.z.clone(), step.condition.clone()], 2);
    let loss = if measure == Measure::Mine {
        let t = |codes: &[u32]| critic.forward(Tensor::cat(vec![input.clone(), one_hot(codes)], 2));
        let shape = [1, groups, n / groups];
        mine_loss(t(&step.batch).reshape(shape), t(&step.permuted).reshape(shape), None, 0.1).0
    } else {
        // The entropy has no gradient.
        -classifier_bound(critic.forward(input), one_hot(&step.batch), Tensor::zeros([1, groups], device))
    };
    let gradients = loss.mean().backward();
    for (i, layer) in critic.layers.iter().enumerate() {
        for (name, parameter) in [("weight", &layer.weight), ("bias", &layer.bias)] {
            let found = values(parameter.val().grad(&gradients).unwrap());
            close(name, &found, &numbers(&case["gradients"][format!("{i}.{name}")]), 1e-6, 1e-4);
        }
    }
}

#[test]
fn kernels_follow_the_reference() {
    let device = Device::flex().autodiff();
    let all = fixture("measures/measures.json");
    let groups = integer(&all["groups"]);
    for case in all["kernels"].as_array().unwrap() {
        let measure: Measure = serde_json::from_value(case["measure"].clone()).unwrap();
        let settings =
            MeasureSettings { measure, standardise: case["standardise"].as_bool(), ..MeasureSettings::default() };
        let config = settings.resolve().unwrap();
        let (latent, batches) = (integer(&all["latent"]), integer(&case["batches"]));
        let mut found = BatchMeasure::new(&config, latent, batches, 0, &[0], &device).unwrap();
        let z = tensor(&case["z"], &device).require_grad();
        let value = found.value(z.clone(), &codes(&case["batch"]), groups, None).unwrap();
        let what = format!("{} of {batches}, {}", measure.name(), config.standardise);
        close(&what, &values(value.clone()), &numbers(&case["value"]), 1e-6, 1e-5);
        let gradients = (value * row(&case["upstream"], &device)).sum().backward();
        close(&what, &values(z.grad(&gradients).unwrap()), &numbers(&case["gradient_z"]), 2e-6, 1e-4);
        assert_eq!(found.critic_steps(), 0);
    }
}

// On any cells.

fn measure_of(measure: Measure, batches: usize, seeds: &[u64], device: &Device) -> BatchMeasure {
    let settings = MeasureSettings { measure, hidden_layers: Some(2), width: Some(12), ..MeasureSettings::default() };
    BatchMeasure::new(&settings.resolve().unwrap(), 3, batches, 0, seeds, device).unwrap()
}

/// Cells of each batch in turn, moved by their batch, `[R, n, 3]`.
fn cells(n: usize, batches: usize, seeds: &[u64], device: &Device) -> (Tensor<3>, Vec<u32>) {
    let batch: Vec<u32> = (0..n).map(|i| (i % batches) as u32).collect();
    let shift = batch.iter().flat_map(|&b| [b as f32, 0.0, -0.5 * b as f32]).collect();
    let shift: Tensor<3> = to_tensor(shift, [1, n, 3], device);
    (Noise::new("t", seeds).normal(n, 3, device) + shift, batch)
}

#[test]
fn gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    for measure in Measure::ALL {
        for batches in [2, 3] {
            let start = measure_of(measure, batches, &[7], &device);
            let (z, batch) = cells(12, batches, &[3], &device);
            let at = |z: Tensor<3>| start.clone().value(z, &batch, 2, None).unwrap();
            let traced = z.clone().require_grad();
            let gradient = values(traced.grad(&at(traced.clone()).sum().backward()).unwrap());
            // Along directions of random signs.
            let mut rng = stream(5, "directions");
            for _ in 0..4 {
                let direction: Vec<f32> =
                    gradient.iter().map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
                let expected: f32 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
                let step = 4e-3;
                let moved = |sign: f64| {
                    let direction: Tensor<3> = to_tensor(direction.clone(), [1, 12, 3], &device);
                    values(at(z.clone() + direction * (sign * step))).iter().sum::<f32>()
                };
                let slope = (moved(1.0) - moved(-1.0)) / (2.0 * step as f32);
                assert!(
                    (slope - expected).abs() < 2e-3 + 1e-2 * expected.abs(),
                    "{} of {batches}: {slope}, {expected}",
                    measure.name()
                );
            }
        }
    }
}

#[test]
fn cells_that_are_all_the_same_have_no_batch_effect_and_finite_gradients() {
    let device = Device::flex().autodiff();
    for measure in Measure::ALL {
        let mut found = measure_of(measure, 2, &[1], &device);
        let batch: Vec<u32> = (0..10).map(|i| i % 2).collect();
        let z = Tensor::<3>::full([1, 10, 3], 0.3, &device).require_grad();
        let value = found.value(z.clone(), &batch, 1, None).unwrap();
        let gradients = value.clone().sum().backward();
        let gradient = values(z.grad(&gradients).unwrap());
        assert!(gradient.iter().all(|g| g.is_finite()), "{}: {gradient:?}", measure.name());
        let value = values(value)[0];
        // A critic that is not trained says something above 0 of nothing.
        let most = if measure.has_critic() { 1e-6 } else { 2e-3 };
        assert!(value.is_finite() && value <= most, "{}: {value}", measure.name());
    }
}

#[test]
fn a_group_is_measured_by_its_own_cells() {
    let device = Device::flex().autodiff();
    for measure in Measure::ALL {
        let (z, batch) = cells(24, 3, &[4], &device);
        let permuted: Vec<u32> = batch.chunks(6).flat_map(|group| group.iter().rev().copied()).collect();
        let mut all = measure_of(measure, 3, &[1], &device);
        let together = values(all.value_with(z.clone(), &batch, 4, None, vec![permuted.clone()]).unwrap());
        for (g, together) in together.iter().enumerate() {
            let part = |codes: &[u32]| codes[6 * g..6 * (g + 1)].to_vec();
            let of = z.clone().narrow(1, 6 * g, 6);
            let alone = values(all.value_with(of, &part(&batch), 1, None, vec![part(&permuted)]).unwrap());
            assert!((alone[0] - together).abs() < 1e-6, "{}: {alone:?} {together}", measure.name());
        }
    }
}

/// Some critic steps and a value, `[R, 2]`.
fn course(found: &mut BatchMeasure, z: &Tensor<3>, batch: &[u32]) -> Vec<f32> {
    for _ in 0..3 {
        found.learn(z.clone(), batch, 2, None).unwrap();
    }
    values(found.value(z.clone(), batch, 2, None).unwrap())
}

#[test]
fn replicas_measure_as_if_alone() {
    let device = Device::flex().autodiff();
    for measure in Measure::ALL {
        let (z, batch) = cells(20, 2, &SEEDS, &device);
        let mut three = measure_of(measure, 2, &SEEDS, &device);
        let all = course(&mut three, &z, &batch);
        for (r, seed) in SEEDS.into_iter().enumerate() {
            let mut alone = measure_of(measure, 2, &[seed], &device);
            let one = course(&mut alone, &z.clone().narrow(0, r, 1), &batch);
            assert_eq!(one, all[2 * r..2 * r + 2], "{}", measure.name());
        }
        // Two of them go on.
        let chosen = three.select(&[2, 0]);
        let more = course(&mut three, &z, &batch);
        let z = Tensor::cat(vec![z.clone().narrow(0, 2, 1), z.narrow(0, 0, 1)], 0);
        let of_two = course(&mut { chosen }, &z, &batch);
        assert_eq!(of_two, [&more[4..], &more[..2]].concat(), "{}", measure.name());
    }
}

#[test]
fn a_copy_takes_everything_back() {
    let device = Device::flex().autodiff();
    for measure in Measure::ALL {
        let (z, batch) = cells(20, 2, &SEEDS, &device);
        let mut found = measure_of(measure, 2, &SEEDS, &device);
        course(&mut found, &z, &batch);
        let snapshot = found.clone();
        let first = course(&mut found, &z, &batch);
        assert_eq!(course(&mut snapshot.clone(), &z, &batch), first, "{}", measure.name());
        if !measure.has_critic() {
            continue;
        }
        assert_ne!(course(&mut found, &z, &batch), first);
        // One replica runs into NaN; only this one is lost, and can be taken back.
        let broken =
            Tensor::cat(vec![z.clone().narrow(0, 0, 1), z.clone().narrow(0, 1, 1) / 0.0, z.clone().narrow(0, 2, 1)], 0);
        let (mut ill, mut well) = (found.clone(), found.clone());
        ill.learn(broken, &batch, 2, None).unwrap();
        well.learn(z.clone(), &batch, 2, None).unwrap();
        let lost = values(ill.clone().value(z.clone(), &batch, 2, None).unwrap());
        assert!(lost[2].is_nan() && lost[3].is_nan());
        ill.restore(&found, &[1]);
        let (healed, others) = (course(&mut ill, &z, &batch), course(&mut well, &z, &batch));
        assert_eq!((&healed[..2], &healed[4..]), (&others[..2], &others[4..]), "{}", measure.name());
        assert!(healed.iter().all(|value| value.is_finite()), "{healed:?}");
    }
}

#[test]
fn what_cannot_be_measured_is_named() {
    let device = Device::flex();
    let code = |error: dosefront::tradeoff::measure::MeasureError| {
        assert!(!error.hint().is_empty() && !error.to_string().is_empty());
        error.code()
    };
    let config = |measure| MeasureSettings { measure, ..MeasureSettings::default() }.resolve().unwrap();
    assert_eq!(code(BatchMeasure::new(&config(Measure::Mine), 3, 1, 0, &[1], &device).err().unwrap()), "one_batch");
    assert_eq!(code(BatchMeasure::new(&config(Measure::Mine), 0, 2, 0, &[1], &device).err().unwrap()), "measure_shape");
    let (z, batch) = cells(12, 2, &[1], &device);
    for measure in Measure::ALL {
        let mut found = measure_of(measure, 2, &[1], &device);
        assert_eq!(code(found.value(z.clone(), &batch[1..], 1, None).unwrap_err()), "measure_shape");
        assert_eq!(code(found.value(z.clone(), &batch, 5, None).unwrap_err()), "measure_shape");
        assert_eq!(code(found.value(z.clone(), &[2; 12], 1, None).unwrap_err()), "measure_shape");
        let unasked = Some(Tensor::zeros([1, 12, 1], &device));
        if measure.has_critic() {
            assert_eq!(code(found.value(z.clone(), &batch, 1, unasked).unwrap_err()), "measure_shape");
        }
        // A group without the second batch.
        let one_sided: Vec<u32> = (0..12).map(|i| u32::from(i < 3)).collect();
        let value = found.value(z.clone(), &one_sided, 2, None);
        if measure == Measure::Mmd {
            let error = value.unwrap_err();
            assert!(error.to_string().contains("group 1") && error.to_string().contains("batch 1"), "{error}");
            assert_eq!(code(error), "batch_absent");
        } else {
            assert!(values(value.unwrap()).iter().all(|value| value.is_finite()));
        }
    }
}

// De novo.

fn evaluated(measure: Measure, shift: f32, n: usize, seeds: &[u64]) -> Vec<f64> {
    let device = Device::flex().autodiff();
    let batch: Vec<u32> = (0..n).map(|i| (i % 2) as u32).collect();
    let means = batch.iter().flat_map(|&b| [shift * b as f32, 0.0]).collect::<Vec<_>>();
    let mean: Tensor<3> = to_tensor(means, [1, n, 2], &device).repeat_dim(0, seeds.len());
    let var = mean.ones_like();
    let settings = MeasureSettings { measure, width: Some(32), hidden_layers: Some(2), ..MeasureSettings::default() };
    let evaluation = EvaluationSettings { epochs: Some(25), ..EvaluationSettings::default() }.resolve().unwrap();
    let config = settings.resolve().unwrap();
    let (first, second) = (mean.clone(), var.clone());
    let mut found = DeNovo::new(&config, &evaluation, first, second, batch.clone(), seeds, &device).unwrap();
    let mut before = 0;
    while !found.is_done() {
        found.step().unwrap();
        assert!(found.progress().done > before);
        before = found.progress().done;
    }
    let estimate = block_on(found.estimate(mean.clone(), var.clone(), &batch)).unwrap();
    assert_eq!(block_on(found.estimate(mean, var, &batch)).unwrap(), estimate, "asking changes nothing");
    estimate
}

/// Two normal distributions of variance 1, two apart, in equal parts: 0.3368 nats, by quadrature.
#[test]
fn a_fresh_critic_finds_the_mutual_information() {
    for measure in [Measure::Mine, Measure::Classifier] {
        let found = evaluated(measure, 2.0, 2000, &[1, 2]);
        for value in &found {
            assert!((value - 0.3368).abs() < 0.05, "{}: {value}", measure.name());
        }
        assert_eq!(evaluated(measure, 2.0, 2000, &[2])[0], found[1], "a replica is its own run");
        let nothing = evaluated(measure, 0.0, 2000, &[1])[0];
        assert!(nothing.abs() < 0.04, "{}: {nothing}", measure.name());
    }
}

#[test]
fn measures_without_a_critic_are_means_over_minibatches() {
    for measure in [Measure::Mmd, Measure::Hsic] {
        let found = evaluated(measure, 2.0, 600, &[1, 2]);
        assert_ne!(found[0], found[1]);
        assert_eq!(evaluated(measure, 2.0, 600, &[2])[0], found[1], "a replica is its own run");
        assert!(found[0] > 3.0 * evaluated(measure, 0.0, 600, &[1])[0], "{}: {found:?}", measure.name());
    }
}
