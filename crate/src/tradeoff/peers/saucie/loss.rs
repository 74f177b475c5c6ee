//! What SAUCIE minimises.

use burn::tensor::{Device, Tensor};

use crate::nn::{mean_squared, to_tensor};

/// Widths of the kernels: one per decade from 1e-6 to 1e6, with more between 1 and 100.
pub const SIGMAS: [f64; 19] =
    [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 100.0, 1e3, 1e4, 1e5, 1e6];
/// Weight of the standardised reconstruction of the batches that are not the reference.
const STANDARDISED: f64 = 0.01;
/// Added to the variances by which reconstructions are standardised: a gene that is silent in a minibatch has none.
const VARIANCE_FLOOR: f64 = 1e-3;
/// Keeps the largest distance of cells that are all in one place from 0.
const LEAST_DISTANCE: f64 = 1e-12;

/// Which cells of a minibatch are in which batch, as weights of sums over the cells.
#[derive(Clone, Debug)]
pub struct BatchWeights {
    /// One-hot, `[R, n, B]`.
    membership: Tensor<3>,
    /// One over the cells of the batch, where the cell is in it: sums with them are means over the batch. `[R, n, B]`.
    shares: Tensor<3>,
    /// The shares of cells of the reference, 0 for others, `[R, n, 1]`.
    reference: Tensor<3>,
    /// The shares of cells of all other batches, 0 for those of the reference, `[R, n, 1]`.
    others: Tensor<3>,
    /// The shares of the reference less those of each other batch, `[R, n, B]`; 0 for the reference itself and for batches
    /// that the minibatch has no cells of.
    contrasts: Tensor<3>,
}

impl BatchWeights {
    /// For a minibatch of each replica with the given batch codes, all of one length and below `n_batches`.
    #[must_use]
    pub fn new(codes: &[Vec<u32>], n_batches: usize, reference: usize, device: &Device) -> Self {
        let (replicas, n) = (codes.len(), codes.first().map_or(0, Vec::len));
        let counts: Vec<Vec<usize>> = codes
            .iter()
            .map(|codes| (0..n_batches).map(|b| codes.iter().filter(|&&code| code as usize == b).count()).collect())
            .collect();
        let build = |columns: usize, value: &dyn Fn(usize, usize, &[usize]) -> f64| {
            let mut values = Vec::with_capacity(replicas * n * columns);
            for (codes, counts) in codes.iter().zip(&counts) {
                for &code in codes {
                    values.extend((0..columns).map(|b| value(code as usize, b, counts) as f32));
                }
            }
            to_tensor(values, [replicas, n, columns], device)
        };
        let share = |code: usize, b: usize, counts: &[usize]| if code == b { 1.0 / counts[b] as f64 } else { 0.0 };
        Self {
            membership: build(n_batches, &|code, b, _| f64::from(u8::from(code == b))),
            shares: build(n_batches, &share),
            reference: build(1, &|code, _, counts| share(code, reference, counts)),
            others: build(1, &|code, _, counts| if code == reference { 0.0 } else { share(code, code, counts) }),
            contrasts: build(n_batches, &|code, b, counts| {
                let compared = b != reference && counts[b] > 0 && counts[reference] > 0;
                if compared { share(code, reference, counts) - share(code, b, counts) } else { 0.0 }
            }),
        }
    }

    /// Every gene with mean 0 and variance 1 over the cells of each batch, `[R, n, G]`.
    fn standardised(&self, x: Tensor<3>) -> Tensor<3> {
        let of_batches = self.shares.clone().swap_dims(1, 2);
        let centred = x.clone() - self.membership.clone().matmul(of_batches.clone().matmul(x));
        let variance = self.membership.clone().matmul(of_batches.matmul(centred.clone().square()));
        centred / (variance + VARIANCE_FLOOR).sqrt()
    }
}

