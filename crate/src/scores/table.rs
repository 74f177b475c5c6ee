//! The table of a grid: mean and spread of every metric per model, with the best two marked.

use serde::{Deserialize, Serialize};

use crate::chart::{Better, Cell, Table};

use super::error::ScoreError;
use super::grid::{Grid, GroupBy, Pair, Selection, Stat};
use super::metric::{Metric, MetricInfo};
use super::published::{PublishedScore, published_in};
use super::rows::ResultRow;

/// Which table is wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableQuery {
    /// Names of the metrics, see [`Metric`]; every one for null.
    pub metrics: Option<Vec<String>>,
    /// What a row is, beside the model.
    pub group_by: GroupBy,
    /// Which results.
    pub of: Selection,
}

/// A table of models; JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreTable {
    /// What a row is, beside the model.
    pub group_by: GroupBy,
    /// The columns.
    pub metrics: Vec<MetricInfo>,
    /// The seeds that occur.
    pub seeds: Vec<u64>,
    /// The groups; one for [`GroupBy::None`].
    pub groups: Vec<Group>,
    /// One row per group and model, group by group.
    pub rows: Vec<ScoreRow>,
    /// What others published on other cells, if these data look like theirs. No part of any mean here.
    pub published: Vec<PublishedScore>,
}

/// What the results of a row have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What it is called; empty for all results together.
    pub name: String,
    /// The held-out cell type, if it is one.
    pub cell_type: Option<String>,
    /// Label of the treatment or dose, if it is one.
    pub arm: Option<String>,
    /// That dose.
    pub dose: Option<f64>,
}

/// One model in one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// Its number among the groups.
    pub group: usize,
    /// The model.
    pub model: String,
    /// Its name.
    pub name: String,
    /// Whether it is a closed-form baseline.
    pub baseline: bool,
    /// Results there are.
    pub n_results: usize,
    /// Results there should be: one for each cell type, dose and seed that any model was asked for.
    pub n_expected: usize,
    /// Of the missing ones, those whose fit or prediction failed.
    pub n_failed: usize,
    /// Whether all results are there.
    pub complete: bool,
    /// One per metric.
    pub scores: Vec<Stat>,
    /// One per metric.
    pub marks: Vec<Option<Mark>>,
}

/// A place among the models of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The best one, or one of several equal ones.
    Best,
    /// The next one, where only one is best.
    Second,
}

/// Means that differ by less than this, relatively, are equal.
const TIE: f64 = 1e-9;

/// Mean and spread of every metric per model.
///
/// Per group and metric the best and the second model are marked, baselines as well; a model without all of its results
/// only where no model has all. A model alone is not marked. Errors with [`ScoreError::UnknownMetric`].
pub fn score_table(rows: &[ResultRow], query: &TableQuery) -> Result<ScoreTable, ScoreError> {
    let grid = Grid::new(rows, &query.of);
    let metrics = chosen(&grid, query.metrics.as_deref())?;
    let groups = grid.groups(query.group_by);
    let mut table = ScoreTable {
        group_by: query.group_by,
        metrics: metrics.iter().map(Metric::info).collect(),
        seeds: grid.seeds.clone(),
        groups: groups.iter().map(|(cell_type, arm, _)| named(&grid, *cell_type, *arm)).collect(),
        rows: Vec::new(),
        published: published_in(&grid, &query.of, &metrics, query.group_by),
    };
    for (number, (_, _, pairs)) in groups.iter().enumerate() {
        let stats: Vec<Vec<Stat>> = metrics.iter().map(|metric| column(&grid, pairs, metric)).collect();
        let marks: Vec<Vec<Option<Mark>>> =
            metrics.iter().zip(&stats).map(|(metric, stats)| mark(stats, metric.better())).collect();
        for (at, model) in grid.models.iter().enumerate() {
            let tally = grid.tally(at, pairs);
            table.rows.push(ScoreRow {
                group: number,
                model: model.key.clone(),
                name: model.name.clone(),
                baseline: model.baseline,
                n_results: tally.results,
                n_expected: tally.expected,
                n_failed: tally.failed,
                complete: tally.results == tally.expected,
                scores: stats.iter().map(|stats| stats[at].clone()).collect(),
                marks: marks.iter().map(|marks| marks[at]).collect(),
            });
        }
    }
    Ok(table)
}

/// One metric of every model.
pub(super) fn column(grid: &Grid, pairs: &[Pair], metric: &Metric) -> Vec<Stat> {
    (0..grid.models.len()).map(|model| grid.stat(model, pairs, metric)).collect()
}

