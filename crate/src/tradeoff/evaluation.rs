//! What a front is worth: both losses, and the metrics of its latents, on training and on test cells.

use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use ndarray::{Array2, ArrayView2, Axis};
use rand::RngExt;
use rand_distr::StandardNormal;

use crate::metrics::integration::{IntegrationSettings, integration_scores};
use crate::metrics::mutual_information::{mutual_information_nn, mutual_information_nn_minibatch};
use crate::models::FitProgress;
use crate::nn::{Noise, read_rows, to_tensor};
use crate::random::stream;

use super::TradeOffError;
use super::cells::Cells;
use super::measure::{DeNovo, EvaluationConfig, MeasureConfig, MeasureError};
use super::network::{Network, encoded};
use super::objectives::{encoder_film, generative_loss_of_cells};
use super::split::Split;

/// Cells in one forward pass.
const CHUNK: usize = 128;
/// Latent variance of a model without one: next to none.
const NO_VARIANCE: f32 = 1e-12;

/// What a front is judged with.
#[derive(Clone)]
pub struct Judge {
    /// All cells.
    pub cells: Rc<Cells>,
    /// Which of them were trained on.
    pub split: Rc<Split>,
    /// Cell types, where they are known.
    pub labels: Option<Rc<Vec<u32>>>,
    /// Principal components of the expression of all cells, for comparisons with what was there before.
    pub unintegrated: Rc<Array2<f32>>,
    /// How metrics are computed.
    pub metrics: IntegrationSettings,
    /// The measure that V is.
    pub measure: Option<MeasureConfig>,
    /// How its critic is trained anew.
    pub de_novo: EvaluationConfig,
    /// Seed of samples and clusterings.
    pub seed: u64,
    /// The engine, without gradients.
    pub device: Device,
}

/// The latents of one candidate for all cells.
#[derive(Clone, Debug)]
pub struct Latent {
    /// Posterior means, cells x latent.
    pub mean: Array2<f32>,
    /// Posterior variances; none for a model without.
    pub var: Option<Array2<f32>>,
    /// U of every cell; none for a model without.
    pub u: Option<Vec<f64>>,
}

/// Metrics by name.
pub type Scores = BTreeMap<String, Option<f64>>;

/// A judged candidate.
#[derive(Clone, Debug)]
pub struct Judged {
    /// On the training cells.
    pub train: Scores,
    /// On the test cells.
    pub test: Scores,
}

/// Judges candidates, one piece of work after the other.
pub struct Evaluation {
    judge: Judge,
    stage: Stage,
}

enum Stage {
    Encode { encoder: Box<Encoding>, latents: Vec<Latent> },
    Measure { latents: Vec<Latent> },
    Learn { latents: Vec<Latent>, critic: Box<DeNovo> },
    Score { latents: Vec<Latent>, v: [Vec<Option<f64>>; 2], judged: Vec<Judged> },
}

struct Encoding {
    module: Network,
    /// Encoded preferences, for a network that listens to them.
    preferences: Option<Tensor<3>>,
    prior: Vec<[f64; 2]>,
    noise: Noise,
    next: usize,
}

impl Evaluation {
    /// Of trained candidates, one replica each, or one network asked with the preferences at these angles.
    #[must_use]
    pub fn of_models(judge: Judge, module: Network, replicas: usize, angles: Option<&[f64]>) -> Self {
        let prior = judge.cells.library_prior(&judge.split.train);
        let noise = Noise::new("tradeoff/evaluation", &[judge.seed]);
        let preferences = angles.map(|angles| encoded(angles, &judge.device));
        let encoder = Box::new(Encoding { module, preferences, prior, noise, next: 0 });
        let nothing = Latent { mean: Array2::zeros((0, 0)), var: None, u: None };
        Self { judge, stage: Stage::Encode { encoder, latents: vec![nothing; replicas] } }
    }

