use burn::module::{Module, Param};
use burn::optim::{AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::nn::{Adam, AdamConfig, Linear, to_tensor};
use crate::random::stream;

use super::{CriticInit, MeasureConfig};

/// Standard deviation of the weights that [`CriticInit::Normal`] draws.
const DEVIATION: f32 = 0.02;

/// The network behind a bound: fully connected layers with ELU between them, no norm, no dropout.
#[derive(Module, Debug)]
pub struct Critic {
    /// Every layer, the last one without ELU.
    pub layers: Vec<Linear>,
}

impl Critic {
    /// A network from `n_in` numbers per cell to `n_out` with one replica per seed; `name` names its random streams.
    #[must_use]
    pub fn new(name: &str, config: &MeasureConfig, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Self {
        let mut widths = vec![n_in];
        widths.extend(std::iter::repeat_n(config.width, config.hidden_layers));
        widths.push(n_out);
        let layer = |(i, pair): (usize, &[usize])| {
            let name = format!("{name}.critic.{i}");
            match config.init {
                CriticInit::FanIn => Linear::new(&name, pair[0], pair[1], seeds, device),
                CriticInit::Normal => small(&name, pair[0], pair[1], seeds, device),
            }
        };
        Self { layers: widths.windows(2).enumerate().map(layer).collect() }
    }

    /// # Shapes
    /// `[R, cells, in]` to `[R, cells, out]`.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let last = self.layers.len() - 1;
        let hidden = self.layers[..last].iter().fold(x, |x, layer| elu(layer.forward(x)));
        self.layers[last].forward(hidden)
    }

    fn parameters(&mut self) -> impl Iterator<Item = &mut Param<Tensor<3>>> {
        self.layers.iter_mut().flat_map(|layer| [&mut layer.weight, &mut layer.bias])
    }
}

/// `x` above 0, else `exp(x) - 1`. (burn's takes the exponential of large values as well, and its gradient is NaN there.)
fn elu(x: Tensor<3>) -> Tensor<3> {
    relu(x.clone()) + x.clamp_max(0.0).exp() - 1.0
}

/// Weights normal around 0, biases 0.
fn small(name: &str, n_in: usize, n_out: usize, seeds: &[u64], device: &Device) -> Linear {
    let weight = seeds.iter().flat_map(|&seed| {
        let mut rng = stream(seed, &format!("init/{name}"));
        (0..n_in * n_out).map(|_| DEVIATION * rng.sample::<f32, _>(StandardNormal)).collect::<Vec<_>>()
    });
    Linear {
        weight: Param::from_tensor(to_tensor(weight.collect(), [seeds.len(), n_in, n_out], device)),
        bias: Param::from_tensor(Tensor::zeros([seeds.len(), 1, n_out], device)),
    }
}

/// A critic with its Adam. The moments are kept here, and not in an optimiser of modules, so that single replicas can be
/// chosen or taken back.
#[derive(Clone)]
pub(super) struct Learner {
    pub critic: Critic,
    adam: Adam,
    /// Learning rate of the next step.
    pub rate: f64,
    /// One per parameter once the first step is done.
    states: Vec<AdamState<3>>,
}

impl Learner {
    pub fn new(critic: Critic, rate: f64) -> Self {
        Self { critic, adam: Adam(AdamConfig::PYTORCH), rate, states: Vec::new() }
    }

    /// One step of Adam (PyTorch's defaults). A parameter without a gradient keeps its place.
    pub fn step(&mut self, gradients: &Gradients) {
        let mut states = std::mem::take(&mut self.states).into_iter();
        for parameter in self.critic.parameters() {
            let old = parameter.val();
            let gradient = old.grad(gradients).unwrap_or_else(|| old.clone().inner().zeros_like());
            let (new, state) = self.adam.step(self.rate, old.inner(), gradient, states.next());
            *parameter = Param::initialized(parameter.id, Tensor::from_inner(new).require_grad());
            self.states.extend(state);
        }
    }

    /// Only these replicas, in this order.
    pub fn select(&self, replicas: &[usize]) -> Self {
        let mut chosen = self.clone();
        for parameter in chosen.critic.parameters() {
            let picked = pick(parameter.val().inner(), replicas);
            *parameter = Param::initialized(parameter.id, Tensor::from_inner(picked).require_grad());
        }
        chosen.states = self.states.iter().map(|state| with(state, |t| pick(t, replicas))).collect();
        chosen
    }

    /// Takes the weights and moments of these replicas from an earlier copy. The count of the steps, which all replicas
    /// share, goes on.
    pub fn restore(&mut self, earlier: &Self, replicas: &[usize]) {
        let mut earlier_critic = earlier.critic.clone();
        for (parameter, old) in self.critic.parameters().zip(earlier_critic.parameters()) {
            let mixed = mix(&parameter.val().inner(), &old.val().inner(), replicas);
            *parameter = Param::initialized(parameter.id, Tensor::from_inner(mixed).require_grad());
        }
        self.states = std::mem::take(&mut self.states)
            .iter()
            .enumerate()
            .map(|(i, state)| {
                let momentum = &state.momentum;
                // Before its first step an Adam has moments of 0.
                let old = earlier.states.get(i).map(|state| &state.momentum);
                let first = old.map_or_else(|| momentum.moment_1.zeros_like(), |old| old.moment_1.clone());
                let second = old.map_or_else(|| momentum.moment_2.zeros_like(), |old| old.moment_2.clone());
                let (first, second) =
                    (mix(&momentum.moment_1, &first, replicas), mix(&momentum.moment_2, &second, replicas));
                AdamState::new(AdaptiveMomentumState::new(momentum.time, first, second))
            })
            .collect();
    }
}

fn with(state: &AdamState<3>, map: impl Fn(Tensor<3>) -> Tensor<3>) -> AdamState<3> {
    let momentum = &state.momentum;
    AdamState::new(AdaptiveMomentumState::new(
        momentum.time,
        map(momentum.moment_1.clone()),
        map(momentum.moment_2.clone()),
    ))
}

/// Entries of the first axis, in this order.
pub(super) fn pick<const D: usize>(tensor: Tensor<D>, replicas: &[usize]) -> Tensor<D> {
    let index: Vec<i32> = replicas.iter().map(|&r| i32::try_from(r).unwrap_or(i32::MAX)).collect();
    let index = Tensor::<1, Int>::from_data(TensorData::new(index, [replicas.len()]), &tensor.device());
    tensor.select(0, index)
}

/// `new` with the given entries of the first axis from `old`.
pub(super) fn mix<const D: usize>(new: &Tensor<D>, old: &Tensor<D>, replicas: &[usize]) -> Tensor<D> {
    let part = |r: usize| if replicas.contains(&r) { old.clone() } else { new.clone() }.narrow(0, r, 1);
    Tensor::cat((0..new.dims()[0]).map(part).collect(), 0)
}
