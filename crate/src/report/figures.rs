//! The figures that a saved report has the numbers of.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ReportError;
use super::html::{ReportFigure, escape, zeros};
use super::saved::{DistanceLine, EstimateLine, Saved};
use crate::chart::{
    self, DoseLine, DosePanel, DosePoint, DoseResponse, Figure, IntervalPanel, IntervalRow, Intervals, Loss,
    NoiseFloor, Reference, Series, Theme,
};
use crate::fronts::{Cells, FrontQuery, figure as front_figure, metric};
use crate::metrics::distance::Distance;
use crate::run::Task;
use crate::run::explore::ALL_CELLS;
use crate::scores::atlas;

/// Width in CSS pixels, as on the page: two such figures have room on a sheet of paper, with letters that can be read.
const WIDTH: f64 = 720.0;

/// The figures of a saved report (JSON), drawn for white paper: scores of models and their fronts, distances from control, candidates in the
/// paper's pairs of metrics, estimates along the training.
///
/// Errors: those of [`super::report_html`], and a figure that cannot be drawn.
pub fn figures(report: &str) -> Result<Vec<ReportFigure>, ReportError> {
    let saved = Saved::parse(report)?;
    let figures = match &saved.run.task {
        Task::Predict(_) => scores(&saved),
        Task::Explore(_) => distances(&saved),
        Task::TradeOff(_) => fronts(&saved),
        Task::MutualInformation(_) => estimates(&saved),
    };
    figures.iter().map(report_figure).collect()
}

/// A figure of the width of a page. Its heading goes into the caption, together with its summary.
///
/// Errors with [`ReportError::Chart`] where the figure cannot be drawn.
pub fn report_figure(figure: &Figure) -> Result<ReportFigure, ReportError> {
    let summary = chart::summary(figure)?;
    let (title, figure) = parted(figure, &summary);
    let theme = Theme::light();
    let height = chart::height(&figure, WIDTH, &theme, &chart::estimate_width);
    let svg = chart::svg(&figure, WIDTH, height, &theme)?;
    // A screen reader hears the heading as well.
    let svg = match (svg.split_once("<title>"), svg.split_once("</title>")) {
        (Some((before, _)), Some((_, after))) => format!("{before}<title>{}</title>{after}", escape(&summary)),
        _ => svg,
    };
    let rest = summary.strip_prefix(&title).map_or(summary.as_str(), |rest| rest.trim_start_matches([':', '.', ' ']));
    let rest = zeros(rest);
    let mut letters = rest.chars();
    let caption = letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect());
    Ok(ReportFigure { title, caption, svg })
}

/// The heading of a figure, and the figure without. A plot whose value axis is named by the heading alone gets that name.
fn parted(figure: &Figure, summary: &str) -> (String, Figure) {
    let begins = summary.split(':').next().unwrap_or_default().to_owned();
    let Ok(mut value) = serde_json::to_value(figure) else { return (begins, figure.clone()) };
    let title = value.get_mut("title").map(Value::take);
    let title = title.and_then(|title| title.as_str().map(str::to_owned)).filter(|title| !title.is_empty());
    let title = title.unwrap_or(begins);
    value["title"] = "".into();
    if let (Figure::DoseResponse(_), Some(panels)) = (figure, value["panels"].as_array_mut()) {
        for panel in panels.iter_mut().filter(|panel| panel["y_label"] == "") {
            panel["y_label"] = title.clone().into();
        }
    }
    let bare = serde_json::from_value(value).unwrap_or_else(|_| figure.clone());
    (title, bare)
}

/// Bars per cell type, lines along doses and fronts; heat maps say the same as the tables.
fn scores(saved: &Saved) -> Vec<Figure> {
    let all = atlas(&saved.results, &saved.failures).into_iter();
    let kept = all.filter(|(name, _)| !name.starts_with("score-map-") && !name.ends_with("-per-dose"));
    kept.map(|(_, figure)| figure).collect()
}

fn distances(saved: &Saved) -> Vec<Figure> {
    let mut metrics: Vec<Distance> = Vec::new();
    for row in &saved.distances {
        if !metrics.contains(&row.metric) {
            metrics.push(row.metric);
        }
    }
    let own = |metric: Distance| saved.distances.iter().filter(|row| row.metric == metric).collect::<Vec<_>>();
    let of = |metric: &Distance| {
        let rows = own(*metric);
        let doses: BTreeSet<u64> = rows.iter().filter_map(|row| row.dose.map(f64::to_bits)).collect();
        if doses.len() > 1 { along_doses(&rows, *metric) } else { per_type(&rows, *metric) }
    };
    metrics.iter().map(of).collect()
}

