//! A transport distance between two groups and between their resamples, in small steps.
//!
//! The entropic problems of the resamples start from potentials that are nearly theirs: those of the observed problem for
//! redraws, those of the pooled cells against each other for permutations. The kernel that belongs to these is computed once,
//! a resample picks rows and columns of it. `eps` is that of the observed problem throughout.

use super::distance::Distance;
use super::emd;
use super::pair_sums::Pooled;
use super::points::Points;
use super::sinkhorn::{CHECK_EVERY, EpsilonScale, MAX_ITERATIONS, THRESHOLD, costs, epsilon_of};
use super::sinkhorn_solver::{Problem, Solver, exp};

/// Up to this many pooled cells their whole kernel is held (twice `2000^2` numbers of 4 bytes).
const HELD_CELLS: usize = 2000;
/// From so many of them, evenly spread, the potentials of the pooled cells are computed.
const ANCHORS: usize = 800;
/// Rounds in which the potentials of the pooled cells are computed; they are a start, not a result.
const POOLED_ROUNDS: usize = 12;

/// Iterations of a resample at most. Where types of cells lie far apart and a redraw changes their shares, hundreds of
/// iterations move the last per mille of mass; after these the ends of the intervals lie within 6 % of their width from
/// where they end up, and no p-value moves by more than one resample (built-in liver set, all its comparisons).
const RESAMPLE_ITERATIONS: usize = 100;

/// A transport problem that is being solved.
#[derive(Clone, Debug)]
enum Solve {
    Entropic { solver: Solver, iterations: usize },
    Exact(emd::Solver),
}

/// The pooled cells against each other, without themselves.
#[derive(Clone, Debug)]
struct Around {
    potentials: Vec<f64>,
    cost: Vec<f32>,
    kernel: Vec<f32>,
}

/// All transport problems of one distance.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    distance: Distance,
    permutations: usize,
    redraws: usize,
    /// The cost between the groups, once it is known.
    pub(super) observed: Option<f64>,
    /// Costs of the permutations and of the redraws that are done.
    pub(super) permuted: Vec<f64>,
    pub(super) redrawn: Vec<f64>,
    /// `None` where all costs are equal: then there is nothing to regularise, and no resampling.
    epsilon: Option<f64>,
    solved: Option<Problem>,
    around: Option<Around>,
    current: Option<Solve>,
}

impl Transport {
    pub(super) fn new(distance: Distance, permutations: usize, redraws: usize) -> Self {
        Self {
            distance,
            permutations,
            redraws,
            observed: None,
            permuted: Vec::new(),
            redrawn: Vec::new(),
            epsilon: None,
            solved: None,
            around: None,
            current: None,
        }
    }

    pub(super) fn distance(&self) -> Distance {
        self.distance
    }

    /// Share of the problems that are solved.
    pub(super) fn progress(&self) -> f64 {
        let done = usize::from(self.observed.is_some()) + self.permuted.len() + self.redrawn.len();
        done as f64 / (1 + self.permutations + self.redraws) as f64
    }

    /// Works on the cost between the groups for about `budget` multiply-adds; `false` once it is known.
    pub(super) fn observe(&mut self, pooled: &Pooled, budget: &mut f64) -> bool {
        while self.observed.is_none() && *budget > 0.0 {
            if self.current.is_none() {
                *budget -= (pooled.n * pooled.m) as f64 * 60.0;
                let range = |from, to| (from..to).collect::<Vec<usize>>();
                let x = pooled.points.select(&range(0, pooled.n));
                let y = pooled.points.select(&range(pooled.n, pooled.len()));
                self.current = self.start(&x, &y);
            } else if let Some((cost, solved)) = self.advance(CHECK_EVERY, budget) {
                self.observed = Some(cost);
                self.solved = solved;
            }
        }
        self.observed.is_none()
    }

    /// The problem between the groups; a cost at once where all costs are equal.
    fn start(&mut self, x: &Points, y: &Points) -> Option<Solve> {
        let scale = match self.distance {
            Distance::Wasserstein => EpsilonScale::Std,
            Distance::WassersteinMean => EpsilonScale::Mean,
            _ => {
                let cost = pairs(x.len(), y.len()).map(|(i, j)| x.squared_distance(i, y, j)).collect();
                return Some(Solve::Exact(emd::Solver::equal_weights(cost, x.len(), y.len())));
            }
        };
        let (cost, mean, sd) = costs(x, y);
        self.epsilon = epsilon_of(mean, sd, scale);
        let Some(epsilon) = self.epsilon else {
            self.observed = Some(mean);
            return None;
        };
        Some(Solve::Entropic { solver: Solver::new(cost, x.len(), y.len(), epsilon), iterations: 0 })
    }

