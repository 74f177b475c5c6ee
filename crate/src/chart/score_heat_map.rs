//! A benchmark as a heat map: models in rows, cell types or doses in columns, the value written in each cell.

use serde::{Deserialize, Serialize};

use super::bars::Better;
use super::colour::{Colour, ramp};
use super::figure::Picture;
use super::heat_grid::{HeatGrid, heads, ramp_strip};
use super::legend::{Sample, legend};
use super::measure::Measure;
use super::scene::{Extent, HAlign};
use super::score_parts::{self, ScoreGroup, ScoreModel, ScoreValue, notation};
use super::sketch::{Area, Ink, PAD, Sketch};
use super::table::Table;
use super::theme::Theme;

/// Scores of models (rows) in groups (columns). Strong colours are good values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScoreHeatMap {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// What the values are.
    #[serde(default)]
    pub unit: String,
    /// Which end is good, if either is.
    #[serde(default)]
    pub better: Option<Better>,
    /// The rows.
    pub models: Vec<ScoreModel>,
    /// The columns, with a value per model.
    pub groups: Vec<ScoreGroup>,
    /// The key of the model that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// The ends of the colours.
struct Range {
    low: f64,
    high: f64,
    turned: bool,
    dark: bool,
}

impl Range {
    /// How much ink a value has; from a tenth on, so that the weakest still differs from paper.
    fn colour(&self, value: f64) -> Colour {
        let share =
            if self.high > self.low { ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0) } else { 0.5 };
        ramp(if self.turned { 1.0 - share } else { share }, self.dark)
    }
}

impl ScoreHeatMap {
    fn empty(&self) -> bool {
        score_parts::empty(&self.models, &self.groups)
    }

    fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.groups.iter().flat_map(|group| &group.values).filter_map(ScoreValue::finite)
    }

    fn range(&self, dark: bool) -> Range {
        let low = self.values().fold(f64::INFINITY, f64::min);
        let largest = self.values().fold(f64::NEG_INFINITY, f64::max);
        let reach = score_parts::reach(self.values());
        let high = if reach > low { largest.min(reach) } else { largest };
        Range { low, high, turned: self.better == Some(Better::Lower), dark }
    }

    fn names(&self) -> (Vec<String>, Vec<String>) {
        let rows = self.models.iter().map(|model| model.name.clone()).collect();
        (rows, self.groups.iter().map(|group| group.name.clone()).collect())
    }

    /// Lines with the name of the values.
    fn unit_lines(&self, sketch: &Sketch) -> Vec<String> {
        sketch.wrap(&self.unit, sketch.area().width(), 2, sketch.ink(HAlign::Left))
    }

    /// What is hatched and framed; returns the `y` below.
    fn legend(&self, sketch: &mut Sketch, top: f64) -> f64 {
        let values = || self.groups.iter().flat_map(|group| &group.values);
        let mut entries = Vec::new();
        if values().any(|value| value.best) {
            entries.push((Sample::Frame(sketch.theme.ink), "best".to_owned()));
        }
        if values().any(|value| value.finite().is_none()) {
            entries.push((Sample::HatchedBar, "no result, or not defined".to_owned()));
        }
        if values().any(|value| value.incomplete && value.finite().is_some()) {
            entries.push((Sample::Bar(sketch.theme.grid), "* some results missing".to_owned()));
        }
        let whole = sketch.area();
        legend(sketch, whole.left, whole.right, top, &entries)
    }

    /// Ends of the ramp in words.
    fn ends(&self, range: &Range) -> (String, String) {
        let text = notation(self.values());
        let better = |yes: bool| if yes { " (better)" } else { "" };
        let beyond = self.values().any(|value| value > range.high * (1.0 + 1e-9));
        let (low, high) = (self.better == Some(Better::Lower), self.better == Some(Better::Higher));
        let above = if beyond { " and above" } else { "" };
        (format!("{}{}", text(range.low), better(low)), format!("{}{above}{}", text(range.high), better(high)))
    }

    /// The ramp with its ends, at `top`; returns the `y` below.
    fn draw_key(&self, sketch: &mut Sketch, top: f64, range: &Range) -> f64 {
        if range.high <= range.low {
            // One value has one colour.
            return top;
        }
        let (ink, whole) = (sketch.note(HAlign::Left), sketch.area());
        let (low, high) = self.ends(range);
        let (height, y) = (ink.size * 0.9, top + sketch.font() * 0.75);
        let strip = whole.left + sketch.width(&low, ink) + 8.0;
        sketch.text(whole.left, y, &low, ink);
        let right = ramp_strip(sketch, (strip, y), height, range.turned);
        let high = sketch.shorten(&high, whole.right - right - 8.0, ink);
        sketch.text(right + 8.0, y, &high, ink);
        top + sketch.font() * 1.6
    }

    /// One text size and one notation for all cells; none when they would be too small to read.
    fn numbers(&self, sketch: &Sketch, (w, h): (f64, f64)) -> Option<f64> {
        let ink = Ink { bold: true, ..sketch.ink(HAlign::Centre) };
        let text = notation(self.values());
        let stars = self.groups.iter().flat_map(|group| &group.values).any(|value| value.incomplete);
        let star = if stars { sketch.width("*", ink) } else { 0.0 };
        let widest = self.values().map(|value| sketch.width(&text(value), ink) + star).fold(1.0, f64::max);
        let size = (ink.size * ((w - 8.0) / widest).min(1.0)).min(h * 0.7);
        (size >= 8.5).then_some(size)
    }

    fn draw_cells(&self, sketch: &mut Sketch, grid: &HeatGrid, range: &Range, numbers: Option<f64>) {
        let (w, h) = grid.cell;
        let gap = if w > 12.0 && h > 12.0 { 1.0 } else { 0.0 };
        let emphasis = super::emphasis::Emphasis::new(self.highlight.as_ref(), self.models.iter().map(ScoreModel::key));
        let text = notation(self.values());
        let ink = sketch.ink(HAlign::Centre);
        for (row, model) in self.models.iter().enumerate() {
            for (column, group) in self.groups.iter().enumerate() {
                let (whole, value) = (grid.at(row, column), &group.values[row]);
                let area = Area {
                    left: whole.left + gap,
                    right: whole.right - gap,
                    top: whole.top + gap,
                    bottom: whole.bottom - gap,
                };
                let (x, y) = area.middle();
                if let Some(number) = value.finite() {
                    let fill = range.colour(number);
                    let fill = if emphasis.dimmed(model.key()) { sketch.dim(fill) } else { fill };
                    sketch.rect(area, fill);
                    let colour = fill.readable_text();
                    if value.best && w > 8.0 && h > 8.0 {
                        let inner = Area {
                            left: area.left + 2.5,
                            right: area.right - 2.5,
                            top: area.top + 2.5,
                            bottom: area.bottom - 2.5,
                        };
                        sketch.outline(inner, colour, 2.0);
                    }
                    if let Some(size) = numbers {
                        let star = if value.incomplete { "*" } else { "" };
                        let ink = Ink { size, colour, bold: value.best, ..ink };
                        sketch.text(x, y, &format!("{}{star}", text(number)), ink);
                    }
                } else {
                    sketch.hatched_ground(area);
                    if let Some(size) = numbers {
                        sketch.grounded(x, y, "\u{2013}", Ink { size, colour: sketch.theme.muted, ..ink });
                    }
                }
                let kind = if model.baseline { " (baseline)" } else { "" };
                let words = format!("{}, {}{kind}: {}", group.name, model.name, value.words());
                let extent = Extent::Rect { x: whole.left, y: whole.top, w, h };
                sketch.keyed_mark((x, y), extent, row * self.groups.len() + column, model.key(), words);
            }
        }
    }
}

