//! Derivatives of the kernels, written by hand.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, TensorMetadata};

use super::{Form, GraphKernels, Kernels, Moments, Normalisation};

impl<B: Kernels + GraphKernels, C: CheckpointStrategy> GraphKernels for Autodiff<B, C> {
    fn affine(x: FloatTensor<Self>, weight: FloatTensor<Self>, bias: FloatTensor<Self>) -> FloatTensor<Self> {
        let [for_x, for_weight] = [x.is_tracked(), weight.is_tracked()];
        let [(x, x_node), (weight, weight_node), (bias, bias_node)] =
            [x, weight, bias].map(FloatTensor::<Self>::into_parts);
        match Affine.prepare::<C>([x_node, weight_node, bias_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = AffineState {
                    shared: x.shape()[0] < weight.shape()[0],
                    x: for_weight.then(|| x.clone()),
                    weight: for_x.then(|| weight.clone()),
                };
                prep.finish(state, B::affine(x, weight, bias))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::affine(x, weight, bias)),
        }
    }

    fn normalised(
        x: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        variance: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        how: Normalisation,
    ) -> FloatTensor<Self> {
        let of_x = [mean, variance].map(FloatTensor::<Self>::into_primitive);
        let [(x, x_node), (gamma, gamma_node), (beta, beta_node)] =
            [x, gamma, beta].map(FloatTensor::<Self>::into_parts);
        match Normalised.prepare::<C>([x_node, gamma_node, beta_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = NormalisedState { x: x.clone(), of_x: of_x.clone(), gamma: gamma.clone(), how };
                prep.finish(state, B::normalise(x, of_x, [gamma, beta], how))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::normalise(x, of_x, [gamma, beta], how)),
        }
    }

    fn rectified(x: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match Rectified.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(RectifiedState { x: x.clone(), slope }, B::rectify(x, None, slope)),
            OpsKind::UnTracked(prep) => prep.finish(B::rectify(x, None, slope)),
        }
    }

    fn count_likelihood(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        counts: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [(logits, of_logits), (library, of_library), (theta, of_theta)] =
            [logits, log_library, log_theta].map(FloatTensor::<Self>::into_parts);
        let shared = library.shape()[0] < logits.shape()[0];
        let (value, by_logits, by_library, by_theta, _) =
            B::count_terms(logits, library, theta, None, counts.into_primitive());
        let slopes = [by_logits, by_library, by_theta].map(Some);
        CountSlopes { shared, slopes }.of::<C>([of_logits, of_library, of_theta], value)
    }

    fn inflated_count_likelihood(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        dropout: FloatTensor<Self>,
        counts: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [(logits, of_logits), (library, of_library), (theta, of_theta), (dropout, of_dropout)] =
            [logits, log_library, log_theta, dropout].map(FloatTensor::<Self>::into_parts);
        let shared = library.shape()[0] < logits.shape()[0];
        let (value, by_logits, by_library, by_theta, by_dropout) =
            B::count_terms(logits, library, theta, Some(dropout), counts.into_primitive());
        let slopes = [Some(by_logits), Some(by_library), Some(by_theta), by_dropout];
        CountSlopes { shared, slopes }.of::<C>([of_logits, of_library, of_theta, of_dropout], value)
    }
}

/// `dL/dx = g W'`, `dL/dW = x' g`, `dL/db` the sum of g over the rows.
#[derive(Debug)]
struct Affine;

#[derive(Clone, Debug)]
struct AffineState<B: Backend> {
    /// One x for all replicas, whose gradients are summed.
    shared: bool,
    x: Option<FloatTensor<B>>,
    weight: Option<FloatTensor<B>>,
}

