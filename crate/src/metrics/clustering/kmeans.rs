//! K-means.

use ndarray::{Array2, ArrayView2, Axis};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::super::points::{Points, squared_distance};
use super::super::{MetricError, Value, check_group, check_width};
use crate::random::{self, Stream};

/// How long and how often to search; the defaults are those of scikit-learn, with the ten restarts of its earlier versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KMeansSettings {
    /// Restarts, of which the one with the smallest inertia counts (1 or more). Li et al. 2022 take 200.
    pub n_init: usize,
    /// Lloyd iterations of a restart (1 or more).
    pub max_iterations: usize,
    /// A restart ends when the squared moves of the centres add up to this or less, in units of the mean variance of a dimension.
    pub tolerance: f64,
}

impl Default for KMeansSettings {
    fn default() -> Self {
        Self { n_init: 10, max_iterations: 300, tolerance: 1e-4 }
    }
}

impl KMeansSettings {
    /// Errors: a setting without meaning.
    pub fn check(&self) -> Result<(), MetricError> {
        for (name, value) in [("n_init", self.n_init), ("max_iterations", self.max_iterations)] {
            if value == 0 {
                return Err(MetricError::Setting { name, value: 0.0, rule: "1 or more" });
            }
        }
        if self.tolerance >= 0.0 && self.tolerance.is_finite() {
            return Ok(());
        }
        Err(MetricError::Setting { name: "tolerance", value: self.tolerance, rule: "0 or more" })
    }
}

/// Clusters of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// The nearest centre of every cell.
    pub clusters: Vec<u32>,
    /// The centres (`k x dimensions`).
    pub centres: Array2<f64>,
    /// Sum over the cells of the squared distance to their centre.
    pub inertia: f64,
    /// Lloyd iterations of the restart that was kept.
    pub iterations: usize,
}

/// The best of `n_init` k-means of the cells of `x` (`cells x dimensions`), each from centres drawn by greedy k-means++.
///
/// A draw takes the best of `2 + floor(ln k)` candidates (Arthur and Vassilvitskii 2007). Source: scikit-learn `cluster.KMeans`, whose
/// inertia it reaches; the random numbers are others. Of fewer than `k` different cells, some clusters stay empty.
///
/// Errors: `k` is 0 or above the number of cells, a setting without meaning, values that are not finite.
pub fn kmeans<T: Value>(
    x: ArrayView2<T>,
    k: usize,
    settings: &KMeansSettings,
    seed: u64,
) -> Result<KMeans, MetricError> {
    let search = Search::new(x, k, settings)?;
    let mut rng = random::stream(seed, "metrics/kmeans");
    let mut best: Option<Found> = None;
    for _ in 0..settings.n_init {
        let start = search.plus_plus(k, &mut rng);
        let found = search.lloyd(start);
        if best.as_ref().is_none_or(|best| found.inertia < best.inertia) {
            best = Some(found);
        }
    }
    // One restart at least was made.
    best.map(|found| search.result(found)).ok_or(MetricError::Setting { name: "n_init", value: 0.0, rule: "1 or more" })
}

/// One k-means from given centres (`k x dimensions`): scikit-learn's `KMeans(init=start, n_init=1, algorithm="lloyd")`.
///
/// A cluster that lost all its cells takes over the cell that is farthest from its centre. Errors: as [`kmeans()`], other dimensions.
pub fn lloyd<T: Value>(
    x: ArrayView2<T>,
    start: ArrayView2<f64>,
    settings: &KMeansSettings,
) -> Result<KMeans, MetricError> {
    check_width(("the latent space", x.ncols()), ("the centres", start.ncols()))?;
    check_group("the centres", start)?;
    let search = Search::new(x, start.nrows(), settings)?;
    let centred = &start - &search.mean_row();
    let found = search.lloyd(Points::new(centred.view()).into_values());
    Ok(search.result(found))
}

/// The cells around their mean.
struct Search {
    points: Points,
    mean: Vec<f64>,
    tolerance: f64,
    max_iterations: usize,
}

/// The end of one restart; centres with the padding of the points.
struct Found {
    clusters: Vec<usize>,
    centres: Vec<f64>,
    inertia: f64,
    iterations: usize,
}

