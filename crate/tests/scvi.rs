//! scVI against the module of scvi-tools itself (`tests/reference/make_scvi_fixtures.py`): the same weights, counts, noise and
//! masks must give the same losses, gradients and training steps, and the likelihood must be the same in two forms.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]

mod common;
#[path = "common/network.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod network;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use common::{close, fixture, numbers, tensor, values};
use dosefront::nn::{Modulation, Noise, replica, to_tensor};
use dosefront::tradeoff::scvi::{
    CountParameters, Encoder, Hidden, Likelihood, Norm, Posterior, Preset, Scvi, ScviConfig, ScviSettings,
    count_constant,
};
use network::{Named, integers, is_idle, is_statistic, linear, load, norm, number};
use serde_json::{Value, json};

fn settings(case: &Value) -> ScviSettings {
    let given = json!({
        "likelihood": case["likelihood"], "library": case["library"], "norm": case["norm"], "n_layers": case["n_layers"],
        "n_hidden": case["hidden"], "n_latent": case["latent"], "variance_floor": case["variance_floor"],
        "learning_rate": case["adam"]["lr"], "adam_epsilon": case["adam"]["eps"],
        "weight_decay": case["adam"]["weight_decay"],
    });
    serde_json::from_value(given).unwrap()
}

fn hidden<'a>(name: &str, layers: &'a mut [Hidden], out: &mut Named<'a>) {
    for (i, layer) in layers.iter_mut().enumerate() {
        linear(&format!("{name}.{i}.linear"), &mut layer.linear, out);
        if let Some(of_batch) = &mut layer.norm {
            norm(&format!("{name}.{i}.norm"), of_batch, out);
        }
    }
}

fn encoder<'a>(name: &str, module: &'a mut Encoder, out: &mut Named<'a>) {
    hidden(name, &mut module.hidden, out);
    linear(&format!("{name}.mean"), &mut module.mean, out);
    linear(&format!("{name}.log_var"), &mut module.log_var, out);
}

/// Every weight and running statistic with its name in the fixture.
fn parameters(module: &mut Scvi) -> Named<'_> {
    let mut out = Vec::new();
    encoder("encoder", &mut module.encoder, &mut out);
    if let Some(library) = &mut module.library {
        encoder("library", library, &mut out);
    }
    hidden("decoder", &mut module.decoder.hidden, &mut out);
    linear("decoder.scale", &mut module.decoder.scale, &mut out);
    if let Some(dropout) = &mut module.decoder.dropout {
        linear("decoder.dropout", dropout, &mut out);
    }
    out.push(("decoder.log_theta".to_owned(), &mut module.decoder.log_theta));
    out
}

fn loaded(case: &Value, device: &Device) -> Scvi {
    let [genes, batches] = ["genes", "batches"].map(|name| number(&case[name]) as usize);
    let mut module = Scvi::new(genes, batches, &settings(case).resolve().unwrap(), &[0], device);
    load(parameters(&mut module), &case["initial"], device);
    module
}

fn one_hot(batches: &[usize], n: usize, device: &Device) -> Tensor<3> {
    let values = batches.iter().flat_map(|&batch| (0..n).map(move |i| f32::from(i == batch))).collect();
    to_tensor(values, [1, batches.len(), n], device)
}

/// What a step is given, and how the likelihood is computed.
struct Given<'a> {
    case: &'a Value,
    step: &'a Value,
    fused: bool,
    device: &'a Device,
}

/// The parts of the loss of every cell, `[R, cells]`.
struct Loss {
    reconstruction: Tensor<2>,
    kl_z: Tensor<2>,
    kl_l: Tensor<2>,
}

impl Loss {
    fn total(&self) -> Tensor<1> {
        (self.reconstruction.clone() + self.kl_z.clone() + self.kl_l.clone()).mean()
    }

    fn check(&self, expected: &Value) {
        for (name, found) in [("reconstruction", &self.reconstruction), ("kl_z", &self.kl_z), ("kl_l", &self.kl_l)] {
            close(name, &values(found.clone()), &numbers(&expected[name]), 2e-6, 2e-5);
        }
        close("loss", &values(self.total()), &[number(&expected["loss"]) as f32], 0.0, 1e-5);
    }
}

