//! Two partitions of the same cells against each other.

use super::super::MetricError;
use super::super::emd::{Solver, check_size};
use super::super::labels::{Labels, entropy};

/// What clusters and labels have in common: the counts `n_ij` of cells with label i in cluster j.
#[derive(Clone, Debug)]
pub struct Agreement {
    rows: usize,
    columns: usize,
    counts: Vec<usize>,
    labels: Vec<usize>,
    clusters: Vec<usize>,
}

impl Agreement {
    /// Counts the cells. Errors: no cells, another number of clusters than of labels.
    pub fn new(labels: &[u32], clusters: &[u32]) -> Result<Self, MetricError> {
        if labels.is_empty() {
            return Err(MetricError::NoCells { group: "the labels", rows: 0, columns: 1 });
        }
        let labels = Labels::new("labels", labels, labels.len())?;
        let clusters = Labels::new("clusters", clusters, labels.len())?;
        let (rows, columns) = (labels.groups(), clusters.groups());
        let mut counts = vec![0; rows * columns];
        for (label, cluster) in labels.codes().iter().zip(clusters.codes()) {
            counts[label * columns + cluster] += 1;
        }
        Ok(Self { rows, columns, counts, labels: labels.counts().to_vec(), clusters: clusters.counts().to_vec() })
    }

    fn cells(&self) -> usize {
        self.labels.iter().sum()
    }

    /// Adjusted Rand index: 1 for equal partitions, about 0 for random ones, may be negative. Higher is better.
    ///
    /// `(sum_ij C(n_ij, 2) - E) / ((sum_i C(a_i, 2) + sum_j C(b_j, 2)) / 2 - E)`, `E = sum_i C(a_i, 2) sum_j C(b_j, 2) / C(n, 2)`;
    /// 1 where both partitions are trivial in the same way. Source: Hubert and Arabie 1985, scikit-learn
    /// `metrics.adjusted_rand_score`.
    #[must_use]
    pub fn adjusted_rand(&self) -> f64 {
        let pairs = |counts: &[usize]| counts.iter().map(|&c| c as f64 * (c as f64 - 1.0) / 2.0).sum::<f64>();
        let (both, a, b) = (pairs(&self.counts), pairs(&self.labels), pairs(&self.clusters));
        let all = pairs(&[self.cells()]);
        let expected = if all > 0.0 { a * b / all } else { 0.0 };
        let most = f64::midpoint(a, b) - expected;
        // No pair is together in one partition only; whole numbers, so without rounding.
        if (a - both) + (b - both) < 0.5 { 1.0 } else { (both - expected) / most }
    }

    /// Mutual information of labels and clusters, in nats.
    #[must_use]
    pub fn mutual_information(&self) -> f64 {
        let n = self.cells() as f64;
        let term = |(at, &count): (usize, &usize)| {
            let (a, b) = (self.labels[at / self.columns] as f64, self.clusters[at % self.columns] as f64);
            let count = count as f64;
            if count > 0.0 { count / n * (count / a * (n / b)).ln() } else { 0.0 }
        };
        self.counts.iter().enumerate().map(term).sum::<f64>().max(0.0)
    }

    /// Normalised mutual information `I / ((H_labels + H_clusters) / 2)`, 0 to 1, higher is better: the arithmetic mean of scib,
    /// scib-metrics and scikit-learn from 0.22 on (`metrics.normalized_mutual_info_score`). 1 where both have one group only.
    #[must_use]
    pub fn normalised_mutual_information(&self) -> f64 {
        self.normalised(f64::midpoint)
    }

    /// The same over `sqrt(H_labels H_clusters)`: the default of scikit-learn up to 0.21.
    #[must_use]
    pub fn normalised_mutual_information_geometric(&self) -> f64 {
        self.normalised(|a, b| (a * b).sqrt())
    }

    fn normalised(&self, mean: impl Fn(f64, f64) -> f64) -> f64 {
        if self.rows == 1 && self.columns == 1 {
            return 1.0;
        }
        let information = self.mutual_information();
        // What is left of unrelated partitions is rounding.
        if information <= f64::EPSILON {
            return 0.0;
        }
        (information / mean(entropy(&self.labels), entropy(&self.clusters))).min(1.0)
    }

    /// Unsupervised clustering accuracy (UCA): the share of cells in the right cluster under the best one-to-one map from clusters to
    /// labels, 0 to 1, higher is better.
    ///
    /// `max_map sum_j n_map(j),j / n`; where there are more clusters than labels, or the other way round, some have no partner. Source:
    /// scVI 0.3.0 `unsupervised_clustering_accuracy`, scipy `linear_sum_assignment`. Errors: more than 1,000 labels or clusters.
    pub fn clustering_accuracy(&self) -> Result<f64, MetricError> {
        let side = self.rows.max(self.columns);
        check_size(side, side)?;
        let cost = (0..side * side).map(|at| {
            let (i, j) = (at / side, at % side);
            if i < self.rows && j < self.columns { -(self.counts[i * self.columns + j] as f64) } else { 0.0 }
        });
        // Equal weights on both sides: an optimal plan is an assignment, or a mean of equally good ones.
        let mut solver = Solver::equal_weights(cost.collect(), side, side);
        while solver.step() {}
        Ok(-solver.mean_cost() * side as f64 / self.cells() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        // n_ij = [[2, 1], [0, 2]]: pairs 1 + 0 + 0 + 1 = 2, a = 3 + 1, b = 1 + 3, all 10: E = 1.6.
        let agreement = Agreement::new(&[0, 0, 0, 1, 1], &[7, 7, 3, 3, 3]).unwrap();
        assert!((agreement.adjusted_rand() - (2.0 - 1.6) / (4.0 - 1.6)).abs() < 1e-15);
        assert!((agreement.clustering_accuracy().unwrap() - 0.8).abs() < 1e-15);
        // Three clusters, two labels: the third has no partner.
        let more = Agreement::new(&[0, 0, 0, 1, 1], &[0, 0, 1, 2, 2]).unwrap();
        assert!((more.clustering_accuracy().unwrap() - 0.8).abs() < 1e-15);
    }

    #[test]
    fn equal_and_trivial_partitions() {
        for (labels, clusters, ari, nmi) in [
            (vec![0, 1, 1, 2], vec![5, 4, 4, 1], 1.0, 1.0),
            (vec![0; 4], vec![9; 4], 1.0, 1.0),
            (vec![0, 1, 2, 3], vec![3, 2, 1, 0], 1.0, 1.0),
            (vec![0, 0, 1, 1], vec![0; 4], 0.0, 0.0),
            (vec![0, 0, 1, 1], vec![0, 1, 0, 1], -0.5, 0.0),
            (vec![3], vec![8], 1.0, 1.0),
        ] {
            let agreement = Agreement::new(&labels, &clusters).unwrap();
            assert!((agreement.adjusted_rand() - ari).abs() < 1e-15, "{labels:?} {clusters:?}");
            assert!((agreement.normalised_mutual_information() - nmi).abs() < 1e-15, "{labels:?} {clusters:?}");
            assert!((agreement.normalised_mutual_information_geometric() - nmi).abs() < 1e-15);
        }
        assert_eq!(Agreement::new(&[], &[]).unwrap_err().code(), "metric_no_cells");
        let error = Agreement::new(&[0, 1], &[1]).unwrap_err();
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("metric_other_cells", "there are 1 clusters for 2 cells")
        );
    }
}
