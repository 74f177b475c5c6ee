//! Responses: how the expression of a gene in a type changes with the dose.

use ndarray::{Array1, Array2};
use rand::RngExt;

use super::genes::{Genes, Scope, normal};
use super::presets::Preset;
use crate::random::stream;

/// A Hill curve of the log fold change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hill {
    /// Log fold change at saturation; its sign says up or down.
    pub max: f64,
    /// Dose of half the effect.
    pub ec50: f64,
    /// Steepness.
    pub slope: f64,
}

impl Hill {
    /// Log fold change at a dose (`f64::INFINITY` is saturation).
    pub fn at(&self, dose: f64) -> f64 {
        if dose <= 0.0 {
            return 0.0;
        }
        self.max / (1.0 + (self.ec50 / dose).powf(self.slope))
    }
}

/// The curve of every gene in every type.
pub(super) struct Response {
    /// `curves[type][gene]`; a `max` of zero where the gene does not respond.
    curves: Vec<Vec<Hill>>,
}

impl Response {
    /// Median EC50, in the unit of the doses.
    const EC50: f64 = 3.0;

    /// The most that a gene can gain, as a proportion of all counts of a cell. Counts are proportions: if much expressed
    /// genes rose by their full factor, all the genes that do not respond would fall.
    const MOST_GAIN: f64 = 0.006;

    /// Draws the curves; `profiles` is the log expression without treatment, types x genes.
    pub fn draw(preset: &Preset, genes: &Genes, profiles: &Array2<f64>, seed: u64) -> Self {
        let mut rng = stream(seed, "simulate/response");
        let shared: Vec<Hill> = genes
            .scope
            .iter()
            .map(|scope| {
                let spread = normal(&mut rng);
                let up = rng.random::<f64>() < 0.8;
                let (ec50, slope) = (Self::EC50 * (0.9 * normal(&mut rng)).exp(), rng.random_range(1.0..2.5));
                match scope {
                    Scope::Silent => Hill { max: 0.0, ec50, slope },
                    // The signature of the drug: always up, and from low doses on.
                    Scope::Signature => Hill { max: preset.signature + 0.5 * spread, ec50: ec50 * 0.5, slope },
                    _ => {
                        let size = preset.effect * (0.5 * spread).exp();
                        Hill { max: if up { size } else { -size }, ec50, slope }
                    }
                }
            })
            .collect();
        // A lineage and a type each respond a little stronger or weaker than others to every gene.
        let lineages = preset.types.iter().map(|t| t.lineage).max().unwrap_or(0) + 1;
        let scatter = |name: String, sd: f64| -> Vec<f64> {
            let mut rng = stream(seed, &name);
            shared.iter().map(|_| (sd * normal(&mut rng)).exp()).collect()
        };
        let of_lineage: Vec<Vec<f64>> =
            (0..lineages).map(|lineage| scatter(format!("simulate/response/lineage/{lineage}"), 0.3)).collect();
        let curves = preset
            .types
            .iter()
            .zip(profiles.rows())
            .enumerate()
            .map(|(number, (cell_type, profile))| {
                let total: f64 = profile.iter().map(|log_mean| log_mean.exp()).sum();
                let of_type = scatter(format!("simulate/response/type/{}", cell_type.name), 0.12);
                let responds = |scope: Scope| match scope {
                    Scope::Silent => false,
                    Scope::Signature | Scope::Common => true,
                    Scope::Lineage(lineage) => lineage == cell_type.lineage,
                    Scope::Private(private) => private == number,
                };
                (0..shared.len())
                    .map(|gene| {
                        let factor = if responds(genes.scope[gene]) {
                            cell_type.strength * of_lineage[cell_type.lineage][gene] * of_type[gene]
                        } else {
                            0.0
                        };
                        let most = (Self::MOST_GAIN * total / profile[gene].exp()).ln_1p();
                        Hill { max: (shared[gene].max * factor).min(most), ..shared[gene] }
                    })
                    .collect()
            })
            .collect();
        Self { curves }
    }

    /// Genes with a response in at least one type, ascending.
    pub fn responding_genes(&self) -> Vec<usize> {
        let n_genes = self.curves.first().map_or(0, Vec::len);
        (0..n_genes).filter(|&gene| self.curves.iter().any(|curves| curves[gene].max != 0.0)).collect()
    }

    /// Dose of half the effect of each gene, the same in every type.
    pub fn ec50(&self) -> Vec<f64> {
        self.curves.first().map_or_else(Vec::new, |curves| curves.iter().map(|curve| curve.ec50).collect())
    }

    /// Expected proportion of each gene, per type an arms x genes matrix whose rows sum to one.
    pub fn means(&self, preset: &Preset, profiles: &Array2<f64>) -> Vec<Array2<f64>> {
        let n_arms = preset.treatment.n_arms();
        self.curves
            .iter()
            .zip(profiles.rows())
            .map(|(curves, profile)| {
                let mut means = Array2::zeros((n_arms, profile.len()));
                for (arm, mut row) in means.rows_mut().into_iter().enumerate() {
                    let dose = preset.treatment.dose(arm);
                    let expression: Array1<f64> =
                        profile.iter().zip(curves).map(|(log_mean, hill)| (log_mean + hill.at(dose)).exp()).collect();
                    row.assign(&(&expression / expression.sum()));
                }
                means
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exact values are meant")]
mod tests {
    use super::*;

    #[test]
    fn a_hill_curve_rises_from_zero_through_half_at_ec50_to_its_maximum() {
        let hill = Hill { max: 2.0, ec50: 3.0, slope: 1.5 };
        assert_eq!(hill.at(0.0), 0.0);
        assert_eq!(hill.at(3.0), 1.0);
        assert_eq!(hill.at(f64::INFINITY), 2.0);
        let doses = [0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
        assert!(doses.windows(2).all(|pair| hill.at(pair[0]) < hill.at(pair[1])));
        let down = Hill { max: -2.0, ..hill };
        assert!(doses.windows(2).all(|pair| down.at(pair[0]) > down.at(pair[1])));
    }
}
