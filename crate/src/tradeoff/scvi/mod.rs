//! scVI (Lopez et al. 2018), the generative model whose loss is the biology side of the trade-off, on the replica axis.
//!
//! Counts of a cell are (zero-inflated) negative binomial around `library * softmax(decoder(z, batch))`, with a latent `z`
//! inferred from `ln(1 + counts)` alone. `settings` is what a run file says, `hidden` the layer that both networks are made
//! of, `posterior` what an encoder gives, `parameters` what a decoder gives and how likely it makes the counts.
//!
//! Encoder and decoder can be used apart, so that a trainer may cut the graph at the posterior and take the gradients of
//! several objectives through the encoder from there.

mod decoder;
mod encoder;
mod hidden;
mod module;
mod parameters;
mod posterior;
mod settings;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use hidden::Hidden;
pub use module::Scvi;
pub use parameters::{CountParameters, count_constant};
pub use posterior::Posterior;
pub use settings::{Library, Likelihood, Norm, Preset, ScviConfig, ScviSettings};
