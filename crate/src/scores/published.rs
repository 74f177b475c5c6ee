//! Published scores to be shown beside results, never among them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::grid::{Grid, GroupBy, Selection};
use super::metric::Metric;
use super::model_names::model_name;
use super::published_data::{BLOCKS, Block, DOSES, Values};
use super::rows::ResultRow;
use super::study::Study;

/// One number of a paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedScore {
    /// The model.
    pub model: String,
    /// Its name.
    pub name: String,
    /// The metric, see [`Metric`].
    pub metric: String,
    /// The held-out type, as the results call it; null for a mean.
    pub cell_type: Option<String>,
    /// Label of the treatment or dose, as the results call it; null for a mean.
    pub arm: Option<String>,
    /// The value.
    pub value: f64,
    /// Where it was published, e.g. `thesis`.
    pub source: String,
    /// What it is a mean of, e.g. `mean of 7 types`; empty for one type and dose.
    pub over: String,
    /// All of this as a caption: `published on other cells: thesis, Kang, 6,998 genes`.
    pub label: String,
}

/// What was published for `metrics` on data like those of the rows; nothing for simulated data, whatever their types are called.
///
/// Grouped by cell type these are scores of types that the rows hold out; all together they are means: those of the papers, over all of
/// their types, and where a paper has every type that was held out here, also the mean of just these.
#[must_use]
pub fn published(rows: &[ResultRow], metrics: &[Metric], by: GroupBy, of: &Selection) -> Vec<PublishedScore> {
    published_in(&Grid::new(rows, of), of, metrics, by)
}

pub(super) fn published_in(grid: &Grid, of: &Selection, metrics: &[Metric], by: GroupBy) -> Vec<PublishedScore> {
    let types = of.all_cell_types.as_ref().unwrap_or(&grid.cell_types).iter().map(String::as_str);
    // The condition may be what says that cells were stimulated.
    let arms = grid.arms.iter().flat_map(|arm| {
        let labels = [Some(arm.label.as_str()), arm.condition.as_deref()];
        labels.into_iter().flatten().map(|label| (label, arm.dose)).collect::<Vec<_>>()
    });
    let Some(study) = Study::of(types, arms).filter(|_| !grid.simulated()) else { return Vec::new() };
    let wanted = |metric: &str| {
        let same =
            |id: &str| id == metric || (id == "to_control_mmd_linear" && metric == "to_control_edistance_squared");
        metrics.iter().map(Metric::id).filter(|id| same(id)).collect::<Vec<_>>()
    };
    let mut scores = Vec::new();
    for block in BLOCKS.iter().filter(|block| block.study == study) {
        let mut add = |metric: &str, model: &str, place: (Option<usize>, Option<usize>), value: f64, over: String| {
            for metric in wanted(metric) {
                let (cell_type, arm) = place;
                scores.push(score(
                    block,
                    model,
                    metric,
                    value,
                    over.clone(),
                    cell_type.map(|at| grid.cell_types[at].clone()),
                    arm.map(|at| grid.arms[at].label.clone()),
                ));
            }
        };
        match &block.values {
            Values::Types { metric, cell_types, rows } => {
                let place = |own: &str| grid.cell_types.iter().position(|name| study.cell_type(name) == Some(own));
                for (model, values) in *rows {
                    let here = cell_types.iter().zip(*values).filter_map(|(own, value)| Some((place(own)?, *value)));
                    let here: BTreeMap<usize, f64> = here.collect();
                    match by {
                        GroupBy::CellType => here
                            .iter()
                            .for_each(|(at, value)| add(metric, model, (Some(*at), None), *value, String::new())),
                        GroupBy::CellTypeAndArm if grid.arms.len() == 1 => here
                            .iter()
                            .for_each(|(at, value)| add(metric, model, (Some(*at), Some(0)), *value, String::new())),
                        GroupBy::None | GroupBy::Arm if here.len() == grid.cell_types.len() => {
                            let mean = here.values().sum::<f64>() / here.len() as f64;
                            add(metric, model, (None, None), mean, over_types(study, here.len()));
                        }
                        _ => {}
                    }
                }
            }
            Values::Doses { metric, cell_type, rows } => {
                let here = cell_type
                    .and_then(|own| grid.cell_types.iter().position(|name| study.cell_type(name) == Some(own)));
                let (here, over) = match (by, cell_type) {
                    (GroupBy::Arm, None) => (None, over_types(study, study.n_types())),
                    (GroupBy::Arm, Some(_)) if here.is_some() && grid.cell_types.len() == 1 => (None, String::new()),
                    (GroupBy::CellTypeAndArm, Some(_)) if here.is_some() => (here, String::new()),
                    _ => continue,
                };
                for (model, values) in *rows {
                    for (dose, value) in DOSES.iter().zip(*values) {
                        let same = |of: f64| study.dose(of) == Some(*dose);
                        if let Some(arm) = grid.arms.iter().position(|arm| arm.dose.is_some_and(same)) {
                            add(metric, model, (here, Some(arm)), *value, over.clone());
                        }
                    }
                }
            }
            Values::Means { metrics, rows } if by == GroupBy::None => {
                let over = if study == Study::Nault {
                    "mean of 11 types and 8 doses".to_owned()
                } else {
                    over_types(study, study.n_types())
                };
                for (model, values) in *rows {
                    metrics
                        .iter()
                        .zip(*values)
                        .for_each(|(metric, value)| add(metric, model, (None, None), *value, over.clone()));
                }
            }
            Values::Means { .. } => {}
        }
    }
    without_repeats(scores)
}

fn over_types(study: Study, n: usize) -> String {
    match n {
        1 => "the same type".to_owned(),
        n if n == study.n_types() => format!("mean of {n} types"),
        n => format!("mean of the same {n} types"),
    }
}

fn score(
    block: &Block,
    model: &str,
    metric: String,
    value: f64,
    over: String,
    cell_type: Option<String>,
    arm: Option<String>,
) -> PublishedScore {
    let mean = if over.is_empty() { String::new() } else { format!(", {over}") };
    PublishedScore {
        model: model.to_owned(),
        name: model_name(model, &BTreeMap::new()),
        metric,
        cell_type,
        arm,
        value,
        source: block.source.to_owned(),
        label: format!("published on other cells: {}, {}{mean}", block.source, block.cells),
        over,
    }
}

/// A paper's own mean goes before one that is made here from its rounded values, and there is one of each.
fn without_repeats(scores: Vec<PublishedScore>) -> Vec<PublishedScore> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<PublishedScore> = scores
        .into_iter()
        .rev()
        .filter(|one| {
            seen.insert((
                one.source.clone(),
                one.model.clone(),
                one.metric.clone(),
                one.cell_type.clone(),
                one.arm.clone(),
                one.over.clone(),
            ))
        })
        .collect();
    kept.reverse();
    kept
}
