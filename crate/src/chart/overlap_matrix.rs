//! How a [`SetOverlap`] is drawn.

use super::emphasis::Emphasis;
use super::format::count;
use super::measure::common_start;
use super::scene::{Extent, HAlign};
use super::set_overlap::{OverlapSet, SetOverlap};
use super::sketch::{Area, Ink, PAD, Sketch};

/// Widest column, in label sizes.
const WIDEST: f64 = 2.6;

/// Height of the bars, in label sizes.
const BARS: f64 = 9.0;

/// Where everything goes.
struct Plan {
    /// The matrix of dots.
    matrix: Area,
    /// Room for the names of the sets.
    names: f64,
    /// Room for the bars of the set sizes, and for their numbers.
    sizes: f64,
    numbers: f64,
    step: f64,
    shown: usize,
}

impl Plan {
    fn new(figure: &SetOverlap, sketch: &Sketch, top: f64, row: f64) -> Self {
        let (whole, font) = (sketch.area(), sketch.font());
        let note = sketch.note(HAlign::Left);
        let bold = Ink { bold: true, ..sketch.ink(HAlign::Left) };
        let longest = sketch.widest(figure.sets.iter().map(|set| set.name.as_str()), bold);
        let names = longest.min(whole.width() * 0.32) + 10.0;
        let sizes: Vec<String> = figure.sets.iter().map(|set| count(set.size)).collect();
        let numbers = sketch.widest(sizes.iter().map(String::as_str), note) + 8.0;
        let sizes = if whole.width() < font * 34.0 { 0.0 } else { font * 6.0 };
        let counts: Vec<String> = figure.intersections.iter().map(|all| count(all.size)).collect();
        let widest = sketch.widest(counts.iter().map(String::as_str), note);
        let left = whole.left + sizes + numbers + names;
        let n = figure.intersections.len().max(1) as f64;
        let step = ((whole.right - left) / n).min(font * WIDEST).max(widest + 5.0).max(font * 1.2);
        let shown = (((whole.right - left) / step) as usize).clamp(1, figure.intersections.len().max(1));
        let top = top + font * (2.9 + BARS);
        let matrix =
            Area { left, top, right: left + step * shown as f64, bottom: top + row * figure.sets.len() as f64 };
        Self { matrix, names, sizes, numbers, step, shown }
    }

    fn left_out(&self, figure: &SetOverlap) -> usize {
        figure.intersections.len() - self.shown.min(figure.intersections.len())
    }
}

fn row(figure: &SetOverlap, font: f64) -> f64 {
    font * if figure.sets.len() > 15 { 1.45 } else { 1.8 }
}

/// The height that suits a figure.
pub fn height(figure: &SetOverlap, sketch: &mut Sketch) -> f64 {
    let top = sketch.title(&figure.title);
    let font = sketch.font();
    let plan = Plan::new(figure, sketch, top, row(figure, font));
    plan.matrix.bottom + font * if plan.left_out(figure) > 0 { 3.2 } else { 0.6 } + PAD
}

/// Bars, matrix and set sizes below `top`.
pub fn draw(figure: &SetOverlap, sketch: &mut Sketch, top: f64) {
    let (whole, font) = (sketch.area(), sketch.font());
    let spare = whole.bottom - top - font * (2.9 + BARS + 3.2);
    let suits = row(figure, font);
    let plan = Plan::new(figure, sketch, top, (spare / figure.sets.len() as f64).clamp(4.0, suits.max(4.0)));
    let emphasis = Emphasis::new(figure.highlight.as_ref(), figure.sets.iter().map(OverlapSet::key));
    let name = Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    let unit = format!("{} in exactly these sets", figure.unit());
    let unit = sketch.shorten(&unit, whole.width(), name);
    let x = plan.matrix.left.min(whole.right - sketch.width(&unit, name)).max(whole.left);
    sketch.text(x, top + font * 0.6, &unit, name);
    draw_sets(figure, sketch, &plan, emphasis);
    draw_intersections(figure, sketch, &plan, emphasis);
    let more = plan.left_out(figure);
    if more > 0 {
        let things: usize = figure.intersections[plan.shown..].iter().map(|intersection| intersection.size).sum();
        let words = if more == 1 { "combination is" } else { "combinations are" };
        let text = format!("{} smaller {words} not shown ({} {}).", count(more), count(things), figure.unit());
        let ink = sketch.note(HAlign::Left);
        for (at, line) in sketch.wrap(&text, whole.width(), 2, ink).iter().enumerate() {
            sketch.text(whole.left, plan.matrix.bottom + font * (1.1 + 1.15 * at as f64), line, ink);
        }
    }
}

