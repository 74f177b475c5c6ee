//! The log-likelihood of counts and its derivatives in one go over plain slices.
//!
//! From tensor operations they take more than a hundred passes over cells x genes. Here it is a handful of loops that the
//! compiler can vectorise, and what only counts above 0 need is computed for these alone.

use super::elementary::{exp, ln, ln_1p};
use crate::nn::RATE_FLOOR;
use crate::nn::likelihood::binet_and_slope;

/// Smallest part of a rate, in single precision.
const FLOOR: f32 = RATE_FLOOR as f32;
/// Range of the logarithm of the inverse dispersion, far beyond where the likelihood changes with it, so that nothing
/// overflows.
const LOG_THETA: f64 = 60.0;

/// Counts of R replicas x cells, each (zero-inflated) negative binomial with mean `exp(log_library) * softmax(logits)` and
/// inverse dispersion `exp(log_theta)`. Row-major slices.
pub(super) struct CountKernel<'a> {
    pub n_genes: usize,
    /// `[R, cells, genes]`
    pub logits: &'a [f32],
    /// `[R, cells]`, or `[cells]` for all replicas.
    pub log_library: &'a [f32],
    /// `[R, genes]`
    pub log_theta: &'a [f32],
    /// Logits of excess zeros, `[R, cells, genes]`.
    pub dropout: Option<&'a [f32]>,
    /// `[R, cells, genes]`, or `[cells, genes]` for all replicas.
    pub counts: &'a [f32],
}

/// Derivatives of every cell's log-likelihood.
pub(super) struct CountGradients {
    /// `[R, cells, genes]`
    pub logits: Vec<f32>,
    /// `[R, cells]`
    pub log_library: Vec<f32>,
    /// `[R, cells, genes]`, not summed over the cells, which may have different weights in a loss.
    pub log_theta: Vec<f32>,
    /// `[R, cells, genes]`; empty without excess zeros.
    pub dropout: Vec<f32>,
}

impl CountKernel<'_> {
    /// Log-likelihood of every cell, `[R, cells]`, without the part that depends on the counts alone, and its derivatives.
    pub fn run(&self) -> (Vec<f32>, CountGradients) {
        let n = self.n_genes;
        let rows = self.logits.len() / n;
        let replicas = self.log_theta.len() / n;
        let seen = Seen::of(self.counts, n);
        let mut row = Row::new(n);
        let mut values = Vec::with_capacity(rows);
        let mut gradients = CountGradients {
            logits: vec![0.0; rows * n],
            log_library: Vec::with_capacity(rows),
            log_theta: vec![0.0; rows * n],
            dropout: vec![0.0; self.dropout.map_or(0, <[f32]>::len)],
        };
        for (replica, log_theta) in self.log_theta.chunks_exact(n).enumerate() {
            let genes = Genes::of(log_theta);
            for i in replica * rows / replicas..(replica + 1) * rows / replicas {
                let place = i * n..(i + 1) * n;
                row.set_rates(&self.logits[place.clone()], self.log_library[i % self.log_library.len()]);
                let spread = &mut gradients.log_theta[place.clone()];
                if let Some(dropout) = self.dropout {
                    let (dropout, chance) = (&dropout[place.clone()], &mut gradients.dropout[place.clone()]);
                    row.set_inflated(&genes, seen.row(i), dropout, spread, chance);
                } else {
                    row.set(&genes, seen.row(i), spread);
                }
                let by_library = row.finish(&mut gradients.logits[place]);
                gradients.log_library.push(by_library);
                values.push(total(&row.value) as f32);
            }
        }
        (values, gradients)
    }
}

/// Counts above 0, row by row.
struct Seen {
    starts: Vec<usize>,
    genes: Vec<usize>,
    counts: Vec<f32>,
}

impl Seen {
    fn of(counts: &[f32], n_genes: usize) -> Self {
        let mut seen = Self { starts: vec![0], genes: Vec::new(), counts: Vec::new() };
        for row in counts.chunks_exact(n_genes) {
            for (gene, &count) in row.iter().enumerate().filter(|(_, count)| **count >= FLOOR) {
                seen.genes.push(gene);
                seen.counts.push(count);
            }
            seen.starts.push(seen.genes.len());
        }
        seen
    }

