//! scGen (Lotfollahi, Wolf & Theis, Nat Methods 2019): a variational autoencoder whose latent space is shifted by the
//! mean response of the other cell types.
//!
//! `settings` is what a run file says, `module` the network and its loss, `model` training and prediction.

mod model;
mod module;
mod settings;

pub use model::Scgen;
pub use module::{Loss, Masks, ScgenModule};
pub use settings::{Balance, Config, Preset, ScgenSettings};
