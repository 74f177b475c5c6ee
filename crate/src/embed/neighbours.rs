//! Exact nearest neighbours, and how well a picture keeps them.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use super::EmbedError;

/// Lanes of one step of a squared distance; rows are padded with zeros to a multiple of it.
const LANES: usize = 8;
/// Rows whose distances to all cells are computed together: they stay in the cache while the cells pass by.
const BLOCK: usize = 16;

/// The `k` nearest other cells of every cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// Their rows, nearest first, equally near ones by row (`cells x k`).
    pub indices: Array2<usize>,
    /// Their Euclidean distances (`cells x k`).
    pub distances: Array2<f64>,
}

/// The `k` nearest other cells of each cell of `x` (`cells x dimensions`) by Euclidean distance: exact, in memory for a few
/// rows at a time.
///
/// The same as scikit-learn's `NearestNeighbors(n_neighbors=k).fit(x).kneighbors()`, but for the order of equally near
/// cells, which is by row here.
///
/// Errors: `k` is 0 or not below the number of cells, a value that is not finite.
pub fn nearest_neighbours(x: ArrayView2<f64>, k: usize) -> Result<Neighbours, EmbedError> {
    let n = x.nrows();
    if k == 0 || k >= n {
        return Err(EmbedError::Neighbours { asked: k, most: n.saturating_sub(1), cells: n });
    }
    check_finite(x)?;
    let mut found = Neighbours { indices: Array2::zeros((n, k)), distances: Array2::zeros((n, k)) };
    Points::new(x).nearest(0..n, k, |i, nearest| {
        for (rank, &(squared, j)) in nearest.iter().enumerate() {
            found.indices[(i, rank)] = j;
            found.distances[(i, rank)] = squared.sqrt();
        }
    });
    Ok(found)
}

/// How far the `k` nearest neighbours in a picture are neighbours in the data too: 1 if all are, about 0.5 for a random
/// picture.
///
/// `1 - 2 / (n k (2n - 3k - 1)) * sum_i sum_j max(0, r(i, j) - k)` over the `k` nearest neighbours j of cell i in `embedding`
/// (`cells x 2`), with `r(i, j)` the rank of j among the neighbours of i in `x` (`cells x dimensions`), from 1. Higher is
/// better. Venna and Kaski 2001; scikit-learn's `manifold.trustworthiness`, with equally near cells ranked by row.
///
/// Errors: `k` is 0 or not below half the number of cells, another number of cells in `embedding`, a value that is not
/// finite.
pub fn trustworthiness(x: ArrayView2<f64>, embedding: ArrayView2<f64>, k: usize) -> Result<f64, EmbedError> {
    let n = x.nrows();
    if embedding.nrows() != n {
        return Err(EmbedError::OtherCells { cells: n, embedded: embedding.nrows() });
    }
    if k == 0 || 2 * k >= n {
        return Err(EmbedError::Neighbours { asked: k, most: n.saturating_sub(1) / 2, cells: n });
    }
    check_finite(x)?;
    check_finite(embedding)?;
    let (data, picture) = (Points::new(x), Points::new(embedding));
    let (mut distances, mut excess) = (vec![0.0; BLOCK * n], 0_u64);
    for start in (0..n).step_by(BLOCK) {
        let block = start..(start + BLOCK).min(n);
        data.squared_distances(block.clone(), &mut distances);
        picture.nearest(block, k, |i, nearest| {
            let distances = &mut distances[(i - start) * n..(i - start + 1) * n];
            distances[i] = f64::INFINITY;
            for &(_, j) in nearest {
                let limit = distances[j];
                // Cells before j in the order by distance, then by row, and j itself; i is at no distance.
                let nearer: u64 = distances.iter().map(|&d| u64::from(d < limit)).sum();
                let equal = distances[..=j].iter().filter(|d| d.total_cmp(&limit).is_eq()).count() as u64;
                excess += (nearer + equal).saturating_sub(k as u64);
            }
        });
    }
    let (n, k) = (n as f64, k as f64);
    Ok(1.0 - excess as f64 * 2.0 / (n * k * (2.0 * n - 3.0 * k - 1.0)))
}

/// The `k` nearest other cells of cell `i` from its (squared) distances to all cells, nearest first, equally near ones by row, into
/// `nearest`.
pub(crate) fn select_nearest(distances: &[f64], i: usize, k: usize, nearest: &mut Vec<(f64, usize)>) {
    nearest.clear();
    nearest.extend(distances.iter().copied().zip(0..).filter(|&(_, j)| j != i));
    let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if k < nearest.len() {
        nearest.select_nth_unstable_by(k, order);
        nearest.truncate(k);
    }
    nearest.sort_unstable_by(order);
}

/// Refuses a value that is NaN or infinite.
pub(super) fn check_finite(x: ArrayView2<f64>) -> Result<(), EmbedError> {
    for (row, values) in x.outer_iter().enumerate() {
        if let Some(column) = values.iter().position(|value| !value.is_finite()) {
            return Err(EmbedError::NotFinite { row, column, value: values[column] as f32 });
        }
    }
    Ok(())
}

