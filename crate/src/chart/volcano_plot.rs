//! How a [`Volcano`] is drawn.

use super::axis::{Axes, Frame, frame, padded};
use super::colour::Colour;
use super::emphasis::Emphasis;
use super::format::{count, number};
use super::gaps::finite;
use super::labels::{Ground, Obstacle, place};
use super::legend::{Sample, legend};
use super::scene::{Extent, HAlign, Shape};
use super::sketch::{Area, Ink, Sketch};
use super::volcano::{Change, Volcano};

/// More genes than this make smaller points.
const MANY: usize = 1500;

/// Most genes that a name is kept away from; more would be slow and leave no room anyway.
const OBSTACLES: usize = 1500;

/// Marker numbers, see [`Sketch::glyph`].
const UP: usize = 2;
const DOWN: usize = 4;

fn colour(sketch: &Sketch, change: Change) -> Colour {
    match change {
        Change::Up => sketch.theme.series(1),
        Change::Down => sketch.theme.series(0),
        Change::Not => sketch.theme.paper.mix(sketch.theme.muted, 0.55),
    }
}

/// How far the x axis goes: silent genes have fold changes of 2^20, which would squeeze all others into the middle. So it
/// holds the significant genes, but for the furthest 1 % of them where the rest is much nearer; those beyond stand at its
/// ends.
fn reach(figure: &Volcano) -> f64 {
    let sure = |gene: &usize| figure.threshold_y.is_none_or(|threshold| figure.y[*gene] >= threshold);
    let mut sizes: Vec<f64> = figure.drawn().filter(sure).map(|gene| figure.x[gene].abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let last = sizes.len().saturating_sub(1);
    let (most, largest) = match sizes[..] {
        [] => (0.0, 0.0),
        _ => (sizes[last - last.div_ceil(100)], sizes[last]),
    };
    let robust = most * 1.25;
    let reach = if largest > robust * 1.6 && sizes.len() > 20 { robust } else { largest * 1.05 };
    let reach = reach.max(finite(figure.threshold_x).unwrap_or(0.0).abs() * 2.5);
    if reach > 0.0 { reach } else { 1.0 }
}

fn entries(figure: &Volcano, sketch: &Sketch) -> Vec<(Sample, String)> {
    let mut entries = vec![
        (Sample::Glyph(colour(sketch, Change::Up), UP), "up".to_owned()),
        (Sample::Glyph(colour(sketch, Change::Down), DOWN), "down".to_owned()),
        (Sample::Dot(colour(sketch, Change::Not)), "not changed".to_owned()),
    ];
    let x = finite(figure.threshold_x).map(|threshold| format!("|log2 fold change| \u{2265} {}", number(threshold)));
    let y = finite(figure.threshold_y).map(|threshold| format!("p \u{2264} {}", number(10f64.powf(-threshold))));
    let limits: Vec<String> = x.into_iter().chain(y).collect();
    if !limits.is_empty() {
        entries.push((Sample::Line(sketch.theme.muted, true), limits.join(", ")));
    }
    let reach = reach(figure);
    let beyond = figure.drawn().filter(|gene| figure.x[*gene].abs() > reach).count();
    if beyond > 0 {
        entries.push((Sample::Beyond(sketch.theme.muted), format!("{} beyond the axis", count(beyond))));
    }
    entries
}

/// The height that suits a figure.
pub fn height(figure: &Volcano, sketch: &mut Sketch, width: f64) -> f64 {
    let top = sketch.title(&figure.title);
    let entries = entries(figure, sketch);
    let whole = sketch.area();
    let top = legend(sketch, whole.left, whole.right, top, &entries);
    top + (width * 0.8).clamp(sketch.font() * 20.0, sketch.font() * 34.0)
}

/// Legend and plot below `top`.
pub fn draw(figure: &Volcano, sketch: &mut Sketch, top: f64) {
    let (whole, entries) = (sketch.area(), entries(figure, sketch));
    let top = legend(sketch, whole.left, whole.right, top, &entries) + 2.0;
    let reach = reach(figure);
    let high = padded(figure.drawn().map(|gene| figure.y[gene]).chain([0.0])).1;
    let axes = Axes {
        x: (-reach * 1.04, reach * 1.04),
        // Room for the numbers of genes above the highest one.
        y: (-high * 0.02, high * 1.1),
        log_y: false,
        whole_x: false,
        x_label: &figure.x_label,
        y_label: &figure.y_label,
        square: false,
    };
    let frame = frame(sketch, Area { top, ..whole }, &axes);
    draw_limits(figure, sketch, &frame, &axes);
    let emphasis = Emphasis::new(figure.highlight.as_ref(), figure.genes.iter().map(String::as_str));
    let places: Vec<(f64, f64)> = (0..figure.genes.len())
        .map(|gene| (frame.x.px(figure.x[gene].clamp(-reach, reach)), frame.y.px(figure.y[gene])))
        .collect();
    let corners = draw_counts(figure, sketch, frame.area);
    draw_genes(figure, sketch, &places, reach, emphasis);
    name_genes(figure, sketch, frame.area, &places, &corners, emphasis);
}

fn draw_limits(figure: &Volcano, sketch: &mut Sketch, frame: &Frame, axes: &Axes) {
    let (area, muted) = (frame.area, sketch.theme.muted);
    if axes.x.0 < 0.0 && axes.x.1 > 0.0 {
        let zero = frame.x.px(0.0);
        sketch.line((zero, area.top), (zero, area.bottom), muted, 1.0);
    }
    if let Some(threshold) = finite(figure.threshold_x).map(f64::abs) {
        for x in [-threshold, threshold].into_iter().filter(|x| *x > axes.x.0 && *x < axes.x.1 && *x != 0.0) {
            sketch.dashed((frame.x.px(x), area.top), (frame.x.px(x), area.bottom), muted, 1.25);
        }
    }
    if let Some(y) = finite(figure.threshold_y).filter(|y| *y > axes.y.0 && *y < axes.y.1) {
        sketch.dashed((area.left, frame.y.px(y)), (area.right, frame.y.px(y)), muted, 1.25);
    }
}

/// How many genes go down and up, in the upper corners; returns what they take.
fn draw_counts(figure: &Volcano, sketch: &mut Sketch, area: Area) -> Vec<Area> {
    let size = sketch.font() * 1.1;
    [(Change::Down, HAlign::Left, "down"), (Change::Up, HAlign::Right, "up")]
        .into_iter()
        .map(|(change, align, word)| {
            let text = format!("{} {word}", count(figure.counted(change)));
            let ink = Ink { bold: true, size, ..sketch.ink(align) };
            let (y, width) = (area.top + size * 0.9, sketch.width(&text, ink) + size * 1.4);
            let (x, left) = if align == HAlign::Left {
                (area.left + 6.0, area.left)
            } else {
                (area.right - 6.0, area.right - width - 6.0)
            };
            let glyph = if change == Change::Up { UP } else { DOWN };
            let (marker, text_x) =
                if align == HAlign::Left { (x + size * 0.4, x + size * 1.1) } else { (x - size * 0.4, x - size * 1.1) };
            sketch.glyph(glyph, (marker, y), size * 0.38, colour(sketch, change));
            sketch.grounded(text_x, y, &text, ink);
            Area { left, right: left + width + 6.0, top: area.top, bottom: y + size }
        })
        .collect()
}

/// Unchanged genes as one shape beneath, the others by shape and colour, the highlighted one last.
fn draw_genes(figure: &Volcano, sketch: &mut Sketch, places: &[(f64, f64)], reach: f64, emphasis: Emphasis) {
    let many = figure.genes.len() > MANY;
    let (small, large) = if many { (1.6, 3.0) } else { (2.5, 4.2) };
    let beyond = |gene: usize| figure.x[gene].abs() > reach;
    let plain = figure.drawn().filter(|gene| figure.change(*gene) == Change::Not && !beyond(*gene));
    let points = plain.map(|gene| places[gene]).collect();
    let grey = colour(sketch, Change::Not);
    let fill = if emphasis.any() { sketch.dim(grey) } else { grey.with_alpha(0.7) };
    sketch.push(Shape::Dots { points, radius: small, fill });
    let mut meant = None;
    for gene in figure.drawn() {
        let change = figure.change(gene);
        if emphasis.meant(&figure.genes[gene]) {
            meant = Some(gene);
        } else if change != Change::Not || beyond(gene) {
            let own = colour(sketch, change);
            let fill = if emphasis.any() { sketch.dim(own) } else { own };
            draw_gene(sketch, figure, gene, places[gene], large, fill, reach);
        }
        let extent = Extent::Radius(if change == Change::Not { small } else { large });
        sketch.keyed_mark(places[gene], extent, gene, &figure.genes[gene], words(figure, gene));
    }
    if let Some(gene) = meant {
        sketch.circle(places[gene], large + 4.5, sketch.theme.ink);
        sketch.circle(places[gene], large + 3.0, sketch.theme.paper);
        let own = colour(sketch, figure.change(gene));
        draw_gene(sketch, figure, gene, places[gene], large + 1.0, own, reach);
    }
}

fn draw_gene(
    sketch: &mut Sketch,
    figure: &Volcano,
    gene: usize,
    at: (f64, f64),
    radius: f64,
    fill: Colour,
    reach: f64,
) {
    if figure.x[gene].abs() > reach {
        sketch.arrow(at, figure.x[gene].signum(), radius * 1.2, fill);
        return;
    }
    match figure.change(gene) {
        Change::Up => sketch.glyph(UP, at, radius, fill),
        Change::Down => sketch.glyph(DOWN, at, radius, fill),
        Change::Not => sketch.circle(at, radius, fill),
    }
}

fn words(figure: &Volcano, gene: usize) -> String {
    let (x, y) = (figure.x[gene], figure.y[gene]);
    let p = number(10f64.powf(-y));
    let change = match figure.change(gene) {
        Change::Up => "up",
        Change::Down => "down",
        Change::Not => "not changed",
    };
    format!("{}: log2 fold change {}, adjusted p {p} ({change})", figure.genes[gene], number(x))
}

/// Names of the most significant genes where there is room, the highlighted one first.
fn name_genes(
    figure: &Volcano,
    sketch: &mut Sketch,
    area: Area,
    places: &[(f64, f64)],
    corners: &[Area],
    emphasis: Emphasis,
) {
    let changed = figure.changed();
    let meant = figure.drawn().find(|gene| emphasis.meant(&figure.genes[*gene]));
    // A name that finds no place leaves it to the next one.
    let mut genes: Vec<usize> = meant.into_iter().collect();
    genes.extend(changed.iter().copied().filter(|gene| Some(*gene) != meant).take(figure.label_top * 2));
    let wanted = figure.label_top.min((area.width() * area.height() / 9000.0) as usize) + usize::from(meant.is_some());
    let ink = Ink { size: sketch.small() * 1.04, ..sketch.ink(HAlign::Centre) };
    let bold = Ink { bold: true, ..ink };
    let names: Vec<String> =
        genes.iter().map(|gene| sketch.shorten(&figure.genes[*gene], area.width() * 0.34, bold)).collect();
    let labels: Vec<((f64, f64), f64)> =
        genes.iter().zip(&names).map(|(gene, name)| (places[*gene], sketch.width(name, bold) + 4.0)).collect();
    let obstacles: Vec<Obstacle> =
        changed.iter().take(OBSTACLES).map(|gene| Obstacle { at: places[*gene], radius: 5.0, cost: 4.0 }).collect();
    let ground = Ground { room: area, taken: corners, obstacles: &obstacles, diagonal: false, over: false };
    for label in place(&labels, wanted, ink.size * 1.2, &ground) {
        let gene = genes[label.label];
        let strong = Some(gene) == meant;
        if let Some((point, end)) = label.leader {
            sketch.line(point, end, sketch.theme.muted, 1.0);
        }
        sketch.rect(label.area, sketch.theme.paper.with_alpha(0.7));
        let colour = if emphasis.any() && !strong { sketch.theme.muted } else { sketch.theme.ink };
        let (x, y) = label.area.middle();
        sketch.text(x, y, &names[label.label], Ink { colour, bold: strong, ..ink });
    }
}
