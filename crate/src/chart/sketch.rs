//! The pen with which figures lay themselves out.

use super::colour::Colour;
use super::measure::{Measure, shorten, shorten_middle, wrap};
use super::scene::{Cloud, Extent, HAlign, Mark, Scene, Shape, Stroke};
use super::theme::Theme;

/// An axis-parallel rectangle in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    pub fn holds(&self, x: f64, y: f64) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    pub size: f64,
    pub bold: bool,
    pub colour: Colour,
    pub align: HAlign,
}

/// A scene being drawn.
pub struct Sketch<'a> {
    pub theme: &'a Theme,
    measure: Measure<'a>,
    scene: Scene,
}

/// Space round every figure.
pub const PAD: f64 = 8.0;

impl<'a> Sketch<'a> {
    pub fn new(width: f64, height: f64, theme: &'a Theme, measure: Measure<'a>) -> Self {
        let scene = Scene {
            width,
            height,
            font: theme.font.clone(),
            paper: theme.paper,
            shapes: Vec::new(),
            marks: Vec::new(),
            cloud: None,
        };
        Self { theme, measure, scene }
    }

    pub fn finish(self) -> Scene {
        self.scene
    }

    /// The whole figure without its margin.
    pub fn area(&self) -> Area {
        Area { left: PAD, top: PAD, right: self.scene.width - PAD, bottom: self.scene.height - PAD }
    }

    /// Label size.
    pub fn font(&self) -> f64 {
        self.theme.font_px
    }

    /// Tick and note size.
    pub fn small(&self) -> f64 {
        (self.theme.font_px * 0.87).max(9.0)
    }

    /// Ink-coloured text of label size.
    pub fn ink(&self, align: HAlign) -> Ink {
        Ink { size: self.font(), bold: false, colour: self.theme.ink, align }
    }

    /// Muted text of tick size.
    pub fn note(&self, align: HAlign) -> Ink {
        Ink { size: self.small(), bold: false, colour: self.theme.muted, align }
    }

    pub fn width(&self, text: &str, ink: Ink) -> f64 {
        (self.measure)(text, ink.size, ink.bold)
    }

