//! How a [`CandidateFront`] is drawn.

use super::axis::{Axes, frame, padded};
use super::bars::Better;
use super::candidate_front::{CandidateFront, CandidatePoint, CandidateSeries};
use super::colour::Colour;
use super::format::number;
use super::front_names::{Name, draw_names};
use super::front_parts::{Ground, Point, along, along_whiskers, domain, ends, step_line, whiskers, x_name, y_name};
use super::gaps::finite;
use super::legend::{Sample, legend};
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Sketch};

/// Radius of the smallest and the largest marker, and of one without a place along its front.
const RADII: (f64, f64) = (4.0, 8.5);
const MIDDLE: f64 = 6.0;

/// More points than this have no numbers in the plot.
const NUMBERED: usize = 40;

/// Ends of fronts that are nearer to each other than this share a name, in CSS pixels.
const TOGETHER: f64 = 90.0;

/// Most lines of remarks below the plot.
const NOTES: usize = 5;

/// A candidate that has a place in the plot.
struct Shown<'a> {
    /// Its number among all.
    at: usize,
    series: &'a CandidateSeries,
    point: &'a CandidatePoint,
    value: Point,
}

fn radius(point: &CandidatePoint) -> f64 {
    finite(point.along).map_or(MIDDLE, |along| RADII.0 + (RADII.1 - RADII.0) * along.clamp(0.0, 1.0))
}

fn pale(sketch: &Sketch, number: usize) -> Colour {
    sketch.theme.paper.mix(sketch.theme.series(number), 0.5)
}

/// How far beyond its fronts a dominated candidate widens an axis, as a share of the span of the fronts: one that
/// diverged would squeeze all others together.
const ASIDE: f64 = 0.6;

/// The span of an axis: it holds all that is not dominated, and of the others what lies near.
fn span(core: &[f64], others: &[f64], spreads: &[f64]) -> Point {
    let (low, high) =
        core.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    if low >= high {
        let all: Vec<f64> = core.iter().chain(others).copied().collect();
        return domain(&all, spreads);
    }
    let aside = (high - low) * ASIDE;
    let near = |value: &f64| value.clamp(low - aside, high + aside);
    padded(core.iter().copied().chain(others.iter().chain(spreads).map(near)))
}

/// The height that suits a figure.
pub fn height(figure: &CandidateFront, sketch: &mut Sketch) -> f64 {
    let top = sketch.title(&figure.title);
    let top = key(figure, sketch, top);
    let font = sketch.font();
    let plot = (sketch.area().width() * 0.56).clamp(font * 20.0, font * 32.0);
    top + plot + font * 5.0 + notes(figure, sketch).len() as f64 * note_step(sketch)
}

fn note_step(sketch: &Sketch) -> f64 {
    sketch.small() * 1.4
}

/// What colours, markers, fill and size mean; returns the `y` below.
fn key(figure: &CandidateFront, sketch: &mut Sketch, top: f64) -> f64 {
    let (theme, muted) = (sketch.theme, sketch.theme.muted);
    let mut entries: Vec<(Sample, String)> = Vec::new();
    for (at, series) in figure.series.iter().enumerate() {
        // Finished and unfinished candidates of one front look alike.
        if !figure.series[..at].iter().any(|other| other.number == series.number) {
            entries.push((Sample::Glyph(theme.series(series.number), series.number), series.name.clone()));
        }
    }
    if let Some(live) = figure.series.iter().find(|series| series.live) {
        entries.push((Sample::Glyph(pale(sketch, live.number), live.number), "paler: still training".to_owned()));
    }
    let settled = || figure.points().filter(|(series, point)| !series.live && point.place().is_some());
    // One front is its own sample; of several, a shape in no one's colour.
    let alone = figure.series.first().filter(|_| figure.series.len() == 1).map(|series| series.number);
    if settled().any(|(_, point)| point.dominated) {
        let (colour, glyph) = alone.map_or((muted, 0), |number| (theme.series(number), number));
        entries.push((Sample::Hollow(colour, glyph), "hollow: dominated".to_owned()));
    }
    if !figure.size_label.is_empty() && figure.points().any(|(_, point)| point.along.is_some()) {
        entries.push((Sample::Sized(muted, 7.5), figure.size_label.clone()));
    }
    let spread = |point: &CandidatePoint| point.spread_x.is_some() || point.spread_y.is_some();
    if !figure.spread_label.is_empty() && figure.points().any(|(_, point)| spread(point)) {
        entries.push((Sample::Whisker(muted), figure.spread_label.clone()));
    }
    let whole = sketch.area();
    legend(sketch, whole.left, whole.right, top, &entries) + 4.0
}

