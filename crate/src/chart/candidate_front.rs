//! Candidates between biology kept and batch effect removed: one front per method, in any two metrics.

use serde::{Deserialize, Serialize};

use super::bars::Better;
use super::candidate_plot;
use super::figure::Picture;
use super::format::number;
use super::gaps::finite;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::{Cell, Table};
use super::theme::Theme;

/// A scatter of candidates, a colour and a marker per method. Works from the first candidate on, and with points of a
/// training that still goes on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CandidateFront {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// Name of the horizontal axis.
    #[serde(default)]
    pub x_label: String,
    /// Name of the vertical axis.
    #[serde(default)]
    pub y_label: String,
    /// Which horizontal values are good.
    #[serde(default)]
    pub better_x: Option<Better>,
    /// Which vertical values are good.
    #[serde(default)]
    pub better_y: Option<Better>,
    /// The fronts.
    pub series: Vec<CandidateSeries>,
    /// What the size of a marker says; not said when empty.
    #[serde(default)]
    pub size_label: String,
    /// What the whiskers say; not said when empty.
    #[serde(default)]
    pub spread_label: String,
    /// The key of the candidate that is ringed.
    #[serde(default)]
    pub highlight: Option<String>,
    /// Where a slider along a front stands.
    #[serde(default)]
    pub cursor: Option<Cursor>,
}

/// The candidates of one method with one measure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CandidateSeries {
    /// Its name.
    pub name: String,
    /// Its colour and marker; it keeps them when another one is not shown.
    #[serde(default)]
    pub number: usize,
    /// Whether it still trains: its points move, and are drawn paler.
    #[serde(default)]
    pub live: bool,
    /// The candidates.
    pub points: Vec<CandidatePoint>,
}

/// A candidate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CandidatePoint {
    /// Its name for the pointer.
    pub name: String,
    /// A short name in the plot, as far as there is room: its number, or what it is.
    #[serde(default)]
    pub label: String,
    /// Whether its short name matters more than those of others: an end of the front.
    #[serde(default)]
    pub end: bool,
    /// A stable name of it in every figure; the name when empty.
    #[serde(default)]
    pub key: String,
    /// Where along the front it lies, 0 (smallest marker) to 1 (largest); `None` (null) for one without a place.
    #[serde(default)]
    pub along: Option<f64>,
    /// Its horizontal value; one without a value is named below the plot.
    pub x: Option<f64>,
    /// Its vertical value.
    pub y: Option<f64>,
    /// Half the length of the horizontal whiskers.
    #[serde(default)]
    pub spread_x: Option<f64>,
    /// The same vertically.
    #[serde(default)]
    pub spread_y: Option<f64>,
    /// Whether another candidate of its front is at least as good in both and better in one.
    #[serde(default)]
    pub dominated: bool,
    /// What happened to it; empty when nothing did.
    #[serde(default)]
    pub remark: String,
}

/// A place between candidates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Cursor {
    /// Its horizontal value.
    pub x: Option<f64>,
    /// Its vertical value.
    pub y: Option<f64>,
    /// What it is.
    #[serde(default)]
    pub label: String,
}

impl CandidatePoint {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.name } else { &self.key }
    }

    pub(super) fn place(&self) -> Option<(f64, f64)> {
        Some((finite(self.x)?, finite(self.y)?))
    }

    pub(super) fn words(&self, figure: &CandidateFront, live: bool) -> String {
        let part = |label: &str, value: Option<f64>, spread: Option<f64>| {
            let spread = finite(spread).map_or(String::new(), |spread| format!(" \u{b1} {}", number(spread)));
            format!("{label} {}{spread}", number(value.unwrap_or(f64::NAN)))
        };
        let (x, y) = (part(&figure.x_label, self.x, self.spread_x), part(&figure.y_label, self.y, self.spread_y));
        let status = match (live, self.dominated) {
            (true, _) => "still training (values of training cells)",
            (false, true) => "dominated",
            (false, false) => "on the front",
        };
        let remark = if self.remark.is_empty() { String::new() } else { format!("; {}", self.remark) };
        format!("{}: {x}; {y}; {status}{remark}", self.name)
    }
}

impl CandidateFront {
    fn empty(&self) -> bool {
        self.points().all(|(_, point)| point.place().is_none())
    }

    pub(super) fn points(&self) -> impl Iterator<Item = (&CandidateSeries, &CandidatePoint)> {
        self.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point)))
    }
}

impl Picture for CandidateFront {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        candidate_plot::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No candidate has both values yet: the points appear as soon as one has.");
            return;
        }
        candidate_plot::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what =
            if self.title.is_empty() { format!("{} and {}", self.x_label, self.y_label) } else { self.title.clone() };
        if self.empty() {
            return format!("{what}: no candidates yet.");
        }
        let series: Vec<String> = self
            .series
            .iter()
            .map(|series| {
                let placed = || series.points.iter().filter(|point| point.place().is_some());
                let (n, on) = (placed().count(), placed().filter(|point| !point.dominated).count());
                let missing = series.points.len() - n;
                let missing = if missing > 0 { format!(", {missing} without both values") } else { String::new() };
                if series.live {
                    format!("{}: {n} still training{missing}", series.name)
                } else {
                    format!("{}: {on} of {n} on the front{missing}", series.name)
                }
            })
            .collect();
        format!("{what}. {}.", series.join("; "))
    }

    fn table(&self) -> Table {
        let named = |label: &str, axis: &str| if label.is_empty() { axis.to_owned() } else { label.to_owned() };
        let (x, y) = (named(&self.x_label, "x"), named(&self.y_label, "y"));
        let columns = [
            "front".to_owned(),
            "candidate".into(),
            "along the front".into(),
            x.clone(),
            format!("{x}, spread"),
            y.clone(),
            format!("{y}, spread"),
            "dominated".into(),
            "remark".into(),
        ];
        let mut table = Table::new(columns);
        for (series, point) in self.points() {
            let dominated = match (point.place(), series.live) {
                (None, _) | (_, true) => Cell::Missing,
                _ => (if point.dominated { "yes" } else { "no" }).into(),
            };
            table.rows.push(vec![
                (&series.name).into(),
                (&point.name).into(),
                point.along.into(),
                point.x.into(),
                point.spread_x.into(),
                point.y.into(),
                point.spread_y.into(),
                dominated,
                (&point.remark).into(),
            ]);
        }
        table
    }
}
