//! Multi-task autoencoders (T. Katzalis, *Multi-task learning in perturbation modeling*, AUTH 2025): one autoencoder for
//! all conditions, whose decoder is told the condition by feature-wise linear modulation. A held-out type is predicted by
//! encoding its control cells and decoding them under the treatment.
//!
//! One module for the eight members of the family. `settings` is what a run file says, `variant` what the members differ
//! in, `module` the network and its loss, `discriminator` the opponent of the adversarial members, `pairing` the optimal
//! transport, `model` the order of the training and the prediction, `training` its steps.
//!
//! Where the thesis is silent: every phase starts with fresh optimisers and warm-up; a discriminator alone is trained on
//! latents in evaluation mode, so that the encoder's running statistics stay as they are.

mod discriminator;
mod model;
mod module;
mod settings;
mod training;
mod variant;

pub use discriminator::{Discriminator, Goal, goals};
pub use model::Mtae;
pub(in crate::models) use module::encoder;
pub use module::{Conditioned, Heads, Masks, MtaeModule, Step};
pub use settings::{Config, MtaeSettings, Preset};
pub use variant::{Adversary, Task, Variant};
