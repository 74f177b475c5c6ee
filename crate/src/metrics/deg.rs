//! Rankings of differentially expressed genes, as scanpy's `rank_genes_groups(reference="control")` makes them.
//!
//! Genes are ranked by **signed** score, so the first of them are up-regulated; no cut-off is applied.
//! Two things differ from scanpy, both on purpose:
//! * means and variances are `f64` sums of squared deviations, where scanpy squares `float32` values and subtracts:
//!   a constant gene has a variance of exactly 0 here, and rounding noise there;
//! * equal scores are ordered by gene number, where scanpy's order of ties is arbitrary.

use ndarray::{ArrayView2, Axis, Slice};
use serde::{Deserialize, Serialize};

use super::{MetricError, check_group, check_width};

/// The score that ranks genes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Welch's t: `(m1 - m0) / sqrt(v1 / n1 + v0 / n0)`, variances with ddof 1; 0 where that is not a number.
    TTest,
    /// The rank-sum z: `(R1 - n1 (n + 1) / 2) / sqrt(n1 n0 (n + 1) / 12)` with `n = n1 + n0`, average ranks for ties,
    /// no tie correction, no continuity correction.
    Wilcoxon,
}

/// What score a gene has that is the same in all treated cells.
///
/// A model that adds a constant to the control cells gives a gene that is silent among them the same value in every
/// cell. Its t is then infinite, in scanpy's `float32` a huge number made of rounding noise, and its rank sum the
/// largest there is, however small the constant: such genes fill the top 100. So predictions are ranked with
/// [`ConstantGenes::ScoreZero`] and observed cells with [`ConstantGenes::AsScanpy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstantGenes {
    /// The formula's value: an infinite t where both groups are constant and differ, 0 where they are equal.
    AsScanpy,
    /// Score 0.
    ScoreZero,
}

/// How predicted cells are ranked against control; shown wherever common DEGs are.
pub const PREDICTED_CONSTANT_GENES: ConstantGenes = ConstantGenes::ScoreZero;

/// Scores of all genes, and the genes from the highest score to the lowest.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Score of each gene, in gene order.
    pub scores: Vec<f64>,
    /// Gene numbers, best first; equal scores in gene order.
    pub order: Vec<usize>,
}

impl Ranking {
    /// The first `n` genes (fewer if there are fewer).
    #[must_use]
    pub fn top(&self, n: usize) -> &[usize] {
        &self.order[..n.min(self.order.len())]
    }

    pub(super) fn from_scores(mut scores: Vec<f64>) -> Self {
        for score in &mut scores {
            // NaN is 0, and -0 is 0, so that ties are ties.
            *score = if score.is_nan() { 0.0 } else { *score + 0.0 };
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        Self { scores, order }
    }
}

/// Ranks the genes of `treated` (`cells x genes`) against `control`.
///
/// Source: scanpy 1.11 `rank_genes_groups`, methods `t-test` and `wilcoxon`, `reference` = the control group.
/// Errors: shapes that differ, a group with fewer than 2 cells (as scanpy), values that are not finite.
pub fn rank(
    treated: ArrayView2<f32>,
    control: ArrayView2<f32>,
    test: Test,
    constant_genes: ConstantGenes,
) -> Result<Ranking, MetricError> {
    Control::new(control)?.rank(treated, test, constant_genes)
}

/// How many genes two lists share.
#[must_use]
pub fn overlap(a: &[usize], b: &[usize]) -> usize {
    let mut sorted = a.to_vec();
    sorted.sort_unstable();
    b.iter().filter(|gene| sorted.binary_search(gene).is_ok()).count()
}

/// The control group, prepared for being compared with many treated groups.
#[derive(Clone, Debug)]
pub struct Control {
    pub(super) n: usize,
    pub(super) moments: Moments,
    /// Sort keys of each gene's values, ascending: gene after gene, `n` each.
    pub(super) sorted: Vec<u32>,
}

impl Control {
    /// Means, variances and sorted values of the control cells (`cells x genes`).
    pub fn new(control: ArrayView2<f32>) -> Result<Self, MetricError> {
        check_cells("control", control)?;
        let mut sorted = Vec::with_capacity(control.len());
        for_each_sorted_gene(control, |_, keys| sorted.extend_from_slice(keys));
        Ok(Self { n: control.nrows(), moments: Moments::of(control), sorted })
    }

