//! The FiLM count model against an independent PyTorch implementation (`tests/reference/film_nb_torch.py`), and what it
//! must learn from simulated cells.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::data::{Dataset, Design, GeneChoice, Preprocess, guess_roles, prepare, simulate};
use dosefront::models::baselines::MeanShift;
use dosefront::models::film_nb::{Batch, Config, FilmNb, FilmNbModule, FilmNbSettings, Loss, N_FEATURES};
use dosefront::models::{ModelError, PerturbationModel, TrainingSet};
use dosefront::nn::{AdamConfig, Weight, ln_gamma, negative_binomial, negative_binomial_constant, replica};
use futures_lite::future::block_on;
use ndarray::Array2;
use serde_json::Value;

const LEVEL_WEIGHT: f64 = 100.0;

fn small() -> Config {
    FilmNbSettings { n_hidden: Some(6), ..FilmNbSettings::default() }.resolve().unwrap()
}

fn empty(seeds: &[u64], device: &Device) -> FilmNbModule {
    let (mean, deviation) = (Tensor::zeros([N_FEATURES], device), Tensor::ones([N_FEATURES], device));
    FilmNbModule::new(&small(), 3, mean, deviation, seeds, device)
}

/// Every weight with its name in the fixture.
fn parameters(module: &mut FilmNbModule) -> Vec<(String, &mut Param<Tensor<3>>)> {
    let mut out = Vec::new();
    let layers = [
        ("hidden", &mut module.hidden),
        ("gamma", &mut module.gamma),
        ("beta", &mut module.beta),
        ("output", &mut module.output),
        ("linear", &mut module.linear),
    ];
    for (name, layer) in layers {
        out.push((format!("{name}.weight"), &mut layer.weight));
        out.push((format!("{name}.bias"), &mut layer.bias));
    }
    out
}

fn loaded(case: &Value, device: &Device) -> FilmNbModule {
    let mut module = empty(&[0], device);
    for (name, parameter) in parameters(&mut module) {
        let value = tensor(&case["initial"][&name], device);
        assert_eq!(parameter.val().dims(), value.dims(), "{name}");
        *parameter = Param::initialized(parameter.id, value).set_require_grad(true);
    }
    let fixed = |name: &str| Param::from_tensor(tensor(&case["initial"][name], device)).set_require_grad(false);
    (module.mean, module.deviation) = (fixed("mean"), fixed("deviation"));
    module
}

fn loss(module: &FilmNbModule, step: &Value, device: &Device) -> Loss {
    module.loss(Batch::of(&tensor(&step["table"], device)), Some(tensor(&step["mask"], device)))
}

#[test]
fn training_follows_the_reference() {
    let device = Device::flex().autodiff();
    let case = fixture("film_nb/film_nb.json");
    let mut module = loaded(&case, &device);
    let adam = AdamConfig { betas: (0.9, 0.999), epsilon: 1e-8, weight_decay: 1e-4 };
    let mut optimiser = adam.init();
    for (i, step) in case["steps"].as_array().unwrap().iter().enumerate() {
        let loss = loss(&module, step, &device);
        let expected = |name: &str| [case["losses"][i][name].as_f64().unwrap() as f32];
        close("nll", &values(loss.nll.clone()), &expected("nll"), 0.0, 1e-4);
        close("squared", &values(loss.squared.clone()), &expected("squared"), 0.0, 1e-4);
        let total = loss.total(LEVEL_WEIGHT);
        close("loss", &values(total.clone()), &expected("loss"), 0.0, 1e-4);
        let gradients = total.sum().backward();
        if i == 0 {
            for (name, parameter) in parameters(&mut module) {
                let found = values(parameter.val().grad(&gradients).unwrap());
                let expected = numbers(&case["gradients"][&name]);
                let largest = expected.iter().fold(0.0f32, |a, b| a.max(b.abs()));
                close(&name, &found, &expected, 1e-5 * largest, 1e-4);
            }
        }
        let gradients = GradientsParams::from_grads(gradients, &module);
        module = optimiser.step(3e-3, module, gradients);
    }
    for (name, parameter) in parameters(&mut module) {
        close(&name, &values(parameter.val()), &numbers(&case["after_steps"][&name]), 5e-6, 1e-4);
    }
}

#[test]
fn predictions_follow_the_reference() {
    let device = Device::flex();
    let case = fixture("film_nb/film_nb.json");
    let batch = Batch::of(&tensor(&case["steps"][0]["table"], &device));
    let (level, log_theta) = loaded(&case, &device).predict(batch.features, batch.treatment, batch.control, None);
    close("level", &values(level), &numbers(&case["predicted"]["level"]), 1e-6, 1e-4);
    close("log_theta", &values(log_theta), &numbers(&case["predicted"]["log_theta"]), 1e-6, 1e-4);
}