    /// Genes and counts of a row; rows begin anew with every replica where all have the same.
    fn row(&self, i: usize) -> (&[usize], &[f32]) {
        let i = i % (self.starts.len() - 1);
        let place = self.starts[i]..self.starts[i + 1];
        (&self.genes[place.clone()], &self.counts[place])
    }
}

/// What the likelihood needs to know of the genes of one replica.
struct Genes {
    theta: Vec<f32>,
    inverse: Vec<f32>,
    /// Binet's function of theta.
    binet: Vec<f32>,
    /// Its derivative by the logarithm of theta.
    slope: Vec<f32>,
}

impl Genes {
    fn of(log_theta: &[f32]) -> Self {
        let mut genes = Self { theta: Vec::new(), inverse: Vec::new(), binet: Vec::new(), slope: Vec::new() };
        for &log_theta in log_theta {
            let theta = f64::from(log_theta).clamp(-LOG_THETA, LOG_THETA).exp();
            let (binet, slope) = binet_and_slope(theta);
            genes.theta.push(theta as f32);
            genes.inverse.push(theta.recip() as f32);
            genes.binet.push(binet as f32);
            genes.slope.push((theta * slope) as f32);
        }
        genes
    }
}

/// What is computed of one cell, a value for every gene.
struct Row {
    rate: Vec<f32>,
    inverse_library: f32,
    /// Log-likelihood.
    value: Vec<f32>,
    /// Its derivative by the logarithm of the rate.
    shift: Vec<f32>,
    at: Gathered,
}

/// The same for the counts above 0 of the cell, one behind the other.
struct Gathered {
    rate: Vec<f32>,
    theta: Vec<f32>,
    dropout: Vec<f32>,
    value: Vec<f32>,
    shift: Vec<f32>,
    spread: Vec<f32>,
    chance: Vec<f32>,
}

impl Row {
    fn new(n: usize) -> Self {
        let zeros = || vec![0.0; n];
        let at = Gathered {
            rate: zeros(),
            theta: zeros(),
            dropout: zeros(),
            value: zeros(),
            shift: zeros(),
            spread: zeros(),
            chance: zeros(),
        };
        Self { rate: zeros(), inverse_library: 0.0, value: zeros(), shift: zeros(), at }
    }

    /// `exp(log_library) * softmax(logits)`
    fn set_rates(&mut self, logits: &[f32], log_library: f32) {
        let largest = largest(logits);
        for (rate, logit) in self.rate.iter_mut().zip(logits) {
            *rate = exp(logit - largest);
        }
        let library = exp(log_library);
        let factor = library / total(&self.rate) as f32;
        self.rate.iter_mut().for_each(|rate| *rate *= factor);
        self.inverse_library = library.recip();
    }

    /// Values and derivatives of the negative binomial.
    fn set(&mut self, genes: &Genes, (places, counts): (&[usize], &[f32]), spread: &mut [f32]) {
        zeros(&self.rate, &genes.theta, &genes.inverse, &mut self.value, &mut self.shift, spread);
        self.at.gather(places, &self.rate, &genes.theta);
        let at = &mut self.at;
        above(counts, &at.rate, &at.theta, &mut at.value, &mut at.shift, &mut at.spread);
        self.scatter(genes, places, spread);
    }

    /// The same with excess zeros.
    fn set_inflated(
        &mut self,
        genes: &Genes,
        (places, counts): (&[usize], &[f32]),
        dropout: &[f32],
        spread: &mut [f32],
        chance: &mut [f32],
    ) {
        zeros(&self.rate, &genes.theta, &genes.inverse, &mut self.value, &mut self.shift, spread);
        inflate(dropout, &mut self.value, &mut self.shift, spread, chance);
        self.at.gather(places, &self.rate, &genes.theta);
        let at = &mut self.at;
        above(counts, &at.rate, &at.theta, &mut at.value, &mut at.shift, &mut at.spread);
        for (at, &gene) in at.dropout.iter_mut().zip(places) {
            *at = dropout[gene];
        }
        keep(counts.len(), &at.dropout, &mut at.value, &mut at.chance);
        self.scatter(genes, places, spread);
        for (&gene, at) in places.iter().zip(&self.at.chance) {
            chance[gene] = *at;
        }
    }

