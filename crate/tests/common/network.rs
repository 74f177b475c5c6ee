//! Networks with the weights of a fixture, and simulated cells to train them on.

use burn::module::Param;
use burn::tensor::{Device, Gradients, Tensor};
use dosefront::data::{GeneChoice, Preprocess, guess_roles, prepare, simulate};
use dosefront::metrics::r2::{gene_means, squared_pearson};
use dosefront::models::{LossPoint, PerturbationModel, TrainingSet};
use dosefront::nn::{BatchNorm, Block, Linear, Stack};
use futures_lite::future::block_on;
use ndarray::Array2;
use serde_json::Value;

use super::common::{close, numbers, tensor, values};

pub type Named<'a> = Vec<(String, &'a mut Param<Tensor<3>>)>;

pub fn integers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

pub fn linear<'a>(name: &str, layer: &'a mut Linear, out: &mut Named<'a>) {
    out.push((format!("{name}.weight"), &mut layer.weight));
    out.push((format!("{name}.bias"), &mut layer.bias));
}

pub fn norm<'a>(name: &str, layer: &'a mut BatchNorm, out: &mut Named<'a>) {
    out.push((format!("{name}.weight"), &mut layer.gamma));
    out.push((format!("{name}.bias"), &mut layer.beta));
    out.push((format!("{name}.running_mean"), &mut layer.running_mean));
    out.push((format!("{name}.running_var"), &mut layer.running_var));
}

/// Names of the hidden layers begin with `hidden`; the last layer is called `last`.
pub fn stack<'a>(hidden: &str, last: &str, stack: &'a mut Stack, out: &mut Named<'a>) {
    blocks(hidden, &mut stack.hidden, out);
    linear(last, &mut stack.last, out);
}

pub fn blocks<'a>(name: &str, blocks: &'a mut [Block], out: &mut Named<'a>) {
    for (i, block) in blocks.iter_mut().enumerate() {
        linear(&format!("{name}.{i}.linear"), &mut block.linear, out);
        norm(&format!("{name}.{i}.norm"), &mut block.norm, out);
    }
}

pub fn is_statistic(name: &str) -> bool {
    name.contains("running") || name == "hidden.v"
}

/// A bias in front of a batch norm has no effect: its gradient is rounding, which Adam makes as large as any other.
pub fn is_idle(name: &str) -> bool {
    name.ends_with("linear.bias")
}

pub fn load(named: Named<'_>, stored: &Value, device: &Device) {
    for (name, parameter) in named {
        let value = tensor(&stored[&name], device);
        assert_eq!(parameter.val().dims(), value.dims(), "{name}");
        *parameter = Param::initialized(parameter.id, value).set_require_grad(!is_statistic(&name));
    }
}

pub fn check_gradients(named: Named<'_>, gradients: &Gradients, expected: &Value, absolute: f32) {
    for (name, parameter) in named.into_iter().filter(|(name, _)| !is_statistic(name)) {
        match parameter.val().grad(gradients) {
            Some(found) => close(&name, &values(found), &numbers(&expected[&name]), absolute, 1e-4),
            None => assert!(expected[&name].is_null(), "{name} has no gradient"),
        }
    }
}

/// Weights after the steps. Idle biases move at random by the learning rate, and running means follow them by at most `drift`.
pub fn check_after(named: Named<'_>, expected: &Value, drift: f32) {
    for (name, parameter) in named.into_iter().filter(|(name, _)| !is_idle(name)) {
        let tolerance = if name.contains("running_mean") { drift } else { 3e-6 };
        close(&name, &values(parameter.val()), &numbers(&expected[&name]), tolerance, 1e-5);
    }
}

pub fn data(preset: &str, cells: usize, genes: usize, held_out: &str) -> TrainingSet {
    let dataset = simulate(preset, 1).unwrap();
    let design = guess_roles(&dataset).resolve(&dataset).unwrap();
    let held_out = design.type_index(held_out).unwrap();
    let settings = Preprocess { genes: GeneChoice::HvgSeurat(genes), max_cells: cells, ..Preprocess::default() };
    let prepared = prepare(&dataset, &design, &settings, &design.treated_of(held_out)).unwrap();
    TrainingSet::new(prepared, held_out)
}

/// Squared correlation of gene means with those of the observed treated cells.
pub fn r2(data: &TrainingSet, predicted: &Array2<f32>, arm: usize) -> f64 {
    let design = &data.prepared().design;
    let observed = design.cells_of(data.held_out_type(), arm);
    let observed = data.prepared().x.select(ndarray::Axis(0), &observed);
    squared_pearson(&gene_means(predicted.view()), &gene_means(observed.view())).unwrap()
}

/// Fits a model to the end.
pub fn fit(model: &mut dyn PerturbationModel, data: &TrainingSet) -> Vec<LossPoint> {
    let (mut losses, mut before) = (Vec::new(), 0);
    while !model.progress().is_done() {
        losses.extend(block_on(model.fit(data)).unwrap());
        let progress = model.progress();
        assert!(progress.done > before && progress.done <= progress.total);
        before = progress.done;
    }
    assert_eq!(losses.last().unwrap().epoch, model.epochs().unwrap());
    losses
}

/// Moves one parameter by `step` times a direction.
pub fn shifted(named: Named<'_>, name: &str, direction: &Tensor<3>, step: f32) {
    for (_, parameter) in named.into_iter().filter(|(other, _)| other == name) {
        let shift = Tensor::from_inner(direction.clone()) * f64::from(step);
        *parameter = Param::initialized(parameter.id, parameter.val().detach() + shift);
    }
}
