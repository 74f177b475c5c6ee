//! Published methods that trade biology against batch effect with a fixed weight, or without any: one embedding each, to stand
//! beside the candidates of a front.
//!
//! * [`saucie`]: an autoencoder whose two-dimensional embedding is pulled together across batches by MMD (Amodio et al. 2019);
//! * [`desc`]: an autoencoder whose clusters are tightened by themselves, without a look at the batches (Li, Wang et al. 2020).
//!
//! Both stand behind [`Peer`] and see log-normalised expression.

pub mod desc;
mod layers;
pub mod saucie;

use ndarray::Array2;

use crate::models::{FitProgress, ModelError, Work};

pub use layers::Layers;

/// Optimiser steps in one piece of work: enough to keep a GPU busy, few enough to cancel at once.
const STEPS_PER_PIECE: usize = 8;
/// Fewest cells that a network is fitted to.
const MIN_CELLS: usize = 10;

/// A method that is fitted in bounded pieces of work and then gives cells a latent space.
pub trait Peer {
    /// How far the fitting is.
    fn progress(&self) -> FitProgress;

    /// Does one bounded piece of the fitting: a few optimiser steps.
    fn fit(&mut self) -> Work<'_, ()>;

    /// The latent space of the first replica for log-normalised cells of the same genes, as `cells x dimensions`.
    fn latent<'a>(&'a self, x: &'a Array2<f32>) -> Work<'a, Array2<f32>>;

    /// Optimiser steps done.
    fn steps(&self) -> usize;

    /// The last mean training loss of the first replica that was read from the device; `None` before.
    fn loss(&self) -> Option<f32>;
}

/// Refuses cells that no network can be fitted to.
fn check_cells(model: &'static str, x: &Array2<f32>) -> Result<(), ModelError> {
    if x.nrows() < MIN_CELLS {
        return Err(ModelError::TooFewCells { model, found: x.nrows(), needed: MIN_CELLS });
    }
    check_values(model, x)
}

fn check_values(model: &'static str, x: &Array2<f32>) -> Result<(), ModelError> {
    let (parameter, allowed) = ("expression", "finite, cells x one gene or more");
    let refused = |value| Err(ModelError::Parameter { model, parameter, value, allowed });
    if x.ncols() == 0 {
        return refused("without genes".to_owned());
    }
    x.iter().find(|value| !value.is_finite()).map_or(Ok(()), |value| refused(value.to_string()))
}

/// Refuses cells of other genes than those of the training.
fn check_genes(model: &'static str, x: &Array2<f32>, n_genes: usize) -> Result<(), ModelError> {
    if x.ncols() == n_genes {
        return check_values(model, x);
    }
    let allowed = "those of the training, one column each";
    Err(ModelError::Parameter { model, parameter: "the genes of the cells", value: x.ncols().to_string(), allowed })
}
