//! Perturbation-response models: what they learn from cells whose treatment was seen, and what they predict for a cell
//! type whose treated cells were held out.
//!
//! Every model stands behind [`PerturbationModel`]: it is fitted in bounded pieces of work and then asked for one
//! treatment at a time. The closed-form [`baselines`] stand beside every trained model.

pub mod baselines;
mod count_fold_change;
mod error;
pub mod scgen;
mod training_set;

use std::future::Future;
use std::pin::Pin;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

pub use count_fold_change::CountFoldChange;
pub use error::ModelError;
pub use training_set::TrainingSet;

/// A boxed future on one thread, so that the trait below can be used through `dyn`.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, ModelError>> + 'a>>;

/// The losses of every replica at one point of the training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// Epochs done, counted from 1.
    pub epoch: usize,
    /// Optimiser steps done.
    pub step: usize,
    /// Mean training loss of the epoch, one per replica.
    pub train: Vec<f32>,
    /// The same loss on the validation cells after the epoch, one per replica; `None` for a replica that had stopped.
    pub validation: Vec<Option<f32>>,
    /// What early stopping watches, on the validation cells (scGen: squared error + KL, neither halved nor weighted).
    pub elbo: Vec<Option<f32>>,
}

/// How far the fitting of a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FitProgress {
    /// Pieces of work done.
    pub done: usize,
    /// Pieces of work in all, at most (early stopping may need fewer).
    pub total: usize,
}

impl FitProgress {
    /// A model that needs no fitting beyond its construction.
    pub const CLOSED_FORM: Self = Self { done: 1, total: 1 };

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_done(self) -> bool {
        self.done >= self.total
    }
}

/// A model that predicts how a cell type responds to a treatment it was not seen under.
pub trait PerturbationModel {
    /// How far the fitting is.
    fn progress(&self) -> FitProgress;

    /// Does one bounded piece of the fitting (a few optimiser steps) and returns the losses it completed.
    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>>;

    /// Predicts the held-out type's cells under `arm`: one matrix (predicted cells x genes, log-normalised) for each
    /// seed, or a single one where the model has no randomness.
    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>>;

    /// Seeds the predictions belong to, in order; empty where the model has no randomness.
    fn seeds(&self) -> &[u64];
}
