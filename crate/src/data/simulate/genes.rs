//! Genes: how much they are expressed, how much they vary, whether they respond, and their names.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::presets::Preset;
use crate::random::{Stream, stream};

/// A standard normal number.
pub(super) fn normal(rng: &mut Stream) -> f64 {
    StandardNormal.sample(rng)
}

/// Which types respond through a gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scope {
    /// None.
    Silent,
    /// All types; the gene has a name.
    Signature,
    /// All types.
    Common,
    /// The types of one lineage.
    Lineage(usize),
    /// One type.
    Private(usize),
}

/// The genes of a simulation.
pub(super) struct Genes {
    pub names: Vec<String>,
    /// Log of the baseline expression, up to a constant.
    pub log_mean: Vec<f64>,
    /// How the dispersion of a gene compares with that of others of the same mean.
    scatter: Vec<f64>,
    pub scope: Vec<Scope>,
}

impl Genes {
    /// Shares of genes that respond in all types, in one lineage and in one type.
    const COMMON: f64 = 0.12;
    const LINEAGE: f64 = 0.12;
    const PRIVATE: f64 = 0.02;

    pub fn draw(preset: &Preset, seed: u64) -> Self {
        let n = preset.n_genes;
        let mut rng = stream(seed, "simulate/genes");
        // A standard deviation of 1.9 in natural logarithms spreads 1,000 genes over some four decades.
        let mut log_mean: Vec<f64> = (0..n).map(|_| 1.9 * normal(&mut rng)).collect();
        let mut scope: Vec<Scope> = (0..n).map(|_| Self::draw_scope(preset, &mut rng)).collect();
        let mut names: Vec<String> = (1..=n).map(|i| format!("Gene{i:04}")).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut rng);
        for (&gene, symbol) in order.iter().zip(preset.symbols) {
            (*symbol).clone_into(&mut names[gene]);
            scope[gene] = Scope::Signature;
            // Low without treatment, as CYP1A1 and ISG15 are.
            log_mean[gene] = -0.8 + 0.7 * normal(&mut rng);
        }
        let scatter = (0..n).map(|_| (0.3 * normal(&mut rng)).exp()).collect();
        Self { names, log_mean, scatter, scope }
    }

    /// Negative binomial dispersion (`variance = mean + dispersion * mean^2`) of a gene where `count` is expected in a
    /// cell of median size. It falls with the count towards a floor, the trend `a0 + a1 / mean` of DESeq2.
    pub fn dispersion(&self, gene: usize, count: f64) -> f64 {
        ((0.1 + 0.15 / count) * self.scatter[gene]).min(5.0)
    }

    fn draw_scope(preset: &Preset, rng: &mut Stream) -> Scope {
        let draw: f64 = rng.random();
        let lineage = preset.types[rng.random_range(0..preset.types.len())].lineage;
        let private = rng.random_range(0..preset.types.len());
        if preset.effect == 0.0 || draw >= Self::COMMON + Self::LINEAGE + Self::PRIVATE {
            Scope::Silent
        } else if draw < Self::COMMON {
            Scope::Common
        } else if draw < Self::COMMON + Self::LINEAGE {
            Scope::Lineage(lineage)
        } else {
            Scope::Private(private)
        }
    }
}