    /// Puts what was computed for the counts above 0 in its places.
    fn scatter(&mut self, genes: &Genes, places: &[usize], spread: &mut [f32]) {
        for (k, &gene) in places.iter().enumerate() {
            self.value[gene] = self.at.value[k] - genes.binet[gene];
            self.shift[gene] = self.at.shift[k];
            spread[gene] = self.at.spread[k] - genes.slope[gene];
        }
    }

    /// The derivative by the logits, from those by the logarithms of the rates: `shift - softmax * sum(shift)`. Returns that
    /// sum, which is the derivative by the logarithm of the library size.
    fn finish(&self, logits: &mut [f32]) -> f32 {
        let sum = total(&self.shift) as f32;
        let factor = sum * self.inverse_library;
        for ((logit, shift), rate) in logits.iter_mut().zip(&self.shift).zip(&self.rate) {
            *logit = shift - rate * factor;
        }
        sum
    }
}

impl Gathered {
    fn gather(&mut self, places: &[usize], rate: &[f32], theta: &[f32]) {
        for (k, &gene) in places.iter().enumerate() {
            self.rate[k] = rate[gene];
            self.theta[k] = theta[gene];
        }
    }
}

// The loops below are functions of their own, because the compiler only vectorises where it knows that the slices are
// different ones, which it knows of arguments.

/// Every gene as if its count were 0: `-theta ln(1 + mu / theta)`, with derivatives by the logarithms of rate and theta.
#[inline(never)]
#[allow(clippy::needless_range_loop, reason = "one place in many slices")]
fn zeros(rate: &[f32], theta: &[f32], inverse: &[f32], value: &mut [f32], shift: &mut [f32], spread: &mut [f32]) {
    let n = rate.len();
    let (theta, inverse) = (&theta[..n], &inverse[..n]);
    let (value, shift, spread) = (&mut value[..n], &mut shift[..n], &mut spread[..n]);
    for g in 0..n {
        let mu = rate[g] + FLOOR;
        let share = theta[g] / (theta[g] + mu);
        let zero = -theta[g] * ln_1p(mu * inverse[g]);
        value[g] = zero;
        shift[g] = -share * rate[g];
        spread[g] = zero + share * mu;
    }
}

/// The same with excess zeros: `sp(a - pi) - sp(-pi)` for a value `a`, with sp the softplus; and the derivative by pi.
#[inline(never)]
#[allow(clippy::needless_range_loop, reason = "one place in many slices")]
fn inflate(dropout: &[f32], value: &mut [f32], shift: &mut [f32], spread: &mut [f32], chance: &mut [f32]) {
    let n = dropout.len();
    let (value, shift) = (&mut value[..n], &mut shift[..n]);
    let (spread, chance) = (&mut spread[..n], &mut chance[..n]);
    for g in 0..n {
        let pi = dropout[g];
        let v = value[g] - pi;
        let (far, near) = (exp(-v.abs()), exp(-pi.abs()));
        let (of_v, of_pi) = (1.0 / (1.0 + far), 1.0 / (1.0 + near));
        let sampled = if v > 0.0 { of_v } else { far * of_v };
        let kept = if pi > 0.0 { near * of_pi } else { of_pi };
        // The larger of v and 0, less that of -pi and 0.
        let bend = 0.5 * (v + v.abs() + (pi - pi.abs()));
        value[g] = bend + ln((1.0 + far) * of_pi);
        shift[g] *= sampled;
        spread[g] *= sampled;
        chance[g] = kept - sampled;
    }
}

/// Counts above 0, in the form of [`super::negative_binomial`] but for what depends on theta alone, with derivatives by the
/// logarithms of rate and theta.
#[inline(never)]
#[allow(clippy::needless_range_loop, reason = "one place in many slices")]
fn above(counts: &[f32], rate: &[f32], theta: &[f32], value: &mut [f32], shift: &mut [f32], spread: &mut [f32]) {
    let n = counts.len();
    let (rate, theta) = (&rate[..n], &theta[..n]);
    let (value, shift, spread) = (&mut value[..n], &mut shift[..n], &mut spread[..n]);
    for k in 0..n {
        let (y, theta, mu) = (counts[k], theta[k], rate[k] + FLOOR);
        let (both, with_mu, difference) = (y + theta, theta + mu, mu - y);
        let fit = ln_ratio(mu * both, y * with_mu, theta * difference);
        let wide = ln_ratio(with_mu, both, difference);
        let (binet, slope) = binet_above(both);
        value[k] = y * fit - theta * wide + 0.5 * ln(theta / both) + binet;
        shift[k] = -difference * (theta / with_mu) * (rate[k] / mu);
        spread[k] = theta * (difference / with_mu - wide + slope) + 0.5 * y / both;
    }
}

