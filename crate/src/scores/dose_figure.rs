//! A metric along the doses, a line per model.

use crate::chart::{Better, DoseLine, DosePanel, DosePoint, DoseResponse};

use super::error::ScoreError;
use super::figures::DosePanelsBy;
use super::grid::{Grid, Pair};
use super::metric::Metric;
use super::table::known;

/// Means over cell types, or a plot per type; per condition, where there are several.
pub(super) fn along_doses(
    grid: &Grid,
    metric: &str,
    by: DosePanelsBy,
    highlight: Option<String>,
) -> Result<DoseResponse, ScoreError> {
    let metric = known(grid, metric)?;
    if !grid.models.is_empty() && !grid.has_doses() {
        return Err(ScoreError::NoDoses { arms: grid.arms.iter().map(|arm| arm.label.clone()).collect() });
    }
    let mut conditions: Vec<Option<&String>> = grid.arms.iter().map(|arm| arm.condition.as_ref()).collect();
    conditions.dedup();
    let info = metric.info();
    let panel = |cell_type: Option<usize>, condition: Option<&String>| {
        let condition_name = condition.filter(|_| conditions.len() > 1).map(String::as_str);
        let type_name = cell_type.map(|at| grid.cell_types[at].as_str());
        let title: Vec<&str> = [type_name, condition_name].into_iter().flatten().collect();
        DosePanel {
            title: title.join(", "),
            y_label: String::new(),
            lines: lines(grid, &metric, cell_type, condition),
            floor: None,
        }
    };
    let types: Vec<Option<usize>> = match by {
        DosePanelsBy::Together => vec![None],
        DosePanelsBy::CellTypes => (0..grid.cell_types.len()).map(Some).collect(),
    };
    let mut panels: Vec<DosePanel> = types
        .iter()
        .flat_map(|&cell_type| conditions.iter().map(move |&condition| (cell_type, condition)))
        .map(|(cell_type, condition)| panel(cell_type, condition))
        .collect();
    let direction = match info.better {
        Better::Higher => "higher is better \u{2191}",
        Better::Lower => "lower is better \u{2193}",
    };
    if let [only] = &mut panels[..] {
        only.y_label = format!("{} \u{b7} {direction}", info.axis);
    }
    let over = match by {
        DosePanelsBy::Together if grid.cell_types.len() > 1 => {
            format!(" (mean of {} cell types)", grid.cell_types.len())
        }
        DosePanelsBy::Together => grid.cell_types.first().map_or(String::new(), |name| format!(", {name}")),
        DosePanelsBy::CellTypes => format!(" \u{b7} {direction}"),
    };
    Ok(DoseResponse {
        title: format!("{} along the dose{over}", info.label),
        panels,
        x_label: "dose".into(),
        shared_y: true,
        highlight,
        distinct: true,
    })
}

/// A line per model over the doses of a condition.
fn lines(grid: &Grid, metric: &Metric, cell_type: Option<usize>, condition: Option<&String>) -> Vec<DoseLine> {
    let at_dose = |arm: usize| -> Vec<Pair> {
        grid.pairs
            .iter()
            .copied()
            .filter(|pair| pair.1 == arm && cell_type.is_none_or(|cell_type| cell_type == pair.0))
            .collect()
    };
    let arms = || grid.arms.iter().enumerate().filter(|(_, arm)| arm.condition.as_ref() == condition);
    let point = |model: usize, arm: usize, dose: f64| {
        let stat = grid.stat(model, &at_dose(arm), metric);
        let end = |sign: f64| stat.mean.zip(stat.sd).map(|(mean, sd)| mean + sign * sd);
        let note = match (stat.n, stat.complete) {
            (_, false) => "some results missing".to_owned(),
            (1, true) => String::new(),
            (n, true) => format!("{n} seeds"),
        };
        DosePoint { dose, value: stat.mean, low: end(-1.0), high: end(1.0), note }
    };
    let models = grid.models.iter().enumerate();
    models
        .map(|(at, model)| DoseLine {
            name: model.name.clone(),
            key: model.key.clone(),
            points: arms().filter_map(|(arm, one)| Some(point(at, arm, one.dose?))).collect(),
            fit: None,
        })
        .collect()
}
