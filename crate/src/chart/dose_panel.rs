//! How the panels of a [`DoseResponse`] are drawn.

use super::axis::{Scale, draw_y, padded, y_margin, y_ticks};
use super::dose_axis::DoseAxis;
use super::dose_plan::{Look, Plan};
use super::dose_response::{DoseLine, DosePanel, DosePoint, DoseResponse, FittedCurve, interval_words};
use super::facets;
use super::format::number;
use super::gaps::finite;
use super::labels::spread;
use super::measure::common_start;
use super::scene::{Extent, HAlign, Shape, Stroke};
use super::sketch::{Area, Ink, Sketch};

/// More lines than this have whiskers instead of bands, which would hide each other.
const BANDS: usize = 3;

/// The height that suits a figure.
pub fn height(figure: &DoseResponse, sketch: &mut Sketch) -> f64 {
    let plan = Plan::new(figure, sketch);
    let top = sketch.title(&figure.title);
    let top = plan.legend(sketch, top);
    let (above, below) = plan.margins(sketch);
    let rows = figure.panels.len().max(1).div_ceil(plan.columns) as f64;
    let cell = sketch.area().width() / plan.columns as f64;
    let plot = (cell * 0.56).clamp(sketch.font() * 12.0, sketch.font() * 19.0);
    let x_name = plan.x_name(sketch).len() as f64 * sketch.font() * 1.25;
    top + rows * (above + plot + below) + x_name + 8.0
}

/// Legend, panels and the name of the dose axis below `top`.
pub fn draw(figure: &DoseResponse, sketch: &mut Sketch, top: f64) {
    let plan = Plan::new(figure, sketch);
    let top = plan.legend(sketch, top);
    let whole = sketch.area();
    let name = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Centre) };
    let lines = plan.x_name(sketch);
    let bottom = whole.bottom - lines.len() as f64 * name.size * 1.25;
    let areas = facets::areas(figure.panels.len(), plan.columns, Area { top, bottom, ..whole });
    let lowest = areas.last().map_or(bottom, |area| area.bottom);
    for (at, line) in lines.iter().enumerate() {
        let y = lowest + name.size * (0.6 + 1.25 * at as f64);
        sketch.text(whole.middle().0, y.min(whole.bottom - name.size * 0.4), line, name);
    }

    let (above, below) = plan.margins(sketch);
    let common = value_domain(&mut figure.panels.iter().flat_map(Plan::values));
    let domains: Vec<(f64, f64)> = figure
        .panels
        .iter()
        .map(|panel| if figure.shared_y { common } else { value_domain(&mut Plan::values(panel)) })
        .collect();
    let height = areas.first().map_or(0.0, |area| area.height() - above - below);
    let ticks: Vec<_> = domains.iter().map(|domain| y_ticks(sketch, *domain, height, 2.6, false)).collect();
    let left = ticks.iter().map(|ticks| y_margin(sketch, ticks)).fold(0.0, f64::max);
    let mut first = 0;
    for (at, panel) in figure.panels.iter().enumerate() {
        let cell = areas[at];
        let right = plan.end_room(sketch, panel, cell.width());
        let plot = Area {
            left: cell.left + left,
            top: cell.top + above,
            right: cell.right - right,
            bottom: cell.bottom - below,
        };
        let plot = Area { right: plot.right.max(plot.left + 10.0), bottom: plot.bottom.max(plot.top + 10.0), ..plot };
        plan.panel(sketch, panel, cell, plot, domains[at], &ticks[at], first);
        first += panel.lines.len();
    }
}

