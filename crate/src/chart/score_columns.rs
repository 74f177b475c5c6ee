//! [`ScoreBars`] as columns side by side, for a few models.

use super::axis::{Scale, draw_y, y_margin, y_ticks};
use super::facets::GAP;
use super::gaps::finite;
use super::scene::{Extent, HAlign, Shape, Stroke};
use super::score_bars::ScoreBars;
use super::score_parts::ScoreValue;
use super::sketch::{Area, Ink, Sketch};

/// Most groups, where there are more than this many models; and most models at all.
const GROUPS: usize = 4;
const MODELS: usize = 5;

/// Narrowest and widest column, in CSS pixels.
const NARROWEST: f64 = 9.0;
const WIDEST: f64 = 64.0;

/// Share of a group's width that columns fill.
const FILLED: f64 = 0.82;

/// Whether columns stay legible: few enough for their colours, wide enough, and with the names of groups in full below them.
pub fn suit(figure: &ScoreBars, sketch: &Sketch) -> bool {
    let (models, groups) = (figure.models.len(), figure.groups.len().max(1));
    if models > sketch.theme.palette.len() || (models > MODELS && groups > GROUPS) {
        return false;
    }
    let group = (sketch.area().width() - sketch.font() * 3.5) / groups as f64;
    let ink = sketch.ink(HAlign::Centre);
    let fits = |name: &str| sketch.wrap(name, group - 8.0, 2, ink).iter().all(|line| !line.ends_with('\u{2026}'));
    group * FILLED / models.max(1) as f64 >= NARROWEST && figure.groups.iter().all(|group| fits(&group.name))
}

fn names(figure: &ScoreBars, sketch: &Sketch, group: f64) -> Vec<Vec<String>> {
    let ink = sketch.ink(HAlign::Centre);
    figure.groups.iter().map(|one| sketch.wrap(&one.name, group - 8.0, 2, ink)).collect()
}

/// Heights of the axis name above the plot and of the names below it.
fn margins(figure: &ScoreBars, sketch: &Sketch) -> (Vec<String>, f64) {
    let axis = sketch.wrap(&figure.axis_name(true), sketch.area().width(), 2, sketch.ink(HAlign::Left));
    let group = (sketch.area().width() - sketch.font() * 3.5) / figure.groups.len().max(1) as f64;
    let lines = names(figure, sketch, group).iter().map(Vec::len).max().unwrap_or(0);
    (axis, sketch.font() * (0.5 + 1.2 * lines as f64))
}

/// The height that suits a figure.
pub fn height(figure: &ScoreBars, sketch: &mut Sketch, top: f64) -> f64 {
    let top = figure.legend(sketch, top, true);
    let (axis, below) = margins(figure, sketch);
    let font = sketch.font();
    let plot = (sketch.area().width() * 0.4).clamp(font * 13.0, font * 22.0);
    top + axis.len() as f64 * font * 1.25 + plot + below + 14.0
}

