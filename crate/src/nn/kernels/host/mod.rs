//! The kernels on the CPU engine, over plain slices where burn's operations would take several passes.

mod counts;
mod elementary;
mod norm;

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use super::{AdamStep, Form, GraphlessKernels, Kernels, Lines, Moments, Normalisation};
use counts::CountKernel;

impl Kernels for Flex {
    fn product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        form: Form,
    ) -> FloatTensor<Self> {
        let product = match form {
            Form::Plain => Self::float_matmul(a, b),
            Form::LeftTransposed => Self::float_matmul(Self::float_transpose(a), b),
            Form::RightTransposed => Self::float_matmul(a, Self::float_transpose(b)),
        };
        match bias {
            Some(bias) => plus_rows(contiguous(product), &contiguous(bias)),
            None => product,
        }
    }

    fn column_sums(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_sum_dim(x, 1)
    }

    fn normalise(
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        weights: [FloatTensor<Self>; 2],
        how: Normalisation,
    ) -> FloatTensor<Self> {
        norm::normalise(contiguous(x), &of_x.map(contiguous), &weights.map(contiguous), how)
    }

    fn normalise_slopes(
        slope: FloatTensor<Self>,
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        gamma: FloatTensor<Self>,
        how: Normalisation,
    ) -> [FloatTensor<Self>; 3] {
        norm::slopes(contiguous(slope), &contiguous(x), &of_x.map(contiguous), &contiguous(gamma), how)
    }

    fn rectify(x: FloatTensor<Self>, outer: Option<FloatTensor<Self>>, slope: f32) -> FloatTensor<Self> {
        match outer.map(contiguous) {
            None => {
                let mut x = contiguous(x);
                x.storage_mut::<f32>().iter_mut().for_each(|x| *x = below(*x, *x, slope));
                x
            }
            Some(mut outer) => {
                let x = contiguous(x);
                let pairs = outer.storage_mut::<f32>().iter_mut().zip(x.storage::<f32>());
                pairs.for_each(|(outer, x)| *outer = below(*x, *outer, slope));
                outer
            }
        }
    }

    fn count_terms(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        dropout: Option<FloatTensor<Self>>,
        counts: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, Option<FloatTensor<Self>>) {
        let [replicas, cells, genes] = logits.shape().dims();
        let [logits, log_library, log_theta, counts] = [logits, log_library, log_theta, counts].map(contiguous);
        let dropout = dropout.map(contiguous);
        let (values, slopes) = CountKernel {
            n_genes: genes,
            logits: logits.storage(),
            log_library: log_library.storage(),
            log_theta: log_theta.storage(),
            counts: counts.storage(),
            dropout: dropout.as_ref().map(FloatTensor::<Self>::storage),
        }
        .run();
        let tensor = |values: Vec<f32>, columns| {
            FloatTensor::<Self>::from_data(TensorData::new(values, [replicas, cells, columns]))
        };
        (
            tensor(values, 1),
            tensor(slopes.logits, genes),
            tensor(slopes.log_library, 1),
            tensor(slopes.log_theta, genes),
            dropout.map(|_| tensor(slopes.dropout, genes)),
        )
    }
}

impl GraphlessKernels for Flex {
    fn moments(x: FloatTensor<Self>, of: Lines) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::moments(&contiguous(x), of)
    }

    fn adam(
        weight: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [mut weight, mut first, mut second, gradient] = [weight, first, second, gradient].map(contiguous);
        update(step, weight.storage_mut(), first.storage_mut(), second.storage_mut(), gradient.storage());
        (weight, first, second)
    }
}

/// `value` where x is above 0 or not a number, else `slope` times it; 0 for a slope of 0, whatever the value.
#[inline]
fn below(x: f32, value: f32, slope: f32) -> f32 {
    let lowered = if slope == 0.0 { 0.0 } else { slope * value };
    if x <= 0.0 { lowered } else { value }
}

/// As it is, or a copy whose values are in row-major order from the start of its storage.
fn contiguous(tensor: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let n = tensor.shape().num_elements();
    if tensor.is_contiguous() && tensor.storage::<f32>().len() == n { tensor } else { tensor.to_contiguous() }
}

/// `[R, n, F]` plus `[R, 1, F]`, or plus one row for all replicas.
fn plus_rows(mut x: FloatTensor<Flex>, rows: &FloatTensor<Flex>) -> FloatTensor<Flex> {
    let [_, n, columns] = x.shape().dims();
    let replicas = x.storage_mut::<f32>().chunks_exact_mut(n * columns);
    for (replica, row) in replicas.zip(rows.storage::<f32>().chunks_exact(columns).cycle()) {
        for values in replica.chunks_exact_mut(columns) {
            values.iter_mut().zip(row).for_each(|(value, bias)| *value += bias);
        }
    }
    x
}

/// The arithmetic of one step of Adam.
fn update(step: AdamStep, weight: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
    let AdamStep { keep, take, rate, epsilon, weight_decay } = step;
    for (((w, m), v), g) in weight.iter_mut().zip(first).zip(second).zip(gradient) {
        let g = g + weight_decay * *w;
        *m = keep[0] * *m + take[0] * g;
        *v = keep[1] * *v + take[1] * g * g;
        *w -= rate * *m / (v.sqrt() + epsilon);
    }
}