impl Plan<'_> {
    #[allow(clippy::too_many_arguments, reason = "each is one thing that the panel does not know itself")]
    fn panel(
        &self,
        sketch: &mut Sketch,
        panel: &DosePanel,
        cell: Area,
        plot: Area,
        domain: (f64, f64),
        ticks: &[(f64, String)],
        first: usize,
    ) {
        let font = sketch.font();
        let mut y = cell.top;
        if self.heads > 0.0 {
            sketch.heading((cell.left, y + font * 0.6), &panel.title, 0, cell.width(), true);
            y += font * 1.5;
        }
        let name = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
        for (at, line) in sketch.wrap(&panel.y_label, cell.width(), 2, name).iter().enumerate() {
            sketch.text(cell.left, y + font * (0.55 + 1.25 * at as f64), line, name);
        }

        let scale = Scale::new(domain, (plot.bottom, plot.top), false);
        let doses = self.figure.panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| line.drawn());
        let axis = DoseAxis::new(doses.map(|(dose, ..)| dose), (plot.left, plot.right));
        if let Some(high) = panel.floor.as_ref().and_then(|floor| finite(floor.high)) {
            let (top, bottom) = (scale.px(high.max(0.0)), scale.px(0f64.min(high)));
            sketch.hatched_ground(Area { top, bottom: bottom.min(plot.bottom), ..plot });
        }
        draw_y(sketch, plot, &scale, ticks);
        let under = Area { bottom: plot.bottom + self.strip, ..plot };
        axis.draw(sketch, under);
        if let Some(floor) = &panel.floor {
            for value in [floor.high, floor.value].into_iter().filter_map(finite) {
                let y = scale.px(value);
                let dash = if Some(value) == floor.high { (6.0, 4.0) } else { (1.5, 4.0) };
                let stroke = Stroke { colour: sketch.theme.muted, width: 1.25, dash: Some(dash) };
                if value >= domain.0 && value <= domain.1 {
                    sketch.push(Shape::Line { points: vec![(plot.left, y), (plot.right, y)], stroke });
                }
            }
        }
        if domain.0 <= 0.0 && domain.1 >= 0.0 {
            let zero = scale.px(0.0);
            sketch.line((plot.left, zero), (plot.right, zero), sketch.theme.muted, 1.5);
        }

        let named = self.named(panel);
        let strong = panel.lines.iter().filter(|line| self.look(sketch, line.key()).strong).count();
        for at in self.emphasis.order(panel.lines.iter().map(DoseLine::key)) {
            let line = &panel.lines[at];
            let mut look = self.look(sketch, line.key());
            if !self.emphasis.any() && named.iter().any(|other| std::ptr::eq(*other, line)) {
                // Darker, so that the name finds its line.
                (look.colour, look.width) = (sketch.theme.muted, 2.0);
            }
            // Whiskers at one dose stand side by side.
            let shift = if strong > BANDS { (at as f64 - (panel.lines.len() as f64 - 1.0) / 2.0) * 1.2 } else { 0.0 };
            let shift = if self.many() { 0.0 } else { shift.clamp(-5.0, 5.0) };
            let places: Vec<(f64, f64, &DosePoint)> = line
                .drawn()
                .into_iter()
                .filter_map(|(dose, value, point)| Some((axis.px(dose)? + shift, scale.px(value), point)))
                .collect();
            draw_intervals(sketch, &places, look, &scale, strong <= BANDS && line.fit.is_none());
            draw_path(sketch, line, &places, look, &axis, &scale, plot);
            let radius = if self.many() && !look.strong { 1.75 } else { 4.0 };
            for (x, y, _) in &places {
                sketch.glyph(look.glyph, (*x, *y), radius, look.colour);
            }
        }
        for (at, line) in panel.lines.iter().enumerate() {
            for (dose, value, point) in line.drawn() {
                let Some(x) = axis.px(dose) else { continue };
                let words = self.words(panel, line, dose, value, point);
                sketch.keyed_mark((x, scale.px(value)), Extent::Radius(4.0), first + at, line.key(), words);
            }
        }
        self.draw_ec50(sketch, panel, plot, &axis, &scale, first);
        self.name_ends(sketch, panel, cell, plot, &scale);
    }

    fn words(&self, panel: &DosePanel, line: &DoseLine, dose: f64, value: f64, point: &DosePoint) -> String {
        let title = if self.figure.panels.len() > 1 { format!("{}, ", panel.name()) } else { String::new() };
        let axis = if self.figure.x_label.is_empty() { "dose" } else { &self.figure.x_label };
        let interval = interval_words(point.low, point.high);
        let note = if point.note.is_empty() { String::new() } else { format!(", {}", point.note) };
        format!("{title}{}: {axis} {}, {}{interval}{note}", line.name, number(dose), number(value))
    }

    /// One row per fitted line under the plot: the EC50 and its interval, and a dashed line up into the plot.
    fn draw_ec50(
        &self,
        sketch: &mut Sketch,
        panel: &DosePanel,
        plot: Area,
        axis: &DoseAxis,
        scale: &Scale,
        first: usize,
    ) {
        if self.strip > 0.0 {
            sketch.line((plot.left, plot.bottom), (plot.right, plot.bottom), sketch.theme.grid, 1.0);
        }
        for (row, line) in self.fitted(panel).enumerate() {
            let Some(fit) = &line.fit else { continue };
            let Some(ec50) = finite(fit.ec50).filter(|ec50| *ec50 > 0.0) else { continue };
            let look = self.look(sketch, line.key());
            let y = plot.bottom + 8.0 + 9.0 * row as f64;
            let end = |value: Option<f64>| finite(value).and_then(|dose| axis.held(dose.max(f64::MIN_POSITIVE)));
            if let (Some(low), Some(high)) = (end(fit.ec50_low), end(fit.ec50_high)) {
                sketch.line((low, y), (high, y), look.colour, 2.0);
            }
            let words = format!("{}: EC50 {}{}", line.name, number(ec50), interval_words(fit.ec50_low, fit.ec50_high));
            let Some(held) = axis.held(ec50) else { continue };
            if let Some(x) = axis.px(ec50) {
                if look.strong {
                    let stroke = Stroke { colour: look.colour, width: 1.25, dash: Some((4.0, 4.0)) };
                    let top = at_dose(fit, ec50).map_or(plot.top, |value| scale.px(value).clamp(plot.top, plot.bottom));
                    sketch.push(Shape::Line { points: vec![(x, top), (x, y)], stroke });
                }
                sketch.glyph(look.glyph, (x, y), 4.0, look.colour);
            } else {
                // An EC50 beyond the doses that were given is a guess: an arrow says so.
                let side = if held > plot.middle().0 { 1.0 } else { -1.0 };
                sketch.arrow((held, y), side, 4.5, look.colour);
            }
            let index = first + panel.lines.iter().position(|other| std::ptr::eq(other, line)).unwrap_or(0);
            sketch.keyed_mark((held, y), Extent::Radius(3.0), index, line.key(), words);
        }
    }

    fn name_ends(&self, sketch: &mut Sketch, panel: &DosePanel, cell: Area, plot: Area, scale: &Scale) {
        let note = sketch.note(HAlign::Left);
        let step = note.size * 1.2;
        let mut ends: Vec<(f64, &DoseLine)> = self
            .named(panel)
            .into_iter()
            .take((plot.height() / step) as usize)
            .filter_map(|line| Some((scale.px(line.drawn().last()?.1), line)))
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut places: Vec<f64> = ends.iter().map(|(y, _)| *y).collect();
        spread(&mut places, step, plot.bottom);
        let start = common_start(self.keys.iter().map(|(_, name)| *name));
        for ((end, line), y) in ends.into_iter().zip(places) {
            let meant = self.emphasis.meant(line.key());
            let colour = if meant { sketch.theme.ink } else { sketch.theme.muted };
            let ink = Ink { bold: meant, colour, ..note };
            sketch.line((plot.right - 4.0, end), (plot.right + 6.0, y), sketch.theme.grid, 1.0);
            let name = sketch.shorten_after(&line.name, start, cell.right - plot.right - 8.0, ink);
            sketch.text(plot.right + 8.0, y, &name, ink);
        }
    }
}