    /// See [`rank`].
    pub fn rank(
        &self,
        treated: ArrayView2<f32>,
        test: Test,
        constant_genes: ConstantGenes,
    ) -> Result<Ranking, MetricError> {
        self.check_treated(treated)?;
        let mut scores = match test {
            Test::TTest => self.t_scores(&Moments::of(treated), treated.nrows()),
            Test::Wilcoxon => self.wilcoxon_scores(treated),
        };
        if constant_genes == ConstantGenes::ScoreZero {
            let first = treated.row(0);
            let mut constant = vec![true; treated.ncols()];
            for row in treated.outer_iter() {
                for ((constant, value), first) in constant.iter_mut().zip(row).zip(first) {
                    *constant &= sort_key(*value) == sort_key(*first);
                }
            }
            for (score, constant) in scores.iter_mut().zip(constant) {
                if constant {
                    *score = 0.0;
                }
            }
        }
        Ok(Ranking::from_scores(scores))
    }

    pub(super) fn check_treated(&self, treated: ArrayView2<f32>) -> Result<(), MetricError> {
        check_width(("the treated group", treated.ncols()), ("control", self.moments.mean.len()))?;
        check_cells("the treated group", treated)
    }

    pub(super) fn t_scores(&self, one: &Moments, cells: usize) -> Vec<f64> {
        let (n1, n0, zero) = (cells as f64, self.n as f64, &self.moments);
        (0..one.mean.len())
            .map(|j| (one.mean[j] - zero.mean[j]) / (one.variance[j] / n1 + zero.variance[j] / n0).sqrt())
            .collect()
    }

    pub(super) fn wilcoxon_scores(&self, treated: ArrayView2<f32>) -> Vec<f64> {
        let (n1, n0) = (treated.nrows() as f64, self.n as f64);
        let expected = n1 * (n1 + n0 + 1.0) / 2.0;
        let sd = (n1 * n0 * (n1 + n0 + 1.0) / 12.0).sqrt();
        let mut scores = vec![0.0; treated.ncols()];
        for_each_sorted_gene(treated, |gene, keys| {
            let control = &self.sorted[gene * self.n..(gene + 1) * self.n];
            scores[gene] = (rank_sum(keys, control) - expected) / sd;
        });
        scores
    }
}

fn check_cells(group: &'static str, x: ArrayView2<f32>) -> Result<(), MetricError> {
    check_group(group, x)?;
    if x.nrows() < 2 {
        return Err(MetricError::TooFewCells { group, cells: x.nrows() });
    }
    Ok(())
}

/// Mean and variance (ddof 1) of each gene.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    pub(super) mean: Vec<f64>,
    pub(super) variance: Vec<f64>,
}

impl Moments {
    pub(super) fn of(x: ArrayView2<f32>) -> Self {
        let mean = super::r2::gene_means(x);
        let mut variance = vec![0.0; x.ncols()];
        for row in x.outer_iter() {
            for ((variance, &value), mean) in variance.iter_mut().zip(row).zip(&mean) {
                *variance += (f64::from(value) - mean).powi(2);
            }
        }
        let ddof = x.nrows() as f64 - 1.0;
        for value in &mut variance {
            *value /= ddof;
        }
        Self { mean, variance }
    }
}

