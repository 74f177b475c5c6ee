//! Genes that respond to a treatment: scores, fold changes and p-values, as scanpy's `rank_genes_groups` gives them.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use super::MetricError;
use super::deg::{Control, Moments, Ranking, Test, sort_key};
use super::tails::{normal_two_sided, t_two_sided};

/// One treated group against control: a column per number, an entry per gene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseGenes {
    /// The test's score, above 0 where the gene is higher among the treated. Welch's t can be infinite, where a gene is
    /// constant in both groups and differs; it is 0 where it is the same constant in both.
    pub scores: Vec<f64>,
    /// `log2((expm1(mean treated) + 1e-9) / (expm1(mean control) + 1e-9))`, means of log-normalised values. For a gene
    /// that only one group expresses it is a large number made of the `1e-9`: look at the fractions too. NaN where a mean is
    /// below 0, as predictions can be.
    pub log2_fold_changes: Vec<f64>,
    /// Two-sided p-values. Never NaN: 1 where the t is `0 / 0`, as in scanpy.
    pub p_values: Vec<f64>,
    /// The same after Benjamini and Hochberg over all genes.
    pub adjusted_p_values: Vec<f64>,
    /// Mean of the treated cells.
    pub mean_treated: Vec<f64>,
    /// Mean of the control cells.
    pub mean_control: Vec<f64>,
    /// Share of the treated cells in which the gene is not 0.
    pub fraction_treated: Vec<f64>,
    /// Share of the control cells in which it is not 0.
    pub fraction_control: Vec<f64>,
    /// Gene numbers, highest score first; equal scores in gene order.
    pub order: Vec<usize>,
}

impl ResponseGenes {
    /// The genes by the absolute value of their score, up or down; equal ones in gene order.
    #[must_use]
    pub fn strongest(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.scores.len()).collect();
        order.sort_by(|&a, &b| self.scores[b].abs().total_cmp(&self.scores[a].abs()));
        order
    }
}

impl Control {
    /// Compares `treated` (`cells x genes`, normalised) with control, gene by gene. `logged` says whether the values are
    /// `ln(1 + x)`: fold changes are of counts.
    ///
    /// [`Test::TTest`]: Welch's t with the degrees of freedom of Welch and Satterthwaite,
    /// `(v1 / n1 + v0 / n0)^2 / ((v1 / n1)^2 / (n1 - 1) + (v0 / n0)^2 / (n0 - 1))`, 1 where that is `0 / 0`.
    /// [`Test::Wilcoxon`]: the normal approximation without correction for ties or continuity.
    ///
    /// Source: scanpy 1.11 `rank_genes_groups(reference=...)`, methods `t-test` and `wilcoxon` with their defaults,
    /// `corr_method="benjamini-hochberg"`, `pts=True`.
    /// Errors: another number of genes, fewer than 2 cells, values that are not finite.
    pub fn response_genes(
        &self,
        treated: ArrayView2<f32>,
        test: Test,
        logged: bool,
    ) -> Result<ResponseGenes, MetricError> {
        self.check_treated(treated)?;
        let (one, zero) = (Moments::of(treated), &self.moments);
        let raw = match test {
            Test::TTest => self.t_scores(&one, treated.nrows()),
            Test::Wilcoxon => self.wilcoxon_scores(treated),
        };
        let Ranking { scores, order } = Ranking::from_scores(raw);
        let p_values: Vec<f64> = match test {
            Test::Wilcoxon => scores.iter().map(|&z| normal_two_sided(z)).collect(),
            Test::TTest => {
                let (n1, n0) = (treated.nrows() as f64, self.n as f64);
                let degrees = |gene: usize| {
                    let (v1, v0) = (one.variance[gene] / n1, zero.variance[gene] / n0);
                    let degrees = (v1 + v0).powi(2) / (v1 * v1 / (n1 - 1.0) + v0 * v0 / (n0 - 1.0));
                    if degrees.is_nan() { 1.0 } else { degrees }
                };
                scores.iter().enumerate().map(|(gene, &t)| t_two_sided(t, degrees(gene))).collect()
            }
        };
        let counts = |mean: f64| if logged { mean.exp_m1() } else { mean };
        let fold = |treated: f64, control: f64| ((counts(treated) + 1e-9) / (counts(control) + 1e-9)).log2();
        Ok(ResponseGenes {
            log2_fold_changes: one.mean.iter().zip(&zero.mean).map(|(&one, &zero)| fold(one, zero)).collect(),
            adjusted_p_values: benjamini_hochberg(&p_values),
            fraction_treated: expressing(treated),
            fraction_control: self.expressing(),
            mean_treated: one.mean,
            mean_control: zero.mean.clone(),
            scores,
            p_values,
            order,
        })
    }

