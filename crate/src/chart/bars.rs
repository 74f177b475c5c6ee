//! One value per model: horizontal bars in the given order, baselines hatched, the value at the end.

use serde::{Deserialize, Serialize};

use super::axis::{Scale, x_ticks};
use super::legend::{Sample, legend};
use super::figure::Picture;
use super::format::number;
use super::measure::Measure;
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Ink, PAD, Sketch};
use super::table::{Cell, Table};
use super::theme::Theme;

/// Horizontal bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// What is compared.
    #[serde(default)]
    pub title: String,
    /// What the values are, with their unit; the name of the axis.
    #[serde(default)]
    pub unit: String,
    /// Which end is good, if either is.
    #[serde(default)]
    pub better: Option<Better>,
    /// The bars, top to bottom.
    pub items: Vec<Bar>,
    /// A value to compare with, drawn across all bars.
    #[serde(default)]
    pub reference: Option<Reference>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// Its length; `None` (null) is written as "not defined".
    pub value: Option<f64>,
    /// Whether it is a baseline, which is drawn paler and hatched.
    #[serde(default)]
    pub baseline: bool,
}

/// Which values are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Small ones.
    Lower,
    /// Large ones.
    Higher,
}

/// A line across the bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Where it stands.
    pub value: f64,
    /// What it means.
    pub label: String,
}

const UNDEFINED: &str = "not defined";

impl Bar {
    fn finite(&self) -> Option<f64> {
        self.value.filter(|value| value.is_finite())
    }

    fn value_text(&self) -> String {
        self.finite().map_or_else(|| UNDEFINED.into(), number)
    }
}

impl Bars {
    /// Where the best value stands among the items.
    fn best(&self) -> Option<usize> {
        let sign = match self.better? {
            Better::Lower => 1.0,
            Better::Higher => -1.0,
        };
        let values = self.items.iter().enumerate().filter_map(|(at, item)| Some((at, item.finite()? * sign)));
        values.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
    }

    /// Says what is hatched, where both kinds of bars stand together; returns the `y` below.
    fn legend(&self, sketch: &mut Sketch, top: f64) -> f64 {
        let baselines = self.items.iter().filter(|item| item.baseline).count();
        if baselines == 0 || baselines == self.items.len() {
            return top;
        }
        let entries = [
            (Sample::Bar(sketch.theme.series(0)), "model".to_owned()),
            (Sample::HatchedBar, "baseline".to_owned()),
        ];
        let whole = sketch.area();
        legend(sketch, whole.left, whole.right, top, &entries) + 4.0
    }

    fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref().filter(|reference| reference.value.is_finite())
    }

    fn axis_name(&self) -> String {
        let better = match self.better {
            Some(Better::Lower) => "\u{2190} lower is better",
            Some(Better::Higher) => "higher is better \u{2192}",
            None => "",
        };
        match (self.unit.is_empty(), better.is_empty()) {
            (true, _) => better.to_owned(),
            (false, true) => self.unit.clone(),
            (false, false) => format!("{}, {better}", self.unit),
        }
    }

    /// Whether the names stand above their bars instead of beside them.
    fn stacked(&self, width: f64, longest: f64) -> bool {
        longest > width * 0.36 || width < 420.0
    }
}

