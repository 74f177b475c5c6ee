//! Exact optimal transport between small sets.
//!
//! Minimises `sum P_ij C_ij` over the plans `P >= 0` with row sums `a` and column sums `b`. Source: POT's `ot.emd` and
//! `ot.emd2`, which solve the same linear programme by network simplex. Here it is solved by successive shortest paths
//! with potentials (Dijkstra on the dense matrix, as Jonker and Volgenant 1987 do for assignments).

use ndarray::ArrayView2;

use super::points::Points;
use super::{MetricError, Value, check_group, check_pair};

/// The largest number of points of a side.
pub const MAX_POINTS: usize = 1000;

/// An optimal plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// `sum P_ij C_ij`.
    pub cost: f64,
    /// `(i, j, P_ij)` of what is not 0, by row and column.
    pub plan: Vec<(usize, usize, f64)>,
}

/// Exact optimal transport of the weights `a` (`n`) to `b` (`m`) at the costs `cost` (`n x m`, of any sign).
///
/// Errors: a side that is empty or larger than [`MAX_POINTS`], weights that do not fit the costs, are negative or have
/// sums that differ by more than `1e-9` of them, values that are not finite.
pub fn emd(cost: ArrayView2<f64>, a: &[f64], b: &[f64]) -> Result<Plan, MetricError> {
    check_group("the costs", cost)?;
    check_size(cost.nrows(), cost.ncols())?;
    check_weights(("the costs (rows)", cost.nrows()), ("the weights a", a))?;
    check_weights(("the costs (columns)", cost.ncols()), ("the weights b", b))?;
    let (total, other): (f64, f64) = (a.iter().sum(), b.iter().sum());
    if total <= 0.0 || (total - other).abs() > 1e-9 * total {
        return Err(MetricError::Setting {
            name: "the sum of the weights b",
            value: other,
            rule: "that of a, above 0",
        });
    }
    let mut solver = Solver::new(cost.iter().copied().collect(), a, b);
    while solver.step() {}
    Ok(solver.plan())
}

/// The exact transport cost between two groups of cells: squared Euclidean distances, equal weights.
///
/// Source: POT `ot.emd2(a, b, ot.dist(x, y))`.
pub fn between<T: Value>(x: ArrayView2<T>, y: ArrayView2<T>) -> Result<f64, MetricError> {
    check_pair(("x", x), ("y", y))?;
    let (n, m) = (x.nrows(), y.nrows());
    check_size(n, m)?;
    let (x, y) = (Points::new(x), Points::new(y));
    let cost = (0..n).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| x.squared_distance(i, &y, j)).collect();
    let mut solver = Solver::equal_weights(cost, n, m);
    while solver.step() {}
    Ok(solver.mean_cost())
}

/// Refuses what would take too long.
pub(super) fn check_size(n: usize, m: usize) -> Result<(), MetricError> {
    if n.max(m) <= MAX_POINTS {
        return Ok(());
    }
    Err(MetricError::TooManyCells { cells: n.max(m), limit: MAX_POINTS })
}

fn check_weights(side: (&'static str, usize), weights: (&'static str, &[f64])) -> Result<(), MetricError> {
    super::check_width(side, (weights.0, weights.1.len()))?;
    match weights.1.iter().find(|&&weight| !(weight >= 0.0 && weight.is_finite())) {
        Some(&value) => Err(MetricError::Setting { name: "a weight", value, rule: "0 or more" }),
        None => Ok(()),
    }
}

/// Successive shortest paths: one row after the other sends what it has, along paths that may redirect earlier flow.
///
/// Kept all along: `cost_ij - u_i - v_j >= 0`, and 0 where there is flow.
#[derive(Clone, Debug)]
pub(super) struct Solver {
    m: usize,
    cost: Vec<f64>,
    supply: Vec<f64>,
    demand: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
    /// Flow into each column: the rows it comes from, with the amounts.
    flow: Vec<Vec<(usize, f64)>>,
    /// The row that sends.
    row: usize,
    /// Amounts below are rounding.
    tiny: f64,
    search: Search,
}

/// A shortest-path tree from the sending row.
#[derive(Clone, Debug)]
struct Search {
    /// Distance of each column, and the row before it.
    distance: Vec<f64>,
    before: Vec<usize>,
    /// Distance of each row and the column before it; `usize::MAX` where the row was not reached.
    row_distance: Vec<f64>,
    row_before: Vec<usize>,
    rows: Vec<usize>,
    scanned: Vec<usize>,
    waiting: Vec<usize>,
}

