//! The log-likelihood of counts on the CPU engine.

use burn::tensor::{Device, Tensor, TensorData};

use crate::nn::{CountGradients, CountKernel, host, is_host, to_tensor};

use super::CountParameters;

/// The log-likelihood without the part that depends on the counts alone, `[R, cells, 1]`; `None` on other devices.
///
/// Value `v` and derivatives `d` by every input `x` are computed outside of burn, which is given `v + (s - s')`: `s` is the
/// sum of the products `x d` with constant `d`, and `s'` the same number without a graph. So the difference is 0, and the
/// gradient is `d` times whatever weight the cell has in the loss.
pub(super) fn log_likelihood(parameters: &CountParameters, counts: &Tensor<3>) -> Option<Tensor<3>> {
    let CountParameters { logits, log_library, log_theta, dropout } = parameters;
    let device = logits.device();
    if !is_host(&device) {
        return None;
    }
    let read = [logits, log_library, log_theta, counts].map(values);
    let read_dropout = dropout.as_ref().map(values);
    let kernel = CountKernel {
        n_genes: logits.dims()[2],
        logits: read[0].as_slice().ok()?,
        log_library: read[1].as_slice().ok()?,
        log_theta: read[2].as_slice().ok()?,
        counts: read[3].as_slice().ok()?,
        dropout: match &read_dropout {
            Some(dropout) => Some(dropout.as_slice().ok()?),
            None => None,
        },
    };
    let [replicas, cells, _] = logits.dims();
    let (value, gradients) = kernel.run();
    let value = to_tensor(value, [replicas, cells, 1], &device);
    Some(match slope(parameters, gradients, &device) {
        Some(slope) => value + (slope.clone() - slope.detach()),
        None => value,
    })
}

/// The sum of inputs times derivatives, `[R, cells, 1]`, over the inputs that are part of a graph.
fn slope(parameters: &CountParameters, gradients: CountGradients, device: &Device) -> Option<Tensor<3>> {
    let CountParameters { logits, log_library, log_theta, dropout } = parameters;
    let [replicas, cells, genes] = logits.dims();
    let of_genes = |values: Vec<f32>| to_tensor(values, [replicas, cells, genes], device);
    let logits = logits.is_tracked().then(|| logits.clone() * of_genes(gradients.logits));
    let dropout = dropout.as_ref().filter(|dropout| dropout.is_tracked());
    let dropout = dropout.map(|dropout| dropout.clone() * of_genes(gradients.dropout));
    let by_genes = sum(logits, dropout).map(|terms| terms.sum_dim(2));
    let log_library = log_library
        .is_tracked()
        .then(|| log_library.clone() * to_tensor(gradients.log_library, [replicas, cells, 1], device));
    // A product of matrices, so that the gradient sums over the cells without a tensor in between.
    let log_theta =
        log_theta.is_tracked().then(|| of_genes(gradients.log_theta).matmul(log_theta.clone().swap_dims(1, 2)));
    sum(sum(by_genes, log_library), log_theta)
}

fn sum(a: Option<Tensor<3>>, b: Option<Tensor<3>>) -> Option<Tensor<3>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

fn values(tensor: &Tensor<3>) -> TensorData {
    host(tensor.clone().inner())
}