fn from_control(metric: Distance) -> String {
    format!("{} from control", metric.title())
}

fn name(row: &DistanceLine, with_arm: bool) -> String {
    let cell_type = row.cell_type.as_deref().unwrap_or(ALL_CELLS);
    if with_arm { format!("{cell_type}, {}", row.arm) } else { cell_type.to_owned() }
}

/// A line per cell type (and condition); all cells together have a plot of their own.
fn along_doses(rows: &[&DistanceLine], metric: Distance) -> Figure {
    let conditions: BTreeSet<&Option<String>> = rows.iter().map(|row| &row.condition).collect();
    let panel = |whole: bool, title: &str| {
        let mut panel = DosePanel { title: title.to_owned(), ..DosePanel::default() };
        for row in rows.iter().filter(|row| row.cell_type.is_none() == whole) {
            let Some(dose) = row.dose else { continue };
            let line = match &row.condition {
                Some(condition) if conditions.len() > 1 => format!("{}, {condition}", name(row, false)),
                _ => name(row, false),
            };
            let point = DosePoint { dose, value: row.value, low: row.low, high: row.high, note: String::new() };
            match panel.lines.iter_mut().find(|other| other.name == line) {
                Some(line) => line.points.push(point),
                None => panel.lines.push(DoseLine { name: line, points: vec![point], ..DoseLine::default() }),
            }
            let higher = row.floor_high > panel.floor.as_ref().and_then(|floor| floor.high);
            if let (Some(high), true) = (row.floor_high, higher) {
                let label = "control against control, 95 %".to_owned();
                panel.floor = Some(NoiseFloor { value: row.floor, high: Some(high), label });
            }
        }
        panel
    };
    let panels = [panel(true, "All cells together"), panel(false, "Cell types")];
    Figure::DoseResponse(DoseResponse {
        title: from_control(metric),
        panels: panels.into_iter().filter(|panel| !panel.lines.is_empty()).collect(),
        x_label: "dose".to_owned(),
        ..DoseResponse::default()
    })
}

/// A row per cell type and condition.
fn per_type(rows: &[&DistanceLine], metric: Distance) -> Figure {
    let arms: BTreeSet<&String> = rows.iter().map(|row| &row.arm).collect();
    let row = |row: &&DistanceLine| IntervalRow {
        label: name(row, arms.len() > 1),
        key: String::new(),
        value: row.value,
        low: row.low,
        high: row.high,
        floor: row.floor_high,
        note: format!("{} against {} control cells", row.n_treated, row.n_control),
    };
    let panel = IntervalPanel {
        unit: metric.title().to_owned(),
        rows: rows.iter().map(row).collect(),
        ..IntervalPanel::default()
    };
    Figure::Intervals(Intervals { title: from_control(metric), panels: vec![panel], ..Intervals::default() })
}

/// Candidates in the losses they were trained on, in what the paper takes for them, and in metrics of cell types.
fn fronts(saved: &Saved) -> Vec<Figure> {
    let drawn = |(x, y): (&str, &str)| {
        let has = |id: &str| {
            metric(id).is_ok_and(|metric| saved.candidates.iter().any(|row| metric.of(row, Cells::Test).is_some()))
        };
        let query: FrontQuery = serde_json::from_value(serde_json::json!({"x": x, "y": y})).ok()?;
        if has(x) && has(y) { front_figure(&saved.candidates, &query).ok() } else { None }
    };
    [("u", "v"), ("u", "nn_mi"), ("asw", "be_pooled"), ("nmi", "be_pooled")].into_iter().filter_map(drawn).collect()
}

fn estimates(saved: &Saved) -> Vec<Figure> {
    let Some(truth) = saved.mutual_information else { return Vec::new() };
    let mut series: Vec<Series> = Vec::new();
    let last = saved.estimate_curves.iter().map(|row| row.step).max().unwrap_or(1) as f64;
    for row in &saved.estimate_curves {
        let EstimateLine { estimator, step, value } = row;
        let name = super::html::estimator_name(*estimator);
        let at = series.iter().position(|one| one.name == name).unwrap_or_else(|| {
            series.push(Series { name: name.to_owned(), points: Vec::new(), dashed: false });
            series.len() - 1
        });
        series[at].points.push((*step as f64, *value));
        if *step == 0 {
            // An estimate without a critic is the same at every step.
            series[at].points.push((last, *value));
            series[at].dashed = true;
        }
    }
    vec![Figure::Loss(Loss {
        title: "Estimates along the training of the critics".to_owned(),
        series,
        x_label: "critic steps".to_owned(),
        y_label: "mutual information (nats)".to_owned(),
        references: vec![Reference { label: "truth".to_owned(), value: truth }],
    })]
}