impl<B: Kernels> Backward<B, 3> for Affine {
    type State = AffineState<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let AffineState { shared, x, weight } = ops.state;
        let [to_x, to_weight, to_bias] = ops.parents;
        if let (Some(node), Some(weight)) = (to_x, weight) {
            let by_x = B::product(grad.clone(), weight, None, Form::RightTransposed);
            register::<B>(grads, node.id, by_x, shared);
        }
        if let Some(node) = to_bias {
            grads.register::<B>(node.id, B::column_sums(grad.clone()));
        }
        if let (Some(node), Some(x)) = (to_weight, x) {
            grads.register::<B>(node.id, B::product(x, grad, None, Form::LeftTransposed));
        }
    }
}

/// With h the normalised x, `dL/dgamma` and `dL/dbeta` are the sums of `g h` and of g over the cells; `dL/dx` is `s / sqrt(variance +
/// epsilon)` with s = `g gamma`, from which its mean and h times the mean of `s h` over the line are taken.
#[derive(Debug)]
struct Normalised;

#[derive(Clone, Debug)]
struct NormalisedState<B: Backend> {
    x: FloatTensor<B>,
    of_x: Moments<B>,
    gamma: FloatTensor<B>,
    how: Normalisation,
}

impl<B: Kernels> Backward<B, 3> for Normalised {
    type State = NormalisedState<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let NormalisedState { x, of_x, gamma, how } = ops.state;
        let slopes = B::normalise_slopes(grad, x, of_x, gamma, how);
        for (node, slope) in ops.parents.into_iter().zip(slopes) {
            if let Some(node) = node {
                grads.register::<B>(node.id, slope);
            }
        }
    }
}

/// `dL/dx` is g above 0 and the slope times g below.
#[derive(Debug)]
struct Rectified;

#[derive(Clone, Debug)]
struct RectifiedState<B: Backend> {
    x: FloatTensor<B>,
    slope: f32,
}

impl<B: Kernels> Backward<B, 1> for Rectified {
    type State = RectifiedState<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [Some(node)] = ops.parents else { return };
        grads.register::<B>(node.id, B::rectify(ops.state.x, Some(grad), ops.state.slope));
    }
}

/// The cells' gradients times the derivatives of their likelihoods.
#[derive(Debug)]
struct CountLikelihood;

/// Derivatives by logits, `log_library`, `log_theta` and, where there is one, dropout.
#[derive(Clone, Debug)]
struct CountSlopes<B: Backend, const N: usize> {
    /// One `log_library` for all replicas, whose gradients are summed.
    shared: bool,
    slopes: [Option<FloatTensor<B>>; N],
}

impl<B: Kernels, const N: usize> CountSlopes<B, N> {
    /// The likelihood with these derivatives by its parents.
    fn of<C: CheckpointStrategy>(self, parents: [NodeGuard; N], value: FloatTensor<B>) -> FloatTensor<Autodiff<B, C>> {
        match CountLikelihood.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(self, value),
            OpsKind::UnTracked(prep) => prep.finish(value),
        }
    }
}

impl<B: Kernels, const N: usize> Backward<B, N> for CountLikelihood {
    type State = CountSlopes<B, N>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        /// Places among the parents.
        const LOG_LIBRARY: usize = 1;
        const LOG_THETA: usize = 2;
        let grad = grads.consume::<B>(&ops.node);
        let CountSlopes { shared, slopes } = ops.state;
        for (place, (node, slope)) in ops.parents.into_iter().zip(slopes).enumerate() {
            let (Some(node), Some(slope)) = (node, slope) else { continue };
            if place == LOG_THETA {
                // `[R, n, 1]` transposed times `[R, n, genes]`: the sum over the cells.
                grads.register::<B>(node.id, B::product(grad.clone(), slope, None, Form::LeftTransposed));
            } else {
                register::<B>(grads, node.id, B::float_mul(slope, grad.clone()), shared && place == LOG_LIBRARY);
            }
        }
    }
}

/// Registers a gradient, summed over the replicas where they share what it belongs to.
fn register<B: Backend>(grads: &mut Gradients, node: NodeId, gradient: FloatTensor<B>, shared: bool) {
    grads.register::<B>(node, if shared { B::float_sum_dim(gradient, 0) } else { gradient });
}
