//! The iteration behind [`super::sinkhorn`]: scalings of a kernel, with exponentials only where they leave their bounds.

use std::ops::RangeInclusive;

/// A scaling beyond these bounds is absorbed into its potential. What underflows in the kernel (below `exp(-87)`) is
/// negligible for all scalings within.
const SCALING: RangeInclusive<f64> = 1e-12..=1e12;
/// Rows that are added up in `f32`.
const ROWS: usize = 8;

/// Costs (row after row), potentials, and the kernel `exp((f_i + g_j - C_ij) / eps)`.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) cost: Vec<f32>,
    pub(super) kernel: Vec<f32>,
    pub(super) f: Vec<f64>,
    pub(super) g: Vec<f64>,
}

/// Potentials relative to the weights: `P_ij = a_i b_j exp((f_i + g_j - C_ij) / eps)`.
///
/// They are kept as `f + eps ln u` and `g + eps ln v`, with `kernel_ij = exp((f_i + g_j - C_ij) / eps)`.
#[derive(Clone, Debug)]
pub(super) struct Solver {
    m: usize,
    /// Weights of the rows and of the columns; either adds up to 1.
    a: Vec<f64>,
    b: Vec<f64>,
    epsilon: f64,
    cost: Vec<f32>,
    kernel: Vec<f32>,
    f: Vec<f64>,
    g: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
    /// Sum over the rows of `a u kernel`: what the next update of `v` needs, and the margin's error too.
    column: Vec<f64>,
}

impl Solver {
    /// Equal weights, from potentials of 0.
    pub(super) fn new(cost: Vec<f32>, n: usize, m: usize, epsilon: f64) -> Self {
        Self {
            m,
            a: vec![1.0 / n as f64; n],
            b: vec![1.0 / m as f64; m],
            epsilon,
            kernel: vec![0.0; cost.len()],
            cost,
            f: vec![0.0; n],
            g: vec![0.0; m],
            u: vec![1.0; n],
            v: vec![1.0; m],
            // Zeros send the first iteration to the log domain, which fills the kernel.
            column: vec![0.0; m],
        }
    }

    /// From potentials `f` and `g` near the solution, with the kernel that belongs to them.
    pub(super) fn warm(problem: Problem, weights: (Vec<f64>, Vec<f64>), epsilon: f64) -> Self {
        let Problem { cost, kernel, f, g } = problem;
        let (a, b) = weights;
        let mut column = vec![0.0; b.len()];
        for (&a, row) in a.iter().zip(kernel.chunks_exact(b.len())) {
            for (sum, &kernel) in column.iter_mut().zip(row) {
                *sum += a * f64::from(kernel);
            }
        }
        let (u, v) = (vec![1.0; a.len()], vec![1.0; b.len()]);
        Self { m: b.len(), a, b, epsilon, cost, kernel, f, g, u, v, column }
    }

    /// The problem with what the scalings say absorbed into potentials and kernel.
    pub(super) fn into_problem(mut self) -> Problem {
        for ((f, &u), row) in self.f.iter_mut().zip(&self.u).zip(self.kernel.chunks_exact_mut(self.m)) {
            *f += self.epsilon * u.ln();
            for (kernel, v) in row.iter_mut().zip(&self.v) {
                *kernel = (f64::from(*kernel) * u * v) as f32;
            }
        }
        for (g, v) in self.g.iter_mut().zip(&self.v) {
            *g += self.epsilon * v.ln();
        }
        Problem { cost: self.cost, kernel: self.kernel, f: self.f, g: self.g }
    }

    /// Roughly the multiply-adds of a step.
    pub(super) fn step_work(&self) -> f64 {
        2.0 * self.kernel.len() as f64
    }

    /// One iteration: the potential of `y`, then that of `x`. Returns the L1 error of the margin of `y` after it.
    pub(super) fn step(&mut self) -> f64 {
        if !self.step_with_kernel() {
            self.step_in_log_domain();
        }
        let error = |((v, column), b): ((&f64, &f64), &f64)| (v * column - 1.0).abs() * b;
        self.v.iter().zip(&self.column).zip(&self.b).map(error).sum()
    }

