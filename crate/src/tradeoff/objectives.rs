//! The two objectives of a candidate as functions of its posterior.

use burn::tensor::{Device, Gradients, Tensor};

use crate::nn::{Modulation, Noise, to_tensor};

use super::cells::Minibatch;
use super::network::Network;
use super::scvi::{Library, Posterior, ScviConfig};

/// The draws of one training: latent noise and dropout masks, shared by all replicas.
#[derive(Clone)]
pub struct Draws {
    noise: Noise,
    library: Noise,
    n_latent: usize,
    n_hidden: usize,
    n_layers: usize,
    dropout: f64,
    latent_library: bool,
}

/// What one step draws.
pub struct Drawn {
    /// `[1, n, latent]`
    pub noise: Tensor<3>,
    /// One per hidden layer of the encoder, `[1, n, hidden]`
    pub masks: Vec<Option<Tensor<3>>>,
    /// `[1, n, 1]`, where the library size is latent
    library_noise: Option<Tensor<3>>,
    library_masks: Vec<Option<Tensor<3>>>,
}

impl Draws {
    /// The streams `purpose` of `seed`.
    #[must_use]
    pub fn new(purpose: &str, seed: u64, config: &ScviConfig) -> Self {
        Self {
            noise: Noise::new(purpose, &[seed]),
            library: Noise::new(&format!("{purpose}/library"), &[seed]),
            n_latent: config.n_latent,
            n_hidden: config.n_hidden,
            n_layers: config.n_layers,
            dropout: config.dropout,
            latent_library: config.library == Library::Latent,
        }
    }

    /// The draws of a step on `n` cells.
    pub fn draw(&mut self, n: usize, device: &Device) -> Drawn {
        let masks = |noise: &mut Noise, layers: usize| {
            let mask = |_| (self.dropout > 0.0).then(|| noise.dropout(n, self.n_hidden, self.dropout, device));
            (0..layers).map(mask).collect()
        };
        let noise = self.noise.normal(n, self.n_latent, device);
        let layers = masks(&mut self.noise, self.n_layers);
        let (library_noise, library_masks) = if self.latent_library {
            (Some(self.library.normal(n, 1, device)), masks(&mut self.library, 1))
        } else {
            (None, Vec::new())
        };
        Drawn { noise, masks: layers, library_noise, library_masks }
    }
}

/// A posterior whose graph is cut off: new leaves with the same values.
pub struct Cut(Posterior);

/// The gradient of a loss with respect to a posterior.
#[derive(Clone)]
pub struct Slopes {
    mean: Tensor<3>,
    var: Tensor<3>,
}

impl Cut {
    /// Cuts.
    #[must_use]
    pub fn new(posterior: &Posterior) -> Self {
        let leaf = |tensor: &Tensor<3>| Tensor::from_inner(tensor.clone().inner()).require_grad();
        Self(Posterior { mean: leaf(&posterior.mean), var: leaf(&posterior.var) })
    }

    /// The posterior to compute a loss from.
    #[must_use]
    pub fn posterior(&self) -> Posterior {
        self.0.clone()
    }

    /// What the loss's backward pass left at the cut.
    #[must_use]
    pub fn slopes(&self, backward: &Gradients) -> Slopes {
        let of = |leaf: &Tensor<3>| leaf.grad(backward).unwrap_or_else(|| leaf.clone().inner().zeros_like());
        Slopes { mean: of(&self.0.mean), var: of(&self.0.var) }
    }
}

impl Slopes {
    /// Times one factor per replica, `[R, 1, 1]`.
    #[must_use]
    pub fn weighted(self, factors: &Tensor<3>) -> Self {
        Self { mean: self.mean * factors.clone(), var: self.var * factors.clone() }
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, var: self.var + other.var }
    }
}

/// A number whose gradient is that of the loss behind `slopes`: the backward pass goes on from the cut.
#[must_use]
pub fn surrogate(posterior: &Posterior, slopes: &Slopes) -> Tensor<1> {
    let part = |value: &Tensor<3>, slope: &Tensor<3>| (value.clone() * Tensor::from_inner(slope.clone())).sum();
    part(&posterior.mean, &slopes.mean) + part(&posterior.var, &slopes.var)
}

