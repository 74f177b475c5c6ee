//! Moving values between host vectors and tensors, one replica out of many, many out of single ones, and one number per
//! replica.

use std::collections::VecDeque;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use ndarray::Array2;

/// A tensor of the given shape from host values in row-major order.
#[must_use]
pub fn to_tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Reads a tensor back to the host, as one row-major vector.
///
/// Asynchronous because a synchronous read panics on WebGPU in the browser.
pub async fn read_rows<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    let data = tensor.into_data_async().await?;
    Ok(data.iter::<f32>().collect())
}

/// Reads `[1, rows, columns]` back as a matrix.
pub async fn read_matrix(tensor: Tensor<3>) -> Result<Array2<f32>, ExecutionError> {
    let [replicas, rows, columns] = tensor.dims();
    let values = read_rows(tensor).await?;
    // The values of a tensor always fill its shape; an empty matrix stands for the impossible rest.
    Ok(Array2::from_shape_vec((replicas * rows, columns), values).unwrap_or_default())
}

/// The module with only replica `index` of every weight.
#[must_use]
pub fn replica<M: Module>(module: M, index: usize) -> M {
    module.map(&mut Pick(index))
}

/// `module` with the weights of `replicas`, single replicas of it in order and without a gradient graph.
#[must_use]
pub fn join<M: Module>(module: M, replicas: &[M]) -> M {
    let collected = replicas.iter().map(|replica| {
        let mut collect = Collect(VecDeque::new());
        replica.visit(&mut collect);
        collect.0
    });
    let collected = collected.collect();
    module.map(&mut Join(collected))
}

/// Takes the weights, flat.
struct Collect(VecDeque<Tensor<1>>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let weights = param.val();
        let n = weights.shape().num_elements();
        self.0.push_back(weights.reshape([n]));
    }
}

/// Gives them back, in the same order, one behind the other: the replica is the first axis of every weight.
struct Join(Vec<VecDeque<Tensor<1>>>);

impl ModuleMapper for Join {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let parts: Vec<Tensor<1>> = self.0.iter_mut().filter_map(VecDeque::pop_front).collect();
        param.map(|old| {
            let trained = old.is_require_grad();
            let new = Tensor::cat(parts, 0).reshape(old.dims());
            let new = if old.device().is_autodiff() { Tensor::from_inner(new) } else { new };
            new.set_require_grad(trained)
        })
    }
}

struct Pick(usize);

impl ModuleMapper for Pick {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.0;
        param.map(|tensor| tensor.narrow(0, index, 1))
    }
}

/// The sum of the absolute values of a module's weights, `[R]`: not finite as soon as one weight of the replica is not.
///
/// The module has to be without a gradient graph (`valid`).
#[must_use]
pub fn magnitude<M: Module>(module: &M, replicas: usize, device: &Device) -> Tensor<1> {
    let mut sum = Magnitude(Tensor::zeros([replicas], device));
    module.visit(&mut sum);
    sum.0
}

struct Magnitude(Tensor<1>);

impl ModuleVisitor for Magnitude {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let replicas = self.0.dims()[0];
        let weights = param.val().abs();
        let each = weights.shape().num_elements() / replicas;
        self.0 = self.0.clone() + weights.reshape([replicas, each]).sum_dim(1).reshape([replicas]);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;
    use crate::nn::{BatchNormConfig, Block, Linear};

    #[test]
    fn replicas_are_joined_in_order_and_trained_on() {
        let device = Device::flex().autodiff();
        let block =
            |seeds: &[u64]| Block::new(Linear::xavier("t", 3, 2, seeds, &device), BatchNormConfig::PYTORCH, &device);
        let single = |r| replica(block(&[1, 2, 3]).valid(), r);
        let joined = join(block(&[4, 5, 6]), &[single(1), single(0), single(2)]);
        let values = |t: Tensor<3>| t.into_data().try_to_vec::<f32>().unwrap();
        assert_eq!(values(joined.linear.weight.val()), values(block(&[2, 1, 3]).linear.weight.val()));
        assert!(joined.linear.weight.val().is_require_grad() && !joined.norm.running_mean.val().is_require_grad());
        let gradients = joined.linear.forward(Tensor::ones([3, 4, 3], &device)).sum().backward();
        assert!(joined.linear.weight.val().grad(&gradients).is_some());
    }
}