/// [`padded`], but never below 0 where no value is: two lines for 0 and for the axis would lie close together.
fn value_domain(values: &mut dyn Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let (low, high) = padded(values.iter().copied());
    if low < 0.0 && values.iter().all(|value| *value >= 0.0) { (0.0, high) } else { (low, high) }
}

/// The curve's height at a dose, between its two nearest points.
fn at_dose(fit: &FittedCurve, dose: f64) -> Option<f64> {
    let pair = fit.points.windows(2).find(|pair| pair[0].0 <= dose && dose <= pair[1].0)?;
    let share = if pair[1].0 > pair[0].0 { (dose - pair[0].0) / (pair[1].0 - pair[0].0) } else { 0.0 };
    finite(Some(pair[0].1 + share * (pair[1].1 - pair[0].1)))
}

/// A band where a few lines leave room for it, else whiskers; nothing for lines that have stepped back.
fn draw_intervals(sketch: &mut Sketch, places: &[(f64, f64, &DosePoint)], look: Look, scale: &Scale, band: bool) {
    if !look.strong {
        return;
    }
    let ends: Vec<(f64, f64, f64)> = places
        .iter()
        .filter_map(|(x, _, point)| Some((*x, scale.px(finite(point.low)?), scale.px(finite(point.high)?))))
        .collect();
    if band && ends.len() > 1 {
        let mut points: Vec<(f64, f64)> = ends.iter().map(|(x, _, high)| (*x, *high)).collect();
        points.extend(ends.iter().rev().map(|(x, low, _)| (*x, *low)));
        sketch.push(Shape::Polygon { points, fill: look.colour.with_alpha(0.2) });
        return;
    }
    let colour = look.colour.with_alpha(0.75);
    for (x, low, high) in ends {
        sketch.line((x, low), (x, high), colour, 1.25);
        for y in [low, high] {
            sketch.line((x - 2.5, y), (x + 2.5, y), colour, 1.25);
        }
    }
}

/// The fitted curve, or lines from point to point; from the control on it is dotted, across the break of the axis.
fn draw_path(
    sketch: &mut Sketch,
    line: &DoseLine,
    places: &[(f64, f64, &DosePoint)],
    look: Look,
    axis: &DoseAxis,
    scale: &Scale,
    plot: Area,
) {
    let dash = look.dashed.then_some((7.0, 4.0));
    let stroke = Stroke { colour: look.colour, width: look.width, dash };
    if let Some(fit) = &line.fit {
        let curve = fit.points.iter().filter(|(dose, value)| *dose > 0.0 && finite(Some(*value)).is_some());
        let points: Vec<(f64, f64)> = curve
            .filter_map(|(dose, value)| Some((axis.px(*dose)?, scale.px(*value).clamp(plot.top, plot.bottom))))
            .collect();
        if points.len() > 1 {
            sketch.push(Shape::Line { points, stroke });
            return;
        }
    }
    let points: Vec<(f64, f64)> = places.iter().map(|(x, y, _)| (*x, *y)).collect();
    let control = places.first().is_some_and(|(_, _, point)| point.dose == 0.0);
    let from = usize::from(control && points.len() > 1);
    if from == 1 {
        let dotted = Stroke { dash: Some((2.0, 4.0)), ..stroke };
        sketch.push(Shape::Line { points: points[..2].to_vec(), stroke: dotted });
    }
    if points.len() > from + 1 {
        sketch.push(Shape::Line { points: points[from..].to_vec(), stroke });
    }
}
