//! Cell types: what each expresses without treatment.

use ndarray::Array2;
use rand::RngExt;

use super::genes::{Genes, normal};
use super::presets::Preset;
use crate::random::stream;

/// Log expression (up to a constant) of each gene in each type, types x genes.
///
/// A lineage changes an eighth of the genes, up or down; a type has private markers of its own and a little variation
/// everywhere.
pub(super) fn profiles(preset: &Preset, genes: &Genes, seed: u64) -> Array2<f64> {
    let n = genes.names.len();
    let programmes: Vec<Vec<f64>> = (0..=preset.types.iter().map(|t| t.lineage).max().unwrap_or(0))
        .map(|lineage| {
            let mut rng = stream(seed, &format!("simulate/lineage/{lineage}"));
            (0..n).map(|_| if rng.random::<f64>() < 0.125 { 1.2 * normal(&mut rng) } else { 0.0 }).collect()
        })
        .collect();
    let mut profiles = Array2::zeros((preset.types.len(), n));
    for (cell_type, mut profile) in preset.types.iter().zip(profiles.rows_mut()) {
        let mut rng = stream(seed, &format!("simulate/type/{}", cell_type.name));
        for gene in 0..n {
            let marker = if rng.random::<f64>() < 0.03 { 2.0 + 0.6 * normal(&mut rng) } else { 0.0 };
            let noise = 0.15 * normal(&mut rng);
            profile[gene] = genes.log_mean[gene] + programmes[cell_type.lineage][gene] + marker + noise;
        }
    }
    profiles
}