/// The parts of the loss, one value per replica.
pub struct SaucieLoss {
    /// Mean squared error of the cells of the reference; of all cells for a plain autoencoder.
    pub reference: Tensor<1>,
    /// Sum over the other batches of the mean squared error between standardised expression and standardised
    /// reconstruction; 0 for a plain autoencoder.
    pub standardised: Tensor<1>,
    /// [`batch_mmd`]; 0 for a plain autoencoder.
    pub mmd: Tensor<1>,
}

impl SaucieLoss {
    /// From expression and its reconstruction (`[R, n, G]`) and the embedding (`[R, n, d]`). The other batches are standardised
    /// gene by gene within the minibatch, both sides of the error: their level and spread may move to those of the reference.
    #[must_use]
    pub fn new(x: Tensor<3>, decoded: Tensor<3>, embedding: &Tensor<3>, weights: &BatchWeights) -> Self {
        let replicas = x.dims()[0];
        let per_cell = |difference: Tensor<3>| difference.square().mean_dim(2);
        let sum = |terms: Tensor<3>| terms.sum_dim(1).reshape([replicas]);
        let shapes = weights.standardised(x.clone()) - weights.standardised(decoded.clone());
        Self {
            reference: sum(per_cell(x - decoded) * weights.reference.clone()),
            standardised: sum(per_cell(shapes) * weights.others.clone()),
            mmd: batch_mmd(embedding, weights),
        }
    }

    /// Of a plain autoencoder, without batches.
    #[must_use]
    pub fn plain(x: Tensor<3>, decoded: Tensor<3>) -> Self {
        let reference = mean_squared(x - decoded);
        Self { standardised: reference.zeros_like(), mmd: reference.zeros_like(), reference }
    }

    /// What is minimised: `reference + 0.01 standardised + lambda_b mmd`, `[R]`.
    #[must_use]
    pub fn total(self, lambda_b: f64) -> Tensor<1> {
        self.reference + self.standardised * STANDARDISED + self.mmd * lambda_b
    }
}

/// Maximum mean discrepancy between the reference batch and each other batch, the absolute values summed:
/// `|mean k(x, x') + mean k(y, y') - 2 mean k(x, y)|`, diagonals included, no root taken.
///
/// `k(a, b) = sum_s exp(-D_ab / (2 s))` over [`SIGMAS`], with `D` the squared Euclidean distances divided by the largest of the
/// minibatch. (SAUCIE also divides the embedding by its mean. Since `D` does not change when the embedding is scaled, that has no
/// effect but a division by numbers near 0, and is left out.) The gradient goes through the largest distance as well.
///
/// # Shapes
/// `z` is `[R, n, d]`; to `[R]`.
#[must_use]
pub fn batch_mmd(z: &Tensor<3>, weights: &BatchWeights) -> Tensor<1> {
    let [replicas, _, dimensions] = z.dims();
    // Differences, and not norms and products: the narrowest kernels ask for distances that are exact near 0.
    let along = |i: usize| {
        let column = z.clone().narrow(2, i, 1);
        (column.clone() - column.swap_dims(1, 2)).square()
    };
    let distances = (1..dimensions).fold(along(0), |sum, i| sum + along(i));
    let distances = distances.clone() / largest(distances);
    let kernel = |sigma: &f64| (distances.clone() * (-0.5 / sigma)).exp();
    let kernels = SIGMAS[1..].iter().fold(kernel(&SIGMAS[0]), |sum, sigma| sum + kernel(sigma));
    let forms = (kernels.matmul(weights.contrasts.clone()) * weights.contrasts.clone()).sum_dim(1);
    forms.abs().sum_dim(2).reshape([replicas])
}

/// The largest entry of each replica, `[R, n, n]` to `[R, 1, 1]`. Made of comparisons, so that the gradient is shared by all entries
/// that are largest, whatever the engine.
fn largest(x: Tensor<3>) -> Tensor<3> {
    let values = x.clone().detach();
    let is_largest = values.clone().equal(values.clone().max_dim(2).max_dim(1).expand(values.dims())).float();
    let count = is_largest.clone().sum_dim(2).sum_dim(1);
    ((x * is_largest).sum_dim(2).sum_dim(1) / count).clamp_min(LEAST_DISTANCE)
}