/// What happened to candidates, and which have no place in the plot: none is left out without a word.
fn notes(figure: &CandidateFront, sketch: &Sketch) -> Vec<String> {
    let ink = sketch.note(HAlign::Left);
    let remarks = figure.points().filter(|(_, point)| point.place().is_some() && !point.remark.is_empty());
    let mut parts: Vec<String> = remarks.map(|(_, point)| format!("* {}: {}.", point.name, point.remark)).collect();
    let missing: Vec<String> = figure
        .points()
        .filter(|(series, point)| !series.live && point.place().is_none())
        .map(|(_, point)| match point.remark.as_str() {
            "" => point.name.clone(),
            remark => format!("{} ({remark})", point.name),
        })
        .collect();
    if !missing.is_empty() {
        parts.push(format!("Without both values: {}.", missing.join("; ")));
    }
    let mut lines = Vec::new();
    for part in parts {
        lines.extend(sketch.wrap(&part, sketch.area().width(), 3, ink));
    }
    if lines.len() > NOTES {
        let more = lines.len() - NOTES + 1;
        lines.truncate(NOTES - 1);
        lines.push(format!("and {more} more lines: see the table of candidates"));
    }
    lines
}

/// Legend, axes, fronts, points, names and notes below `top`.
pub fn draw(figure: &CandidateFront, sketch: &mut Sketch, top: f64) {
    let top = key(figure, sketch, top);
    let (whole, step) = (sketch.area(), note_step(sketch));
    let notes = notes(figure, sketch);
    // The plot comes first: on a small surface the notes give way.
    let room = ((whole.bottom - top - sketch.font() * 12.0) / step).clamp(0.0, NOTES as f64) as usize;
    let lines = notes.len().min(room);
    let bottom = whole.bottom - step * lines as f64;
    plot(figure, sketch, Area { top, bottom, ..whole });
    let ink = sketch.note(HAlign::Left);
    for (at, line) in notes.iter().take(lines).enumerate() {
        sketch.text(whole.left, bottom + step * (at as f64 + 0.7), line, ink);
    }
}

fn plot(figure: &CandidateFront, sketch: &mut Sketch, room: Area) {
    let shown: Vec<Shown> = figure
        .points()
        .enumerate()
        .filter_map(|(at, (series, point))| Some(Shown { at, series, point, value: point.place()? }))
        .collect();
    let cursor = figure.cursor.as_ref().and_then(|cursor| Some((cursor, (finite(cursor.x)?, finite(cursor.y)?))));
    let of = |dominated: bool| shown.iter().filter(move |one| one.point.dominated == dominated).map(|one| one.value);
    let (core_x, core_y): (Vec<f64>, Vec<f64>) = of(false).chain(cursor.iter().map(|(_, value)| *value)).unzip();
    let (more_x, more_y): (Vec<f64>, Vec<f64>) = of(true).unzip();
    let spread_x: Vec<f64> = shown.iter().flat_map(|one| ends(one.value.0, one.point.spread_x)).collect();
    let spread_y: Vec<f64> = shown.iter().flat_map(|one| ends(one.value.1, one.point.spread_y)).collect();
    let (x_name, y_name) = (x_name(&figure.x_label, figure.better_x), y_name(&figure.y_label, figure.better_y));
    let axes = Axes {
        x: span(&core_x, &more_x, &spread_x),
        y: span(&core_y, &more_y, &spread_y),
        log_y: false,
        whole_x: false,
        x_label: &x_name,
        y_label: &y_name,
        square: false,
    };
    let frame = frame(sketch, room, &axes);
    let ground = Ground { x: &frame.x, y: &frame.y, inner: frame.area };

    let mut busy: Vec<(Point, f64)> =
        better_corner(figure, sketch, ground.inner).into_iter().map(|at| (at, 30.0)).collect();
    for series in figure.series.iter().filter(|series| !series.live) {
        let front = series.points.iter().filter(|point| !point.dominated).filter_map(CandidatePoint::place).collect();
        let colour = sketch.theme.series(series.number).with_alpha(0.45);
        let stairs = step_line(sketch, ground, front, [figure.better_x, figure.better_y], colour);
        busy.extend(stairs.windows(2).flat_map(|pair| along(pair[0], pair[1])).map(|at| (at, 1.5)));
    }
    let ringed = |point: &CandidatePoint| figure.highlight.as_deref() == Some(point.key());
    // Large markers beneath small ones, and the ringed one on top.
    let mut order: Vec<&Shown> = shown.iter().collect();
    order.sort_by(|a, b| ringed(a.point).cmp(&ringed(b.point)).then(radius(b.point).total_cmp(&radius(a.point))));
    for one in order {
        marker(sketch, ground, one, ringed(one.point));
    }
    if let Some((_, value)) = cursor {
        draw_cursor(sketch, ground, value);
    }
    for one in &shown {
        let words = one.point.words(figure, one.series.live);
        let extent = Extent::Radius(radius(one.point));
        sketch.keyed_mark(ground.px(one.value), extent, one.at, one.point.key(), words);
    }
    if let Some((cursor, value)) = cursor {
        let words =
            format!("{}: {} {}; {} {}", cursor.label, figure.x_label, number(value.0), figure.y_label, number(value.1));
        sketch.mark(ground.px(value).0, ground.px(value).1, Extent::Radius(6.0), figure.points().count(), words);
    }
    name_points(figure, sketch, ground, &shown, busy);
}

