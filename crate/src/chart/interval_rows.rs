//! How the panels of an [`Intervals`] figure are drawn.

use super::axis::{Scale, x_ticks};
use super::dose_response::interval_words;
use super::emphasis::Emphasis;
use super::facets;
use super::format::number;
use super::gaps::finite;
use super::intervals::{IntervalPanel, IntervalRow, Intervals};
use super::legend::{Sample, legend};
use super::measure::common_start;
use super::scene::{Extent, HAlign, Shape, Stroke};
use super::sketch::{Area, Ink, Sketch};

/// Narrowest plot beside shared names, and narrowest panel with names of its own, in label sizes.
const LEAST: (f64, f64) = (11.0, 21.0);

/// What all panels have in common.
struct Plan<'a> {
    figure: &'a Intervals,
    emphasis: Emphasis<'a>,
    /// Whether the panels beside each other share the names at the left.
    shared: bool,
    /// Room for the names.
    names: f64,
    columns: usize,
    row: f64,
    /// What the names have in common at their start.
    start: usize,
}

impl<'a> Plan<'a> {
    fn new(figure: &'a Intervals, sketch: &Sketch) -> Self {
        let rows = || figure.panels.iter().flat_map(|panel| &panel.rows);
        let emphasis = Emphasis::new(figure.highlight.as_ref(), rows().map(IntervalRow::key));
        let labels = |panel: &'a IntervalPanel| panel.rows.iter().map(|row| row.label.as_str());
        let start = common_start(rows().map(|row| row.label.as_str()));
        let shared = figure.panels.windows(2).all(|pair| labels(&pair[0]).eq(labels(&pair[1])));
        let (width, font) = (sketch.area().width(), sketch.font());
        let bold = Ink { bold: true, ..sketch.ink(HAlign::Left) };
        let longest = sketch.widest(rows().map(|row| row.label.as_str()), bold) + 10.0;
        let (columns, names) = if shared {
            let names = longest.min(width * if width < 500.0 { 0.42 } else { 0.24 });
            (facets::columns(figure.panels.len(), width - names, font, LEAST.0), names)
        } else {
            let columns = facets::columns(figure.panels.len(), width, font, LEAST.1);
            (columns, longest.min(width / columns as f64 * 0.38))
        };
        let most = figure.panels.iter().map(|panel| panel.rows.len()).max().unwrap_or(0);
        Self { figure, emphasis, shared, names, columns, row: font * if most > 15 { 1.3 } else { 1.8 }, start }
    }

    fn legend(&self, sketch: &mut Sketch, top: f64) -> f64 {
        let mut entries: Vec<(Sample, String)> = Vec::new();
        let floors = self.figure.panels.iter().filter_map(|panel| panel.floor.as_ref());
        for floor in floors.filter(|floor| finite(floor.high).is_some()) {
            let label = if floor.label.is_empty() { "noise floor" } else { &floor.label };
            if !entries.iter().any(|(_, other)| other == label) {
                entries.push((Sample::HatchedBar, label.to_owned()));
            }
        }
        if self.figure.panels.iter().flat_map(|panel| &panel.rows).any(|row| finite(row.floor).is_some()) {
            entries.push((Sample::Tick(sketch.theme.muted), "noise floor of the row".into()));
        }
        let whole = sketch.area();
        legend(sketch, whole.left, whole.right, top, &entries) + if entries.is_empty() { 0.0 } else { 4.0 }
    }

    /// Above each plot its heading, below it the ticks and the unit.
    fn margins(&self, sketch: &Sketch) -> (f64, f64) {
        let (font, note) = (sketch.font(), sketch.small());
        let heading = self.figure.panels.iter().any(|panel| !panel.title.is_empty());
        let room = self.plot_width(sketch);
        let units = self.figure.panels.iter().map(|panel| Self::unit(sketch, panel, room).len()).max().unwrap_or(0);
        (if heading { font * 1.6 } else { font * 0.4 }, note * 2.0 + units as f64 * note.max(font) * 1.25 + font * 0.6)
    }

    fn plot_width(&self, sketch: &Sketch) -> f64 {
        let width = sketch.area().width() - if self.shared { self.names } else { 0.0 };
        let cell = (width + facets::GAP) / self.columns as f64 - facets::GAP;
        if self.shared { cell } else { cell - self.names }
    }

    fn unit(sketch: &Sketch, panel: &IntervalPanel, room: f64) -> Vec<String> {
        sketch.wrap(&panel.unit, room, 2, sketch.ink(HAlign::Left))
    }

