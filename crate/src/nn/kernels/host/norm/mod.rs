//! Normalisation over plain slices, replica by replica.

mod columns;
mod rows;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use crate::nn::kernels::{Lines, Moments, Normalisation};

fn tensor(values: Vec<f32>, shape: [usize; 3]) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}

/// Shape of the moments of a tensor of some shape.
fn shape_of_moments([replicas, n, columns]: [usize; 3], of: Lines) -> [usize; 3] {
    match of {
        Lines::Rows => [replicas, n, 1],
        Lines::Columns => [replicas, 1, columns],
    }
}

/// What is known of a replica beside x.
#[derive(Clone, Copy)]
struct Known<'a> {
    means: &'a [f32],
    variances: &'a [f32],
    gamma: &'a [f32],
    columns: usize,
    epsilon: f64,
}

impl Known<'_> {
    /// One over the deviation of every line.
    fn inverses(&self) -> impl Iterator<Item = f64> {
        self.variances.iter().map(|variance| (f64::from(*variance) + self.epsilon).sqrt().recip())
    }
}

/// What is known of every replica.
fn replicas<'a>(
    shape: [usize; 3],
    of_x: &'a Moments<Flex>,
    gamma: &'a FloatTensor<Flex>,
    how: Normalisation,
) -> impl Iterator<Item = Known<'a>> {
    let columns = shape[2];
    let [_, a, b] = shape_of_moments(shape, how.of);
    let [means, variances] = [&of_x[0], &of_x[1]].map(|moment| moment.storage::<f32>().chunks_exact(a * b));
    let gamma = gamma.storage::<f32>().chunks_exact(columns);
    let epsilon = f64::from(how.epsilon);
    means.zip(variances).zip(gamma).map(move |((means, variances), gamma)| Known {
        means,
        variances,
        gamma,
        columns,
        epsilon,
    })
}

/// See [`crate::nn::kernels::GraphlessKernels::moments`]; all tensors here are contiguous.
pub(super) fn moments(x: &FloatTensor<Flex>, of: Lines) -> (FloatTensor<Flex>, FloatTensor<Flex>) {
    let shape @ [_, n, columns] = x.shape().dims();
    let (mut means, mut variances) = (Vec::new(), Vec::new());
    for replica in x.storage::<f32>().chunks_exact(n * columns) {
        let (mean, variance) = match of {
            Lines::Rows => rows::moments(replica, columns),
            Lines::Columns => columns::moments(replica, columns),
        };
        means.extend(mean);
        variances.extend(variance);
    }
    let shape = shape_of_moments(shape, of);
    (tensor(means, shape), tensor(variances, shape))
}

/// See [`crate::nn::kernels::Kernels::normalise`].
pub(super) fn normalise(
    mut x: FloatTensor<Flex>,
    of_x: &Moments<Flex>,
    [gamma, beta]: &[FloatTensor<Flex>; 2],
    how: Normalisation,
) -> FloatTensor<Flex> {
    let shape @ [_, n, columns] = x.shape().dims();
    let values = x.storage_mut::<f32>().chunks_exact_mut(n * columns);
    let betas = beta.storage::<f32>().chunks_exact(columns);
    for ((x, beta), known) in values.zip(betas).zip(replicas(shape, of_x, gamma, how)) {
        match how.of {
            Lines::Rows => rows::normalise(x, known, beta),
            Lines::Columns => columns::normalise(x, known, beta),
        }
    }
    x
}

/// See [`crate::nn::kernels::Kernels::normalise_slopes`].
pub(super) fn slopes(
    mut slope: FloatTensor<Flex>,
    x: &FloatTensor<Flex>,
    of_x: &Moments<Flex>,
    gamma: &FloatTensor<Flex>,
    how: Normalisation,
) -> [FloatTensor<Flex>; 3] {
    let shape @ [r, n, columns] = x.shape().dims();
    let (mut by_gamma, mut by_beta) = (Vec::new(), Vec::new());
    let slopes = slope.storage_mut::<f32>().chunks_exact_mut(n * columns);
    let values = x.storage::<f32>().chunks_exact(n * columns);
    for ((slope, x), known) in slopes.zip(values).zip(replicas(shape, of_x, gamma, how)) {
        let (of_gamma, of_beta) = match how.of {
            Lines::Rows => rows::slopes(slope, x, known),
            Lines::Columns => columns::slopes(slope, x, known),
        };
        by_gamma.extend(of_gamma);
        by_beta.extend(of_beta);
    }
    [slope, tensor(by_gamma, [r, 1, columns]), tensor(by_beta, [r, 1, columns])]
}