    /// Works on the current problem; its cost when it is solved, and what a redraw can start from.
    fn advance(&mut self, check_every: usize, budget: &mut f64) -> Option<(f64, Option<Problem>)> {
        match self.current.take()? {
            Solve::Exact(mut solver) => {
                while *budget > 0.0 {
                    *budget -= solver.step_work();
                    if !solver.step() {
                        return Some((solver.mean_cost(), None));
                    }
                }
                self.current = Some(Solve::Exact(solver));
            }
            Solve::Entropic { mut solver, mut iterations } => {
                let most = if self.observed.is_some() { RESAMPLE_ITERATIONS } else { MAX_ITERATIONS };
                while *budget > 0.0 {
                    let mut error = f64::INFINITY;
                    for _ in 0..check_every {
                        error = solver.step();
                    }
                    iterations += check_every;
                    *budget -= check_every as f64 * solver.step_work();
                    if error < THRESHOLD || iterations >= most {
                        return Some((solver.cost(), Some(solver.into_problem())));
                    }
                }
                self.current = Some(Solve::Entropic { solver, iterations });
            }
        }
        None
    }

    /// Works on the resamples for about `budget` multiply-adds; `false` once all are done.
    pub(super) fn resample(&mut self, pooled: &Pooled, budget: &mut f64) -> bool {
        if self.observe(pooled, budget) {
            return true;
        }
        let exact = self.distance == Distance::Emd;
        if self.epsilon.is_none() && !exact {
            (self.permutations, self.redraws) = (0, 0);
        }
        while *budget > 0.0 {
            let permuting = self.permuted.len() < self.permutations;
            if !permuting && self.redrawn.len() >= self.redraws {
                (self.solved, self.around) = (None, None);
                return false;
            }
            if self.current.is_some() {
                if let Some((cost, _)) = self.advance(1, budget) {
                    if permuting { self.permuted.push(cost) } else { self.redrawn.push(cost) }
                }
                continue;
            }
            *budget -= (pooled.n * pooled.m) as f64 * 4.0;
            self.current = if permuting {
                let labels = pooled.labels.column(self.permuted.len());
                let with = |label: f64| {
                    (0..pooled.len()).filter(|&cell| (labels[cell] - label).abs() < 0.5).collect::<Vec<_>>()
                };
                let sides = (with(0.0), with(1.0));
                let weights = (vec![1.0; pooled.n], vec![1.0; pooled.m]);
                Some(if exact { Self::exact(pooled, sides, weights) } else { self.permuted(pooled, sides, budget) })
            } else {
                let draws = pooled.draws.column(self.redrawn.len());
                let drawn = |from: usize, to: usize| (from..to).filter(|&cell| draws[cell] > 0.5).collect::<Vec<_>>();
                let sides = (drawn(0, pooled.n), drawn(pooled.n, pooled.len()));
                let counts = |cells: &[usize]| cells.iter().map(|&cell| draws[cell]).collect::<Vec<f64>>();
                let weights = (counts(&sides.0), counts(&sides.1));
                Some(if exact { Self::exact(pooled, sides, weights) } else { self.redrawn(pooled, sides, weights) })
            };
        }
        true
    }

    /// The exact problem of these cells, drawn so often; whole numbers as weights.
    fn exact(pooled: &Pooled, sides: (Vec<usize>, Vec<usize>), weights: (Vec<f64>, Vec<f64>)) -> Solve {
        let (x, y) = (pooled.points.select(&sides.0), pooled.points.select(&sides.1));
        let cost = pairs(x.len(), y.len()).map(|(i, j)| x.squared_distance(i, &y, j)).collect();
        let times =
            |weights: Vec<f64>, by: usize| weights.into_iter().map(|weight| weight * by as f64).collect::<Vec<_>>();
        let (a, b) = (times(weights.0, pooled.m), times(weights.1, pooled.n));
        Solve::Exact(emd::Solver::new(cost, &a, &b))
    }

