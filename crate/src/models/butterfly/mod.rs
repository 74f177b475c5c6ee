//! scButterfly in perturbation mode (Cao et al., Nat Commun 2024): one autoencoder for control and one for treated cells,
//! a translator between their embeddings, and a discriminator for each. Control cells are paired with treated ones of
//! their type by optimal transport; a held-out type is predicted by encoding its control cells, translating, and decoding
//! as treated.
//!
//! `settings` is what a run file says, `block`, `autoencoder`, `translator`, `module` and `judges` the networks and their losses,
//! `draws` the random numbers, `joint` one step of all networks against the discriminators, `phase` and `trainer` the three phases,
//! `model` one treatment after the other. Source: `train_model_perturb.py` and `model_component.py` of BioX-NKU/scButterfly,
//! from their description; the pairs are in [`super::pairing`].
//!
//! Our own choices:
//! * Every phase starts with fresh Adams. scButterfly has one for every part of the network, which the joint training takes
//!   over with its moments; a replica that stopped early would then depend on when the others stop.
//! * Validation is a mean over cells, not over batches, and the loss that is told of the joint training is the mean of its four
//!   reconstructions, not their sum, so that the curve has one scale.
//! * A type with a single control cell is left out, as there; so is one whose treated cells are missing.
//! * scButterfly knows one treatment. Where several are asked for, each has a network of its own; all start from the
//!   same draws, as separate runs with one seed would.

mod autoencoder;
mod block;
mod draws;
mod joint;
mod judges;
mod model;
mod module;
mod phase;
mod settings;
mod trainer;
mod translator;

pub use autoencoder::{Autoencoder, AutoencoderDraws};
pub use block::{BlockMasks, NetBlock};
pub use joint::{JointDraws, JointLosses, Optimisers, joint_step};
pub use judges::{Judge, Judges, Labels, soft_label};
pub use model::Scbutterfly;
pub use module::{ButterflyModule, DecoderMasks, Pass, Predictor, Reconstruction, Translated};
pub use settings::{Config, Preset, ScbutterflySettings};
pub use translator::{Posterior, SingleTranslator, Translator};
