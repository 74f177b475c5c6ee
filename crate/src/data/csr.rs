//! Compressed sparse rows, the layout counts are kept in.

use ndarray::Array2;

/// A sparse matrix in compressed-sparse-row form, `n_rows` cells by `n_cols` genes.
///
/// The entries of row `i` are `indices[indptr[i]..indptr[i + 1]]` (column numbers, ascending, no duplicates) and the
/// same range of `values`. Explicit zeros are not stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Csr {
    n_cols: usize,
    indptr: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl Csr {
    /// Builds a matrix from rows of `(column, value)` pairs in any order. Zeros are dropped and duplicate columns of a
    /// row are added up.
    ///
    /// # Panics
    /// When a column is `n_cols` or more: readers check that first and report it.
    #[must_use]
    pub fn from_rows(n_cols: usize, rows: impl IntoIterator<Item = Vec<(u32, f32)>>) -> Self {
        let mut csr = Self { n_cols, indptr: vec![0], ..Self::default() };
        for mut row in rows {
            row.sort_unstable_by_key(|&(column, _)| column);
            let start = csr.indices.len();
            for (column, value) in row {
                assert!((column as usize) < n_cols, "column {column} of {n_cols}");
                if csr.indices.len() > start && csr.indices.last() == Some(&column) {
                    if let Some(last) = csr.values.last_mut() {
                        *last += value;
                    }
                } else if value != 0.0 {
                    csr.indices.push(column);
                    csr.values.push(value);
                }
            }
            csr.indptr.push(csr.indices.len());
        }
        csr
    }

    /// Drops the zeros of a dense matrix (cells x genes).
    #[must_use]
    pub fn from_dense(dense: &Array2<f32>) -> Self {
        Self::from_rows(
            dense.ncols(),
            dense.rows().into_iter().map(|row| {
                row.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(j, &v)| (j as u32, v)).collect::<Vec<_>>()
            }),
        )
    }

    /// Number of rows (cells).
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// Number of columns (genes).
    #[must_use]
    pub fn n_cols(&self) -> usize {
        self.n_cols
    }

    /// Number of stored entries.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.values.len()
    }

    /// Column numbers and values of row `i`.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.indptr[i]..self.indptr[i + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// All stored values.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All stored values, to change in place. A value set to zero stays stored.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Row starts, column numbers and values, as they are laid out on disk.
    #[must_use]
    pub fn parts(&self) -> (&[usize], &[u32], &[f32]) {
        (&self.indptr, &self.indices, &self.values)
    }

    /// Sum of each row, in double precision (library sizes, for counts).
    #[must_use]
    pub fn row_sums(&self) -> Vec<f64> {
        (0..self.n_rows()).map(|i| self.row(i).1.iter().map(|&v| f64::from(v)).sum()).collect()
    }

    /// The given rows, in the given order; rows may repeat.
    #[must_use]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let mut csr = Self { n_cols: self.n_cols, indptr: vec![0], ..Self::default() };
        for &i in rows {
            let (indices, values) = self.row(i);
            csr.indices.extend_from_slice(indices);
            csr.values.extend_from_slice(values);
            csr.indptr.push(csr.indices.len());
        }
        csr
    }

    /// The given columns, in the given order, without repeats.
    #[must_use]
    pub fn select_cols(&self, cols: &[usize]) -> Self {
        let mut new_column = vec![u32::MAX; self.n_cols];
        for (new, &old) in cols.iter().enumerate() {
            new_column[old] = new as u32;
        }
        Self::from_rows(
            cols.len(),
            (0..self.n_rows()).map(|i| {
                let (indices, values) = self.row(i);
                let kept = indices.iter().zip(values).map(|(&j, &v)| (new_column[j as usize], v));
                kept.filter(|&(j, _)| j != u32::MAX).collect::<Vec<_>>()
            }),
        )
    }

    /// The matrix with its zeros (rows x columns).
    #[must_use]
    pub fn to_dense(&self) -> Array2<f32> {
        let mut dense = Array2::zeros((self.n_rows(), self.n_cols));
        for i in 0..self.n_rows() {
            let (indices, values) = self.row(i);
            for (&j, &v) in indices.iter().zip(values) {
                dense[[i, j as usize]] = v;
            }
        }
        dense
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn dense_and_back() {
        let dense = array![[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 3.0]];
        let csr = Csr::from_dense(&dense);
        assert_eq!((csr.n_rows(), csr.n_cols(), csr.nnz()), (3, 3, 3));
        assert_eq!(csr.to_dense(), dense);
        assert_eq!(csr.row_sums(), vec![2.0, 0.0, 4.0]);
    }

    #[test]
    fn rows_and_columns_are_picked_in_the_given_order() {
        let csr = Csr::from_dense(&array![[1.0, 2.0, 0.0], [0.0, 5.0, 6.0]]);
        assert_eq!(csr.select_rows(&[1, 0, 1]).to_dense(), array![[0.0, 5.0, 6.0], [1.0, 2.0, 0.0], [0.0, 5.0, 6.0]]);
        assert_eq!(csr.select_cols(&[2, 0]).to_dense(), array![[0.0, 1.0], [6.0, 0.0]]);
    }

    #[test]
    fn duplicate_entries_add_up_and_zeros_vanish() {
        let csr = Csr::from_rows(2, [vec![(1, 2.0), (0, 0.0), (1, 3.0)]]);
        assert_eq!(csr.row(0), (&[1][..], &[5.0][..]));
    }
}
