//! scButterfly against an independent PyTorch implementation (`tests/reference/make_scbutterfly_fixtures.py`): the same
//! weights, cells, noise, masks and labels must give the same losses, gradients, training steps and predictions, and the same
//! cells the same pairs.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;

use std::rc::Rc;

use burn::module::Param;
use burn::tensor::{Device, Gradients, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::data::{GeneChoice, Preprocess, guess_roles, prepare, simulate};
use dosefront::metrics::r2::{gene_means, squared_pearson};
use dosefront::models::butterfly::{
    Autoencoder, AutoencoderDraws, BlockMasks, ButterflyModule, Config, DecoderMasks, JointDraws, JointLosses, Judge,
    Judges, Labels, Optimisers, Pass, Posterior, Scbutterfly, ScbutterflySettings, joint_step,
};
use dosefront::models::pairing::{Reuse, partners};
use dosefront::models::{LossPoint, ModelError, PerturbationModel, TrainingSet};
use dosefront::nn::{BatchNorm, Block, Linear};
use dosefront::run::{EngineInfo, Event, RunFile, Runner};
use futures_lite::future::block_on;
use ndarray::Array2;
use serde_json::{Value, json};

type Named<'a> = Vec<(String, &'a mut Param<Tensor<3>>)>;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn integers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn config(case: &Value) -> Config {
    let settings = ScbutterflySettings {
        control_layers: Some(integers(&case["control_layers"])),
        treated_layers: Some(integers(&case["treated_layers"])),
        n_embedding: Some(number(&case["n_embedding"]) as usize),
        n_latent: Some(number(&case["n_latent"]) as usize),
        ..ScbutterflySettings::default()
    };
    settings.resolve().unwrap()
}

fn linear<'a>(name: &str, layer: &'a mut Linear, out: &mut Named<'a>) {
    out.push((format!("{name}.linear.weight"), &mut layer.weight));
    out.push((format!("{name}.linear.bias"), &mut layer.bias));
}

fn norm<'a>(name: &str, layer: &'a mut BatchNorm, out: &mut Named<'a>) {
    out.push((format!("{name}.norm.weight"), &mut layer.gamma));
    out.push((format!("{name}.norm.bias"), &mut layer.beta));
    out.push((format!("{name}.norm.running_mean"), &mut layer.running_mean));
    out.push((format!("{name}.norm.running_var"), &mut layer.running_var));
}

fn block<'a>(name: &str, layer: &'a mut Block, out: &mut Named<'a>) {
    linear(name, &mut layer.linear, out);
    norm(name, &mut layer.norm, out);
}

fn posterior<'a>(name: &str, layer: &'a mut Posterior, out: &mut Named<'a>) {
    block(&format!("{name}.mean"), &mut layer.mean, out);
    block(&format!("{name}.log_var"), &mut layer.log_var, out);
}

fn side<'a>(name: &str, part: &'a mut Autoencoder, out: &mut Named<'a>) {
    for (i, layer) in part.encoder.layers.iter_mut().enumerate() {
        block(&format!("{name}.encoder.layers.{i}"), layer, out);
    }
    posterior(&format!("{name}.translator.posterior"), &mut part.translator.posterior, out);
    block(&format!("{name}.translator.output"), &mut part.translator.output, out);
    for (i, layer) in part.decoder.layers.iter_mut().enumerate() {
        block(&format!("{name}.decoder.layers.{i}"), layer, out);
    }
}

/// Every weight and running statistic with its name in the fixture.
fn parameters(module: &mut ButterflyModule) -> Named<'_> {
    let mut out = Vec::new();
    side("control", &mut module.control, &mut out);
    side("treated", &mut module.treated, &mut out);
    posterior("translator.control", &mut module.translator.control, &mut out);
    posterior("translator.treated", &mut module.translator.treated, &mut out);
    block("translator.to_control", &mut module.translator.to_control, &mut out);
    block("translator.to_treated", &mut module.translator.to_treated, &mut out);
    out
}