impl Given<'_> {
    fn tensors(&self, name: &str) -> Vec<Tensor<3>> {
        self.step[name].as_array().unwrap().iter().map(|t| tensor(t, self.device)).collect()
    }

    fn counts(&self) -> Tensor<3> {
        tensor(&self.step["x"], self.device)
    }

    fn batch(&self) -> Tensor<3> {
        one_hot(&integers(&self.step["batch"]), number(&self.case["batches"]) as usize, self.device)
    }

    fn train(&self, module: &mut Scvi) -> Loss {
        let mut masks: Vec<_> = self.tensors("masks").into_iter().map(Some).collect();
        let for_library = masks.split_off(module.encoder.hidden.len());
        let x = self.counts().log1p();
        let z = module.encoder.forward_train(x.clone(), &[], masks);
        let library = module.library.as_mut().map(|library| library.forward_train(x, &[], for_library));
        let (sample, log_library) = self.samples(&z, library.as_ref());
        let found = module.decoder.forward_train(sample, self.batch(), log_library, &[]);
        self.loss(&found, &z, library.as_ref())
    }

    fn samples(&self, z: &Posterior, library: Option<&Posterior>) -> (Tensor<3>, Tensor<3>) {
        let noise = self.tensors("noise");
        let observed = self.counts().sum_dim(2).log();
        (z.sample(noise[0].clone()), library.map_or(observed, |library| library.sample(noise[1].clone())))
    }

    fn loss(&self, found: &CountParameters, z: &Posterior, library: Option<&Posterior>) -> Loss {
        let counts = self.counts();
        let constant = constants(&counts);
        let likelihood = if self.fused {
            found.log_likelihood(counts, constant)
        } else {
            found.log_likelihood_from_operations(counts, constant)
        };
        let kl_z = z.kl_standard();
        let prior = |moment: &str| {
            let of_batch = tensor(&self.case["prior"][moment], self.device).swap_dims(1, 2);
            self.batch().matmul(of_batch)
        };
        let kl_l = library.map_or_else(|| kl_z.zeros_like(), |l| l.kl_to(prior("mean"), prior("var")));
        Loss { reconstruction: -likelihood, kl_z, kl_l }
    }
}

/// [`count_constant`] of every cell.
fn constants(counts: &Tensor<3>) -> Tensor<3> {
    let [replicas, cells, genes] = counts.dims();
    let found = values(counts.clone()).chunks_exact(genes).map(|row| count_constant(row.iter().copied())).collect();
    to_tensor(found, [replicas, cells, 1], &counts.device())
}

#[test]
fn training_and_evaluation_follow_scvi_tools() {
    let device = Device::flex().autodiff();
    for file in ["zinb", "nb_two_layers", "paper", "latent_nb", "layer_norm"] {
        for fused in [true, false] {
            let case = fixture(&format!("scvi/{file}.json"));
            let config = settings(&case).resolve().unwrap();
            let given = |i: usize, device| Given { case: &case, step: &case["steps"][i], fused, device };
            let mut module = loaded(&case, &device);
            let mut optimiser = config.adam().init();
            for i in 0..3 {
                let loss = given(i, &device).train(&mut module);
                loss.check(&case["losses"][i]);
                let gradients = loss.total().backward();
                if i == 0 {
                    check_gradients(&mut module, &gradients, &case["gradients"]);
                }
                let gradients = GradientsParams::from_grads(gradients, &module);
                module = optimiser.step(config.learning_rate, module, gradients);
            }
            for (name, parameter) in parameters(&mut module) {
                // The rounding that is the gradient of an idle bias moves it a little, and the mean behind it.
                let absolute = if is_idle(&name) || name.contains("running_mean") { 5e-5 } else { 5e-6 };
                close(&name, &values(parameter.val()), &numbers(&case["after"][&name]), absolute, 1e-5);
            }

            let plain = Device::flex();
            let (module, given) = (loaded(&case, &plain), given(3, &plain));
            let x = given.counts().log1p();
            let z = module.encoder.forward(x.clone(), &[]);
            let library = module.library.as_ref().map(|library| library.forward(x, &[]));
            let (sample, log_library) = given.samples(&z, library.as_ref());
            let found = module.decoder.forward(sample, given.batch(), log_library, &[]);
            close("mean", &values(z.mean.clone()), &numbers(&case["eval"]["mean"]), 2e-6, 1e-5);
            close("var", &values(z.var.clone()), &numbers(&case["eval"]["var"]), 1e-7, 1e-5);
            close("rate", &values(found.rate()), &numbers(&case["eval"]["rate"]), 1e-6, 2e-5);
            given.loss(&found, &z, library.as_ref()).check(&case["eval"]);
        }
    }
}