    /// Row of panels by row of panels, the most rows of any panel in it.
    fn depths(&self) -> Vec<usize> {
        let deepest = |panels: &[IntervalPanel]| panels.iter().map(|panel| panel.rows.len()).max().unwrap_or(0).max(1);
        self.figure.panels.chunks(self.columns).map(deepest).collect()
    }
}

/// The height that suits a figure.
pub fn height(figure: &Intervals, sketch: &mut Sketch) -> f64 {
    let plan = Plan::new(figure, sketch);
    let top = sketch.title(&figure.title);
    let top = plan.legend(sketch, top);
    let (above, below) = plan.margins(sketch);
    top + plan.depths().iter().map(|rows| above + below + *rows as f64 * plan.row).sum::<f64>() + 8.0
}

/// Legend and panels below `top`.
pub fn draw(figure: &Intervals, sketch: &mut Sketch, top: f64) {
    let plan = Plan::new(figure, sketch);
    let mut top = plan.legend(sketch, top);
    let whole = sketch.area();
    let (above, below) = plan.margins(sketch);
    let depths = plan.depths();
    let spare = whole.bottom - top - depths.len() as f64 * (above + below);
    let row = (spare / depths.iter().sum::<usize>().max(1) as f64).clamp(2.0, plan.row * 1.5);
    let mut first = 0;
    for (panels, depth) in figure.panels.chunks(plan.columns).zip(depths) {
        let height = above + below + row * depth as f64;
        let left = whole.left + if plan.shared { plan.names } else { 0.0 };
        let cells = facets::areas(plan.columns, plan.columns, Area { left, top, bottom: top + height, ..whole });
        for (at, (panel, cell)) in panels.iter().zip(cells).enumerate() {
            let left = if plan.shared { cell.left } else { cell.left + plan.names };
            let plot = Area {
                left,
                top: top + above,
                right: cell.right.max(left + 10.0),
                bottom: top + above + row * panel.rows.len() as f64,
            };
            let names = if plan.shared { whole.left } else { cell.left };
            plan.panel(sketch, panel, plot, (at == 0 || !plan.shared).then_some(names), first);
            first += panel.rows.len();
        }
        top += height;
    }
}

