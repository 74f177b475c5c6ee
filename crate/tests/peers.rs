//! SAUCIE's batch correction and DESC against independent PyTorch implementations (`tests/reference/make_peer_fixtures.py`): the
//! same weights and cells must give the same losses, gradients and steps. And on simulated cells: do they do what they are for?

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;
#[path = "common/network.rs"]
#[allow(dead_code, reason = "the other helpers are those of perturbation models")]
mod network;

use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::metrics::clustering::{Agreement, silhouette};
use dosefront::models::ModelError;
use dosefront::nn::AdamConfig;
use dosefront::random::stream;
use dosefront::tradeoff::peers::desc::{Desc, DescConfig, DescModule, DescSettings, Stage, log_shares, target};
use dosefront::tradeoff::peers::saucie::{BatchWeights, Saucie, SaucieConfig, SaucieModule, SaucieSettings, batch_mmd};
use dosefront::tradeoff::peers::{Layers, Peer};
use futures_lite::future::block_on;
use ndarray::{Array2, Axis, array};
use network::{Named, check_after, check_gradients, integers, linear, load, number};
use rand::RngExt;
use rand_distr::StandardNormal;
use serde_json::Value;

fn layers<'a>(name: &str, layers: &'a mut Layers, out: &mut Named<'a>) {
    for (i, layer) in layers.layers.iter_mut().enumerate() {
        linear(&format!("{name}.{i}"), layer, out);
    }
}

fn of_saucie(module: &mut SaucieModule) -> Named<'_> {
    let mut out = Vec::new();
    layers("encoder", &mut module.encoder, &mut out);
    layers("decoder", &mut module.decoder, &mut out);
    out
}

/// All that the discrepancy depends on.
fn of_saucie_encoder(module: &mut SaucieModule) -> Named<'_> {
    let mut out = Vec::new();
    layers("encoder", &mut module.encoder, &mut out);
    out
}

fn of_desc(module: &mut DescModule) -> Named<'_> {
    let mut out = Vec::new();
    layers("encoder", &mut module.encoder, &mut out);
    layers("decoder", &mut module.decoder, &mut out);
    out
}

fn codes(value: &Value) -> Vec<u32> {
    integers(value).into_iter().map(|code| code as u32).collect()
}

fn saucie_module(case: &Value, device: &Device) -> SaucieModule {
    let settings = SaucieSettings {
        layers: Some(integers(&case["layers"])),
        n_latent: Some(number(&case["latent"]) as usize),
        ..SaucieSettings::default()
    };
    let mut module = SaucieModule::new(number(&case["genes"]) as usize, &settings.resolve().unwrap(), &[0], device);
    load(of_saucie(&mut module), &case["initial"], device);
    module
}

fn weights_of(case: &Value, step: &Value, device: &Device) -> BatchWeights {
    let (batches, reference) = (number(&case["n_batches"]) as usize, number(&case["reference"]) as usize);
    BatchWeights::new(&[codes(&step["batch"])], batches, reference, device)
}

#[test]
fn saucie_follows_the_reference() {
    let device = Device::flex().autodiff();
    for file in ["saucie", "saucie_three"] {
        let case = fixture(&format!("peers/{file}.json"));
        let lambda_b = number(&case["lambda_b"]);
        let mut module = saucie_module(&case, &device);
        let mut optimiser = AdamConfig::PYTORCH.init();
        for (i, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let weights = weights_of(&case, step, &device);
            let loss = module.loss(tensor(&step["x"], &device), Some(&weights));
            let expected = |name: &str| [number(&case["losses"][i][name]) as f32];
            close("reference", &values(loss.reference.clone()), &expected("reference"), 0.0, 1e-5);
            close("standardised", &values(loss.standardised.clone()), &expected("standardised"), 0.0, 1e-5);
            close("mmd", &values(loss.mmd.clone()), &expected("mmd"), 0.0, 1e-5);
            if i == 0 {
                // A forward pass of its own: a graph can be gone back through once.
                let alone = module.loss(tensor(&step["x"], &device), Some(&weights)).mmd;
                check_gradients(of_saucie_encoder(&mut module), &alone.sum().backward(), &case["mmd_gradients"], 1e-5);
            }
            let loss = loss.total(lambda_b);
            close("loss", &values(loss.clone()), &expected("loss"), 0.0, 1e-5);
            let mut gradients = loss.sum().backward();
            if i == 0 {
                check_gradients(of_saucie(&mut module), &gradients, &case["gradients"], 1e-6);
            }
            let gradients = GradientsParams::from_module(&mut gradients, &module);
            module = optimiser.step(number(&case["lr"]), module, gradients);
        }
        check_after(of_saucie(&mut module), &case["after"], 0.0);
        let plain = Device::flex();
        let latent = saucie_module(&case, &plain).encoder.forward(tensor(&case["eval"]["x"], &plain));
        close("latent", &values(latent), &numbers(&case["eval"]["latent"]), 2e-6, 1e-5);
    }
}

