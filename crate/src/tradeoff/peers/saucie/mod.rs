//! SAUCIE's batch correction (Amodio et al., Nature Methods 2019): an autoencoder with a two-dimensional embedding in which
//! every other batch is pulled towards a reference batch by maximum mean discrepancy.
//!
//! SAUCIE works in two passes: one corrects batches (`lambda_b`), the other clusters the corrected cells (`lambda_c`, `lambda_d`)
//! with a network of its own. What is compared here is the embedding of the first, so the second and its two terms are left
//! out, which is SAUCIE with both at 0. There is no batch norm, and the two terms of the loss are not standardised.
//!
//! The reference batch, whose expression is to be kept as it is, is the largest (the first of them, if several are); SAUCIE's is
//! the first that the user names. SAUCIE corrects further batches one at a time; here all are corrected together and the terms
//! of the other batches are added up, so two batches give SAUCIE's own loss.
//!
//! Written from a description of the method, not from its code.

mod loss;
mod model;
mod settings;

pub use loss::{BatchWeights, SIGMAS, SaucieLoss, batch_mmd};
pub use model::{Saucie, SaucieModule};
pub use settings::{Preset, SaucieConfig, SaucieSettings};