fn check_gradients(module: &mut Scvi, gradients: &burn::tensor::Gradients, expected: &Value) {
    let has_norm = module.encoder.hidden[0].norm.is_some();
    for (name, parameter) in parameters(module).into_iter().filter(|(name, _)| !is_statistic(name)) {
        let (found, expected) = (values(parameter.val().grad(gradients).unwrap()), numbers(&expected[&name]));
        let largest = expected.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
        // A bias in front of a batch norm has no effect: its gradient is rounding.
        let absolute = if has_norm && is_idle(&name) { 2e-4 } else { 5e-5 * largest };
        close(&name, &found, &expected, absolute, 1e-4);
    }
}

/// One replica, one cell and one gene per place of the grid, so that every place has its own gradients.
#[test]
fn the_likelihood_and_its_gradients_are_those_of_scvi_tools() {
    let device = Device::flex().autodiff();
    let grid = fixture("scvi/zinb_grid.json");
    let axis = |name: &str| -> Vec<f32> { grid[name].as_array().unwrap().iter().map(|v| number(v) as f32).collect() };
    let (counts, mus, thetas, logits) = (axis("count"), axis("mu"), axis("theta"), axis("logit"));
    let mut places = Vec::new();
    for &count in &counts {
        for &mu in &mus {
            for &theta in &thetas {
                places.extend(logits.iter().map(|&logit| [count, mu, theta, logit]));
            }
        }
    }
    let n = places.len();
    let leaf = |of: &dyn Fn(&[f32; 4]) -> f32| to_tensor(places.iter().map(of).collect(), [n, 1, 1], &device);
    let counts = leaf(&|p| p[0]);
    for fused in [true, false] {
        let found = CountParameters {
            logits: leaf(&|_| 0.3).require_grad(),
            log_library: leaf(&|p| p[1].ln()).require_grad(),
            log_theta: leaf(&|p| p[2].ln()).require_grad(),
            dropout: Some(leaf(&|p| p[3]).require_grad()),
        };
        let value = if fused {
            found.log_likelihood(counts.clone(), constants(&counts))
        } else {
            found.log_likelihood_from_operations(counts.clone(), constants(&counts))
        };
        let gradients = value.clone().sum().backward();
        let gradient = |leaf: &Tensor<3>| values(leaf.grad(&gradients).unwrap());
        let by_logit = gradient(found.dropout.as_ref().unwrap());
        let (by_library, by_theta, by_scale) =
            (gradient(&found.log_library), gradient(&found.log_theta), gradient(&found.logits));
        let value = values(value);
        for (i, [count, mu, theta, logit]) in places.iter().enumerate() {
            let expected = |name: &str| grid[name][i].as_f64().unwrap();
            // What the rounding of the logarithm of the mean is worth. Operations that are differentiated one by one lose more.
            let share = f64::from(theta / (theta + mu));
            let (of_value, of_slope) = (f64::from((count - mu).abs()) * share, f64::from(count.max(*mu)) * share);
            let looser = if fused { 1.0 } else { 20.0 };
            let check = |what: &str, found: f32, expected: f64, absolute: f64| {
                let error = (f64::from(found) - expected).abs();
                let message = format!("{what} of {count} | {mu}, {theta}, {logit} ({fused}): {found}, {expected}");
                assert!(error <= looser * (absolute + 2e-6 * expected.abs()), "{message}");
            };
            check("value", value[i], expected("value"), 5e-6 + 1e-6 * of_value);
            check("by logit", by_logit[i], expected("by_logit"), 2e-7);
            check("by mu", by_library[i], expected("by_mu") * f64::from(*mu), 2e-6 + 1e-6 * of_slope);
            check("by theta", by_theta[i], expected("by_theta") * f64::from(*theta), 2e-6 + 1e-6 * of_slope);
            // The share of an only gene is 1, whatever its logit.
            check("by scale", by_scale[i], 0.0, 2e-6 * f64::from(by_library[i].abs()) + 1e-7);
        }
    }
}

