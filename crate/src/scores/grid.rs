//! The rows of a report as a grid of models, cell types, doses and seeds, with its holes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::metric::Metric;
use super::model_names::{is_baseline, model_name};
use super::rows::{Failure, ResultRow};

/// Which results are meant; what is left out is everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// The models, in the order wanted; in the order of the rows for null.
    pub models: Option<Vec<String>>,
    /// The held-out cell types.
    pub cell_types: Option<Vec<String>>,
    /// Labels of the treatments or doses.
    pub arms: Option<Vec<String>>,
    /// Names of models in place of the known ones.
    pub names: BTreeMap<String, String>,
    /// The failures of the report, so that a model without any result is not forgotten.
    pub failures: Vec<Failure>,
    /// Every cell type of the data set, for recognising it; those of the rows for null.
    pub all_cell_types: Option<Vec<String>>,
}

/// What the lines of a table, the groups of bars and the columns of a heat map are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// All results of a model together.
    #[default]
    None,
    /// The held-out cell type.
    CellType,
    /// The treatment or dose.
    Arm,
    /// Both.
    CellTypeAndArm,
}

/// A model of the grid.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub key: String,
    pub name: String,
    pub baseline: bool,
    /// The seeds that it should have; `None` is the only one of a model without randomness.
    pub seeds: Vec<Option<u64>>,
}

/// A treatment or dose.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arm {
    pub label: String,
    pub condition: Option<String>,
    pub dose: Option<f64>,
}

/// A held-out cell type under a treatment or dose, by number.
pub(super) type Pair = (usize, usize);

/// The selected rows in order.
pub(super) struct Grid<'r> {
    pub models: Vec<Model>,
    pub cell_types: Vec<String>,
    /// By dose where there are doses.
    pub arms: Vec<Arm>,
    /// Types and treatments that were predicted by at least one model.
    pub pairs: Vec<Pair>,
    pub metrics: Vec<Metric>,
    pub seeds: Vec<u64>,
    rows: BTreeMap<(usize, Pair, Option<u64>), &'r ResultRow>,
    failed: BTreeSet<(usize, Pair)>,
}

/// Mean and spread of one metric of one model.
///
/// Of each seed the mean over cell types and doses is taken first; `mean` and `sd` are over those means, so that the
/// spread is that between repetitions of the whole experiment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stat {
    /// Mean of the seeds' means; null where nothing is defined.
    pub mean: Option<f64>,
    /// Their standard deviation (with n - 1); null for fewer than two seeds.
    pub sd: Option<f64>,
    /// Number of seeds; 1 for a model without randomness.
    pub n: usize,
    /// The seeds' means.
    pub seeds: Vec<f64>,
    /// Number of defined scores behind the mean.
    pub n_scores: usize,
    /// Number of scores that there should be.
    pub n_expected: usize,
    /// Whether every one of them is there.
    pub complete: bool,
}

/// Results that a model has, should have and could not give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub results: usize,
    pub expected: usize,
    pub failed: usize,
}

