//! The way along a front that one network serves.

use std::f64::consts::FRAC_PI_2;
use std::rc::Rc;

use burn::tensor::Device;
use ndarray::{Array2, Axis, concatenate};
use serde::Serialize;

use crate::embed::Pca;
use crate::metrics::mutual_information::{NEIGHBOURS, mutual_information_nn};
use crate::nn::{Noise, read_rows};

use super::TradeOffError;
use super::cells::Cells;
use super::network::{Network, encoded};
use super::objectives::generative_loss_of_cells;
use super::split::Split;

/// Preferences that are measured for the way.
const STOPS: usize = 41;
/// Preferences that go through the network together.
const TOGETHER: usize = 6;
/// Test cells that the losses are measured on, at most.
const MOST_CELLS: usize = 300;

/// A stop on the way along the front.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stop {
    /// From 0 (batch effect only) to 1 (biology only), by the length of the front.
    pub position: f64,
    /// Angle of the preference, 0 to pi / 2.
    pub angle: f64,
    /// U on test cells, nats per cell.
    pub u: f64,
    /// Nearest-neighbour mutual information of latent and batch on the same cells, nats.
    pub nn_mi: f64,
}

/// The latent space at one place of the front.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Angle of the preference.
    pub angle: f64,
    /// Posterior means of all cells, cells x latent.
    pub latent: Array2<f32>,
    /// The same in a plane that is fixed along the front, `[x, y]` per cell.
    pub positions: Vec<[f32; 2]>,
}

/// A front that one network serves, to move along.
pub struct Track {
    network: Network,
    cells: Rc<Cells>,
    plane: Pca,
    stops: Vec<Stop>,
    device: Device,
}

impl Track {
    /// Measures the way: U and the mutual information at 41 preferences, and a plane for pictures from the principal
    /// components of the latents at both ends and in the middle.
    pub async fn new(
        network: Network,
        cells: Rc<Cells>,
        split: &Split,
        seed: u64,
        device: &Device,
    ) -> Result<Self, TradeOffError> {
        let angles: Vec<f64> = (0..STOPS).map(|i| i as f64 / (STOPS - 1) as f64 * FRAC_PI_2).collect();
        let every = split.test.len().div_ceil(MOST_CELLS).max(1);
        let some: Vec<usize> = split.test.iter().copied().step_by(every).collect();
        let batch: Vec<u32> = some.iter().map(|&cell| cells.batch[cell]).collect();
        let minibatch = cells.minibatch(&some).inner();
        let prior = cells.library_prior(&split.train);
        let mut measured = Vec::new();
        for angles in angles.chunks(TOGETHER) {
            let posterior = network.posterior(&minibatch.logged, angles, device);
            let width = posterior.mean.dims()[2];
            let noise = Noise::new("tradeoff/track", &[seed]).normal(some.len(), width, device);
            let preferences = encoded(angles, device);
            // Of samples, as in the tables: see `Evaluation`.
            let sample = posterior.sample(noise.clone());
            let u = generative_loss_of_cells(&network, Some(&preferences), &posterior, noise, &minibatch, &prior);
            let (u, sample) = (read_rows(u).await?, read_rows(sample).await?);
            for p in 0..angles.len() {
                let of = &u[p * some.len()..(p + 1) * some.len()];
                let loss = of.iter().map(|&u| f64::from(u)).sum::<f64>() / some.len().max(1) as f64;
                let each = some.len() * width;
                let latent = Array2::from_shape_vec((some.len(), width), sample[p * each..(p + 1) * each].to_vec());
                let latent = latent.unwrap_or_default();
                let said = mutual_information_nn(latent.view(), &batch, NEIGHBOURS).unwrap_or(0.0);
                measured.push([loss, said]);
            }
        }
        let stops = by_length(&angles, &measured);
        let mut parts = Vec::new();
        for angle in [0.0, FRAC_PI_2 / 2.0, FRAC_PI_2] {
            parts.push(latent(&network, &cells, angle, device).await?);
        }
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        // All three have the columns of the latent.
        let all = concatenate(Axis(0), &views).unwrap_or_default();
        let plane = Pca::fit(all.view(), all.ncols().min(2), 1)?;
        Ok(Self { network, cells, plane, stops, device: device.clone() })
    }

    /// The stops, in order.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The angle at a position from 0 to 1.
    #[must_use]
    pub fn angle(&self, position: f64) -> f64 {
        let after = self.stops.iter().position(|stop| stop.position >= position).unwrap_or(self.stops.len() - 1);
        let Some(before) = after.checked_sub(1) else { return self.stops[0].angle };
        let (a, b) = (&self.stops[before], &self.stops[after]);
        let share = if b.position > a.position { (position - a.position) / (b.position - a.position) } else { 0.0 };
        a.angle + share.clamp(0.0, 1.0) * (b.angle - a.angle)
    }

    /// The latent space at a position from 0 to 1.
    pub async fn at(&self, position: f64) -> Result<Place, TradeOffError> {
        let angle = self.angle(position);
        let latent = latent(&self.network, &self.cells, angle, &self.device).await?;
        let plane = self.plane.transform(latent.view())?;
        let positions = plane.outer_iter().map(|row| [row[0] as f32, row.get(1).map_or(0.0, |&y| y as f32)]).collect();
        Ok(Place { angle, latent, positions })
    }
}

/// Posterior means of all cells.
async fn latent(network: &Network, cells: &Cells, angle: f64, device: &Device) -> Result<Array2<f32>, TradeOffError> {
    let all: Vec<usize> = (0..cells.batch.len()).collect();
    let mut values = Vec::new();
    let mut width = 0;
    for chunk in all.chunks(512) {
        let logged = cells.minibatch(chunk).logged.inner();
        let mean = network.posterior(&logged, &[angle], device).mean;
        width = mean.dims()[2];
        values.extend(read_rows(mean).await?);
    }
    Ok(Array2::from_shape_vec((all.len(), width), values).unwrap_or_default())
}

/// A little of the angle itself, so that a stretch on which nothing changes has a length too.
const EVEN: f64 = 0.02;

/// Positions by the length of the way through the two measures, each scaled to its range.
fn by_length(angles: &[f64], measured: &[[f64; 2]]) -> Vec<Stop> {
    let span = |i: usize| {
        let values = measured.iter().map(|pair| pair[i]);
        let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        (most - least).max(1e-9)
    };
    let spans = [span(0), span(1)];
    let mut lengths = vec![0.0];
    for pair in measured.windows(2) {
        let step = [0, 1].map(|i: usize| (pair[1][i] - pair[0][i]) / spans[i]);
        let last = lengths.last().copied().unwrap_or(0.0);
        lengths.push(last + step[0].hypot(step[1]) + EVEN);
    }
    let total = lengths.last().copied().unwrap_or(1.0);
    let stop = |((&angle, pair), length): ((&f64, &[f64; 2]), f64)| Stop {
        position: length / total,
        angle,
        u: pair[0],
        nn_mi: pair[1],
    };
    angles.iter().zip(measured).zip(lengths).map(stop).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_follow_the_length_of_the_front() {
        let angles = [0.0, 0.5, 1.0, FRAC_PI_2];
        let stops = by_length(&angles, &[[500.0, 0.0], [500.0, 0.0], [510.0, 0.0], [510.0, 1.0]]);
        let at: Vec<f64> = stops.iter().map(|stop| stop.position).collect();
        assert_eq!((at[0], at[3]), (0.0, 1.0));
        assert!(at[1] < 0.02 && (at[2] - 0.505).abs() < 0.01, "{at:?}");
    }
}
