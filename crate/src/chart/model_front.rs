//! Models in two metrics, with the front of those that no other one beats in both.

use serde::{Deserialize, Serialize};

use super::bars::Better;
use super::figure::Picture;
use super::format::number;
use super::front_plot;
use super::gaps::finite;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::{Cell, Table};
use super::theme::Theme;

/// A scatter of models in two metrics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelFront {
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
    /// The models.
    pub points: Vec<ModelPoint>,
    /// What others published; no part of the front.
    #[serde(default)]
    pub published: Vec<PublishedPoint>,
    /// What the published points are.
    #[serde(default)]
    pub published_label: String,
    /// The key of the model that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelPoint {
    /// Its name.
    pub name: String,
    /// A stable name of it in every figure; the name when empty.
    #[serde(default)]
    pub key: String,
    /// Its horizontal value; `None` (null) is left out.
    pub x: Option<f64>,
    /// Its vertical value.
    pub y: Option<f64>,
    /// Half the length of the horizontal whiskers.
    #[serde(default)]
    pub spread_x: Option<f64>,
    /// The same vertically.
    #[serde(default)]
    pub spread_y: Option<f64>,
    /// Whether it is a baseline.
    #[serde(default)]
    pub baseline: bool,
    /// Whether no other model beats it in both.
    #[serde(default)]
    pub on_front: bool,
    /// Whether results are missing.
    #[serde(default)]
    pub incomplete: bool,
}

/// A published model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PublishedPoint {
    /// Its name.
    pub name: String,
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Where it is from, for the pointer.
    #[serde(default)]
    pub note: String,
}

impl ModelPoint {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.name } else { &self.key }
    }

    pub(super) fn place(&self) -> Option<(f64, f64)> {
        Some((finite(self.x)?, finite(self.y)?))
    }

    pub(super) fn words(&self, figure: &ModelFront) -> String {
        let part = |label: &str, value: Option<f64>, spread: Option<f64>| {
            let spread = finite(spread).map_or(String::new(), |spread| format!(" \u{b1} {}", number(spread)));
            format!("{label} {}{spread}", number(value.unwrap_or(f64::NAN)))
        };
        let kind = if self.baseline { " (baseline)" } else { "" };
        let front = if self.on_front { "on the front" } else { "beaten in both" };
        let front = if self.incomplete { "some results missing" } else { front };
        let (x, y) = (part(&figure.x_label, self.x, self.spread_x), part(&figure.y_label, self.y, self.spread_y));
        format!("{}{kind}: {x}; {y}; {front}", self.name)
    }
}

impl PublishedPoint {
    pub(super) fn place(&self) -> Option<(f64, f64)> {
        Some((finite(Some(self.x))?, finite(Some(self.y))?))
    }
}

impl ModelFront {
    fn empty(&self) -> bool {
        self.points.iter().all(|point| point.place().is_none())
    }
}

impl Picture for ModelFront {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        front_plot::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("Nothing to compare yet: the points appear with the first result.");
            return;
        }
        front_plot::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what =
            if self.title.is_empty() { format!("{} and {}", self.x_label, self.y_label) } else { self.title.clone() };
        if self.empty() {
            return format!("{what}: nothing to compare yet.");
        }
        let shown = self.points.iter().filter(|point| point.place().is_some());
        let front: Vec<&str> = shown.clone().filter(|point| point.on_front).map(|point| point.name.as_str()).collect();
        let n = shown.count();
        let beaten = n - front.len();
        let others = match beaten {
            0 => String::new(),
            1 => "; 1 other is beaten in both".to_owned(),
            n => format!("; {n} others are beaten in both"),
        };
        let front = if front.is_empty() { "none".to_owned() } else { front.join(", ") };
        format!("{what}: {n} {}; on the front: {front}{others}.", if n == 1 { "model" } else { "models" })
    }

    fn table(&self) -> Table {
        let (x, y) = (self.x_label.as_str(), self.y_label.as_str());
        let named = |label: &str, axis: &str| if label.is_empty() { axis.to_owned() } else { label.to_owned() };
        let (x, y) = (named(x, "x"), named(y, "y"));
        let columns = [
            "model".to_owned(),
            x.clone(),
            format!("{x}, spread"),
            y.clone(),
            format!("{y}, spread"),
            "baseline".into(),
            "on the front".into(),
            "source".into(),
        ];
        let mut table = Table::new(columns);
        let yes = |yes: bool| Cell::from(if yes { "yes" } else { "no" });
        for point in &self.points {
            table.rows.push(vec![
                (&point.name).into(),
                point.x.into(),
                point.spread_x.into(),
                point.y.into(),
                point.spread_y.into(),
                yes(point.baseline),
                yes(point.on_front),
                Cell::Missing,
            ]);
        }
        for point in &self.published {
            let source = if point.note.is_empty() { &self.published_label } else { &point.note };
            table.rows.push(vec![
                (&point.name).into(),
                point.x.into(),
                Cell::Missing,
                point.y.into(),
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                source.into(),
            ]);
        }
        table
    }
}
