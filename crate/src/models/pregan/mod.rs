//! scPreGAN (Wei, Dong & Wang, Bioinformatics 2022), version 2, with layer norm and discriminators that also name the cell
//! type ("AC"): one encoder for all cells, a generator of control cells and one of treated cells, and a discriminator for
//! each. A held-out type is predicted by encoding its control cells and generating treated ones.
//!
//! `settings` is what a run file says, `module` the networks, `losses` what they minimise, `rivals` one iteration, `feed` the
//! order of the batches, `training` the networks of one treatment, `model` the order of the treatments and the prediction.
//!
//! It is unstable: in Katzalis' benchmark on the Kang data the R2 of one type is .37 and that of another .94, and seeds
//! differ by tenths.
//!
//! **From the description of the original** (Dosefront shares no code with it): the networks and PyTorch's initial weights;
//! all losses and their weights, among them that the class term is minus the probability of the true class, not its
//! logarithm; one step of the discriminators before one of the generators, each on batches of its own; Adam and its
//! learning rates, which fall by a tenth every 10,000 iterations; in the `paper` preset even that the generators' step
//! compares the class with the labels of the batch before (`stale_labels`), a bug.
//!
//! **Our choices**: the cross-entropy is taken from logits. Batches that one network sees in one step go through it at once,
//! so the spectral norm does one power iteration for all of them. With fewer cells than a batch, batches are as large as the
//! smaller condition. The original knows one treatment; here every treatment that is asked for gets networks of its own,
//! trained one after the other from the same initial weights, as if each had been run by itself (so did the thesis).
//! A replica whose loss or weights become infinite or NaN is given up, and the others train on.

mod feed;
mod losses;
mod model;
mod module;
mod rivals;
mod settings;
mod training;

pub use losses::{Batch, GeneratorLoss, discriminator_loss, fakes, generator_loss};
pub use model::Scpregan;
pub use module::{Discriminator, Discriminators, Encoder, Generator, Generators, Layer};
pub use rivals::{Draw, Rivals, Translator};
pub use settings::{Config, Preset, ScpreganSettings};