fn of_judges(judges: &mut Judges) -> Named<'_> {
    fn judge<'a>(name: &str, judge: &'a mut Judge, out: &mut Named<'a>) {
        linear(name, &mut judge.linear, out);
        norm(name, &mut judge.norm, out);
    }
    let mut out = Vec::new();
    judge("control", &mut judges.control, &mut out);
    judge("treated", &mut judges.treated, &mut out);
    out
}

fn is_statistic(name: &str) -> bool {
    name.contains("running")
}

/// A bias in front of a batch norm has no effect: its gradient is rounding, which Adam makes as large as any other.
fn is_idle(name: &str) -> bool {
    name.ends_with("linear.bias")
}

fn load(named: Named<'_>, stored: &Value, device: &Device) {
    assert_eq!(named.len(), stored.as_object().unwrap().len());
    for (name, parameter) in named {
        let value = tensor(&stored[&name], device);
        assert_eq!(parameter.val().dims(), value.dims(), "{name}");
        *parameter = Param::initialized(parameter.id, value).set_require_grad(!is_statistic(&name));
    }
}

fn loaded(case: &Value, device: &Device) -> (ButterflyModule, Judges) {
    let config = config(case);
    let mut module = ButterflyModule::new(number(&case["genes"]) as usize, &config, &[0], device);
    load(parameters(&mut module), &case["initial"], device);
    let mut judges = Judges::new(config.n_embedding, &[0], device);
    load(of_judges(&mut judges), &case["judges"], device);
    (module, judges)
}

fn masks(value: &Value, input: bool, device: &Device) -> BlockMasks {
    let mut all: Vec<_> = value.as_array().unwrap().iter().map(|m| Some(tensor(m, device))).collect();
    BlockMasks { input: if input { all.remove(0) } else { None }, hidden: all }
}

fn pass(value: &Value, device: &Device) -> Pass {
    Pass {
        control: masks(&value["control_masks"], true, device),
        treated: masks(&value["treated_masks"], true, device),
        control_noise: tensor(&value["control_noise"], device),
        treated_noise: tensor(&value["treated_noise"], device),
    }
}

fn draws(step: &Value, device: &Device) -> JointDraws {
    let labels = |name: &str| Labels::new(&[numbers(&step[name])], device);
    let decoder = |name: &str| masks(&step["decoders"][name], false, device);
    let decoders = DecoderMasks {
        control_to_control: decoder("cc"),
        control_to_treated: decoder("ct"),
        treated_to_control: decoder("tc"),
        treated_to_treated: decoder("tt"),
    };
    JointDraws {
        learn: (pass(&step["learn"], device), labels("learn_labels")),
        fool: (pass(&step["fool"], device), labels("fool_labels")),
        reconstruct: (pass(&step["reconstruct"], device), decoders),
    }
}

fn check_gradients(named: Named<'_>, gradients: &Gradients, expected: &Value) {
    for (name, parameter) in named.into_iter().filter(|(name, _)| !is_statistic(name)) {
        match parameter.val().grad(gradients) {
            Some(found) => {
                // The reference is in single precision too: norms that sum in double move its small gradients by this much.
                close(&name, &values(found), &numbers(&expected[&name]), 3e-6, 1e-4);
            }
            None => assert!(expected.get(&name).is_none(), "{name} has no gradient"),
        }
    }
}

/// Weights after the steps. Idle biases move at random by the learning rate, and running means follow them.
fn check_after(named: Named<'_>, expected: &Value) {
    for (name, parameter) in named.into_iter().filter(|(name, _)| !is_idle(name)) {
        let tolerance = if name.contains("running_mean") { 3e-4 } else { 2e-6 };
        close(&name, &values(parameter.val()), &numbers(&expected[&name]), tolerance, 1e-5);
    }
}

fn loss(what: &str, found: &Tensor<1>, expected: &Value) {
    close(what, &values(found.clone()), &[number(&expected[what]) as f32], 0.0, 1e-5);
}