/// Some counts with many zeros, shared by all replicas, and parameters around them.
fn example(replicas: usize, likelihood: Likelihood, device: &Device) -> (Tensor<3>, CountParameters) {
    let (cells, genes) = (7, 53);
    let seeds: Vec<_> = (1..=replicas as u64).collect();
    let mut noise = Noise::new("test", &seeds);
    let counts = (Noise::new("counts", &[1]).normal(cells, genes, device) * 2.5).exp().floor().clamp_max(3e4);
    let parameters = CountParameters {
        logits: (noise.normal(cells, genes, device) * 2.0).require_grad(),
        log_library: (noise.normal(cells, 1, device) * 0.5 + 6.0).require_grad(),
        log_theta: (noise.normal(1, genes, device) * 2.0).require_grad(),
        dropout: (likelihood == Likelihood::Zinb).then(|| (noise.normal(cells, genes, device) * 3.0).require_grad()),
    };
    (counts, parameters)
}

#[test]
fn both_forms_of_the_likelihood_are_the_same_whatever_the_cells_weights() {
    let device = Device::flex().autodiff();
    for likelihood in [Likelihood::Zinb, Likelihood::Nb] {
        let (counts, found) = example(3, likelihood, &device);
        let weights = Noise::new("weights", &[1, 2, 3]).normal(7, 1, &device).reshape([3, 7]);
        let run = |value: Tensor<2>| {
            let gradients = (value.clone() * weights.clone()).sum().backward();
            let leaves = [&found.logits, &found.log_library, &found.log_theta].into_iter().chain(&found.dropout);
            let gradients: Vec<_> = leaves.map(|leaf| values(leaf.grad(&gradients).unwrap())).collect();
            (values(value), gradients)
        };
        let (value, gradients) = run(found.log_likelihood(counts.clone(), constants(&counts)));
        let (expected, of_operations) = run(found.log_likelihood_from_operations(counts.clone(), constants(&counts)));
        close("value", &value, &expected, 1e-4, 2e-6);
        for (found, expected) in gradients.iter().zip(&of_operations) {
            let largest = expected.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
            close("gradient", found, expected, 2e-6 * largest, 1e-4);
        }
        let plain = CountParameters {
            logits: found.logits.clone().inner(),
            log_library: found.log_library.clone().inner(),
            log_theta: found.log_theta.clone().inner(),
            dropout: found.dropout.clone().map(Tensor::inner),
        };
        let counts = counts.inner();
        assert_eq!(values(plain.log_likelihood(counts.clone(), constants(&counts))), value);
    }
}

#[test]
fn the_likelihoods_gradients_pass_finite_differences() {
    let device = Device::flex().autodiff();
    for likelihood in [Likelihood::Zinb, Likelihood::Nb] {
        let (counts, found) = example(1, likelihood, &device);
        let sum = |p: &CountParameters| p.log_likelihood(counts.clone(), constants(&counts)).sum();
        let gradients = sum(&found).backward();
        let mut directions = Noise::new("direction", &[9]);
        let mut check = |what: &str, leaf: &Tensor<3>, moved: &dyn Fn(Tensor<3>) -> CountParameters| {
            let [_, rows, columns] = leaf.dims();
            let direction = directions.normal(rows, columns, &device);
            let at = |step: f64| values(sum(&moved(leaf.clone().detach() + direction.clone() * step)))[0];
            let slope = (at(5e-3) - at(-5e-3)) / 1e-2;
            let expected = values((Tensor::from_inner(leaf.grad(&gradients).unwrap()) * direction).sum())[0];
            close(what, &[expected], &[slope], 0.5, 5e-3);
        };
        check("logits", &found.logits, &|logits| CountParameters { logits, ..found.clone() });
        check("library", &found.log_library, &|log_library| CountParameters { log_library, ..found.clone() });
        check("theta", &found.log_theta, &|log_theta| CountParameters { log_theta, ..found.clone() });
        if let Some(dropout) = &found.dropout {
            check("dropout", dropout, &|moved| CountParameters { dropout: Some(moved), ..found.clone() });
        }
    }
}