impl Picture for Bars {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        let font = theme.font_px;
        let longest = self.items.iter().map(|item| measure(&item.label, font, false)).fold(0.0, f64::max);
        let mut sketch = Sketch::new(width, 1000.0, theme, measure);
        let top = sketch.title(&self.title);
        let top = self.legend(&mut sketch, top);
        let whole = sketch.area().width();
        let names = sketch.wrap(&self.axis_name(), whole, 2, sketch.ink(HAlign::Left)).len() as f64;
        let row = if self.stacked(whole, longest) { font * 3.1 } else { font * 2.2 };
        let reference = if self.reference().is_some() { sketch.small() * 1.5 } else { 0.0 };
        top + 4.0 + reference + row * self.items.len().max(2) as f64 + sketch.small() * 1.8 + names * font * 1.25 + PAD
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        if self.items.is_empty() {
            sketch.title(&self.title);
            sketch.sentence("Nothing to compare yet: the bars appear with the first result.");
            return;
        }
        let top = sketch.title(&self.title);
        let top = self.legend(sketch, top);
        let whole = sketch.area();
        let ink = sketch.ink(HAlign::Left);
        let longest = sketch.widest(self.items.iter().map(|item| item.label.as_str()), ink);
        let stacked = self.stacked(whole.width(), longest);
        let left = if stacked { whole.left } else { whole.left + longest + 10.0 };
        let name = Ink { colour: sketch.theme.muted, ..ink };
        let names = sketch.wrap(&self.axis_name(), whole.width(), 2, name);
        let mut plot = Area {
            left,
            top: top + 4.0 + if self.reference().is_some() { sketch.small() * 1.5 } else { 0.0 },
            right: whole.right,
            bottom: whole.bottom - sketch.small() * 1.8 - names.len() as f64 * ink.size * 1.25,
        };
        plot.bottom = plot.bottom.max(plot.top + 8.0);
        let scale = self.value_scale(sketch, plot);
        self.draw_grid(sketch, plot, &scale);
        for (at, line) in names.iter().enumerate() {
            let width = sketch.width(line, name);
            let x = ((plot.left + plot.right - width) / 2.0).max(whole.left);
            let y = plot.bottom + sketch.small() * 1.9 + ink.size * (0.4 + 1.25 * at as f64);
            sketch.text(x, y, line, name);
        }
        self.draw_reference(sketch, plot, &scale);
        let (row, best) = (plot.height() / self.items.len() as f64, self.best());
        for (at, item) in self.items.iter().enumerate() {
            let top = plot.top + row * at as f64;
            let line = Area { left: whole.left, top, right: whole.right, bottom: top + row };
            draw_bar(sketch, item, at, &Row { line, plot, scale, stacked, best: best == Some(at) });
        }
    }

    fn summary(&self) -> String {
        let named = |item: &Bar| format!("{} {}", item.label, item.value_text());
        let what = if self.title.is_empty() { &self.unit } else { &self.title };
        if self.items.is_empty() {
            return format!("{what}: nothing to compare yet.");
        }
        let list: Vec<String> = self.items.iter().take(8).map(named).collect();
        let more = self.items.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let best = match (self.best(), self.better) {
            (Some(best), Some(Better::Lower)) => format!(" Lowest, which is best: {}.", self.items[best].label),
            (Some(best), Some(Better::Higher)) => format!(" Highest, which is best: {}.", self.items[best].label),
            _ => String::new(),
        };
        format!("{what}: {}{more}.{best}", list.join(", "))
    }

    fn table(&self) -> Table {
        let value = if self.unit.is_empty() { "value" } else { &self.unit };
        let mut table = Table::new(["name", value, "baseline"]);
        for item in &self.items {
            let baseline = if item.baseline { "yes" } else { "no" };
            table.rows.push(vec![(&item.label).into(), Cell::from(item.value), baseline.into()]);
        }
        table
    }
}

impl Bars {
    /// Zero, all values and the reference fit, with room for the written values at both ends.
    fn value_scale(&self, sketch: &Sketch, plot: Area) -> Scale {
        let bold = Ink { bold: true, ..sketch.ink(HAlign::Left) };
        let (mut low, mut high) = (0.0f64, 0.0f64);
        let (mut room_left, mut room_right) = (0.0f64, 0.0f64);
        for item in &self.items {
            let room = sketch.width(&item.value_text(), bold) + 10.0;
            match item.finite() {
                Some(value) if value < 0.0 => (low, room_left) = (low.min(value), room_left.max(room)),
                Some(value) => (high, room_right) = (high.max(value), room_right.max(room)),
                None => room_right = room_right.max(room.min(plot.width() * 0.3)),
            }
        }
        if let Some(reference) = self.reference() {
            (low, high) = (low.min(reference.value), high.max(reference.value));
        }
        if low == high {
            high = 1.0;
        }
        let left = plot.left + room_left.min(plot.width() * 0.3);
        let right = plot.right - room_right.min(plot.width() * 0.4);
        Scale::new((low, high), (left, right.max(left + 4.0)), false)
    }

