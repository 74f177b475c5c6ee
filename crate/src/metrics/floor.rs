//! What no effect looks like, and groups of one size.

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::contrast::{Contrast, ResampleSettings};
use super::distance::Distance;
use super::{MetricError, check_pair};
use crate::random;

/// A distance of control against control: what no effect looks like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Which distance.
    pub distance: Distance,
    /// Median over the splits.
    pub median: f64,
    /// Their 95 % quantile.
    pub high: f64,
}

/// Cells of one stratum that are parted at random, and how many of them go into the smaller part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Rows of the control.
    pub cells: Vec<usize>,
    /// How many stand for treated cells; at most half of them make sense.
    pub taken: usize,
}

/// Control against control, in bounded steps: the cells are parted at random, again and again.
///
/// A part has fewer cells than the control, and most distances grow with fewer cells, so the floor is rather too high than
/// too low. Parts are drawn within strata, such as cell types, so that every part has the same share of each.
#[derive(Clone, Debug)]
pub struct NoiseFloor {
    control: Array2<f64>,
    parts: Vec<Part>,
    distances: Vec<Distance>,
    settings: ResampleSettings,
    splits: usize,
    purpose: String,
    rng: random::Stream,
    current: Option<Contrast>,
    /// Values of each distance so far.
    found: Vec<Vec<f64>>,
}

impl NoiseFloor {
    /// Prepares `splits` partings of the control (`n x p`).
    ///
    /// Errors: fewer than 2 cells, a part that is empty, no splits, and those of [`Contrast::new`].
    pub fn new(
        control: ArrayView2<f64>,
        parts: &[Part],
        distances: &[Distance],
        splits: usize,
        seed: u64,
        purpose: &str,
    ) -> Result<Self, MetricError> {
        check_pair(("control", control), ("control", control))?;
        let (cells, taken) =
            parts.iter().fold((0, 0), |(cells, taken), part| (cells + part.cells.len(), taken + part.taken));
        if taken == 0 || cells <= taken {
            return Err(MetricError::TooFewCells { group: "control", cells });
        }
        if splits == 0 {
            return Err(MetricError::Setting { name: "splits", value: 0.0, rule: "at least 1" });
        }
        Ok(Self {
            control: control.to_owned(),
            parts: parts.to_vec(),
            distances: distances.to_vec(),
            settings: ResampleSettings { permutations: 0, bootstraps: 0, transport_resamples: 0, seed },
            splits,
            purpose: purpose.to_owned(),
            rng: random::stream(seed, &format!("metrics/noise_floor/{purpose}")),
            current: None,
            found: vec![Vec::with_capacity(splits); distances.len()],
        })
    }

    /// Does a bounded piece of the work; `false` when there is nothing more to do.
    pub fn step(&mut self) -> Result<bool, MetricError> {
        if self.done() >= self.splits {
            return Ok(false);
        }
        let mut contrast = match self.current.take() {
            Some(contrast) => contrast,
            None => self.part()?,
        };
        if contrast.resample_step() {
            self.current = Some(contrast);
        } else {
            for (found, measured) in self.found.iter_mut().zip(contrast.measured()?) {
                found.push(measured.value);
            }
        }
        Ok(true)
    }

    /// Share of the partings that are measured.
    #[must_use]
    pub fn progress(&self) -> f64 {
        self.done() as f64 / self.splits as f64
    }

    /// Median and 95 % quantile of each distance over the partings that are measured.
    #[must_use]
    pub fn floors(&self) -> Vec<Floor> {
        let floor = |(&distance, values): (&Distance, &Vec<f64>)| {
            let mut values = values.clone();
            values.sort_by(f64::total_cmp);
            Floor { distance, median: quantile(&values, 0.5), high: quantile(&values, 0.95) }
        };
        self.distances.iter().zip(&self.found).filter(|(_, values)| !values.is_empty()).map(floor).collect()
    }

    fn done(&self) -> usize {
        self.found.first().map_or(self.splits, Vec::len)
    }

    /// The next parting.
    fn part(&mut self) -> Result<Contrast, MetricError> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for part in &self.parts {
            let order = random::permutation(part.cells.len(), &mut self.rng);
            let (taken, rest) = order.split_at(part.taken.min(order.len()));
            left.extend(rest.iter().map(|&place| part.cells[place]));
            right.extend(taken.iter().map(|&place| part.cells[place]));
        }
        let (left, right) = (self.control.select(Axis(0), &left), self.control.select(Axis(0), &right));
        Contrast::new(left.view(), right.view(), &self.distances, &self.settings, &self.purpose)
    }
}

/// `n` of the cells, evenly at random, in ascending order of their place; all of them if there are no more.
///
/// For bringing groups to one size before they are compared: most distances depend on it.
#[must_use]
pub fn matched(n: usize, cells: &[usize], seed: u64, purpose: &str) -> Vec<usize> {
    if cells.len() <= n {
        return cells.to_vec();
    }
    let mut places = random::permutation(cells.len(), &mut random::stream(seed, &format!("metrics/matched/{purpose}")));
    places.truncate(n);
    places.sort_unstable();
    places.into_iter().map(|place| cells[place]).collect()
}

/// Quantile of an ascending list by linear interpolation, as numpy's default.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