#[test]
fn training_one_side_alone_follows_the_reference() {
    let device = Device::flex().autodiff();
    let case = fixture("scbutterfly/scbutterfly.json");
    for side in ["control", "treated"] {
        let (mut module, _) = loaded(&case, &device);
        let mut optimisers = Optimisers::fresh();
        for (i, step) in case[side]["steps"].as_array().unwrap().iter().enumerate() {
            let draws = AutoencoderDraws {
                encoder: masks(&step["encoder"], true, &device),
                noise: tensor(&step["noise"], &device),
                decoder: masks(&step["decoder"], false, &device),
            };
            let (x, expected) = (tensor(&step["x"], &device), &case[side]["losses"][i]);
            let kl_weight = number(&expected["kl_weight"]);
            if i == 0 {
                let (mut module, _) = loaded(&case, &device);
                let part = if side == "control" { &mut module.control } else { &mut module.treated };
                let total = part.forward_train(x.clone(), draws.clone()).total(kl_weight);
                check_gradients(parameters(&mut module), &total.sum().backward(), &case[side]["gradients"]);
            }
            let part = if side == "control" { &mut module.control } else { &mut module.treated };
            let found = part.forward_train(x, draws);
            loss("mse", &found.mse, expected);
            loss("kl", &found.kl, expected);
            module = optimisers.descend(module, found.total(kl_weight), number(&case["rate"]));
        }
        check_after(parameters(&mut module), &case[side]["after"]);
    }
}

#[test]
fn joint_steps_follow_the_reference() {
    let device = Device::flex().autodiff();
    let case = fixture("scbutterfly/scbutterfly.json");
    let joint = &case["joint"];
    let (mut module, mut judges) = loaded(&case, &device);
    let mut optimisers = Optimisers::fresh();
    let rates = (number(&case["rate"]), number(&case["judge_rate"]));
    for (i, step) in joint["steps"].as_array().unwrap().iter().enumerate() {
        let expected = &joint["losses"][i];
        let kl_weight = number(&expected["kl_weight"]);
        let x = (&tensor(&step["control"], &device), &tensor(&step["treated"], &device));
        if i == 0 {
            let (mut module, mut judges) = loaded(&case, &device);
            let gradients = losses(&mut module, &mut judges, x, step, &device).0.sum().backward();
            check_gradients(of_judges(&mut judges), &gradients, &joint["judge_gradients"]);
        }
        let found;
        (module, judges, found) =
            joint_step((module, judges), &mut optimisers, x, draws(step, &device), kl_weight, rates);
        loss("learnt", &found.learnt, expected);
        loss("fooled", &found.fooled, expected);
        loss("mse", &found.reconstruction.mse, expected);
        loss("kl", &found.reconstruction.kl, expected);
        loss("loss", &found.total(kl_weight), expected);
    }
    check_after(parameters(&mut module), &joint["after"]);
    check_after(of_judges(&mut judges), &joint["judges_after"]);
}

/// The discriminators' loss before their step, and the losses of everything else with the discriminators as they are.
fn losses(
    module: &mut ButterflyModule,
    judges: &mut Judges,
    (control, treated): (&Tensor<3>, &Tensor<3>),
    step: &Value,
    device: &Device,
) -> (Tensor<1>, JointLosses) {
    let draws = draws(step, device);
    let mut pass = |pass| module.translate_train(control.clone(), treated.clone(), pass);
    let learnt = judges.clone().loss(&pass(draws.learn.0).detach(), &draws.learn.1);
    let fooled = judges.loss(&pass(draws.fool.0), &draws.fool.1);
    let translated = pass(draws.reconstruct.0);
    let reconstruction = module.decode_train(translated, control, treated, draws.reconstruct.1);
    (learnt.clone(), JointLosses { learnt, fooled, reconstruction })
}

