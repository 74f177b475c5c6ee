//! Mutual information between a space and labels, from nearest neighbours.

use ndarray::ArrayView2;

use super::labels::Labels;
use super::points::Points;
use super::{MetricError, Value, check_group};
use crate::random;

/// Neighbours of the same label, in the paper and in scikit-learn.
pub const NEIGHBOURS: usize = 3;
/// Cells of a minibatch of the paper's form.
pub const MINIBATCH: usize = 128;

/// Mutual information between `z` (`cells x dimensions`, Euclidean) and discrete labels, in nats: 0 to the entropy of the labels; for
/// batches, lower is better.
///
/// `I = psi(N) + <psi(k_i)> - <psi(N_i)> - <psi(m_i)>`, not below 0: `N_i` cells have the label of cell i, itself included, `r_i` is the distance
/// to its `k_i`-th neighbour among them (`k_i = min(k, N_i - 1)`), and `m_i` is one more than the cells of any label that are nearer
/// than `r_i`. A label with one cell is left out. Where `r_i = 0`, `m_i` counts all cells at that place.
///
/// Source: Ross 2014; in one dimension scikit-learn's `feature_selection.mutual_info_classif`, without the noise that it adds.
///
/// Errors: another number of labels than of cells, fewer than two labels with two cells, `k` is 0, values that are not finite.
pub fn mutual_information_nn<T: Value>(z: ArrayView2<T>, labels: &[u32], k: usize) -> Result<f64, MetricError> {
    check_group("the latent space", z)?;
    let labels = Labels::new("labels", labels, z.nrows())?;
    let mut found = Ross::new(&labels, k)?;
    Points::new(z).each_row(|i, squared| found.see(i, squared));
    Ok(found.value())
}

/// The same as the paper computes it: per minibatch, averaged, with `psi(N_i - 1)` in place of `psi(N_i)`, and not cut off at 0.
///
/// Not a good estimate: few cells make it biased upwards by about `1 / N_i`. For comparison with Li et al. 2022 only. The cells are shuffled
/// (stream `metrics/nn_mi`) and cut into minibatches of as nearly `minibatch` cells as goes without a remainder; one without two labels of
/// two cells does not count. Errors: as [`mutual_information_nn`], where no minibatch counts, and `minibatch` is 0.
pub fn mutual_information_nn_minibatch<T: Value>(
    z: ArrayView2<T>,
    labels: &[u32],
    k: usize,
    minibatch: usize,
    seed: u64,
) -> Result<f64, MetricError> {
    check_group("the latent space", z)?;
    Labels::new("labels", labels, z.nrows())?;
    minibatches(&Points::new(z), labels, k, minibatch, seed)
}

/// [`mutual_information_nn_minibatch`] of points.
pub(super) fn minibatches(
    points: &Points,
    labels: &[u32],
    k: usize,
    minibatch: usize,
    seed: u64,
) -> Result<f64, MetricError> {
    if minibatch == 0 {
        return Err(MetricError::Setting { name: "the size of a minibatch", value: 0.0, rule: "1 or more" });
    }
    let n = points.len();
    let order = random::permutation(n, &mut random::stream(seed, "metrics/nn_mi"));
    let parts = ((n as f64 / minibatch as f64).round() as usize).max(1);
    let (mut values, mut refused) = (Vec::new(), None);
    for part in 0..parts {
        let cells = &order[part * n / parts..(part + 1) * n / parts];
        let own: Vec<u32> = cells.iter().map(|&cell| labels[cell]).collect();
        let own = Labels::new("labels", &own, cells.len())?;
        match Ross::new(&own, k) {
            Ok(mut found) => {
                points.select(cells).each_row(|i, squared| found.see(i, squared));
                values.push(found.of_the_paper());
            }
            Err(error) => refused = Some(error),
        }
    }
    match refused.filter(|_| values.is_empty()) {
        Some(error) => Err(error),
        None => Ok(values.iter().sum::<f64>() / values.len() as f64),
    }
}

/// The estimate from rows of distances, which other metrics read as well.
#[derive(Clone, Debug)]
pub(super) struct Ross<'l> {
    labels: &'l Labels,
    k: usize,
    /// The cells of every label.
    members: Vec<Vec<usize>>,
    /// Cells that are alone with their label.
    alone: Vec<usize>,
    harmonic: Vec<f64>,
    /// Sums over the cells of `psi(k_i) - psi(m_i)`.
    sum: f64,
    nearest: Vec<f64>,
}

impl<'l> Ross<'l> {
    /// Errors: fewer than two labels with two cells, `k` is 0.
    pub(super) fn new(labels: &'l Labels, k: usize) -> Result<Self, MetricError> {
        if k == 0 {
            return Err(MetricError::Setting { name: "the number of neighbours", value: 0.0, rule: "1 or more" });
        }
        labels.check(2, usize::MAX)?;
        let groups = labels.counts().iter().filter(|&&count| count > 1).count();
        if groups < 2 {
            let name = "labels of two cells or more";
            return Err(MetricError::Groups { name, groups, cells: labels.len(), least: 2, most: labels.len() });
        }
        let mut members = vec![Vec::new(); labels.groups()];
        labels.codes().iter().enumerate().for_each(|(i, &code)| members[code].push(i));
        let alone = members.iter().filter(|cells| cells.len() == 1).flatten().copied().collect();
        Ok(Self { labels, k, members, alone, harmonic: harmonic(labels.len()), sum: 0.0, nearest: Vec::new() })
    }

    /// The squared distances of cell `i` to all cells, itself included.
    pub(super) fn see(&mut self, i: usize, squared: &[f64]) {
        let members = &self.members[self.labels.codes()[i]];
        let k = self.k.min(members.len() - 1);
        if k == 0 {
            return;
        }
        self.nearest.clear();
        self.nearest.extend(members.iter().filter(|&&j| j != i).map(|&j| squared[j]));
        let radius = *self.nearest.select_nth_unstable_by(k - 1, f64::total_cmp).1;
        let within = |squared: f64| if radius > 0.0 { squared < radius } else { squared <= radius };
        let all = squared.iter().filter(|&&squared| within(squared)).count();
        let left_out = self.alone.iter().filter(|&&j| within(squared[j])).count();
        self.sum += self.psi(k) - self.psi(all - left_out);
    }

    /// The estimate, once all cells have been seen.
    pub(super) fn value(&self) -> f64 {
        self.estimate(|count| self.psi(count)).max(0.0)
    }

    /// The paper's form of it.
    fn of_the_paper(&self) -> f64 {
        self.estimate(|count| self.psi(count - 1))
    }

    fn estimate(&self, psi: impl Fn(usize) -> f64) -> f64 {
        let n = self.labels.len() - self.alone.len();
        let counts = self.labels.counts().iter().filter(|&&count| count > 1);
        let own: f64 = counts.map(|&count| count as f64 * psi(count)).sum();
        self.psi(n) + (self.sum - own) / n as f64
    }

    /// The digamma function of a whole number of 1 or more, up to Euler's constant, which cancels.
    fn psi(&self, n: usize) -> f64 {
        self.harmonic[n - 1]
    }
}

/// `1 + 1/2 + ... + 1/i` for `i` from 0 to `n`: digamma of `i + 1` plus Euler's constant.
fn harmonic(n: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let steps = (1..=n).map(|i| {
        sum += 1.0 / i as f64;
        sum
    });
    std::iter::once(0.0).chain(steps).collect()
}
