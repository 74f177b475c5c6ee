//! scGen (Lotfollahi, Wolf & Theis, Nat Methods 2019): a variational autoencoder whose latent space is shifted by the
//! mean response of the other cell types.
//!
//! `settings` is what a run file says, `model` training and prediction; the network is in [`super::vae`].

mod model;
mod settings;

pub use super::vae::Preset;
pub use model::Scgen;
pub use settings::{Balance, Config, ScgenSettings};