/// Calls `visit(gene, keys)` with the ascending sort keys of each gene's values.
///
/// Genes are gathered a few at a time, so that a row is read once per cache line and not once per gene.
fn for_each_sorted_gene(x: ArrayView2<f32>, mut visit: impl FnMut(usize, &[u32])) {
    const GENES: usize = 16;
    let n = x.nrows();
    let mut keys = vec![0_u32; GENES * n];
    for start in (0..x.ncols()).step_by(GENES) {
        let end = (start + GENES).min(x.ncols());
        for (i, row) in x.slice_axis(Axis(1), Slice::from(start..end)).outer_iter().enumerate() {
            for (j, &value) in row.iter().enumerate() {
                keys[j * n + i] = sort_key(value);
            }
        }
        for gene in start..end {
            let column = &mut keys[(gene - start) * n..(gene - start + 1) * n];
            column.sort_unstable();
            visit(gene, column);
        }
    }
}

/// An unsigned number that sorts as the float does; -0 and 0 are the same.
pub(super) fn sort_key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// Sum of the average ranks (from 1) that `treated` has in the union with `control`, both ascending.
fn rank_sum(treated: &[u32], control: &[u32]) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < treated.len() {
        let key = treated[i];
        let run = |keys: &[u32]| keys.iter().take_while(|&&other| other == key).count();
        j += control[j..].iter().take_while(|&&other| other < key).count();
        let (ties, control_ties) = (run(&treated[i..]), run(&control[j..]));
        let before = (i + j) as f64;
        sum += ties as f64 * (before + f64::midpoint((ties + control_ties) as f64, 1.0));
        i += ties;
        j += control_ties;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn ranks_of_ties_are_averaged() {
        // Union 0 0 0 1 2 2: ranks 2 2 2 4 5.5 5.5.
        let keys = |values: &[f32]| values.iter().map(|&v| sort_key(v)).collect::<Vec<_>>();
        let sum = rank_sum(&keys(&[0.0, 1.0, 2.0]), &keys(&[-0.0, 0.0, 2.0]));
        assert!((sum - 11.5).abs() < 1e-12);
        assert!(sort_key(-2.0) < sort_key(-1.0) && sort_key(-1.0) < sort_key(0.0) && sort_key(0.0) < sort_key(1e-30));
    }

    #[test]
    fn a_constant_shift_of_a_silent_gene_does_not_lead() {
        let control = array![[0.0_f32, 1.0], [0.0, 2.0], [0.0, 4.0]];
        let predicted = array![[0.1_f32, 2.0], [0.1, 3.0], [0.1, 5.0]];
        for test in [Test::TTest, Test::Wilcoxon] {
            let as_scanpy = rank(predicted.view(), control.view(), test, ConstantGenes::AsScanpy).unwrap();
            assert_eq!(as_scanpy.order, [0, 1]);
            let zero = rank(predicted.view(), control.view(), test, PREDICTED_CONSTANT_GENES).unwrap();
            assert_eq!(zero.order, [1, 0]);
            assert!(zero.scores[0].abs() < f64::EPSILON);
        }
    }

    #[test]
    fn equal_genes_score_zero_and_keep_their_order() {
        let control = array![[0.0_f32, 1.0, 3.0], [0.0, 2.0, 3.0]];
        let ranking = rank(control.view(), control.view(), Test::TTest, ConstantGenes::AsScanpy).unwrap();
        assert_eq!(ranking, Ranking { scores: vec![0.0; 3], order: vec![0, 1, 2] });
        assert_eq!(ranking.top(2), [0, 1]);
        assert_eq!(ranking.top(9).len(), 3);
    }

    #[test]
    fn overlap_counts_common_genes() {
        assert_eq!(overlap(&[5, 1, 3], &[3, 4, 5]), 2);
        assert_eq!(overlap(&[], &[3]), 0);
    }

    #[test]
    fn one_cell_has_no_variance() {
        let control = array![[0.0_f32, 1.0]];
        let error = rank(control.view(), control.view(), Test::TTest, ConstantGenes::AsScanpy).unwrap_err();
        assert_eq!(error.code(), "metric_too_few_cells");
    }
}