    /// The entropic problem of these cells, from the potentials of all cells against each other.
    fn permuted(&mut self, pooled: &Pooled, (rows, columns): (Vec<usize>, Vec<usize>), budget: &mut f64) -> Solve {
        let epsilon = self.epsilon.unwrap_or(1.0);
        let around = self.around.take().unwrap_or_else(|| {
            *budget -= (pooled.len() * pooled.len()) as f64 * (60.0 + 20.0 * POOLED_ROUNDS as f64);
            Around::new(pooled, epsilon)
        });
        let potentials = |cells: &[usize]| cells.iter().map(|&cell| around.potentials[cell]).collect::<Vec<_>>();
        let (f, g) = (potentials(&rows), potentials(&columns));
        let n = pooled.len();
        let (cost, kernel) = if around.kernel.is_empty() {
            let (x, y) = (pooled.points.select(&rows), pooled.points.select(&columns));
            let (cost, ..) = costs(&x, &y);
            let entry =
                |((i, j), &cost): ((usize, usize), &f32)| exp(((f[i] + g[j] - f64::from(cost)) / epsilon) as f32);
            let kernel = pairs(f.len(), g.len()).zip(&cost).map(entry).collect();
            (cost, kernel)
        } else {
            (pick(&around.cost, n, &rows, &columns), pick(&around.kernel, n, &rows, &columns))
        };
        self.around = Some(around);
        let weights = (vec![1.0 / f.len() as f64; f.len()], vec![1.0 / g.len() as f64; g.len()]);
        Solve::Entropic { solver: Solver::warm(Problem { cost, kernel, f, g }, weights, epsilon), iterations: 0 }
    }

    /// The entropic problem of these cells, drawn so often, from the potentials between the groups.
    fn redrawn(
        &self,
        pooled: &Pooled,
        (rows, columns): (Vec<usize>, Vec<usize>),
        (a, b): (Vec<f64>, Vec<f64>),
    ) -> Solve {
        let columns: Vec<usize> = columns.into_iter().map(|cell| cell - pooled.n).collect();
        let part = |values: &[f32]| pick(values, pooled.m, &rows, &columns);
        let problem = self.solved.as_ref().map_or_else(
            || Problem { cost: Vec::new(), kernel: Vec::new(), f: Vec::new(), g: Vec::new() },
            |solved| Problem {
                cost: part(&solved.cost),
                kernel: part(&solved.kernel),
                f: rows.iter().map(|&i| solved.f[i]).collect(),
                g: columns.iter().map(|&j| solved.g[j]).collect(),
            },
        );
        let share = |counts: Vec<f64>, of: usize| counts.into_iter().map(|count| count / of as f64).collect();
        let weights = (share(a, pooled.n), share(b, pooled.m));
        let solver = Solver::warm(problem, weights, self.epsilon.unwrap_or(1.0));
        Solve::Entropic { solver, iterations: 0 }
    }
}

impl Around {
    fn new(pooled: &Pooled, epsilon: f64) -> Self {
        let n = pooled.len();
        // Potentials are smooth: those of some cells extend to all.
        let anchors: Vec<usize> = (0..n).step_by(n.div_ceil(ANCHORS)).collect();
        let points = pooled.points.select(&anchors);
        let (mut cost, ..) = costs(&points, &points);
        let k = anchors.len();
        for i in 0..k {
            cost[i * k + i] = f32::INFINITY; // no cell is its own partner
        }
        let scale = 1.0 / epsilon;
        let update = |row: &[f32], potentials: &[f64], exponents: &mut Vec<f32>| {
            exponents.clear();
            exponents.extend(row.iter().zip(potentials).map(|(&cost, g)| ((g - f64::from(cost)) * scale) as f32));
            let largest = exponents.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let finite = exponents.iter().filter(|value| value.is_finite()).count().max(1);
            let sum: f64 = exponents.iter().map(|&value| f64::from(exp(value - largest))).sum();
            if sum > 0.0 { -epsilon * (f64::from(largest) + (sum / finite as f64).ln()) } else { 0.0 }
        };
        let mut h = vec![0.0; k];
        let mut exponents = Vec::with_capacity(k);
        for _ in 0..POOLED_ROUNDS {
            // The mean of old and new: alternating them would swing.
            let new: Vec<f64> = cost.chunks_exact(k).map(|row| update(row, &h, &mut exponents)).collect();
            for (h, new) in h.iter_mut().zip(new) {
                *h = f64::midpoint(*h, new);
            }
        }
        let potentials: Vec<f64> = (0..n)
            .map(|cell| {
                let squared = |j: usize| pooled.points.squared_distance(cell, &points, j) as f32;
                let row: Vec<f32> =
                    (0..k).map(|j| if anchors[j] == cell { f32::INFINITY } else { squared(j) }).collect();
                update(&row, &h, &mut exponents)
            })
            .collect();
        let h = potentials;
        if n > HELD_CELLS {
            return Self { potentials: h, cost: Vec::new(), kernel: Vec::new() };
        }
        let (cost, ..) = costs(&pooled.points, &pooled.points);
        let entry = |((i, j), &cost): ((usize, usize), &f32)| exp(((h[i] + h[j] - f64::from(cost)) * scale) as f32);
        let kernel = pairs(n, n).zip(&cost).map(entry).collect();
        Self { potentials: h, cost, kernel }
    }
}

