//! Scales, ticks and the frame of a chart with two axes.

use super::format::{number, tick};
use super::scene::HAlign;
use super::sketch::{Area, Sketch};

/// A value axis: data values to CSS pixels.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
    log: bool,
}

impl Scale {
    /// `domain` must be finite, not empty and, when `log`, positive.
    pub fn new(domain: (f64, f64), range: (f64, f64), log: bool) -> Self {
        Self { domain, range, log }
    }

    /// The length of the axis in CSS pixels.
    pub fn length(&self) -> f64 {
        (self.range.1 - self.range.0).abs()
    }

    pub fn px(&self, value: f64) -> f64 {
        let share = if self.log {
            (value / self.domain.0).ln() / (self.domain.1 / self.domain.0).ln()
        } else {
            (value - self.domain.0) / (self.domain.1 - self.domain.0)
        };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// About `wanted` round values inside the domain, with their labels.
    pub fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let (low, high) = self.domain;
        let wanted = wanted.max(2);
        if self.log && (high / low).log10() >= 1.0 {
            return log_ticks(low, high, wanted);
        }
        // A step that leaves one tick says nothing about the scale, so a finer one is taken.
        for finer in 0..6 {
            let step = nice_step((high - low) / (wanted + finer) as f64);
            let first = (low / step - 1e-9).ceil() as i64;
            let last = (high / step + 1e-9).floor() as i64;
            if last > first || finer == 5 {
                return (first..=last.min(first + 40))
                    .map(|k| (k as f64 * step, tick(k as f64 * step, step)))
                    .collect();
            }
        }
        Vec::new()
    }
}

/// Powers of ten, with 2 and 5 between them where there is room.
fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let decades = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = |factors: &[f64], every: usize| -> Vec<f64> {
        (decades.0..=decades.1)
            .step_by(every)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
            .filter(|value| *value >= low * 0.999 && *value <= high * 1.001)
            .collect()
    };
    let mut values = within(&[1.0, 2.0, 5.0], 1);
    for every in 1..40 {
        let sparser = within(&[1.0], every);
        if values.len() <= wanted || sparser.len() < 2 {
            break;
        }
        values = sparser;
    }
    values.into_iter().map(|value| (value, number(value))).collect()
}

/// The next step of 1, 2, 2.5, 5 or 10 times a power of ten that is at least `rough`.
fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999).unwrap_or(10.0);
    factor * power
}

/// `values` spread by 4 % on both sides; one value, or none, still gives a domain.
pub fn padded(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return (0.0, 1.0);
    }
    let spread =
        if high - low > high.abs().max(low.abs()) * 1e-9 { (high - low) * 0.04 } else { high.abs().max(1.0) * 0.1 };
    (low - spread, high + spread)
}

/// What a frame needs to know of its axes.
pub struct Axes<'t> {
    pub x: (f64, f64),
    pub y: (f64, f64),
    pub log_y: bool,
    /// Whether x counts something, so that there is no tick between whole numbers.
    pub whole_x: bool,
    pub x_label: &'t str,
    pub y_label: &'t str,
    /// Whether the plot is a square, for two axes of the same quantity.
    pub square: bool,
}

/// A drawn frame.
pub struct Frame {
    pub area: Area,
    pub x: Scale,
    pub y: Scale,
}