impl Search {
    fn new<T: Value>(x: ArrayView2<T>, k: usize, settings: &KMeansSettings) -> Result<Self, MetricError> {
        check_group("the latent space", x)?;
        settings.check()?;
        if k == 0 || k > x.nrows() {
            let rule = "1 to the number of cells";
            return Err(MetricError::Setting { name: "the number of clusters", value: k as f64, rule });
        }
        let x = x.mapv(Into::into);
        let mean = Points::new(x.view()).mean();
        let variance = x.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0);
        // Centred, as scikit-learn does: distances of nearby cells far from the origin keep their digits.
        let centred = &x - &Array2::from_shape_fn((1, mean.len()), |(_, j)| mean[j]);
        let (tolerance, max_iterations) = (settings.tolerance * variance, settings.max_iterations);
        Ok(Self { points: Points::new(centred.view()), mean, tolerance, max_iterations })
    }

    fn mean_row(&self) -> Array2<f64> {
        Array2::from_shape_fn((1, self.mean.len()), |(_, j)| self.mean[j])
    }

    fn result(&self, found: Found) -> KMeans {
        let width = self.points.width();
        let k = found.centres.len() / width;
        KMeans {
            clusters: found.clusters.iter().map(|&cluster| cluster as u32).collect(),
            centres: Array2::from_shape_fn((k, self.mean.len()), |(i, j)| found.centres[i * width + j] + self.mean[j]),
            inertia: found.inertia,
            iterations: found.iterations,
        }
    }

    /// `k` cells, far from each other by chance.
    fn plus_plus(&self, k: usize, rng: &mut Stream) -> Vec<f64> {
        let (points, n) = (&self.points, self.points.len());
        let trials = 2 + (k as f64).ln() as usize;
        let first = rng.random_range(0..n);
        let mut centres = points.row(first).to_vec();
        let mut nearest: Vec<f64> = (0..n).map(|i| points.squared_distance(i, points, first)).collect();
        let (mut tried, mut best) = (vec![0.0; n], vec![0.0; n]);
        for _ in 1..k {
            let total: f64 = nearest.iter().sum();
            let mut chosen = (f64::INFINITY, 0);
            for _ in 0..trials {
                let candidate = draw(&nearest, rng.random::<f64>() * total);
                for (i, (tried, nearest)) in tried.iter_mut().zip(&nearest).enumerate() {
                    *tried = nearest.min(points.squared_distance(i, points, candidate));
                }
                let left: f64 = tried.iter().sum();
                if left < chosen.0 {
                    chosen = (left, candidate);
                    best.copy_from_slice(&tried);
                }
            }
            nearest.copy_from_slice(&best);
            centres.extend_from_slice(points.row(chosen.1));
        }
        centres
    }

    fn lloyd(&self, mut centres: Vec<f64>) -> Found {
        let n = self.points.len();
        let (mut clusters, mut before) = (vec![0; n], vec![usize::MAX; n]);
        let mut squared = vec![0.0; n];
        let (mut iterations, mut settled) = (0, false);
        while iterations < self.max_iterations && !settled {
            iterations += 1;
            self.assign(&centres, &mut clusters, &mut squared);
            let moved = self.move_centres(&mut centres, &clusters, &squared);
            settled = clusters == before;
            if moved <= self.tolerance {
                break;
            }
            before.copy_from_slice(&clusters);
        }
        if !settled {
            self.assign(&centres, &mut clusters, &mut squared);
        }
        let width = self.points.width();
        let of = |(i, &cluster): (usize, &usize)| {
            squared_distance(self.points.row(i), &centres[cluster * width..(cluster + 1) * width])
        };
        let inertia = clusters.iter().enumerate().map(of).sum();
        Found { clusters, centres, inertia, iterations }
    }

    /// The nearest centre of every cell, the first of equally near ones.
    fn assign(&self, centres: &[f64], clusters: &mut [usize], squared: &mut [f64]) {
        let width = self.points.width();
        for (i, (cluster, squared)) in clusters.iter_mut().zip(squared).enumerate() {
            let row = self.points.row(i);
            (*squared, *cluster) = (f64::INFINITY, 0);
            for (number, centre) in centres.chunks_exact(width).enumerate() {
                let distance = squared_distance(row, centre);
                if distance < *squared {
                    (*squared, *cluster) = (distance, number);
                }
            }
        }
    }

    /// Every centre to the mean of its cells; the sum of the squared moves. `squared` are the distances to the centres as they were.
    fn move_centres(&self, centres: &mut [f64], clusters: &[usize], squared: &[f64]) -> f64 {
        let width = self.points.width();
        let mut sums = vec![0.0; centres.len()];
        let mut counts = vec![0.0; centres.len() / width];
        let add = |sums: &mut [f64], cluster: usize, i: usize, sign: f64| {
            let sums = &mut sums[cluster * width..(cluster + 1) * width];
            sums.iter_mut().zip(self.points.row(i)).for_each(|(sum, value)| *sum += sign * value);
        };
        for (i, &cluster) in clusters.iter().enumerate() {
            add(&mut sums, cluster, i, 1.0);
            counts[cluster] += 1.0;
        }
        let empty: Vec<usize> = (0..counts.len()).filter(|&cluster| counts[cluster] < 0.5).collect();
        if !empty.is_empty() && squared.iter().any(|&squared| squared > 0.0) {
            let mut farthest: Vec<usize> = (0..clusters.len()).collect();
            farthest.sort_by(|&a, &b| squared[b].total_cmp(&squared[a]).then(a.cmp(&b)));
            for (&cluster, &cell) in empty.iter().zip(&farthest) {
                add(&mut sums, clusters[cell], cell, -1.0);
                counts[clusters[cell]] -= 1.0;
                add(&mut sums, cluster, cell, 1.0);
                counts[cluster] += 1.0;
            }
        }
        let mut moved = 0.0;
        for (cluster, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.5) {
            for at in cluster * width..(cluster + 1) * width {
                let new = sums[at] / count;
                moved += (new - centres[at]).powi(2);
                centres[at] = new;
            }
        }
        moved
    }
}

/// The first place where the running sum of the weights reaches `at`.
fn draw(weights: &[f64], at: f64) -> usize {
    let mut sum = 0.0;
    let reached = weights.iter().position(|weight| {
        sum += weight;
        sum >= at && *weight > 0.0
    });
    // The sum ended below by rounding, or all cells are equal.
    reached.unwrap_or(weights.len() - 1)
}
