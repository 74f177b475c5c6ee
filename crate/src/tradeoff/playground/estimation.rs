use burn::tensor::{Device, Tensor};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::metrics::mutual_information::mutual_information_nn;
use crate::nn::to_tensor;
use crate::tradeoff::TradeOffError;
use crate::tradeoff::measure::{DeNovo, EvaluationSettings, Measure, MeasureSettings};

use super::Simulation;

/// Neighbours of the estimate from distances, as in the paper.
const NEIGHBOURS: usize = 3;
/// Points on the curve of a critic.
const POINTS: usize = 30;
/// Hidden layers and their width: enough for some circles, quick enough to watch.
const HIDDEN: (usize, usize) = (2, 64);
/// Points per step. MINE needs them: with 10 categories only one in ten of the independent pairs says anything.
const BATCH: usize = 512;
/// Learning rate of MINE's critic: high, and falling to 0 in the second half. With a fifth of it MINE is still 0.1 nats short of
/// `ln 10` after 1500 steps.
const MINE_RATE: f64 = 1e-2;
/// That of the classifier, which has no such trouble and learns single points by heart at MINE's rate: in ten dimensions it is 0.08
/// nats short then.
const CLASSIFIER_RATE: f64 = 1e-3;

/// A way to estimate mutual information from points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// The Donsker-Varadhan bound of a trained critic.
    Mine,
    /// Nearest neighbours (Ross 2014).
    Nn,
    /// The cross-entropy of a trained classifier.
    Classifier,
}

impl Estimator {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Mine, Self::Nn, Self::Classifier];

    /// Its name in a run file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Nn => "nn",
            Self::Classifier => "classifier",
        }
    }

    /// The measure whose critic is trained, if any.
    fn measure(self) -> Option<Measure> {
        match self {
            Self::Mine => Some(Measure::Mine),
            Self::Classifier => Some(Measure::Classifier),
            Self::Nn => None,
        }
    }
}

/// What an estimator says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Which one.
    pub estimator: Estimator,
    /// Steps of its critic so far; 0 for one without a critic.
    pub step: usize,
    /// Mutual information in nats.
    pub value: f64,
}

/// What is estimated, and how thoroughly.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaygroundSetup {
    /// Where the points come from.
    pub simulation: Simulation,
    /// Points to learn from, and as many fresh ones to be judged on.
    pub n_samples: usize,
    /// Optimiser steps of every critic, rounded up to whole passes over the points.
    pub steps: usize,
    /// The estimators.
    pub estimators: Vec<Estimator>,
    /// Seed of the points and of the critics.
    pub seed: u64,
}

/// Estimates in the making, in bounded pieces of work.
///
/// A critic learns from one sample and is judged on a second one that it never saw: on its own points it would say too much. Nearest
/// neighbours are taken of the second sample. Critics see every dimension brought to mean 0 and variance 1, which changes no mutual
/// information.
pub struct Playground {
    setup: PlaygroundSetup,
    truth: f64,
    fresh: (Array2<f32>, Vec<u32>),
    /// The fresh points as the critics see them, `[1, n, dims]`.
    judged: Tensor<3>,
    critics: Vec<(Estimator, DeNovo, usize)>,
    /// Whether nearest neighbours are still to be counted.
    count: bool,
}

impl Playground {
    /// Draws the points and computes the truth.
    pub fn new(setup: PlaygroundSetup, device: &Device) -> Result<Self, TradeOffError> {
        let (train, codes) = setup.simulation.sample(setup.n_samples, setup.seed, "train");
        let fresh = setup.simulation.sample(setup.n_samples, setup.seed, "fresh");
        let plain = device.clone().inner();
        let (mean, deviation) = (train.mean_axis(Axis(0)).unwrap_or_default(), train.std_axis(Axis(0), 0.0));
        let seen = |z: ArrayView2<f32>| -> Tensor<3> {
            let scaled = (&z - &mean) / &deviation;
            to_tensor(scaled.iter().copied().collect(), [1, z.nrows(), z.ncols()], &plain)
        };
        let (train, judged) = (seen(train.view()), seen(fresh.0.view()));
        let batch_size = BATCH.min(setup.n_samples);
        let epochs = setup.steps.div_ceil(setup.n_samples / batch_size);
        let mut critics = Vec::new();
        for (estimator, measure) in setup.estimators.iter().filter_map(|e| Some((*e, e.measure()?))) {
            let (layers, width) = HIDDEN;
            let rate = if measure == Measure::Mine { MINE_RATE } else { CLASSIFIER_RATE };
            let evaluation = EvaluationSettings {
                epochs: Some(epochs),
                batch_size: Some(batch_size),
                learning_rate: Some(rate),
                ..EvaluationSettings::default()
            };
            let evaluation = evaluation.resolve()?;
            let settings = MeasureSettings {
                measure,
                hidden_layers: Some(layers),
                width: Some(width),
                ..MeasureSettings::default()
            };
            let (mean, codes, nothing) = (train.clone(), codes.clone(), train.zeros_like());
            let critic = DeNovo::new(&settings.resolve()?, &evaluation, mean, nothing, codes, &[setup.seed], device)?;
            critics.push((estimator, critic, 0));
        }
        let count = setup.estimators.contains(&Estimator::Nn);
        Ok(Self { truth: setup.simulation.mutual_information(), setup, fresh, judged, critics, count })
    }

    /// The mutual information in nats.
    #[must_use]
    pub fn truth(&self) -> f64 {
        self.truth
    }

    /// The points that estimators are judged on, `n x dims`, and their categories.
    #[must_use]
    pub fn points(&self) -> (ArrayView2<'_, f32>, &[u32]) {
        (self.fresh.0.view(), &self.fresh.1)
    }

    /// What was asked.
    #[must_use]
    pub fn setup(&self) -> &PlaygroundSetup {
        &self.setup
    }

    /// Whether every estimator has said its last word.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        !self.count && self.critics.iter().all(|(_, critic, _)| critic.is_done())
    }

    /// How far it is, from 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        let (mut done, mut total) = (0, 0);
        for (_, critic, _) in &self.critics {
            let progress = critic.progress();
            (done, total) = (done + progress.done, total + progress.total);
        }
        if total == 0 { f64::from(u8::from(!self.count)) } else { done as f64 / total as f64 }
    }

    /// A piece of work: first nearest neighbours, then some steps of the critic that is furthest behind. Returns what was
    /// estimated, if anything.
    pub async fn advance(&mut self) -> Result<Option<Estimate>, TradeOffError> {
        if std::mem::take(&mut self.count) {
            let value = mutual_information_nn(self.fresh.0.view(), &self.fresh.1, NEIGHBOURS)?;
            return Ok(Some(Estimate { estimator: Estimator::Nn, step: 0, value }));
        }
        let behind = self.critics.iter_mut().filter(|(_, critic, _)| !critic.is_done());
        let Some((estimator, critic, told)) = behind.min_by_key(|(_, critic, _)| critic.progress().done) else {
            return Ok(None);
        };
        critic.step()?;
        let progress = critic.progress();
        let due = (*told + 1) * progress.total / POINTS;
        if progress.done < due && !critic.is_done() {
            return Ok(None);
        }
        *told = progress.done * POINTS / progress.total.max(1);
        let values = critic.estimate(self.judged.clone(), self.judged.zeros_like(), &self.fresh.1).await?;
        let value = values.first().copied().unwrap_or(f64::NAN);
        Ok(Some(Estimate { estimator: *estimator, step: progress.done, value }))
    }
}
