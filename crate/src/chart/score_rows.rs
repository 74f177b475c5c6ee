//! [`ScoreBars`] as small multiples: a panel per group, a row per model, names at the left edge.

use super::axis::{Scale, x_ticks};
use super::facets;
use super::gaps::finite;
use super::scene::{Extent, HAlign};
use super::score_bars::ScoreBars;
use super::score_parts::{ScoreValue, notation};
use super::sketch::{Area, Ink, Sketch};

/// Narrowest panel without the names, in label sizes.
const LEAST: f64 = 13.0;

/// What all panels have in common.
struct Plan {
    columns: usize,
    /// Room for the names, left of every row of panels.
    names: f64,
    /// Room for the written values, right of every plot; 0 where they are not written.
    values: f64,
    /// Height of a heading, and of tick labels.
    head: f64,
    ticks: f64,
}

impl Plan {
    fn new(figure: &ScoreBars, sketch: &Sketch) -> Self {
        let (width, font) = (sketch.area().width(), sketch.font());
        let longest = sketch.widest(figure.models.iter().map(|model| model.name.as_str()), bold(sketch));
        let names = longest.min(width * 0.42) + 10.0;
        let columns = facets::columns(figure.groups.len(), width - names, font, LEAST);
        let text = notation(values(figure));
        let widest =
            values(figure).map(|value| sketch.width(&text(value), note(sketch, true))).fold(0.0, f64::max) + 8.0;
        let panel = (width - names + facets::GAP) / columns as f64 - facets::GAP;
        let values = if panel - widest >= font * 7.0 { widest } else { 0.0 };
        let lines = figure.groups.iter().map(|group| heading(sketch, &group.name, panel).len()).max().unwrap_or(0);
        let head = if lines > 0 { font * (0.4 + 1.2 * lines as f64) } else { 4.0 };
        Self { columns, names, values, head, ticks: sketch.small() * 2.1 }
    }
}

/// The lines of a panel's heading.
fn heading(sketch: &Sketch, name: &str, room: f64) -> Vec<String> {
    sketch.wrap(name, room, 2, bold(sketch))
}

fn bold(sketch: &Sketch) -> Ink {
    Ink { bold: true, ..sketch.ink(HAlign::Left) }
}

fn note(sketch: &Sketch, bold: bool) -> Ink {
    Ink { bold, colour: sketch.theme.ink, ..sketch.note(HAlign::Right) }
}

fn values(figure: &ScoreBars) -> impl Iterator<Item = f64> + '_ {
    figure.groups.iter().flat_map(|group| &group.values).filter_map(ScoreValue::finite)
}

/// The height that suits a figure.
pub fn height(figure: &ScoreBars, sketch: &mut Sketch, top: f64) -> f64 {
    let plan = Plan::new(figure, sketch);
    let top = figure.legend(sketch, top, false);
    let font = sketch.font();
    let rows = figure.groups.len().div_ceil(plan.columns) as f64;
    let row = font * if figure.models.len() > 8 { 1.4 } else { 1.6 };
    let axis = sketch.wrap(&figure.axis_name(false), sketch.area().width(), 2, sketch.ink(HAlign::Left)).len();
    let panel = plan.head + row * figure.models.len() as f64 + plan.ticks;
    top + rows * panel + (rows - 1.0) * font * 0.6 + axis as f64 * font * 1.25 + 16.0
}

/// Legend and panels below `top`.
pub fn draw(figure: &ScoreBars, sketch: &mut Sketch, top: f64) {
    let plan = Plan::new(figure, sketch);
    let top = figure.legend(sketch, top, false);
    let (whole, font) = (sketch.area(), sketch.font());
    let name = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    let axis = sketch.wrap(&figure.axis_name(false), whole.width(), 2, name);
    let bottom = whole.bottom - axis.len() as f64 * font * 1.25;
    for (at, line) in axis.iter().enumerate() {
        let left = (whole.left + plan.names).min(whole.right - sketch.width(line, name)).max(whole.left);
        sketch.text(left, bottom + font * (0.5 + 1.25 * at as f64), line, name);
    }
    let room = Area { left: whole.left + plan.names, top, bottom, ..whole };
    let areas = facets::areas(figure.groups.len(), plan.columns, room);
    for (at, area) in areas.iter().enumerate() {
        panel(figure, sketch, &plan, at, *area);
    }
}