/// The named metrics, or all.
pub(super) fn chosen(grid: &Grid, names: Option<&[String]>) -> Result<Vec<Metric>, ScoreError> {
    let Some(names) = names else { return Ok(grid.metrics.clone()) };
    names.iter().map(|name| known(grid, name)).collect()
}

/// A metric by its name. Without any results every name will do: there is nothing yet to know it from.
pub(super) fn known(grid: &Grid, name: &str) -> Result<Metric, ScoreError> {
    let metric = Metric::parse(name);
    if grid.metrics.is_empty() || grid.metrics.contains(&metric) {
        return Ok(metric);
    }
    Err(ScoreError::UnknownMetric { metric: name.to_owned(), metrics: grid.metrics.iter().map(Metric::id).collect() })
}

pub(super) fn named(grid: &Grid, cell_type: Option<usize>, arm: Option<usize>) -> Group {
    let cell_type = cell_type.map(|number| grid.cell_types[number].clone());
    let arm = arm.map(|number| &grid.arms[number]);
    let names = [cell_type.as_deref(), arm.map(|arm| arm.label.as_str())];
    Group {
        name: names.into_iter().flatten().collect::<Vec<_>>().join(", "),
        dose: arm.and_then(|arm| arm.dose),
        arm: arm.map(|arm| arm.label.clone()),
        cell_type,
    }
}

/// Which of the models may be best: the complete ones, or, where there is none, all that have a value.
pub(super) fn eligible(stats: &[Stat]) -> Vec<bool> {
    let complete = stats.iter().any(|stat| stat.complete);
    stats.iter().map(|stat| stat.mean.is_some() && (stat.complete || !complete)).collect()
}

pub(super) fn mark(stats: &[Stat], better: Better) -> Vec<Option<Mark>> {
    let mut marks = vec![None; stats.len()];
    if stats.iter().filter(|stat| stat.mean.is_some()).count() < 2 {
        return marks;
    }
    let sign = if better == Better::Lower { 1.0 } else { -1.0 };
    let mut order: Vec<(usize, f64)> = eligible(stats)
        .into_iter()
        .enumerate()
        .filter_map(|(at, may)| stats[at].mean.filter(|_| may).map(|mean| (at, sign * mean)))
        .collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ties = |a: f64, b: f64| (a - b).abs() <= TIE * a.abs().max(b.abs());
    let Some((_, best)) = order.first().copied() else { return marks };
    let n_best = order.iter().take_while(|(_, value)| ties(*value, best)).count();
    order[..n_best].iter().for_each(|(at, _)| marks[*at] = Some(Mark::Best));
    if let (1, Some((_, second))) = (n_best, order.get(1).copied()) {
        order[1..].iter().filter(|(_, value)| ties(*value, second)).for_each(|(at, _)| marks[*at] = Some(Mark::Second));
    }
    marks
}

impl ScoreTable {
    /// The table as CSV: `NAME`, `NAME_sd`, `NAME_seeds` (how many) and `NAME_mark` for every metric.
    #[must_use]
    pub fn csv(&self) -> String {
        let own = ["model", "name", "baseline", "cell_type", "arm", "dose", "n_results", "n_expected", "n_failed"];
        let scores = self
            .metrics
            .iter()
            .flat_map(|metric| ["", "_sd", "_seeds", "_mark"].map(|end| format!("{}{end}", metric.id)));
        let mut table = Table::new(own.into_iter().map(str::to_owned).chain(scores));
        for row in &self.rows {
            let group = &self.groups[row.group];
            let text = |text: &Option<String>| text.as_ref().map_or(Cell::Missing, Cell::from);
            let mut cells = vec![
                Cell::from(&row.model),
                Cell::from(&row.name),
                Cell::from(if row.baseline { "yes" } else { "no" }),
                text(&group.cell_type),
                text(&group.arm),
                Cell::from(group.dose),
                Cell::from(row.n_results),
                Cell::from(row.n_expected),
                Cell::from(row.n_failed),
            ];
            for (stat, mark) in row.scores.iter().zip(&row.marks) {
                let mark =
                    mark.map_or(Cell::Missing, |mark| Cell::from(if mark == Mark::Best { "best" } else { "second" }));
                cells.extend([Cell::from(stat.mean), Cell::from(stat.sd), Cell::from(stat.n), mark]);
            }
            table.rows.push(cells);
        }
        table.csv()
    }
}
