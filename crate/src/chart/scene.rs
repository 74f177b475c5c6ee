//! A figure laid out: shapes in CSS pixels, and what is under the pointer where.

use serde::Serialize;

use super::colour::Colour;
use super::format::number;

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
    /// Filled circles of one size and colour: a cloud of points is one shape.
    Dots {
        /// Centres.
        points: Vec<(f64, f64)>,
        /// Radius of each.
        radius: f64,
        /// Colour of each.
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
    /// A stable name of the thing in every figure (cell type, arm, gene), so that a page can show the same thing in all.
    pub key: Option<String>,
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
    /// The points under the pointer where there are too many for marks.
    pub cloud: Option<Cloud>,
}

impl Scene {
    /// What is where, without the shapes.
    #[must_use]
    pub fn drawn(self) -> Drawn {
        Drawn { marks: self.marks, cloud: self.cloud }
    }
}

/// Many points whose words are made only for the one under the pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// Centres in CSS pixels.
    pub points: Vec<(f32, f32)>,
    /// Which datum each point is.
    pub index: Vec<u32>,
    /// Radius of each.
    pub radius: f64,
    /// What each says.
    pub says: Says,
}

/// What the points of a [`Cloud`] say; vectors are parallel to its points.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// The words of a group, which are also its key.
    Groups {
        /// Group of each point.
        codes: Vec<Option<u32>>,
        /// Names of the groups.
        labels: Vec<String>,
        /// What a point without a group says.
        none: String,
    },
    /// A value.
    Values {
        /// What the values are.
        name: String,
        /// Value of each point.
        values: Vec<f32>,
    },
}

impl Cloud {
    /// The nearest point within reach of (`x`, `y`).
    fn hit(&self, x: f64, y: f64) -> Option<Mark> {
        let distance = |(px, py): (f32, f32)| (f64::from(px) - x).hypot(f64::from(py) - y);
        let near = self.points.iter().map(|point| distance(*point)).enumerate();
        let (at, _) = near.filter(|(_, far)| *far <= self.radius + REACH).min_by(|a, b| a.1.total_cmp(&b.1))?;
        let (px, py) = self.points[at];
        let (text, key) = match &self.says {
            Says::Groups { codes, labels, none } => {
                let label = codes[at].and_then(|code| labels.get(code as usize));
                (label.unwrap_or(none).clone(), label.cloned())
            }
            Says::Values { name, values } => (format!("{name}: {}", number(f64::from(values[at]))), None),
        };
        let (x, y, extent) = (f64::from(px), f64::from(py), Extent::Radius(self.radius));
        Some(Mark { x, y, extent, text, index: self.index[at] as usize, key })
    }
}

/// What is where in a figure that has been drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// In the order of the data.
    pub marks: Vec<Mark>,
    /// See [`Scene::cloud`].
    pub cloud: Option<Cloud>,
}

/// How far beside a point the pointer still means it, in CSS pixels.
const REACH: f64 = 7.0;

impl Drawn {
    /// What is under the pointer at (`x`, `y`) in CSS pixels: the nearest point within reach, else the rectangle that holds it.
    #[must_use]
    pub fn hit(&self, x: f64, y: f64) -> Option<Mark> {
        self.cloud.as_ref().and_then(|cloud| cloud.hit(x, y)).or_else(|| self.marked(x, y).cloned())
    }

    fn marked(&self, x: f64, y: f64) -> Option<&Mark> {
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
        Mark { x, y, extent, text: index.to_string(), index, key: None }
    }

    #[test]
    fn the_nearest_point_wins_and_rectangles_come_after() {
        let drawn = Drawn {
            marks: vec![
                mark(5.0, 5.0, Extent::Rect { x: 0.0, y: 0.0, w: 10.0, h: 10.0 }, 0),
                mark(20.0, 20.0, Extent::Radius(3.0), 1),
                mark(26.0, 20.0, Extent::Radius(3.0), 2),
            ],
            cloud: None,
        };
        let hit = |x, y| drawn.hit(x, y).map(|mark| mark.index);
        assert_eq!(hit(24.0, 20.0), Some(2));
        assert_eq!(hit(22.0, 20.0), Some(1));
        assert_eq!(hit(1.0, 9.9), Some(0));
        assert_eq!(hit(10.0, 1.0), None);
        assert_eq!(hit(20.0, 60.0), None);
    }

    #[test]
    fn a_point_of_a_cloud_says_its_group_when_asked() {
        let cloud = Cloud {
            points: vec![(10.0, 10.0), (14.0, 10.0)],
            index: vec![7, 9],
            radius: 1.0,
            says: Says::Groups { codes: vec![Some(1), None], labels: named(&["B", "NK"]), none: "no type".into() },
        };
        let drawn = Drawn { marks: vec![mark(10.0, 10.0, Extent::Radius(3.0), 0)], cloud: Some(cloud.clone()) };
        let hit = drawn.hit(9.0, 10.0).unwrap();
        assert_eq!((hit.text.as_str(), hit.key.as_deref(), hit.index), ("NK", Some("NK"), 7));
        let hit = drawn.hit(15.0, 10.0).unwrap();
        assert_eq!((hit.text.as_str(), hit.key, hit.index), ("no type", None, 9));
        assert_eq!(drawn.hit(60.0, 60.0), None);
        let says = Says::Values { name: "Cyp1a1".into(), values: vec![0.5, f32::NAN] };
        let drawn = Drawn { marks: Vec::new(), cloud: Some(Cloud { says, ..cloud }) };
        assert_eq!(drawn.hit(9.0, 10.0).unwrap().text, "Cyp1a1: .5");
        assert_eq!(drawn.hit(15.0, 10.0).unwrap().text, "Cyp1a1: not defined");
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}
