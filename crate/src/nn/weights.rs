//! Weights of any module by name, out of it and back into it.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{ExecutionError, Tensor, TensorData};
use thiserror::Error;

use super::read_rows;

/// Numbers that are read from the device at once. A read can take a tenth of a second, whatever its size; but a device has
/// a largest buffer.
const READ_AT_ONCE: usize = 1 << 22;

/// One parameter, or a statistic that is kept like one.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Its dimensions, the replicas first.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub values: Vec<f32>,
}

/// What a trained model knows, by name: `encoder.0.linear.weight`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(BTreeMap<String, Weight>);

/// Why weights do not fit a model.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WeightsError {
    /// The model has a parameter that the weights have not.
    #[error("the weights have no {name}")]
    Missing {
        /// Its name.
        name: String,
    },
    /// The weights have a parameter that the model has not.
    #[error("the model has no {name}, but the weights have")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// A parameter has other dimensions.
    #[error("{name} is {found:?} in the weights, but {expected:?} in the model")]
    Shape {
        /// Its name.
        name: String,
        /// Its dimensions in the model.
        expected: Vec<usize>,
        /// Its dimensions in the weights.
        found: Vec<usize>,
    },
    /// A value is infinite or not a number.
    #[error("{name} holds values that are not finite")]
    NotFinite {
        /// Its name.
        name: String,
    },
}

impl WeightsError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::Unknown { .. } | Self::Shape { .. } => "weights_do_not_fit",
            Self::NotFinite { .. } => "weights_not_finite",
        }
    }

    /// What the visitor can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } | Self::Unknown { .. } | Self::Shape { .. } => {
                "Open the weights with the run file and the data that they were trained with.".to_owned()
            }
            Self::NotFinite { .. } => "Train the model again with a lower learning rate.".to_owned(),
        }
    }
}

impl Weights {
    /// All float parameters and statistics of a module. A name is the path of fields, behind `prefix` and a dot where there
    /// is one.
    pub async fn of<M: Module>(prefix: &str, module: &M) -> Result<Self, ExecutionError> {
        let mut visitor = Collector { path: path(prefix), found: Vec::new() };
        module.visit(&mut visitor);
        let mut weights = Self::default();
        let mut found = visitor.found.into_iter().peekable();
        while found.peek().is_some() {
            let (mut size, mut group) = (0, Vec::new());
            while let Some(next) = found.next_if(|(_, _, flat)| size == 0 || size + flat.dims()[0] <= READ_AT_ONCE) {
                size += next.2.dims()[0];
                group.push(next);
            }
            let all = Tensor::cat(group.iter().map(|(_, _, flat)| flat.clone()).collect(), 0);
            let mut values = read_rows(all).await?.into_iter();
            for (name, shape, flat) in group {
                let values = values.by_ref().take(flat.dims()[0]).collect();
                weights.0.insert(name, Weight { shape, values });
            }
        }
        Ok(weights)
    }

    /// Weights of one replica each, in order, as the weights of all of them. (Replicas may stop at different times.)
    #[must_use]
    pub fn stacked(replicas: Vec<Self>) -> Self {
        let mut replicas = replicas.into_iter();
        let mut all = replicas.next().unwrap_or_default();
        for replica in replicas {
            for ((_, weight), (_, more)) in all.0.iter_mut().zip(replica.0) {
                weight.shape[0] += more.shape[0];
                weight.values.extend(more.values);
            }
        }
        all
    }

    /// The module with the weights in place of its own. They are taken out, so that [`Weights::finish`] knows what is left.
    ///
    /// Errors: a parameter that is not here, has other dimensions or values that are not finite.
    pub fn restore<M: Module>(&mut self, prefix: &str, module: M) -> Result<M, WeightsError> {
        let mut mapper = Restorer { path: path(prefix), weights: self, error: None };
        let module = module.map(&mut mapper);
        mapper.error.map_or(Ok(module), Err)
    }

    /// The module with these weights, all of them.
    ///
    /// Errors: names, dimensions or values that do not fit.
    pub fn into_module<M: Module>(mut self, module: M) -> Result<M, WeightsError> {
        let module = self.restore("", module)?;
        self.finish()?;
        Ok(module)
    }

    /// Refuses weights that no module has taken.
    pub fn finish(self) -> Result<(), WeightsError> {
        self.0.into_keys().next().map_or(Ok(()), |name| Err(WeightsError::Unknown { name }))
    }

    /// Adds a parameter.
    pub fn insert(&mut self, name: String, weight: Weight) {
        self.0.insert(name, weight);
    }

    /// Zeros in place of everything of one replica, for one that has nothing of use.
    pub fn blank(&mut self, replica: usize) {
        for weight in self.0.values_mut() {
            let size = weight.values.len() / weight.shape.first().copied().unwrap_or(1).max(1);
            weight.values.iter_mut().skip(replica * size).take(size).for_each(|value| *value = 0.0);
        }
    }

