use serde::{Deserialize, Serialize};

use super::{Failure, ResultRow};

/// What kind of work is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Choosing cells and genes, normalising.
    Prepare,
    /// Fitting a model.
    Train,
    /// Predicting held-out cells.
    Predict,
    /// Comparing predictions with observed cells.
    Score,
}

/// Something that happened in a step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A new piece of work begins.
    Stage {
        /// Which kind.
        stage: StageName,
        /// A sentence to show.
        text: String,
    },
    /// How far the whole run is.
    Progress {
        /// From 0 to 1.
        done: f64,
        /// What is being done.
        text: String,
    },
    /// An epoch is done.
    Loss {
        /// The model.
        model: String,
        /// The held-out cell type.
        cell_type: String,
        /// Epochs done.
        epoch: usize,
        /// Epochs in all, at most.
        epochs: usize,
        /// Optimiser steps done.
        step: usize,
        /// Training loss, one per seed.
        train: Vec<f32>,
        /// Validation loss, one per seed; null for a seed that has stopped.
        validation: Vec<Option<f32>>,
    },
    /// A prediction was scored.
    Result {
        /// Its scores.
        result: ResultRow,
    },
    /// A model could not be fitted or asked; the run goes on without it.
    LeftOut {
        /// Which, and why.
        failure: Failure,
    },
    /// The run is complete.
    Finished,
}
