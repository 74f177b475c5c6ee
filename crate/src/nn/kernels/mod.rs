//! Kernels of our own, for what every training step does: each with an implementation for the CPU engine, one for WebGPU
//! and a hand-written derivative.
//!
//! They are burn's operations put together, so whatever is computed with them can be computed without: that is what their
//! tests do. They exist because burn's general ones cost too much here. Its matrix products on WebGPU synchronise their
//! threads after every few numbers, which an emulated adapter does twenty times slower than the arithmetic, and its Adam
//! takes some fifteen launches for every tensor of weights.

mod autodiff;
#[cfg(feature = "webgpu")]
mod gpu;
mod host;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

use super::AdamConfig;

/// What the engines compute in their own way, outside of any graph. Every tensor has three axes: replicas, rows, columns.
pub trait Kernels: Backend {
    /// The product of two matrices of every replica, either of which may be taken transposed, plus `[R, 1, columns]`. A factor
    /// with one replica is that of all.
    fn product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        form: Form,
    ) -> FloatTensor<Self>;

    /// Sums over the rows, `[R, n, F]` to `[R, 1, F]`.
    fn column_sums(x: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`. Mean and variance are of the rows, `[R, n, 1]`, or of the columns,
    /// `[R, 1, F]`; gamma and beta are `[R, 1, F]`.
    fn normalise(
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        weights: [FloatTensor<Self>; 2],
        how: Normalisation,
    ) -> FloatTensor<Self>;

    /// The derivatives of a loss by x, gamma and beta from `slope`, that by [`normalise`](Self::normalise)'s result, where
    /// mean and variance are those of x.
    fn normalise_slopes(
        slope: FloatTensor<Self>,
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        gamma: FloatTensor<Self>,
        how: Normalisation,
    ) -> [FloatTensor<Self>; 3];

    /// x above 0, and `slope` times x below; or its derivative times `outer`.
    fn rectify(x: FloatTensor<Self>, outer: Option<FloatTensor<Self>>, slope: f32) -> FloatTensor<Self>;

    /// The log-likelihood of every cell's counts as [`GraphKernels::count_likelihood`] has it, and the derivatives of every
    /// cell's by what it depends on, in this order and of these shapes: logits, `log_library` `[R, n, 1]`, `log_theta`
    /// `[R, n, genes]` (not summed over the cells, which may have different weights in a loss), dropout.
    #[allow(clippy::type_complexity, reason = "what the dispatch can carry: tensors, tuples, options")]
    fn count_terms(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        dropout: Option<FloatTensor<Self>>,
        counts: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, Option<FloatTensor<Self>>);
}

/// Mean and (biased) variance.
pub type Moments<B> = [FloatTensor<B>; 2];

/// What is done outside of any graph only.
#[backend_extension(Flex, Cube: cfg(feature = "webgpu"))]
pub trait GraphlessKernels: Backend {
    /// Mean and (biased) variance of the rows, both `[R, n, 1]`, or of the columns, both `[R, 1, F]`.
    fn moments(x: FloatTensor<Self>, of: Lines) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// One step of Adam on tensors of one shape, whichever: new weights, first and second moments.
    fn adam(
        weight: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// What is made of them with a derivative.
#[backend_extension(Flex, Cube: cfg(feature = "webgpu"), Autodiff)]
pub trait GraphKernels: Backend {
    /// `x W + b` of every replica: `[R or 1, n, in]`, `[R, in, out]` and `[R, 1, out]` to `[R, n, out]`.
    fn affine(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`, where mean and variance are those of x's rows or columns
    /// ([`GraphlessKernels::moments`]): in the derivative they move with x.
    fn normalised(
        x: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        how: Normalisation,
    ) -> FloatTensor<Self>;

    /// x above 0, and `slope` times x below.
    fn rectified(x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self>;

    /// Log-likelihood of every cell's counts, `[R, n, 1]`, without the part that depends on the counts alone. Counts are negative
    /// binomial with mean `exp(log_library) * softmax(logits)` and inverse dispersion `exp(log_theta)`.
    ///
    /// Logits are `[R, n, genes]`, `log_library` `[R or 1, n, 1]`, `log_theta` `[R, 1, genes]`, counts `[R or 1, n, genes]`.
    fn count_likelihood(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        counts: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// The same with excess zeros, of which `dropout`, `[R, n, genes]`, are the logits.
    fn inflated_count_likelihood(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        dropout: FloatTensor<Self>,
        counts: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// What an engine does with its kernels where there is no graph.
macro_rules! without_graph {
    ($backend:ty) => {
        impl GraphKernels for $backend {
            fn affine(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
                Self::product(x, weight, Some(bias), Form::Plain)
            }

            fn normalised(
                x: FloatTensor<Self>,
                mean: FloatTensor<Self>,
                variance: FloatTensor<Self>,
                gamma: FloatTensor<Self>,
                beta: FloatTensor<Self>,
                how: Normalisation,
            ) -> FloatTensor<Self> {
                Self::normalise(x, [mean, variance], [gamma, beta], how)
            }

            fn rectified(x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
                Self::rectify(x, None, slope)
            }

            fn count_likelihood(
                logits: FloatTensor<Self>,
                log_library: FloatTensor<Self>,
                log_theta: FloatTensor<Self>,
                counts: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                Self::count_terms(logits, log_library, log_theta, None, counts).0
            }

            fn inflated_count_likelihood(
                logits: FloatTensor<Self>,
                log_library: FloatTensor<Self>,
                log_theta: FloatTensor<Self>,
                dropout: FloatTensor<Self>,
                counts: FloatTensor<Self>,
            ) -> FloatTensor<Self> {
                Self::count_terms(logits, log_library, log_theta, Some(dropout), counts).0
            }
        }
    };
}

without_graph!(burn::backend::Flex);
#[cfg(feature = "webgpu")]
without_graph!(burn_cubecl::CubeBackend);

/// Of what there are means and variances, and what is added to the variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// What is brought to mean 0 and variance 1.
    pub of: Lines,
    /// Added to variances.
    pub epsilon: f32,
}

/// What moments are taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lines {
    /// Every row: all features of a cell.
    Rows,
    /// Every column: a feature of all cells.
    Columns,
}

/// Which factor of a product is transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `a b`: `[n, k]` and `[k, m]`.
    Plain,
    /// `a' b`: `[k, n]` and `[k, m]`.
    LeftTransposed,
    /// `a b'`: `[n, k]` and `[m, k]`.
    RightTransposed,
}

/// The numbers of one step of Adam that do not depend on the weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// What stays of the moments.
    pub keep: [f32; 2],
    /// What the gradient and its square add to them.
    pub take: [f32; 2],
    /// Learning rate, with both moments' corrections for their start at 0.
    pub rate: f32,
    /// Added to the root of the second moment, corrected likewise.
    pub epsilon: f32,
    /// Times the weight, added to the gradient.
    pub weight_decay: f32,
}