/// Names, sizes and the striped ground of the rows.
fn draw_sets(figure: &SetOverlap, sketch: &mut Sketch, plan: &Plan, emphasis: Emphasis) {
    let (whole, matrix) = (sketch.area(), plan.matrix);
    let step = matrix.height() / figure.sets.len() as f64;
    let largest = figure.sets.iter().map(|set| set.size).max().unwrap_or(0).max(1) as f64;
    let sizes_right = whole.left + plan.sizes + plan.numbers;
    let start = common_start(figure.sets.iter().map(|set| set.name.as_str()));
    for (at, set) in figure.sets.iter().enumerate() {
        let line = Area {
            left: matrix.left,
            right: matrix.right,
            top: matrix.top + step * at as f64,
            bottom: matrix.top + step * (at + 1) as f64,
        };
        if at % 2 == 0 {
            sketch.rect(Area { left: whole.left, ..line }, sketch.theme.paper.mix(sketch.theme.grid, 0.4));
        }
        let (meant, dim) = (emphasis.meant(set.key()), emphasis.dimmed(set.key()));
        let y = line.middle().1;
        let size = sketch.font().min(step * 0.9).max(8.0);
        let ink = Ink {
            size,
            bold: meant,
            colour: if dim { sketch.theme.muted } else { sketch.theme.ink },
            ..sketch.ink(HAlign::Right)
        };
        let name = sketch.shorten_after(&set.name, start, plan.names - 10.0, ink);
        sketch.text(matrix.left - 8.0, y, &name, ink);
        let full = sketch.theme.muted;
        let colour = if dim { sketch.dim(full) } else { full };
        let length = plan.sizes * set.size as f64 / largest;
        let half = (step * 0.28).min(7.0);
        sketch.rect(Area { left: sizes_right - length, right: sizes_right, top: y - half, bottom: y + half }, colour);
        let note = Ink { size: sketch.small().min(step * 0.9).max(8.0), ..sketch.note(HAlign::Right) };
        sketch.text(sizes_right - length - 4.0, y, &count(set.size), note);
        let extent = Extent::Rect { x: whole.left, y: line.top, w: matrix.left - whole.left, h: step };
        let text = format!("{}: {} {}", set.name, count(set.size), figure.unit());
        sketch.keyed_mark((sizes_right - length, y), extent, at, set.key(), text);
    }
}

/// A bar and a column of dots per combination.
fn draw_intersections(figure: &SetOverlap, sketch: &mut Sketch, plan: &Plan, emphasis: Emphasis) {
    let (matrix, font) = (plan.matrix, sketch.font());
    let step = matrix.height() / figure.sets.len() as f64;
    let shown = &figure.intersections[..plan.shown.min(figure.intersections.len())];
    let largest = shown.iter().map(|intersection| intersection.size).max().unwrap_or(0).max(1) as f64;
    let (base, top) = (matrix.top - font * 0.6, matrix.top - font * BARS);
    let empty = sketch.theme.paper.mix(sketch.theme.muted, 0.22);
    let radius = (step.min(plan.step) * 0.26).clamp(1.5, 6.5);
    for (at, intersection) in shown.iter().enumerate() {
        let x = matrix.left + plan.step * (at as f64 + 0.5);
        let meant = intersection.members.iter().any(|set| emphasis.meant(figure.sets[*set].key()));
        let full = sketch.theme.series(0);
        let colour = if emphasis.any() && !meant { sketch.dim(full) } else { full };
        let y = base - (base - top) * intersection.size as f64 / largest;
        let half = (plan.step * 0.32).min(11.0);
        sketch.rect(Area { left: x - half, right: x + half, top: y.min(base - 1.0), bottom: base }, colour);
        sketch.text(x, y - font * 0.6, &count(intersection.size), sketch.note(HAlign::Centre));
        let middle = |set: usize| matrix.top + step * (set as f64 + 0.5);
        for set in 0..figure.sets.len() {
            sketch.circle((x, middle(set)), radius, empty);
        }
        if let (Some(first), Some(last)) = (intersection.members.iter().min(), intersection.members.iter().max())
            && first < last
        {
            sketch.line((x, middle(*first)), (x, middle(*last)), colour, 2.5);
        }
        for set in &intersection.members {
            sketch.circle((x, middle(*set)), radius, colour);
        }
        let extent = Extent::Rect { x: x - plan.step / 2.0, y: top, w: plan.step, h: matrix.bottom - top };
        let examples = if intersection.examples.is_empty() {
            String::new()
        } else {
            format!(": {}", intersection.examples.join(", "))
        };
        let text = format!(
            "{} {} in exactly {}{examples}",
            count(intersection.size),
            figure.unit(),
            figure.names(intersection)
        );
        // A combination of several sets is a thing of this figure only.
        let key = match &intersection.members[..] {
            [only] => Some(figure.sets[*only].key().to_owned()),
            _ => None,
        };
        sketch.optional_mark((x, y), extent, figure.sets.len() + at, key, text);
    }
    sketch.line((matrix.left, base), (matrix.right, base), sketch.theme.muted, 1.0);
}
