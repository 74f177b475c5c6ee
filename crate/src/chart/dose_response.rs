//! Response against dose, one panel per measure: a line per cell type with intervals, the noise floor and fitted curves.

use serde::{Deserialize, Serialize};

use super::dose_panel;
use super::figure::Picture;
use super::format::{count, number};
use super::gaps::finite;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::{Cell, Table};
use super::theme::Theme;

/// Small multiples of lines over doses.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DoseResponse {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// The plots, in reading order.
    pub panels: Vec<DosePanel>,
    /// Name of the dose axis with its unit, e.g. `dose (ug/kg)`.
    #[serde(default)]
    pub x_label: String,
    /// Whether all panels have one value axis, so that heights compare across them.
    #[serde(default)]
    pub shared_y: bool,
    /// The key of the line that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
    /// Whether up to twelve lines, not only eight, are told apart by colour, marker and dashes, because each of them matters.
    #[serde(default)]
    pub distinct: bool,
}

/// One plot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DosePanel {
    /// Its heading.
    #[serde(default)]
    pub title: String,
    /// Name of the value axis, with its unit.
    #[serde(default)]
    pub y_label: String,
    /// The lines. Lines of one key have one colour in all panels.
    pub lines: Vec<DoseLine>,
    /// How large the value is without any response.
    #[serde(default)]
    pub floor: Option<NoiseFloor>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DoseLine {
    /// Its name, e.g. a cell type.
    pub name: String,
    /// A stable name of the same thing in every figure; the name when empty.
    #[serde(default)]
    pub key: String,
    /// Its points, in any order.
    pub points: Vec<DosePoint>,
    /// A curve through the points, which are then not connected.
    #[serde(default)]
    pub fit: Option<FittedCurve>,
}

/// The value at one dose.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DosePoint {
    /// The dose; 0 is the control and stands left of a break in the axis. Negative doses are not drawn.
    pub dose: f64,
    /// The value; `None` (null) is a gap.
    pub value: Option<f64>,
    /// Lower end of its interval.
    #[serde(default)]
    pub low: Option<f64>,
    /// Upper end of its interval.
    #[serde(default)]
    pub high: Option<f64>,
    /// More words for the pointer, e.g. `212 cells`.
    #[serde(default)]
    pub note: String,
}

/// A curve that was fitted to a line's points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FittedCurve {
    /// (dose, value), close enough to look smooth.
    pub points: Vec<(f64, f64)>,
    /// The dose of half the effect, in the unit of the doses.
    #[serde(default)]
    pub ec50: Option<f64>,
    /// Lower end of its interval.
    #[serde(default)]
    pub ec50_low: Option<f64>,
    /// Upper end of its interval.
    #[serde(default)]
    pub ec50_high: Option<f64>,
}

/// What a measure gives where nothing responds, e.g. between two halves of the control cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NoiseFloor {
    /// Its middle.
    #[serde(default)]
    pub value: Option<f64>,
    /// Its upper end, up to which a value means nothing.
    #[serde(default)]
    pub high: Option<f64>,
    /// What it is, e.g. `noise floor (95 %)`.
    #[serde(default)]
    pub label: String,
}

impl DoseLine {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.name } else { &self.key }
    }

    /// The points that can be drawn as (dose, value, point), by dose.
    pub(super) fn drawn(&self) -> Vec<(f64, f64, &DosePoint)> {
        let mut points: Vec<_> = self
            .points
            .iter()
            .filter(|point| point.dose.is_finite() && point.dose >= 0.0)
            .filter_map(|point| Some((point.dose, finite(point.value)?, point)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }
}

/// ` (low to high)`, or nothing without an interval.
pub fn interval_words(low: Option<f64>, high: Option<f64>) -> String {
    match (finite(low), finite(high)) {
        (Some(low), Some(high)) => format!(" ({} to {})", number(low), number(high)),
        _ => String::new(),
    }
}

impl DosePanel {
    /// What it is called in words and rows.
    pub(super) fn name(&self) -> &str {
        if self.title.is_empty() { &self.y_label } else { &self.title }
    }
}

impl DoseResponse {
    fn empty(&self) -> bool {
        self.panels.iter().flat_map(|panel| &panel.lines).all(|line| line.drawn().is_empty())
    }
}

impl Picture for DoseResponse {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        dose_panel::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No doses to show yet: the lines appear with the first distances.");
            return;
        }
        dose_panel::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Response along the dose" } else { &self.title };
        if self.empty() {
            return format!("{what}: nothing to show yet.");
        }
        let described: Vec<String> = self
            .panels
            .iter()
            .filter_map(|panel| {
                let lines = panel.lines.iter().filter(|line| !line.drawn().is_empty()).count();
                let highest = panel
                    .lines
                    .iter()
                    .flat_map(|line| line.drawn().into_iter().map(move |(dose, value, _)| (line, dose, value)))
                    .max_by(|a, b| a.2.total_cmp(&b.2))?;
                let title = panel.name();
                Some(format!(
                    "{title}, {} {}, highest {} for {} at dose {}",
                    count(lines),
                    if lines == 1 { "line" } else { "lines" },
                    number(highest.2),
                    highest.0.name,
                    number(highest.1),
                ))
            })
            .collect();
        format!("{what}: {}.", described.join("; "))
    }

    fn table(&self) -> Table {
        let dose = if self.x_label.is_empty() { "dose" } else { &self.x_label };
        let mut table = Table::new(["panel", "name", dose, "value", "low", "high", "EC50", "EC50 low", "EC50 high"]);
        for panel in &self.panels {
            let title = panel.name();
            for line in &panel.lines {
                let fit = line.fit.as_ref();
                for point in &line.points {
                    table.rows.push(vec![
                        title.into(),
                        (&line.name).into(),
                        Cell::from(point.dose),
                        point.value.into(),
                        point.low.into(),
                        point.high.into(),
                        fit.and_then(|fit| fit.ec50).into(),
                        fit.and_then(|fit| fit.ec50_low).into(),
                        fit.and_then(|fit| fit.ec50_high).into(),
                    ]);
                }
            }
        }
        table
    }
}
