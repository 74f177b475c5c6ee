//! Training and prediction.

use std::cell::OnceCell;

use burn::tensor::Device;
use ndarray::{Array1, Array2};
use rand::RngExt;

use crate::models::vae::{Network, Trainer};
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::Weights;
use crate::random::{Stream, permutation, stream};

use super::{Balance, Config};

/// scGen with one replica per seed.
pub struct Scgen {
    balance: Balance,
    trainer: Trainer,
    /// What the predictions of all arms have in common, by replica; there from the first prediction on.
    starts: OnceCell<Vec<Start>>,
}

/// What a prediction starts from.
struct Start {
    /// Latent means of the held-out type's control cells (cells x latent).
    latent: Array2<f32>,
    /// Latent mean of all control cells; `None` where every arm draws its own ([`Balance::Sampled`]).
    control: Option<Array1<f64>>,
}

impl Scgen {
    /// A network for the given data, with one replica per seed.
    pub fn new(config: Config, seeds: &[u64], data: &TrainingSet, device: &Device) -> Result<Self, ModelError> {
        let trainer = Trainer::new("scgen", config.vae, seeds, data, device)?;
        Ok(Self { balance: config.balance, trainer, starts: OnceCell::new() })
    }

    async fn starts(&self, data: &TrainingSet) -> Result<&[Start], ModelError> {
        if let Some(starts) = self.starts.get() {
            return Ok(starts);
        }
        let mut starts = Vec::new();
        for r in 0..self.seeds().len() {
            let network = self.trainer.network(r);
            let control = match self.balance {
                Balance::Expected => Some(mean(&network, data, &weights_by_type(&groups(data, 0))).await?),
                Balance::Sampled => None,
            };
            starts.push(Start { latent: network.latent(&data.expression(data.control_cells())).await?, control });
        }
        Ok(self.starts.get_or_init(|| starts))
    }

    /// The latent shift from control to `arm`, by seed.
    async fn delta(
        &self,
        network: &Network,
        start: &Start,
        seed: u64,
        data: &TrainingSet,
        arm: usize,
    ) -> Result<Array1<f32>, ModelError> {
        let treated = groups(data, arm);
        let (control, treated) = if let Some(control) = &start.control {
            (control.clone(), mean(network, data, &weights_by_type(&treated)).await?)
        } else {
            let drawn = resample(&groups(data, 0), &treated, &mut stream(seed, "scgen/balance"));
            (mean(network, data, &drawn.0).await?, mean(network, data, &drawn.1).await?)
        };
        Ok((treated - control).mapv(|v| v as f32))
    }
}

/// The cells under an arm by type, for types that have any.
fn groups(data: &TrainingSet, arm: usize) -> Vec<Vec<usize>> {
    (0..data.n_types()).map(|t| data.cells_of(t, arm)).filter(|cells| !cells.is_empty()).collect()
}

/// The weighted mean of the cells' latent means.
async fn mean(network: &Network, data: &TrainingSet, weights: &[(usize, f64)]) -> Result<Array1<f64>, ModelError> {
    let cells: Vec<usize> = weights.iter().map(|&(cell, _)| cell).collect();
    let latent = network.latent(&data.expression(&cells)).await?;
    let mut mean = Array1::zeros(latent.ncols());
    for (row, &(_, weight)) in latent.rows().into_iter().zip(weights) {
        mean.zip_mut_with(&row, |sum, &value| *sum += weight * f64::from(value));
    }
    Ok(mean)
}

/// Every type counts the same, every cell of a type counts the same; weights add up to one.
fn weights_by_type(groups: &[Vec<usize>]) -> Vec<(usize, f64)> {
    let weight = |cells: &Vec<usize>| 1.0 / (groups.len() * cells.len()) as f64;
    groups.iter().flat_map(|cells| cells.iter().map(move |&cell| (cell, weight(cells)))).collect()
}

type CellWeights = Vec<(usize, f64)>;

/// scGen's balancing: every type resampled with replacement to the size of its set's largest, then as many cells without
/// replacement as the smaller of the two sets has.
fn resample(control: &[Vec<usize>], treated: &[Vec<usize>], rng: &mut Stream) -> (CellWeights, CellWeights) {
    let mut balanced = |groups: &[Vec<usize>]| -> Vec<usize> {
        let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
        groups.iter().flat_map(|g| (0..largest).map(|_| g[rng.random_range(0..g.len())]).collect::<Vec<_>>()).collect()
    };
    let pools = [balanced(control), balanced(treated)];
    let n = pools[0].len().min(pools[1].len());
    let mut draw = |pool: &Vec<usize>| -> CellWeights {
        permutation(pool.len(), rng).into_iter().take(n).map(|i| (pool[i], 1.0 / n as f64)).collect()
    };
    (draw(&pools[0]), draw(&pools[1]))
}

impl PerturbationModel for Scgen {
    fn n_weights(&self) -> usize {
        self.trainer.n_weights()
    }

    fn progress(&self) -> FitProgress {
        self.trainer.progress()
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        self.starts.take();
        Box::pin(self.trainer.fit())
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            if groups(data, arm).is_empty() || groups(data, 0).is_empty() {
                return Err(ModelError::NoDonor { arm: data.arms()[arm].label.clone() });
            }
            let mut predictions = Vec::new();
            for (r, (&seed, start)) in self.seeds().iter().zip(self.starts(data).await?).enumerate() {
                let network = self.trainer.network(r);
                let delta = self.delta(&network, start, seed, data, arm).await?;
                predictions.push(network.decode(&(&start.latent + &delta)).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        self.trainer.seeds()
    }
    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(self.trainer.weights())
    }

    fn restore(&mut self, weights: Weights) -> Result<(), ModelError> {
        self.starts.take();
        self.trainer.restore(weights)
    }
}