/// The gradient of the discrepancy with respect to the embedding must be its own slope, also through the largest distance.
#[test]
fn the_discrepancy_passes_finite_differences() {
    let device = Device::flex().autodiff();
    let n = 30;
    let mut rng = stream(3, "peers/mmd");
    let batch: Vec<u32> = (0..n as u32).map(|i| i % 3).collect();
    let weights = BatchWeights::new(&[batch], 3, 0, &device);
    let start: Vec<f32> =
        (0..n).flat_map(|i| [i % 3, 0].map(|shift| shift as f32 + rng.sample::<f32, _>(StandardNormal))).collect();
    let at = |values: Vec<f32>| dosefront::nn::to_tensor::<3>(values, [1, n, 2], &device);
    let z = at(start.clone()).require_grad();
    let gradients = batch_mmd(&z, &weights).sum().backward();
    let gradient = values(z.grad(&gradients).unwrap());
    // Every cell in turn, those that are farthest apart among them. Distances are relative, so that shifts are too.
    let mut largest = 0.0_f32;
    for (i, &slope) in gradient.iter().enumerate() {
        let h = 2e-3;
        let moved = |by: f32| {
            let mut moved = start.clone();
            moved[i] += by;
            f64::from(values(batch_mmd(&at(moved), &weights))[0])
        };
        let found = (moved(h) - moved(-h)) / (2.0 * f64::from(h));
        largest = largest.max(slope.abs());
        assert!(
            (found - f64::from(slope)).abs() < 0.02 * f64::from(slope.abs()) + 0.02,
            "{i}: slope {found}, gradient {slope}"
        );
    }
    assert!(largest > 0.1, "{largest}");
    // Neither shifts nor scales matter.
    let elsewhere: Vec<f32> = start.iter().map(|v| 5.0 * v - 3.0).collect();
    close("scaled", &values(batch_mmd(&at(elsewhere), &weights)), &values(batch_mmd(&at(start), &weights)), 1e-4, 1e-4);
    // Cells in one place have no discrepancy, and no gradient that is not a number.
    let z = at(vec![1.0; 2 * n]).require_grad();
    let discrepancy = batch_mmd(&z, &weights);
    assert!(values(discrepancy.clone())[0].abs() < 1e-4);
    assert!(values(z.grad(&discrepancy.sum().backward()).unwrap()).iter().all(|v| v.is_finite()));
}

#[test]
fn a_batch_that_is_not_in_the_minibatch_changes_nothing() {
    let device = Device::flex();
    let mut rng = stream(4, "peers/absent");
    let z = dosefront::nn::to_tensor::<3>((0..24).map(|_| rng.random()).collect(), [1, 12, 2], &device);
    let batch: Vec<u32> = (0..12).map(|i| 2 * (i % 2)).collect();
    let two: Vec<u32> = batch.iter().map(|code| code / 2).collect();
    let of_three = batch_mmd(&z, &BatchWeights::new(&[batch], 3, 0, &device));
    let of_two = batch_mmd(&z, &BatchWeights::new(&[two], 2, 0, &device));
    assert_eq!(values(of_three), values(of_two));
}

fn desc_module(case: &Value, device: &Device) -> DescModule {
    let settings = DescSettings { layers: Some(integers(&case["layers"])), ..DescSettings::default() };
    let (genes, clusters) = (number(&case["genes"]) as usize, number(&case["clusters"]) as usize);
    let mut module = DescModule::new(genes, clusters, &settings.resolve().unwrap(), &[0], device);
    load(of_desc(&mut module), &case["initial"], device);
    module.with_centroids(numbers(&case["centroids"]))
}