impl Plan<'_> {
    /// A scale that holds all intervals, and 0 unless the values lie far from it.
    fn scale(panel: &IntervalPanel, plot: Area) -> Scale {
        let row = |row: &IntervalRow| [row.value, row.low, row.high, row.floor].map(finite);
        let floor = panel.floor.iter().flat_map(|floor| [finite(floor.high), (!panel.log).then_some(0.0)]);
        let values = panel.rows.iter().flat_map(row).chain(floor).flatten();
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
        let (low, high) = if low > high { (if panel.log { 0.1 } else { 0.0 }, 1.0) } else { (low, high) };
        let ends = (plot.left + 6.0, (plot.right - 6.0).max(plot.left + 7.0));
        if panel.log {
            let spread = (high / low).powf(0.04).max(1.05);
            return Scale::new((low / spread, high * spread), ends, true);
        }
        let far = low > 0.6 * high && low > 0.0 || high < 0.6 * low && high < 0.0;
        let (low, high) = if far { (low, high) } else { (low.min(0.0), high.max(0.0)) };
        let spread = if high > low { (high - low) * 0.04 } else { high.abs().max(1.0) * 0.1 };
        let low = if low == 0.0 { 0.0 } else { low - spread };
        Scale::new((low, high + spread), ends, false)
    }

    fn panel(&self, sketch: &mut Sketch, panel: &IntervalPanel, plot: Area, names: Option<f64>, first: usize) {
        let (font, note) = (sketch.font(), sketch.note(HAlign::Centre));
        let left = if self.shared { plot.left } else { names.unwrap_or(plot.left) };
        sketch.heading((left, plot.top - font * 0.9), &panel.title, 0, plot.right - left, true);
        let scale = Self::scale(panel, plot);
        let inside = |value: f64| (plot.left..=plot.right).contains(&scale.px(value));
        if let Some(high) = panel.floor.as_ref().and_then(|floor| finite(floor.high)).filter(|high| *high > 0.0) {
            sketch.hatched_ground(Area { left: scale.px(0.0).max(plot.left), right: scale.px(high), ..plot });
            let stroke = Stroke { colour: sketch.theme.muted, width: 1.25, dash: Some((6.0, 4.0)) };
            let x = scale.px(high);
            sketch.push(Shape::Line { points: vec![(x, plot.top), (x, plot.bottom)], stroke });
        }
        let (grid, muted) = (sketch.theme.grid, sketch.theme.muted);
        let whole = sketch.area();
        for (value, label) in x_ticks(sketch, &scale, scale.length()) {
            let x = scale.px(value);
            sketch.line((x, plot.top), (x, plot.bottom), grid, 1.0);
            let half = sketch.width(&label, note) / 2.0;
            let x = x.min(whole.right - half).max(whole.left + half);
            sketch.text(x, plot.bottom + 5.0 + note.size * 0.6, &label, note);
        }
        sketch.line((plot.left, plot.bottom), (plot.right, plot.bottom), muted, 1.0);
        if !panel.log && inside(0.0) {
            let x = scale.px(0.0);
            sketch.line((x, plot.top), (x, plot.bottom), muted, 1.5);
        }
        let name = Ink { colour: muted, ..sketch.ink(HAlign::Left) };
        for (at, line) in Self::unit(sketch, panel, plot.width()).iter().enumerate() {
            sketch.text(plot.left, plot.bottom + note.size * 2.1 + font * (0.5 + 1.25 * at as f64), line, name);
        }

        let step = plot.height() / panel.rows.len().max(1) as f64;
        for (at, row) in panel.rows.iter().enumerate() {
            let line = Area { top: plot.top + step * at as f64, bottom: plot.top + step * (at + 1) as f64, ..plot };
            if let Some(left) = names {
                self.name(sketch, row, left, line, plot.left - 8.0);
            }
            self.row(sketch, panel, row, line, &scale, first + at);
        }
    }

    fn name(&self, sketch: &mut Sketch, row: &IntervalRow, left: f64, line: Area, right: f64) {
        let (meant, dimmed) = (self.emphasis.meant(row.key()), self.emphasis.dimmed(row.key()));
        let colour = if dimmed { sketch.theme.muted } else { sketch.theme.ink };
        let size = sketch.font().min(line.height() * 0.95).max(8.0);
        let ink = Ink { size, colour, bold: meant, ..sketch.ink(HAlign::Right) };
        let text = sketch.shorten_after(&row.label, self.start, right - left, ink);
        sketch.text(right, line.middle().1, &text, ink);
    }

    fn row(
        &self,
        sketch: &mut Sketch,
        panel: &IntervalPanel,
        row: &IntervalRow,
        line: Area,
        scale: &Scale,
        index: usize,
    ) {
        let y = line.middle().1;
        sketch.line((line.left, y), (line.right, y), sketch.theme.grid, 1.0);
        let dimmed = self.emphasis.dimmed(row.key());
        let full = sketch.theme.series(0);
        let colour = if dimmed { sketch.dim(full) } else { full };
        let half = (line.height() * 0.28).min(7.0);
        if let Some(floor) = finite(row.floor) {
            let tick = if dimmed { sketch.dim(sketch.theme.muted) } else { sketch.theme.muted };
            sketch.line((scale.px(floor), y - half), (scale.px(floor), y + half), tick, 2.0);
        }
        if let (Some(low), Some(high)) = (finite(row.low), finite(row.high))
            && finite(row.value).is_some()
        {
            let width = if self.emphasis.meant(row.key()) { 3.5 } else { 2.5 };
            sketch.line((scale.px(low), y), (scale.px(high), y), colour, width);
            for end in [low, high] {
                sketch.line((scale.px(end), y - half * 0.6), (scale.px(end), y + half * 0.6), colour, 1.5);
            }
        }
        let title = if self.figure.panels.len() > 1 { format!("{}, ", panel.name()) } else { String::new() };
        let note = if row.note.is_empty() { String::new() } else { format!(", {}", row.note) };
        let floor = finite(row.floor).map_or_else(String::new, |floor| format!(", noise floor {}", number(floor)));
        let (x, words) = if let Some(value) = finite(row.value) {
            sketch.circle((scale.px(value), y), (line.height() * 0.3).clamp(2.5, 5.5), colour);
            (scale.px(value), format!("{}{}", number(value), interval_words(row.low, row.high)))
        } else {
            let size = sketch.small().min(line.height() * 0.95).max(8.0);
            let ink = Ink { size, ..sketch.note(HAlign::Left) };
            let text = sketch.shorten("not defined", line.width() - 12.0, ink);
            sketch.grounded(line.left + 8.0, y, &text, ink);
            (line.left + 8.0, "not defined".to_owned())
        };
        let extent = Extent::Rect { x: line.left, y: line.top, w: line.width(), h: line.height() };
        sketch.keyed_mark((x, y), extent, index, row.key(), format!("{title}{}: {words}{floor}{note}", row.label));
    }
}
