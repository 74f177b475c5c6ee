//! Flavour `seurat`: dispersion compared with that of genes of similar mean.

use super::mean_variance;
use crate::data::Csr;

const N_BINS: usize = 20;

/// Columns of the `n` genes with the highest normalised dispersion among the given rows, ascending.
///
/// Source: Satija et al. 2015; scanpy `pp.highly_variable_genes(flavor="seurat", n_top_genes=n)`, whose treatment of
/// odd cases is kept: a gene alone in its bin of mean expression has normalised dispersion 1, a gene without variance
/// has none and is never chosen (so fewer than `n` can come back), and genes that tie with the last one all come
/// (so more can). `logged` says that `expression` is `log1p` of normalised counts, which is then undone, as scanpy
/// always does.
pub fn seurat(expression: &Csr, rows: &[usize], logged: bool, n: usize) -> Vec<usize> {
    top(&dispersions_norm(expression, rows, logged), n)
}

/// The normalised dispersion of every column, NaN where there is none (scanpy's `dispersions_norm`).
pub(super) fn dispersions_norm(expression: &Csr, rows: &[usize], logged: bool) -> Vec<f64> {
    let value_of = if logged { f32::exp_m1 } else { |value| value };
    let (means, variances) = mean_variance(expression, rows, value_of);
    let (log_means, dispersions): (Vec<f64>, Vec<f64>) = means
        .iter()
        .zip(&variances)
        .map(|(&mean, &variance)| {
            let mean = if mean == 0.0 { 1e-12 } else { mean };
            let dispersion = variance / mean;
            (mean.ln_1p(), if dispersion == 0.0 { f64::NAN } else { dispersion.ln() })
        })
        .unzip();
    compare_within_bins(&log_means, &dispersions)
}

/// Dispersion minus the mean of its bin, divided by the bin's standard deviation; NaN where there is none.
fn compare_within_bins(log_means: &[f64], dispersions: &[f64]) -> Vec<f64> {
    let edges = edges(log_means);
    let bins: Vec<usize> =
        log_means.iter().map(|mean| edges.partition_point(|edge| edge < mean).clamp(1, N_BINS) - 1).collect();
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); N_BINS];
    for (&bin, &dispersion) in bins.iter().zip(dispersions) {
        if !dispersion.is_nan() {
            members[bin].push(dispersion);
        }
    }
    let statistics: Vec<(f64, f64)> = members.iter().map(|members| centre_and_scale(members)).collect();
    bins.iter()
        .zip(dispersions)
        .map(|(&bin, &dispersion)| (dispersion - statistics[bin].0) / statistics[bin].1)
        .collect()
}

/// Mean and standard deviation; zero and the value itself where there is just one.
fn centre_and_scale(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() == 1 {
        return (0.0, mean);
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// Edges of equally wide bins, as pandas' `cut` makes them: bins are open on the left, so the first starts a little
/// below the smallest value.
fn edges(values: &[f64]) -> Vec<f64> {
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let spaced = |low: f64, high: f64| {
        let step = (high - low) / N_BINS as f64;
        (0..=N_BINS).map(|i| if i == N_BINS { high } else { i as f64 * step + low }).collect::<Vec<f64>>()
    };
    if lowest >= highest {
        let margin = if lowest == 0.0 { 0.001 } else { 0.001 * lowest.abs() };
        return spaced(lowest - margin, highest + margin);
    }
    let mut edges = spaced(lowest, highest);
    edges[0] -= (highest - lowest) * 0.001;
    edges
}

/// Indices of the values that are at least the `n`-th highest, NaN aside.
fn top(values: &[f64], n: usize) -> Vec<usize> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let Some(&cut) = sorted.get(n.min(sorted.len()).saturating_sub(1)) else {
        return Vec::new();
    };
    (0..values.len()).filter(|&i| values[i] >= cut).collect()
}
