//! How a [`ModelFront`] is drawn.

use super::axis::{Axes, frame};
use super::colour::Colour;
use super::emphasis::Emphasis;
use super::front_names::{Name, draw_names, listed};
use super::front_parts::{Ground, Point, along_whiskers, domain, ends, step_line, whiskers, x_name, y_name};
use super::legend::{Sample, legend};
use super::model_front::{ModelFront, ModelPoint};
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Ink, PAD, Sketch};

/// Markers of models and baselines.
const MODEL: usize = 0;
const BASELINE: usize = 3;
const PUBLISHED: usize = 1;

/// The height that suits a figure.
pub fn height(figure: &ModelFront, sketch: &mut Sketch) -> f64 {
    let top = sketch.title(&figure.title);
    let top = key(figure, sketch, top);
    let font = sketch.font();
    let plot = (sketch.area().width() * 0.56).clamp(font * 20.0, font * 34.0);
    top + plot + font * 6.0
}

/// How far beyond the models of the run published ones widen an axis, as a share of its span.
const ASIDE: f64 = 0.25;

/// The published points that lie about where those of the run do. Others would squeeze these together; they stand in the table.
fn near(figure: &ModelFront) -> Vec<(usize, Point)> {
    let own: Vec<Point> = figure.points.iter().filter_map(ModelPoint::place).collect();
    let within = |axis: fn(&Point) -> f64, value: f64| {
        let (low, high) = domain(&own.iter().map(axis).collect::<Vec<_>>(), &[]);
        let aside = (high - low) * ASIDE;
        value >= low - aside && value <= high + aside
    };
    let places = figure.published.iter().enumerate().filter_map(|(at, point)| Some((at, point.place()?)));
    places.filter(|(_, at)| within(|at| at.0, at.0) && within(|at| at.1, at.1)).collect()
}

/// What fill and markers mean; returns the `y` below.
fn key(figure: &ModelFront, sketch: &mut Sketch, top: f64) -> f64 {
    let (first, muted) = (sketch.theme.series(0), sketch.theme.muted);
    let shown = || figure.points.iter().filter(|point| point.place().is_some());
    let mut entries = Vec::new();
    if shown().any(|point| point.on_front) {
        entries.push((Sample::Glyph(first, MODEL), "on the front".to_owned()));
    }
    if shown().any(|point| !point.on_front) {
        entries.push((Sample::Hollow(first, MODEL), "beaten in both".to_owned()));
    }
    if shown().any(|point| point.baseline) {
        entries.push((Sample::Glyph(sketch.theme.series(1), BASELINE), "baseline".to_owned()));
    }
    if shown().any(|point| point.spread_x.is_some() || point.spread_y.is_some()) {
        entries.push((Sample::Whisker(muted), "\u{b1} SD over seeds".to_owned()));
    }
    if !figure.published.is_empty() {
        let far = figure.published.len() - near(figure).len();
        let far = if far > 0 { format!(" ({far} beyond the axes)") } else { String::new() };
        entries.push((Sample::Glyph(muted, PUBLISHED), format!("{}{far}", figure.published_label)));
    }
    let whole = sketch.area();
    legend(sketch, whole.left, whole.right, top, &entries) + if entries.is_empty() { 0.0 } else { 4.0 }
}

/// Legend, axes, front, points and names below `top`. Models whose names find no place are listed under the plot.
pub fn draw(figure: &ModelFront, sketch: &mut Sketch, top: f64) {
    let top = key(figure, sketch, top);
    let whole = sketch.area();
    let without = {
        let (muted, theme) = (sketch.note(HAlign::Left), sketch.theme);
        let measure = |text: &str, size: f64, bold: bool| sketch.width(text, Ink { size, bold, ..muted });
        let mut trial = Sketch::new(whole.right + PAD, whole.bottom + PAD, theme, &measure);
        plot(figure, &mut trial, Area { top, ..whole })
    };
    let note = sketch.note(HAlign::Left);
    let step = note.size * 1.3;
    // One line more than the trial needs: in the lower plot another name may find no place.
    let lines = if without.is_empty() { 0 } else { listed(sketch, &without).len().min(2) + 1 };
    let bottom = whole.bottom - step * lines as f64;
    let without = plot(figure, sketch, Area { top, bottom, ..whole });
    for (at, line) in listed(sketch, &without).iter().take(lines).enumerate() {
        sketch.text(whole.left, bottom + step * (at as f64 + 0.8), line, note);
    }
}