/// Cells as rows of equal length.
#[derive(Clone, Debug)]
pub(super) struct Points {
    n: usize,
    width: usize,
    values: Vec<f64>,
}

impl Points {
    /// Copies the cells (`cells x dimensions`).
    pub(super) fn new(x: ArrayView2<f64>) -> Self {
        let (n, dims) = x.dim();
        let width = dims.next_multiple_of(LANES);
        let mut values = vec![0.0; n * width];
        for (i, row) in x.outer_iter().enumerate() {
            for (target, &value) in values[i * width..].iter_mut().zip(row) {
                *target = value;
            }
        }
        Self { n, width, values }
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// Products and sums that the distances of one cell to all others take.
    pub(super) fn work_per_row(&self) -> usize {
        self.n * self.width.max(LANES)
    }

    /// Hands the `k` nearest other cells of each of these rows to `each`: squared distance and row, nearest first.
    pub(super) fn nearest(&self, rows: Range<usize>, k: usize, mut each: impl FnMut(usize, &[(f64, usize)])) {
        let mut distances = vec![0.0; BLOCK * self.n];
        let mut candidates: Vec<(f64, usize)> = Vec::with_capacity(self.n);
        for start in rows.clone().step_by(BLOCK) {
            let block = start..(start + BLOCK).min(rows.end);
            self.squared_distances(block.clone(), &mut distances);
            for (i, distances) in block.zip(distances.chunks_exact(self.n)) {
                select_nearest(distances, i, k, &mut candidates);
                each(i, &candidates);
            }
        }
    }

    /// Squared distances of these rows to all cells (`rows x cells`).
    fn squared_distances(&self, rows: Range<usize>, into: &mut [f64]) {
        for j in 0..self.n {
            let other = self.row(j);
            for (place, i) in rows.clone().enumerate() {
                into[place * self.n + j] = squared_distance(self.row(i), other);
            }
        }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.width..(i + 1) * self.width]
    }
}

fn squared_distance(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks::<LANES>().0);
    let mut lanes = [0.0; LANES];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..LANES {
            let difference = x[lane] - y[lane];
            lanes[lane] += difference * difference;
        }
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn equally_near_cells_come_by_row_and_no_cell_is_its_own_neighbour() {
        let found = nearest_neighbours(array![[0.0], [1.0], [-1.0], [0.0], [3.0]].view(), 3).unwrap();
        assert_eq!(found.indices, array![[3, 1, 2], [0, 3, 2], [0, 3, 1], [0, 1, 2], [1, 0, 3]]);
        assert_eq!(found.distances.row(4), array![2.0, 3.0, 3.0]);
    }

    #[test]
    fn a_block_is_not_seen_in_the_result() {
        let x = Array2::from_shape_fn((45, 11), |(i, j)| ((i * 7919 + j * 104_729 + i * j * 31) % 1009) as f64);
        let found = nearest_neighbours(x.view(), 44).unwrap();
        for (i, row) in found.indices.outer_iter().enumerate() {
            let distance = |j: usize| (&x.row(i) - &x.row(j)).mapv(|d| d * d).sum();
            let mut others: Vec<usize> = (0..45).filter(|&j| j != i).collect();
            others.sort_by(|&a, &b| f64::total_cmp(&distance(a), &distance(b)));
            assert_eq!(row.to_vec(), others);
        }
    }

    #[test]
    fn a_picture_that_turns_the_order_round_is_not_trustworthy() {
        let line = Array2::from_shape_fn((7, 1), |(i, _)| (i * i) as f64);
        assert!((trustworthiness(line.view(), line.view(), 2).unwrap() - 1.0).abs() < 1e-15);
        // By hand for k = 1: the last cell sits beside the first, and each is the other's sixth neighbour in the data. The
        // others have the one before them (of two equally near, the earlier row), which is their first.
        let swapped = array![[0.0], [10.0], [20.0], [30.0], [40.0], [50.0], [-0.5]];
        let expected = 1.0 - (5.0 + 5.0) * 2.0 / (7.0 * (14.0 - 3.0 - 1.0));
        assert!((trustworthiness(line.view(), swapped.view(), 1).unwrap() - expected).abs() < 1e-15);
    }

    #[test]
    fn bad_input_is_named() {
        let x = Array2::<f64>::zeros((4, 2));
        let error = nearest_neighbours(x.view(), 4).unwrap_err();
        assert_eq!(error.to_string(), "4 neighbours were asked for; with 4 cells it can be 1 to 3");
        assert_eq!(nearest_neighbours(x.view(), 0).unwrap_err().code(), "embed_neighbours");
        assert_eq!(trustworthiness(x.view(), x.view(), 2).unwrap_err().code(), "embed_neighbours");
        let other = Array2::<f64>::zeros((5, 2));
        assert_eq!(trustworthiness(x.view(), other.view(), 1).unwrap_err().code(), "embed_other_cells");
        let bad = array![[0.0, 1.0], [f64::NAN, 1.0]];
        assert_eq!(nearest_neighbours(bad.view(), 1).unwrap_err().code(), "embed_not_finite");
    }
}
