//! Sums of functions of the distances over the pairs of two groups, also for many relabellings and redraws at once.
//!
//! Distances are never held for more than a block of rows. With the block `K` and a matrix `S` that has a column per
//! resample (labels 0 and 1, or how often a cell was drawn), `K S` gives what all resamples need.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::points::Points;

/// Cells of the inner group that stay in the cache.
const TILE: usize = 64;

/// A function of a pair of cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kernel {
    /// Their Euclidean distance.
    Distance,
    /// `exp(-gamma d^2)`.
    Rbf(f64),
}

impl Kernel {
    fn apply(self, squared: &mut [f64]) {
        match self {
            Self::Distance => squared.iter_mut().for_each(|value| *value = value.sqrt()),
            Self::Rbf(gamma) => squared.iter_mut().for_each(|value| *value = super::distances::rbf(*value, gamma)),
        }
    }
}

/// Means over pairs of different cells: within control, within the treated group (0 for one cell), between them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Means {
    pub(super) control: f64,
    pub(super) treated: f64,
    pub(super) between: f64,
}

/// Both groups, control first, and how they are drawn again.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    pub(super) points: Points,
    /// Cells of the control group.
    pub(super) n: usize,
    /// Cells of the treated group.
    pub(super) m: usize,
    /// `(n + m) x permutations`: 1 where the permuted label is treated.
    pub(super) labels: Array2<f64>,
    /// `(n + m) x bootstraps`: how often the cell was drawn from its group.
    pub(super) draws: Array2<f64>,
}

impl Pooled {
    pub(super) fn len(&self) -> usize {
        self.n + self.m
    }

    /// The rows from `start` that go into a block of about `work` multiply-adds; never more than a group's last row.
    pub(super) fn block(&self, start: usize, work: usize) -> usize {
        let end = if start < self.n { self.n } else { self.len() };
        let rows = work / (self.len() - start).max(1);
        (start + rows.clamp(8, 256)).min(end)
    }

    /// Squared distances of rows to all cells from `start` on, `(end - start) x (len - start)`; 0 up to the diagonal.
    pub(super) fn squared(&self, start: usize, end: usize) -> Array2<f64> {
        let (rows, columns) = (end - start, self.len() - start);
        let mut block = vec![0.0; rows * columns];
        for first in (0..columns).step_by(TILE) {
            for (i, row) in block.chunks_exact_mut(columns).enumerate() {
                let tile = first.max(i + 1)..(first + TILE).min(columns).max(i + 1);
                for (j, entry) in tile.clone().zip(row.get_mut(tile).unwrap_or_default()) {
                    *entry = self.points.squared_distance(start + i, &self.points, start + j);
                }
            }
        }
        Array2::from_shape_vec((rows, columns), block).unwrap_or_default()
    }
}

/// Applies the kernel to the pairs of a block of squared distances.
pub(super) fn apply(kernel: Kernel, squared: &Array2<f64>) -> Array2<f64> {
    let mut block = squared.clone();
    for (i, mut row) in block.outer_iter_mut().enumerate() {
        if let Some(row) = row.as_slice_mut() {
            let first = (i + 1).min(row.len());
            kernel.apply(&mut row[first..]);
        }
    }
    block
}

/// Sums of a kernel over the pairs of the groups as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed {
    sums: Means,
}

impl Observed {
    /// Adds a block that starts at row `start`.
    pub(super) fn add(&mut self, pooled: &Pooled, start: usize, block: &Array2<f64>) {
        let to_group = pooled.n.saturating_sub(start);
        for row in block.outer_iter() {
            let row = row.to_slice().unwrap_or_default();
            let (control, treated) = row.split_at(to_group);
            let sum = |values: &[f64]| values.iter().sum::<f64>();
            if to_group > 0 {
                self.sums.control += sum(control);
                self.sums.between += sum(treated);
            } else {
                self.sums.treated += sum(treated);
            }
        }
    }

    pub(super) fn means(&self, pooled: &Pooled) -> Means {
        let (n, m) = (pooled.n as f64, pooled.m as f64);
        means(self.sums, n * (n - 1.0) / 2.0, m * (m - 1.0) / 2.0, n * m)
    }
}