/// Draws grid, ticks and axis names inside `room` and returns what is left for data. The name of the y axis stands
/// above the axis, where it can be read without turning one's head.
pub fn frame(sketch: &mut Sketch, room: Area, axes: &Axes) -> Frame {
    let (note, font) = (sketch.note(HAlign::Right), sketch.font());
    let name = super::sketch::Ink { colour: sketch.theme.muted, ..sketch.ink(HAlign::Left) };
    let mut area = room;
    let y_name = sketch.wrap(axes.y_label, room.width(), 2, name);
    area.top += y_name.len() as f64 * font * 1.25 + if y_name.is_empty() { note.size * 0.6 } else { 5.0 };
    let x_name = sketch.wrap(axes.x_label, room.width(), 2, name);
    area.bottom -= note.size * 1.9 + x_name.len() as f64 * font * 1.25;
    let y_ticks = y_ticks(sketch, axes.y, area.height(), 3.2, axes.log_y);
    area.left += y_margin(sketch, &y_ticks);
    area.right -= note.size * 0.8;
    area.bottom = area.bottom.max(area.top + 10.0);
    area.right = area.right.max(area.left + 10.0);
    if axes.square {
        let side = area.width().min(area.height());
        (area.right, area.bottom) = (area.left + side, area.top + side);
    }
    let x = Scale::new(axes.x, (area.left, area.right), false);
    let y = Scale::new(axes.y, (area.bottom, area.top), axes.log_y);

    let (grid, muted) = (sketch.theme.grid, sketch.theme.muted);
    draw_y(sketch, area, &y, &y_ticks);
    for (value, label) in x_ticks(sketch, &x, area.width()) {
        if axes.whole_x && value.fract() != 0.0 {
            continue;
        }
        let label = if axes.whole_x { tick(value, 1.0) } else { label };
        let at = x.px(value);
        sketch.line((at, area.top), (at, area.bottom), grid, 1.0);
        sketch.line((at, area.bottom), (at, area.bottom + 4.0), muted, 1.0);
        sketch.text(at, area.bottom + 6.0 + note.size * 0.6, &label, sketch.note(HAlign::Centre));
    }
    sketch.line((area.left, area.bottom), (area.right, area.bottom), muted, 1.0);
    for (at, line) in y_name.iter().enumerate() {
        sketch.text(room.left, room.top + font * (0.55 + 1.25 * at as f64), line, name);
    }
    let below = area.bottom + note.size * 1.9;
    for (at, line) in x_name.iter().enumerate() {
        let width = sketch.width(line, name);
        // Centred under the plot, but never beyond the room.
        let left = ((area.left + area.right - width) / 2.0).min(room.right - width).max(room.left);
        sketch.text(left, below + font * (0.4 + 1.25 * at as f64), line, name);
    }
    Frame { area, x, y }
}

/// As many ticks as suit a value axis of this height when they are about `apart` label heights apart.
pub fn y_ticks(sketch: &Sketch, domain: (f64, f64), height: f64, apart: f64, log: bool) -> Vec<(f64, String)> {
    let wanted = (height / (sketch.small() * apart)).clamp(2.0, 6.0) as usize;
    Scale::new(domain, (1.0, 0.0), log).ticks(wanted)
}

/// The room that the labels of a value axis take.
pub fn y_margin(sketch: &Sketch, ticks: &[(f64, String)]) -> f64 {
    sketch.widest(ticks.iter().map(|(_, label)| label.as_str()), sketch.note(HAlign::Right)) + 8.0
}

/// Grid lines and labels of a value axis.
pub fn draw_y(sketch: &mut Sketch, area: Area, y: &Scale, ticks: &[(f64, String)]) {
    let (note, grid) = (sketch.note(HAlign::Right), sketch.theme.grid);
    for (value, label) in ticks {
        let at = y.px(*value);
        sketch.line((area.left, at), (area.right, at), grid, 1.0);
        sketch.text(area.left - 7.0, at, label, note);
    }
}

/// As many ticks as fit side by side, at most seven.
pub fn x_ticks(sketch: &Sketch, scale: &Scale, width: f64) -> Vec<(f64, String)> {
    let note = sketch.note(HAlign::Centre);
    for wanted in (2..=6).rev() {
        let ticks = scale.ticks(wanted);
        let widest = sketch.widest(ticks.iter().map(|(_, label)| label.as_str()), note);
        if (widest + note.size * 1.3) * ticks.len() as f64 <= width + widest {
            return ticks;
        }
    }
    scale.ticks(2).into_iter().take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(domain: (f64, f64), log: bool, wanted: usize) -> Vec<String> {
        Scale::new(domain, (0.0, 100.0), log).ticks(wanted).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels((-0.2, 5.2), false, 5), ["0", "2", "4"]);
        assert_eq!(labels((0.0, 1.0), false, 4), ["0", ".25", ".50", ".75", "1.00"]);
        assert_eq!(labels((0.03, 300.0), true, 5), [".1", "1", "10", "100"]);
        assert_eq!(labels((0.5, 60.0), true, 8), [".5", "1", "2", "5", "10", "20", "50"]);
    }

    #[test]
    fn a_logarithmic_scale_puts_the_geometric_mean_in_the_middle() {
        let scale = Scale::new((1.0, 100.0), (200.0, 0.0), true);
        assert!((scale.px(10.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn one_value_and_none_still_give_a_domain() {
        let (low, high) = padded([3.0]);
        assert!(low < 3.0 && high > 3.0);
        assert_eq!(padded([f64::NAN]), (0.0, 1.0));
    }
}
