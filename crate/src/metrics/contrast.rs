//! Two groups of cells compared by many distances, with p-values and intervals by resampling.
//!
//! * **p-value**: the labels of all cells are permuted; `(1 + those with at least this value) / (1 + permutations)`.
//!   Small values mean that the groups differ more than random groups of these cells do. Both are done within strata
//!   where the cells have some ([`Contrast::stratified`]).
//! * **interval**: the cells of each group are drawn with replacement. Means within a group are over pairs of different
//!   cells, weighted by how often they were drawn: the distance 0 between copies of one cell would bias them. Noise in the
//!   means of the groups still makes most distances of redrawn groups larger than the one observed (a squared norm is biased
//!   upwards, twice as much after drawing twice), so the interval is **recentred**: from 2.5 % to 97.5 % of the resampled values
//!   minus their median, added to the value, and cut at 0 where the distance cannot be negative.
//!
//! Both are as permutation test and bootstrap are usually done for E-distances and MMD (Szekely and Rizzo 2013; Gretton et
//! al. 2012; scperturb and pertpy test E-distances by permutation).

use ndarray::{Array2, ArrayView2};

pub use super::distance::Distance;
use super::distances::{MMD_RBF_GAMMA, mmd_from_means, squared_mean_distance};
pub use super::floor::{Floor, NoiseFloor, Part, matched};
pub use super::measured::Measured;
use super::measured::{interval, p_value};
use super::median::MedianSearch;
use super::pair_sums::{Kernel, Means, Observed, Pooled, Resampled, apply};
use super::points::Points;
use super::resample::{self, counts};
pub use super::resample::{ResampleSettings, work};
use super::transport::Transport;
use super::{MetricError, check_pair, emd};

/// About how many multiply-adds a step does: some ten milliseconds.
const STEP_WORK: f64 = 2e7;

/// A comparison in bounded steps: [`Contrast::values`] at once, then [`Contrast::resample_step`] until it says `false`.
///
/// What comes out does not depend on how it was cut into steps.
#[derive(Clone, Debug)]
pub struct Contrast {
    pooled: Pooled,
    distances: Vec<Distance>,
    settings: ResampleSettings,
    purpose: String,
    /// Stratum of each pooled cell; empty for one stratum.
    strata: Vec<u32>,
    stage: Stage,
    /// Squared distance of the means, observed, permuted and redrawn.
    linear: (f64, Vec<f64>, Vec<f64>),
    /// Sums over pairs for each kernel in use.
    kernels: Vec<(Kernel, Observed, Option<Resampled>)>,
    /// The kernel with the median width, 0 if the median is 0.
    gamma: f64,
    transports: Vec<Transport>,
}

/// What the next step does; rows are the next of a pass over the pairs.
#[derive(Clone, Debug)]
enum Stage {
    Median { search: Box<MedianSearch>, row: usize },
    Pairs { row: usize },
    Transports,
    Valued,
    ResamplePairs { row: usize },
    ResampleTransports,
    Done,
}

