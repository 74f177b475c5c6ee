use std::f64::consts::{FRAC_PI_2, PI};

use burn::module::Module;
use burn::tensor::activation::silu;
use burn::tensor::{Device, Tensor};

use crate::nn::{Linear, Modulation, to_tensor};

use super::scvi::{Posterior, Scvi, ScviConfig};

/// Hidden width of the networks that turn a preference into modulations.
const WIDTH: usize = 64;
/// Frequencies of the preference's encoding.
const FREQUENCIES: usize = 4;
/// How much faster the last layer of a modulation learns than the rest: the preferences have to part before the network has
/// settled on one that serves none.
const GAIN: f64 = 5.0;
/// Numbers that encode a preference.
const ENCODING: usize = 2 + 2 * FREQUENCIES;

/// scVI, and what makes it listen to a preference where one network serves a whole front.
#[derive(Module, Debug)]
pub struct Network {
    /// One replica per candidate; a single one where preferences are listened to.
    pub scvi: Scvi,
    /// Modulations of the hidden layers.
    pub films: Option<Films>,
}

/// Modulations of both halves of a network.
#[derive(Module, Debug)]
pub struct Films {
    /// Of the encoder.
    pub encoder: PreferenceFilm,
    /// Of the decoder, whose best depends on what the encoder leaves.
    pub decoder: PreferenceFilm,
}

/// From a preference to a scale and a shift of every hidden layer (FiLM, Perez et al. 2018): two layers of 64 with SiLU, and a
/// last one that starts at zero, so that a conditioned network starts as the plain one.
#[derive(Module, Debug)]
pub struct PreferenceFilm {
    /// Encoding to the last hidden layer.
    pub hidden: Vec<Linear>,
    /// To the changes of the scales, one per layer of the network.
    pub gamma: Vec<Linear>,
    /// To the shifts.
    pub beta: Vec<Linear>,
}

impl Network {
    /// A network without preferences.
    #[must_use]
    pub fn plain(scvi: Scvi) -> Self {
        Self { scvi, films: None }
    }

    /// A network with one replica that listens to preferences; `scvi` should have layer norm, because the running statistics of
    /// batch norm would mix preferences.
    #[must_use]
    pub fn conditioned(scvi: Scvi, config: &ScviConfig, seed: u64, device: &Device) -> Self {
        let film = |name: &str| PreferenceFilm::new(name, config.n_layers, config.n_hidden, seed, device);
        Self {
            scvi,
            films: Some(Films { encoder: film("tradeoff.film.encoder"), decoder: film("tradeoff.film.decoder") }),
        }
    }
}

impl Network {
    /// Posteriors in evaluation mode of `ln(1 + counts)` (`[1, n, genes]`) for preferences at the given angles, `[P, n, latent]`.
    #[must_use]
    pub fn posterior(&self, logged: &Tensor<3>, angles: &[f64], device: &Device) -> Posterior {
        let film = self.films.as_ref().map_or_else(Vec::new, |films| films.encoder.forward(&encoded(angles, device)));
        self.scvi.encoder.forward(logged.clone(), &film)
    }
}

impl PreferenceFilm {
    fn new(name: &str, n_layers: usize, n_hidden: usize, seed: u64, device: &Device) -> Self {
        let linear = |part: &str, n_in, n_out| Linear::new(&format!("{name}.{part}"), n_in, n_out, &[seed], device);
        let last = |part: &str, i| Linear::scaled(&format!("{name}.{part}.{i}"), WIDTH, n_hidden, 0.0, &[seed], device);
        Self {
            hidden: vec![linear("0", ENCODING, WIDTH), linear("1", WIDTH, WIDTH)],
            gamma: (0..n_layers).map(|i| last("gamma", i)).collect(),
            beta: (0..n_layers).map(|i| last("beta", i)).collect(),
        }
    }

    /// The modulations of all hidden layers for preferences encoded as `[P, 1, 10]` ([`encoded`]), `[P, 1, hidden]` each.
    #[must_use]
    pub fn forward(&self, preferences: &Tensor<3>) -> Vec<Modulation> {
        let h = self.hidden.iter().fold(preferences.clone(), |h, layer| silu(layer.forward(h)));
        let pair = |(gamma, beta): (&Linear, &Linear)| Modulation {
            gamma: gamma.forward(h.clone()) * GAIN + 1.0,
            beta: beta.forward(h.clone()) * GAIN,
        };
        self.gamma.iter().zip(&self.beta).map(pair).collect()
    }
}

/// Preferences as a network takes them, `[P, 1, 10]`: an angle t from 0 (batch effect only) to pi / 2 (biology only) is
/// `l = t / (pi / 2)`, encoded as `[l, 1 - l, sin(2^j pi l), cos(2^j pi l)]` for j = 0..3.
#[must_use]
pub fn encoded(angles: &[f64], device: &Device) -> Tensor<3> {
    let mut values = Vec::with_capacity(angles.len() * ENCODING);
    for angle in angles {
        let share = angle / FRAC_PI_2;
        values.extend([share as f32, (1.0 - share) as f32]);
        for j in 0..FREQUENCIES {
            let phase = f64::from(1_u32 << j) * PI * share;
            values.extend([phase.sin() as f32, phase.cos() as f32]);
        }
    }
    to_tensor(values, [angles.len(), 1, ENCODING], device)
}
