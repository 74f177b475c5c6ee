//! The grid of a heat map: cells, and the names of its rows and columns.

use super::colour::ramp;
use super::measure::Measure;
use super::scene::HAlign;
use super::sketch::{Area, Ink, Sketch};

/// Widest and highest a cell grows, in CSS pixels: larger ones make the numbers hard to compare.
const WIDEST: f64 = 200.0;
const HIGHEST: f64 = 46.0;

/// Where the rows, columns and their names go.
pub struct HeatGrid<'n> {
    pub area: Area,
    pub cell: (f64, f64),
    rows: &'n [String],
    columns: &'n [String],
    /// Top of the room for column names.
    top: f64,
    /// Whether the column names stand upright.
    upright: bool,
    /// Text sizes of row and column names.
    row_text: f64,
    column_text: f64,
}

/// Width of the row names and height of the column names at a figure width, and whether those stand upright.
pub fn heads(rows: &[String], columns: &[String], width: f64, font: f64, measure: Measure) -> (f64, f64, bool) {
    let widest = |names: &[String]| names.iter().map(|name| measure(name, font, false)).fold(0.0, f64::max);
    let names = (widest(rows) + 10.0).min(width * 0.38);
    let cell = ((width - names) / columns.len().max(1) as f64).min(WIDEST);
    let widest = widest(columns);
    let upright = widest > cell - 8.0;
    (names, if upright { (widest + 12.0).min(font * 10.5) } else { font * 1.7 }, upright)
}

impl<'n> HeatGrid<'n> {
    /// The grid with its heads within `room`; neither rows nor columns may be empty.
    pub fn new(sketch: &Sketch, room: Area, rows: &'n [String], columns: &'n [String]) -> Self {
        let font = sketch.font();
        let ink = sketch.ink(HAlign::Left);
        let measure = |text: &str, size: f64, bold: bool| sketch.width(text, Ink { size, bold, ..ink });
        let (names, mut above, upright) = heads(rows, columns, room.width(), font, &measure);
        if upright {
            above = above.min(room.height() * 0.4);
        }
        let mut area = Area { left: room.left + names, top: room.top + above, ..room };
        let cell = (
            (area.width() / columns.len() as f64).min(WIDEST),
            (area.height() / rows.len() as f64).clamp(1.0, HIGHEST),
        );
        area.right = area.left + cell.0 * columns.len() as f64;
        area.bottom = area.top + cell.1 * rows.len() as f64;
        let column_text = if upright { font.min(cell.0 * 0.95) } else { font };
        Self { area, cell, rows, columns, top: room.top, upright, row_text: font.min(cell.1 * 0.9), column_text }
    }

    /// The cell in a row and a column.
    pub fn at(&self, row: usize, column: usize) -> Area {
        let (w, h) = self.cell;
        let (left, top) = (self.area.left + w * column as f64, self.area.top + h * row as f64);
        Area { left, top, right: left + w, bottom: top + h }
    }

    pub fn draw_heads(&self, sketch: &mut Sketch) {
        let (w, h) = self.cell;
        let room = self.area.left - sketch.area().left - 8.0;
        let mut row_ink = Ink { size: self.row_text.max(9.0), ..sketch.ink(HAlign::Right) };
        if sketch.widest(self.rows.iter().map(String::as_str), row_ink) > room {
            row_ink.size = row_ink.size.min(sketch.small()).max(9.0);
        }
        // Rows too low for their names share one, so that names stay readable.
        let every = (row_ink.size * 1.1 / h).ceil().max(1.0) as usize;
        for (row, name) in self.rows.iter().enumerate().step_by(every) {
            let (x, y) = (self.area.left - 8.0, self.area.top + h * (row as f64 + 0.5));
            let lines = sketch.wrap(name, room, 2, row_ink);
            if let [first, second] = &lines[..]
                && h >= row_ink.size * 2.2
                && !lines.iter().any(|line| line.ends_with('…'))
            {
                sketch.text(x, y - row_ink.size * 0.55, first, row_ink);
                sketch.text(x, y + row_ink.size * 0.55, second, row_ink);
            } else {
                let name = sketch.shorten_middle(name, room, row_ink);
                sketch.text(x, y, &name, row_ink);
            }
        }
        let align = if self.upright { HAlign::Left } else { HAlign::Centre };
        let ink = Ink { size: self.column_text.max(9.0), ..sketch.ink(align) };
        let every = if self.upright { (ink.size * 1.1 / w).ceil().max(1.0) as usize } else { 1 };
        let room = self.area.top - self.top - 6.0;
        for (column, name) in self.columns.iter().enumerate().step_by(every) {
            let x = self.area.left + w * (column as f64 + 0.5);
            if self.upright {
                // In the middle: types of one kind begin alike.
                let name = sketch.shorten_middle(name, room, ink);
                sketch.upright(x, self.area.top - 6.0, &name, ink);
            } else {
                sketch.text(x, self.area.top - ink.size * 0.8, name, ink);
            }
        }
    }
}

/// Length of [`ramp_strip`].
const STRIP: f64 = 120.0;

/// The heat map's ramp from its pale to its strong end (or, `turned`, the other way round); returns its right end.
pub fn ramp_strip(sketch: &mut Sketch, (left, middle): (f64, f64), height: f64, turned: bool) -> f64 {
    for step in 0..40 {
        let x = left + STRIP / 40.0 * f64::from(step);
        let share = f64::from(step) / 39.0;
        let fill = ramp(if turned { 1.0 - share } else { share }, sketch.theme.dark);
        sketch.rect(Area { left: x, right: x + 3.5, top: middle - height / 2.0, bottom: middle + height / 2.0 }, fill);
    }
    left + STRIP
}
