//! UnitedNet's alternating multi-task training (Tang et al., *Explainable multi-task learning for multi-modality biological
//! data analysis*, Nature Communications 2023) as a perturbation model. UnitedNet translates between two measurements of the
//! same cells and groups the cells by both; here the two measurements are a control cell and the treated cell that optimal
//! transport pairs it with.
//!
//! Written from a description of the method, on the layers of this program; UnitedNet's own program was not used.
//!
//! * **Networks.** The control and every dose are a modality with an encoder, a decoder and a discriminator of its own, as in
//!   UnitedNet; only the treatment's and the control's are used in a step, and all doses share the control's. A fuser takes the
//!   mean of two latents, weighted by the softmax of one number per modality; a projector and a layer of unit vectors, one for
//!   each cell type, say which type the pair is of. One set of fuser, projector and types (UnitedNet can choose among several).
//! * **Tasks**, in turn in every epoch, each with an Adam of its own for the weights that its loss depends on, the norm of
//!   their gradient clipped. *Translation*: squared errors of reconstruction within and translation across the two
//!   modalities, and least-squares adversarial terms on the translated cells. *Identification*, twice per modality, so four
//!   times: class-weighted cross-entropy of the cell type.
//! * **Prediction.** Control cells of the held-out type are encoded as controls and decoded as treated. Like everything that is
//!   trained on pairs, the model never sees a cell of that type before.
//!
//! Choices where the description is silent: the discriminator learns from translated cells without changing their decoder, and the
//! decoder from the discriminator without changing it, in one pass and with one optimiser; latents have batch norm and ReLU
//! like the other layers (a linear latent layer would feed the decoder's batch norm, so that Adam would move its bias at
//! random), decoded cells neither; discriminators have no batch norm.
//!
//! Left out: the contrastive term of the translation; the clustering task, which is for cells without types; noise on the input.
//!
//! `settings` is what a run file says, `modality` and `identifier` the networks, `module` all of them and their losses, `pairs` which
//! cells are drawn, `model` the order of the training and the prediction.

mod identifier;
mod modality;
mod model;
mod module;
mod pairs;
mod settings;

pub use identifier::Identifier;
pub use modality::{Judge, Modality};
pub use model::UnitedNet;
pub use module::{Translation, UnitedNetModule};
pub use settings::{Config, Preset, UnitedNetSettings};
