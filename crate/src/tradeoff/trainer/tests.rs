use burn::module::ModuleVisitor;
use burn::module::Param;
use futures_lite::future::block_on;

use super::super::measure::{Measure, MeasureSettings};
use super::super::scvi::{Scvi, ScviSettings};
use super::*;
use crate::data::{GeneChoice, Preprocess, Roles, prepare, simulate};
use crate::nn::replica;

const ENDS: [Aim; 2] = [Aim::Batch, Aim::Biology];

/// A tiny training of simulated marrow: three minibatches of about 64 cells in a pass.
fn trainer(inner: &[Aim], measure: Measure, shared: Shared) -> Trainer {
    let device = Device::flex();
    let dataset = simulate("marrow-two-batches", 1).unwrap();
    let roles = Roles { batch: Some("batch".into()), ..Roles::default() };
    let design = roles.resolve_batches(&dataset).unwrap();
    let preprocess = Preprocess { max_cells: 200, genes: GeneChoice::HvgSeurat(40), ..Preprocess::default() };
    let prepared = prepare(&dataset, &design, &preprocess, &vec![false; design.cells.len()]).unwrap();
    let cells = Cells::new(&prepared, &device.clone().autodiff()).unwrap();
    let settings = ScviSettings { n_hidden: Some(16), n_latent: Some(4), batch_size: Some(64), ..Default::default() };
    let scvi = settings.resolve().unwrap();
    let settings = MeasureSettings {
        measure,
        hidden_layers: Some(2),
        width: Some(16),
        critic_steps: Some(2),
        ..MeasureSettings::default()
    };
    let aims: Vec<Aim> = ENDS.iter().chain(inner).copied().collect();
    // Other weights in every replica, so that none can be taken for another.
    let seeds: Vec<u64> = (1..=aims.len() as u64).collect();
    let module = Scvi::new(cells.n_genes(), 2, &scvi, &seeds, &device.clone().autodiff());
    Trainer::new(Setup {
        module: Network::plain(module),
        measure: Some(BatchMeasure::new(&settings.resolve().unwrap(), 4, 2, 0, &seeds, &device).unwrap()),
        aims,
        train: Rc::new((0..cells.batch.len()).collect()),
        cells: Rc::new(cells),
        ranges: Ranges::running(5.0),
        follow_ranges: true,
        preferences: Rc::new(super::super::solver::preferences(3)),
        shared,
        apart: false,
        smoothing: 5.0,
        hold_cones: true,
        feasible_steps: 3,
        total_steps: 40,
        seed: 7,
        purpose: "test",
        scvi,
        device,
    })
}

/// Gradients of all parameters, one row per replica.
struct Rows<'a> {
    from: &'a GradientsParams,
    rows: Vec<Vec<f64>>,
}

impl ModuleVisitor for Rows<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.from.get::<D>(param.id) else { return };
        let values: Vec<f32> = gradient.into_data().iter::<f32>().collect();
        let each = values.len() / self.rows.len();
        for (row, part) in self.rows.iter_mut().zip(values.chunks(each)) {
            row.extend(part.iter().map(|&value| f64::from(value)));
        }
    }
}

