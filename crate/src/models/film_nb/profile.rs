//! What is known of the cells of one type under one arm.

use crate::data::Csr;

/// Counts added to every gene of a group, spread over all its cells, so that an unseen gene has a finite logarithm.
const PSEUDO_COUNT: f64 = 0.5;

/// Expression of a group of cells, one entry per gene. Rates are shares of a cell's counts times the target sum.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// Mean rate over the cells, with the pseudo count.
    pub rate: Vec<f64>,
    /// `ln(1 + rate)`.
    pub level: Vec<f64>,
    /// `ln(rate)`.
    pub log_rate: Vec<f64>,
    /// Squared standard error of `level`.
    pub variance: Vec<f64>,
    /// Mean rate as observed, without the pseudo count.
    pub observed: Vec<f64>,
    /// Variance of the rate between cells beyond that of counting.
    pub excess: Vec<f64>,
    /// All counts of the group over the target sum: the offset that turns a rate into counts.
    pub offset: f64,
    /// Number of cells.
    pub n_cells: f64,
}

impl Profile {
    /// The profile of the cells whose counts are given; there must be at least one.
    pub fn new(counts: &Csr, target_sum: f64) -> Self {
        let (n, m) = (counts.n_rows() as f64, counts.n_cols());
        let libraries = counts.row_sums();
        let total: f64 = libraries.iter().sum::<f64>().max(1.0);
        let (mut first, mut second) = (vec![0.0; m], vec![0.0; m]);
        for (i, library) in libraries.iter().enumerate() {
            let (genes, values) = counts.row(i);
            for (&gene, &value) in genes.iter().zip(values) {
                let rate = target_sum * f64::from(value) / library.max(1.0);
                first[gene as usize] += rate / n;
                second[gene as usize] += rate * rate / n;
            }
        }
        let counting = libraries.iter().map(|library| target_sum / library.max(1.0)).sum::<f64>() / n;
        let excess = first.iter().zip(&second).map(|(mean, square)| square - mean * mean - counting * mean);
        let excess: Vec<f64> = excess.collect();
        let pseudo = target_sum * PSEUDO_COUNT / total;
        let shrink = 1.0 / (1.0 + PSEUDO_COUNT * m as f64 / total);
        let rate: Vec<f64> = first.iter().map(|mean| (mean + pseudo) * shrink).collect();
        let variance = rate.iter().zip(first.iter().zip(&second)).map(|(rate, (mean, square))| {
            ((square - mean * mean).max(0.0) / n + pseudo * pseudo) / (1.0 + rate).powi(2)
        });
        Self {
            variance: variance.collect(),
            level: rate.iter().map(|rate| rate.ln_1p()).collect(),
            log_rate: rate.iter().map(|rate| rate.ln()).collect(),
            rate,
            observed: first,
            excess,
            offset: total / target_sum,
            n_cells: n,
        }
    }

    /// The profile between two doses of the same type, `weight` of the way from this one to `other`: levels and
    /// logarithms are interpolated, and so is the uncertainty.
    pub fn towards(&self, other: &Self, weight: f64) -> Self {
        let mix = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + weight * (b - a)).collect::<Vec<f64>>();
        let level = mix(&self.level, &other.level);
        Self {
            rate: level.iter().map(|level| level.exp_m1()).collect(),
            level,
            log_rate: mix(&self.log_rate, &other.log_rate),
            variance: mix(&self.variance, &other.variance),
            observed: mix(&self.observed, &other.observed),
            excess: mix(&self.excess, &other.excess),
            offset: self.offset + weight * (other.offset - self.offset),
            n_cells: self.n_cells + weight * (other.n_cells - self.n_cells),
        }
    }
}
