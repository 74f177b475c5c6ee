//! What the colours of an [`Embedding`] are and say.

use super::colour::{Colour, ramp};
use super::embedding::{Embedding, EmbeddingColour};
use super::emphasis::Emphasis;
use super::format::{count, number};
use super::legend::{Sample, legend};
use super::scene::HAlign;
use super::sketch::{Area, Ink, Sketch};
use super::theme::Theme;

/// Steps of a ramp of values: each is one shape.
pub const STEPS: usize = 24;

/// More groups than this have names on the plot only.
pub const LISTED: usize = 8;

/// The colour of a group; the palette comes again darker and paler.
fn shade(theme: &Theme, group: usize) -> Colour {
    let colour = theme.series(group);
    match group / theme.palette.len().max(1) % 3 {
        0 => colour,
        1 => colour.mix(theme.ink, 0.45),
        _ => colour.mix(theme.paper, 0.45),
    }
}

/// The colours of the groups as they are drawn.
pub fn colours(figure: &Embedding, theme: &Theme) -> Vec<Colour> {
    let EmbeddingColour::Groups { labels, ordered, .. } = &figure.colour else { return Vec::new() };
    let emphasis = emphasis(figure);
    let last = labels.len().saturating_sub(1).max(1) as f64;
    (0..labels.len())
        .map(|group| {
            // The ends of the ramp are too near the paper for small dots.
            let own = if *ordered { ramp(0.12 + 0.88 * group as f64 / last, theme.dark) } else { shade(theme, group) };
            if emphasis.dimmed(&labels[group]) { theme.paper.mix(theme.muted, 0.3) } else { own }
        })
        .collect()
}

pub fn emphasis(figure: &Embedding) -> Emphasis<'_> {
    let labels: &[String] = match &figure.colour {
        EmbeddingColour::Groups { labels, .. } => labels,
        EmbeddingColour::Values { .. } => &[],
    };
    Emphasis::new(figure.highlight.as_ref(), labels.iter().map(String::as_str))
}

/// The colour key between `left` and `right`, and the `y` below it. Beside a plot it is a list of `most` entries; above one
/// it has any number, but many groups have none there.
pub fn draw_key(figure: &Embedding, sketch: &mut Sketch, top: f64, (left, right): (f64, f64), most: usize) -> f64 {
    let font = sketch.font();
    let faint = sketch.theme.paper.mix(sketch.theme.muted, 0.3);
    let mut entries: Vec<(Sample, String)> = Vec::new();
    let mut y = top;
    match &figure.colour {
        EmbeddingColour::Groups { labels, name, ordered, codes } => {
            let groups = figure.groups();
            let present: Vec<usize> = (0..labels.len()).filter(|group| groups[*group].n > 0).collect();
            if present.len() > LISTED && !*ordered && most == usize::MAX {
                return top;
            }
            if !name.is_empty() {
                let ink = Ink { bold: true, ..sketch.ink(HAlign::Left) };
                let name = sketch.shorten(name, right - left, ink);
                sketch.text(left, y + font * 0.7, &name, ink);
                y += font * 1.4;
            }
            let colours = colours(figure, sketch.theme);
            let entry =
                |group: usize| (Sample::Dot(colours[group]), format!("{} ({})", labels[group], count(groups[group].n)));
            entries.extend(present.into_iter().map(entry));
            if figure.cells().any(|cell| codes[cell].is_none()) {
                entries.push((Sample::Dot(faint), "none".into()));
            }
        }
        EmbeddingColour::Values { name, values } => {
            let ink = sketch.ink(HAlign::Left);
            for line in sketch.wrap(name, right - left, 3, Ink { bold: true, ..ink }) {
                sketch.text(left, y + font * 0.7, &line, Ink { bold: true, ..ink });
                y += font * 1.35;
            }
            if let Some((low, high)) = range(figure, values) {
                let note = sketch.note(HAlign::Left);
                let (low, high) = (number(low), number(high));
                let bar = left + sketch.width(&low, note) + 8.0;
                let step = ((right - bar - sketch.width(&high, note) - 10.0) / STEPS as f64).clamp(1.0, 6.0);
                sketch.text(left, y + font * 0.75, &low, note);
                for at in 0..STEPS {
                    let x = bar + step * at as f64;
                    let area = Area { left: x, right: x + step + 0.5, top: y + font * 0.3, bottom: y + font * 1.2 };
                    sketch.rect(area, step_colour(at, sketch.theme));
                }
                sketch.text(bar + step * STEPS as f64 + 8.0, y + font * 0.75, &high, note);
                y += font * 1.7;
            }
            if figure.cells().any(|cell| !values[cell].is_finite()) {
                entries.push((Sample::Dot(faint), "not measured".into()));
            }
        }
    }
    if figure.only.is_some() && (0..figure.x.len()).any(|cell| figure.finite(cell) && !figure.meant(cell)) {
        entries.push((Sample::Dot(sketch.theme.grid), "other cells".into()));
    }
    if most == usize::MAX {
        return legend(sketch, left, right, y, &entries);
    }
    // Beside the plot, one below the other, as many as there is room for.
    let more = entries.len().saturating_sub(most);
    for entry in entries.iter().take(most) {
        y = legend(sketch, left, right, y, std::slice::from_ref(entry)) - 2.0;
    }
    if more > 0 {
        sketch.text(left, y + font * 0.7, &format!("and {more} more"), sketch.note(HAlign::Left));
    }
    y
}

pub fn step_colour(step: usize, theme: &Theme) -> Colour {
    ramp(0.08 + 0.92 * step as f64 / (STEPS - 1) as f64, theme.dark)
}

/// The smallest and the largest value that is drawn.
pub fn range(figure: &Embedding, values: &[f32]) -> Option<(f64, f64)> {
    let known = figure.cells().map(|cell| f64::from(values[cell])).filter(|value| value.is_finite());
    let range = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
    (range.0 <= range.1).then_some(range)
}
