//! One value with its interval per row, and one panel per measure: dots on lines.

use serde::{Deserialize, Serialize};

use super::dose_response::{NoiseFloor, interval_words};
use super::figure::Picture;
use super::format::number;
use super::gaps::finite;
use super::interval_rows;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::Table;
use super::theme::Theme;

/// Small multiples of dots with intervals. Panels with the same row labels stand side by side and share them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Intervals {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// The plots, in reading order.
    pub panels: Vec<IntervalPanel>,
    /// The key of the row that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// One plot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct IntervalPanel {
    /// Its heading.
    #[serde(default)]
    pub title: String,
    /// What the values are, with their unit; the name of the axis.
    #[serde(default)]
    pub unit: String,
    /// Whether the axis is logarithmic, for values above 0.
    #[serde(default)]
    pub log: bool,
    /// The rows, top to bottom.
    pub rows: Vec<IntervalRow>,
    /// How large the value is without any response.
    #[serde(default)]
    pub floor: Option<NoiseFloor>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct IntervalRow {
    /// Its name, e.g. a cell type.
    pub label: String,
    /// A stable name of the same thing in every figure; the label when empty.
    #[serde(default)]
    pub key: String,
    /// The value; `None` (null) is written as "not defined".
    pub value: Option<f64>,
    /// Lower end of its interval.
    #[serde(default)]
    pub low: Option<f64>,
    /// Upper end of its interval.
    #[serde(default)]
    pub high: Option<f64>,
    /// The row's own noise floor, a small tick.
    #[serde(default)]
    pub floor: Option<f64>,
    /// More words for the pointer, e.g. `212 cells`.
    #[serde(default)]
    pub note: String,
}

impl IntervalRow {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.label } else { &self.key }
    }
}

impl IntervalPanel {
    /// What it is called in words and rows.
    pub(super) fn name(&self) -> &str {
        if self.title.is_empty() { &self.unit } else { &self.title }
    }
}

impl Intervals {
    fn empty(&self) -> bool {
        self.panels.iter().flat_map(|panel| &panel.rows).all(|row| finite(row.value).is_none())
    }
}

impl Picture for Intervals {
    fn check(&self) -> Result<(), String> {
        for panel in self.panels.iter().filter(|panel| panel.log) {
            let values = panel.rows.iter().flat_map(|row| [row.value, row.low, row.high, row.floor]);
            if let Some(value) = values.filter_map(finite).find(|value| *value <= 0.0) {
                return Err(format!("a logarithmic axis cannot show {}", number(value)));
            }
        }
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        interval_rows::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("Nothing to compare yet: the rows appear with the first distances.");
            return;
        }
        interval_rows::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Values with intervals" } else { &self.title };
        if self.empty() {
            return format!("{what}: nothing to compare yet.");
        }
        let described: Vec<String> = self
            .panels
            .iter()
            .filter_map(|panel| {
                let mut rows: Vec<_> = panel.rows.iter().filter_map(|row| Some((row, finite(row.value)?))).collect();
                rows.sort_by(|a, b| b.1.total_cmp(&a.1));
                let words = |(row, value): &(&IntervalRow, f64)| {
                    format!("{} {}{}", row.label, number(*value), interval_words(row.low, row.high))
                };
                let first = rows.first()?;
                Some(match rows.last() {
                    Some(last) if rows.len() > 1 => {
                        format!("{}, highest {}, lowest {}", panel.name(), words(first), words(last))
                    }
                    _ => format!("{}, {}", panel.name(), words(first)),
                })
            })
            .collect();
        format!("{what}: {}.", described.join("; "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["panel", "name", "value", "low", "high", "noise floor"]);
        for panel in &self.panels {
            for row in &panel.rows {
                let floor = row.floor.or(panel.floor.as_ref().and_then(|floor| floor.high));
                table.rows.push(vec![
                    panel.name().into(),
                    (&row.label).into(),
                    row.value.into(),
                    row.low.into(),
                    row.high.into(),
                    floor.into(),
                ]);
            }
        }
        table
    }
}