impl<'r> Grid<'r> {
    pub fn new(rows: &'r [ResultRow], of: &Selection) -> Self {
        let within = |names: &Option<Vec<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|other| other == name))
        };
        let meant = |model: &str, cell_type: &str, arm: Option<&str>| {
            within(&of.models, model)
                && within(&of.cell_types, cell_type)
                && arm.is_none_or(|arm| within(&of.arms, arm))
        };
        let rows: Vec<&ResultRow> =
            rows.iter().filter(|row| meant(&row.model, &row.cell_type, Some(&row.arm))).collect();
        let failures: Vec<&Failure> =
            of.failures.iter().filter(|one| meant(&one.model, &one.cell_type, one.arm.as_deref())).collect();

        let mut keys = of.models.clone().unwrap_or_default();
        let named = rows.iter().map(|row| &row.model).chain(failures.iter().map(|one| &one.model));
        let present: BTreeSet<&String> = named.clone().collect();
        keys.retain(|key| present.contains(key));
        let (mut cell_types, mut arms) = (Vec::new(), Vec::new());
        named.for_each(|model| add(&mut keys, model.clone()));
        let types = rows.iter().map(|row| &row.cell_type).chain(failures.iter().map(|one| &one.cell_type));
        types.for_each(|name| add(&mut cell_types, name.clone()));
        for row in &rows {
            let arm = Arm { label: row.arm.clone(), condition: row.condition.clone(), dose: row.dose };
            if !arms.iter().any(|other: &Arm| other.label == arm.label) {
                arms.push(arm);
            }
        }
        arms.sort_by(|a, b| {
            a.condition.cmp(&b.condition).then(a.dose.unwrap_or(0.0).total_cmp(&b.dose.unwrap_or(0.0)))
        });

        let mut seeds = Vec::new();
        rows.iter().filter_map(|row| row.seed).for_each(|seed| add(&mut seeds, seed));
        failures.iter().filter_map(|one| one.seed).for_each(|seed| add(&mut seeds, seed));
        let models: Vec<Model> = keys
            .into_iter()
            .map(|key| {
                let own: Vec<Option<u64>> = rows.iter().filter(|row| row.model == key).map(|row| row.seed).collect();
                let random = own.iter().any(Option::is_some) || (own.is_empty() && !seeds.is_empty());
                let seeds = if random { seeds.iter().map(|seed| Some(*seed)).collect() } else { vec![None] };
                Model { name: model_name(&key, &of.names), baseline: is_baseline(&key), seeds, key }
            })
            .collect();

        let place = |row: &ResultRow| -> Option<(usize, Pair)> {
            let model = models.iter().position(|model| model.key == row.model)?;
            let cell_type = cell_types.iter().position(|name| *name == row.cell_type)?;
            Some((model, (cell_type, arms.iter().position(|arm| arm.label == row.arm)?)))
        };
        let metrics = Metric::all(rows.iter().copied());
        let rows: BTreeMap<_, _> =
            rows.into_iter().filter_map(|row| place(row).map(|(model, pair)| ((model, pair, row.seed), row))).collect();
        let mut pairs: BTreeSet<Pair> = rows.keys().map(|(_, pair, _)| *pair).collect();
        let mut failed = BTreeSet::new();
        for failure in failures {
            let model = models.iter().position(|model| model.key == failure.model);
            let cell_type = cell_types.iter().position(|name| *name == failure.cell_type);
            let (Some(model), Some(cell_type)) = (model, cell_type) else { continue };
            let arm = failure.arm.as_ref().map(|label| arms.iter().position(|arm| arm.label == *label));
            // A type for which nobody has a result was asked for all the same.
            let nobody = !pairs.iter().any(|pair| pair.0 == cell_type);
            for at in (0..arms.len()).filter(|at| arm.is_none_or(|arm| arm == Some(*at))) {
                if nobody || arm.is_some() {
                    pairs.insert((cell_type, at));
                }
                if pairs.contains(&(cell_type, at)) {
                    failed.insert((model, (cell_type, at)));
                }
            }
        }
        Self { pairs: pairs.into_iter().collect(), models, cell_types, arms, metrics, seeds, rows, failed }
    }

    /// The pairs of each group, with the number of the cell type and of the treatment that it is for.
    pub fn groups(&self, by: GroupBy) -> Vec<(Option<usize>, Option<usize>, Vec<Pair>)> {
        let key = |(cell_type, arm): &Pair| match by {
            GroupBy::None => (None, None),
            GroupBy::CellType => (Some(*cell_type), None),
            GroupBy::Arm => (None, Some(*arm)),
            GroupBy::CellTypeAndArm => (Some(*cell_type), Some(*arm)),
        };
        let mut groups: BTreeMap<_, Vec<Pair>> = BTreeMap::new();
        for pair in &self.pairs {
            groups.entry(key(pair)).or_default().push(*pair);
        }
        groups.into_iter().map(|((cell_type, arm), pairs)| (cell_type, arm, pairs)).collect()
    }

    /// Mean and spread of a metric of model number `model` over `pairs`.
    pub fn stat(&self, model: usize, pairs: &[Pair], metric: &Metric) -> Stat {
        let seeds = &self.models[model].seeds;
        let mut stat = Stat { n_expected: pairs.len() * seeds.len(), ..Stat::default() };
        for seed in seeds {
            let values: Vec<f64> =
                pairs.iter().filter_map(|pair| metric.of(self.rows.get(&(model, *pair, *seed))?)).collect();
            stat.n_scores += values.len();
            stat.seeds.extend(mean(&values));
        }
        stat.n = stat.seeds.len();
        (stat.mean, stat.sd) = mean_and_sd(&stat.seeds);
        stat.complete = stat.n_expected > 0 && stat.n_scores == stat.n_expected;
        stat
    }

    pub fn tally(&self, model: usize, pairs: &[Pair]) -> Tally {
        let seeds = &self.models[model].seeds;
        let mut tally = Tally { expected: pairs.len() * seeds.len(), ..Tally::default() };
        for pair in pairs {
            let results = seeds.iter().filter(|seed| self.rows.contains_key(&(model, *pair, **seed))).count();
            tally.results += results;
            if self.failed.contains(&(model, *pair)) {
                tally.failed += seeds.len() - results;
            }
        }
        tally
    }

    /// Whether the rows are of simulated data, whose truth is known.
    pub fn simulated(&self) -> bool {
        self.rows.values().any(|row| row.truth.is_some())
    }

    pub fn has_doses(&self) -> bool {
        self.arms.iter().any(|arm| arm.dose.is_some())
    }
}

fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Mean, and standard deviation with n - 1 of two or more values.
pub(crate) fn mean_and_sd(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let mean = mean(values);
    let sd = mean.filter(|_| values.len() > 1).map(|mean| {
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (squares / (values.len() - 1) as f64).sqrt()
    });
    (mean, sd)
}