#[test]
fn what_is_not_a_number_is_not_hidden() {
    let device = Device::flex().autodiff();
    let (counts, found) = example(2, Likelihood::Zinb, &device);
    let hit = |tensor: &Tensor<3>| {
        let mut all = values(tensor.clone());
        all[1] = f32::NAN;
        to_tensor(all, tensor.dims(), &device)
    };
    let worst = |p: CountParameters| values(p.log_likelihood(counts.clone(), constants(&counts)));
    assert!(worst(found.clone()).iter().all(|v| v.is_finite()));
    assert!(worst(CountParameters { logits: hit(&found.logits), ..found.clone() })[0].is_nan());
    assert!(worst(CountParameters { log_library: hit(&found.log_library), ..found.clone() })[1].is_nan());
    assert!(worst(CountParameters { log_theta: hit(&found.log_theta), ..found.clone() })[0].is_nan());
    let dropout = found.dropout.as_ref().map(hit);
    assert!(worst(CountParameters { dropout, ..found.clone() })[0].is_nan());
}

fn small(norm: Norm, preset: Preset) -> ScviConfig {
    let settings =
        ScviSettings { preset, norm: Some(norm), n_hidden: Some(8), n_latent: Some(3), ..Default::default() };
    settings.resolve().unwrap()
}

/// Counts of cells that all replicas share, `[1, cells, genes]`.
fn cells(n: usize, genes: usize, device: &Device) -> Tensor<3> {
    (Noise::new("cells", &[5]).normal(n, genes, device) * 1.5).exp().floor()
}

/// The loss of cells with two batches.
fn loss(module: &mut Scvi, x: &Tensor<3>, noise: &mut Noise) -> Tensor<1> {
    let ([_, n, _], device) = (x.dims(), x.device());
    let masks = (0..module.encoder.hidden.len()).map(|_| Some(noise.dropout(n, 8, 0.1, &device))).collect();
    let z = module.encoder.forward_train(x.clone().log1p(), &[], masks);
    let mask = module.library.is_some().then(|| noise.dropout(n, 8, 0.1, &device));
    let library = module.library.as_mut().map(|library| library.forward_train(x.clone().log1p(), &[], vec![mask]));
    let log_library = match &library {
        Some(library) => library.sample(noise.normal(n, 1, &device)),
        None => x.clone().sum_dim(2).log(),
    };
    let batch = one_hot(&(0..n).map(|i| i % 2).collect::<Vec<_>>(), 2, &device);
    let sample = z.sample(noise.normal(n, 3, &device));
    let found = module.decoder.forward_train(sample, batch, log_library, &[]);
    let replicas = z.mean.dims()[0];
    let kl = z.kl_standard() + library.map_or_else(|| z.kl_standard() * 0.0, |l| l.kl_standard());
    (kl - found.log_likelihood(x.clone(), constants(x))).mean_dim(1).reshape([replicas])
}