/// A marker with its whiskers; hollow when dominated, paler while training.
fn marker(sketch: &mut Sketch, ground: Ground, one: &Shown, ringed: bool) {
    let (at, r, number) = (ground.px(one.value), radius(one.point), one.series.number);
    let colour = sketch.theme.series(number);
    let colour = if one.series.live { pale(sketch, number) } else { colour };
    whiskers(sketch, ground, one.value, [one.point.spread_x, one.point.spread_y], colour);
    if ringed {
        sketch.circle(at, ring(r), sketch.theme.ink);
        sketch.circle(at, ring(r) - 2.0, sketch.theme.paper);
    }
    if one.point.dominated && !one.series.live {
        sketch.hollow(number, at, r, colour);
    } else {
        sketch.glyph(number, at, r, colour);
    }
}

/// The radius of the ring round a marker.
fn ring(radius: f64) -> f64 {
    radius * 1.25 + 4.0
}

/// Where the slider stands: lines to both axes and a ring.
fn draw_cursor(sketch: &mut Sketch, ground: Ground, value: Point) {
    let (x, y) = ground.px(value);
    let (ink, inner) = (sketch.theme.ink, ground.inner);
    sketch.dashed((inner.left, y), (x, y), ink.with_alpha(0.5), 1.0);
    sketch.dashed((x, y), (x, inner.bottom), ink.with_alpha(0.5), 1.0);
    for (radius, colour) in [(8.0, ink), (5.5, sketch.theme.paper), (3.0, ink)] {
        sketch.circle((x, y), radius, colour);
    }
}

/// The word in the corner where both metrics are good, and points along it for names to keep away from.
fn better_corner(figure: &CandidateFront, sketch: &mut Sketch, inner: Area) -> Vec<Point> {
    let (Some(x), Some(y)) = (figure.better_x, figure.better_y) else { return Vec::new() };
    let (left, top) = (x == Better::Lower, y == Better::Higher);
    let text = match (left, top) {
        (true, true) => "\u{2196} better in both",
        (true, false) => "\u{2199} better in both",
        (false, true) => "better in both \u{2197}",
        (false, false) => "better in both \u{2198}",
    };
    let ink = sketch.note(if left { HAlign::Left } else { HAlign::Right });
    let at = (
        if left { inner.left + 8.0 } else { inner.right - 8.0 },
        if top { inner.top + ink.size } else { inner.bottom - ink.size },
    );
    let width = sketch.width(text, ink);
    if width > inner.width() * 0.5 {
        return Vec::new();
    }
    sketch.text(at.0, at.1, text, ink);
    let end = if left { at.0 + width } else { at.0 - width };
    along(at, (end, at.1)).collect()
}

/// Ends and what is highlighted by their names, the others by their numbers, as far as there is room.
fn name_points(figure: &CandidateFront, sketch: &mut Sketch, ground: Ground, shown: &[Shown], busy: Vec<(Point, f64)>) {
    let numbered = shown.len() <= NUMBERED;
    let mut names: Vec<Name> = Vec::new();
    let name = |one: &Shown, strong: bool| {
        let far = if ground.beyond(one.value) {
            format!(" ({}, {})", number(one.value.0), number(one.value.1))
        } else {
            String::new()
        };
        let remark = if one.point.remark.is_empty() { "" } else { "*" };
        Name { at: ground.px(one.value), text: format!("{}{remark}{far}", one.point.label), strong }
    };
    if let Some((cursor, value)) = figure.cursor.as_ref().and_then(|one| Some((one, (finite(one.x)?, finite(one.y)?))))
    {
        names.push(Name { at: ground.px(value), text: cursor.label.clone(), strong: true });
    }
    let meant = |point: &CandidatePoint| figure.highlight.as_deref() == Some(point.key());
    names.extend(shown.iter().filter(|one| meant(one.point)).map(|one| name(one, true)));
    for end in shown.iter().filter(|one| one.point.end && !meant(one.point)) {
        let new = name(end, false);
        // Ends of several fronts that lie together are named once.
        let far = |other: &Name| (other.at.0 - new.at.0).hypot(other.at.1 - new.at.1) > TOGETHER;
        if names.iter().all(|other| other.text != new.text || far(other)) {
            names.push(new);
        }
    }
    let own = names.len();
    let plain = |one: &&Shown| !one.point.end && !meant(one.point) && !one.point.label.is_empty();
    let asked = |one: &&Shown| numbered || !one.point.remark.is_empty() || ground.beyond(one.value);
    names.extend(shown.iter().filter(plain).filter(asked).map(|one| name(one, false)));

    let mut soft: Vec<(Point, f64)> = shown.iter().map(|one| (ground.px(one.value), 14.0)).collect();
    soft.extend(busy);
    for one in shown {
        if meant(one.point) {
            let ((x, y), r) = (ground.px(one.value), ring(radius(one.point)) - 1.0);
            soft.extend([(x - r, y), (x + r, y), (x, y - r), (x, y + r)].map(|at| (at, 12.0)));
        }
        let along = along_whiskers(ground, one.value, [one.point.spread_x, one.point.spread_y]);
        soft.extend(along.into_iter().map(|at| (at, 2.0)));
    }
    draw_names(sketch, ground.inner, &names, own, &soft);
}