/// After the discriminators' first step the gradients of everything else must be the reference's.
#[test]
fn gradients_against_the_discriminators_follow_the_reference() {
    let device = Device::flex().autodiff();
    let case = fixture("scbutterfly/scbutterfly.json");
    let step = &case["joint"]["steps"][0];
    let (mut module, mut judges) = loaded(&case, &device);
    let x = (&tensor(&step["control"], &device), &tensor(&step["treated"], &device));
    let learnt = losses(&mut module.clone(), &mut judges.clone(), x, step, &device).0;
    judges = Optimisers::fresh().teach(judges, learnt, number(&case["judge_rate"]));
    let found = losses(&mut module, &mut judges, x, step, &device).1;
    let kl_weight = number(&case["joint"]["losses"][0]["kl_weight"]);
    let gradients = found.total(kl_weight).sum().backward();
    check_gradients(parameters(&mut module), &gradients, &case["joint"]["gradients"]);
}

#[test]
fn the_discriminators_count_only_while_they_are_not_confused() {
    let device = Device::flex();
    let vector = |values: [f32; 3]| Tensor::<1>::from_data(values, &device);
    let reconstruction =
        dosefront::models::butterfly::Reconstruction { mse: vector([4.0, 4.0, 4.0]), kl: vector([0.5, 0.5, 0.5]) };
    let fooled = vector([1.0, 1.35, 1.5]);
    let total = JointLosses { learnt: fooled.clone(), fooled, reconstruction }.total(2.0);
    assert_eq!(values(total), [4.0, 5.0, 5.0]);
}

#[test]
fn validation_and_prediction_follow_the_reference() {
    let device = Device::flex();
    let case = fixture("scbutterfly/scbutterfly.json");
    let (module, _) = loaded(&case, &device);
    let eval = &case["eval"];
    let [control, treated] = ["control", "treated"].map(|name| tensor(&eval[name], &device));
    let noise = (tensor(&eval["control_noise"], &device), tensor(&eval["treated_noise"], &device));
    loss("control_error", &module.control.error(control.clone()), eval);
    loss("treated_error", &module.treated.error(treated.clone()), eval);
    loss("error", &module.error(&control, &treated, noise), eval);
    let predicted = module.into_predictor().predict(control);
    close("predicted", &values(predicted), &numbers(&eval["predicted"]), 2e-6, 1e-5);
}

