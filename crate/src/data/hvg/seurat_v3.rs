//! Flavour `seurat_v3`: variance of counts compared with a smooth curve of variance against mean.

use super::loess::loess;
use super::mean_variance;
use crate::data::Csr;

/// Fraction of the genes that each local fit uses; scanpy's default.
const SPAN: f64 = 0.3;

/// Columns of the `n` genes with the highest standardised variance among the given rows, ascending.
///
/// Source: Stuart et al. 2019; scanpy `pp.highly_variable_genes(flavor="seurat_v3", n_top_genes=n)`. The expected
/// variance is a LOESS curve of log10 variance on log10 mean; counts are clipped at `mean + sd * sqrt(cells)` before
/// their variance is divided by the expected one. Genes that do not vary are never chosen (scanpy chooses them when
/// nothing else is left). Equal genes come in the order of their columns; in scanpy their order is that of an unstable
/// sort, so among genes with exactly equal variance at the edge of the choice it may take others.
pub fn seurat_v3(counts: &Csr, rows: &[usize], n: usize) -> Vec<usize> {
    let scores = variances_norm(counts, rows);
    let mut ranked: Vec<usize> = (0..scores.len()).filter(|&j| scores[j] > 0.0).collect();
    ranked.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    ranked.truncate(n);
    ranked.sort_unstable();
    ranked
}

/// The standardised variance of every column, zero where nothing varies (scanpy's `variances_norm`).
pub(super) fn variances_norm(counts: &Csr, rows: &[usize]) -> Vec<f64> {
    let (means, variances) = mean_variance(counts, rows, |value| value);
    let varying: Vec<usize> = (0..means.len()).filter(|&j| variances[j] > 0.0).collect();
    let log_means: Vec<f64> = varying.iter().map(|&j| means[j].log10()).collect();
    let log_variances: Vec<f64> = varying.iter().map(|&j| variances[j].log10()).collect();
    let fitted = loess(&log_means, &log_variances, SPAN);

    let n_cells = rows.len() as f64;
    let mut expected_sd = vec![1.0; means.len()];
    for (&j, fitted) in varying.iter().zip(&fitted) {
        expected_sd[j] = 10.0_f64.powf(*fitted).sqrt();
    }
    let mut sums = vec![0.0; means.len()];
    let mut squares = vec![0.0; means.len()];
    for &i in rows {
        let (columns, values) = counts.row(i);
        for (&j, &value) in columns.iter().zip(values) {
            let j = j as usize;
            let value = f64::from(value).min(means[j] + expected_sd[j] * n_cells.sqrt());
            sums[j] += value;
            squares[j] += value * value;
        }
    }
    let mut scores = vec![0.0; means.len()];
    for j in varying {
        let deviations = n_cells * means[j] * means[j] + squares[j] - 2.0 * sums[j] * means[j];
        scores[j] = deviations / ((n_cells - 1.0) * expected_sd[j] * expected_sd[j]);
    }
    scores
}