    /// Of latents that are there already.
    #[must_use]
    pub fn of_latents(judge: Judge, latents: Vec<Latent>) -> Self {
        Self { judge, stage: Stage::Measure { latents } }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> FitProgress {
        let n = self.judge.cells.batch.len();
        let (encode, measure) = (n.div_ceil(CHUNK), 10);
        let (candidates, before) = match &self.stage {
            Stage::Encode { latents, encoder } => (latents.len(), encoder.next / CHUNK),
            Stage::Measure { latents } => (latents.len(), encode),
            Stage::Learn { latents, critic } => {
                let progress = critic.progress();
                (latents.len(), encode + measure * progress.done / progress.total.max(1))
            }
            Stage::Score { latents, judged, .. } => (latents.len(), encode + measure + judged.len()),
        };
        FitProgress { done: before.min(encode + measure + candidates), total: encode + measure + candidates }
    }

    /// Candidates that are judged by now.
    #[must_use]
    pub fn judged(&self) -> &[Judged] {
        match &self.stage {
            Stage::Score { judged, .. } => judged,
            _ => &[],
        }
    }

    /// The latents of all candidates, once they are known.
    #[must_use]
    pub fn latents(&self) -> &[Latent] {
        match &self.stage {
            Stage::Encode { .. } => &[],
            Stage::Measure { latents } | Stage::Learn { latents, .. } | Stage::Score { latents, .. } => latents,
        }
    }

    /// Does one piece of work.
    pub async fn advance(&mut self) -> Result<(), TradeOffError> {
        let empty = Stage::Measure { latents: Vec::new() };
        self.stage = match std::mem::replace(&mut self.stage, empty) {
            Stage::Encode { mut encoder, mut latents } => {
                self.encode(&mut encoder, &mut latents).await?;
                if encoder.next < self.judge.cells.batch.len() {
                    Stage::Encode { encoder, latents }
                } else {
                    Stage::Measure { latents }
                }
            }
            Stage::Measure { latents } => self.begin_critic(latents)?,
            Stage::Learn { latents, mut critic } => {
                critic.step()?;
                if critic.is_done() {
                    let v =
                        [self.estimate(&latents, &critic, true).await?, self.estimate(&latents, &critic, false).await?];
                    Stage::Score { latents, v, judged: Vec::new() }
                } else {
                    Stage::Learn { latents, critic }
                }
            }
            Stage::Score { latents, v, mut judged } => {
                if let Some(latent) = latents.get(judged.len()) {
                    let r = judged.len();
                    judged.push(Judged {
                        train: self.score(latent, v[0][r], &self.judge.split.train)?,
                        test: self.score(latent, v[1][r], &self.judge.split.test)?,
                    });
                }
                Stage::Score { latents, v, judged }
            }
        };
        Ok(())
    }

    /// Latents and losses of a chunk of cells, for all candidates.
    async fn encode(&self, encoder: &mut Encoding, latents: &mut [Latent]) -> Result<(), TradeOffError> {
        let n = self.judge.cells.batch.len();
        let cells: Vec<usize> = (encoder.next..(encoder.next + CHUNK).min(n)).collect();
        let minibatch = self.judge.cells.minibatch(&cells).inner();
        let preferences = encoder.preferences.as_ref();
        let film = encoder_film(&encoder.module, preferences);
        let posterior = encoder.module.scvi.encoder.forward(minibatch.logged.clone(), &film);
        let width = posterior.mean.dims()[2];
        let noise = encoder.noise.normal(cells.len(), width, &self.judge.device);
        let u = generative_loss_of_cells(&encoder.module, preferences, &posterior, noise, &minibatch, &encoder.prior);
        let (mean, var, u) = (read_rows(posterior.mean).await?, read_rows(posterior.var).await?, read_rows(u).await?);
        let each = cells.len() * width;
        for (r, latent) in latents.iter_mut().enumerate() {
            let rows = |all: &[f32]| {
                Array2::from_shape_vec((cells.len(), width), all[r * each..(r + 1) * each].to_vec()).unwrap_or_default()
            };
            latent.mean = below(&latent.mean, rows(&mean));
            latent.var = Some(latent.var.take().map_or_else(|| rows(&var), |old| below(&old, rows(&var))));
            let u = u[r * cells.len()..(r + 1) * cells.len()].iter().map(|&u| f64::from(u));
            latent.u.get_or_insert_default().extend(u);
        }
        encoder.next += cells.len();
        Ok(())
    }

    fn begin_critic(&self, latents: Vec<Latent>) -> Result<Stage, TradeOffError> {
        let (replicas, judge) = (latents.len(), &self.judge);
        let Some(measure) = &judge.measure else {
            return Ok(Stage::Score { v: [vec![None; replicas], vec![None; replicas]], latents, judged: Vec::new() });
        };
        let [mean, var] = self.stacked(&latents, &judge.split.train);
        let batch = judge.split.train.iter().map(|&cell| judge.cells.batch[cell]).collect();
        let seeds = vec![judge.seed; replicas];
        let critic = DeNovo::new(measure, &judge.de_novo, mean, var, batch, &seeds, &judge.device)?;
        Ok(Stage::Learn { latents, critic: Box::new(critic) })
    }

    async fn estimate(
        &self,
        latents: &[Latent],
        critic: &DeNovo,
        train: bool,
    ) -> Result<Vec<Option<f64>>, TradeOffError> {
        let cells = if train { &self.judge.split.train } else { &self.judge.split.test };
        let [mean, var] = self.stacked(latents, cells);
        let batch: Vec<u32> = cells.iter().map(|&cell| self.judge.cells.batch[cell]).collect();
        match critic.estimate(mean, var, &batch).await {
            Ok(values) => Ok(values.into_iter().map(|value| value.is_finite().then_some(value)).collect()),
            // Test cells of a small batch may be none in a minibatch.
            Err(MeasureError::BatchAbsent { .. }) => Ok(vec![None; latents.len()]),
            Err(error) => Err(error.into()),
        }
    }

    /// Means and variances of some cells, `[R, n, latent]`.
    fn stacked(&self, latents: &[Latent], cells: &[usize]) -> [Tensor<3>; 2] {
        let width = latents.first().map_or(0, |latent| latent.mean.ncols());
        let rows = |matrix: &Array2<f32>| -> Vec<f32> { cells.iter().flat_map(|&i| matrix.row(i).to_vec()).collect() };
        let mean = latents.iter().flat_map(|latent| rows(&latent.mean)).collect();
        let var = latents
            .iter()
            .flat_map(|latent| latent.var.as_ref().map_or_else(|| vec![NO_VARIANCE; cells.len() * width], rows))
            .collect();
        let tensor = |values: Vec<f32>| to_tensor(values, [latents.len(), cells.len(), width], &self.judge.device);
        [tensor(mean), tensor(var)]
    }

    fn score(&self, latent: &Latent, v: Option<f64>, cells: &[usize]) -> Result<Scores, TradeOffError> {
        let judge = &self.judge;
        let codes = |all: &[u32]| -> Vec<u32> { cells.iter().map(|&i| all[i]).collect() };
        let labels = judge.labels.as_ref().map(|labels| codes(labels));
        let rows = latent.mean.select(Axis(0), cells);
        let before = judge.unintegrated.select(Axis(0), cells);
        let mut scores = if rows.iter().all(|value| value.is_finite()) {
            let view: ArrayView2<f32> = rows.view();
            integration_scores(
                view,
                Some(before.view()),
                &codes(&judge.cells.batch),
                labels.as_deref(),
                &judge.metrics,
                judge.seed,
            )?
        } else {
            Scores::new()
        };
        // The paper takes the mutual information of samples, and so should one: thin threads of one batch between those of the
        // other are nothing that a decoder sees, but neighbours of posterior means do.
        if let (Some(var), false) = (&latent.var, scores.is_empty()) {
            let mut rng = stream(judge.seed, "tradeoff/evaluation/sample");
            let sample = Array2::from_shape_fn(rows.dim(), |(i, j)| {
                let noise: f32 = rng.sample(StandardNormal);
                rows[(i, j)] + var[(cells[i], j)].max(0.0).sqrt() * noise
            });
            let (k, size) = (judge.metrics.mi_neighbours, judge.metrics.mi_minibatch);
            let batch = codes(&judge.cells.batch);
            let full = mutual_information_nn(sample.view(), &batch, k).ok();
            let parts = mutual_information_nn_minibatch(sample.view(), &batch, k, size, judge.seed).ok();
            scores.insert("nn_mi".to_owned(), full);
            scores.insert("nn_mi_minibatch".to_owned(), parts);
        }
        let u = latent.u.as_ref().map(|u| cells.iter().map(|&i| u[i]).sum::<f64>() / cells.len().max(1) as f64);
        scores.insert("u".to_owned(), u.filter(|u| u.is_finite()));
        scores.insert("v".to_owned(), v);
        Ok(scores)
    }
}

fn below(above: &Array2<f32>, rows: Array2<f32>) -> Array2<f32> {
    if above.is_empty() {
        return rows;
    }
    // Both have as many columns as the latent has dimensions.
    ndarray::concatenate(Axis(0), &[above.view(), rows.view()]).unwrap_or(rows)
}
