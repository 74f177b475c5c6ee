//! The multi-head autoencoder: what T. Katzalis' thesis (*Multi-task learning in perturbation modeling*, AUTH 2025) compares
//! feature-wise modulation with. The encoder is that of [`super::mtae`], and every condition or dose has a decoder of its own
//! instead of telling one decoder which it is: more weights for each condition, and none that two doses share behind the latent
//! space.
//!
//! Every cell is reconstructed by the head of its own condition; the loss, the masks, dropout, norms, warm-up, learning rate and
//! epochs are those of the multi-task autoencoder. A held-out type is predicted by encoding its control cells and decoding
//! them with the head of the treatment.
//!
//! **Cells find their head without any shape that depends on the data.** Every batch holds the same number of cells of every
//! condition, in the order of the conditions, so that each head takes a fixed range of rows. The numbers are in proportion to
//! the cells, so the loss means the same as in a batch drawn at random, and not below four, so that batch norm has something to
//! go by. Batches of one condition would be simpler, but the encoder's batch norm would then take every condition's own mean
//! away from it in training, and not in prediction.
//!
//! `settings` is what a run file says, `module` the network and its loss, `batches` which cells are drawn, `model` training and
//! prediction.

mod batches;
mod model;
mod module;
mod settings;

pub use model::MultiHead;
pub use module::MultiHeadModule;
pub use settings::MultiHeadSettings;
