//! Rows of samples with their names, set above a plot so that they never lie on data.

use super::colour::Colour;
use super::scene::{HAlign, Shape, Stroke};
use super::sketch::Sketch;

/// What stands before a name.
#[derive(Debug, Clone, Copy)]
pub enum Sample {
    Dot(Colour),
    Triangle(Colour),
    Line(Colour, bool),
    /// A line with the marker of that number on it.
    Series(Colour, usize, bool),
    /// The marker of that number.
    Glyph(Colour, usize),
    /// An arrow: further than the axis goes.
    Beyond(Colour),
    /// A dot of that radius.
    Sized(Colour, f64),
    /// A short upright line.
    Tick(Colour),
    Bar(Colour),
    HatchedBar,
    /// A hatched bar of that colour.
    Hatched(Colour),
    Frame(Colour),
    /// An upright line with ends.
    Whisker(Colour),
    /// A dot on a bar.
    Seed,
    /// The marker of that number, hollow.
    Hollow(Colour, usize),
}

const SAMPLE: f64 = 26.0;

/// Draws the entries from (`left`, `top`), wrapping before `right`, and returns the `y` below them.
pub fn legend(sketch: &mut Sketch, left: f64, right: f64, top: f64, entries: &[(Sample, String)]) -> f64 {
    let ink = sketch.ink(HAlign::Left);
    let step = ink.size * 1.45;
    let (mut x, mut y) = (left, top + step * 0.5);
    for (sample, name) in entries {
        let lead = match sample {
            Sample::Line(..) | Sample::Series(..) => SAMPLE + 6.0,
            Sample::Sized(_, radius) => 12.0 + radius,
            _ => 18.0,
        };
        let name = sketch.shorten(name, (right - left - lead).max(10.0), ink);
        let width = lead + sketch.width(&name, ink);
        if x > left && x + width > right {
            x = left;
            y += step;
        }
        draw_sample(sketch, *sample, (x, y));
        sketch.text(x + lead, y, &name, ink);
        x += width + ink.size * 1.2;
    }
    if entries.is_empty() { top } else { y + step * 0.5 + 2.0 }
}

fn draw_sample(sketch: &mut Sketch, sample: Sample, (x, y): (f64, f64)) {
    let square = super::sketch::Area { left: x, top: y - 6.0, right: x + 12.0, bottom: y + 6.0 };
    match sample {
        Sample::Dot(colour) => sketch.circle((x + 6.0, y), 4.0, colour),
        Sample::Triangle(colour) => sketch.triangle((x + 6.0, y), 6.0, colour),
        Sample::Line(colour, dashed) => {
            let stroke = Stroke { colour, width: 2.5, dash: dashed.then_some((6.0, 4.0)) };
            sketch.push(Shape::Line { points: vec![(x, y), (x + SAMPLE, y)], stroke });
        }
        Sample::Series(colour, glyph, dashed) => {
            draw_sample(sketch, Sample::Line(colour, dashed), (x, y));
            sketch.glyph(glyph, (x + SAMPLE / 2.0, y), 4.5, colour);
        }
        Sample::Glyph(colour, glyph) => sketch.glyph(glyph, (x + 6.0, y), 5.0, colour),
        Sample::Sized(colour, radius) => sketch.circle((x + 6.0, y), radius, colour),
        Sample::Beyond(colour) => sketch.arrow((x + 6.0, y), 1.0, 4.5, colour),
        Sample::Tick(colour) => sketch.line((x + 6.0, y - 6.0), (x + 6.0, y + 6.0), colour, 2.0),
        Sample::Bar(colour) => sketch.rect(square, colour),
        Sample::HatchedBar => sketch.hatched(square),
        Sample::Hatched(colour) => sketch.hatched_in(square, colour),
        Sample::Whisker(colour) => {
            sketch.line((x + 6.0, y - 6.0), (x + 6.0, y + 6.0), colour, 1.5);
            for end in [y - 6.0, y + 6.0] {
                sketch.line((x + 2.0, end), (x + 10.0, end), colour, 1.5);
            }
        }
        Sample::Seed => sketch.seed((x + 6.0, y), 2.0),
        Sample::Hollow(colour, glyph) => sketch.hollow(glyph, (x + 6.0, y), 5.0, colour),
        Sample::Frame(colour) => sketch.outline(square, colour, 3.0),
    }
}
