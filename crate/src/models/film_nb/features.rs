//! The rows of the network: what is known of a gene in a type whose treated cells are not looked at.

use super::profile::Profile;

/// Features per gene.
pub const N_FEATURES: usize = 23;
/// Which feature the network starts from: the others' shifts, weighted by similarity and precision.
pub(super) const START: usize = 16;
/// Variance between types that no gene's response falls below.
const MIN_BETWEEN: f64 = 0.002;
/// How sharply similar types are preferred.
const SHARPNESS: f64 = 2.0;

/// A type that was seen as control and treated.
pub(super) struct Donor<'a> {
    pub control: &'a Profile,
    pub treated: &'a Profile,
}

/// Weights of the donors, adding up to one: `exp(-2 (d - min d) / mean d)` with d = 1 - the correlation of the control
/// levels of `genes` with those of the target.
pub(super) fn similarity(target: &Profile, donors: &[Donor], genes: &[usize]) -> Vec<f64> {
    let distances: Vec<f64> =
        donors.iter().map(|donor| 1.0 - correlation(&target.level, &donor.control.level, genes)).collect();
    let mean = (distances.iter().sum::<f64>() / distances.len() as f64).max(1e-9);
    let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let weights: Vec<f64> = distances.iter().map(|d| (-SHARPNESS * (d - least) / mean).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

fn correlation(a: &[f64], b: &[f64], genes: &[usize]) -> f64 {
    let n = genes.len() as f64;
    let mean = |v: &[f64]| genes.iter().map(|&g| v[g]).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for &gene in genes {
        let (x, y) = (a[gene] - mean_a, b[gene] - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa * bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

/// The features of `genes`, row by row. Levels are `ln(1 + rate)`; a donor's shift R is the difference of its levels, its
/// fold F the difference of its log rates; `moved(F)` is the shift that F makes at the target's own rate.
///
/// 0-3 R and F, plain mean and by similarity; 4-8 control level of the target, of the donors, treated level of the donors
/// (both ways); 9-12 spread of R and of the treated level, greatest and least R; 13-14 moved(F) by similarity and plain;
/// 15-16 mean of R weighted by 1 / (its variance + that between types), plain and times similarity; 17-19 the same from
/// the pooled cells of all donors (shift, moved fold, fold); 20-21 15-16 shrunk by their significance; 22 how well the
/// target's own control level is known.
pub(super) fn features(target: &Profile, donors: &[Donor], weights: &[f64], genes: &[usize]) -> Vec<[f64; N_FEATURES]> {
    let n = donors.len() as f64;
    let cells = |of: fn(&Donor) -> f64| donors.iter().map(of).sum::<f64>().max(1.0);
    let (n_treated, n_control) = (cells(|d| d.treated.n_cells), cells(|d| d.control.n_cells));
    let row = |&gene: &usize| {
        let level = target.level[gene];
        let moved = |fold: f64| (target.rate[gene] * fold.exp()).ln_1p() - level;
        let plain = |of: &dyn Fn(&Donor) -> f64| donors.iter().map(of).sum::<f64>() / n;
        let similar = |of: &dyn Fn(&Donor) -> f64| donors.iter().zip(weights).map(|(d, w)| w * of(d)).sum::<f64>();
        let shift = |d: &Donor| d.treated.level[gene] - d.control.level[gene];
        let fold = |d: &Donor| d.treated.log_rate[gene] - d.control.log_rate[gene];
        let before = |d: &Donor| d.control.level[gene];
        let after = |d: &Donor| d.treated.level[gene];
        let error = |d: &Donor| d.treated.variance[gene] + d.control.variance[gene];
        let spread = |of: &dyn Fn(&Donor) -> f64| {
            let mean = plain(of);
            plain(&|d| (of(d) - mean).powi(2))
        };
        let between = (spread(&shift) - plain(&error)).max(0.0) + MIN_BETWEEN;
        let precision = |d: &Donor| 1.0 / (error(d) + between);
        let known = n * plain(&precision);
        let pooled = n * plain(&|d| precision(d) * shift(d)) / known;
        let near = similar(&|d| precision(d) * shift(d)) / similar(&precision);
        let z = pooled.abs() * known.sqrt();
        let sure = z / (1.0 + z);
        let all_treated = n * plain(&|d| d.treated.n_cells * d.treated.rate[gene]) / n_treated;
        let all_control = n * plain(&|d| d.control.n_cells * d.control.rate[gene]) / n_control;
        let all_fold = (all_treated / all_control).ln();
        let shifts = || donors.iter().map(shift);
        [
            plain(&shift),
            similar(&shift),
            plain(&fold),
            similar(&fold),
            level,
            plain(&before),
            similar(&before),
            plain(&after),
            similar(&after),
            spread(&shift).sqrt(),
            spread(&after).sqrt(),
            shifts().fold(f64::NEG_INFINITY, f64::max),
            shifts().fold(f64::INFINITY, f64::min),
            moved(similar(&fold)),
            moved(plain(&fold)),
            pooled,
            near,
            all_treated.ln_1p() - all_control.ln_1p(),
            moved(all_fold),
            all_fold,
            pooled * sure,
            near * sure,
            (target.variance[gene] + 1e-6).ln(),
        ]
    };
    genes.iter().map(row).collect()
}

/// Shape of the gamma distribution of the rates of the donors' treated cells, per gene, by moments over all of them:
/// `sum n mean^2 / sum n excess variance`.
pub(super) fn dispersions(donors: &[Donor]) -> Vec<f64> {
    const RANGE: (f64, f64) = (0.3, 20.0);
    let n_genes = donors.first().map_or(0, |donor| donor.treated.rate.len());
    let sum = |gene: usize, of: &dyn Fn(&Profile, usize) -> f64| {
        donors.iter().map(|donor| donor.treated.n_cells * of(donor.treated, gene)).sum::<f64>()
    };
    (0..n_genes)
        .map(|gene| {
            let excess = sum(gene, &|p, g| p.excess[g]);
            let square = sum(gene, &|p, g| p.observed[g].powi(2));
            if excess > 0.0 { (square / excess).clamp(RANGE.0, RANGE.1) } else { RANGE.1 }
        })
        .collect()
}