impl AdamStep {
    /// Step number `time`, counted from 1.
    #[must_use]
    pub fn of(config: &AdamConfig, lr: f64, time: usize) -> Self {
        let AdamConfig { betas: (b1, b2), epsilon, weight_decay } = *config;
        let root = (1.0 - b2.powf(time as f64)).sqrt();
        Self {
            keep: [b1 as f32, b2 as f32],
            // Subtracted in double precision: in single, 1 - 0.999 is off by 1e-5, and so would the second moments be.
            take: [(1.0 - b1) as f32, (1.0 - b2) as f32],
            rate: (lr * root / (1.0 - b1.powf(time as f64))) as f32,
            epsilon: epsilon * root as f32,
            weight_decay,
        }
    }
}

/// The kernels do not repeat what has one replica, as burn's operations would.
fn same_replicas<'a>(what: &str, tensors: impl IntoIterator<Item = &'a Tensor<3>>, replicas: usize) {
    for tensor in tensors {
        assert_eq!(tensor.dims()[0], replicas, "replicas of {what}");
    }
}

/// `x W + b` of every replica, differentiable: `[R or 1, n, in]`, `[R, in, out]` and `[R, 1, out]` to `[R, n, out]`.
///
/// # Panics
/// When replicas do not fit together.
#[must_use]
pub fn affine(x: Tensor<3>, weight: Tensor<3>, bias: Tensor<3>) -> Tensor<3> {
    let replicas = weight.dims()[0];
    same_replicas("bias", [&bias], replicas);
    assert!([1, replicas].contains(&x.dims()[0]), "{} replicas of x for {replicas} of the weights", x.dims()[0]);
    Tensor::from_dispatch(Dispatch::affine(x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch()))
}