#[test]
fn desc_follows_the_reference() {
    let device = Device::flex().autodiff();
    for file in ["desc", "desc_deep"] {
        let case = fixture(&format!("peers/{file}.json"));
        let mut module = desc_module(&case, &device);
        let steps: Vec<Tensor<3>> = case["steps"].as_array().unwrap().iter().map(|x| tensor(x, &device)).collect();
        let n_layers = module.encoder.layers.len();
        for (i, expected) in case["stages"].as_array().unwrap().iter().enumerate() {
            let stage = if i < n_layers { Stage::Layer(i) } else { Stage::Whole };
            let loss = module.reconstruction(stage, steps[0].clone());
            close("stage", &values(loss.clone()), &[number(&expected["loss"]) as f32], 0.0, 1e-5);
            check_gradients(of_desc(&mut module), &loss.sum().backward(), &expected["gradients"], 1e-6);
        }

        let k = number(&case["clusters"]) as usize;
        let shares = values(module.log_shares(Tensor::cat(steps.clone(), 1)).exp());
        close("shares", &shares, &numbers(&case["shares"]), 1e-7, 1e-5);
        let target = target(&shares, k);
        close("target", &target, &numbers(&case["target"]), 1e-7, 2e-5);
        let momentum = MomentumConfig::new().with_momentum(number(&case["momentum"])).with_dampening(0.0);
        let mut optimiser = SgdConfig::new().with_momentum(Some(momentum)).init();
        let goals = numbers(&case["target"]);
        for (i, x) in steps.into_iter().enumerate() {
            let goal = goals[16 * i * k..16 * (i + 1) * k].to_vec();
            let loss = module.divergence(x, dosefront::nn::to_tensor(goal, [1, 16, k], &device));
            close("divergence", &values(loss.clone()), &[number(&case["losses"][i]) as f32], 3e-7, 1e-5);
            let mut gradients = loss.sum().backward();
            if i == 0 {
                check_gradients(of_desc(&mut module), &gradients, &case["gradients"], 1e-7);
                let found = values(module.centroids.val().grad(&gradients).unwrap());
                close("centroids", &found, &numbers(&case["centroid_gradients"]), 1e-7, 1e-4);
            }
            let gradients = GradientsParams::from_module(&mut gradients, &module);
            module = optimiser.step(number(&case["lr"]), module, gradients);
        }
        check_after(of_desc(&mut module), &case["after"], 0.0);
        close("centroids", &values(module.centroids.val()), &numbers(&case["centroids_after"]), 3e-7, 1e-5);
    }
}

/// The slope of the divergence along its gradient, with respect to centroids that lie among the cells.
#[test]
fn the_divergence_passes_finite_differences() {
    let device = Device::flex().autodiff();
    let mut rng = stream(5, "peers/divergence");
    let mut normal = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.sample(StandardNormal)).collect() };
    let (z, start) = (normal(40 * 3), normal(4 * 3));
    let z = || dosefront::nn::to_tensor::<3>(z.clone(), [1, 40, 3], &device);
    let at = |values: Vec<f32>| dosefront::nn::to_tensor::<3>(values, [1, 4, 3], &device);
    let goal = target(&values(log_shares(z(), at(start.clone())).exp()), 4);
    let loss = |centroids| {
        let goal = dosefront::nn::to_tensor::<3>(goal.clone(), [1, 40, 4], &device);
        dosefront::tradeoff::peers::desc::divergence(goal, log_shares(z(), centroids))
    };
    let centroids = at(start.clone()).require_grad();
    let gradient = values(centroids.grad(&loss(centroids.clone()).sum().backward()).unwrap());
    for (i, slope) in gradient.iter().enumerate() {
        let moved = |by: f32| {
            let mut moved = start.clone();
            moved[i] += by;
            values(loss(at(moved)))[0]
        };
        let found = (moved(0.01) - moved(-0.01)) / 0.02;
        assert!((found - slope).abs() < 0.02 * slope.abs() + 1e-4, "{i}: slope {found}, gradient {slope}");
    }
    assert!(gradient.iter().any(|slope| slope.abs() > 0.005), "{gradient:?}");
}

const GENES: usize = 40;

struct Toy {
    x: Array2<f32>,
    group: Vec<u32>,
    batch: Vec<u32>,
}

/// Cells of three groups, which are far apart, in two batches, which differ by a shift of every gene.
fn toy(n: usize, shift: f32, seed: u64) -> Toy {
    let mut rng = stream(seed, "peers/toy");
    let mut centres = || Array2::from_shape_fn((3, GENES), |_| rng.random_range(0.0..3.0_f32));
    let (groups, shifts) = (centres(), centres());
    let group: Vec<u32> = (0..n as u32).map(|i| i % 3).collect();
    // The first batch is the larger one; groups are as frequent in both.
    let batch: Vec<u32> = (0..n as u32).map(|i| u32::from((i / 3) % 5 >= 3)).collect();
    let x = Array2::from_shape_fn((n, GENES), |(i, gene)| {
        let noise: f32 = rng.sample(StandardNormal);
        let effect = shift * (shifts[(0, gene)] / 3.0) * batch[i] as f32;
        (groups[(group[i] as usize, gene)] + effect + 0.4 * noise).max(0.0)
    });
    Toy { x, group, batch }
}