/// Adds to counts above 0 that they are no excess zeros, `-sp(pi)`, and gives the derivative by pi.
#[inline(never)]
#[allow(clippy::needless_range_loop, reason = "one place in many slices")]
fn keep(n: usize, dropout: &[f32], value: &mut [f32], chance: &mut [f32]) {
    let (dropout, value, chance) = (&dropout[..n], &mut value[..n], &mut chance[..n]);
    for k in 0..n {
        let pi = dropout[k];
        let near = exp(-pi.abs());
        let of_pi = 1.0 / (1.0 + near);
        value[k] += ln(of_pi) - 0.5 * (pi + pi.abs());
        chance[k] = -if pi > 0.0 { of_pi } else { near * of_pi };
    }
}

/// `ln(a / b)` where `difference = a - b` is known better than from a and b.
#[inline]
fn ln_ratio(a: f32, b: f32, difference: f32) -> f32 {
    let change = difference / b;
    let is_near = change.abs() < 0.5;
    let ratio = if is_near { 1.0 + change } else { a / b };
    let lost = if is_near { (change - (ratio - 1.0)) / ratio } else { 0.0 };
    ln(ratio) + lost
}

/// Binet's function and its derivative: the series from 8 on, and below after four steps of the recurrence at once.
#[inline]
fn binet_above(x: f32) -> (f32, f32) {
    let is_small = x < 8.0;
    let small = if is_small { x } else { 8.0 };
    let stepped = small + 4.0;
    // x (x + 3) and (x + 1) (x + 2)
    let (outer, inner) = (small * (small + 3.0), (small + 1.0) * (small + 2.0));
    let (inverse, product) = (1.0 / stepped, 1.0 / (outer * inner));
    let square = stepped * stepped;
    let step = ln_1p(4.0 / small);
    let value = (small - 0.5) * step + ln(square * square * product) - 4.0;
    let slope = step - 4.0 * (small - 0.5) / (small * stepped) + 4.0 * inverse
        - (2.0 * small + 3.0) * (outer + inner) * product;
    let inverse = if is_small { inverse } else { 1.0 / x };
    let square = inverse * inverse;
    let series = inverse * ((square * (1.0 / 1260.0) - 1.0 / 360.0) * square + 1.0 / 12.0);
    let series_slope = -square * ((square * (1.0 / 252.0) - 1.0 / 120.0) * square + 1.0 / 12.0);
    (if is_small { value } else { 0.0 } + series, if is_small { slope } else { 0.0 } + series_slope)
}

/// The largest of some numbers, NaN aside.
fn largest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 8];
    let larger = |lane: &mut f32, value: f32| *lane = if value > *lane { value } else { *lane };
    let chunks = values.chunks_exact(lanes.len());
    chunks.remainder().iter().zip(&mut lanes).for_each(|(value, lane)| larger(lane, *value));
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| larger(lane, *value));
    }
    lanes.into_iter().fold(f32::NEG_INFINITY, |most, lane| if lane > most { lane } else { most })
}

/// Their sum, in double precision and always in the same order.
fn total(values: &[f32]) -> f64 {
    let mut lanes = [0.0; 8];
    let chunks = values.chunks_exact(lanes.len());
    chunks.remainder().iter().zip(&mut lanes).for_each(|(value, lane)| *lane += f64::from(*value));
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane += f64::from(*value));
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binets_function_of_counts_is_that_of_double_precision() {
        for x in [0.7_f32, 1.0, 1.001, 1.3, 2.0, 3.7, 5.5, 7.99, 8.0, 8.01, 30.0, 1e3, 1e5, 1e20] {
            let (found, expected) = (binet_above(x), binet_and_slope(f64::from(x)));
            assert!((f64::from(found.0) - expected.0).abs() < 2e-6, "r({x}) = {}, expected {}", found.0, expected.0);
            assert!((f64::from(found.1) - expected.1).abs() < 2e-6, "r'({x}) = {}, expected {}", found.1, expected.1);
        }
    }
}
