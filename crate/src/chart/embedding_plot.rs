//! How an [`Embedding`] is drawn.

use super::axis::{Scale, padded};
use super::colour::Colour;
use super::embedding::{Embedding, EmbeddingColour, Group};
use super::embedding_key::{LISTED, STEPS, colours, draw_key, emphasis, range, step_colour};
use super::format::count;
use super::labels::{Ground, Placed, place};
use super::measure::common_start;
use super::scene::{Cloud, Extent, HAlign, Says, Shape};
use super::sketch::{Area, Ink, PAD, Sketch};

/// Groups take turns in so many rounds, so that none lies on top of all others.
const ROUNDS: usize = 6;

/// Widest plot in label sizes.
const WIDEST: f64 = 40.0;

/// Points get smaller as they get more, radius in CSS pixels.
fn radius(n: usize, side: f64) -> f64 {
    let size = match n {
        0..500 => 3.0,
        500..2000 => 2.4,
        2000..6000 => 1.9,
        6000..12_000 => 1.5,
        _ => 1.2,
    };
    if side < 420.0 { size * 0.8 } else { size }
}

/// Whether a figure of this width has its legend beside the plot.
fn wide(width: f64, font: f64) -> bool {
    width > font * 42.0
}

/// The height that suits a figure.
pub fn height(figure: &Embedding, sketch: &mut Sketch, width: f64) -> f64 {
    let top = sketch.title(&figure.title);
    let font = sketch.font();
    let top = if wide(width, font) { top } else { draw_key(figure, sketch, top, (PAD, width - PAD), usize::MAX) };
    let side = if wide(width, font) { (width - font * 18.0).min(font * WIDEST) } else { width - 2.0 * PAD };
    top + side * if wide(width, font) { 0.86 } else { 0.95 } + font * 2.2 + PAD
}

/// Plot and key below `top`.
pub fn draw(figure: &Embedding, sketch: &mut Sketch, top: f64) {
    let (whole, font) = (sketch.area(), sketch.font());
    let beside = wide(whole.right + PAD, font);
    let top = if beside { top } else { draw_key(figure, sketch, top, (whole.left, whole.right), usize::MAX) };
    let bottom = (whole.bottom - font * 1.9).max(top + 20.0);
    let right = if beside { (whole.right - font * 17.0).min(whole.left + (bottom - top) * 1.16) } else { whole.right };
    let plot = Area { left: whole.left + 1.0, top: top + 2.0, right: right.max(whole.left + 20.0), bottom };
    if beside {
        let left = plot.right + font * 1.5;
        let most = ((plot.height() / (font * 1.45)) as usize).saturating_sub(3);
        draw_key(figure, sketch, plot.top - font * 0.3, (left, whole.right), most.max(1));
    }
    let cloud = plot_in(figure, sketch, plot);
    sketch.cloud(cloud);
}

/// Outline, points and names in `plot`; the names of the axes stand below it. Returns what the pointer meets.
pub fn plot_in(figure: &Embedding, sketch: &mut Sketch, plot: Area) -> Cloud {
    frame(figure, sketch, plot);

    let inner = Area { left: plot.left + 6.0, top: plot.top + 6.0, right: plot.right - 6.0, bottom: plot.bottom - 6.0 };
    let (x, y) = scales(figure, inner);
    let places: Vec<(f64, f64)> =
        (0..figure.x.len()).map(|cell| (x.px(f64::from(figure.x[cell])), y.px(f64::from(figure.y[cell])))).collect();
    let radius = radius(figure.x.len(), plot.width());
    let under: Vec<(f64, f64)> = (0..places.len())
        .filter(|cell| figure.finite(*cell) && !figure.meant(*cell))
        .map(|cell| places[cell])
        .collect();
    dots(sketch, under, radius, sketch.theme.grid);
    match &figure.colour {
        EmbeddingColour::Groups { labels, codes, ordered, .. } => {
            draw_groups(figure, sketch, &places, codes, radius);
            let groups = figure.groups();
            let at = |group: &Group| (x.px(group.spot.0), y.px(group.spot.1));
            if !*ordered {
                name_groups(figure, sketch, plot, labels, &groups, &at);
            }
            for (group, label) in labels.iter().enumerate().filter(|(group, _)| groups[*group].n > 0) {
                let n = groups[group].n;
                let text = format!("{label}: {} {}", count(n), if n == 1 { "cell" } else { "cells" });
                sketch.keyed_mark(at(&groups[group]), Extent::Radius(radius), group, label, text);
            }
        }
        EmbeddingColour::Values { values, .. } => draw_values(figure, sketch, &places, values, radius),
    }
    cloud(figure, &places, radius)
}

