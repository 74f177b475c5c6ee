//! How good each front is in a pair of metrics.

use std::collections::BTreeSet;

use crate::metrics::front::{Bounds, MU, Point, nondominated};
use crate::metrics::spearman;

use super::error::FrontError;
use super::metric::{FrontMetric, Side, metric};
use super::rows::{CandidateKind, CandidateRow, Cells, FrontRow};

/// What fronts are measured against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// The worst value that is no outlier ([`Bounds::robust`]): a candidate that diverged does not hide the differences of the others.
    #[default]
    Robust,
    /// The worst value of all ([`Bounds::full`]), as in the paper.
    Full,
}

/// How good each front is in the metrics `x` and `y`, one row per method, measure, split, and training or test cells.
///
/// Bounds, and with them the reference point and the grids, are shared by everything in `rows`: give all that is compared.
/// Only in a pair with `v`, which different measures give in different units, are they shared by the fronts of one measure
/// (all its methods, splits, training and test cells), and numbers of different measures are not to be compared.
///
/// A front without a candidate that has both metrics has no row: a published method without U, say, in a pair with `u`. A
/// candidate that is worse than the bounds in one metric and an outlier on the good side in the other has diverged, and is
/// neither on the front nor part of its area. Methods come in the order of the rows, then splits by number, training before
/// test cells. Errors with [`FrontError::UnknownMetric`].
pub fn summarise(rows: &[CandidateRow], x: &str, y: &str) -> Result<Vec<FrontRow>, FrontError> {
    summarise_against(rows, x, y, Reference::default())
}

/// The same with a reference of choice.
pub fn summarise_against(
    rows: &[CandidateRow],
    x: &str,
    y: &str,
    reference: Reference,
) -> Result<Vec<FrontRow>, FrontError> {
    let metrics = [metric(x)?, metric(y)?];
    let both = [Cells::Train, Cells::Test];
    let per_measure = metrics.iter().any(|metric| metric.id == "v");
    let bounds_of = |measure: Option<&str>| {
        let compared = rows.iter().filter(|row| !per_measure || row.measure.as_deref() == measure);
        let all: Vec<Point> =
            compared.flat_map(|row| both.iter().filter_map(move |cells| point(row, *cells, metrics))).collect();
        match reference {
            Reference::Robust => Bounds::robust(&all),
            Reference::Full => Bounds::full(&all),
        }
    };
    let mut methods: Vec<(&str, Option<&str>)> = Vec::new();
    for row in rows {
        let key = (row.method.as_str(), row.measure.as_deref());
        if !methods.contains(&key) {
            methods.push(key);
        }
    }
    let mut fronts = Vec::new();
    for (method, measure) in methods {
        let of_method = |row: &&CandidateRow| row.method == method && row.measure.as_deref() == measure;
        let Some(bounds) = bounds_of(measure) else { continue };
        let splits: BTreeSet<u64> = rows.iter().filter(of_method).map(|row| row.split).collect();
        for split in splits {
            let own: Vec<&CandidateRow> = rows.iter().filter(of_method).filter(|row| row.split == split).collect();
            for cells in both {
                fronts.extend(one(&own, cells, metrics, &bounds));
            }
        }
    }
    Ok(fronts)
}

/// The candidate in both metrics, smaller is better.
fn point(row: &CandidateRow, cells: Cells, metrics: [&FrontMetric; 2]) -> Option<Point> {
    let value = |metric: &FrontMetric| metric.of(row, cells).map(|value| metric.minimised(value));
    Some([value(metrics[0])?, value(metrics[1])?])
}

/// Whether a candidate diverged: worse than the bounds in one metric, and absurdly good in the other.
///
/// The bound of a critic that diverged is hugely negative, which [`FrontMetric::of`] takes for 0; so the value as it was counts as
/// absurd too where it is further below the best one than the worst is above it.
fn diverged(row: &CandidateRow, cells: Cells, metrics: [&FrontMetric; 2], point: Point, bounds: &Bounds) -> bool {
    let absurd = |axis: usize| {
        let raw = metrics[axis].raw(row, cells).map_or(point[axis], |value| metrics[axis].minimised(value));
        let range = bounds.bad[axis] - bounds.good[axis];
        point[axis] < bounds.good[axis] || raw < bounds.good[axis] - range.max(f64::EPSILON)
    };
    (0..2).any(|axis| point[axis] > bounds.bad[axis] && absurd(1 - axis))
}

/// One front; none without a candidate that has both metrics.
fn one(own: &[&CandidateRow], cells: Cells, metrics: [&FrontMetric; 2], bounds: &Bounds) -> Option<FrontRow> {
    let placed: Vec<(&CandidateRow, Point)> =
        own.iter().filter_map(|row| Some((*row, point(row, cells, metrics)?))).collect();
    let first = placed.first()?.0;
    let sound: Vec<&(&CandidateRow, Point)> =
        placed.iter().filter(|(row, point)| !diverged(row, cells, metrics, *point, bounds)).collect();
    let points: Vec<Point> = sound.iter().map(|placed| placed.1).collect();
    let front = nondominated(&points);
    let beyond = |placed: &&(&CandidateRow, Point)| bounds.moves(placed.1);
    Some(FrontRow {
        method: first.method.clone(),
        measure: first.measure.clone(),
        split: first.split,
        cells,
        x: metrics[0].id.to_owned(),
        y: metrics[1].id.to_owned(),
        n: placed.len(),
        nondominated: front.iter().map(|&i| sound[i].0.index).collect(),
        clipped: placed.iter().filter(beyond).map(|placed| placed.0.index).collect(),
        // Of all candidates, those that diverged as well.
        percentage: front.len() as f64 / own.len() as f64,
        hypervolume: bounds.hypervolume(&points),
        hypervolume_raw: bounds.hypervolume_raw(&points),
        ndc: bounds.distinct_choices(&points, MU),
        ndc_paper: bounds.distinct_choices_paper(&points),
        ordering: [0, 1].map(|axis| ordering(&placed, axis, metrics[axis])),
    })
}

/// Correlation of the place along the front, batch effect only first, with the metric: 1 where biology gets better, or batches worse, all
/// along.
fn ordering(placed: &[(&CandidateRow, Point)], axis: usize, metric: &FrontMetric) -> Option<f64> {
    // Points are minimised: a metric of biology falls along the front, one of batches rises.
    let sign = if metric.side() == Side::Biology { -1.0 } else { 1.0 };
    let along = placed.iter().filter(|(row, _)| row.kind != CandidateKind::Peer);
    let pairs: Vec<(f64, f64)> = along.map(|(row, point)| (row.place as f64, sign * point[axis])).collect();
    spearman(&pairs)
}
