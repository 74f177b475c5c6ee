//! The figure of a trade-off run: candidates in any two metrics, a front per method and measure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chart::{CandidateFront, CandidatePoint, CandidateSeries, Cursor, Figure};
use crate::metrics::front::nondominated;
use crate::scores::mean_and_sd;

use super::error::FrontError;
use super::metric::{FrontMetric, metric};
use super::names::{candidate_key, candidate_name, front_name, measure_name, short_name};
use super::rows::{CandidateKind, CandidateRow, Cells};

/// Which figure is wanted; JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontQuery {
    /// The metric of biology kept, along the horizontal axis.
    #[serde(default = "u")]
    pub x: String,
    /// The metric of batch effect, along the vertical axis.
    #[serde(default = "v")]
    pub y: String,
    /// Which cells the metrics are of.
    #[serde(default = "test")]
    pub cells: Cells,
    /// One split; means with the spread over all splits when null.
    #[serde(default)]
    pub split: Option<u64>,
    /// The fronts in their order, which gives their colours; those of the rows when empty.
    #[serde(default)]
    pub fronts: Vec<FrontId>,
    /// Candidates between the ends of a front, K; as many as the rows show when null.
    #[serde(default)]
    pub candidates: Option<usize>,
    /// Points of trainings that go on, one entry per part of a front; drawn where the axes are U and V.
    #[serde(default)]
    pub live: Vec<LiveFront>,
    /// The key of the candidate that is ringed, see [`candidate_key`].
    #[serde(default)]
    pub highlight: Option<String>,
    /// Where a slider along a front stands.
    #[serde(default)]
    pub cursor: Option<Cursor>,
}

fn u() -> String {
    "u".into()
}

fn v() -> String {
    "v".into()
}

fn test() -> Cells {
    Cells::Test
}

/// A front among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontId {
    /// The method.
    pub method: String,
    /// Its measure.
    #[serde(default)]
    pub measure: Option<String>,
    /// Whether it is left out; the others keep their colours.
    #[serde(default)]
    pub hidden: bool,
}

/// Where candidates of a front stand that still train, on the cells they train on: the fields of the event of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveFront {
    /// The method.
    pub method: String,
    /// Its measure.
    #[serde(default)]
    pub measure: Option<String>,
    /// Seed of the split.
    pub split: u64,
    /// The candidates.
    pub points: Vec<LivePlace>,
}

/// A candidate that still trains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivePlace {
    /// Place along its front.
    pub place: usize,
    /// U and V of the latest steps.
    pub losses: [Option<f64>; 2],
}

/// The candidates of a run in two metrics; an empty figure without rows. Errors with [`FrontError::UnknownMetric`].
pub fn figure(rows: &[CandidateRow], query: &FrontQuery) -> Result<Figure, FrontError> {
    let fronts = if query.fronts.is_empty() { fronts(rows, &query.live) } else { query.fronts.clone() };
    let chosen: Vec<&CandidateRow> =
        rows.iter().filter(|row| query.split.is_none_or(|split| row.split == split)).collect();
    let axes = [metric(&query.x)?, metric(&query.y)?];
    let mut series = Vec::new();
    for (number, front) in fronts.iter().enumerate().filter(|(_, front)| !front.hidden) {
        let of_front: Vec<&CandidateRow> = chosen.iter().copied().filter(|row| front.holds(row)).collect();
        let name = front_name(&front.method, front.measure.as_deref());
        let last = last_place(front, rows, query);
        let mut points = settled(&of_front, last, axes, query.cells);
        mark_dominated(&mut points, axes);
        if !points.is_empty() {
            series.push(CandidateSeries { name: name.clone(), number, live: false, points });
        }
        let points = training(front, &of_front, last, query);
        if !points.is_empty() {
            series.push(CandidateSeries { name, number, live: true, points });
        }
    }
    let splits = splits(&chosen);
    let spread = series.iter().flat_map(|one| &one.points).any(|point| point.spread_x.is_some());
    let [x, y] = axes;
    Ok(Figure::CandidateFront(CandidateFront {
        title: title(&chosen, query, axes, splits.len()),
        x_label: x.axis(),
        y_label: y_label(y, &fronts),
        better_x: Some(x.better),
        better_y: Some(y.better),
        series,
        size_label: "larger: nearer to scVI only".into(),
        spread_label: if spread { format!("\u{b1} SD over {} splits", splits.len()) } else { String::new() },
        highlight: query.highlight.clone(),
        cursor: query.cursor.clone(),
    }))
}

impl FrontId {
    fn holds(&self, row: &CandidateRow) -> bool {
        row.method == self.method && row.measure == self.measure
    }
}

/// The fronts there are, in the order they came.
fn fronts(rows: &[CandidateRow], live: &[LiveFront]) -> Vec<FrontId> {
    let mut all: Vec<FrontId> = Vec::new();
    let names = rows.iter().map(|row| (&row.method, &row.measure));
    for (method, measure) in names.chain(live.iter().map(|front| (&front.method, &front.measure))) {
        if !all.iter().any(|front| front.method == *method && front.measure == *measure) {
            all.push(FrontId { method: method.clone(), measure: measure.clone(), hidden: false });
        }
    }
    all
}

fn splits(rows: &[&CandidateRow]) -> Vec<u64> {
    let mut splits: Vec<u64> = rows.iter().map(|row| row.split).collect();
    splits.sort_unstable();
    splits.dedup();
    splits
}