/// One unit is as long in both directions where that wastes little room, since distances are what the eye compares.
fn scales(figure: &Embedding, inner: Area) -> (Scale, Scale) {
    let drawn = || (0..figure.x.len()).filter(|cell| figure.finite(*cell));
    let x = padded(drawn().map(|cell| f64::from(figure.x[cell])));
    let y = padded(drawn().map(|cell| f64::from(figure.y[cell])));
    let (per_x, per_y) = (inner.width() / (x.1 - x.0), inner.height() / (y.1 - y.0));
    let grow = |domain: (f64, f64), ratio: f64| {
        let (middle, half) = (f64::midpoint(domain.0, domain.1), (domain.1 - domain.0) / 2.0);
        (middle - half * ratio, middle + half * ratio)
    };
    let ratio = per_x / per_y;
    let (x, y) = if !(0.5..=2.0).contains(&ratio) {
        (x, y)
    } else if ratio > 1.0 {
        (grow(x, ratio), y)
    } else {
        (x, grow(y, 1.0 / ratio))
    };
    (Scale::new(x, (inner.left, inner.right), false), Scale::new(y, (inner.bottom, inner.top), false))
}

/// The outline and the names of the axes; the numbers on the axes of an embedding mean nothing.
fn frame(figure: &Embedding, sketch: &mut Sketch, plot: Area) {
    sketch.outline(plot, sketch.theme.grid, 1.0);
    let names = match (figure.x_label.as_str(), figure.y_label.as_str()) {
        ("", "") => return,
        (x, "") => format!("{x} \u{2192}"),
        ("", y) => format!("{y} \u{2191}"),
        (x, y) => format!("{x} \u{2192}, {y} \u{2191}"),
    };
    let ink = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    let names = sketch.shorten(&names, (sketch.area().right - plot.left).max(10.0), ink);
    sketch.text(plot.left, plot.bottom + sketch.font() * 1.1, &names, ink);
}

fn dots(sketch: &mut Sketch, points: Vec<(f64, f64)>, radius: f64, fill: Colour) {
    if !points.is_empty() {
        sketch.push(Shape::Dots { points, radius, fill });
    }
}

