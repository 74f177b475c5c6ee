//! A figure laid out: shapes in CSS pixels, and what is under the pointer where.

use serde::Serialize;

use super::colour::Colour;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Colour of the line.
    pub colour: Colour,
    /// Width in CSS pixels.
    pub width: f64,
    /// Lengths of dash and gap in CSS pixels.
    pub dash: Option<(f64, f64)>,
}

/// Which point of a text its position gives; vertically it is always the middle of the capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HAlign {
    /// The start.
    Left,
    /// The middle.
    Centre,
    /// The end.
    Right,
}

/// One thing to paint; positions and lengths are CSS pixels from the top left.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A filled rectangle.
    Rect {
        /// Left edge.
        x: f64,
        /// Top edge.
        y: f64,
        /// Width.
        w: f64,
        /// Height.
        h: f64,
        /// Colour.
        fill: Colour,
    },
    /// A line through points.
    Line {
        /// The points, at least two.
        points: Vec<(f64, f64)>,
        /// Colour, width, dashes.
        stroke: Stroke,
    },
    /// A filled circle.
    Circle {
        /// Centre.
        centre: (f64, f64),
        /// Radius.
        radius: f64,
        /// Colour.
        fill: Colour,
    },
    /// A filled polygon.
    Polygon {
        /// The corners.
        points: Vec<(f64, f64)>,
        /// Colour.
        fill: Colour,
    },
    /// A line of text.
    Text {
        /// The anchor: `align` horizontally, the middle of the capitals vertically.
        at: (f64, f64),
        /// The text.
        text: String,
        /// Font size.
        size: f64,
        /// Bold or regular.
        bold: bool,
        /// Colour.
        colour: Colour,
        /// What `at` is horizontally; in an upright text, along the text.
        align: HAlign,
        /// Whether the text is turned to read upwards.
        upright: bool,
        /// Its width as laid out.
        width: f64,
    },
}

/// The area of a [`Mark`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// A point: hit within this radius and a few pixels more.
    Radius(f64),
    /// A rectangle: hit inside.
    Rect {
        /// Left edge.
        x: f64,
        /// Top edge.
        y: f64,
        /// Width.
        w: f64,
        /// Height.
        h: f64,
    },
}

/// A part of the figure that has something to say when pointed at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Where a highlight or a tooltip belongs, in CSS pixels.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// What counts as pointing at it.
    pub extent: Extent,
    /// The words to show.
    pub text: String,
    /// Which datum it is: gene number, item number, series number, or `type * arms + arm` in the heat map.
    pub index: usize,
}

/// A figure laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// CSS font family list of every text.
    pub font: String,
    /// Background.
    pub paper: Colour,
    /// Back to front.
    pub shapes: Vec<Shape>,
    /// In the order of the data.
    pub marks: Vec<Mark>,
}

/// What is where in a figure that has been drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// In the order of the data.
    pub marks: Vec<Mark>,
}

/// How far beside a point the pointer still means it, in CSS pixels.
const REACH: f64 = 7.0;

impl Drawn {
    /// What is under the pointer at (`x`, `y`) in CSS pixels: the nearest point within reach, else the rectangle that holds it.
    #[must_use]
    pub fn hit(&self, x: f64, y: f64) -> Option<&Mark> {
        let nearest = self
            .marks
            .iter()
            .filter_map(|mark| match mark.extent {
                Extent::Radius(radius) => {
                    let distance = (mark.x - x).hypot(mark.y - y);
                    (distance <= radius + REACH).then_some((distance, mark))
                }
                Extent::Rect { .. } => None,
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, mark)| mark).or_else(|| {
            self.marks.iter().find(|mark| match mark.extent {
                Extent::Radius(_) => false,
                Extent::Rect { x: left, y: top, w, h } => x >= left && x < left + w && y >= top && y < top + h,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(x: f64, y: f64, extent: Extent, index: usize) -> Mark {
        Mark { x, y, extent, text: index.to_string(), index }
    }

    #[test]
    fn the_nearest_point_wins_and_rectangles_come_after() {
        let drawn = Drawn {
            marks: vec![
                mark(5.0, 5.0, Extent::Rect { x: 0.0, y: 0.0, w: 10.0, h: 10.0 }, 0),
                mark(20.0, 20.0, Extent::Radius(3.0), 1),
                mark(26.0, 20.0, Extent::Radius(3.0), 2),
            ],
        };
        let hit = |x, y| drawn.hit(x, y).map(|mark| mark.index);
        assert_eq!(hit(24.0, 20.0), Some(2));
        assert_eq!(hit(22.0, 20.0), Some(1));
        assert_eq!(hit(1.0, 9.9), Some(0));
        assert_eq!(hit(10.0, 1.0), None);
        assert_eq!(hit(20.0, 60.0), None);
    }
}
