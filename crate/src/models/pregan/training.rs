//! The training of the networks of one treatment.

use burn::tensor::{Device, Tensor};

use crate::models::ModelError;
use crate::models::cells::Cells;
use crate::nn::read_rows;

use super::feed::Feed;
use super::{Batch, Config, Draw, Rivals, Translator};

/// Losses are told this often in the course of a training, but no more often than every `LEAST_INTERVAL` iterations: each
/// time the device has to be waited for.
const REPORTS: usize = 100;
const LEAST_INTERVAL: usize = 10;

/// What the trainings of all treatments have in common.
pub(super) struct Shared {
    pub config: Config,
    pub seeds: Vec<u64>,
    /// With a gradient graph.
    pub device: Device,
    /// Expression of every cell that may be seen.
    pub cells: Cells,
    /// The types of these cells, one-hot.
    pub types: Cells,
    pub n_types: usize,
}

/// Networks on their way.
pub(super) struct Training {
    /// `None` only within an iteration.
    rivals: Option<Rivals>,
    control: Feed,
    treated: Feed,
    iteration: usize,
    /// Sum of the generators' losses since the last report, and how many.
    loss: Option<Tensor<1>>,
    since: usize,
    /// For each replica the iteration by which it had diverged.
    diverged: Vec<Option<usize>>,
}

/// What is left of a training.
pub(super) struct Trained {
    pub translator: Translator,
    /// For each replica the iteration by which it had diverged.
    pub diverged: Vec<Option<usize>>,
}

impl Training {
    /// New networks for the control and treated cells at the given rows.
    pub fn new(shared: &Shared, control: Vec<usize>, treated: Vec<usize>) -> Self {
        let Shared { config, seeds, device, cells, n_types, .. } = shared;
        let batch = config.batch_size.min(control.len()).min(treated.len());
        Self {
            rivals: Some(Rivals::new(cells.n_genes(), *n_types, config, seeds, device)),
            control: Feed::new("scpregan/control", control, batch, seeds),
            treated: Feed::new("scpregan/treated", treated, batch, seeds),
            iteration: 0,
            loss: None,
            since: 0,
            diverged: vec![None; seeds.len()],
        }
    }

    /// Iterations done.
    pub fn iteration(&self) -> usize {
        self.iteration
    }

    /// Numbers that are learnt, of all replicas together.
    pub fn n_weights(&self) -> usize {
        self.rivals.as_ref().map_or(0, Rivals::n_weights)
    }

    /// Whether the losses should be told now.
    pub fn is_due(&self, config: &Config) -> bool {
        let interval = (config.iterations / REPORTS).max(LEAST_INTERVAL);
        self.iteration.is_multiple_of(interval) || self.iteration == config.iterations
    }

    /// Whether nothing is left to do: all iterations are done, or no replica is left.
    pub fn is_done(&self, config: &Config) -> bool {
        self.iteration >= config.iterations || self.diverged.iter().all(Option::is_some)
    }

    /// One iteration.
    pub fn step(&mut self, shared: &Shared) {
        let Some(rivals) = self.rivals.take() else { return };
        let (first, second) = (self.draw(shared), self.draw(shared));
        let (rivals, _, loss) = rivals.iterate(&shared.config, self.iteration, first, second);
        self.rivals = Some(rivals);
        let loss = loss.total(&shared.config);
        self.loss = Some(match self.loss.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        self.since += 1;
        self.iteration += 1;
    }

    fn draw(&mut self, shared: &Shared) -> Draw {
        let (control, treated) = (self.control.next(), self.treated.next());
        let both = |of: &Cells| Batch { control: of.gather(&control), treated: of.gather(&treated) };
        Draw { cells: both(&shared.cells), classes: both(&shared.types) }
    }

    /// Mean loss of encoder and generators since the last report, for each replica; NaN for one that has diverged.
    ///
    /// A replica has diverged when its loss or any weight is not finite. It is computed on, since all replicas are in the
    /// same tensors and none reads another's, but it is lost for good.
    pub async fn report(&mut self, shared: &Shared) -> Result<Vec<f32>, ModelError> {
        let (Some(loss), Some(rivals)) = (self.loss.take(), &self.rivals) else { return Ok(Vec::new()) };
        let replicas = shared.seeds.len();
        let weights = rivals.magnitude(replicas, &shared.device.clone().inner());
        let values = read_rows(Tensor::cat(vec![loss / self.since as f64, weights], 0)).await?;
        self.since = 0;
        let (losses, weights) = values.split_at(replicas);
        for ((diverged, loss), weight) in self.diverged.iter_mut().zip(losses).zip(weights) {
            if !(loss.is_finite() && weight.is_finite()) {
                diverged.get_or_insert(self.iteration);
            }
        }
        let told = |(&loss, diverged): (&f32, &Option<usize>)| if diverged.is_some() { f32::NAN } else { loss };
        Ok(losses.iter().zip(&self.diverged).map(told).collect())
    }

    #[cfg(test)]
    pub fn rivals(&mut self) -> Option<&mut Rivals> {
        self.rivals.as_mut()
    }

    /// What predictions take.
    pub fn finish(self) -> Option<Trained> {
        Some(Trained { translator: self.rivals?.translator(), diverged: self.diverged })
    }
}