fn title(rows: &[&CandidateRow], query: &FrontQuery, [x, y]: [&FrontMetric; 2], splits: usize) -> String {
    let cells = match query.cells {
        Cells::Train => "training cells",
        Cells::Test => "test cells",
    };
    let over = match query.split {
        Some(split) => format!(", split {split}"),
        None if splits > 1 => format!(", mean of {splits} splits"),
        None => String::new(),
    };
    let training = if rows.is_empty() && !query.live.is_empty() { "cells in training" } else { cells };
    format!("{} against {}, {training}{over}", y.label, x.label)
}

/// V of one measure says nothing about V of another.
fn y_label(y: &FrontMetric, fronts: &[FrontId]) -> String {
    let mut measures: Vec<&str> =
        fronts.iter().filter(|front| !front.hidden).filter_map(|front| front.measure.as_deref()).collect();
    measures.sort_unstable();
    measures.dedup();
    match (y.id, &measures[..]) {
        ("v", [only]) => format!("{}, {}", y.axis(), measure_name(only)),
        ("v", [_, _, ..]) => format!("{} (not comparable between measures)", y.axis()),
        _ => y.axis(),
    }
}

/// A point per place of a front: the candidate, or the mean of those at the same place in all splits.
fn settled(rows: &[&CandidateRow], last: usize, [x, y]: [&FrontMetric; 2], cells: Cells) -> Vec<CandidatePoint> {
    let mut places: BTreeMap<usize, Vec<&CandidateRow>> = BTreeMap::new();
    for row in rows {
        places.entry(row.place).or_default().push(row);
    }
    places
        .into_iter()
        .map(|(place, rows)| {
            let row = rows[0];
            let both = rows.iter().filter_map(|row| Some((x.of(row, cells)?, y.of(row, cells)?)));
            let (xs, ys): (Vec<f64>, Vec<f64>) = both.unzip();
            let ((x, spread_x), (y, spread_y)) = (mean_and_sd(&xs), mean_and_sd(&ys));
            CandidatePoint {
                name: candidate_name(row, last + 1),
                label: short_name(row.kind, &row.method, place),
                end: row.kind != CandidateKind::Preference,
                key: candidate_key(&row.method, row.measure.as_deref(), place),
                along: along(row.kind, place, last),
                x,
                y,
                spread_x,
                spread_y,
                dominated: false,
                remark: remarks(&rows),
            }
        })
        .collect()
}

fn along(kind: CandidateKind, place: usize, last: usize) -> Option<f64> {
    (kind != CandidateKind::Peer && last > 0).then(|| place as f64 / last as f64)
}

fn remarks(rows: &[&CandidateRow]) -> String {
    let several = rows.len() > 1;
    let said = rows.iter().filter(|row| !row.remarks.is_empty()).map(|row| {
        let split = if several { format!("split {}: ", row.split) } else { String::new() };
        format!("{split}{}", row.remarks.join(", "))
    });
    said.collect::<Vec<_>>().join("; ")
}

fn mark_dominated(points: &mut [CandidatePoint], [x, y]: [&FrontMetric; 2]) {
    let (placed, values): (Vec<usize>, Vec<[f64; 2]>) = points
        .iter()
        .enumerate()
        .filter_map(|(at, point)| Some((at, [x.minimised(point.x?), y.minimised(point.y?)])))
        .unzip();
    let front: Vec<usize> = nondominated(&values).into_iter().map(|at| placed[at]).collect();
    for at in placed {
        points[at].dominated = !front.contains(&at);
    }
}

/// The last place of a front, which is scVI only.
fn last_place(front: &FrontId, rows: &[CandidateRow], query: &FrontQuery) -> usize {
    let live = query.live.iter().filter(|live| live.method == front.method && live.measure == front.measure);
    let training = live.flat_map(|live| &live.points).map(|point| point.place);
    let seen = rows.iter().filter(|row| front.holds(row)).map(|row| row.place).chain(training).max().unwrap_or(0);
    query.candidates.map_or(seen, |between| seen.max(between + 1))
}

/// The candidates of a front that have no row yet.
fn training(front: &FrontId, rows: &[&CandidateRow], last: usize, query: &FrontQuery) -> Vec<CandidatePoint> {
    if (query.x.as_str(), query.y.as_str()) != ("u", "v") {
        return Vec::new();
    }
    let (method, measure) = (front.method.as_str(), front.measure.as_deref());
    let name = front_name(method, measure);
    let mut points = Vec::new();
    for live in query.live.iter().filter(|live| live.method == front.method && live.measure == front.measure) {
        if query.split.is_some_and(|split| live.split != split) {
            continue;
        }
        let done = |place: usize| rows.iter().any(|row| row.split == live.split && row.place == place);
        points.extend(live.points.iter().filter(|point| !done(point.place)).map(|point| {
            let kind = match point.place {
                0 => CandidateKind::BatchOnly,
                place if place == last => CandidateKind::ScviOnly,
                _ => CandidateKind::Preference,
            };
            let short = short_name(kind, method, point.place);
            let what = if kind == CandidateKind::Preference { format!("candidate {short}") } else { short.clone() };
            CandidatePoint {
                name: format!("{name}, {what}"),
                label: short,
                end: kind != CandidateKind::Preference,
                key: candidate_key(method, measure, point.place),
                along: along(kind, point.place, last),
                x: point.losses[0],
                y: point.losses[1],
                ..CandidatePoint::default()
            }
        }));
    }
    points
}