    /// The iteration as two products with the kernel; false, with `u` as it was, if a scaling left its bounds.
    fn step_with_kernel(&mut self) -> bool {
        if !self.column.iter().all(|column| SCALING.contains(column)) {
            return false;
        }
        let v: Vec<f64> = self.column.iter().map(|column| 1.0 / column).collect();
        let weighted: Vec<f32> = v.iter().zip(&self.b).map(|(v, b)| (v * b) as f32).collect();
        let mut u = Vec::with_capacity(self.a.len());
        let mut column = vec![0.0; self.m];
        let mut partial = vec![0.0_f32; self.m];
        // One pass over the kernel: a row gives its `u` and is then, still in the cache, added to the columns, a few
        // rows in `f32` at a time.
        for (kernel, a) in self.kernel.chunks(ROWS * self.m).zip(self.a.chunks(ROWS)) {
            for (row, a) in kernel.chunks_exact(self.m).zip(a) {
                let scaling = 1.0 / dot(row, &weighted);
                if !SCALING.contains(&scaling) {
                    return false;
                }
                // Times the number of rows, so that it stays in the range of `f32`.
                let weight = (scaling * a * self.a.len() as f64) as f32;
                for (sum, &kernel) in partial.iter_mut().zip(row) {
                    *sum += weight * kernel;
                }
                u.push(scaling);
            }
            for (sum, partial) in column.iter_mut().zip(&mut partial) {
                *sum += f64::from(*partial);
                *partial = 0.0;
            }
        }
        let rows = self.a.len() as f64;
        for sum in &mut column {
            *sum /= rows;
        }
        (self.v, self.u, self.column) = (v, u, column);
        true
    }

    /// The iteration as sums of exponentials that cannot under- or overflow; the kernel then starts afresh from it.
    fn step_in_log_domain(&mut self) {
        for (f, u) in self.f.iter_mut().zip(&mut self.u) {
            *f += self.epsilon * u.ln();
            *u = 1.0;
        }
        self.v.fill(1.0);
        let scale = 1.0 / self.epsilon;
        let exponent = |potential: f64, cost: f32| ((potential - f64::from(cost)) * scale) as f32;
        let soft_min = |largest: f32, mean: f64| -self.epsilon * (f64::from(largest) + mean.ln());

        let mut largest = vec![f32::NEG_INFINITY; self.m];
        for (&f, row) in self.f.iter().zip(self.cost.chunks_exact(self.m)) {
            for (largest, &cost) in largest.iter_mut().zip(row) {
                *largest = largest.max(exponent(f, cost));
            }
        }
        self.column.fill(0.0);
        for ((&f, a), row) in self.f.iter().zip(&self.a).zip(self.cost.chunks_exact(self.m)) {
            for ((sum, &largest), &cost) in self.column.iter_mut().zip(&largest).zip(row) {
                *sum += a * f64::from(exp(exponent(f, cost) - largest));
            }
        }
        for ((g, &largest), sum) in self.g.iter_mut().zip(&largest).zip(&self.column) {
            *g = soft_min(largest, *sum);
        }

        self.column.fill(0.0);
        let rows = self.cost.chunks_exact(self.m).zip(self.kernel.chunks_exact_mut(self.m));
        for ((f, a), (cost, kernel)) in self.f.iter_mut().zip(&self.a).zip(rows) {
            for ((kernel, &g), &cost) in kernel.iter_mut().zip(&self.g).zip(cost) {
                *kernel = exponent(g, cost);
            }
            let largest = kernel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let sum = kernel.iter().zip(&self.b).map(|(&exponent, b)| b * f64::from(exp(exponent - largest))).sum();
            *f = soft_min(largest, sum);
            for ((kernel, &g), (&cost, column)) in kernel.iter_mut().zip(&self.g).zip(cost.iter().zip(&mut self.column))
            {
                *kernel = exp(exponent(*f + g, cost));
                *column += a * f64::from(*kernel);
            }
        }
    }

    /// The dual value `sum a f + sum b g`; it is `reg_ot_cost` because the margin of `x` is exact after an iteration.
    pub(super) fn cost(&self) -> f64 {
        let mean = |weights: &[f64], potential: &[f64], scaling: &[f64]| -> f64 {
            let terms = weights.iter().zip(potential).zip(scaling);
            terms.map(|((weight, p), s)| weight * (p + self.epsilon * s.ln())).sum()
        };
        mean(&self.a, &self.f, &self.u) + mean(&self.b, &self.g, &self.v)
    }
}

/// `exp`, with 0 for what would be a subnormal number (which some processors compute with very slowly).
pub(super) fn exp(exponent: f32) -> f32 {
    if exponent < -87.0 { 0.0 } else { exponent.exp() }
}

/// Dot product in sixteen `f32` lanes, added up in `f64`.
fn dot(x: &[f32], y: &[f32]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<16>(), y.as_chunks::<16>());
    let mut lanes = [0.0_f32; 16];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..16 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| f64::from(x * y)).sum();
    lanes.iter().copied().map(f64::from).sum::<f64>() + rest
}