fn rows(module: &impl Module, from: &GradientsParams, replicas: usize) -> Vec<Vec<f64>> {
    let mut rows = Rows { from, rows: vec![Vec::new(); replicas] };
    module.visit(&mut rows);
    rows.rows
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn near(found: &[f64], expected: &[f64], factor: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scaled: Vec<f64> = found.iter().map(|value| factor * value).collect();
    let length = dot(expected, expected).sqrt();
    let apart: Vec<f64> = scaled.iter().zip(expected).map(|(a, b)| a - b).collect();
    let apart = dot(&apart, &apart).sqrt();
    assert!(length > 0.0 && apart < 1e-4 * length, "{what}: {apart:e} of {length:e}");
}

/// The gradients of a step, whose graph is cut at the posterior, against those of one pass through everything.
fn check_gradients(inner: &[Aim], measure: Measure, shared: Shared) {
    let mut trainer = trainer(inner, measure, shared);
    for _ in 0..3 {
        block_on(trainer.step()).unwrap();
    }
    let (replicas, device) = (trainer.setup.aims.len(), trainer.autodiff.clone());
    let minibatch = trainer.setup.cells.minibatch(&trainer.state.sampler.draw());
    let (same, mut draws) = (trainer.state.measure.clone().unwrap(), trainer.state.draws.clone());
    let mut module = trainer.module.take().unwrap();
    let mut whole = module.clone();
    let (gradients, bad) = block_on(trainer.gradients(&mut module, &minibatch)).unwrap();
    assert!(bad.is_empty());
    let weights = trainer.state.weights.clone();

    let drawn = draws.draw(minibatch.batch.len(), &device);
    let mut losses = || {
        let posterior = whole.scvi.encoder.forward_train(minibatch.logged.clone(), &[], drawn.masks.clone());
        let u = generative_loss(&mut whole, None, &posterior, &minibatch, &drawn, &trainer.prior);
        let z = posterior.sample(drawn.noise.clone());
        // A copy, because the permutations move on.
        let v = same.clone().value(z, &minibatch.batch, 1, None).unwrap().reshape([replicas]);
        [u, v]
    };
    let column =
        |objective: usize| replica_weights(weights.iter().map(|weight| weight[objective]), &device).reshape([replicas]);
    let [u, v] = losses();
    let sum = (u * column(0) + v * column(1)).sum().backward();
    // Each from a pass of its own: a graph can be gone back through only once.
    let u = losses()[0].clone().sum().backward();
    let v = losses()[1].clone().sum().backward();
    let backward = |graph| GradientsParams::from_grads(graph, &whole);
    let (sum, u, v) = (backward(sum), backward(u), backward(v));
    let encoder = |from: &GradientsParams| rows(&module.scvi.encoder, from, replicas);
    let decoder = |from: &GradientsParams| rows(&module.scvi.decoder, from, replicas);
    for (r, aim) in trainer.setup.aims.iter().enumerate() {
        let what = format!("{measure:?} {shared:?} {aim:?} {:?}", weights[r]);
        if matches!(aim, Aim::Weighted(_) | Aim::Penalty(_)) {
            assert!(weights[r].iter().all(|weight| weight.abs() > 1e-6), "{what} should weigh both");
        }
        near(&encoder(&gradients)[r], &encoder(&sum)[r], 1.0, &what);
        // The decoder follows U alone, with the weight of U only where everything is shared.
        let own = if shared == Shared::All { own_weight(*aim, weights[r])[0] } else { 1.0 };
        near(&decoder(&u)[r], &decoder(&gradients)[r], own, &format!("decoder, {what}"));
    }
    let products = gram(&module, &u, &v, replicas, &trainer.setup.device).into_data();
    let products: Vec<f64> = products.iter::<f32>().map(f64::from).collect();
    for r in 0..replicas {
        // V has no gradient in the decoder.
        let (all, u, v) = (rows(&module, &u, replicas), encoder(&u), encoder(&v));
        let expected = [dot(&all[r], &all[r]), dot(&u[r], &v[r]), dot(&v[r], &v[r])];
        let scale = [expected[0], (expected[0] * expected[2]).sqrt(), expected[2]];
        for i in 0..3 {
            let found = products[i * replicas + r];
            assert!((found - expected[i]).abs() < 1e-4 * scale[i], "product {i}: {found} {}", expected[i]);
        }
    }
}

#[test]
fn gradients_from_the_cut_are_those_of_one_pass() {
    let sums = [Aim::Weighted([0.3, 0.7]), Aim::Penalty(40.0)];
    check_gradients(&sums, Measure::Mine, Shared::Encoder);
    check_gradients(&sums, Measure::Mmd, Shared::All);
}

#[test]
fn gradients_from_two_cuts_are_those_of_one_pass() {
    let cones = [Aim::Cone(1), Aim::Weighted([0.5, 0.5])];
    check_gradients(&cones, Measure::Mine, Shared::Encoder);
    check_gradients(&cones, Measure::Mine, Shared::All);
    check_gradients(&cones, Measure::Classifier, Shared::Encoder);
}

/// Weights of a replica.
fn weights(trainer: &Trainer, r: usize) -> Vec<f32> {
    struct All(Vec<f32>);
    impl ModuleVisitor for All {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(param.val().into_data().iter::<f32>());
        }
    }
    let mut all = All(Vec::new());
    replica(trainer.module(), r).visit(&mut all);
    all.0
}

