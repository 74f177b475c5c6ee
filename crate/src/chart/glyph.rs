//! Markers that differ without colour.

use super::colour::Colour;
use super::scene::Shape;
use super::sketch::Sketch;

/// How many markers there are.
const GLYPHS: usize = 7;

impl Sketch<'_> {
    /// One of seven markers that differ without colour; the numbers repeat. Seven and the six colours of a palette have no
    /// common divisor, so that 42 lines differ in one or the other.
    pub fn glyph(&mut self, number: usize, (x, y): (f64, f64), radius: f64, fill: Colour) {
        let at = |points: &[(f64, f64)], r: f64| points.iter().map(|(dx, dy)| (x + dx * r, y + dy * r)).collect();
        let corners: &[(f64, f64)] = match number % GLYPHS {
            0 => return self.circle((x, y), radius, fill),
            1 => &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
            2 => &[(0.0, -1.15), (1.1, 0.8), (-1.1, 0.8)],
            3 => &[(0.0, -1.3), (1.15, 0.0), (0.0, 1.3), (-1.15, 0.0)],
            4 => &[(0.0, 1.15), (1.1, -0.8), (-1.1, -0.8)],
            5 => &[
                (-0.38, -1.2),
                (0.38, -1.2),
                (0.38, -0.38),
                (1.2, -0.38),
                (1.2, 0.38),
                (0.38, 0.38),
                (0.38, 1.2),
                (-0.38, 1.2),
                (-0.38, 0.38),
                (-1.2, 0.38),
                (-1.2, -0.38),
                (-0.38, -0.38),
            ],
            _ => &[
                (0.0, -0.5),
                (0.7, -1.2),
                (1.2, -0.7),
                (0.5, 0.0),
                (1.2, 0.7),
                (0.7, 1.2),
                (0.0, 0.5),
                (-0.7, 1.2),
                (-1.2, 0.7),
                (-0.5, 0.0),
                (-1.2, -0.7),
                (-0.7, -1.2),
            ],
        };
        self.push(Shape::Polygon { points: at(corners, radius), fill });
    }

    /// A triangle that points to the left (-1) or to the right (1): the value lies beyond the edge.
    pub fn arrow(&mut self, (x, y): (f64, f64), side: f64, radius: f64, fill: Colour) {
        let points = vec![(x + side * radius, y), (x - side * radius, y - radius), (x - side * radius, y + radius)];
        self.push(Shape::Polygon { points, fill });
    }

    /// A triangle that points up with a rim: the value lies above the top.
    pub fn arrow_up(&mut self, (x, y): (f64, f64), radius: f64, rim: Colour, fill: Colour) {
        for (r, colour) in [(radius + 1.5, rim), (radius, fill)] {
            let points = vec![(x, y - r), (x + r, y + r), (x - r, y + r)];
            self.push(Shape::Polygon { points, fill: colour });
        }
    }

    /// A marker of which only the rim is drawn.
    pub fn hollow(&mut self, number: usize, at: (f64, f64), radius: f64, colour: Colour) {
        self.glyph(number, at, radius, colour);
        self.glyph(number, at, radius * 0.6, self.theme.paper);
    }
}
