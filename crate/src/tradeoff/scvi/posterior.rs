use burn::tensor::Tensor;

/// Independent normal distributions, one per cell and latent dimension: what an encoder infers.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// `[R, cells, latent]`
    pub mean: Tensor<3>,
    /// Above 0, `[R, cells, latent]`.
    pub var: Tensor<3>,
}

impl Posterior {
    /// `mean + sqrt(var) * noise` for standard normal noise, `[R, cells, latent]` all; noise may have one replica for all.
    #[must_use]
    pub fn sample(&self, noise: Tensor<3>) -> Tensor<3> {
        self.mean.clone() + self.var.clone().sqrt() * noise
    }

    /// Kullback-Leibler divergence from the standard normal, `sum_d (var + mean^2 - 1 - ln var) / 2`, in nats, `[R, cells]`.
    #[must_use]
    pub fn kl_standard(&self) -> Tensor<2> {
        let terms = self.var.clone() + self.mean.clone().square() - 1.0 - self.var.clone().log();
        halved_sum(terms)
    }

    /// Kullback-Leibler divergence from normals with the given moments,
    /// `sum_d (var / v + (mean - m)^2 / v - 1 - ln(var / v)) / 2`, in nats, `[R, cells]`.
    ///
    /// # Shapes
    /// Both broadcast to `[R, cells, latent]`.
    #[must_use]
    pub fn kl_to(&self, mean: Tensor<3>, var: Tensor<3>) -> Tensor<2> {
        let ratio = self.var.clone() / var.clone();
        let distance = (self.mean.clone() - mean).square() / var;
        halved_sum(ratio.clone() + distance - 1.0 - ratio.log())
    }
}

fn halved_sum(terms: Tensor<3>) -> Tensor<2> {
    let [replicas, cells, _] = terms.dims();
    (terms.sum_dim(2) * 0.5).reshape([replicas, cells])
}
