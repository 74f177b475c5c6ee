//! Bounds of the mutual information of z and s, from what a critic says of the cells.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// `ln mean exp t` over the cells, with the largest value taken out so that nothing overflows.
///
/// # Shapes
/// `[R, groups, cells]` to `[R, groups]`.
#[must_use]
pub fn log_mean_exp(t: Tensor<3>) -> Tensor<2> {
    let [replicas, groups, _] = t.dims();
    let largest = t.clone().detach().max_dim(2);
    ((t - largest.clone()).exp().mean_dim(2).log() + largest).reshape([replicas, groups])
}

fn mean(t: Tensor<3>) -> Tensor<2> {
    let [replicas, groups, _] = t.dims();
    t.mean_dim(2).reshape([replicas, groups])
}

/// MINE (Belghazi et al. 2018), the Donsker-Varadhan bound: `mean t(z_i, s_i) - ln mean exp t(z_i, s_pi(i))` in nats, pi a random
/// permutation within the group.
///
/// # Shapes
/// Both `[R, groups, cells]`, to `[R, groups]`.
#[must_use]
pub fn mine_bound(joint: Tensor<3>, marginal: Tensor<3>) -> Tensor<2> {
    mean(joint) - log_mean_exp(marginal)
}

/// What MINE's critic minimises, and the new moving average.
///
/// The loss is `-(mean t - mean exp t' / ma)` with `ma <- (1 - rate) ma + rate mean exp t'` a plain number, first of all the mean
/// itself: the gradient of `ln mean exp t'` over a minibatch is biased, and less so with the average in the denominator (section 3.2
/// of Belghazi et al.; the paper's code does the same). Kept as a logarithm: `exp t` may be large.
///
/// # Shapes
/// `joint` and `marginal` `[R, groups, cells]`; the logarithm of the average `[R, groups]`, and so is the loss.
#[must_use]
pub fn mine_loss(
    joint: Tensor<3>,
    marginal: Tensor<3>,
    average: Option<Tensor<2>>,
    rate: f64,
) -> (Tensor<2>, Tensor<2>) {
    let now = log_mean_exp(marginal);
    let detached = now.clone().detach();
    let average = match average {
        Some(average) => log_add(average + (1.0 - rate).max(f64::MIN_POSITIVE).ln(), detached + rate.ln()),
        None => detached,
    };
    ((now - average.clone()).exp() - mean(joint), average)
}

/// `ln(exp a + exp b)`.
fn log_add(a: Tensor<2>, b: Tensor<2>) -> Tensor<2> {
    let largest = a.clone().max_pair(b.clone());
    ((a - largest.clone()).exp() + (b - largest.clone()).exp()).log() + largest
}

/// The classifier bound `H(s) - CE(q(s | z))` in nats: the entropy of the batches in the group, less the mean cross-entropy of the
/// classifier.
///
/// With the group's own shares of the batches in H(s), a classifier that says nothing but these has the value 0. So the
/// best one is 0 or above, at most H(s), and on the cells of a population a lower bound of the mutual information,
/// tight where q is the true conditional distribution.
///
/// # Shapes
/// `logits` `[R, groups * cells, batches]`, `one_hot` the same, `entropy` `[R, groups]`; to `[R, groups]`.
#[must_use]
pub fn classifier_bound(logits: Tensor<3>, one_hot: Tensor<3>, entropy: Tensor<2>) -> Tensor<2> {
    let [replicas, groups] = entropy.dims();
    let cells = logits.dims()[1] / groups;
    let said = (log_softmax(logits, 2) * one_hot).sum_dim(2).reshape([replicas, groups, cells]);
    entropy + mean(said)
}