/// Legend, axis and columns below `top`.
pub fn draw(figure: &ScoreBars, sketch: &mut Sketch, top: f64) {
    let top = figure.legend(sketch, top, true);
    let (whole, font) = (sketch.area(), sketch.font());
    let (axis, below) = margins(figure, sketch);
    let muted = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    for (at, line) in axis.iter().enumerate() {
        sketch.text(whole.left, top + font * (0.55 + 1.25 * at as f64), line, muted);
    }
    let top = top + axis.len() as f64 * font * 1.25 + 8.0;
    let mut plot = Area { top, bottom: (whole.bottom - below).max(top + 10.0), ..whole };
    let domain = figure.domain();
    let ticks = y_ticks(sketch, domain, plot.height(), 2.6, false);
    plot.left += y_margin(sketch, &ticks).min(font * 3.5);
    let scale = Scale::new(domain, (plot.bottom, plot.top), false);
    draw_y(sketch, plot, &scale, &ticks);

    let n = figure.models.len();
    let group = plot.width() / figure.groups.len() as f64;
    let column = (group * FILLED / n as f64).min(WIDEST);
    let middle = |at: usize| plot.left + group * (at as f64 + 0.5);
    for at in 1..figure.groups.len() {
        let x = plot.left + group * at as f64;
        sketch.line((x, plot.top), (x, plot.bottom), sketch.theme.grid, 1.0);
    }
    for (at, one) in figure.groups.iter().enumerate() {
        let left = middle(at) - column * n as f64 / 2.0;
        for (model, value) in one.values.iter().enumerate() {
            let left = left + column * model as f64;
            let gap = (column * 0.06).min(1.5);
            let place = Area { left: left + gap, right: left + column - gap, ..plot };
            draw_column(figure, sketch, (at, model), value, place, &scale);
        }
    }
    sketch.line((plot.left, scale.px(0.0)), (plot.right, scale.px(0.0)), sketch.theme.muted, 1.5);
    for (at, one) in figure.groups.iter().enumerate() {
        if let Some(reference) = finite(one.reference).filter(|value| *value <= domain.1) {
            // A little wider than the columns, so that it shows beside full ones.
            let half = (column * n as f64 / 2.0 + GAP * 0.3).min(group / 2.0);
            let y = scale.px(reference);
            let stroke = Stroke { colour: sketch.theme.ink, width: 1.75, dash: Some((6.0, 4.0)) };
            sketch.push(Shape::Line { points: vec![(middle(at) - half, y), (middle(at) + half, y)], stroke });
        }
    }
    let ink = sketch.ink(HAlign::Centre);
    for (at, lines) in names(figure, sketch, group).iter().enumerate() {
        for (line, text) in lines.iter().enumerate() {
            sketch.text(middle(at), plot.bottom + font * (0.9 + 1.2 * line as f64), text, ink);
        }
    }
}

fn draw_column(
    figure: &ScoreBars,
    sketch: &mut Sketch,
    (group, model): (usize, usize),
    value: &ScoreValue,
    place: Area,
    scale: &Scale,
) {
    let zero = scale.px(0.0);
    let (middle, ink) = (place.middle().0, sketch.theme.ink);
    let held = |value: f64| scale.px(value).clamp(place.top, place.bottom);
    let mut end = zero;
    if let Some(height) = value.finite() {
        end = held(height);
        let bar = Area { top: end.min(zero), bottom: end.max(zero), ..place };
        figure.bar(sketch, bar, model, value.incomplete);
        let dimmed = figure.emphasis().dimmed(figure.models[model].key());
        if scale.px(height) < place.top - 0.5 {
            sketch.arrow_up((middle, place.top + 6.0), (place.width() * 0.4).min(6.0), sketch.theme.paper, ink);
        } else if !dimmed {
            if let Some((low, high)) = value.ends() {
                let (low, high, cap) = (held(low), held(high), (place.width() * 0.22).min(5.0));
                sketch.line((middle, low), (middle, high), ink, 1.5);
                for y in [low, high] {
                    sketch.line((middle - cap, y), (middle + cap, y), ink, 1.5);
                }
            }
            // Beside the whisker, where there is room.
            let aside = if place.width() > 18.0 { place.width() * 0.24 } else { 0.0 };
            let seeds: Vec<f64> = value.drawn_seeds().collect();
            for seed in seeds {
                sketch.seed((middle + aside, held(seed)), if place.width() > 14.0 { 2.0 } else { 1.5 });
            }
        }
    } else {
        let note = sketch.note(HAlign::Centre);
        sketch.text(middle, zero - note.size * 0.8, "\u{2013}", note);
    }
    let model_of = &figure.models[model];
    let kind = if model_of.baseline { " (baseline)" } else { "" };
    let name =
        if figure.groups[group].name.is_empty() { String::new() } else { format!("{}, ", figure.groups[group].name) };
    let text = format!("{name}{}{kind}: {}", model_of.name, value.words());
    let extent = Extent::Rect { x: place.left, y: place.top, w: place.width(), h: place.height() };
    sketch.keyed_mark((middle, end), extent, group * figure.models.len() + model, model_of.key(), text);
}
