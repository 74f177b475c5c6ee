//! Two metrics against each other: which models no other one beats in both.

use serde::{Deserialize, Serialize};

use crate::chart::Better;

use super::error::ScoreError;
use super::grid::{Grid, GroupBy, Selection, Stat};
use super::metric::{Metric, MetricInfo};
use super::published::{PublishedScore, published_in};
use super::rows::ResultRow;
use super::table::{column, eligible, known};

/// Models in two metrics; JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// The first metric.
    pub x: MetricInfo,
    /// The second metric.
    pub y: MetricInfo,
    /// The models.
    pub points: Vec<FrontPoint>,
    /// Published models, as pairs of a score of `x` and one of `y`.
    pub published: Vec<(PublishedScore, PublishedScore)>,
}

/// A model in both metrics: means over all cell types, doses and seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontPoint {
    /// The model.
    pub model: String,
    /// Its name.
    pub name: String,
    /// Whether it is a closed-form baseline.
    pub baseline: bool,
    /// In the first metric.
    pub x: Stat,
    /// In the second metric.
    pub y: Stat,
    /// Whether it is on the front: no model with all of its results is at least as good in both and better in one. A model
    /// without all of its results is on the front only where none has all.
    pub on_front: bool,
    /// Models that beat it.
    pub beaten_by: Vec<String>,
}

/// The front of the models in the metrics `x` and `y`. Errors with [`ScoreError::UnknownMetric`].
pub fn front(rows: &[ResultRow], x: &str, y: &str, of: &Selection) -> Result<Front, ScoreError> {
    let grid = Grid::new(rows, of);
    let metrics = [known(&grid, x)?, known(&grid, y)?];
    let columns = metrics.each_ref().map(|metric| column(&grid, &grid.pairs, metric));
    // A model has a place here when it has a value in both, and is complete when it is in both.
    let both: Vec<Stat> = columns[0]
        .iter()
        .zip(&columns[1])
        .map(|(x, y)| Stat { mean: x.mean.and(y.mean), complete: x.complete && y.complete, ..Stat::default() })
        .collect();
    let may = eligible(&both);
    let value = |axis: usize, at: usize| {
        let sign = if metrics[axis].better() == Better::Lower { 1.0 } else { -1.0 };
        columns[axis][at].mean.unwrap_or(f64::NAN) * sign
    };
    let beats = |a: usize, b: usize| {
        let no_worse = (0..2).all(|axis| value(axis, a) <= value(axis, b));
        no_worse && (0..2).any(|axis| value(axis, a) < value(axis, b))
    };
    let points = grid
        .models
        .iter()
        .enumerate()
        .map(|(at, model)| {
            let beaten_by: Vec<String> = (0..grid.models.len())
                .filter(|other| may[*other] && beats(*other, at))
                .map(|other| grid.models[other].name.clone())
                .collect();
            FrontPoint {
                model: model.key.clone(),
                name: model.name.clone(),
                baseline: model.baseline,
                x: columns[0][at].clone(),
                y: columns[1][at].clone(),
                on_front: may[at] && beaten_by.is_empty(),
                beaten_by,
            }
        })
        .collect();
    let published = pairs(&published_in(&grid, of, &metrics, GroupBy::None), &metrics);
    let [x, y] = metrics.map(|metric| metric.info());
    Ok(Front { x, y, points, published })
}

/// Published models with both metrics from one source.
fn pairs(all: &[PublishedScore], metrics: &[Metric; 2]) -> Vec<(PublishedScore, PublishedScore)> {
    let [x, y] = metrics.each_ref().map(Metric::id);
    let firsts = all.iter().filter(|score| score.metric == x);
    let partner = |first: &PublishedScore| {
        all.iter()
            .find(|score| {
                score.metric == y
                    && score.name == first.name
                    && score.source == first.source
                    && score.over == first.over
            })
            .cloned()
    };
    firsts.filter_map(|first| Some((first.clone(), partner(first)?))).collect()
}