    /// The widest of `texts`.
    pub fn widest<'t>(&self, texts: impl IntoIterator<Item = &'t str>, ink: Ink) -> f64 {
        texts.into_iter().map(|text| self.width(text, ink)).fold(0.0, f64::max)
    }

    pub fn shorten(&self, text: &str, room: f64, ink: Ink) -> String {
        shorten(text, room, |text| self.width(text, ink))
    }

    pub fn shorten_middle(&self, text: &str, room: f64, ink: Ink) -> String {
        shorten_middle(text, room, |text| self.width(text, ink))
    }

    /// Shortened in the middle, without the first `start` bytes where the whole name does not fit, see
    /// [`common_start`](super::measure::common_start).
    pub fn shorten_after(&self, text: &str, start: usize, room: f64, ink: Ink) -> String {
        match text.get(start..) {
            Some(rest) if start > 0 && !rest.is_empty() && self.width(text, ink) > room => {
                self.shorten(&format!("\u{2026}{rest}"), room, ink)
            }
            _ => self.shorten_middle(text, room, ink),
        }
    }

    pub fn wrap(&self, text: &str, room: f64, lines: usize, ink: Ink) -> Vec<String> {
        wrap(text, room, lines, |text| self.width(text, ink))
    }

    pub fn push(&mut self, shape: Shape) {
        self.scene.shapes.push(shape);
    }

    pub fn mark(&mut self, x: f64, y: f64, extent: Extent, index: usize, text: String) {
        self.optional_mark((x, y), extent, index, None, text);
    }

    /// The points under the pointer, where there are too many for marks.
    pub fn cloud(&mut self, cloud: Cloud) {
        self.scene.cloud = Some(cloud);
    }

    /// A mark of something that other figures show as well.
    pub fn keyed_mark(&mut self, (x, y): (f64, f64), extent: Extent, index: usize, key: &str, text: String) {
        self.optional_mark((x, y), extent, index, Some(key.to_owned()), text);
    }

    /// A mark with a key or without.
    pub fn optional_mark(
        &mut self,
        (x, y): (f64, f64),
        extent: Extent,
        index: usize,
        key: Option<String>,
        text: String,
    ) {
        self.scene.marks.push(Mark { x, y, extent, text, index, key });
    }

    /// Text whose capitals have their middle at `y`.
    pub fn text(&mut self, x: f64, y: f64, text: &str, ink: Ink) {
        self.write(x, y, text, ink, false);
    }

    /// Text on a ground of paper, so that no grid or reference line runs through it.
    pub fn grounded(&mut self, x: f64, y: f64, text: &str, ink: Ink) {
        let width = self.width(text, ink);
        let left = match ink.align {
            HAlign::Left => x,
            HAlign::Centre => x - width / 2.0,
            HAlign::Right => x - width,
        };
        let half = ink.size * 0.62;
        self.rect(
            Area { left: left - 2.0, right: left + width + 2.0, top: y - half, bottom: y + half },
            self.theme.paper,
        );
        self.text(x, y, text, ink);
    }

    /// Text that reads upwards; `ink.align` is along the text.
    pub fn upright(&mut self, x: f64, y: f64, text: &str, ink: Ink) {
        self.write(x, y, text, ink, true);
    }

    fn write(&mut self, x: f64, y: f64, text: &str, ink: Ink, upright: bool) {
        if text.is_empty() {
            return;
        }
        let width = self.width(text, ink);
        let Ink { size, bold, colour, align } = ink;
        self.push(Shape::Text { at: (x, y), text: text.to_owned(), size, bold, colour, align, upright, width });
    }

    pub fn rect(&mut self, area: Area, fill: Colour) {
        self.push(Shape::Rect { x: area.left, y: area.top, w: area.width(), h: area.height(), fill });
    }

    /// The outline of a rectangle, `width` thick, its middle on the edge.
    pub fn outline(&mut self, area: Area, colour: Colour, width: f64) {
        let (h, stroke) = (width / 2.0, Stroke { colour, width, dash: None });
        let Area { left, top, right, bottom } = area;
        for (a, b) in [
            ((left - h, top), (right + h, top)),
            ((left - h, bottom), (right + h, bottom)),
            ((left, top), (left, bottom)),
            ((right, top), (right, bottom)),
        ] {
            self.push(Shape::Line { points: vec![a, b], stroke });
        }
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        self.push(Shape::Line { points: vec![from, to], stroke: Stroke { colour, width, dash: None } });
    }

    pub fn dashed(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        self.push(Shape::Line { points: vec![from, to], stroke: Stroke { colour, width, dash: Some((6.0, 5.0)) } });
    }

    pub fn circle(&mut self, centre: (f64, f64), radius: f64, fill: Colour) {
        self.push(Shape::Circle { centre, radius, fill });
    }

    /// A triangle that stands on its base, with a dark edge so that it shows on any ground.
    pub fn triangle(&mut self, (x, y): (f64, f64), radius: f64, fill: Colour) {
        let corners = |r: f64| vec![(x, y - r), (x + r * 0.95, y + r * 0.72), (x - r * 0.95, y + r * 0.72)];
        let edge = if self.theme.dark { self.theme.paper } else { Colour::hex(0x5c_3d00) };
        self.push(Shape::Polygon { points: corners(radius + 1.4), fill: edge });
        self.push(Shape::Polygon { points: corners(radius), fill });
    }

    /// A paler form of a colour, for what steps back beside a highlight.
    pub fn dim(&self, colour: Colour) -> Colour {
        self.theme.paper.mix(colour, 0.3)
    }

    /// A heading of one panel among several, whose names have `start` bytes in common.
    pub fn heading(&mut self, (x, y): (f64, f64), text: &str, start: usize, room: f64, strong: bool) {
        let colour = if strong { self.theme.ink } else { self.theme.muted };
        let ink = Ink { bold: true, colour, ..self.ink(HAlign::Left) };
        let text = self.shorten_after(text, start, room, ink);
        self.text(x, y, &text, ink);
    }

    /// A pale rectangle with slanted lines: a bar that differs from a plain one without colour.
    pub fn hatched(&mut self, area: Area) {
        let colour = self.theme.muted;
        self.hatch(area, self.theme.paper.mix(colour, 0.28), colour);
    }

    /// The same in a colour that says which bar it is.
    pub fn hatched_in(&mut self, area: Area, colour: Colour) {
        self.hatch(area, self.theme.paper.mix(colour, 0.3), colour);
    }

    /// The same paler, as a ground for data.
    pub fn hatched_ground(&mut self, area: Area) {
        let paper = self.theme.paper;
        self.hatch(area, paper.mix(self.theme.muted, 0.07), paper.mix(self.theme.muted, 0.3));
    }

    fn hatch(&mut self, area: Area, ground: Colour, colour: Colour) {
        self.rect(area, ground);
        let (width, height) = (area.width(), area.height());
        let mut start = 4.0;
        while start < width + height {
            // The line x + y = start, from the left or bottom edge up to the top or right one.
            let from = if start <= height { (0.0, start) } else { (start - height, height) };
            let to = if start <= width { (start, 0.0) } else { (width, start - width) };
            self.line((area.left + from.0, area.top + from.1), (area.left + to.0, area.top + to.1), colour, 1.0);
            start += 7.0;
        }
    }

    /// Writes the title (up to two lines) and returns the `y` below it.
    pub fn title(&mut self, title: &str) -> f64 {
        let area = self.area();
        let ink = Ink { size: self.font() * 1.12, bold: true, ..self.ink(HAlign::Left) };
        let mut y = area.top;
        for line in self.wrap(title, area.width(), 2, ink) {
            self.text(area.left, y + ink.size * 0.55, &line, ink);
            y += ink.size * 1.3;
        }
        if y > area.top { y + 4.0 } else { y }
    }

    /// A sentence in the middle of a figure that has nothing to show.
    pub fn sentence(&mut self, text: &str) {
        let area = self.area();
        let ink = Ink { colour: self.theme.muted, ..self.ink(HAlign::Centre) };
        let lines = self.wrap(text, area.width() - 16.0, 5, ink);
        let step = ink.size * 1.4;
        let (middle, mut y) = area.middle();
        y -= (lines.len() as f64 - 1.0) * step / 2.0;
        for line in lines {
            self.text(middle, y, &line, ink);
            y += step;
        }
    }
}
