use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::nn::{Linear, Modulation};

use super::{Hidden, Posterior, ScviConfig};

/// From `ln(1 + counts)` to a posterior. It does not see the batch.
#[derive(Module, Debug)]
pub struct Encoder {
    /// Genes to the last hidden layer.
    pub hidden: Vec<Hidden>,
    /// Posterior mean.
    pub mean: Linear,
    /// Logarithm of the posterior variance, before the floor is added.
    pub log_var: Linear,
    /// Added to the variance.
    variance_floor: f64,
}

impl Encoder {
    /// An encoder of `n_layers` hidden layers to `n_latent` dimensions, with one replica per seed; `name` is part of the
    /// purpose of its random streams.
    #[must_use]
    pub fn new(
        name: &str,
        n_genes: usize,
        n_layers: usize,
        n_latent: usize,
        config: &ScviConfig,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        let n_hidden = config.n_hidden;
        let linear = |part: &str, n_in, n_out| Linear::new(&format!("{name}.{part}"), n_in, n_out, seeds, device);
        let layer = |i: usize| {
            let n_in = if i == 0 { n_genes } else { n_hidden };
            Hidden::new(linear(&i.to_string(), n_in, n_hidden), config.norm, device)
        };
        Self {
            hidden: (0..n_layers).map(layer).collect(),
            mean: linear("mean", n_hidden, n_latent),
            log_var: linear("log_var", n_hidden, n_latent),
            variance_floor: config.variance_floor,
        }
    }

    /// Training mode: batch statistics, and a dropout mask for each hidden layer; none at all for no dropout.
    ///
    /// # Shapes
    /// `x` is `[R, cells, genes]`, or `[1, cells, genes]` for all replicas, which costs no copies. `film` is empty or has one
    /// modulation per hidden layer, `[R, cells, n_hidden]` or what broadcasts to that, as the masks do.
    pub fn forward_train(&mut self, x: Tensor<3>, film: &[Modulation], masks: Vec<Option<Tensor<3>>>) -> Posterior {
        let mut masks = masks.into_iter();
        let layers = self.hidden.iter_mut().enumerate();
        let h = layers.fold(x, |h, (i, layer)| layer.forward_train(h, film.get(i), masks.next().flatten()));
        self.posterior(h)
    }

    /// Evaluation mode: running statistics, nothing dropped.
    ///
    /// # Shapes
    /// As in training.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, film: &[Modulation]) -> Posterior {
        let layers = self.hidden.iter().enumerate();
        self.posterior(layers.fold(x, |h, (i, layer)| layer.forward(h, film.get(i))))
    }

    fn posterior(&self, h: Tensor<3>) -> Posterior {
        let mean = self.mean.forward(h.clone());
        Posterior { mean, var: self.log_var.forward(h).exp() + self.variance_floor }
    }
}