impl Solver {
    /// `cost` row after row, `a` and `b` with equal sums.
    pub(super) fn new(cost: Vec<f64>, a: &[f64], b: &[f64]) -> Self {
        let (n, m) = (a.len(), b.len());
        // The largest feasible potentials of the columns, then of the rows: most cells find their partner at once.
        let mut v = vec![f64::INFINITY; m];
        for row in cost.chunks_exact(m) {
            for (v, &cost) in v.iter_mut().zip(row) {
                *v = v.min(cost);
            }
        }
        let slack = |row: &[f64]| row.iter().zip(&v).map(|(cost, v)| cost - v).fold(f64::INFINITY, f64::min);
        let u = cost.chunks_exact(m).map(slack).collect();
        Self {
            m,
            cost,
            supply: a.to_vec(),
            demand: b.to_vec(),
            u,
            v,
            flow: vec![Vec::new(); m],
            row: 0,
            tiny: 1e-15 * a.iter().sum::<f64>(),
            search: Search {
                distance: vec![0.0; m],
                before: vec![0; m],
                row_distance: vec![0.0; n],
                row_before: vec![usize::MAX; n],
                rows: Vec::new(),
                scanned: Vec::new(),
                waiting: Vec::new(),
            },
        }
    }

    /// The same for equal weights: `m` units a row and `n` a column, so that all amounts are whole numbers.
    pub(super) fn equal_weights(cost: Vec<f64>, n: usize, m: usize) -> Self {
        Self::new(cost, &vec![m as f64; n], &vec![n as f64; m])
    }

    /// Sends along one path; `false` when all is sent.
    pub(super) fn step(&mut self) -> bool {
        while self.supply.get(self.row).is_some_and(|&supply| supply <= self.tiny) {
            self.row += 1;
        }
        if self.row == self.supply.len() {
            return false;
        }
        match self.shortest_path() {
            Some(end) => self.send(end),
            // Only rounding is left over.
            None => self.supply[self.row] = 0.0,
        }
        true
    }

    /// The nearest column with demand, with the potentials moved so that the path to it costs nothing.
    fn shortest_path(&mut self) -> Option<usize> {
        let Search { distance, before, row_distance, row_before, rows, scanned, waiting } = &mut self.search;
        rows.clear();
        scanned.clear();
        row_before.fill(usize::MAX);
        distance.fill(f64::INFINITY);
        waiting.clear();
        waiting.extend(0..self.m);
        let mut fresh = vec![(self.row, 0.0)];
        row_before[self.row] = self.row;
        row_distance[self.row] = 0.0;
        rows.push(self.row);
        loop {
            let mut nearest = (f64::INFINITY, true, usize::MAX);
            for (turn, &(row, reached)) in fresh.iter().enumerate() {
                let costs = &self.cost[row * self.m..(row + 1) * self.m];
                let base = reached - self.u[row];
                let last = turn + 1 == fresh.len();
                for (place, &column) in waiting.iter().enumerate() {
                    let along = base + costs[column] - self.v[column];
                    if along < distance[column] {
                        distance[column] = along;
                        before[column] = row;
                    }
                    // Of equally near columns, one with demand ends the search.
                    if last && distance[column] <= nearest.0 {
                        let full = self.demand[column] <= self.tiny;
                        if distance[column] < nearest.0 || !full && nearest.1 {
                            nearest = (distance[column], full, place);
                        }
                    }
                }
            }
            if fresh.is_empty() {
                for (place, &column) in waiting.iter().enumerate() {
                    let full = self.demand[column] <= self.tiny;
                    if distance[column] < nearest.0 || distance[column] <= nearest.0 && !full && nearest.1 {
                        nearest = (distance[column], full, place);
                    }
                }
            }
            let (reached, full, place) = nearest;
            if place == usize::MAX {
                return None;
            }
            let column = waiting.swap_remove(place);
            if !full {
                for &row in rows.iter() {
                    self.u[row] += reached - row_distance[row];
                }
                for &column in scanned.iter() {
                    self.v[column] -= reached - distance[column];
                }
                return Some(column);
            }
            scanned.push(column);
            fresh.clear();
            for &(row, _) in &self.flow[column] {
                if row_before[row] == usize::MAX {
                    row_before[row] = column;
                    row_distance[row] = reached;
                    rows.push(row);
                    fresh.push((row, reached));
                }
            }
        }
    }

    /// Sends as much as fits along the path to the column.
    fn send(&mut self, end: usize) {
        let mut amount = self.supply[self.row].min(self.demand[end]);
        let mut row = self.search.before[end];
        while row != self.row {
            let column = self.search.row_before[row];
            amount = amount.min(self.flow[column].iter().find(|flow| flow.0 == row).map_or(0.0, |flow| flow.1));
            row = self.search.before[column];
        }
        self.supply[self.row] -= amount;
        self.demand[end] -= amount;
        let mut column = end;
        loop {
            let row = self.search.before[column];
            match self.flow[column].iter_mut().find(|flow| flow.0 == row) {
                Some(flow) => flow.1 += amount,
                None => self.flow[column].push((row, amount)),
            }
            if row == self.row {
                break;
            }
            column = self.search.row_before[row];
            let tiny = self.tiny;
            self.flow[column].retain_mut(|flow| {
                if flow.0 == row {
                    flow.1 -= amount;
                }
                flow.1 > tiny
            });
        }
    }

    /// Roughly the multiply-adds of a step.
    pub(super) fn step_work(&self) -> f64 {
        // A search looks at a share of the columns from some rows.
        (self.m * 20 + self.supply.len()) as f64
    }