fn draw_groups(figure: &Embedding, sketch: &mut Sketch, places: &[(f64, f64)], codes: &[Option<u32>], radius: f64) {
    let (colours, emphasis) = (colours(figure, sketch.theme), emphasis(figure));
    let EmbeddingColour::Groups { labels, .. } = &figure.colour else { return };
    let faint = sketch.theme.paper.mix(sketch.theme.muted, 0.3);
    let none = figure.cells().filter(|cell| codes[*cell].is_none()).map(|cell| places[cell]).collect();
    dots(sketch, none, radius, faint);
    let mut rounds = vec![vec![Vec::new(); colours.len()]; ROUNDS + 1];
    for cell in figure.cells() {
        if let Some(code) = codes[cell].map(|code| code as usize) {
            // Neighbours in a file often belong together, so that the round comes from a scrambled number.
            let round = (cell as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            let round = if emphasis.meant(&labels[code]) { ROUNDS } else { round as usize % ROUNDS };
            rounds[round][code].push(places[cell]);
        }
    }
    for round in rounds {
        for (points, colour) in round.into_iter().zip(&colours) {
            dots(sketch, points, radius, colour.with_alpha(0.75));
        }
    }
}

/// Low values beneath high ones: few cells express most genes, and they are what is looked for.
fn draw_values(figure: &Embedding, sketch: &mut Sketch, places: &[(f64, f64)], values: &[f32], radius: f64) {
    let mut steps = vec![Vec::new(); STEPS];
    let mut unknown = Vec::new();
    let (low, high) = range(figure, values).unwrap_or((0.0, 1.0));
    for cell in figure.cells() {
        let value = f64::from(values[cell]);
        if value.is_finite() {
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            steps[((share * STEPS as f64) as usize).min(STEPS - 1)].push(places[cell]);
        } else {
            unknown.push(places[cell]);
        }
    }
    let faint = sketch.theme.paper.mix(sketch.theme.muted, 0.3);
    dots(sketch, unknown, radius, faint);
    for (step, points) in steps.into_iter().enumerate() {
        let colour = step_colour(step, sketch.theme);
        dots(sketch, points, radius, colour);
    }
}

/// Names at the middles of the groups, the highlighted and the largest first, on a translucent ground.
fn name_groups(
    figure: &Embedding,
    sketch: &mut Sketch,
    plot: Area,
    labels: &[String],
    groups: &[Group],
    at: &dyn Fn(&Group) -> (f64, f64),
) {
    let emphasis = emphasis(figure);
    let small = groups.len() > LISTED || plot.width() < 420.0;
    let size = if small { sketch.small() } else { sketch.font() };
    let ink = Ink { size, ..sketch.ink(HAlign::Centre) };
    let bold = Ink { bold: true, ..ink };
    let mut order: Vec<usize> = (0..groups.len()).filter(|group| groups[*group].n > 0).collect();
    order.sort_by_key(|group| (!emphasis.meant(&labels[*group]), std::cmp::Reverse(groups[*group].n)));
    let start = common_start(labels.iter().map(String::as_str));
    let names: Vec<String> = order
        .iter()
        .map(|group| {
            sketch.shorten_after(
                &labels[*group],
                start,
                plot.width() * if groups.len() > LISTED { 0.24 } else { 0.34 },
                bold,
            )
        })
        .collect();
    // A little above the middle, so that a small cloud is not hidden by its own name.
    let above = |(x, y): (f64, f64)| (x, (y - size * 1.1).max(plot.top + size));
    let wanted: Vec<((f64, f64), f64)> = order
        .iter()
        .zip(&names)
        .map(|(group, name)| (above(at(&groups[*group])), sketch.width(name, bold) + 6.0))
        .collect();
    let ground = Ground { room: plot, taken: &[], obstacles: &[], diagonal: false, over: true };
    let placed: Vec<Placed> = place(&wanted, order.len(), size * 1.3, &ground);
    for label in &placed {
        if let Some((point, end)) = label.leader {
            sketch.line(point, end, sketch.theme.ink, 1.0);
        }
    }
    for label in placed {
        let key = &labels[order[label.label]];
        let ground = if groups.len() > LISTED { 0.6 } else { 0.75 };
        sketch.rect(label.area, sketch.theme.paper.with_alpha(ground));
        let (x, y) = label.area.middle();
        let colour = if emphasis.dimmed(key) { sketch.theme.muted } else { sketch.theme.ink };
        let name = if emphasis.dimmed(key) { Ink { colour, ..ink } } else { Ink { colour, ..bold } };
        sketch.text(x, y, &names[label.label], name);
    }
}

/// What the pointer meets: the cells that the figure is about.
fn cloud(figure: &Embedding, places: &[(f64, f64)], radius: f64) -> Cloud {
    let cells: Vec<usize> = figure.cells().collect();
    let says = match &figure.colour {
        EmbeddingColour::Groups { labels, codes, .. } => Says::Groups {
            codes: cells.iter().map(|cell| codes[*cell]).collect(),
            labels: labels.clone(),
            none: "no group".into(),
        },
        EmbeddingColour::Values { name, values } => {
            Says::Values { name: name.clone(), values: cells.iter().map(|cell| values[*cell]).collect() }
        }
    };
    let points = cells.iter().map(|cell| (places[*cell].0 as f32, places[*cell].1 as f32)).collect();
    Cloud { points, index: cells.iter().map(|cell| *cell as u32).collect(), radius, says }
}
