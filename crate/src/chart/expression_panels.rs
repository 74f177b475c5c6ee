//! How the panels of an [`Expression`] figure are drawn.

use super::axis::{Scale, draw_y, y_margin, y_ticks};
use super::colour::Colour;
use super::dose_response::interval_words;
use super::emphasis::Emphasis;
use super::expression::{Expression, ExpressionGroup, ExpressionPanel, ExpressionStyle};
use super::facets;
use super::format::{count, number};
use super::gaps::finite;
use super::legend::{Sample, legend};
use super::measure::common_start;
use super::scene::{Extent, HAlign, Shape, Stroke};
use super::sketch::{Area, Ink, Sketch};

/// Narrowest panel, in label sizes.
const LEAST: f64 = 15.0;

/// Radius of a dot that stands for all cells.
const LARGEST: f64 = 9.0;

/// Radius of a dot for a share of cells: its area says the share, and one cell still shows.
fn dot(share: f64) -> f64 {
    (LARGEST * share.sqrt()).max(1.75)
}

fn keys(figure: &Expression) -> impl Iterator<Item = &str> {
    let groups = figure.panels.iter().flat_map(|panel| &panel.groups).map(ExpressionGroup::key);
    figure.panels.iter().map(ExpressionPanel::key).chain(groups)
}

/// Whether a group steps back: the highlight is another panel, or another group of every panel.
fn dimmed(emphasis: Emphasis, panel: &ExpressionPanel, group: &ExpressionGroup) -> bool {
    emphasis.any() && !emphasis.meant(panel.key()) && !emphasis.meant(group.key())
}

fn draw_legend(figure: &Expression, sketch: &mut Sketch, top: f64) -> f64 {
    let (full, muted) = (sketch.theme.series(0), sketch.theme.muted);
    let controls = figure.panels.iter().flat_map(|panel| &panel.groups).any(|group| group.dose == Some(0.0));
    let mut entries = Vec::new();
    match figure.style {
        ExpressionStyle::Violins => {
            entries.push((Sample::Bar(pale(sketch, full)), "density".to_owned()));
            if controls {
                entries.push((Sample::Bar(pale(sketch, muted)), "density of the control".to_owned()));
            }
            entries.push((Sample::Tick(sketch.theme.ink), "quartiles".to_owned()));
            entries.push((Sample::Glyph(sketch.theme.ink, 3), "mean".to_owned()));
        }
        ExpressionStyle::Means => {
            let shares = figure.panels.iter().flat_map(|panel| &panel.groups).any(|group| group.share().is_some());
            entries.push((Sample::Line(full, false), "mean and its interval".to_owned()));
            if controls {
                entries.push((Sample::Dot(muted), "control".to_owned()));
            }
            if shares {
                let sized = |share: f64, name: &str| (Sample::Sized(full, dot(share)), name.to_owned());
                entries.extend([sized(0.1, "10 %"), sized(0.5, "50 %"), sized(1.0, "100 % of cells express it")]);
            }
        }
    }
    let whole = sketch.area();
    legend(sketch, whole.left, whole.right, top, &entries) + 4.0
}

fn pale(sketch: &Sketch, colour: Colour) -> Colour {
    sketch.theme.paper.mix(colour, 0.45)
}

/// Above each plot its heading, below it the labels of the groups.
fn margins(sketch: &Sketch) -> (f64, f64) {
    (sketch.font() * 1.7, sketch.small() * 1.9 + 8.0)
}

fn unit(figure: &Expression, sketch: &Sketch) -> Vec<String> {
    sketch.wrap(&figure.unit, sketch.area().width(), 2, sketch.ink(HAlign::Left))
}

/// The height that suits a figure.
pub fn height(figure: &Expression, sketch: &mut Sketch) -> f64 {
    let top = sketch.title(&figure.title);
    let top = draw_legend(figure, sketch, top) + unit(figure, sketch).len() as f64 * sketch.font() * 1.25 + 6.0;
    let (above, below) = margins(sketch);
    let width = sketch.area().width();
    let columns = facets::columns(figure.panels.len(), width, sketch.font(), LEAST);
    let rows = figure.panels.len().max(1).div_ceil(columns) as f64;
    let plot = (width / columns as f64 * 0.42).clamp(sketch.font() * 9.0, sketch.font() * 15.0);
    top + rows * (above + plot + below) + 10.0
}

