use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use crate::nn::{
    RATE_FLOOR, count_likelihood, negative_binomial, negative_binomial_constant, zero_inflated_negative_binomial,
};

/// The distribution of the counts of some cells: negative binomial with mean [`rate`](Self::rate), inverse dispersion
/// [`theta`](Self::theta), and excess zeros where there are dropout logits.
#[derive(Clone, Debug)]
pub struct CountParameters {
    /// Logits of the genes' shares of the library, `[R, cells, genes]`.
    pub logits: Tensor<3>,
    /// Logarithm of the cells' library sizes, `[R, cells, 1]`, or `[1, cells, 1]` for all replicas.
    pub log_library: Tensor<3>,
    /// Logarithm of the inverse dispersion, `[R, 1, genes]`.
    pub log_theta: Tensor<3>,
    /// Logits of excess zeros, `[R, cells, genes]`; none for the plain negative binomial.
    pub dropout: Option<Tensor<3>>,
}

/// The part of a cell's log-likelihood that depends on its counts alone, for [`CountParameters::log_likelihood`]: the sum
/// over genes of [`negative_binomial_constant`]. Zeros add nothing, so they may be left out.
#[must_use]
pub fn count_constant(counts: impl IntoIterator<Item = f32>) -> f32 {
    counts.into_iter().map(|count| negative_binomial_constant(f64::from(count))).sum::<f64>() as f32
}

impl CountParameters {
    /// Share of each gene in a cell's counts, `[R, cells, genes]`.
    #[must_use]
    pub fn scale(&self) -> Tensor<3> {
        softmax(self.logits.clone(), 2)
    }

    /// Expected counts without excess zeros, `exp(log_library) * scale`, `[R, cells, genes]`.
    #[must_use]
    pub fn rate(&self) -> Tensor<3> {
        self.scale() * self.log_library.clone().exp()
    }

    /// Inverse dispersion, `[R, 1, genes]`.
    #[must_use]
    pub fn theta(&self) -> Tensor<3> {
        self.log_theta.clone().exp()
    }

    /// Log-likelihood of the cells' counts, summed over genes, in nats, `[R, cells]`.
    ///
    /// Value and derivatives come from one go over the cells, which is several times faster than the operations of
    /// [`log_likelihood_from_operations`](Self::log_likelihood_from_operations) and their graph.
    ///
    /// # Shapes
    /// `counts` is `[R, cells, genes]`, `constant` (of [`count_constant`]) `[R, cells, 1]`; both may have one replica for all.
    #[must_use]
    pub fn log_likelihood(&self, counts: Tensor<3>, constant: Tensor<3>) -> Tensor<2> {
        let Self { logits, log_library, log_theta, dropout } = self.clone();
        let [replicas, cells, _] = logits.dims();
        let terms = count_likelihood(logits, log_library, log_theta, dropout, counts);
        (terms + constant).reshape([replicas, cells])
    }

    /// [`log_likelihood`](Self::log_likelihood) from tensor operations, on any device.
    #[must_use]
    pub fn log_likelihood_from_operations(&self, counts: Tensor<3>, constant: Tensor<3>) -> Tensor<2> {
        let [replicas, cells, _] = self.logits.dims();
        let (mu, theta) = (self.rate() + RATE_FLOOR, self.theta());
        let terms = if let Some(dropout) = &self.dropout {
            zero_inflated_negative_binomial(counts, mu, theta, dropout.clone())
        } else {
            let without_constant = Tensor::zeros([1, 1, 1], &counts.device());
            negative_binomial(counts, without_constant, mu, theta)
        };
        (terms.sum_dim(2) + constant).reshape([replicas, cells])
    }
}
