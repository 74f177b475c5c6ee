use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::nn::{Linear, Modulation, to_tensor};
use crate::random::stream;

use super::{CountParameters, Hidden, Likelihood, ScviConfig};

/// From a latent and a batch to the parameters of the counts' distribution. Nothing is dropped in it.
#[derive(Module, Debug)]
pub struct Decoder {
    /// Latent and batch to the last hidden layer.
    pub hidden: Vec<Hidden>,
    /// Last hidden layer to the logits of the genes' shares of the library; it does not see the batch.
    pub scale: Linear,
    /// Last hidden layer to the logits of excess zeros; with the zero-inflated likelihood only.
    pub dropout: Option<Linear>,
    /// Logarithm of the genes' inverse dispersion, `[R, 1, genes]` (`px_r` of scvi-tools).
    pub log_theta: Param<Tensor<3>>,
    /// Columns of the batch that are seen: all, or none where there is only one batch, as in scvi-tools.
    n_covariates: usize,
}

impl Decoder {
    /// A decoder for one-hot batches of `n_batches`, with one replica per seed; inverse dispersions start log-normal.
    #[must_use]
    pub fn new(
        name: &str,
        n_genes: usize,
        n_batches: usize,
        config: &ScviConfig,
        seeds: &[u64],
        device: &Device,
    ) -> Self {
        let n_hidden = config.n_hidden;
        let n_covariates = if n_batches > 1 { n_batches } else { 0 };
        let linear = |part: &str, n_in, n_out| Linear::new(&format!("{name}.{part}"), n_in, n_out, seeds, device);
        let layer = |i: usize| {
            let n_in = if i == 0 { config.n_latent } else { n_hidden };
            Hidden::new(linear(&i.to_string(), n_in + n_covariates, n_hidden), config.norm, device)
        };
        let log_theta = seeds.iter().flat_map(|&seed| {
            let mut rng = stream(seed, &format!("init/{name}.log_theta"));
            (0..n_genes).map(move |_| rng.sample(StandardNormal))
        });
        Self {
            hidden: (0..config.n_layers).map(layer).collect(),
            scale: linear("scale", n_hidden, n_genes),
            dropout: (config.likelihood == Likelihood::Zinb).then(|| linear("dropout", n_hidden, n_genes)),
            log_theta: Param::from_tensor(to_tensor(log_theta.collect(), [seeds.len(), 1, n_genes], device)),
            n_covariates,
        }
    }

    /// Training mode: batch statistics.
    ///
    /// # Shapes
    /// `z` is `[R, cells, latent]`, `batch` `[R, cells, batches]` and the logarithm of the library size `[R, cells, 1]`, the
    /// last two with one replica for all if they are the same. `film` is empty or has one modulation per hidden layer.
    pub fn forward_train(
        &mut self,
        z: Tensor<3>,
        batch: Tensor<3>,
        log_library: Tensor<3>,
        film: &[Modulation],
    ) -> CountParameters {
        let batch = self.covariates(&z, batch);
        let mut h = z;
        for (i, layer) in self.hidden.iter_mut().enumerate() {
            h = layer.forward_train(joined(h, batch.as_ref()), film.get(i), None);
        }
        self.parameters(h, log_library)
    }

    /// Evaluation mode: running statistics.
    ///
    /// # Shapes
    /// As in training.
    #[must_use]
    pub fn forward(
        &self,
        z: Tensor<3>,
        batch: Tensor<3>,
        log_library: Tensor<3>,
        film: &[Modulation],
    ) -> CountParameters {
        let batch = self.covariates(&z, batch);
        let mut h = z;
        for (i, layer) in self.hidden.iter().enumerate() {
            h = layer.forward(joined(h, batch.as_ref()), film.get(i));
        }
        self.parameters(h, log_library)
    }

    /// The batch for every replica, where it is seen at all.
    fn covariates(&self, z: &Tensor<3>, batch: Tensor<3>) -> Option<Tensor<3>> {
        let [replicas, cells, _] = z.dims();
        (self.n_covariates > 0).then(|| batch.expand([replicas, cells, self.n_covariates]))
    }

    fn parameters(&self, h: Tensor<3>, log_library: Tensor<3>) -> CountParameters {
        CountParameters {
            log_theta: self.log_theta.val().expand([h.dims()[0], 1, self.scale.weight.dims()[2]]),
            logits: self.scale.forward(h.clone()),
            log_library,
            dropout: self.dropout.as_ref().map(|dropout| dropout.forward(h)),
        }
    }
}

fn joined(h: Tensor<3>, batch: Option<&Tensor<3>>) -> Tensor<3> {
    match batch {
        Some(batch) => Tensor::cat(vec![h, batch.clone()], 2),
        None => h,
    }
}