    /// The cost for weights that add up to 1.
    pub(super) fn mean_cost(&self) -> f64 {
        self.plan().cost / self.flow.iter().flatten().map(|flow| flow.1).sum::<f64>()
    }

    /// What has been sent.
    pub(super) fn plan(&self) -> Plan {
        let mut plan: Vec<(usize, usize, f64)> = Vec::new();
        for (j, flows) in self.flow.iter().enumerate() {
            plan.extend(flows.iter().map(|&(i, amount)| (i, j, amount)));
        }
        plan.sort_by_key(|&(i, j, _)| (i, j));
        Plan { cost: plan.iter().map(|&(i, j, amount)| amount * self.cost[i * self.m + j]).sum(), plan }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;
    use ndarray::{Array2, array};
    use rand::RngExt;

    fn random_costs(n: usize, m: usize, seed: u64) -> Array2<f64> {
        let mut rng = random::stream(seed, "test/emd");
        Array2::from_shape_fn((n, m), |_| rng.random::<f64>())
    }

    /// Margins met, and a dual solution of the same value: the proof of an optimum.
    fn assert_optimal(cost: &Array2<f64>, a: &[f64], b: &[f64]) {
        let mut solver = Solver::new(cost.iter().copied().collect(), a, b);
        while solver.step() {}
        let plan = solver.plan();
        let (mut rows, mut columns) = (vec![0.0; a.len()], vec![0.0; b.len()]);
        for &(i, j, amount) in &plan.plan {
            assert!(amount > 0.0);
            rows[i] += amount;
            columns[j] += amount;
        }
        for (got, expected) in rows.iter().zip(a).chain(columns.iter().zip(b)) {
            assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        }
        for ((i, j), &cost) in cost.indexed_iter() {
            assert!(cost - solver.u[i] - solver.v[j] > -1e-12);
        }
        let dual: f64 =
            a.iter().zip(&solver.u).chain(b.iter().zip(&solver.v)).map(|(weight, price)| weight * price).sum();
        assert!((plan.cost - dual).abs() < 1e-12 * (1.0 + dual.abs()), "{} {dual}", plan.cost);
    }

    #[test]
    fn plans_are_optimal() {
        for (n, m, seed) in [(1, 1, 1), (1, 7, 2), (7, 1, 3), (20, 20, 4), (30, 17, 5), (16, 47, 6), (90, 90, 7)] {
            let cost = random_costs(n, m, seed);
            assert_optimal(&cost, &vec![1.0 / n as f64; n], &vec![1.0 / m as f64; m]);
            let ties = cost.mapv(|value| (value * 4.0).floor() - 2.0);
            assert_optimal(&ties, &vec![1.0 / n as f64; n], &vec![1.0 / m as f64; m]);
            let weights = |n: usize, seed| {
                let mut weights: Vec<f64> = random_costs(1, n, seed).into_iter().collect();
                if n > 3 {
                    weights[2] = 0.0;
                }
                let sum: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / sum).collect::<Vec<_>>()
            };
            assert_optimal(&cost, &weights(n, seed + 50), &weights(m, seed + 90));
        }
    }

    #[test]
    fn in_one_dimension_the_sorted_lists_are_matched() {
        let (mut x, mut y) = (random_costs(60, 1, 11), random_costs(60, 1, 12).mapv(|value| value * 2.0 - 1.0));
        let got = between(x.view(), y.view()).unwrap();
        for side in [&mut x, &mut y] {
            side.as_slice_mut().unwrap().sort_by(f64::total_cmp);
        }
        let expected = x.iter().zip(&y).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / 60.0;
        assert!((got - expected).abs() < 1e-12 * expected);
    }

    #[test]
    fn equal_sets_cost_nothing() {
        let x = random_costs(50, 3, 21);
        assert!(between(x.view(), x.view()).unwrap().abs() < 1e-14);
        let twice = array![[1.0, 2.0], [1.0, 2.0], [0.0, 0.0]];
        assert!(between(twice.view(), array![[1.0, 2.0]].view()).unwrap() > 1.6);
    }

    #[test]
    fn bad_input_is_named() {
        let cost = Array2::zeros((2, 2));
        let code = |cost: &Array2<f64>, a: &[f64], b: &[f64]| emd(cost.view(), a, b).unwrap_err().code();
        assert_eq!(code(&cost, &[1.0], &[0.5, 0.5]), "metric_shape_mismatch");
        assert_eq!(code(&cost, &[1.0, 0.0], &[0.5, 0.4]), "metric_setting");
        assert_eq!(code(&cost, &[1.5, -0.5], &[0.5, 0.5]), "metric_setting");
        assert_eq!(code(&cost, &[0.0, 0.0], &[0.0, 0.0]), "metric_setting");
        let large = Array2::zeros((MAX_POINTS + 1, 1));
        assert_eq!(code(&large, &vec![1.0; MAX_POINTS + 1], &[1.0]), "metric_too_many_cells");
    }
}
