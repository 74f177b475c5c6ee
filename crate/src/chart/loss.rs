//! Training and validation loss: lines, named at their ends.

use serde::{Deserialize, Serialize};

use super::axis::{Axes, frame, padded};
use super::bars::Reference;
use super::figure::Picture;
use super::format::number;
use super::gaps::finite;
use super::labels::spread;
use super::legend::{Sample, legend};
use super::measure::Measure;
use super::scene::{Extent, HAlign, Shape, Stroke};
use super::sketch::{Area, Sketch};
use super::table::{Cell, Table};
use super::theme::Theme;

/// Lines over epochs or steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Loss {
    /// What was trained.
    #[serde(default)]
    pub title: String,
    /// The lines.
    pub series: Vec<Series>,
    /// Name of the x axis, e.g. `epoch`.
    #[serde(default)]
    pub x_label: String,
    /// Name of the y axis, with its unit, e.g. `loss per cell (nats)`.
    #[serde(default)]
    pub y_label: String,
    /// Lines across the plot, such as the value that an estimate should have; with one the y axis is never logarithmic.
    #[serde(default)]
    pub references: Vec<Reference>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// (x, y); a point whose y is `None` (null) or not finite is a gap.
    pub points: Vec<(f64, Option<f64>)>,
    /// Dashed for validation, solid for training.
    #[serde(default)]
    pub dashed: bool,
}

impl Series {
    fn finite(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.points.iter().filter_map(|(x, y)| Some((*x, (*y)?))).filter(|(x, y)| x.is_finite() && y.is_finite())
    }
}

impl Loss {
    /// Logarithmic when all values are positive and the largest is over 50 times the smallest.
    fn log_y(&self) -> bool {
        let (low, high) = self
            .series
            .iter()
            .flat_map(Series::finite)
            .fold((f64::INFINITY, 0.0f64), |(low, high), (_, y)| (low.min(y), high.max(y)));
        low > 0.0 && high > 50.0 * low && self.references.is_empty()
    }

    /// Whether the names are short enough to stand beside the ends of their lines.
    fn named_at_ends(&self, sketch: &Sketch, width: f64) -> bool {
        let longest = sketch.widest(self.series.iter().map(|series| series.name.as_str()), sketch.ink(HAlign::Left));
        longest < width * 0.2 && self.series.len() <= 8
    }

    /// Writes a legend at the top of `room` of what is not named at the end of its line, and returns the `y` below it.
    fn key(&self, sketch: &mut Sketch, room: Area) -> f64 {
        let sample = |(series, colour): (&Series, usize)| {
            (Sample::Line(sketch.theme.series(colour), series.dashed), series.name.clone())
        };
        let mut entries = Vec::new();
        if !self.named_at_ends(sketch, room.width()) {
            entries.extend(self.series.iter().zip(self.colours()).map(sample));
        }
        let ink = sketch.theme.ink;
        entries.extend(self.references().enumerate().map(|(at, line)| (Sample::Line(ink, at > 0), line.label.clone())));
        let below = legend(sketch, room.left, room.right, room.top, &entries);
        if entries.is_empty() { below } else { below + 2.0 }
    }

    /// Colour numbers: the first dashed line has the colour of the first solid one, and so on, since they belong together.
    fn colours(&self) -> Vec<usize> {
        let (mut solid, mut dashed) = (0, 0);
        let mut next = |series: &Series| {
            let counter = if series.dashed { &mut dashed } else { &mut solid };
            *counter += 1;
            *counter - 1
        };
        self.series.iter().map(&mut next).collect()
    }
}