    fn draw_grid(&self, sketch: &mut Sketch, plot: Area, scale: &Scale) {
        let note = sketch.note(HAlign::Centre);
        let (grid, muted) = (sketch.theme.grid, sketch.theme.muted);
        for (value, label) in x_ticks(sketch, scale, scale.length()) {
            let x = scale.px(value);
            sketch.line((x, plot.top), (x, plot.bottom), grid, 1.0);
            // The first label may stand at the very edge of the figure.
            let x = x.max(sketch.area().left + sketch.width(&label, note) / 2.0);
            sketch.text(x, plot.bottom + 4.0 + note.size * 0.6, &label, note);
        }
        let zero = scale.px(0.0);
        sketch.line((zero, plot.top), (zero, plot.bottom), muted, 1.5);
    }

    fn draw_reference(&self, sketch: &mut Sketch, plot: Area, scale: &Scale) {
        let Some(reference) = self.reference() else { return };
        let x = scale.px(reference.value);
        sketch.dashed((x, plot.top - 2.0), (x, plot.bottom), sketch.theme.ink, 1.5);
        let note = Ink { colour: sketch.theme.ink, ..sketch.note(HAlign::Left) };
        let text = format!("{} ({})", reference.label, number(reference.value));
        let text = sketch.shorten(&text, sketch.area().width(), note);
        let width = sketch.width(&text, note);
        let left = (x - width / 2.0).min(sketch.area().right - width).max(sketch.area().left);
        sketch.text(left, plot.top - note.size * 0.9, &text, note);
    }
}

/// Where one bar goes.
struct Row {
    line: Area,
    plot: Area,
    scale: Scale,
    stacked: bool,
    best: bool,
}

fn draw_bar(sketch: &mut Sketch, item: &Bar, index: usize, row: &Row) {
    let height = row.line.height();
    let size = sketch.font().min(height * if row.stacked { 0.42 } else { 0.86 }).max(8.0);
    let ink = Ink { size, ..sketch.ink(HAlign::Left) };
    let bar_height = (height * if row.stacked { 0.42 } else { 0.62 }).min(sketch.font() * 1.9);
    let (bar_middle, name_middle) = if row.stacked {
        let name_middle = row.line.top + height * 0.06 + size * 0.6;
        ((name_middle + size * 0.7 + bar_height / 2.0).min(row.line.bottom - bar_height / 2.0), name_middle)
    } else {
        ((row.line.top + row.line.bottom) / 2.0, (row.line.top + row.line.bottom) / 2.0)
    };
    let room = if row.stacked { row.line.width() } else { row.plot.left - row.line.left - 8.0 };
    let name = sketch.shorten(&item.label, room, ink);
    if row.stacked {
        sketch.grounded(row.line.left, name_middle, &name, ink);
    } else {
        sketch.text(row.plot.left - 8.0, name_middle, &name, Ink { align: HAlign::Right, ..ink });
    }

    let zero = row.scale.px(0.0);
    let end = item.finite().map_or(zero, |value| row.scale.px(value));
    let area = Area {
        left: zero.min(end),
        top: bar_middle - bar_height / 2.0,
        right: zero.max(end),
        bottom: bar_middle + bar_height / 2.0,
    };
    let colour = sketch.theme.series(0);
    if item.baseline {
        sketch.hatched(area);
    } else {
        sketch.rect(area, colour);
    }
    let value = Ink { bold: row.best, ..ink };
    let text = item.value_text();
    match item.finite() {
        Some(number) if number < 0.0 => {
            sketch.grounded(end - 6.0, bar_middle, &text, Ink { align: HAlign::Right, ..value });
        }
        Some(_) => sketch.grounded(end + 6.0, bar_middle, &text, value),
        None => {
            let muted = Ink { colour: sketch.theme.muted, ..value };
            sketch.grounded(zero + 6.0, bar_middle, &text, muted);
        }
    }
    let line = row.line;
    let extent = Extent::Rect { x: line.left, y: line.top, w: line.width(), h: line.height() };
    let kind = if item.baseline { " (baseline)" } else { "" };
    sketch.mark(end, bar_middle, extent, index, format!("{}{kind}: {text}", item.label));
}