#[test]
fn the_likelihood_is_scipys() {
    let device = Device::flex();
    let case = fixture("film_nb/film_nb.json");
    let gamma = &case["ln_gamma"];
    close("ln_gamma", &values(ln_gamma(tensor(&gamma["x"], &device))), &numbers(&gamma["value"]), 1e-5, 1e-5);
    let nb = &case["negative_binomial"];
    let column = |name: &str| tensor(&nb[name], &device);
    let constant: Vec<f32> =
        numbers(&nb["y"]).iter().map(|&y| negative_binomial_constant(f64::from(y)) as f32).collect();
    let constant = Tensor::<1>::from_data(constant.as_slice(), &device).reshape(column("y").dims());
    let found = values(negative_binomial(column("y"), constant, column("mu"), column("theta")));
    close("negative binomial", &found, &numbers(&nb["value"]), 2e-5, 2e-5);
}

/// The gradient of the likelihood must be its own slope, on both sides of where Binet's function changes its form.
#[test]
fn the_likelihoods_gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    let at = |mu: f32, theta: f32| {
        let scalar = |v: f32| Tensor::<1>::from_data([v], &device);
        let (mu, theta) = (scalar(mu).require_grad(), scalar(theta).require_grad());
        let constant = scalar(negative_binomial_constant(12.0) as f32);
        (negative_binomial(scalar(12.0), constant, mu.clone(), theta.clone()), mu, theta)
    };
    for (mu, theta) in [(3.0, 0.2), (9.0, 7.5), (20.0, 9.0), (12.5, 60.0)] {
        let (value, mu_at, theta_at) = at(mu, theta);
        let gradients = value.backward();
        let slope = |h_mu: f32, h_theta: f32| {
            let high = values(at(mu + h_mu, theta + h_theta).0)[0];
            let low = values(at(mu - h_mu, theta - h_theta).0)[0];
            (high - low) / (2.0 * (h_mu + h_theta))
        };
        let (h_mu, h_theta) = (0.02 * mu, 0.02 * theta);
        close("by mu", &values(mu_at.grad(&gradients).unwrap()), &[slope(h_mu, 0.0)], 2e-3, 1e-2);
        close("by theta", &values(theta_at.grad(&gradients).unwrap()), &[slope(0.0, h_theta)], 2e-3, 1e-2);
    }
}

#[test]
fn replicas_train_as_if_alone() {
    let device = Device::flex().autodiff();
    let case = fixture("film_nb/film_nb.json");
    let train = |seeds: &[u64]| {
        let mut module = empty(seeds, &device);
        let mut optimiser = AdamConfig::SCVI.init();
        for step in case["steps"].as_array().unwrap() {
            let table = tensor(&step["table"], &device).repeat_dim(0, seeds.len());
            let total = module.loss(Batch::of(&table), None).total(LEVEL_WEIGHT);
            let gradients = GradientsParams::from_grads(total.sum().backward(), &module);
            module = optimiser.step(1e-2, module, gradients);
        }
        let batch = Batch::of(&tensor(&case["steps"][0]["table"], &device).inner());
        let network = replica(module.valid(), usize::from(seeds.len() > 1));
        values(network.predict(batch.features, batch.treatment, batch.control, None).0)
    };
    assert_eq!(train(&[1, 2, 19193]), train(&[2]));
}

// On simulated cells.

fn training_set(dataset: &Dataset, held_out: &str, keep: impl Fn(&Design, usize) -> bool) -> TrainingSet {
    let design = guess_roles(dataset).resolve(dataset).unwrap();
    let design = design.select(&(0..design.cells.len()).filter(|&i| keep(&design, i)).collect::<Vec<_>>());
    let held_out = design.cell_types.iter().position(|name| name == held_out).unwrap();
    let settings = Preprocess { genes: GeneChoice::HvgSeurat(500), max_cells: 0, ..Preprocess::default() };
    TrainingSet::new(prepare(dataset, &design, &settings, &design.treated_of(held_out)).unwrap(), held_out)
}

fn fitted(data: &TrainingSet, seeds: &[u64]) -> FilmNb {
    let config = FilmNbSettings::default().resolve().unwrap();
    let mut model = FilmNb::new(config, seeds, true, data, &Device::flex()).unwrap();
    while !model.progress().is_done() {
        block_on(model.fit(data)).unwrap();
    }
    model
}

/// Mean squared error of `ln(1 + mean normalised count)` against the simulator's truth under `arm`.
fn error(dataset: &Dataset, data: &TrainingSet, predicted: &Array2<f32>, arm: usize) -> f64 {
    let (truth, prepared) = (dataset.truth.as_ref().unwrap(), data.prepared());
    let place = |names: &[String], name: &String| names.iter().position(|other| other == name).unwrap();
    let cell_type = place(&truth.cell_types, &prepared.design.cell_types[data.held_out_type()]);
    let means = truth.means[cell_type].row(place(&truth.arms, &prepared.design.arms[arm].label)).to_owned();
    let errors = prepared.gene_index.iter().zip(predicted.columns()).map(|(&gene, cells)| {
        let found = cells.iter().map(|&v| f64::from(v).exp_m1()).sum::<f64>() / cells.len() as f64;
        (found.ln_1p() - (prepared.target_sum * means[gene]).ln_1p()).powi(2)
    });
    errors.sum::<f64>() / predicted.ncols() as f64
}