/// The same for every permutation and every redraw.
#[derive(Clone, Debug)]
pub(super) struct Resampled {
    /// Sum over the pairs that are both labelled treated; sum over all pairs of the number of treated labels.
    both: Vec<f64>,
    row_sums: Vec<f64>,
    total: f64,
    redrawn: Vec<Means>,
}

impl Resampled {
    pub(super) fn new(pooled: &Pooled) -> Self {
        Self {
            both: vec![0.0; pooled.labels.ncols()],
            row_sums: vec![0.0; pooled.len()],
            total: 0.0,
            redrawn: vec![Means::default(); pooled.draws.ncols()],
        }
    }

    /// Adds a block that starts at row `start`, all rows in one group.
    pub(super) fn add(&mut self, pooled: &Pooled, start: usize, block: &Array2<f64>) {
        let (rows, columns) = block.dim();
        let product = |from: usize, to: usize, weights: ArrayView2<f64>| {
            let mut product = Array2::zeros((rows, weights.ncols()));
            let cells = Slice::from(start + from..start + to);
            let part = block.slice_axis(Axis(1), Slice::from(from..to));
            general_mat_mul(1.0, &part, &weights.slice_axis(Axis(0), cells), 0.0, &mut product);
            product
        };
        let quadratic = |weights: ArrayView2<f64>, product: &Array2<f64>, mut add: Box<dyn FnMut(usize, f64) + '_>| {
            for (weights, product) in
                weights.slice_axis(Axis(0), Slice::from(start..start + rows)).outer_iter().zip(product.outer_iter())
            {
                for (column, (weight, sum)) in weights.iter().zip(product).enumerate() {
                    add(column, weight * sum);
                }
            }
        };
        if !self.both.is_empty() {
            for (i, row) in block.outer_iter().enumerate() {
                let mut sum = 0.0;
                for (value, other) in row.iter().zip(&mut self.row_sums[start..]) {
                    *other += value;
                    sum += value;
                }
                self.row_sums[start + i] += sum;
                self.total += sum;
            }
            let labels = pooled.labels.view();
            let both = &mut self.both;
            quadratic(labels, &product(0, columns, labels), Box::new(|column, term| both[column] += term));
        }
        if !self.redrawn.is_empty() {
            let draws = pooled.draws.view();
            let redrawn = &mut self.redrawn;
            if start < pooled.n {
                let own = pooled.n - start;
                quadratic(draws, &product(0, own, draws), Box::new(|b, term| redrawn[b].control += term));
                quadratic(draws, &product(own, columns, draws), Box::new(|b, term| redrawn[b].between += term));
            } else {
                quadratic(draws, &product(0, columns, draws), Box::new(|b, term| redrawn[b].treated += term));
            }
        }
    }

    /// Means of every permutation.
    pub(super) fn permuted(&self, pooled: &Pooled) -> Vec<Means> {
        let (n, m) = (pooled.n as f64, pooled.m as f64);
        let of = |(column, &treated): (usize, &f64)| {
            let labels = pooled.labels.column(column);
            // Each pair counts once for each of its treated cells.
            let touched: f64 = labels.iter().zip(&self.row_sums).map(|(label, sum)| label * sum).sum();
            let between = touched - 2.0 * treated;
            let sums = Means { control: self.total - treated - between, treated, between };
            means(sums, n * (n - 1.0) / 2.0, m * (m - 1.0) / 2.0, n * m)
        };
        self.both.iter().enumerate().map(of).collect()
    }

    /// Means of every redraw. Pairs of copies of one cell do not count, as their distance of 0 is none between cells.
    pub(super) fn redrawn(&self, pooled: &Pooled) -> Vec<Means> {
        let (n, m) = (pooled.n as f64, pooled.m as f64);
        let of = |(column, &sums): (usize, &Means)| {
            let draws = pooled.draws.column(column);
            let squares = |from, to| draws.slice_axis(Axis(0), Slice::from(from..to)).mapv(|draws| draws * draws).sum();
            let (control, treated) = (squares(0, pooled.n), squares(pooled.n, pooled.len()));
            means(sums, (n * n - control) / 2.0, (m * m - treated) / 2.0, n * m)
        };
        self.redrawn.iter().enumerate().map(of).collect()
    }
}

