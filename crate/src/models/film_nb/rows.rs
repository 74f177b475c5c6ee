//! What was seen, and the rows it makes: one per gene of every task.

use crate::data::Arm;
use crate::models::{ModelError, TrainingSet};
use crate::nn::negative_binomial_constant;

use super::features::{Donor, N_FEATURES, START, dispersions, features, similarity};
use super::profile::Profile;

/// Columns behind the features and the treatment: control level, offset, counts, constant, treated level.
pub(super) const N_OBSERVED: usize = 5;

/// Profiles of every group of cells that may be seen.
pub(super) struct Seen {
    held_out: usize,
    arms: Vec<Arm>,
    /// The arms' conditions, without repeats.
    conditions: Vec<Option<String>>,
    /// `[type][arm]`
    profiles: Vec<Vec<Option<Profile>>>,
    /// The chosen genes, which the network is trained on.
    genes: Vec<usize>,
}

/// Rows for the network, row-major: features, treatment, then the observed columns.
pub(super) struct Rows {
    pub values: Vec<f32>,
    pub n: usize,
    pub width: usize,
}

impl Rows {
    /// Means and standard deviations of the features; 0 and 1 without rows.
    pub fn moments(&self) -> (Vec<f32>, Vec<f32>) {
        let n = self.n.max(1) as f64;
        let column = |f: usize| self.values.chunks_exact(self.width).map(move |row| f64::from(row[f]));
        let moments = |f: usize| {
            let mean = column(f).sum::<f64>() / n;
            let variance = column(f).map(|v| (v - mean).powi(2)).sum::<f64>() / n;
            (mean as f32, if self.n == 0 { 1.0 } else { variance.sqrt() as f32 + 1e-6 })
        };
        (0..N_FEATURES).map(moments).unzip()
    }

    /// The levels that the network starts from: the target's own, moved by the weighted mean of the others' shifts.
    pub fn starting_levels(&self) -> Vec<f64> {
        let level = |row: &[f32]| f64::from(row[START]) + f64::from(row[self.width - N_OBSERVED]);
        self.values.chunks_exact(self.width).map(|row| level(row).max(1e-6)).collect()
    }
}

impl Seen {
    pub fn new(data: &TrainingSet) -> Result<Self, ModelError> {
        let target_sum = data.prepared().target_sum;
        let profile = |cell_type, arm| -> Result<Option<Profile>, ModelError> {
            let cells = data.cells_of(cell_type, arm);
            if cells.is_empty() {
                return Ok(None);
            }
            let counts = data.counts(&cells).ok_or(ModelError::NeedsCounts { model: "film_nb" })?;
            Ok(Some(Profile::new(&counts, target_sum)))
        };
        let arms = data.arms().to_vec();
        let of_type = |t| (0..arms.len()).map(|arm| profile(t, arm)).collect::<Result<Vec<_>, ModelError>>();
        let profiles = (0..data.n_types()).map(of_type).collect::<Result<Vec<_>, _>>()?;
        let mut conditions = Vec::new();
        for arm in arms.iter().skip(1) {
            if !conditions.contains(&arm.condition) {
                conditions.push(arm.condition.clone());
            }
        }
        let genes = data.prepared().gene_index.clone();
        Ok(Self { held_out: data.held_out_type(), arms, conditions, profiles, genes })
    }

    /// The held-out type's control cells. A held-out type always has some.
    pub fn target(&self) -> &Profile {
        self.profiles[self.held_out][0].as_ref().unwrap_or_else(|| unreachable!("a held-out type has controls"))
    }

    /// Width of the treatment: its condition (one of them is 1), then the place of the dose s and its square.
    pub fn n_treatment(&self) -> usize {
        self.conditions.len() + 2
    }

    /// A dose on a logarithmic scale from 0 (control) to 1 (highest dose): ln(1 + d / least) / ln(1 + highest / least).
    /// 1 where there is no dose.
    pub fn place(&self, dose: Option<f64>) -> f64 {
        let doses = || self.arms.iter().filter_map(|arm| arm.dose).filter(|dose| *dose > 0.0);
        let (least, most) = (doses().fold(f64::INFINITY, f64::min), doses().fold(0.0, f64::max));
        match dose {
            Some(dose) if most > 0.0 => (dose / least).ln_1p() / (most / least).ln_1p(),
            _ => 1.0,
        }
    }

    fn treatment(&self, wanted: &Arm) -> Vec<f32> {
        let s = self.place(wanted.dose);
        let condition = self.conditions.iter().map(|c| f32::from(u8::from(*c == wanted.condition)));
        condition.chain([s as f32, (s * s) as f32]).collect()
    }