fn panel(figure: &ScoreBars, sketch: &mut Sketch, plan: &Plan, at: usize, area: Area) {
    let font = sketch.font();
    let group = &figure.groups[at];
    let lines = heading(sketch, &group.name, area.width());
    for (line, text) in lines.iter().rev().enumerate() {
        // The last line stands next to the bars.
        sketch.text(area.left, area.top + plan.head - font * (0.8 + 1.2 * line as f64), text, bold(sketch));
    }
    let n = figure.models.len().max(1) as f64;
    let mut plot = Area {
        top: area.top + plan.head,
        bottom: area.bottom - plan.ticks - font * 0.3,
        right: area.right - plan.values,
        ..area
    };
    plot.bottom = plot.bottom.max(plot.top + 4.0);
    plot.right = plot.right.max(plot.left + 4.0);
    let domain = figure.domain();
    let scale = Scale::new(domain, (plot.left, plot.right), false);
    let small = sketch.note(HAlign::Centre);
    for (value, label) in x_ticks(sketch, &scale, plot.width()) {
        let x = scale.px(value);
        sketch.line((x, plot.top), (x, plot.bottom), sketch.theme.grid, 1.0);
        // A label at the edge must not leave the panel.
        let half = sketch.width(&label, small) / 2.0;
        let held = x.min(area.right.min(sketch.area().right) - half).max(area.left.min(x));
        sketch.text(held, plot.bottom + small.size * 0.9, &label, small);
    }
    let row = plot.height() / n;
    let emphasis = figure.emphasis();
    let text = notation(values(figure));
    for (model, value) in group.values.iter().enumerate() {
        let one = &figure.models[model];
        let strip = Area { top: plot.top + row * model as f64, bottom: plot.top + row * (model + 1) as f64, ..area };
        let y = strip.middle().1;
        let (meant, dimmed) = (emphasis.meant(one.key()), emphasis.dimmed(one.key()));
        let colour = if dimmed { sketch.theme.muted } else { sketch.theme.ink };
        if at.is_multiple_of(plan.columns) {
            let size = font.min(row * 0.92).max(8.0);
            let ink = Ink { size, bold: meant, colour, ..sketch.ink(HAlign::Right) };
            let name = sketch.shorten_middle(&one.name, plan.names - 10.0, ink);
            sketch.text(plot.left - 8.0, y, &name, ink);
        }
        draw_row(figure, sketch, model, value, (plot, strip), &scale);
        if plan.values > 0.0 {
            let ink = note(sketch, value.best);
            let ink = Ink { colour, size: ink.size.min(row * 0.92).max(8.0), ..ink };
            match value.finite() {
                Some(number) => sketch.text(area.right, y, &text(number), ink),
                None => sketch.text(area.right, y, "\u{2013}", Ink { colour: sketch.theme.muted, ..ink }),
            }
        }
        let kind = if one.baseline { " (baseline)" } else { "" };
        let place = if group.name.is_empty() { String::new() } else { format!("{}, ", group.name) };
        let words = format!("{place}{}{kind}: {}", one.name, value.words());
        let x = value.finite().map_or(scale.px(0.0), |value| scale.px(value).clamp(plot.left, plot.right));
        let extent = Extent::Rect { x: strip.left, y: strip.top, w: strip.width(), h: strip.height() };
        sketch.keyed_mark((x, y), extent, at * figure.models.len() + model, one.key(), words);
    }
    let zero = scale.px(0.0);
    sketch.line((zero, plot.top), (zero, plot.bottom), sketch.theme.muted, 1.5);
    if let Some(reference) = finite(group.reference).filter(|value| *value <= domain.1) {
        let x = scale.px(reference);
        sketch.dashed((x, plot.top - 2.0), (x, plot.bottom + 2.0), sketch.theme.ink, 1.5);
    }
}

fn draw_row(
    figure: &ScoreBars,
    sketch: &mut Sketch,
    model: usize,
    value: &ScoreValue,
    (plot, strip): (Area, Area),
    scale: &Scale,
) {
    let Some(length) = value.finite() else { return };
    let held = |value: f64| scale.px(value).clamp(plot.left, plot.right);
    let (zero, end, y) = (scale.px(0.0), held(length), strip.middle().1);
    let half = (strip.height() * 0.34).min(sketch.font() * 0.75);
    let bar = Area { left: zero.min(end), right: zero.max(end), top: y - half, bottom: y + half };
    figure.bar(sketch, bar, model, value.incomplete);
    let ink = sketch.theme.ink;
    if scale.px(length) > plot.right + 0.5 {
        let paper = sketch.theme.paper;
        sketch.arrow((plot.right - 6.0, y), 1.0, 6.0, paper);
        sketch.arrow((plot.right - 6.0, y), 1.0, 4.5, ink);
        return;
    }
    if figure.emphasis().dimmed(figure.models[model].key()) {
        return;
    }
    if let Some((low, high)) = value.ends() {
        let (low, high, cap) = (held(low), held(high), (half * 0.5).min(4.0));
        sketch.line((low, y), (high, y), ink, 1.5);
        for x in [low, high] {
            sketch.line((x, y - cap), (x, y + cap), ink, 1.5);
        }
    }
    let seeds: Vec<f64> = value.drawn_seeds().collect();
    for seed in seeds {
        sketch.seed((held(seed), y + half * 0.45), 1.5);
    }
}