/// Turns the weights of a replica into NaN.
fn poison(trainer: &mut Trainer, r: usize) {
    let shares: Vec<f64> = (0..trainer.setup.aims.len()).map(|i| if i == r { f64::NAN } else { 1.0 }).collect();
    let module = trainer.module.take().unwrap();
    trainer.module = Some(part_of_step(&module.clone(), module, &shares, &trainer.setup.device));
    assert!(weights(trainer, r).iter().all(|weight| weight.is_nan()));
}

const TWO: [Aim; 2] = [Aim::Weighted([0.3, 0.7]), Aim::Cone(1)];

fn train(inner: &[Aim], steps: usize, troubles: &[(usize, usize)]) -> Trainer {
    let mut trainer = trainer(inner, Measure::Mine, Shared::Encoder);
    let mut troubles = troubles.iter();
    let mut next = troubles.next();
    for _ in 0..20 * steps {
        if let Some(&(at, replica)) = next
            && trainer.steps() == at
        {
            poison(&mut trainer, replica);
            next = troubles.next();
        }
        if trainer.steps() < steps {
            block_on(trainer.step()).unwrap();
        }
    }
    assert_eq!((trainer.steps(), next), (steps, None));
    trainer
}

#[test]
fn a_replica_that_runs_into_a_nan_goes_back_and_leaves_the_others_alone() {
    let smooth = train(&TWO, 32, &[]);
    // At 25 a point to go back to is due, which must not be the poisoned one.
    let rough = train(&TWO, 32, &[(10, 2), (25, 2), (28, 2)]);
    assert_eq!((rough.halvings.as_slice(), rough.shares.as_slice()), (&[0, 0, 3, 0][..], &[1.0, 1.0, 0.125, 1.0][..]));
    for r in [0, 1, 3] {
        assert_eq!(weights(&rough, r), weights(&smooth, r), "replica {r}");
        assert_eq!(rough.losses()[r], smooth.losses()[r]);
    }
    assert_eq!(rough.ranges(), smooth.ranges());
    let after = weights(&rough, 2);
    assert!(after.iter().all(|weight| weight.is_finite()) && after != weights(&smooth, 2));
    assert!(rough.losses()[2].unwrap().iter().all(|loss| loss.is_finite()));
    assert!(rough.remarks(2)[0].contains("3 times") && rough.remarks(2)[0].contains("0.125"), "{:?}", rough.remarks(2));
    assert!(rough.remarks(0).is_empty());
}

#[test]
fn a_hopeless_replica_is_left_behind_and_the_training_ends() {
    // Beyond the largest number of the engine: every step of it is one into nowhere.
    let hopeless = [Aim::Weighted([0.3, 0.7]), Aim::Penalty(1e39)];
    let (alone, together) = (train(&hopeless[..1], 30, &[]), train(&hopeless, 30, &[]));
    assert_eq!(together.shares, [1.0, 1.0, 1.0, 0.0]);
    for r in 0..3 {
        assert_eq!(weights(&together, r), weights(&alone, r), "replica {r}");
    }
    assert!(weights(&together, 3).iter().all(|weight| weight.is_finite()));
    assert!(together.remarks(3)[0].contains("left at its last good weights"), "{:?}", together.remarks(3));
}