#[test]
fn replicas_train_as_if_alone_on_cells_they_share() {
    let device = Device::flex().autodiff();
    for (norm, preset) in [(Norm::Batch, Preset::Paper), (Norm::Layer, Preset::Demo)] {
        let config = small(norm, preset);
        let x = cells(9, 11, &device);
        let train = |seeds: &[u64], x: &Tensor<3>| {
            let mut module = Scvi::new(11, 2, &config, seeds, &device);
            let (mut noise, mut optimiser) = (Noise::new("test", seeds), config.adam().init());
            for _ in 0..3 {
                let total = loss(&mut module, x, &mut noise).sum();
                let gradients = GradientsParams::from_grads(total.backward(), &module);
                module = optimiser.step(0.05, module, gradients);
            }
            let module = replica(module.valid(), seeds.iter().position(|&seed| seed == 2).unwrap());
            let z = module.encoder.forward(cells(9, 11, &Device::flex()).log1p(), &[]);
            let batch = one_hot(&[0; 9], 2, &Device::flex());
            let found = module.decoder.forward(z.mean.clone(), batch, Tensor::zeros([1, 1, 1], &Device::flex()), &[]);
            (values(z.mean), values(found.rate()), values(found.theta()))
        };
        let alone = train(&[2], &x);
        assert_eq!(train(&[1, 2, 19193], &x), alone);
        assert_eq!(train(&[2, 2], &x), alone);
        assert_eq!(train(&[1, 2, 19193], &x.clone().repeat_dim(0, 3)), alone);
    }
}

/// What Pareto multi-task learning does: gradients of two objectives at the posterior, then one step through the encoder.
#[test]
fn the_graph_can_be_cut_at_the_posterior() {
    let device = Device::flex().autodiff();
    let config = small(Norm::Batch, Preset::Demo);
    let x = cells(9, 11, &device);
    let batch = one_hot(&[0, 1, 0, 1, 0, 1, 0, 1, 0], 2, &device);
    let noise = Noise::new("test", &[1, 2]).normal(9, 3, &device);
    let u = |module: &mut Scvi, z: &Posterior| {
        let library = x.clone().sum_dim(2).log();
        let found = module.decoder.forward_train(z.sample(noise.clone()), batch.clone(), library, &[]);
        (z.kl_standard() - found.log_likelihood(x.clone(), constants(&x))).sum()
    };
    let weight = |module: &Scvi| module.encoder.hidden[0].linear.weight.val();

    let mut whole = Scvi::new(11, 2, &config, &[1, 2], &device);
    let z = whole.encoder.forward_train(x.clone().log1p(), &[], vec![]);
    let gradients = u(&mut whole, &z).backward();
    let expected = values(weight(&whole).grad(&gradients).unwrap());

    let mut parts = Scvi::new(11, 2, &config, &[1, 2], &device);
    let z = parts.encoder.forward_train(x.clone().log1p(), &[], vec![]);
    let leaf = |t: &Tensor<3>| t.clone().detach().require_grad();
    let cut = Posterior { mean: leaf(&z.mean), var: leaf(&z.var) };
    let gradients = u(&mut parts, &cut).backward();
    let at = |t: &Tensor<3>| Tensor::from_inner(t.grad(&gradients).unwrap());
    let through = (z.mean.clone() * at(&cut.mean) + z.var.clone() * at(&cut.var)).sum().backward();
    let found = values(weight(&parts).grad(&through).unwrap());
    let largest = expected.iter().fold(0.0_f32, |a, b| a.max(b.abs()));
    close("gradient", &found, &expected, 1e-6 * largest, 1e-5);
    assert!(largest > 0.0 && parts.decoder.scale.weight.val().grad(&gradients).is_some());
}

#[test]
fn modulation_comes_after_the_norm_and_before_the_rectifier() {
    let device = Device::flex();
    for norm in [Norm::Batch, Norm::Layer] {
        let mut module = Scvi::new(11, 2, &small(norm, Preset::Paper), &[1, 2], &device);
        let x = cells(9, 11, &device).log1p();
        let film = |gamma: f64, beta: f64| {
            let full = |value: f64| Tensor::full([2, 1, 8], value, &device);
            vec![Modulation { gamma: full(gamma), beta: full(beta) }; 2]
        };
        let plain = module.encoder.forward(x.clone(), &[]);
        assert_eq!(values(module.encoder.forward(x.clone(), &film(1.0, 0.0)).mean), values(plain.mean));
        // Nothing passes the rectifier, so only the bias of the head is left.
        let off = module.encoder.forward_train(x, &film(0.5, -1e3), vec![]);
        let bias = module.encoder.mean.bias.val().expand([2, 9, 3]);
        assert_eq!(values(off.mean), values(bias));
    }
}