/// Legend, unit and panels below `top`.
pub fn draw(figure: &Expression, sketch: &mut Sketch, top: f64) {
    let mut top = draw_legend(figure, sketch, top);
    let (whole, font) = (sketch.area(), sketch.font());
    let name = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    for line in unit(figure, sketch) {
        sketch.text(whole.left, top + font * 0.55, &line, name);
        top += font * 1.25;
    }
    top += 6.0;
    let columns = facets::columns(figure.panels.len(), whole.width(), font, LEAST);
    let areas = facets::areas(figure.panels.len(), columns, Area { top, ..whole });
    let (above, below) = margins(sketch);
    let domain = domain(figure);
    let height = areas.first().map_or(0.0, |area| area.height() - above - below);
    let ticks = y_ticks(sketch, domain, height, 2.4, false);
    let margin = y_margin(sketch, &ticks);
    let emphasis = Emphasis::new(figure.highlight.as_ref(), keys(figure));
    let start = common_start(figure.panels.iter().map(|panel| panel.title.as_str()));
    let mut first = 0;
    for (panel, cell) in figure.panels.iter().zip(areas) {
        let back = emphasis.any() && panel.groups.iter().all(|group| dimmed(emphasis, panel, group));
        sketch.heading((cell.left, cell.top + font * 0.65), &panel.title, start, cell.width(), !back);
        let plot = Area {
            left: cell.left + margin,
            top: cell.top + above,
            right: cell.right.max(cell.left + margin + 10.0),
            bottom: (cell.bottom - below).max(cell.top + above + 10.0),
        };
        let scale = Scale::new(domain, (plot.bottom, plot.top), false);
        draw_y(sketch, plot, &scale, &ticks);
        sketch.line((plot.left, plot.bottom), (plot.right, plot.bottom), sketch.theme.muted, 1.0);
        draw_panel(figure.style, emphasis, sketch, panel, plot, &scale, first);
        first += panel.groups.len();
    }
}

/// From zero (or below, where something lies there) to the highest value of any group.
fn domain(figure: &Expression) -> (f64, f64) {
    let values = figure.panels.iter().flat_map(|panel| &panel.groups).flat_map(|group| {
        let mut values = vec![finite(group.mean), finite(group.low), finite(group.high)];
        if figure.style == ExpressionStyle::Violins {
            values.extend(group.quartiles.into_iter().flatten().map(|value| finite(Some(value))));
            // The tail of a density goes on for ever.
            let (_, largest) = widest(group);
            let thick = group.density.iter().filter(|(_, density)| *density > 0.005 * largest);
            values.extend(thick.map(|(value, _)| finite(Some(*value))));
        }
        values.into_iter().flatten()
    });
    let (low, high) = values.fold((0.0f64, 0.0f64), |(a, b), value| (a.min(value), b.max(value)));
    let high = if high > low { high } else { 1.0 };
    (if low < 0.0 { low - (high - low) * 0.04 } else { 0.0 }, high + (high - low) * 0.06)
}

/// The finite points of a density, and the largest density.
fn widest(group: &ExpressionGroup) -> (Vec<(f64, f64)>, f64) {
    let drawn = |(value, density): &&(f64, f64)| finite(Some(*value)).and(finite(Some(*density))).is_some();
    let points: Vec<(f64, f64)> = group.density.iter().filter(drawn).copied().collect();
    let largest = points.iter().map(|(_, density)| *density).fold(0.0, f64::max);
    (points, largest)
}