#[test]
fn it_learns_more_than_the_mean_shift() {
    let dataset = simulate("pbmc-two-condition", 1).unwrap();
    let (mut ours, mut shift) = (0.0, 0.0);
    for held_out in ["CD4T", "FCGR3A+Mono"] {
        let data = training_set(&dataset, held_out, |_, _| true);
        let model = fitted(&data, &[1, 2]);
        let predicted = block_on(model.predict(&data, 1)).unwrap();
        assert_eq!(predicted.len(), 2);
        assert_eq!(predicted[0].dim(), (data.control_cells().len(), data.n_genes()));
        assert_ne!(predicted[0], predicted[1]);
        // Counts that are drawn hold zeros, as real ones do.
        assert!(predicted[0].iter().any(|&v| v == 0.0) && predicted[0].iter().all(|v| v.is_finite() && *v >= 0.0));
        ours += error(&dataset, &data, &predicted[0], 1);
        shift += error(&dataset, &data, &block_on(MeanShift.predict(&data, 1)).unwrap()[0], 1);
        let alone = fitted(&data, &[2]);
        assert_eq!(block_on(alone.predict(&data, 1)).unwrap()[0], predicted[1], "a replica is its own run");
    }
    assert!(ours < shift, "error {ours}, mean shift {shift}");
}

#[test]
fn a_training_that_ran_away_is_refused_before_it_is_drawn() {
    let dataset = simulate("pbmc-two-condition", 1).unwrap();
    let data = training_set(&dataset, "CD4T", |_, _| true);
    let config = FilmNbSettings::default().resolve().unwrap();
    let mut model = FilmNb::new(config, &[1], true, &data, &Device::flex()).unwrap();
    let mut weights = block_on(model.weights()).unwrap();
    for (name, weight) in weights.clone().iter().filter(|(name, _)| name.ends_with("bias")) {
        weights.insert(name.clone(), Weight { values: vec![5.0; weight.values.len()], ..weight.clone() });
    }
    model.restore(weights).unwrap();
    let error = block_on(model.predict(&data, 1)).unwrap_err();
    assert!(matches!(error, ModelError::Runaway { .. }), "{error}");
    assert_eq!(error.code(), "diverged");
    assert!(!error.hint().is_empty());
}

#[test]
fn a_dose_that_nobody_was_measured_at_is_interpolated() {
    let dataset = simulate("liver-dose-response", 1).unwrap();
    let (mut ours, mut lower, mut higher) = (0.0, 0.0, 0.0);
    let types = guess_roles(&dataset).resolve(&dataset).unwrap().cell_types;
    for held_out in &types {
        let arm_of = |design: &Design, label: &str| design.arms.iter().position(|arm| arm.label == label).unwrap();
        let data = training_set(&dataset, held_out, |design, i| {
            design.arm[i] as usize != arm_of(design, "3")
                || design.cell_types[design.cell_type[i] as usize] == *held_out
        });
        let design = &data.prepared().design;
        let (middle, below, above) = (arm_of(design, "3"), arm_of(design, "1"), arm_of(design, "10"));
        assert!(data.donors(middle).is_empty());
        let model = fitted(&data, &[1]);
        let error_at = |arm| error(&dataset, &data, &block_on(model.predict(&data, arm)).unwrap()[0], middle);
        ours += error_at(middle);
        lower += error_at(below);
        higher += error_at(above);
    }
    assert!(ours < lower.min(higher), "error {ours}, nearest measured doses {lower} and {higher}");
}

#[test]
fn what_it_cannot_do_is_named() {
    let dataset = simulate("liver-dose-response", 1).unwrap();
    let held_out = "Hepatocytes - portal";
    // Nobody was measured at the highest dose, so there is nothing to interpolate towards.
    let data = training_set(&dataset, held_out, |design, i| {
        design.arms[design.arm[i] as usize].dose != Some(30.0)
            || design.cell_types[design.cell_type[i] as usize] == held_out
    });
    let settings = FilmNbSettings { epochs: Some(1), ..FilmNbSettings::default() };
    let model = FilmNb::new(settings.resolve().unwrap(), &[1], true, &data, &Device::flex()).unwrap();
    let last = data.arms().len() - 1;
    let error = block_on(model.predict(&data, last)).unwrap_err();
    assert!(matches!(error, ModelError::NoDonor { .. }), "{error}");
    assert!(error.to_string().contains("30"));
}