#[test]
fn the_batch_enters_every_layer_of_the_decoder_if_there_is_more_than_one() {
    let device = Device::flex();
    let config = small(Norm::Batch, Preset::Paper);
    let widths = |n_batches: usize| -> Vec<usize> {
        let module = Scvi::new(11, n_batches, &config, &[1], &device);
        module.decoder.hidden.iter().map(|layer| layer.linear.weight.dims()[1]).collect()
    };
    assert_eq!((widths(3), widths(1)), (vec![3 + 3, 8 + 3], vec![3, 8]));
    let module = Scvi::new(11, 3, &config, &[1], &device);
    let rate = |batch: usize| {
        let (z, library) = (Tensor::ones([1, 1, 3], &device), Tensor::zeros([1, 1, 1], &device));
        values(module.decoder.forward(z, one_hot(&[batch], 3, &device), library, &[]).rate())
    };
    assert_ne!(rate(0), rate(1));
    assert!((rate(0).iter().sum::<f32>() - 1.0).abs() < 1e-6);
}

/// The fastest of some steps, for a machine that does other things too:
/// `CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --test scvi -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn time_of_a_training_step() {
    use std::time::Instant;
    let device = Device::flex().autodiff();
    let (n, genes) = (128, 1767);
    let x = (Noise::new("cells", &[5]).normal(n, genes, &device) * 2.0 - 1.7).exp().floor();
    println!("{:.2} of the counts are above 0", values(x.clone().greater_elem(0.5).float().mean())[0]);
    let (constant, library) = (constants(&x), x.clone().sum_dim(2).log());
    let batch = one_hot(&(0..n).map(|i| i % 2).collect::<Vec<_>>(), 2, &device);
    for (replicas, fused) in [(1, true), (1, false), (12, true), (12, false)] {
        let config = ScviSettings::default().resolve().unwrap();
        let seeds = vec![1; replicas];
        let mut module = Scvi::new(genes, 2, &config, &seeds, &device);
        let mut optimiser = config.adam().init();
        let mut noise = Noise::new("test", &seeds);
        let mut times = [f64::INFINITY; 5];
        for _ in 0..if replicas == 1 { 40 } else { 8 } {
            let mut clock = Instant::now();
            let mut lap = |part: usize| {
                times[part] = times[part].min(clock.elapsed().as_secs_f64() * 1e3);
                clock = Instant::now();
            };
            let mask = Some(noise.dropout(n, 128, 0.1, &device));
            let eps = noise.normal(n, 10, &device);
            lap(0);
            let z = module.encoder.forward_train(x.clone().log1p(), &[], vec![mask]);
            let found = module.decoder.forward_train(z.sample(eps), batch.clone(), library.clone(), &[]);
            lap(1);
            let likelihood = if fused {
                found.log_likelihood(x.clone(), constant.clone())
            } else {
                found.log_likelihood_from_operations(x.clone(), constant.clone())
            };
            lap(2);
            let gradients = (z.kl_standard() - likelihood).mean_dim(1).sum().backward();
            lap(3);
            let gradients = GradientsParams::from_grads(gradients, &module);
            module = optimiser.step(1e-3, module, gradients);
            lap(4);
        }
        let total: f64 = times.iter().sum();
        println!(
            "R = {replicas}, fused {fused}: {total:.1} ms (noise {:.1}, networks {:.1}, likelihood {:.1}, backward {:.1}, Adam {:.1})",
            times[0], times[1], times[2], times[3], times[4]
        );
    }
}

#[test]
fn weights_have_stable_names() {
    let module = Scvi::new(4, 2, &small(Norm::Batch, Preset::Paper), &[1], &Device::flex());
    let weights = futures_lite::future::block_on(dosefront::nn::Weights::of("", &module)).unwrap();
    let names: Vec<_> = weights.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["encoder.hidden.1.norm.gamma", "library.mean.bias", "decoder.scale.weight", "decoder.log_theta"] {
        assert!(names.contains(&name), "{name}");
    }
}
