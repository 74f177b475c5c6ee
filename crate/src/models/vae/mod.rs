//! The variational autoencoder that scGen and scVIDR share: they train it alike and differ in the latent shift alone.
//!
//! `settings` is what run files say of it, `module` the network and its loss, `trainer` the training, `network` what comes
//! out of it. The network sees expression only, neither cell type nor treatment.

mod module;
mod network;
mod settings;
mod trainer;

pub use module::{Hidden, Loss, Masks, VaeModule};
pub(super) use network::Network;
pub(super) use settings::vae_settings;
pub use settings::{Preset, VaeConfig};
pub(super) use trainer::Trainer;