impl Loss {
    fn references(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|line| finite(Some(line.value)).is_some())
    }

    /// Whether there is nothing to draw.
    pub(super) fn empty(&self) -> bool {
        self.series.iter().all(|series| series.finite().next().is_none())
    }

    /// The lines and their names in `room`; not for an empty one.
    pub(super) fn draw_in(&self, sketch: &mut Sketch, whole: Area) {
        let ink = sketch.ink(HAlign::Left);
        let colours = self.colours();
        let longest = sketch.widest(self.series.iter().map(|series| series.name.as_str()), ink);
        let at_ends = self.named_at_ends(sketch, whole.width());
        let mut room = Area { top: self.key(sketch, whole), ..whole };
        if at_ends {
            room.right -= longest + 34.0;
        }

        let log_y = self.log_y();
        let all = || self.series.iter().flat_map(Series::finite);
        let y = if log_y {
            let (low, high) = padded(all().map(|(_, y)| y.ln()));
            (low.exp(), high.exp())
        } else {
            padded(all().map(|(_, y)| y).chain(self.references().map(|line| line.value)))
        };
        let (first, last) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (x, _)| (a.min(x), b.max(x)));
        let x = if first < last { (first, last) } else { (first - 1.0, first + 1.0) };
        let y_label = if log_y { format!("{}, log scale", self.y_label) } else { self.y_label.clone() };
        let whole_x = all().all(|(x, _)| x.fract() == 0.0);
        let axes = Axes { x, y, log_y, whole_x, x_label: &self.x_label, y_label: &y_label, square: false };
        let frame = frame(sketch, room, &axes);

        for (at, line) in self.references().enumerate() {
            let (y, ink) = (frame.y.px(line.value), sketch.theme.ink);
            let (from, to) = ((frame.area.left, y), (frame.area.right, y));
            if at > 0 { sketch.dashed(from, to, ink, 1.5) } else { sketch.line(from, to, ink, 2.0) }
        }
        let mut ends = Vec::new();
        for (index, (series, colour)) in self.series.iter().zip(&colours).enumerate() {
            let colour = sketch.theme.series(*colour);
            let points: Vec<_> = series.finite().collect();
            let places: Vec<(f64, f64)> = points.iter().map(|(x, y)| (frame.x.px(*x), frame.y.px(*y))).collect();
            match places[..] {
                [] => continue,
                [only] => sketch.circle(only, 3.5, colour),
                _ => {
                    let stroke = Stroke { colour, width: 2.5, dash: series.dashed.then_some((7.0, 5.0)) };
                    sketch.push(Shape::Line { points: places.clone(), stroke });
                }
            }
            for ((x, y), place) in points.iter().zip(&places) {
                let text = format!("{}: {} {}, {}", series.name, self.x_label, number(*x), number(*y));
                sketch.mark(place.0, place.1, Extent::Radius(2.0), index, text);
            }
            if let Some(end) = places.last() {
                ends.push((*end, colour, series));
            }
        }
        if at_ends {
            name_ends(sketch, frame.area, ends);
        }
    }
}

impl Picture for Loss {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        let mut sketch = Sketch::new(width, 1000.0, theme, measure);
        let top = sketch.title(&self.title);
        let room = Area { top, ..sketch.area() };
        let top = self.key(&mut sketch, room);
        top + (width * 0.42).clamp(theme.font_px * 13.0, theme.font_px * 20.0)
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No loss to show yet: the line starts with the first epoch.");
            return;
        }
        let room = Area { top, ..sketch.area() };
        self.draw_in(sketch, room);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Loss" } else { &self.title };
        let described: Vec<String> = self
            .series
            .iter()
            .filter_map(|series| {
                let (first, last) = (series.finite().next()?, series.finite().last()?);
                let (x, from, to) = (&self.x_label, number(first.1), number(last.1));
                Some(if first.0 < last.0 {
                    format!("{} goes from {from} to {to} by {x} {}", series.name, number(last.0))
                } else {
                    format!("{} is {to} at {x} {}", series.name, number(last.0))
                })
            })
            .collect();
        if described.is_empty() {
            return format!("{what}: no loss to show yet.");
        }
        format!("{what}: {}.", described.join("; "))
    }

    fn table(&self) -> Table {
        let x = if self.x_label.is_empty() { "x" } else { &self.x_label };
        let mut table =
            Table::new(std::iter::once(x.to_owned()).chain(self.series.iter().map(|series| series.name.clone())));
        let mut at: Vec<f64> = self.series.iter().flat_map(|series| series.points.iter().map(|(x, _)| *x)).collect();
        at.sort_by(f64::total_cmp);
        at.dedup();
        table.rows = at.iter().map(|x| vec![Cell::from(*x)]).collect();
        for (column, series) in self.series.iter().enumerate() {
            for row in &mut table.rows {
                row.push(Cell::Missing);
            }
            for (x, y) in &series.points {
                if let Ok(row) = at.binary_search_by(|other| other.total_cmp(x)) {
                    table.rows[row][column + 1] = Cell::from(*y);
                }
            }
        }
        table
    }
}

/// Names the lines to the right of the plot, pushed apart until none overlaps.
fn name_ends(sketch: &mut Sketch, plot: Area, mut ends: Vec<((f64, f64), super::Colour, &Series)>) {
    let ink = sketch.ink(HAlign::Left);
    let step = ink.size * 1.35;
    ends.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let mut places: Vec<f64> = ends.iter().map(|(end, _, _)| end.1).collect();
    spread(&mut places, step, plot.bottom);
    for ((end, colour, series), y) in ends.into_iter().zip(places) {
        let (from, to) = (plot.right + 2.0, plot.right + 24.0);
        if (end.1 - y).abs() > 2.0 || end.0 < plot.right - 2.0 {
            sketch.line((end.0.max(plot.right - 1.0), end.1), (from, y), sketch.theme.grid, 1.0);
        }
        let stroke = Stroke { colour, width: 2.5, dash: series.dashed.then_some((5.0, 3.0)) };
        sketch.push(Shape::Line { points: vec![(from, y), (to, y)], stroke });
        sketch.text(to + 5.0, y, &series.name, ink);
    }
}