fn means(sums: Means, control: f64, treated: f64, between: f64) -> Means {
    let mean = |sum: f64, pairs: f64| if pairs > 0.0 { sum / pairs } else { 0.0 };
    Means {
        control: mean(sums.control, control),
        treated: mean(sums.treated, treated),
        between: mean(sums.between, between),
    }
}

#[cfg(test)]
mod tests {
    use super::super::resample;
    use super::*;

    fn pooled(n: usize, m: usize) -> Pooled {
        let value = |i: usize, j: usize| ((i * 37 + j * 101 + i * j) % 89) as f64 / 10.0;
        let (x, y) = (
            Array2::from_shape_fn((n, 5), |(i, j)| value(i, j)),
            Array2::from_shape_fn((m, 5), |(i, j)| value(i + 50, j)),
        );
        let none = Array2::zeros((n + m, 0));
        let mut pooled =
            Pooled { points: Points::stacked(x.view(), y.view()), n, m, labels: none.clone(), draws: none };
        resample::draw(&mut pooled, 6, 5, 1, "test", &[]);
        pooled
    }

    /// Mean over pairs of a number per pair, weighted.
    fn mean(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
        let (sum, weight) =
            pairs.fold((0.0, 0.0), |(sum, total), (weight, value)| (sum + weight * value, total + weight));
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    /// Means with weights in the groups, by loops.
    fn by_loops(pooled: &Pooled, kernel: Kernel, x: &[f64], y: &[f64]) -> Means {
        let value = |i: usize, j: usize| {
            let mut squared = [pooled.points.squared_distance(i, &pooled.points, j)];
            kernel.apply(&mut squared);
            squared[0]
        };
        let cells = pooled.len();
        let below = || (0..cells).flat_map(|i| (0..i).map(move |j| (i, j)));
        let all = (0..cells).flat_map(|i| (0..cells).map(move |j| (i, j)));
        Means {
            control: mean(below().map(|(i, j)| (x[i] * x[j], value(i, j)))),
            treated: mean(below().map(|(i, j)| (y[i] * y[j], value(i, j)))),
            between: mean(all.filter(|(i, j)| i != j).map(|(i, j)| (x[i] * y[j], value(i, j)))),
        }
    }

    #[test]
    fn one_product_gives_what_loops_give() {
        for (n, m) in [(13, 9), (2, 2), (1, 6), (40, 3)] {
            let pooled = pooled(n, m);
            for kernel in [Kernel::Distance, Kernel::Rbf(0.02)] {
                let (mut observed, mut resampled) = (Observed::default(), Resampled::new(&pooled));
                let mut row = 0;
                while row < pooled.len() {
                    let end = pooled.block(row, 1);
                    let block = apply(kernel, &pooled.squared(row, end));
                    observed.add(&pooled, row, &block);
                    resampled.add(&pooled, row, &block);
                    row = end;
                }
                let same = |got: Means, expected: Means| {
                    for (got, expected) in [
                        (got.control, expected.control),
                        (got.treated, expected.treated),
                        (got.between, expected.between),
                    ] {
                        assert!((got - expected).abs() < 1e-12 * (1.0 + expected), "{n} {m} {got} {expected}");
                    }
                };
                let own = |first: bool| (0..n + m).map(|i| f64::from((i < n) == first)).collect::<Vec<f64>>();
                same(observed.means(&pooled), by_loops(&pooled, kernel, &own(true), &own(false)));
                for (column, means) in resampled.permuted(&pooled).into_iter().enumerate() {
                    let y = pooled.labels.column(column).to_vec();
                    assert!((y.iter().sum::<f64>() - m as f64).abs() < 1e-12);
                    let x: Vec<f64> = y.iter().map(|label| 1.0 - label).collect();
                    same(means, by_loops(&pooled, kernel, &x, &y));
                }
                for (column, means) in resampled.redrawn(&pooled).into_iter().enumerate() {
                    let draws = pooled.draws.column(column).to_vec();
                    assert!((draws[..n].iter().sum::<f64>() - n as f64).abs() < 1e-12);
                    let only =
                        |of: Vec<f64>| of.iter().zip(&draws).map(|(own, draws)| own * draws).collect::<Vec<f64>>();
                    same(means, by_loops(&pooled, kernel, &only(own(true)), &only(own(false))));
                }
            }
        }
    }
}