    /// The lowest and the highest dose of a condition that another type was measured at.
    pub fn range(&self, condition: Option<&str>) -> Option<(f64, f64)> {
        let same = (1..self.arms.len()).filter(|&arm| self.arms[arm].condition.as_deref() == condition);
        let seen = same.filter(|&arm| !self.measured(arm, self.held_out).is_empty());
        let doses = seen.filter_map(|arm| self.arms[arm].dose).filter(|dose| *dose > 0.0);
        doses.fold(None, |range, dose| {
            let (low, high) = range.unwrap_or((dose, dose));
            Some((dose.min(low), dose.max(high)))
        })
    }

    /// The treated profile of a type at a dose it was not measured at, from its nearest doses on both sides of the same
    /// condition; the control is dose 0. `None` above the highest measured dose.
    fn between(&self, cell_type: usize, asked: &Arm) -> Option<Profile> {
        let wanted = asked.dose?;
        let mut below = (0.0, 0);
        let mut above: Option<(f64, usize)> = None;
        for (other, candidate) in self.arms.iter().enumerate().skip(1) {
            let Some(dose) = candidate.dose else { continue };
            if self.profiles[cell_type][other].is_none() || candidate.condition != asked.condition {
                continue;
            }
            if dose < wanted && dose > below.0 {
                below = (dose, other);
            }
            if dose > wanted && above.is_none_or(|(best, _)| dose < best) {
                above = Some((dose, other));
            }
        }
        let (low, high) = (below.1, above?.1);
        let (start, end) = (if low == 0 { 0.0 } else { self.place(Some(below.0)) }, self.place(self.arms[high].dose));
        let weight = (self.place(asked.dose) - start) / (end - start);
        Some(self.profiles[cell_type][low].as_ref()?.towards(self.profiles[cell_type][high].as_ref()?, weight))
    }

    /// The other types that were measured at `arm`, as they are.
    fn measured(&self, arm: usize, without: usize) -> Vec<Donor<'_>> {
        let types = self.profiles.iter().enumerate().filter(|(t, _)| *t != without && *t != self.held_out);
        types.filter_map(|(_, arms)| Some(Donor { control: arms[0].as_ref()?, treated: arms[arm].as_ref()? })).collect()
    }

    /// One row per gene of every task: each type but the held-out one, each arm it and another type were seen under.
    pub fn rows(&self) -> Rows {
        let width = N_FEATURES + self.n_treatment() + N_OBSERVED;
        let mut values = Vec::new();
        for arm in 1..self.arms.len() {
            let treatment = self.treatment(&self.arms[arm]);
            for (t, arms) in self.profiles.iter().enumerate().filter(|(t, _)| *t != self.held_out) {
                let (Some(control), Some(treated)) = (&arms[0], &arms[arm]) else { continue };
                let donors = self.measured(arm, t);
                if donors.is_empty() {
                    continue;
                }
                let weights = similarity(control, &donors, &self.genes);
                for (row, &gene) in features(control, &donors, &weights, &self.genes).iter().zip(&self.genes) {
                    let counts = treated.observed[gene] * treated.offset;
                    values.extend(row.iter().map(|&v| v as f32));
                    values.extend(&treatment);
                    let observed = [
                        control.level[gene],
                        treated.offset,
                        counts,
                        negative_binomial_constant(counts),
                        treated.level[gene],
                    ];
                    values.extend(observed.map(|v| v as f32));
                }
            }
        }
        Rows { n: values.len() / width, values, width }
    }

    /// Rows of the held-out type under a treatment, measured or not, for all genes of the data set, and the shape of the
    /// gamma distribution of each; `None` where no other type tells how it responds.
    pub fn asked(&self, wanted: &Arm) -> Option<(Rows, Vec<f64>)> {
        let same = |arm: &Arm| arm.condition == wanted.condition && arm.dose == wanted.dose;
        let arm = (1..self.arms.len()).find(|&arm| same(&self.arms[arm]));
        let mut donors = arm.map_or_else(Vec::new, |arm| self.measured(arm, self.held_out));
        let between: Vec<Option<Profile>>;
        if donors.is_empty() {
            let others =
                (0..self.profiles.len()).map(|t| (t != self.held_out).then(|| self.between(t, wanted)).flatten());
            between = others.collect();
            let types = between.iter().zip(&self.profiles);
            donors = types
                .filter_map(|(treated, arms)| Some(Donor { control: arms[0].as_ref()?, treated: treated.as_ref()? }))
                .collect();
        }
        if donors.is_empty() {
            return None;
        }
        let (target, treatment) = (self.target(), self.treatment(wanted));
        let all: Vec<usize> = (0..target.rate.len()).collect();
        let weights = similarity(target, &donors, &self.genes);
        let mut values = Vec::new();
        for (row, level) in features(target, &donors, &weights, &all).iter().zip(&target.level) {
            values.extend(row.iter().map(|&v| v as f32));
            values.extend(&treatment);
            values.extend([*level as f32, 1.0, 0.0, 0.0, 0.0]);
        }
        let width = N_FEATURES + self.n_treatment() + N_OBSERVED;
        Some((Rows { n: values.len() / width, values, width }, dispersions(&donors)))
    }
}