/// U of every replica in training mode, `[R]`: the negative evidence lower bound per cell, in nats, mean over the minibatch:
/// `-log p(x | z, s) + KL(q(z) || N(0, 1))`, and `KL(q(l) || N(mu_s, sigma_s^2))` where the library size is latent; all terms
/// with weight 1, as Li, Wei et al. have it. `prior` has the mean and variance of the log library size per batch.
///
/// `preferences` are encoded ones, for a network that listens to them.
pub fn generative_loss(
    network: &mut Network,
    preferences: Option<&Tensor<3>>,
    posterior: &Posterior,
    minibatch: &Minibatch,
    draws: &Drawn,
    prior: &[[f64; 2]],
) -> Tensor<1> {
    let film = decoder_film(network, preferences);
    let module = &mut network.scvi;
    let (library, extra) = match (&mut module.library, &draws.library_noise) {
        (Some(encoder), Some(noise)) => {
            let library = encoder.forward_train(minibatch.logged.clone(), &[], draws.library_masks.clone());
            let [mean, var] = prior_of(minibatch, prior);
            (library.sample(noise.clone()), Some(library.kl_to(mean, var)))
        }
        _ => (minibatch.library.clone(), None),
    };
    let z = posterior.sample(draws.noise.clone());
    let parameters = module.decoder.forward_train(z, minibatch.one_hot.clone(), library, &film);
    let likelihood = parameters.log_likelihood(minibatch.counts.clone(), minibatch.constant.clone());
    total(posterior, likelihood, extra)
}

/// The same in evaluation mode, cell by cell, `[R, n]`. Where the library size is latent its posterior mean is taken.
#[must_use]
pub fn generative_loss_of_cells(
    network: &Network,
    preferences: Option<&Tensor<3>>,
    posterior: &Posterior,
    noise: Tensor<3>,
    minibatch: &Minibatch,
    prior: &[[f64; 2]],
) -> Tensor<2> {
    let film = decoder_film(network, preferences);
    let module = &network.scvi;
    let (library, extra) = match &module.library {
        Some(encoder) => {
            let library = encoder.forward(minibatch.logged.clone(), &[]);
            let [mean, var] = prior_of(minibatch, prior);
            (library.mean.clone(), Some(library.kl_to(mean, var)))
        }
        None => (minibatch.library.clone(), None),
    };
    let parameters = module.decoder.forward(posterior.sample(noise), minibatch.one_hot.clone(), library, &film);
    let likelihood = parameters.log_likelihood(minibatch.counts.clone(), minibatch.constant.clone());
    cells(posterior, likelihood, extra)
}

/// The modulations of the encoder's hidden layers; none without preferences.
#[must_use]
pub fn encoder_film(network: &Network, preferences: Option<&Tensor<3>>) -> Vec<Modulation> {
    match (&network.films, preferences) {
        (Some(films), Some(preferences)) => films.encoder.forward(preferences),
        _ => Vec::new(),
    }
}

fn decoder_film(network: &Network, preferences: Option<&Tensor<3>>) -> Vec<Modulation> {
    match (&network.films, preferences) {
        (Some(films), Some(preferences)) => films.decoder.forward(preferences),
        _ => Vec::new(),
    }
}

fn cells(posterior: &Posterior, likelihood: Tensor<2>, extra: Option<Tensor<2>>) -> Tensor<2> {
    let loss = posterior.kl_standard() - likelihood;
    match extra {
        Some(extra) => loss + extra,
        None => loss,
    }
}

fn total(posterior: &Posterior, likelihood: Tensor<2>, extra: Option<Tensor<2>>) -> Tensor<1> {
    let loss = cells(posterior, likelihood, extra);
    let replicas = loss.dims()[0];
    loss.mean_dim(1).reshape([replicas])
}

/// The prior of every cell's log library size, mean and variance, `[1, n, 1]`.
fn prior_of(minibatch: &Minibatch, prior: &[[f64; 2]]) -> [Tensor<3>; 2] {
    let device = minibatch.library.device();
    [0, 1].map(|part: usize| {
        let values: Vec<f32> = minibatch.batch.iter().map(|&code| prior[code as usize][part] as f32).collect();
        let n = values.len();
        to_tensor(values, [1, n, 1], &device)
    })
}