impl Contrast {
    /// Prepares the comparison of `x` (control, `n x p`) with `y` (treated, `m x p`); `purpose` names its random streams.
    ///
    /// Errors: shapes that differ, a group without cells, values that are not finite, more than
    /// [`emd::MAX_POINTS`] cells for [`Distance::Emd`].
    pub fn new(
        x: ArrayView2<f64>,
        y: ArrayView2<f64>,
        distances: &[Distance],
        settings: &ResampleSettings,
        purpose: &str,
    ) -> Result<Self, MetricError> {
        check_pair(("control", x), ("treated", y))?;
        let (n, m) = (x.nrows(), y.nrows());
        if distances.contains(&Distance::Emd) {
            emd::check_size(n, m)?;
        }
        let none = Array2::zeros((n + m, 0));
        let pooled = Pooled { points: Points::stacked(x, y), n, m, labels: none.clone(), draws: none };
        let limit = |resamples: usize| resamples.min(settings.transport_resamples);
        let (permutations, redraws) = counts(n, m, settings);
        let transport = |&distance: &Distance| Transport::new(distance, limit(permutations), limit(redraws));
        let stage = if distances.contains(&Distance::MmdRbfMedian) {
            Stage::Median { search: Box::new(MedianSearch::new(pooled.len() * (pooled.len() - 1) / 2)), row: 0 }
        } else {
            Stage::Pairs { row: 0 }
        };
        let mut contrast = Self {
            linear: (squared_mean_distance(&Points::new(x), &Points::new(y)), Vec::new(), Vec::new()),
            transports: distances.iter().filter(|distance| distance.is_transport()).map(transport).collect(),
            kernels: Vec::new(),
            gamma: 0.0,
            pooled,
            distances: distances.to_vec(),
            settings: settings.clone(),
            purpose: purpose.to_owned(),
            strata: Vec::new(),
            stage,
        };
        if matches!(contrast.stage, Stage::Pairs { .. }) {
            contrast.choose_kernels();
        }
        Ok(contrast)
    }

    /// Permutes labels and draws cells within strata only, such as cell types: a number for each cell of `x`, then of `y`.
    ///
    /// Groups of mixed types need this. Where their shares are balanced by design, free permutations would unbalance them
    /// and look farther apart than any real groups; where the shares differ, that alone would look like a response.
    #[must_use]
    pub fn stratified(mut self, x: &[u32], y: &[u32]) -> Self {
        self.strata = [x, y].concat();
        self
    }

    /// The values alone, in the order of the distances, without interruption.
    ///
    /// Errors: none yet; what could fail is refused by [`Contrast::new`].
    pub fn values(&mut self) -> Result<Vec<Measured>, MetricError> {
        self.finish_values();
        self.measured()
    }

