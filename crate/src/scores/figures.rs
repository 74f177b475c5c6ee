//! The figures of a grid of results. The page asks for them with a [`ScoreFigure`], the command line makes them all ([`atlas`](super::atlas())).

use serde::{Deserialize, Serialize};

use crate::chart::{
    Figure, ModelFront, ModelPoint, PublishedPoint, ScoreBars, ScoreGroup, ScoreHeatMap, ScoreModel, ScoreValue,
};

use super::dose_figure::along_doses;
use super::error::ScoreError;
use super::front::front;
use super::grid::{Grid, GroupBy, Model, Pair, Selection, Stat};
use super::metric::Metric;
use super::rows::ResultRow;
use super::table::{Mark, column, known, mark, named};

/// Which figure is wanted. Metrics are named as in [`Metric`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScoreFigure {
    /// Bars of models within each group; the line is what no change reaches.
    Bars {
        /// The metric.
        metric: String,
        /// The groups.
        #[serde(default)]
        group_by: GroupBy,
        /// Which results.
        #[serde(default)]
        of: Selection,
        /// The model that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Models against groups, with the mean of all in a last column.
    HeatMap {
        /// The metric.
        metric: String,
        /// The columns.
        #[serde(default)]
        group_by: GroupBy,
        /// Which results.
        #[serde(default)]
        of: Selection,
        /// The model that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// Models in two metrics.
    Front {
        /// The horizontal metric.
        x: String,
        /// The vertical metric.
        y: String,
        /// Whether published models are drawn as well, if the data look like theirs.
        #[serde(default = "yes")]
        published: bool,
        /// Which results.
        #[serde(default)]
        of: Selection,
        /// The model that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
    /// A metric against the dose, a line per model.
    AlongDoses {
        /// The metric.
        metric: String,
        /// What the plots are.
        #[serde(default)]
        panels: DosePanelsBy,
        /// Which results.
        #[serde(default)]
        of: Selection,
        /// The model that stays strong.
        #[serde(default)]
        highlight: Option<String>,
    },
}

/// What the small multiples along doses are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DosePanelsBy {
    /// One plot of means over the cell types (per condition, where there are several).
    #[default]
    Together,
    /// A plot per held-out cell type.
    CellTypes,
}

fn yes() -> bool {
    true
}

/// A figure of results; without results an empty one. Errors: [`ScoreError::UnknownMetric`], and [`ScoreError::NoDoses`] for
/// a figure along doses of results that have none.
pub fn figure(rows: &[ResultRow], query: &ScoreFigure) -> Result<Figure, ScoreError> {
    Ok(match query {
        ScoreFigure::Bars { metric, group_by, of, highlight } => {
            Figure::ScoreBars(bars(&Grid::new(rows, of), metric, *group_by, highlight.clone())?)
        }
        ScoreFigure::HeatMap { metric, group_by, of, highlight } => {
            Figure::ScoreHeatMap(heat_map(&Grid::new(rows, of), metric, *group_by, highlight.clone())?)
        }
        ScoreFigure::Front { x, y, published, of, highlight } => {
            Figure::ModelFront(model_front(rows, (x, y), *published, of, highlight.clone())?)
        }
        ScoreFigure::AlongDoses { metric, panels, of, highlight } => {
            Figure::DoseResponse(along_doses(&Grid::new(rows, of), metric, *panels, highlight.clone())?)
        }
    })
}

fn model(model: &Model) -> ScoreModel {
    ScoreModel { name: model.name.clone(), key: model.key.clone(), baseline: model.baseline }
}

fn value(stat: &Stat, mark: Option<Mark>) -> ScoreValue {
    ScoreValue {
        value: stat.mean,
        spread: stat.sd,
        seeds: if stat.n > 1 { stat.seeds.clone() } else { Vec::new() },
        incomplete: !stat.complete,
        best: mark == Some(Mark::Best),
    }
}

/// The columns of a figure: names and a value per model.
fn groups(grid: &Grid, metric: &Metric, by: GroupBy) -> Vec<ScoreGroup> {
    let groups = grid.groups(by);
    groups
        .into_iter()
        .map(|(cell_type, arm, pairs)| group(grid, metric, named(grid, cell_type, arm).name, &pairs))
        .collect()
}

fn group(grid: &Grid, metric: &Metric, name: String, pairs: &[Pair]) -> ScoreGroup {
    let stats = column(grid, pairs, metric);
    let marks = mark(&stats, metric.better());
    ScoreGroup {
        name,
        values: stats.iter().zip(marks).map(|(stat, mark)| value(stat, mark)).collect(),
        reference: None,
    }
}

/// `R², all genes, per held-out cell type (mean of 8 doses)`.
fn title(grid: &Grid, metric: &Metric, by: GroupBy) -> String {
    let (types, arms) = (grid.cell_types.len(), grid.arms.len());
    let doses = if grid.has_doses() { "doses" } else { "treatments" };
    let over = |n: usize, what: &str| if n > 1 { vec![format!("{n} {what}")] } else { Vec::new() };
    let (per, over): (&str, Vec<String>) = match by {
        GroupBy::None => ("", [over(types, "cell types"), over(arms, doses)].concat()),
        GroupBy::CellType => (" per held-out cell type", over(arms, doses)),
        GroupBy::Arm if grid.has_doses() => (" per dose", over(types, "cell types")),
        GroupBy::Arm => (" per treatment", over(types, "cell types")),
        GroupBy::CellTypeAndArm if grid.has_doses() => (" per held-out cell type and dose", Vec::new()),
        GroupBy::CellTypeAndArm => (" per held-out cell type and treatment", Vec::new()),
    };
    let over = if over.is_empty() { String::new() } else { format!(" (mean of {})", over.join(" and ")) };
    let alone = match (by, &grid.cell_types[..]) {
        (GroupBy::None | GroupBy::Arm, [only]) => format!(", {only}"),
        _ => String::new(),
    };
    format!("{}{per}{alone}{over}", metric.label())
}

fn bars(grid: &Grid, metric: &str, by: GroupBy, highlight: Option<String>) -> Result<ScoreBars, ScoreError> {
    let metric = known(grid, metric)?;
    let mut groups = groups(grid, &metric, by);
    let mut models: Vec<ScoreModel> = grid.models.iter().map(model).collect();
    let no_change = models.iter().position(|model| model.key == "no_change").filter(|_| models.len() > 1);
    let mut reference_label = String::new();
    if let Some(at) = no_change {
        reference_label.clone_from(&models[at].name);
        for group in &mut groups {
            group.reference = group.values[at].value;
        }
        // The line says it all, unless it is not defined.
        if groups.iter().all(|group| group.reference.is_some()) {
            models.remove(at);
            for group in &mut groups {
                group.values.remove(at);
            }
        }
    }
    let info = metric.info();
    Ok(ScoreBars {
        title: title(grid, &metric, by),
        unit: info.axis,
        better: Some(info.better),
        models,
        groups,
        reference_label,
        highlight,
    })
}

fn heat_map(grid: &Grid, metric: &str, by: GroupBy, highlight: Option<String>) -> Result<ScoreHeatMap, ScoreError> {
    let metric = known(grid, metric)?;
    let mut columns = groups(grid, &metric, by);
    if columns.len() > 1 {
        columns.push(group(grid, &metric, "Mean".into(), &grid.pairs));
    } else if let [only] = &mut columns[..]
        && only.name.is_empty()
    {
        only.name = "Mean".into();
    }
    let info = metric.info();
    let models = grid.models.iter().map(model).collect();
    Ok(ScoreHeatMap {
        title: title(grid, &metric, by),
        unit: if info.axis == info.label { String::new() } else { info.axis },
        better: Some(info.better),
        models,
        groups: columns,
        highlight,
    })
}

fn model_front(
    rows: &[ResultRow],
    (x, y): (&str, &str),
    published: bool,
    of: &Selection,
    highlight: Option<String>,
) -> Result<ModelFront, ScoreError> {
    let front = front(rows, x, y, of)?;
    let points = front.points.iter().map(|point| ModelPoint {
        name: point.name.clone(),
        key: point.model.clone(),
        x: point.x.mean,
        y: point.y.mean,
        spread_x: point.x.sd,
        spread_y: point.y.sd,
        baseline: point.baseline,
        on_front: point.on_front,
        incomplete: !(point.x.complete && point.y.complete),
    });
    let mut papers: Vec<PublishedPoint> = Vec::new();
    for (x, y) in front.published.iter().filter(|_| published) {
        let name = format!("{} ({})", x.name, x.source);
        // Of two means of one paper the one over the same types came first.
        if !papers.iter().any(|other| other.name == name) {
            papers.push(PublishedPoint { name, x: x.value, y: y.value, note: x.label.clone() });
        }
    }
    Ok(ModelFront {
        title: format!("{} against {}", front.y.label, front.x.label),
        x_label: front.x.axis.clone(),
        y_label: front.y.axis.clone(),
        better_x: Some(front.x.better),
        better_y: Some(front.y.better),
        points: points.collect(),
        published: papers,
        published_label: "published, on other cells".into(),
        highlight,
    })
}
