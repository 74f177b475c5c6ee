use std::f64::consts::{PI, TAU};

use ndarray::Array2;
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::random::stream;

/// Distances that make the seven cases of [`SimulationCase::Gaussians`], from no information to nearly `ln 10`.
pub const SEPARATIONS: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0];
/// Categories, one Gaussian each.
const CATEGORIES: usize = 10;
/// Gaussians of two categories, taken in turns.
const MIXED: usize = 6;
/// Grid step of the quadrature, in standard deviations. The error of the trapezium rule for Gaussians falls with
/// `exp(-2 pi^2 / h^2)`, so this is exact for all purposes.
const GRID: f64 = 0.1;
/// Standard deviations beyond the outermost mean that the quadrature covers.
const MARGIN: f64 = 8.0;

/// A family of distributions of a point z and its category s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimulationCase {
    /// Ten categories with one Gaussian each, evenly on a circle: like figure S4 of the paper.
    #[default]
    Gaussians,
    /// Two categories that are mixtures of three Gaussians each, in turns on a circle, so that no straight line parts them: like
    /// figure S5.
    Mixtures,
}

/// Points with a category, all Gaussians with variance 1 in every dimension and of equal weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// The family.
    pub case: SimulationCase,
    /// Radius of the circle that the means lie on, in standard deviations.
    pub separation: f64,
    /// Dimensions of z, at least 2. The means differ in the first two only: the others add noise and no information.
    pub dims: usize,
}

impl Simulation {
    /// Number of categories.
    #[must_use]
    pub fn categories(&self) -> usize {
        match self.case {
            SimulationCase::Gaussians => CATEGORIES,
            SimulationCase::Mixtures => 2,
        }
    }

    /// The mean of every Gaussian in the first two dimensions, and its category.
    #[must_use]
    pub fn components(&self) -> Vec<([f64; 2], u32)> {
        let n = match self.case {
            SimulationCase::Gaussians => CATEGORIES,
            SimulationCase::Mixtures => MIXED,
        };
        let component = |i: usize| {
            let angle = TAU * i as f64 / n as f64;
            ([self.separation * angle.cos(), self.separation * angle.sin()], (i % self.categories()) as u32)
        };
        (0..n).map(component).collect()
    }

    /// `n` points, `n x dims`, and their categories, the Gaussians in turns; from the stream (seed, `purpose`).
    #[must_use]
    pub fn sample(&self, n: usize, seed: u64, purpose: &str) -> (Array2<f32>, Vec<u32>) {
        let components = self.components();
        let mut rng = stream(seed, &format!("playground/{purpose}"));
        let mut z = Array2::from_shape_simple_fn((n, self.dims), || rng.sample::<f32, _>(StandardNormal));
        for (i, mut point) in z.rows_mut().into_iter().enumerate() {
            for (value, mean) in point.iter_mut().zip(components[i % components.len()].0) {
                *value += mean as f32;
            }
        }
        (z, (0..n).map(|i| components[i % components.len()].1).collect())
    }

    /// The mutual information of z and s in nats: `sum_c p_c KL(p(z | c) || p(z))`, by quadrature on a grid.
    ///
    /// Dimensions beyond the second are independent of the rest and add nothing.
    #[must_use]
    pub fn mutual_information(&self) -> f64 {
        let components = self.components();
        let end = self.separation + MARGIN;
        let n = (2.0 * end / GRID).ceil() as usize;
        let at = |i: usize| -end + GRID * i as f64;
        let share = 1.0 / self.categories() as f64;
        let mut sum = 0.0;
        for x in (0..=n).map(at) {
            for y in (0..=n).map(at) {
                let (all, of) = self.densities(&components, [x, y]);
                let terms = of.iter().filter(|own| **own > 0.0).map(|own| own * (own / (share * all)).ln());
                sum += terms.sum::<f64>();
            }
        }
        sum * GRID * GRID
    }

    /// `p(z)`, and for every category `p(z, s)`, in the first two dimensions.
    fn densities(&self, components: &[([f64; 2], u32)], z: [f64; 2]) -> (f64, Vec<f64>) {
        let mut of = vec![0.0; self.categories()];
        for (mean, category) in components {
            let squared = (z[0] - mean[0]).powi(2) + (z[1] - mean[1]).powi(2);
            of[*category as usize] += (-squared / 2.0).exp() / (2.0 * PI * components.len() as f64);
        }
        (of.iter().sum(), of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulation(case: SimulationCase, separation: f64, dims: usize) -> Simulation {
        Simulation { case, separation, dims }
    }

    /// The same integrals by numpy.
    #[test]
    fn the_truth_is_that_of_an_independent_quadrature() {
        let expected = [0.0, 0.117_763_307, 0.403_475_519, 1.037_504_128, 1.483_832_213, 1.995_475_138, 2.265_445_458];
        for (separation, expected) in SEPARATIONS.into_iter().zip(expected) {
            let found = simulation(SimulationCase::Gaussians, separation, 10).mutual_information();
            assert!((found - expected).abs() < 1e-8, "{separation}: {found}");
        }
        for (separation, expected) in [(1.0, 0.008_160_651), (2.0, 0.132_897_757), (4.0, 0.573_731_691)] {
            let found = simulation(SimulationCase::Mixtures, separation, 2).mutual_information();
            assert!((found - expected).abs() < 1e-8, "{separation}: {found}");
        }
    }

    /// Means of `ln p(z, s) / (p(z) p(s))` over samples.
    #[test]
    fn the_truth_is_the_mean_of_samples() {
        for (case, separation) in [(SimulationCase::Gaussians, 2.0), (SimulationCase::Mixtures, 4.0)] {
            let simulation = simulation(case, separation, 2);
            let (z, s) = simulation.sample(210_000, 3, "test");
            let components = simulation.components();
            let terms: Vec<f64> = z
                .rows()
                .into_iter()
                .zip(s)
                .map(|(z, s)| {
                    let (all, of) = simulation.densities(&components, [f64::from(z[0]), f64::from(z[1])]);
                    (of[s as usize] * simulation.categories() as f64 / all).ln()
                })
                .collect();
            let n = terms.len() as f64;
            let mean = terms.iter().sum::<f64>() / n;
            let error = (terms.iter().map(|term| (term - mean).powi(2)).sum::<f64>() / n / n).sqrt();
            let truth = simulation.mutual_information();
            assert!(error < 0.005 && (mean - truth).abs() < 4.0 * error, "{mean} +- {error}, {truth}");
        }
    }

    #[test]
    fn samples_repeat_and_more_dimensions_are_noise() {
        let (z, s) = simulation(SimulationCase::Mixtures, 50.0, 4).sample(600, 1, "a");
        assert_eq!((z.clone(), s.clone()), simulation(SimulationCase::Mixtures, 50.0, 4).sample(600, 1, "a"));
        assert_ne!(z, simulation(SimulationCase::Mixtures, 50.0, 4).sample(600, 1, "b").0);
        assert_eq!(s.iter().filter(|&&s| s == 0).count(), 300);
        assert!(z.rows().into_iter().all(|z| (z[0].hypot(z[1]) - 50.0).abs() < 6.0 && z[2].abs() < 6.0));
    }
}