    /// Does a bounded piece of the work, values included; `false` when there is nothing more to do.
    pub fn resample_step(&mut self) -> bool {
        let mut budget = STEP_WORK;
        if self.observe(&mut budget) {
            return true;
        }
        while budget > 0.0 {
            match self.stage {
                Stage::Valued => self.draw(),
                Stage::ResamplePairs { row } => self.resample_pairs(row, &mut budget),
                Stage::ResampleTransports => {
                    let open =
                        self.transports.iter_mut().any(|transport| transport.resample(&self.pooled, &mut budget));
                    if !open {
                        self.stage = Stage::Done;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// How much of the work is done, 0 to 1, in proportion to the resamples.
    #[must_use]
    pub fn progress(&self) -> f64 {
        let cells = self.pooled.len() as f64;
        let pairs = match self.stage {
            Stage::Median { .. } | Stage::Pairs { .. } | Stage::Transports | Stage::Valued => 0.0,
            Stage::ResamplePairs { row } => 1.0 - (1.0 - row as f64 / cells).powi(2),
            Stage::ResampleTransports => 1.0,
            Stage::Done => return 1.0,
        };
        let transports = &self.transports;
        if transports.is_empty() {
            return pairs;
        }
        0.1 * pairs + 0.9 * transports.iter().map(Transport::progress).sum::<f64>() / transports.len() as f64
    }

    /// Values, and p-values and intervals as far as they are done, in the order of the distances.
    ///
    /// Completes the values first, as [`Contrast::values`], whose errors it has.
    pub fn measured(&mut self) -> Result<Vec<Measured>, MetricError> {
        self.finish_values();
        Ok(self.distances.iter().map(|&distance| self.measured_one(distance)).collect())
    }

    fn finish_values(&mut self) {
        let mut unlimited = f64::INFINITY;
        while self.observe(&mut unlimited) {}
    }

    /// Works on the values; `false` once they are known.
    fn observe(&mut self, budget: &mut f64) -> bool {
        while *budget > 0.0 {
            match &mut self.stage {
                Stage::Median { search, row } => {
                    let (start, end) = (*row, self.pooled.block(*row, 200_000));
                    let block = self.pooled.squared(start, end);
                    for (i, values) in block.outer_iter().enumerate() {
                        search.see(values.to_slice().and_then(|row| row.get(i + 1..)).unwrap_or_default());
                    }
                    *budget -= (block.len() * (self.pooled.points.width() + 10)) as f64;
                    *row = end;
                    if end == self.pooled.len() {
                        *row = 0;
                        if let Some((lower, upper)) = search.end_pass() {
                            let median = f64::midpoint(lower.sqrt(), upper.sqrt());
                            self.gamma = if median > 0.0 { 0.5 / (median * median) } else { 0.0 };
                            self.choose_kernels();
                        }
                    }
                }
                Stage::Pairs { row } => {
                    let (start, end) = (*row, self.pooled.block(*row, 200_000));
                    let squared = self.pooled.squared(start, end);
                    for (kernel, observed, _) in &mut self.kernels {
                        observed.add(&self.pooled, start, &apply(*kernel, &squared));
                    }
                    *budget -= (squared.len() * (self.pooled.points.width() + 20 * self.kernels.len())) as f64;
                    *row = end;
                    if end == self.pooled.len() {
                        self.stage = Stage::Transports;
                    }
                }
                Stage::Transports => {
                    if self.transports.iter_mut().any(|transport| transport.observe(&self.pooled, budget)) {
                        return true;
                    }
                    self.stage = Stage::Valued;
                }
                _ => return false,
            }
        }
        !matches!(self.stage, Stage::Valued | Stage::ResamplePairs { .. } | Stage::ResampleTransports | Stage::Done)
    }

    /// Notes which functions of the pairs are needed, and starts with the pairs if there are any.
    fn choose_kernels(&mut self) {
        let wants = |list: &[Distance]| self.distances.iter().any(|distance| list.contains(distance));
        let mut kernels = Vec::new();
        if wants(&[Distance::Edistance, Distance::MeanPairwise]) {
            kernels.push(Kernel::Distance);
        }
        if wants(&[Distance::MmdRbf]) {
            kernels.push(Kernel::Rbf(MMD_RBF_GAMMA));
        }
        if wants(&[Distance::MmdRbfMedian]) && self.gamma > 0.0 {
            kernels.push(Kernel::Rbf(self.gamma));
        }
        self.stage = if kernels.is_empty() { Stage::Transports } else { Stage::Pairs { row: 0 } };
        self.kernels = kernels.into_iter().map(|kernel| (kernel, Observed::default(), None)).collect();
    }

    /// Draws all resamples, and compares their means.
    fn draw(&mut self) {
        let (permutations, redraws) = counts(self.pooled.n, self.pooled.m, &self.settings);
        let (seed, purpose) = (self.settings.seed, &self.purpose);
        resample::draw(&mut self.pooled, permutations, redraws, seed, purpose, &self.strata);
        let wanted = [Distance::EdistanceSquared, Distance::Euclidean, Distance::MmdLinear];
        if self.distances.iter().any(|distance| wanted.contains(distance)) {
            (self.linear.1, self.linear.2) = resample::squared_mean_distances(&self.pooled);
        }
        for (_, _, resampled) in &mut self.kernels {
            *resampled = Some(Resampled::new(&self.pooled));
        }
        self.stage = if self.kernels.is_empty() { Stage::ResampleTransports } else { Stage::ResamplePairs { row: 0 } };
    }

    fn resample_pairs(&mut self, row: usize, budget: &mut f64) {
        let resamples = self.pooled.labels.ncols() + self.pooled.draws.ncols();
        let per_pair = self.pooled.points.width() + (20 + resamples) * self.kernels.len();
        let end = self.pooled.block(row, STEP_WORK as usize / per_pair);
        let squared = self.pooled.squared(row, end);
        for (kernel, _, resampled) in &mut self.kernels {
            if let Some(resampled) = resampled {
                resampled.add(&self.pooled, row, &apply(*kernel, &squared));
            }
        }
        *budget -= (squared.len() * per_pair) as f64;
        self.stage =
            if end == self.pooled.len() { Stage::ResampleTransports } else { Stage::ResamplePairs { row: end } };
    }

    fn measured_one(&self, distance: Distance) -> Measured {
        let (value, permuted, redrawn, tolerance) = self.values_of(distance);
        let p_value = p_value(value - tolerance, &permuted);
        let (low, high) = interval(value, redrawn, distance.is_non_negative()).unzip();
        Measured { distance, value, p_value, low, high }
    }

    /// The value, those of permutations and redraws as far as they are done, and what counts as equal to the value.
    fn values_of(&self, distance: Distance) -> (f64, Vec<f64>, Vec<f64>, f64) {
        let of_linear = |f: fn(f64) -> f64| {
            let (value, permuted, redrawn) = &self.linear;
            let each = |values: &[f64]| values.iter().copied().map(f).collect();
            let value = f(*value);
            (value, each(permuted), each(redrawn), 1e-9 * value)
        };
        match distance {
            Distance::EdistanceSquared => of_linear(|squared| 2.0 * squared),
            Distance::MmdLinear => of_linear(|squared| squared),
            Distance::Euclidean => of_linear(f64::sqrt),
            Distance::Edistance => {
                self.of_pairs(Kernel::Distance, |means| 2.0 * means.between - means.control - means.treated)
            }
            Distance::MeanPairwise => self.of_pairs(Kernel::Distance, |means| means.between),
            Distance::MmdRbf => self.of_pairs(Kernel::Rbf(MMD_RBF_GAMMA), |means| self.mmd(means)),
            Distance::MmdRbfMedian => self.of_pairs(Kernel::Rbf(self.gamma), |means| self.mmd(means)),
            Distance::Wasserstein | Distance::WassersteinMean | Distance::Emd => {
                let found = self.transports.iter().find(|transport| transport.distance() == distance);
                let value = found.and_then(|transport| transport.observed).unwrap_or_default();
                let done = found.filter(|_| matches!(self.stage, Stage::Done));
                let (permuted, redrawn) =
                    done.map(|transport| (transport.permuted.clone(), transport.redrawn.clone())).unwrap_or_default();
                // Entropic costs are those of iterations that stop early, from different starts.
                let tolerance = if distance == Distance::Emd { 1e-10 } else { 1e-4 };
                (value, permuted, redrawn, tolerance * value.abs())
            }
        }
    }

    fn of_pairs(&self, kernel: Kernel, f: impl Fn(Means) -> f64) -> (f64, Vec<f64>, Vec<f64>, f64) {
        let Some((_, observed, resampled)) = self.kernels.iter().find(|(other, ..)| *other == kernel) else {
            return (0.0, Vec::new(), Vec::new(), 0.0); // the median is 0
        };
        let means = observed.means(&self.pooled);
        let done = resampled.as_ref().filter(|_| matches!(self.stage, Stage::ResampleTransports | Stage::Done));
        let each = |means: Vec<Means>| means.into_iter().map(&f).collect::<Vec<f64>>();
        let permuted = done.map(|resampled| each(resampled.permuted(&self.pooled))).unwrap_or_default();
        let redrawn = done.map(|resampled| each(resampled.redrawn(&self.pooled))).unwrap_or_default();
        (f(means), permuted, redrawn, 1e-10 * means.between)
    }

    /// The V-statistic: a cell with itself has the kernel 1.
    fn mmd(&self, means: Means) -> f64 {
        let own = |mean: f64, cells: usize| (1.0 + (cells as f64 - 1.0) * mean) / cells as f64;
        mmd_from_means(own(means.control, self.pooled.n), own(means.treated, self.pooled.m), means.between)
    }
}
