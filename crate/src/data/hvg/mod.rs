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