    /// Takes a parameter out.
    pub fn take(&mut self, name: &str) -> Result<Weight, WeightsError> {
        self.0.remove(name).ok_or_else(|| WeightsError::Missing { name: name.to_owned() })
    }

    /// Adds the weights of another module.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Parameters by name, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Weight)> {
        self.0.iter()
    }

    /// Whether there are none, as for a model that is computed and not trained.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn path(prefix: &str) -> Vec<String> {
    if prefix.is_empty() { Vec::new() } else { vec![prefix.to_owned()] }
}

struct Collector {
    path: Vec<String>,
    /// Name, dimensions, and the values in one dimension without the gradient graph.
    found: Vec<(String, Vec<usize>, Tensor<1>)>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let value = if value.device().is_autodiff() { value.detach().inner() } else { value };
        let shape = value.dims().to_vec();
        let n = shape.iter().product::<usize>();
        self.found.push((self.path.join("."), shape, value.reshape([n])));
    }
}

struct Restorer<'a> {
    path: Vec<String>,
    weights: &'a mut Weights,
    error: Option<WeightsError>,
}

impl Restorer<'_> {
    fn take(&mut self, name: String, expected: &[usize]) -> Result<Weight, WeightsError> {
        let Some(weight) = self.weights.0.remove(&name) else { return Err(WeightsError::Missing { name }) };
        if weight.shape != expected || weight.values.len() != expected.iter().product::<usize>() {
            return Err(WeightsError::Shape { name, expected: expected.to_vec(), found: weight.shape });
        }
        if !weight.values.iter().all(|value| value.is_finite()) {
            return Err(WeightsError::NotFinite { name });
        }
        Ok(weight)
    }
}

impl ModuleMapper for Restorer<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.error.is_some() {
            return param;
        }
        match self.take(self.path.join("."), &param.val().dims()) {
            Ok(Weight { shape, values }) => param.map(|old| {
                let new = Tensor::from_data(TensorData::new(values, shape), &old.device());
                if old.is_require_grad() { new.require_grad() } else { new }
            }),
            Err(error) => {
                self.error = Some(error);
                param
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BatchNormConfig, Block, Linear};
    use burn::tensor::Device;
    use futures_lite::future::block_on;

    fn block(seeds: &[u64], device: &Device) -> Block {
        Block::new(Linear::xavier("t", 3, 2, seeds, device), BatchNormConfig::PYTORCH, device)
    }

    fn weights(seeds: &[u64]) -> Weights {
        block_on(Weights::of("", &vec![block(seeds, &Device::flex().autodiff())])).unwrap()
    }

    #[test]
    fn every_parameter_and_statistic_has_its_path_as_name() {
        let found = weights(&[1, 2]);
        let names: Vec<_> = found.iter().map(|(name, weight)| (name.as_str(), weight.shape.clone())).collect();
        let expected = [
            ("0.linear.bias", vec![2, 1, 2]),
            ("0.linear.weight", vec![2, 3, 2]),
            ("0.norm.beta", vec![2, 1, 2]),
            ("0.norm.gamma", vec![2, 1, 2]),
            ("0.norm.running_mean", vec![2, 1, 2]),
            ("0.norm.running_var", vec![2, 1, 2]),
        ];
        assert_eq!(names, expected);
        assert_eq!(Weights::stacked(vec![weights(&[1]), weights(&[2])]), found);
    }

    #[test]
    fn what_is_restored_is_what_was_taken_and_can_be_trained_on() {
        let device = Device::flex().autodiff();
        let module = weights(&[7]).into_module(vec![block(&[8], &device)]).unwrap();
        assert_eq!(block_on(Weights::of("", &module)).unwrap(), weights(&[7]));
        assert!(module[0].linear.weight.val().is_require_grad() && !module[0].norm.running_var.val().is_require_grad());
    }

    #[test]
    fn weights_that_do_not_fit_are_named() {
        let into = |weights: Weights| weights.into_module(vec![block(&[1], &Device::flex())]).unwrap_err();
        let mut odd = weights(&[1]);
        odd.0.remove("0.norm.gamma");
        assert_eq!(into(odd), WeightsError::Missing { name: "0.norm.gamma".into() });
        let mut odd = weights(&[1]);
        odd.insert("0.more".into(), Weight { shape: vec![1], values: vec![0.0] });
        assert_eq!(into(odd), WeightsError::Unknown { name: "0.more".into() });
        let error = into(weights(&[1, 2]));
        assert_eq!(error.to_string(), "0.linear.weight is [2, 3, 2] in the weights, but [1, 3, 2] in the model");
        let mut odd = weights(&[1]);
        odd.insert("0.linear.bias".into(), Weight { shape: vec![1, 1, 2], values: vec![0.0, f32::NAN] });
        assert_eq!(into(odd).code(), "weights_not_finite");
    }
}
