//! Perturbation-response models: what they learn from cells whose treatment was seen, and what they predict for a cell
//! type whose treated cells were held out.
//!
//! Every model stands behind [`PerturbationModel`]: it is fitted in bounded pieces of work and then asked for one
//! treatment at a time. The closed-form [`baselines`] stand beside every trained model.

mod as_counts;
pub mod baselines;
pub mod butterfly;
pub(crate) mod cells;
pub(crate) mod checker;
pub mod count_draw;
mod count_fold_change;
mod error;
mod examples;
pub mod film_nb;
pub(crate) mod loss_log;
pub mod mtae;
pub mod multi_head;
pub mod pairing;
mod pca_regressed_shift;
pub mod pregan;
pub mod regression;
pub mod scgen;
pub mod scvidr;
mod training_set;
pub mod unitednet;
pub mod vae;

use std::future::Future;
use std::pin::Pin;

use ndarray::Array2;
use serde::{Deserialize, Deserializer, Serialize};

pub use as_counts::AsCounts;
pub use count_fold_change::CountFoldChange;
pub use error::ModelError;
pub use pca_regressed_shift::PcaRegressedShift;
pub use training_set::TrainingSet;

use crate::nn::Weights;

/// A boxed future on one thread, so that the trait below can be used through `dyn`.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, ModelError>> + 'a>>;

/// The losses of every replica at one point of the training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// Epochs done, counted from 1, or whatever [`PerturbationModel::unit`] says.
    pub epoch: usize,
    /// Optimiser steps done.
    pub step: usize,
    /// Mean training loss since the last point, one per replica; NaN (`null` in JSON) for a replica that has diverged.
    #[serde(deserialize_with = "nan_for_null")]
    pub train: Vec<f32>,
    /// The same loss on the validation cells after the epoch, one per replica; `None` for a replica that had stopped.
    pub validation: Vec<Option<f32>>,
    /// What early stopping watches, on the validation cells (scGen: squared error + KL, neither halved nor weighted).
    pub elbo: Vec<Option<f32>>,
}

fn nan_for_null<'de, D: Deserializer<'de>>(numbers: D) -> Result<Vec<f32>, D::Error> {
    let numbers = Vec::<Option<f32>>::deserialize(numbers)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f32::NAN)).collect())
}

/// A treatment at any dose, measured or not, asked of one replica.
#[derive(Clone, Debug, PartialEq)]
pub struct DosePoint {
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The dose in the data set's unit, 0 or more.
    pub dose: f64,
    /// Number of the replica; 0 for a model without randomness.
    pub replica: usize,
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

    /// What epochs are counted in: models without epochs count iterations.
    fn unit(&self) -> &'static str {
        "epoch"
    }

    /// Epochs of the whole training, where they are known and differ in length.
    fn epochs(&self) -> Option<usize> {
        None
    }

    /// Numbers that are learnt, of all replicas together.
    fn n_weights(&self) -> usize {
        0
    }

    /// Does one bounded piece of the fitting (a few optimiser steps) and returns the losses it completed.
    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>>;

    /// Predicts the held-out type's cells under `arm`: one matrix (predicted cells x genes, log-normalised) for each
    /// seed that has not [failed](Self::failed), or a single one where the model has no randomness.
    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>>;

    /// Seeds the predictions belong to, in order; empty where the model has no randomness.
    fn seeds(&self) -> &[u64];

    /// Seeds that have no prediction for `arm` because their training failed while that of others went on, and why.
    fn failed(&self, _data: &TrainingSet, _arm: usize) -> Vec<(u64, ModelError)> {
        Vec::new()
    }

    /// Where the matrix of a replica stands in what [`PerturbationModel::predict`] gives for `arm`: seeds that failed have
    /// none. `None` for such a seed.
    fn place_of(&self, data: &TrainingSet, arm: usize, replica: usize) -> Option<usize> {
        let failed = self.failed(data, arm);
        let lost = |r: usize| self.seeds().get(r).is_some_and(|seed| failed.iter().any(|(other, _)| other == seed));
        (!lost(replica)).then(|| (0..replica).filter(|&r| !lost(r)).count())
    }

    /// What the visitor should know about predictions for these arms, each a sentence that follows a colon: where the model
    /// had to do something else than what it is known for.
    fn notes(&self, _data: &TrainingSet, _arms: &[usize]) -> Vec<String> {
        Vec::new()
    }

    /// Everything that the fitting found and a prediction needs; nothing for a model that is computed and not trained.
    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(async { Ok(Weights::default()) })
    }

    /// Puts the weights of a fitted model of the same data and settings in place of the fitting, which is then done:
    /// predictions are the same, to the bit on the same engine.
    ///
    /// Errors: [`ModelError::NoWeights`] for a model without; [`ModelError::Weights`] if they do not fit, and the model
    /// stays as it was.
    fn restore(&mut self, _weights: Weights) -> Result<(), ModelError> {
        Err(ModelError::NoWeights)
    }

    /// Whether it can be asked for any dose ([`PerturbationModel::predict_dose`]).
    fn is_continuous(&self) -> bool {
        false
    }

    /// Predicts the held-out type's cells under any dose from 0 on (predicted cells x genes, log-normalised), for one
    /// replica. At the dose of an arm it is what [`PerturbationModel::predict`] gives; above the highest dose that other
    /// types were measured at it rests on the model alone.
    ///
    /// Errors: [`ModelError::NotContinuous`] for a model that knows treatments by name.
    fn predict_dose<'a>(&'a self, _data: &'a TrainingSet, _point: DosePoint) -> Work<'a, Array2<f32>> {
        Box::pin(async { Err(ModelError::NotContinuous) })
    }
}
