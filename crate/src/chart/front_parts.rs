//! What scatters of two metrics have in common: axes that say which way is better, spreads and the border of a front.

use super::axis::{Scale, padded};
use super::bars::Better;
use super::colour::Colour;
use super::gaps::finite;
use super::scene::{Shape, Stroke};
use super::score_parts::reach;
use super::sketch::{Area, Sketch};

pub type Point = (f64, f64);

/// The plot of a drawn frame: its scales and what lies between them.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub x: &'a Scale,
    pub y: &'a Scale,
    pub inner: Area,
}

impl Ground<'_> {
    /// Where a value stands; one beyond the axes stands at their end.
    pub fn px(&self, (x, y): Point) -> Point {
        let Area { left, right, top, bottom } = self.inner;
        (self.x.px(x).min(right - 7.0).max(left), self.y.px(y).max(top + 7.0).min(bottom))
    }

    /// Whether a value lies beyond the axes.
    pub fn beyond(&self, (x, y): Point) -> bool {
        let (x, y, inner) = (self.x.px(x), self.y.px(y), self.inner);
        x > inner.right + 0.5 || x < inner.left - 0.5 || y < inner.top - 0.5 || y > inner.bottom + 0.5
    }

    fn clamped(&self, (x, y): Point) -> Point {
        let Area { left, right, top, bottom } = self.inner;
        (self.x.px(x).clamp(left, right), self.y.px(y).clamp(top, bottom))
    }
}

/// The span of an axis; the far end of a few values that lie many times as far out as the others is cut, see [`reach`].
pub fn domain(values: &[f64], spreads: &[f64]) -> Point {
    let high = reach(values.iter().copied());
    let cut = |value: f64| if high > 0.0 { value.min(high) } else { value };
    padded(values.iter().chain(spreads).map(|value| cut(*value)))
}

/// Lower and upper end of a value's whiskers.
pub fn ends(value: f64, spread: Option<f64>) -> [f64; 2] {
    let spread = finite(spread).unwrap_or(0.0).abs();
    [value - spread, value + spread]
}

/// `R2 · higher is better →`, for the horizontal axis.
pub fn x_name(label: &str, better: Option<Better>) -> String {
    axis_name(label, better, ["\u{2190}", "\u{2192}"])
}

/// `R2 · higher is better ↑`, for the vertical axis.
pub fn y_name(label: &str, better: Option<Better>) -> String {
    axis_name(label, better, ["\u{2193}", "\u{2191}"])
}

fn axis_name(label: &str, better: Option<Better>, arrows: [&str; 2]) -> String {
    let better = match better {
        Some(Better::Lower) => format!("lower is better {}", arrows[0]),
        Some(Better::Higher) => format!("higher is better {}", arrows[1]),
        None => return label.to_owned(),
    };
    if label.is_empty() { better } else { format!("{label} \u{b7} {better}") }
}

/// Points along a line, close enough that a name on it covers one.
pub fn along(from: Point, to: Point) -> impl Iterator<Item = Point> {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 8.0).ceil().clamp(0.0, 40.0) as usize;
    (0..=steps).filter(move |_| steps > 0).map(move |step| {
        let share = step as f64 / steps as f64;
        (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
    })
}

/// Points along the whiskers of a value, for names to keep away from.
pub fn along_whiskers(ground: Ground, (x, y): Point, [spread_x, spread_y]: [Option<f64>; 2]) -> Vec<Point> {
    let [left, right] = ends(x, spread_x).map(|end| (ground.x.px(end), ground.y.px(y)));
    let [low, high] = ends(y, spread_y).map(|end| (ground.x.px(x), ground.y.px(end)));
    along(left, right).chain(along(low, high)).collect()
}

/// The spreads of a value in both directions.
pub fn whiskers(
    sketch: &mut Sketch,
    ground: Ground,
    (x, y): Point,
    [spread_x, spread_y]: [Option<f64>; 2],
    colour: Colour,
) {
    let colour = colour.with_alpha(0.7);
    let at = (ground.x.px(x), ground.y.px(y));
    let inner = ground.inner;
    if ground.beyond((x, y)) {
        return;
    }
    if spread_x.is_some() {
        let [low, high] = ends(x, spread_x).map(|end| ground.x.px(end).clamp(inner.left, inner.right));
        sketch.line((low, at.1), (high, at.1), colour, 1.5);
    }
    if spread_y.is_some() {
        let [low, high] = ends(y, spread_y).map(|end| ground.y.px(end).clamp(inner.top, inner.bottom));
        sketch.line((at.0, low), (at.0, high), colour, 1.5);
    }
}

/// The border of what a front beats: from point to point by way of the corner that is worse in both. Returns its corners.
pub fn step_line(
    sketch: &mut Sketch,
    ground: Ground,
    mut front: Vec<Point>,
    better: [Option<Better>; 2],
    colour: Colour,
) -> Vec<Point> {
    front.sort_by(|a, b| a.0.total_cmp(&b.0));
    let [lower_x, lower_y] = better.map(|better| better != Some(Better::Higher));
    let worse = |a: f64, b: f64, lower: bool| if lower { a.max(b) } else { a.min(b) };
    let mut points: Vec<Point> = Vec::new();
    for pair in front.windows(2) {
        points.push(pair[0]);
        points.push((worse(pair[0].0, pair[1].0, lower_x), worse(pair[0].1, pair[1].1, lower_y)));
    }
    points.extend(front.last());
    let points: Vec<Point> = points.iter().map(|point| ground.clamped(*point)).collect();
    if points.len() > 1 {
        let stroke = Stroke { colour, width: 2.0, dash: None };
        sketch.push(Shape::Line { points: points.clone(), stroke });
    }
    points
}