impl Picture for ScoreHeatMap {
    fn check(&self) -> Result<(), String> {
        score_parts::check(&self.models, &self.groups)
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        let font = theme.font_px;
        let (rows, columns) = self.names();
        let (_, above, _) = heads(&rows, &columns, width - 2.0 * PAD, font, measure);
        let mut sketch = Sketch::new(width, 1000.0, theme, measure);
        let top = sketch.title(&self.title);
        let units = self.unit_lines(&sketch).len() as f64 * font * 1.25;
        let legend = self.legend(&mut sketch, 0.0);
        let row = if rows.len() > 15 { font * 1.6 } else { font * 2.1 };
        top + units + above + row * rows.len() as f64 + font * 2.3 + legend + PAD + 6.0
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let mut top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("Nothing to compare yet: the cells fill with the first result.");
            return;
        }
        let font = sketch.font();
        let muted = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
        for line in self.unit_lines(sketch) {
            sketch.text(sketch.area().left, top + font * 0.55, &line, muted);
            top += font * 1.25;
        }
        let legend = self.legend(
            &mut Sketch::new(sketch.area().right + PAD, 1000.0, sketch.theme, &|text, size, bold| {
                sketch.width(text, Ink { size, bold, ..muted })
            }),
            0.0,
        );
        let whole = sketch.area();
        let room = Area { top: top + 2.0, bottom: (whole.bottom - font * 2.2 - legend).max(top + 12.0), ..whole };
        let (rows, columns) = self.names();
        let grid = HeatGrid::new(sketch, room, &rows, &columns);
        let range = self.range(sketch.theme.dark);
        grid.draw_heads(sketch);
        let numbers = self.numbers(sketch, grid.cell);
        self.draw_cells(sketch, &grid, &range, numbers);
        let below = self.draw_key(sketch, grid.area.bottom + font * 0.5, &range);
        self.legend(sketch, below);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { &self.unit } else { &self.title };
        if self.empty() {
            return format!("{what}: nothing to compare yet.");
        }
        format!("{what}: {}", score_parts::summary(&self.models, &self.groups, self.better))
    }

    fn table(&self) -> Table {
        score_parts::table(&self.models, &self.groups, &self.unit)
    }
}