fn draw_panel(
    style: ExpressionStyle,
    emphasis: Emphasis,
    sketch: &mut Sketch,
    panel: &ExpressionPanel,
    plot: Area,
    scale: &Scale,
    first: usize,
) {
    let slot = plot.width() / panel.groups.len().max(1) as f64;
    let middle = |at: usize| plot.left + slot * (at as f64 + 0.5);
    label_groups(sketch, panel, plot, slot);
    if style == ExpressionStyle::Means {
        let means = panel.groups.iter().enumerate();
        let points: Vec<(f64, f64)> =
            means.filter_map(|(at, group)| Some((middle(at), scale.px(finite(group.mean)?)))).collect();
        let dim = emphasis.any() && !emphasis.meant(panel.key());
        let colour = if dim { sketch.dim(sketch.theme.series(0)) } else { sketch.theme.series(0) };
        if points.len() > 1 {
            sketch.push(Shape::Line { points, stroke: Stroke { colour, width: 1.5, dash: None } });
        }
    }
    for (at, group) in panel.groups.iter().enumerate() {
        let Some(mean) = finite(group.mean) else { continue };
        let x = middle(at);
        let dim = dimmed(emphasis, panel, group);
        let own = if group.dose == Some(0.0) { sketch.theme.muted } else { sketch.theme.series(0) };
        let colour = if dim { sketch.dim(own) } else { own };
        match style {
            ExpressionStyle::Violins => violin(sketch, group, x, slot * 0.46, colour, scale, dim),
            ExpressionStyle::Means => {
                if let (Some(low), Some(high)) = (finite(group.low), finite(group.high)) {
                    sketch.line((x, scale.px(low)), (x, scale.px(high)), colour, 2.0);
                }
                let radius = group.share().map_or(4.0, dot).min(slot * 0.48);
                sketch.circle((x, scale.px(mean)), radius, colour);
            }
        }
        let extent = Extent::Rect { x: x - slot / 2.0, y: plot.top, w: slot, h: plot.height() };
        // A dose is the same in every panel, the cell type is what the other figures show too.
        let key = if panel.key().is_empty() { group.key() } else { panel.key() };
        sketch.keyed_mark((x, scale.px(mean)), extent, first + at, key, words(panel, group, mean));
    }
}

fn words(panel: &ExpressionPanel, group: &ExpressionGroup, mean: f64) -> String {
    let title = if panel.title.is_empty() { String::new() } else { format!("{}, ", panel.title) };
    let share = group.share().map_or_else(String::new, |share| format!(", expressed in {} %", number(share * 100.0)));
    let cells = if group.n == 1 { "cell" } else { "cells" };
    let interval = interval_words(group.low, group.high);
    format!("{title}{}: mean {}{interval}{share}, {} {cells}", group.label, number(mean), count(group.n))
}

/// As many of the labels below the groups as fit, in even steps; what has no cells is labelled too.
fn label_groups(sketch: &mut Sketch, panel: &ExpressionPanel, plot: Area, slot: f64) {
    let ink = sketch.note(HAlign::Centre);
    let n = panel.groups.len();
    let room = (slot * n as f64).max(10.0);
    let labels: Vec<String> = panel.groups.iter().map(|group| sketch.shorten(&group.label, room * 0.5, ink)).collect();
    let widest = sketch.widest(labels.iter().map(String::as_str), ink);
    let every = ((widest + 6.0) / slot.max(1.0)).ceil().max(1.0) as usize;
    for (at, label) in labels.iter().enumerate().step_by(every) {
        let half = sketch.width(label, ink) / 2.0;
        let x = (plot.left + slot * (at as f64 + 0.5)).min(plot.right - half).max(plot.left + half - 6.0);
        sketch.text(x, plot.bottom + 6.0 + ink.size * 0.6, label, ink);
    }
}

/// The mirrored density, the quartiles as a thin bar with the median on it, and the mean as a diamond.
fn violin(sketch: &mut Sketch, group: &ExpressionGroup, x: f64, half: f64, colour: Colour, scale: &Scale, dim: bool) {
    let half = half.min(34.0);
    let (density, largest) = widest(group);
    if density.len() > 1 && largest > 0.0 {
        let thick: Vec<(f64, f64)> = density.into_iter().filter(|(_, density)| *density > 0.005 * largest).collect();
        let right = thick.iter().map(|(value, density)| (x + half * density / largest, scale.px(*value)));
        let mut points: Vec<(f64, f64)> = right.collect();
        points.extend(thick.iter().rev().map(|(value, density)| (x - half * density / largest, scale.px(*value))));
        let fill = pale(sketch, colour);
        sketch.push(Shape::Polygon { points: points.clone(), fill });
        if let Some(start) = points.first().copied() {
            points.push(start);
        }
        sketch.push(Shape::Line { points, stroke: Stroke { colour, width: 1.0, dash: None } });
    }
    let ink = if dim { sketch.dim(sketch.theme.ink) } else { sketch.theme.ink };
    if let Some([lower, median, upper]) =
        group.quartiles.filter(|all| all.iter().all(|value| finite(Some(*value)).is_some()))
    {
        sketch.line((x, scale.px(lower)), (x, scale.px(upper)), ink, 2.0);
        let y = scale.px(median);
        sketch.line((x - 4.0, y), (x + 4.0, y), ink, 2.0);
    }
    if let Some(mean) = finite(group.mean) {
        sketch.glyph(3, (x, scale.px(mean)), 4.2, sketch.theme.paper);
        sketch.glyph(3, (x, scale.px(mean)), 3.2, ink);
    }
}
