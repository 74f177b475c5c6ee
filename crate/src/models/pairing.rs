//! Pairs of control and treated cells by optimal transport.
//!
//! For each cell type and treatment apart, as in scButterfly (`unpaired_split_dataset_perturb`; the thesis' multi-task
//! autoencoders follow it): principal components of the type's control and treated cells together, Euclidean distances in
//! them, exact transport of equal weights, and for every control cell the treated cell that most of it goes to.
//!
//! Our own choices: of equal partners the first. Exact transport takes a time that grows with the cube of the cells, so of
//! a type and arm with more than `limit` cells that many are drawn at random, the same for all models, replicas and runs;
//! the rest is not paired.

use ndarray::{Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};

use crate::embed::Pca;
use crate::metrics::emd::emd;
use crate::models::{ModelError, TrainingSet};
use crate::random::{permutation, stream};

/// Principal components, scanpy's default.
const COMPONENTS: usize = 50;
/// The pairs belong to the data: they are the same for all replicas.
const SEED: u64 = 0;

/// How partners are read off the transport plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// Every control cell has the treated cell that most of it goes to; treated cells can be used several times.
    #[default]
    Allowed,
    /// Every cell is in one pair at most: the assignment along which most is transported.
    ///
    /// scButterfly's `no_reusing` gives the plan to scipy's `linear_sum_assignment` as if it were a cost, so pairs that
    /// the plan connects are the ones it avoids; here the amount is maximised.
    Never,
}

/// The control and treated cells of one type, to be paired. Cells are positions in the data set, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Number of the treatment.
    pub arm: usize,
    /// Control cells.
    pub control: Vec<usize>,
    /// Treated cells.
    pub treated: Vec<usize>,
}

impl Problem {
    /// The cells of a type under control and under `arm`, at most `limit` of each; `None` if there are none of either.
    #[must_use]
    pub fn new(data: &TrainingSet, cell_type: usize, arm: usize, limit: usize) -> Option<Self> {
        let (control, treated) = (drawn(data, cell_type, 0, limit), drawn(data, cell_type, arm, limit));
        (!control.is_empty() && !treated.is_empty()).then_some(Self { arm, control, treated })
    }

    /// How many pairs there will be.
    #[must_use]
    pub fn n_pairs(&self, reuse: Reuse) -> usize {
        match reuse {
            Reuse::Allowed => self.control.len(),
            Reuse::Never => self.control.len().min(self.treated.len()),
        }
    }

    /// The pairs, in the order of the control cells.
    pub fn solve(&self, data: &TrainingSet, reuse: Reuse) -> Result<Vec<(usize, usize)>, ModelError> {
        let found = partners(&data.expression(&self.control), &data.expression(&self.treated), reuse)?;
        Ok(found.into_iter().map(|(i, j)| (self.control[i], self.treated[j])).collect())
    }
}

/// The cells of a type under an arm; `limit` of them, drawn at random, if there are more.
#[must_use]
pub fn drawn(data: &TrainingSet, cell_type: usize, arm: usize, limit: usize) -> Vec<usize> {
    let cells = data.cells_of(cell_type, arm);
    let order = permutation(cells.len(), &mut stream(SEED, &format!("pairing/{cell_type}/{arm}")));
    let mut drawn: Vec<usize> = order.into_iter().take(limit).map(|i| cells[i]).collect();
    drawn.sort_unstable();
    drawn
}

/// Pairs `(row of x, row of y)`, by row of `x`, for cells x genes of control and treated cells.
///
/// Errors: fewer than 2 cells in all, values that are not finite, more than [`crate::metrics::emd::MAX_POINTS`] rows.
pub fn partners(x: &Array2<f32>, y: &Array2<f32>, reuse: Reuse) -> Result<Vec<(usize, usize)>, ModelError> {
    let (n, m) = (x.nrows(), y.nrows());
    // Both have the same genes; an empty matrix stands for the impossible rest.
    let both = concatenate(Axis(0), &[x.view(), y.view()]).unwrap_or_default();
    let pca = Pca::fit(both.view(), COMPONENTS, SEED)?;
    let (x, y) = (pca.transform(x.view())?, pca.transform(y.view())?);
    let distance = |(i, j)| (&x.row(i) - &y.row(j)).mapv(|d| d * d).sum().sqrt();
    let cost = Array2::from_shape_fn((n, m), distance);
    // Whole numbers with equal sums, so that amounts are exact.
    let plan = emd(cost.view(), &vec![m as f64; n], &vec![n as f64; m])?.plan;
    match reuse {
        Reuse::Allowed => Ok(largest_share(n, &plan)),
        Reuse::Never => assignment(n, m, &plan),
    }
}

/// For each row the column that gets most, the first of equals.
fn largest_share(n: usize, plan: &[(usize, usize, f64)]) -> Vec<(usize, usize)> {
    let mut best = vec![(0.0, 0); n];
    for &(i, j, mass) in plan {
        if mass > best[i].0 {
            best[i] = (mass, j);
        }
    }
    best.into_iter().map(|(_, j)| j).enumerate().collect()
}

/// Rows and columns matched one to one so that most is transported between them.
///
/// An assignment is a transport of ones; rows or columns of zeros make the matrix square.
fn assignment(n: usize, m: usize, plan: &[(usize, usize, f64)]) -> Result<Vec<(usize, usize)>, ModelError> {
    let size = n.max(m);
    let mut cost = Array2::<f64>::zeros((size, size));
    for &(i, j, mass) in plan {
        cost[[i, j]] = -mass;
    }
    let ones = vec![1.0; size];
    let matched = emd(cost.view(), &ones, &ones)?.plan;
    Ok(matched.into_iter().filter(|&(i, j, mass)| i < n && j < m && mass > 0.5).map(|(i, j, _)| (i, j)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifted_cells_are_paired_with_themselves() {
        let x = Array2::from_shape_fn((7, 4), |(i, j)| ((i * 5 + j * 3) % 7) as f32);
        let order = [3, 0, 6, 2, 5, 1, 4];
        let y = x.select(Axis(0), &order) + 0.25;
        for reuse in [Reuse::Allowed, Reuse::Never] {
            let found = partners(&x, &y, reuse).unwrap();
            assert!(found.iter().enumerate().all(|(row, &(i, j))| row == i && order[j] == i), "{found:?}");
        }
    }

    #[test]
    fn no_cell_is_used_twice_where_that_is_not_allowed() {
        let x = Array2::from_shape_fn((9, 3), |(i, j)| ((i * 7 + j * 5) % 11) as f32);
        for (x, y) in [(&x, x.select(Axis(0), &[1, 5, 6, 2])), (&x.select(Axis(0), &[8, 4]), x.clone())] {
            let found = partners(x, &y, Reuse::Never).unwrap();
            let mut used: Vec<usize> = found.iter().map(|&(_, j)| j).collect();
            used.sort_unstable();
            used.dedup();
            assert_eq!((found.len(), used.len()), (x.nrows().min(y.nrows()), found.len()));
            assert_eq!(partners(x, &y, Reuse::Allowed).unwrap().len(), x.nrows());
        }
    }
}
