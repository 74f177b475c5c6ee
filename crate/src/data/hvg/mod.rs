//! Highly variable genes, as scanpy's `pp.highly_variable_genes` chooses them (without batches).

mod loess;
mod seurat;
mod seurat_v3;

pub(super) use seurat::seurat;
pub(super) use seurat_v3::seurat_v3;

use super::Csr;

/// Mean and unbiased variance of every column over the given rows.
///
/// Squares are taken in single precision and added up in double precision, as scanpy does for a sparse `f32` matrix: the
/// genes at the edge of the choice depend on it.
fn mean_variance(matrix: &Csr, rows: &[usize], value_of: impl Fn(f32) -> f32) -> (Vec<f64>, Vec<f64>) {
    let mut sums = vec![0.0; matrix.n_cols()];
    let mut squares = vec![0.0; matrix.n_cols()];
    for &i in rows {
        let (columns, values) = matrix.row(i);
        for (&j, &value) in columns.iter().zip(values) {
            let value = value_of(value);
            sums[j as usize] += f64::from(value);
            squares[j as usize] += f64::from(value * value);
        }
    }
    let n = rows.len() as f64;
    let unbiased = if rows.len() == 1 { 1.0 } else { n / (n - 1.0) };
    let means: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
    let variances = squares.iter().zip(&means).map(|(square, mean)| (square / n - mean * mean) * unbiased).collect();
    (means, variances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::normalise::{median_library_size, normalise};

    #[derive(serde::Deserialize)]
    struct Counts {
        n_genes: usize,
        rows: Vec<Vec<(u32, f32)>>,
    }

    #[derive(serde::Deserialize)]
    struct Scanpy {
        n_top_genes: usize,
        log_normalised_row_0: Vec<f32>,
        median_target_sum: f64,
        seurat: Seurat,
        seurat_v3: SeuratV3,
    }

    #[derive(serde::Deserialize)]
    struct Seurat {
        dispersions_norm: Vec<Option<f64>>,
        highly_variable: Vec<usize>,
    }

    #[derive(serde::Deserialize)]
    struct SeuratV3 {
        variances_norm: Vec<Option<f64>>,
        highly_variable: Vec<usize>,
    }

    fn fixtures() -> (Csr, Scanpy) {
        let counts = include_str!("../../../../tests/reference/fixtures/hvg/counts.json");
        let counts: Counts = serde_json::from_str(counts).unwrap();
        let scanpy = include_str!("../../../../tests/reference/fixtures/hvg/scanpy.json");
        (Csr::from_rows(counts.n_genes, counts.rows), serde_json::from_str(scanpy).unwrap())
    }

    fn rows(matrix: &Csr) -> Vec<usize> {
        (0..matrix.n_rows()).collect()
    }

    /// `None` is NaN.
    fn assert_close(ours: &[f64], theirs: &[Option<f64>], tolerance: f64) {
        assert_eq!(ours.len(), theirs.len());
        for (gene, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            let theirs = theirs.unwrap_or(f64::NAN);
            let same = (ours.is_nan() && theirs.is_nan()) || (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0);
            assert!(same, "gene {gene}: {ours} here, {theirs} there");
        }
    }

    #[test]
    fn normalisation_is_scanpys() {
        let (counts, scanpy) = fixtures();
        let logged = normalise(&counts, 1e4, true);
        for (ours, theirs) in logged.row(0).1.iter().zip(&scanpy.log_normalised_row_0) {
            assert!((ours - theirs).abs() <= 2.0 * f32::EPSILON * theirs, "{ours} {theirs}");
        }
        let median = median_library_size(counts.row_sums());
        assert!((median / scanpy.median_target_sum - 1.0).abs() < 1e-6);
    }

    #[test]
    fn seurat_is_scanpys() {
        let (counts, scanpy) = fixtures();
        let logged = normalise(&counts, 1e4, true);
        let dispersions = seurat::dispersions_norm(&logged, &rows(&counts), true);
        assert_close(&dispersions, &scanpy.seurat.dispersions_norm, 1e-5);
        assert_eq!(seurat(&logged, &rows(&counts), true, scanpy.n_top_genes), scanpy.seurat.highly_variable);
    }

    #[test]
    fn seurat_v3_is_scanpys() {
        let (counts, scanpy) = fixtures();
        let variances = seurat_v3::variances_norm(&counts, &rows(&counts));
        assert_close(&variances, &scanpy.seurat_v3.variances_norm, 1e-9);
        assert_eq!(seurat_v3(&counts, &rows(&counts), scanpy.n_top_genes), scanpy.seurat_v3.highly_variable);
    }

    #[test]
    fn genes_without_variance_are_never_chosen() {
        let (counts, _) = fixtures();
        let (all, n_genes) = (rows(&counts), counts.n_cols());
        // Gene 0 is expressed nowhere; gene 1 has one count in every cell, so its proportion varies.
        let by_dispersion = seurat(&normalise(&counts, 1e4, true), &all, true, n_genes);
        let by_variance = seurat_v3(&counts, &all, n_genes);
        assert!(!by_dispersion.contains(&0) && !by_variance.contains(&0) && !by_variance.contains(&1));
        assert!(by_variance.len() < n_genes && by_variance.len() > n_genes - 30);
    }
}