/// Axes, front, points and names in `room`; returns the models whose names found no place.
fn plot(figure: &ModelFront, sketch: &mut Sketch, room: Area) -> Vec<String> {
    let shown: Vec<(usize, &ModelPoint, Point)> =
        figure.points.iter().enumerate().filter_map(|(at, point)| Some((at, point, point.place()?))).collect();
    let published = near(figure);
    let (xs, ys): (Vec<f64>, Vec<f64>) = shown.iter().map(|one| one.2).chain(published.iter().map(|one| one.1)).unzip();
    let spread_x: Vec<f64> = shown.iter().flat_map(|(_, point, at)| ends(at.0, point.spread_x)).collect();
    let spread_y: Vec<f64> = shown.iter().flat_map(|(_, point, at)| ends(at.1, point.spread_y)).collect();
    let (x_name, y_name) = (x_name(&figure.x_label, figure.better_x), y_name(&figure.y_label, figure.better_y));
    let axes = Axes {
        x: domain(&xs, &spread_x),
        y: domain(&ys, &spread_y),
        log_y: false,
        whole_x: false,
        x_label: &x_name,
        y_label: &y_name,
        square: false,
    };
    let frame = frame(sketch, room, &axes);
    let ground = Ground { x: &frame.x, y: &frame.y, inner: frame.area };
    let px = |at: Point| ground.px(at);
    let emphasis = Emphasis::new(figure.highlight.as_ref(), figure.points.iter().map(ModelPoint::key));

    let front = shown.iter().filter(|(_, point, _)| point.on_front).map(|(_, _, at)| *at).collect();
    let stairs = sketch.theme.series(0).with_alpha(0.6);
    step_line(sketch, ground, front, [figure.better_x, figure.better_y], stairs);
    for (_, at) in &published {
        sketch.glyph(PUBLISHED, px(*at), 3.5, sketch.theme.muted);
    }
    for at in emphasis.order(shown.iter().map(|(_, point, _)| point.key())) {
        let (_, point, value) = shown[at];
        let colour = colour(sketch, point, emphasis);
        if !emphasis.dimmed(point.key()) {
            whiskers(sketch, ground, value, [point.spread_x, point.spread_y], colour);
        }
        let marker = if point.baseline { BASELINE } else { MODEL };
        if point.on_front {
            sketch.glyph(marker, px(value), 6.0, colour);
        } else {
            sketch.hollow(marker, px(value), 5.5, colour);
        }
    }
    for (at, point, value) in &shown {
        let (x, y) = px(*value);
        sketch.keyed_mark((x, y), Extent::Radius(6.0), *at, point.key(), point.words(figure));
    }
    for (at, value) in &published {
        let (point, (x, y)) = (&figure.published[*at], px(*value));
        let note = if point.note.is_empty() { &figure.published_label } else { &point.note };
        let words = format!(
            "{}: {} {}; {} {}; {note}",
            point.name,
            figure.x_label,
            super::format::number(point.x),
            figure.y_label,
            super::format::number(point.y)
        );
        sketch.mark(x, y, Extent::Radius(3.5), figure.points.len() + at, words);
    }

    let far = |value: Point| {
        if ground.beyond(value) {
            format!(" ({}, {})", super::format::number(value.0), super::format::number(value.1))
        } else {
            String::new()
        }
    };
    let mut names: Vec<Name> = shown
        .iter()
        .map(|(_, point, value)| Name {
            at: px(*value),
            text: format!("{}{}{}", point.name, if point.incomplete { "*" } else { "" }, far(*value)),
            strong: point.on_front || emphasis.meant(point.key()),
        })
        .collect();
    // The front's names first: they find the best places.
    names.sort_by_key(|name| !name.strong);
    let mut soft: Vec<(Point, f64)> = published.iter().map(|(_, value)| (px(*value), 6.0)).collect();
    for (_, point, value) in &shown {
        let along = along_whiskers(ground, *value, [point.spread_x, point.spread_y]);
        soft.extend(along.into_iter().map(|at| (at, 2.0)));
    }
    names.extend(published.iter().map(|(at, value)| Name {
        at: px(*value),
        text: format!("{}{}", figure.published[*at].name, far(*value)),
        strong: false,
    }));
    draw_names(sketch, ground.inner, &names, shown.len(), &soft)
}

fn colour(sketch: &Sketch, point: &ModelPoint, emphasis: Emphasis) -> Colour {
    let colour = sketch.theme.series(usize::from(point.baseline));
    if emphasis.dimmed(point.key()) { sketch.dim(colour) } else { colour }
}
