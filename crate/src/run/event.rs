use serde::{Deserialize, Serialize};

use super::{Failure, ResultRow, TradeOffFailure};
use crate::fronts::CandidateRow;
use crate::tradeoff::LivePoint;
use crate::tradeoff::playground::Estimate;

/// What kind of work is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// Choosing cells and genes, normalising.
    Prepare,
    /// Distances between control and treated cells.
    Distances,
    /// Tests of every gene.
    Genes,
    /// Hill curves along the doses.
    Doses,
    /// Pictures of all cells in two dimensions.
    Embedding,
    /// Intervals and p-values of the distances.
    Resample,
    /// Fitting a model.
    Train,
    /// Predicting held-out cells.
    Predict,
    /// Comparing predictions with observed cells.
    Score,
}

/// A part of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Principal components, which need nothing else.
    Components,
    /// Distances, without or with their intervals.
    Distances,
    /// Response genes.
    Genes,
    /// Dose-response fits.
    Doses,
    /// A t-SNE or UMAP picture, finished or on its way.
    Embedding,
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
        /// What is counted: "epoch", or "iteration" for models without epochs.
        unit: String,
        /// Epochs done.
        epoch: usize,
        /// Epochs in all, at most.
        epochs: usize,
        /// Optimiser steps done.
        step: usize,
        /// Training loss, one per seed; NaN for a seed that has diverged.
        train: Vec<f32>,
        /// Validation loss, one per seed; null for a seed that has stopped.
        validation: Vec<Option<f32>>,
    },
    /// A model is trained, and its weights can be taken ([`super::Runner::weights`]).
    Fitted {
        /// Number of the fit in the report.
        fit: usize,
        /// The model.
        model: String,
        /// The held-out cell type.
        cell_type: String,
        /// Size of the weights.
        bytes: usize,
    },
    /// A prediction was scored.
    Result {
        /// Its scores.
        result: ResultRow,
    },
    /// Where the candidates of a front are while they are trained.
    Front {
        /// The method.
        method: String,
        /// Its measure.
        measure: String,
        /// Seed of the split.
        split: u64,
        /// The candidates, with their losses on recent minibatches of training cells.
        points: Vec<LivePoint>,
    },
    /// A candidate was judged.
    Candidate {
        /// Its row.
        row: Box<CandidateRow>,
    },
    /// A front could not be trained; the run goes on without it.
    FrontLeftOut {
        /// Which, and why.
        failure: TradeOffFailure,
    },
    /// An estimator of mutual information has something to say.
    Estimate {
        /// What.
        estimate: Estimate,
        /// The truth in nats.
        truth: f64,
    },
    /// A part of an exploration has come or changed: its figures can be drawn (again).
    Explored {
        /// Which part.
        part: Part,
    },
    /// A model, or one seed of it, could not be fitted or asked; the run goes on without it.
    LeftOut {
        /// Which, and why.
        failure: Failure,
    },
    /// The run is complete.
    Finished,
}
