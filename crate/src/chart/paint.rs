//! A scene handed to a plotters backend. This is the only place that knows one.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::colour::Colour;
use super::error::ChartError;
use super::scene::{HAlign, Scene, Shape, Stroke};

/// plotters counts in whole units; here a unit is a quarter of a pixel, so that curves are smooth and points lie where
/// they belong. A canvas is therefore drawn on through a transform of one quarter.
pub const UNITS_PER_PIXEL: f64 = 4.0;

/// A place in plotters' units.
type BackendCoord = (i32, i32);

/// What kind of surface the backend draws on; plotters' backends differ in how they size and place text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// A canvas with so many device pixels per CSS pixel: rectangles, straight lines and texts lie on whole pixels. A font size
    /// is a font size, and the middle of the text is known to the browser.
    Canvas(f64),
    /// plotters' SVG: it divides font sizes by 1.24, and only its top anchor does not depend on the font's x-height.
    Svg,
}

/// Paints a scene, in units of 1 / [`UNITS_PER_PIXEL`] device pixels.
pub fn paint<DB: DrawingBackend>(scene: &Scene, backend: &mut DB, target: Target) -> Result<(), ChartError> {
    let (pixels, snap) = match target {
        Target::Canvas(pixels) => (pixels, UNITS_PER_PIXEL),
        Target::Svg => (1.0, 1.0),
    };
    let mut painter = Painter { backend, scale: pixels * UNITS_PER_PIXEL, snap, target, font: &scene.font };
    painter.rect((0.0, 0.0), (scene.width, scene.height), scene.paper)?;
    for shape in &scene.shapes {
        painter.shape(shape)?;
    }
    painter.backend.present().map_err(surface)
}

fn surface(error: impl std::fmt::Display) -> ChartError {
    ChartError::Surface(error.to_string())
}

fn rgba(colour: Colour) -> RGBAColor {
    RGBAColor(colour.r, colour.g, colour.b, colour.alpha)
}

struct Painter<'a, DB> {
    backend: &'a mut DB,
    /// Units per CSS pixel.
    scale: f64,
    /// Units per step of what has to lie on whole pixels.
    snap: f64,
    target: Target,
    font: &'a str,
}

impl<DB: DrawingBackend> Painter<'_, DB> {
    fn px(&self, (x, y): (f64, f64)) -> BackendCoord {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn snapped(&self, (x, y): (f64, f64)) -> BackendCoord {
        let snap = |v: f64| ((v * self.scale / self.snap).round() * self.snap) as i32;
        (snap(x), snap(y))
    }

    fn shape(&mut self, shape: &Shape) -> Result<(), ChartError> {
        match shape {
            Shape::Rect { x, y, w, h, fill } => self.rect((*x, *y), (x + w, y + h), *fill),
            Shape::Line { points, stroke } => self.line(points, *stroke),
            Shape::Circle { centre, radius, fill } => {
                let radius = (radius * self.scale).round().max(1.0) as u32;
                self.backend.draw_circle(self.px(*centre), radius, &rgba(*fill), true).map_err(surface)
            }
            Shape::Dots { points, radius, fill } => {
                let (radius, fill) = ((radius * self.scale).round().max(1.0) as u32, rgba(*fill));
                for point in points {
                    self.backend.draw_circle(self.px(*point), radius, &fill, true).map_err(surface)?;
                }
                Ok(())
            }
            Shape::Polygon { points, fill } => {
                let points: Vec<BackendCoord> = points.iter().map(|p| self.px(*p)).collect();
                self.backend.fill_polygon(points, &rgba(*fill)).map_err(surface)
            }
            Shape::Text { .. } => self.text(shape),
        }
    }

    fn rect(&mut self, from: (f64, f64), to: (f64, f64), fill: Colour) -> Result<(), ChartError> {
        self.backend.draw_rect(self.snapped(from), self.snapped(to), &rgba(fill), true).map_err(surface)
    }

    fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) -> Result<(), ChartError> {
        if let Some((dash, gap)) = stroke.dash {
            for piece in dashes(points, dash, gap) {
                self.line(&piece, Stroke { dash: None, ..stroke })?;
            }
            return Ok(());
        }
        // A straight line as a rectangle lies on whole pixels, whatever its width: a stroke would be smeared over two.
        if let [a, b] = points
            && let (a, b) = (self.snapped(*a), self.snapped(*b))
            && (a.0 == b.0 || a.1 == b.1)
        {
            let width = (stroke.width * self.scale / self.snap).round().max(1.0);
            let (before, after) = ((width / 2.0).floor() * self.snap, (width / 2.0).ceil() * self.snap);
            let (before, after) = (before as i32, after as i32);
            let (from, to) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
            let (from, to) = if a.1 == b.1 {
                ((from.0, from.1 - before), (to.0, to.1 + after))
            } else {
                ((from.0 - before, from.1), (to.0 + after, to.1))
            };
            return self.backend.draw_rect(from, to, &rgba(stroke.colour), true).map_err(surface);
        }
        let width = (stroke.width * self.scale).round().max(1.0);
        let style = ShapeStyle { color: rgba(stroke.colour), filled: false, stroke_width: width as u32 };
        let points: Vec<BackendCoord> = points.iter().map(|p| self.px(*p)).collect();
        self.backend.draw_path(points, &style).map_err(surface)
    }

    fn text(&mut self, shape: &Shape) -> Result<(), ChartError> {
        let Shape::Text { at, text, size, bold, colour, align, upright, .. } = shape else { return Ok(()) };
        let h_pos = match align {
            HAlign::Left => HPos::Left,
            HAlign::Centre => HPos::Center,
            HAlign::Right => HPos::Right,
        };
        let mut at = *at;
        let (v_pos, font_size) = match self.target {
            Target::Canvas(_) => (VPos::Center, *size),
            Target::Svg => {
                // The top anchor puts the baseline .76 em lower; it belongs half a capital (.36 em) below the middle.
                let shift = (0.36 - 0.76) * size;
                if *upright {
                    at.0 += shift;
                } else {
                    at.1 += shift;
                }
                (VPos::Top, size * 1.24)
            }
        };
        let mut font = (FontFamily::Name(self.font), font_size * self.scale).into();
        if *bold {
            font = plotters::style::FontDesc::style(&font, FontStyle::Bold);
        }
        if *upright {
            font = font.transform(FontTransform::Rotate270);
        }
        let colour = rgba(*colour);
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h_pos, v_pos));
        let at = self.snapped(at);
        self.backend.draw_text(text, &style, at).map_err(surface)
    }
}

/// The dashes of a line, each a line of its own; a dash runs on round corners.
fn dashes(points: &[(f64, f64)], dash: f64, gap: f64) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let (mut drawing, mut left) = (true, dash);
    let mut piece = points.first().map(|p| vec![*p]).unwrap_or_default();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if !length.is_finite() {
                return pieces;
            }
            if length <= left {
                left -= length;
                piece.push(to);
                break;
            }
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            if drawing {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            }
            drawing = !drawing;
            left = if drawing { dash } else { gap };
            piece = vec![from];
        }
    }
    if drawing && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_bent_line() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 6.0, 2.0);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[1], vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)]);
        assert_eq!(pieces[2][0], (10.0, 6.0));
        assert!(dashes(&[], 6.0, 2.0).is_empty());
    }
}