/// x with every row's, or column's, own mean and (biased) variance made 0 and 1, times gamma plus beta, and these means and
/// variances, without a graph. See [`GraphKernels::normalised`].
///
/// # Panics
/// When gamma or beta have not as many replicas as x.
#[must_use]
pub fn normalised(
    x: Tensor<3>,
    of: Lines,
    gamma: Tensor<3>,
    beta: Tensor<3>,
    epsilon: f64,
) -> (Tensor<3>, [Tensor<3>; 2]) {
    same_replicas("gamma and beta", [&gamma, &beta], x.dims()[0]);
    let (mean, variance) = Dispatch::moments(x.clone().inner().into_dispatch(), of);
    let moments = [mean, variance].map(Tensor::<3>::from_dispatch);
    let [mean, variance] = moments.clone();
    let [x, mean, variance, gamma, beta] = [x, mean, variance, gamma, beta].map(Tensor::into_dispatch);
    let y = Dispatch::normalised(x, mean, variance, gamma, beta, Normalisation { of, epsilon: epsilon as f32 });
    (Tensor::from_dispatch(y), moments)
}

/// x above 0, and `slope` times x below, differentiable; 0 below for a slope of 0.
#[must_use]
pub fn rectified(x: Tensor<3>, slope: f64) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::rectified(x.into_dispatch(), slope as f32))
}

/// Log-likelihood of every cell's counts, `[R, n, 1]`, without the part that depends on the counts alone, differentiable by all
/// but the counts. They are negative binomial with mean `exp(log_library) * softmax(logits)` and inverse dispersion
/// `exp(log_theta)`, with excess zeros where there is `dropout`, their logits.
///
/// # Shapes
/// Logits and dropout are `[R, n, genes]`, `log_library` `[R or 1, n, 1]`, `log_theta` `[R, 1, genes]`, counts
/// `[R or 1, n, genes]`.
///
/// # Panics
/// When `log_theta` or dropout have not as many replicas as the logits.
#[must_use]
pub fn count_likelihood(
    logits: Tensor<3>,
    log_library: Tensor<3>,
    log_theta: Tensor<3>,
    dropout: Option<Tensor<3>>,
    counts: Tensor<3>,
) -> Tensor<3> {
    same_replicas("log_theta", [&log_theta], logits.dims()[0]);
    same_replicas("dropout", &dropout, logits.dims()[0]);
    let [logits, log_library, log_theta, counts] = [logits, log_library, log_theta, counts].map(Tensor::into_dispatch);
    Tensor::from_dispatch(match dropout.map(Tensor::into_dispatch) {
        Some(dropout) => Dispatch::inflated_count_likelihood(logits, log_library, log_theta, dropout, counts),
        None => Dispatch::count_likelihood(logits, log_library, log_theta, counts),
    })
}

/// See [`GraphlessKernels::adam`].
#[must_use]
pub(super) fn adam<const D: usize>(
    weight: Tensor<D>,
    first: Tensor<D>,
    second: Tensor<D>,
    gradient: Tensor<D>,
    step: AdamStep,
) -> (Tensor<D>, Tensor<D>, Tensor<D>) {
    let (weight, first, second) = Dispatch::adam(
        weight.into_dispatch(),
        first.into_dispatch(),
        second.into_dispatch(),
        gradient.into_dispatch(),
        step,
    );
    (Tensor::from_dispatch(weight), Tensor::from_dispatch(first), Tensor::from_dispatch(second))
}
