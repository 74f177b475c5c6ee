//! Every figure of a grid, for the command line.

use crate::chart::Figure;

use super::figures::{DosePanelsBy, ScoreFigure, figure};
use super::grid::{Grid, GroupBy, Selection};
use super::metric::Metric;
use super::rows::{Failure, ResultRow};

/// What the command line draws: metrics that papers report, first of each kind.
const DRAWN: [&str; 4] = ["r2_all", "r2_top100", "common_degs", "to_no_change_edistance"];

/// Figures of a grid with a file name each: bars and heat maps per cell type and per dose, lines along doses, fronts. A grid
/// of one model and one group has none, since nothing is compared.
#[must_use]
pub fn atlas(rows: &[ResultRow], failures: &[Failure]) -> Vec<(String, Figure)> {
    let of = Selection { failures: failures.to_vec(), ..Selection::default() };
    let grid = Grid::new(rows, &of);
    let mut queries: Vec<(String, ScoreFigure)> = Vec::new();
    if grid.models.len() < 2 && grid.pairs.len() < 2 {
        return Vec::new();
    }
    let present: Vec<&str> = DRAWN.into_iter().filter(|name| grid.metrics.contains(&Metric::parse(name))).collect();
    for metric in &present {
        let file = metric.replace('_', "-");
        let mut by = vec![("cell-type", GroupBy::CellType)];
        if grid.arms.len() > 1 {
            by.push((if grid.has_doses() { "dose" } else { "treatment" }, GroupBy::Arm));
        }
        for (name, group_by) in by {
            let (metric, of) = ((*metric).to_owned(), of.clone());
            let bars = ScoreFigure::Bars { metric: metric.clone(), group_by, of: of.clone(), highlight: None };
            queries.push((format!("scores-{file}-per-{name}"), bars));
            queries.push((
                format!("score-map-{file}-per-{name}"),
                ScoreFigure::HeatMap { metric, group_by, of, highlight: None },
            ));
        }
        if grid.has_doses() && grid.arms.len() > 1 {
            let query = ScoreFigure::AlongDoses {
                metric: (*metric).to_owned(),
                panels: DosePanelsBy::Together,
                of: of.clone(),
                highlight: None,
            };
            queries.push((format!("scores-{file}-along-doses"), query));
        }
    }
    if let (Some(first), true) = (present.first(), grid.models.len() > 1) {
        for other in &present[1..] {
            let query = ScoreFigure::Front {
                x: (*first).to_owned(),
                y: (*other).to_owned(),
                published: true,
                of: of.clone(),
                highlight: None,
            };
            queries.push((format!("front-{}-{}", first.replace('_', "-"), other.replace('_', "-")), query));
        }
    }
    queries.into_iter().filter_map(|(name, query)| Some((name, figure(rows, &query).ok()?))).collect()
}
