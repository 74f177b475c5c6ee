//! scVIDR (Kana et al., Patterns 2023): scGen's variational autoencoder with a latent shift that is regressed on where the
//! types' control cells lie, and scaled with the logarithm of the dose.
//!
//! The network is trained once, on all cells that may be seen, under whatever arm (as scVIDR's multi-dose model is). Two
//! models in run files and reports differ in what they do then:
//!
//! * `scvidr_single`: a regression for each arm, between the control and that arm;
//! * `scvidr_multi`: one regression, between the control and the highest dose; lower doses go the same way in the latent
//!   space, but only `ln(1 + dose) / ln(1 + highest)` of it. Cells under doses in between count in the training alone.
//!
//! The original resamples the cells so that every type counts the same, and predicts for resampled control cells. Means
//! by type are what the resampling aims at, without its noise, and the regression sees types, not cells; so nothing is
//! resampled here, and there is one predicted cell for each control cell.

mod model;
mod settings;

pub use super::vae::Preset;
pub use model::{Doses, Scvidr};
pub use settings::ScvidrSettings;