/// The gradient of the joint loss in a direction must be the loss's own slope in that direction.
#[test]
fn gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let case = fixture("scbutterfly/scbutterfly.json");
    let step = &case["joint"]["steps"][0];
    let x = (&tensor(&step["control"], &device), &tensor(&step["treated"], &device));
    let (mut module, mut judges) = loaded(&case, &device);
    let total = losses(&mut module, &mut judges, x, step, &device).1.total(1.0);
    let gradients = total.sum().backward();
    let names: Vec<String> = parameters(&mut module).into_iter().map(|(name, _)| name).collect();
    let mut checked = 0;
    for name in names.iter().filter(|name| !is_statistic(name) && !is_idle(name)) {
        let direction = parameters(&mut module)
            .into_iter()
            .find_map(|(other, parameter)| (other == *name).then(|| parameter.val().grad(&gradients)).flatten());
        let Some(direction) = direction else { continue };
        let length = values(direction.clone().square().sum())[0].sqrt();
        let loss_at = |h: f32| {
            let (mut moved, mut judges) = loaded(&case, &device);
            for (other, parameter) in parameters(&mut moved) {
                if other == *name {
                    let shift = Tensor::from_inner(direction.clone()) * f64::from(h / length);
                    *parameter = Param::initialized(parameter.id, parameter.val().detach() + shift);
                }
            }
            values(losses(&mut moved, &mut judges, x, step, &device).1.total(1.0))[0]
        };
        let h = 3e-4;
        let slope = (loss_at(h) - loss_at(-h)) / (2.0 * h);
        assert!((slope - length).abs() < 2e-2 * length + 5e-3, "{name}: slope {slope}, gradient {length}");
        checked += 1;
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn pairs_are_those_of_exact_transport() {
    for case in fixture("scbutterfly/pairing.json").as_array().unwrap() {
        let matrix = |name: &str| {
            let [n, m] = integers(&case[name]["shape"])[..] else { panic!("{name} is no matrix") };
            Array2::from_shape_vec((n, m), numbers(&case[name])).unwrap()
        };
        let (control, treated, plan) = (matrix("control"), matrix("treated"), matrix("plan"));
        let shares = |reuse| -> Vec<f32> {
            partners(&control, &treated, reuse).unwrap().into_iter().map(|pair| plan[pair]).collect()
        };
        let allowed = shares(Reuse::Allowed);
        close("largest shares", &allowed, &numbers(&case["largest"]), 1e-7, 1e-6);
        let never = shares(Reuse::Never);
        assert_eq!(never.len(), control.nrows().min(treated.nrows()));
        close("assignment", &[never.iter().sum()], &[number(&case["never"]) as f32], 1e-6, 1e-5);
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
    settings: &ScbutterflySettings,
    seeds: &[u64],
    arms: &[usize],
    data: &TrainingSet,
) -> (Scbutterfly, Vec<LossPoint>) {
    let mut model = Scbutterfly::new(settings.resolve().unwrap(), seeds, arms, data, &Device::flex()).unwrap();
    let (mut losses, mut before) = (Vec::new(), 0);
    while !model.progress().is_done() {
        losses.extend(block_on(model.fit(data)).unwrap());
        let progress = model.progress();
        assert!(progress.done > before && progress.done <= progress.total);
        before = progress.done;
    }
    (model, losses)
}

fn small() -> ScbutterflySettings {
    ScbutterflySettings {
        control_layers: Some(vec![16]),
        treated_layers: Some(vec![12]),
        n_embedding: Some(8),
        n_latent: Some(8),
        control_epochs: Some(3),
        treated_epochs: Some(3),
        joint_epochs: Some(3),
        ot_cells: Some(30),
        patience: Some(0),
        ..ScbutterflySettings::default()
    }
}

fn predict(model: &Scbutterfly, data: &TrainingSet, arm: usize) -> Vec<Array2<f32>> {
    block_on(model.predict(data, arm)).unwrap()
}

#[test]
fn a_replica_equals_its_own_run_even_where_they_stop_at_different_times() {
    let data = data("pbmc-two-condition", 300, 40, "B");
    // So high a rate that the error goes up and down.
    let settings = ScbutterflySettings {
        learning_rate: Some(0.05),
        control_epochs: Some(12),
        treated_epochs: Some(12),
        joint_epochs: Some(12),
        patience: Some(2),
        ..small()
    };
    let seeds = [1, 2, 19193];
    let (three, losses) = fitted(&settings, &seeds, &[1], &data);
    let mut ends = Vec::new();
    for (r, &seed) in seeds.iter().enumerate() {
        let (one, own) = fitted(&settings, &[seed], &[1], &data);
        assert_eq!(predict(&three, &data, 1)[r], predict(&one, &data, 1)[0], "seed {seed}");
        let told = |losses: &[LossPoint], r: usize| -> Vec<_> {
            losses.iter().filter_map(|loss| Some((loss.epoch, loss.validation[r]?.to_bits()))).collect()
        };
        assert_eq!(told(&losses, r), told(&own, 0), "seed {seed}");
        ends.push(own.iter().map(|loss| loss.epoch).collect::<Vec<_>>());
    }
    println!("epochs trained: {ends:?}");
    assert!(ends.iter().all(|epochs| epochs.len() < 36), "nobody stopped early");
    assert_ne!(ends[0], ends[1]);
    assert_ne!(predict(&three, &data, 1)[0], predict(&three, &data, 1)[1]);
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
    let data = data("pbmc-two-condition", 800, 200, "CD4T");
    let no_change = r2(&data, &data.expression(data.control_cells()), 1);
    let (model, losses) = fitted(&ScbutterflySettings::default(), &[1], &[1], &data);
    let predicted = predict(&model, &data, 1).remove(0);
    let found = r2(&data, &predicted, 1);
    for loss in &losses {
        println!("epoch {}: train {:?}, validation {:?}", loss.epoch, loss.train, loss.validation);
    }
    println!("R2 {found:.4}, no change {no_change:.4}");
    assert!(found > no_change + 0.05, "{found}, no change {no_change}");
    assert!(predicted.iter().all(|&v| v == 0.0 || v >= 1e-4));
    let settings = ScbutterflySettings { zero_small: Some(false), ..small() };
    let (model, _) = fitted(&settings, &[1], &[1], &data);
    assert!(predict(&model, &data, 1)[0].iter().any(|&v| v < 0.0));
}

#[test]
fn every_treatment_that_is_asked_for_has_networks_of_its_own() {
    let data = data("liver-dose-response", 600, 40, &first_type("liver-dose-response"));
    let (both, losses) = fitted(&small(), &[1, 2], &[2, 4], &data);
    let (one, own) = fitted(&small(), &[1, 2], &[4], &data);
    assert_eq!(predict(&both, &data, 4), predict(&one, &data, 4));
    assert_ne!(predict(&both, &data, 2), predict(&both, &data, 4));
    assert_eq!((both.epochs(), losses.len(), own.len()), (Some(18), 18, 9));
    assert!(losses.windows(2).all(|pair| pair[0].epoch + 1 == pair[1].epoch && pair[0].step < pair[1].step));
    let notes = both.notes(&data, &[2, 4]);
    assert!(notes[0].contains("each of the 2"), "{notes:?}");
    assert!(one.notes(&data, &[4]).iter().all(|note| !note.contains("networks of its own")));
    let error = block_on(both.predict(&data, 1)).unwrap_err();
    assert_eq!(error.code(), "no_donor");
}

fn first_type(preset: &str) -> String {
    let dataset = simulate(preset, 1).unwrap();
    guess_roles(&dataset).resolve(&dataset).unwrap().cell_types[0].clone()
}

#[test]
fn too_few_cells_and_a_diverging_loss_are_named() {
    let data = data("pbmc-two-condition", 100, 30, "B");
    let build = |settings: ScbutterflySettings| {
        Scbutterfly::new(settings.resolve().unwrap(), &[1], &[1], &data, &Device::flex())
    };
    let few = build(ScbutterflySettings { train_fraction: Some(0.1), ot_cells: Some(5), ..small() }).err().unwrap();
    assert!(matches!(few, ModelError::TooFewCells { model: "scbutterfly", .. }), "{few}");
    assert!(!few.hint().is_empty());
    let mut model = build(ScbutterflySettings { learning_rate: Some(1e30), ..small() }).unwrap();
    let error = loop {
        match block_on(model.fit(&data)) {
            Ok(_) => assert!(!model.progress().is_done(), "did not diverge"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ModelError::Diverged { model: "scbutterfly", .. }), "{error}");
}

#[test]
fn a_run_file_names_it() {
    let settings = json!({"scbutterfly": {
        "control_layers": [16], "treated_layers": [12], "n_embedding": 8, "n_latent": 8,
        "control_epochs": 1, "treated_epochs": 2, "joint_epochs": 3, "reuse": "never", "ot_cells": 30,
    }});
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 80}},
        "task": {"predict": {"models": [settings], "held_out": ["B"], "seeds": [1, 2]}},
    });
    let run = RunFile::parse(&run.to_string()).unwrap();
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let mut runner = Runner::new(run, dataset, Device::flex(), EngineInfo::default(), Rc::new(|| 0.0)).unwrap();
    let mut told = Vec::new();
    while !runner.is_finished() {
        for event in block_on(runner.step(0.0)).unwrap() {
            if let Event::Loss { epoch, epochs, train, .. } = event {
                assert_eq!((epochs, train.len()), (6, 2));
                told.push(epoch);
            }
        }
    }
    assert_eq!(told, [1, 2, 3, 4, 5, 6]);
    let report = runner.report();
    let predicted = report.predicted.as_ref().unwrap();
    let rows: Vec<_> = predicted.results.iter().map(|row| (row.model.as_str(), row.seed)).collect();
    assert_eq!(rows, [("scbutterfly", Some(1)), ("scbutterfly", Some(2))]);
    let completed = serde_json::to_value(&report.run).unwrap();
    assert_eq!(completed["task"]["predict"]["models"][0]["scbutterfly"]["patience"], 10);
}