fn fit(peer: &mut dyn Peer) {
    let mut before = 0;
    while !peer.progress().is_done() {
        block_on(peer.fit()).unwrap();
        let progress = peer.progress();
        assert!(progress.done > before && progress.done <= progress.total, "{progress:?} after {before}");
        before = progress.done;
    }
    assert!(peer.loss().is_some_and(f32::is_finite) && peer.steps() > 0);
    // Once more does no harm.
    let steps = peer.steps();
    block_on(peer.fit()).unwrap();
    assert_eq!(peer.steps(), steps);
}

fn saucie_config(settings: &SaucieSettings) -> SaucieConfig {
    SaucieSettings { layers: Some(vec![32, 16]), batch_size: Some(100), ..settings.clone() }.resolve().unwrap()
}

/// Share of the ten nearest neighbours that are of the other batch, over what it would be by chance.
fn mixing(latent: &Array2<f32>, batch: &[u32]) -> f64 {
    let n = latent.nrows();
    let mut others = 0;
    for i in 0..n {
        let mut near: Vec<(f32, usize)> =
            (0..n).filter(|&j| j != i).map(|j| ((&latent.row(i) - &latent.row(j)).mapv(|d| d * d).sum(), j)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        others += near[..10].iter().filter(|(_, j)| batch[*j] != batch[i]).count();
    }
    let second = batch.iter().filter(|&&code| code == 1).count() as f64 / n as f64;
    others as f64 / (10 * n) as f64 / (2.0 * second * (1.0 - second))
}

#[test]
fn saucie_mixes_batches_that_a_plain_autoencoder_keeps_apart() {
    let toy = toy(400, 1.5, 1);
    let run = |lambda_b: f64| {
        let config =
            saucie_config(&SaucieSettings { lambda_b: Some(lambda_b), steps: Some(600), ..SaucieSettings::default() });
        let mut model = Saucie::new(config, &[1], toy.x.clone(), &toy.batch, 2, &Device::flex()).unwrap();
        assert_eq!(model.reference(), 0);
        fit(&mut model);
        let latent = block_on(model.latent(&toy.x)).unwrap();
        assert_eq!(latent.dim(), (400, 2));
        let groups = silhouette(latent.view(), &toy.group).unwrap();
        (mixing(&latent, &toy.batch), groups, model.loss().unwrap())
    };
    let (plain, corrected) = (run(0.0), run(0.1));
    println!("mixing, silhouette of groups, loss: plain {plain:?}, lambda_b 0.1 {corrected:?}");
    assert!(corrected.1 > plain.1 && corrected.1 > 0.5, "the groups are {corrected:?}, without {plain:?}");
    assert!(corrected.0 > 2.0 * plain.0 + 0.5, "mixing {} against {}", corrected.0, plain.0);
}

fn desc_config(settings: &DescSettings) -> DescConfig {
    DescSettings { layers: Some(vec![32, 8]), batch_size: Some(64), ..settings.clone() }.resolve().unwrap()
}

#[test]
fn desc_finds_the_groups() {
    let toy = toy(400, 0.5, 2);
    let config = desc_config(&DescSettings { pretrain_epochs: Some(30), ..DescSettings::default() });
    let mut model = Desc::new(config.clone(), &[1], &toy.x, 3, &Device::flex()).unwrap();
    fit(&mut model);
    let ari = |clusters: &[u32]| Agreement::new(&toy.group, clusters).unwrap().adjusted_rand();
    let found = ari(model.clusters(0));
    let latent = block_on(model.latent(&toy.x)).unwrap();
    let tight = silhouette(latent.view(), &toy.group).unwrap();
    println!("ARI {found}, silhouette {tight}, settled {}, {} steps", model.has_settled(0), model.steps());
    assert!(found > 0.95 && model.has_settled(0), "{found}");

    // From clusters of which a fifth is wrong it finds them too, and tightens them.
    let groups = toy.group.clone();
    let astray = move |_: &Array2<f32>, k: usize, _: u64| {
        Ok(groups.iter().enumerate().map(|(i, &g)| if i % 5 == 0 { (g + 1) % k as u32 } else { g }).collect())
    };
    let mut astray =
        Desc::new(config, &[1], &toy.x, 3, &Device::flex()).unwrap().with_initial_clusters(Box::new(astray));
    fit(&mut astray);
    assert!(ari(astray.clusters(0)) > 0.95, "{}", ari(astray.clusters(0)));
}

#[test]
fn a_replica_equals_its_own_run() {
    let toy = toy(150, 1.0, 3);
    let device = Device::flex();
    let config = saucie_config(&SaucieSettings { steps: Some(13), ..SaucieSettings::default() });
    let saucie = |seeds: &[u64]| {
        let mut model = Saucie::new(config.clone(), seeds, toy.x.clone(), &toy.batch, 2, &device).unwrap();
        fit(&mut model);
        model
    };
    let (three, one) = (saucie(&[1, 2, 19193]), saucie(&[2]));
    let embedding = |model: &Saucie, r| block_on(model.embedding(&toy.x, r)).unwrap();
    assert_eq!(embedding(&three, 1), embedding(&one, 0));
    assert_ne!(embedding(&three, 0), embedding(&one, 0));
    assert_eq!(three.losses()[1].to_bits(), one.losses()[0].to_bits());

    let config =
        desc_config(&DescSettings { pretrain_epochs: Some(4), max_updates: Some(6), ..DescSettings::default() });
    let desc = |seeds: &[u64]| {
        let mut model = Desc::new(config.clone(), seeds, &toy.x, 3, &device).unwrap();
        fit(&mut model);
        model
    };
    let (three, one) = (desc(&[1, 2, 19193]), desc(&[2]));
    let embedding = |model: &Desc, r| block_on(model.embedding(&toy.x, r)).unwrap();
    assert_eq!(embedding(&three, 1), embedding(&one, 0));
    assert_ne!(embedding(&three, 0), embedding(&one, 0));
    assert_eq!((three.clusters(1), three.has_settled(1)), (one.clusters(0), one.has_settled(0)));
    assert_eq!(three.losses()[1].to_bits(), one.losses()[0].to_bits());
}

#[test]
fn bad_input_is_named() {
    let device = Device::flex();
    let toy = toy(60, 1.0, 4);
    let config = saucie_config(&SaucieSettings { steps: Some(3), ..SaucieSettings::default() });
    let saucie =
        |x: &Array2<f32>, batch: &[u32], n: usize| Saucie::new(config.clone(), &[1], x.clone(), batch, n, &device);
    let named = |error: ModelError| match error {
        ModelError::Parameter { parameter, .. } => parameter,
        other => panic!("{other}"),
    };
    assert!(matches!(saucie(&array![[1.0]], &[0], 1).err(), Some(ModelError::TooFewCells { needed: 10, .. })));
    assert_eq!(named(saucie(&toy.x, &toy.batch[1..], 2).err().unwrap()), "the number of batch codes");
    assert_eq!(named(saucie(&toy.x, &toy.batch, 1).err().unwrap()), "a batch code");
    assert_eq!(named(saucie(&toy.x, &[0; 60], 2).err().unwrap()), "the number of batches");
    let mut holed = toy.x.clone();
    holed[(7, 3)] = f32::NAN;
    assert_eq!(named(saucie(&holed, &toy.batch, 2).err().unwrap()), "expression");
    let model = saucie(&toy.x, &toy.batch, 2).unwrap();
    let fewer = toy.x.select(Axis(1), &(1..GENES).collect::<Vec<_>>());
    assert_eq!(named(block_on(model.latent(&fewer)).unwrap_err()), "the genes of the cells");

    let config = desc_config(&DescSettings { pretrain_epochs: Some(1), ..DescSettings::default() });
    let desc = |clusters: usize| Desc::new(config.clone(), &[1], &fewer, clusters, &device);
    assert_eq!(named(desc(1).err().unwrap()), "n_clusters");
    assert_eq!(named(desc(61).err().unwrap()), "n_clusters");
    let mut astray = desc(3).unwrap().with_initial_clusters(Box::new(|_, k, _| Ok(vec![k as u32; 60])));
    let error = loop {
        match block_on(astray.fit()) {
            Ok(()) => assert!(!astray.progress().is_done()),
            Err(error) => break error,
        }
    };
    assert_eq!(named(error), "the initial clusters");

    // A rate that throws the network out is noticed.
    let wild = SaucieSettings { learning_rate: Some(1e30), steps: Some(50), ..SaucieSettings::default() };
    let mut model = Saucie::new(saucie_config(&wild), &[1], fewer.clone(), &toy.batch, 2, &device).unwrap();
    let error = loop {
        match block_on(model.fit()) {
            Ok(()) => assert!(!model.progress().is_done(), "did not diverge"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ModelError::Diverged { model: "saucie_mmd", .. }), "{error}");
}
