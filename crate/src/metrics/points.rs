//! Cells as points in `f64`, and sums over pairs of them.

use ndarray::ArrayView2;

use super::Value;

/// Lanes of one step of a squared distance; rows are padded with zeros to a multiple of it.
const LANES: usize = 8;
/// Rows of the inner group that stay in the cache while the outer group passes by.
const BLOCK: usize = 32;

/// A group of cells, row after row.
#[derive(Clone, Debug)]
pub(super) struct Points {
    n: usize,
    dims: usize,
    width: usize,
    values: Vec<f64>,
}

impl Points {
    /// Copies a group of cells (`cells x dimensions`).
    pub(super) fn new<T: Value>(x: ArrayView2<T>) -> Self {
        let (n, dims) = x.dim();
        let width = dims.next_multiple_of(LANES);
        let mut values = vec![0.0; n * width];
        for (i, row) in x.outer_iter().enumerate() {
            for (target, &value) in values[i * width..].iter_mut().zip(row) {
                *target = value.into();
            }
        }
        Self { n, dims, width, values }
    }

    /// The cells of one group on top of those of the other.
    pub(super) fn stacked<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Self {
        let (mut all, other) = (Self::new(x), Self::new(y));
        all.n += other.n;
        all.values.extend(other.values);
        all
    }

    /// The cells with these numbers.
    pub(super) fn select(&self, cells: &[usize]) -> Self {
        let values = cells.iter().flat_map(|&cell| self.row(cell)).copied().collect();
        Self { n: cells.len(), dims: self.dims, width: self.width, values }
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// Numbers per cell, with the padding.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Mean of every dimension.
    pub(super) fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.dims];
        for i in 0..self.n {
            for (sum, value) in mean.iter_mut().zip(self.row(i)) {
                *sum += value;
            }
        }
        for sum in &mut mean {
            *sum /= self.n as f64;
        }
        mean
    }

    /// Mean over the cells of the squared distance from the origin.
    pub(super) fn mean_square(&self) -> f64 {
        self.values.iter().map(|value| value * value).sum::<f64>() / self.n as f64
    }

    /// The cell's coordinates, with the padding.
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.width..(i + 1) * self.width]
    }

    /// Squared Euclidean distance between a cell of this group and one of the other.
    pub(super) fn squared_distance(&self, i: usize, other: &Self, j: usize) -> f64 {
        squared_distance(self.row(i), other.row(j))
    }

    /// The coordinates of all cells, with the padding.
    pub(super) fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// Hands the squared distances of every cell to all cells, itself included, to `each`, cell by cell: memory is a few rows.
    pub(super) fn each_row(&self, mut each: impl FnMut(usize, &[f64])) {
        let mut squared = vec![0.0; BLOCK.min(self.n) * self.n];
        for start in (0..self.n).step_by(BLOCK) {
            let rows = start..(start + BLOCK).min(self.n);
            for j in 0..self.n {
                for i in rows.clone() {
                    squared[(i - start) * self.n + j] = self.squared_distance(i, self, j);
                }
            }
            rows.zip(squared.chunks_exact(self.n)).for_each(|(i, squared)| each(i, squared));
        }
    }

    /// Sums of `terms(squared distance)` over all pairs of a cell of this group and one of the other.
    pub(super) fn sum_between<const K: usize>(&self, other: &Self, terms: impl Fn(f64) -> [f64; K]) -> [f64; K] {
        self.sum(other, terms, |_| 0)
    }

    /// Sums of `terms(squared distance)` over the pairs `i < j` of this group.
    pub(super) fn sum_within<const K: usize>(&self, terms: impl Fn(f64) -> [f64; K]) -> [f64; K] {
        self.sum(self, terms, |i| i + 1)
    }

    /// `first(i)` is the first cell of the other group that meets cell `i`.
    fn sum<const K: usize>(
        &self,
        other: &Self,
        terms: impl Fn(f64) -> [f64; K],
        first: impl Fn(usize) -> usize,
    ) -> [f64; K] {
        let mut total = [0.0; K];
        for start in (0..other.n).step_by(BLOCK) {
            let end = (start + BLOCK).min(other.n);
            for i in 0..self.n {
                // Short partial sums keep the rounding error of millions of terms small.
                let mut partial = [0.0; K];
                for j in first(i).max(start)..end {
                    let values = terms(self.squared_distance(i, other, j));
                    for (sum, value) in partial.iter_mut().zip(values) {
                        *sum += value;
                    }
                }
                for (sum, value) in total.iter_mut().zip(partial) {
                    *sum += value;
                }
            }
        }
        total
    }
}

/// Squared Euclidean distance between rows of [`Points`], or other rows of that width.
pub(super) fn squared_distance(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks::<LANES>().0);
    let mut lanes = [0.0; LANES];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..LANES {
            let difference = x[lane] - y[lane];
            lanes[lane] += difference * difference;
        }
    }
    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
}