/// These rows and columns of a matrix with `width` columns.
fn pick(values: &[f32], width: usize, rows: &[usize], columns: &[usize]) -> Vec<f32> {
    let mut picked = Vec::with_capacity(rows.len() * columns.len());
    for &row in rows {
        let row = &values[row * width..(row + 1) * width];
        picked.extend(columns.iter().map(|&column| row[column]));
    }
    picked
}

fn pairs(n: usize, m: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (0..m).map(move |j| (i, j)))
}

#[cfg(test)]
mod tests {
    use super::super::resample;
    use super::*;
    use ndarray::Array2;

    /// The cost between these cells (repeated where they were drawn twice) from a cold start, to a tighter threshold.
    fn cold(pooled: &Pooled, rows: &[usize], columns: &[usize], epsilon: Option<f64>) -> f64 {
        let (x, y) = (pooled.points.select(rows), pooled.points.select(columns));
        let Some(epsilon) = epsilon else {
            let cost = pairs(x.len(), y.len()).map(|(i, j)| x.squared_distance(i, &y, j)).collect();
            let mut solver = emd::Solver::equal_weights(cost, x.len(), y.len());
            while solver.step() {}
            return solver.mean_cost();
        };
        let mut solver = Solver::new(costs(&x, &y).0, x.len(), y.len(), epsilon);
        while solver.step() > 1e-5 {}
        solver.cost()
    }

    #[test]
    fn warm_starts_reach_what_cold_ones_reach() {
        let value = |i: usize, j: usize| ((i * 37 + j * 101 + i * j * 7) % 89) as f64 / 10.0;
        for (n, m) in [(30, 30), (41, 23), (5, 3)] {
            let x = Array2::from_shape_fn((n, 6), |(i, j)| value(i, j));
            let y = Array2::from_shape_fn((m, 6), |(i, j)| value(i + 60, j) + 3.0);
            let none = Array2::zeros((n + m, 0));
            let mut pooled =
                Pooled { points: Points::stacked(x.view(), y.view()), n, m, labels: none.clone(), draws: none };
            resample::draw(&mut pooled, 8, 8, 1, "test", &[]);
            for distance in [Distance::Wasserstein, Distance::WassersteinMean, Distance::Emd] {
                let mut transport = Transport::new(distance, 8, 8);
                // Small budgets: the result may not depend on them.
                while transport.resample(&pooled, &mut 1e3) {}
                let mut at_once = Transport::new(distance, 8, 8);
                while at_once.resample(&pooled, &mut 1e18) {}
                assert_eq!((&transport.permuted, &transport.redrawn), (&at_once.permuted, &at_once.redrawn));
                assert_eq!((transport.permuted.len(), transport.redrawn.len()), (8, 8));
                let close = |got: f64, expected: f64| {
                    assert!((got - expected).abs() < 1e-4 * expected, "{distance:?} {n} {m}: {got} {expected}");
                };
                for column in 0..8 {
                    let with = |label: f64| {
                        (0..n + m).filter(|&i| (pooled.labels[(i, column)] - label).abs() < 0.5).collect::<Vec<_>>()
                    };
                    close(transport.permuted[column], cold(&pooled, &with(0.0), &with(1.0), transport.epsilon));
                    let drawn = |cells: std::ops::Range<usize>| {
                        cells.flat_map(|i| vec![i; pooled.draws[(i, column)] as usize]).collect::<Vec<_>>()
                    };
                    close(transport.redrawn[column], cold(&pooled, &drawn(0..n), &drawn(n..n + m), transport.epsilon));
                }
            }
        }
    }
}