    /// Share of the cells in which each gene is not 0.
    fn expressing(&self) -> Vec<f64> {
        let zero = sort_key(0.0);
        let silent = |keys: &[u32]| keys.partition_point(|&key| key <= zero) - keys.partition_point(|&key| key < zero);
        self.sorted.chunks_exact(self.n).map(|keys| 1.0 - silent(keys) as f64 / self.n as f64).collect()
    }
}

fn expressing(x: ArrayView2<f32>) -> Vec<f64> {
    let mut counts = vec![0_usize; x.ncols()];
    for row in x.outer_iter() {
        for (count, &value) in counts.iter_mut().zip(row) {
            *count += usize::from(value != 0.0);
        }
    }
    counts.into_iter().map(|count| count as f64 / x.nrows() as f64).collect()
}

/// P-values adjusted so that the false discovery rate is controlled (Benjamini and Hochberg 1995), in their order.
///
/// Source: statsmodels `multipletests(method="fdr_bh")`. NaN counts as 1.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let value = |gene: usize| if p_values[gene].is_nan() { 1.0 } else { p_values[gene] };
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut smallest = 1.0_f64;
    for (rank, &gene) in order.iter().enumerate().rev() {
        smallest = smallest.min(value(gene) * p_values.len() as f64 / (rank + 1) as f64);
        adjusted[gene] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn adjusted_values_by_hand() {
        let adjusted = benjamini_hochberg(&[0.04, 0.01, 0.03, f64::NAN]);
        for (got, expected) in adjusted.iter().zip([0.16 / 3.0, 0.04, 0.16 / 3.0, 1.0]) {
            assert!((got - expected).abs() < 1e-15, "{adjusted:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn silent_and_constant_genes_have_numbers() {
        // Silent everywhere, constant and different, usual, silent in control.
        let control = array![[0.0_f32, 1.0, 1.0, 0.0], [0.0, 1.0, 2.0, 0.0], [0.0, 1.0, 4.0, 0.0]];
        let treated = array![[0.0_f32, 2.0, 2.0, 0.0], [0.0, 2.0, 3.0, 3.0]];
        let control = Control::new(control.view()).unwrap();
        let t = control.response_genes(treated.view(), Test::TTest, true).unwrap();
        assert_eq!((t.scores[0], t.p_values[0], t.log2_fold_changes[0]), (0.0, 1.0, 0.0));
        assert_eq!((t.scores[1], t.p_values[1]), (f64::INFINITY, 0.0));
        assert_eq!((t.fraction_control[3], t.fraction_treated[3], t.fraction_control[2]), (0.0, 0.5, 1.0));
        assert_eq!(t.order[0], 1);
        let wilcoxon = control.response_genes(treated.view(), Test::Wilcoxon, true).unwrap();
        for columns in [&t, &wilcoxon] {
            assert!(columns.p_values.iter().chain(&columns.adjusted_p_values).all(|p| (0.0..=1.0).contains(p)));
            assert!(columns.log2_fold_changes.iter().all(|change| change.is_finite()));
        }
        assert!((wilcoxon.p_values[0] - 1.0).abs() < 1e-15);
    }
}
