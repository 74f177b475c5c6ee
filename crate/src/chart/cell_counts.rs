//! Cells per cell type and arm: a heat map with the numbers in its cells.

use serde::{Deserialize, Serialize};

use super::colour::ramp;
use super::figure::Picture;
use super::format::{count, number};
use super::heat_grid::{HeatGrid, heads, ramp_strip};
use super::legend::{Sample, legend};
use super::measure::Measure;
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Ink, PAD, Sketch};
use super::table::{Cell, Table};
use super::theme::Theme;

/// A heat map of cell counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellCounts {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// Row names.
    pub cell_types: Vec<String>,
    /// Column names.
    pub arms: Vec<String>,
    /// Cells: types x arms.
    pub counts: Vec<Vec<usize>>,
    /// The held-out cell, by names or numbers.
    #[serde(default)]
    pub highlight: Option<Highlight>,
}

/// A cell (type, arm), or a whole row when the arm is `None` (null).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Highlight(pub NameOrIndex, pub Option<NameOrIndex>);

/// A row or column by its name or its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NameOrIndex {
    /// Counted from 0.
    Index(usize),
    /// As it is written.
    Name(String),
}

impl NameOrIndex {
    fn find(&self, names: &[String]) -> Option<usize> {
        match self {
            Self::Index(index) => (*index < names.len()).then_some(*index),
            Self::Name(name) => names.iter().position(|other| other == name),
        }
    }
}

impl CellCounts {
    fn empty(&self) -> bool {
        self.cell_types.is_empty() || self.arms.is_empty()
    }

    /// The highlighted rows and columns.
    fn highlighted(&self) -> Option<(usize, Option<usize>)> {
        let Highlight(cell_type, arm) = self.highlight.as_ref()?;
        let row = cell_type.find(&self.cell_types)?;
        match arm {
            None => Some((row, None)),
            Some(arm) => Some((row, Some(arm.find(&self.arms)?))),
        }
    }

    fn largest(&self) -> usize {
        self.counts.iter().flatten().copied().max().unwrap_or(0)
    }

    fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }
}

impl Picture for CellCounts {
    fn check(&self) -> Result<(), String> {
        if self.counts.len() != self.cell_types.len() {
            return Err(format!("{} cell types but {} rows of counts", self.cell_types.len(), self.counts.len()));
        }
        match self.counts.iter().position(|row| row.len() != self.arms.len()) {
            Some(at) => Err(format!("{} arms but {} counts in row {at}", self.arms.len(), self.counts[at].len())),
            None => Ok(()),
        }
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        let font = theme.font_px;
        let (_, columns, _) = heads(&self.cell_types, &self.arms, width - 2.0 * PAD, font, measure);
        let title = if self.title.is_empty() { 0.0 } else { font * 2.0 };
        let legend = if self.highlight.is_some() { font * 1.9 } else { 0.0 };
        let row = if self.cell_types.len() > 15 { font * 1.6 } else { font * 2.2 };
        title + columns + legend + row * self.cell_types.len() as f64 + 2.0 * PAD + 4.0
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No cells to count yet: choose the columns that hold cell type and condition or dose.");
            return;
        }
        let font = sketch.font();
        let highlighted = self.highlighted();
        let mut room = Area { top, ..sketch.area() };
        if highlighted.is_some() {
            room.bottom -= font * 1.9;
        }
        let mut grid = HeatGrid::new(sketch, room, &self.cell_types, &self.arms);
        let numbers = self.numbers(sketch, grid.cell);
        if numbers.is_none() {
            // Without numbers the colours need a key.
            room.bottom -= font * 1.9;
            grid = HeatGrid::new(sketch, room, &self.cell_types, &self.arms);
        }
        grid.draw_heads(sketch);
        self.draw_cells(sketch, &grid, numbers.as_ref());
        let mut below = grid.area.bottom + font * 0.45;
        if numbers.is_none() {
            below = self.draw_key(sketch, below);
        }
        if let Some((row, arm)) = highlighted {
            let (w, h) = grid.cell;
            let columns = arm.map_or((0, self.arms.len()), |arm| (arm, arm + 1));
            let area = Area {
                left: grid.area.left + w * columns.0 as f64,
                right: grid.area.left + w * columns.1 as f64,
                top: grid.area.top + h * row as f64,
                bottom: grid.area.top + h * (row + 1) as f64,
            };
            // A ring of two colours shows on every colour of the ramp.
            sketch.outline(area, sketch.theme.paper, 6.0);
            sketch.outline(area, held_out_colour(sketch.theme), 3.0);
            let text = "held out from training".to_owned();
            let sample = Sample::Frame(held_out_colour(sketch.theme));
            let whole = sketch.area();
            legend(sketch, whole.left, whole.right, below, &[(sample, text)]);
        }
    }

    fn summary(&self) -> String {
        if self.empty() {
            return "No cells to count yet.".into();
        }
        let (types, arms) = (self.cell_types.len(), self.arms.len());
        let mut text = format!(
            "{} cells in {types} cell {} and {arms} {}",
            count(self.total()),
            if types == 1 { "type" } else { "types" },
            if arms == 1 { "condition or dose" } else { "conditions or doses" },
        );
        let cells = || {
            self.counts
                .iter()
                .enumerate()
                .flat_map(|(row, counts)| counts.iter().enumerate().map(move |(arm, n)| (*n, row, arm)))
        };
        if let (Some(few), Some(many)) = (cells().min_by_key(|cell| cell.0), cells().max_by_key(|cell| cell.0)) {
            let named = |(n, row, arm): (usize, usize, usize)| {
                format!("{} ({}, {})", count(n), self.cell_types[row], self.arms[arm])
            };
            text = format!("{text}: from {} to {}", named(few), named(many));
        }
        if let Some((row, arm)) = self.highlighted() {
            let arm = arm.map_or(String::new(), |arm| format!(", {}", self.arms[arm]));
            text = format!("{text}; held out: {}{arm}", self.cell_types[row]);
        }
        text + "."
    }

    fn table(&self) -> Table {
        let mut table = Table::new(std::iter::once("cell type".to_owned()).chain(self.arms.iter().cloned()));
        for (name, counts) in self.cell_types.iter().zip(&self.counts) {
            table.rows.push(std::iter::once(name.into()).chain(counts.iter().map(|n| Cell::from(*n))).collect());
        }
        table
    }
}

fn held_out_colour(theme: &Theme) -> super::Colour {
    // Vermillion and orange of Okabe and Ito; neither is on the ramp.
    if theme.dark { super::Colour::hex(0xff_8a3d) } else { super::Colour::hex(0xd5_5e00) }
}

impl CellCounts {
    /// One text size and one notation for all cells; none when they would be too small to read.
    fn numbers(&self, sketch: &Sketch, (w, h): (f64, f64)) -> Option<Numbers> {
        let ink = sketch.ink(HAlign::Centre);
        let all = || self.counts.iter().flatten().copied();
        let size = |text: fn(usize) -> String| {
            let widest = all().map(|n| sketch.width(&text(n), ink)).fold(1.0, f64::max);
            ink.size * ((w - 4.0) / widest).min(1.0)
        };
        let (size, text): (f64, fn(usize) -> String) = match size(count) {
            exact if exact >= 11.0 => (exact, count),
            _ => (size(short), short),
        };
        let size = size.min(h * 0.8);
        (size >= 8.5).then_some(Numbers { size, text })
    }

    /// The ramp with its ends, at `top`; returns the `y` below.
    fn draw_key(&self, sketch: &mut Sketch, top: f64) -> f64 {
        let ink = sketch.note(HAlign::Left);
        let (left, height, y) = (sketch.area().left, ink.size * 0.9, top + sketch.font() * 0.75);
        let strip = left + sketch.width("0", ink) + 8.0;
        sketch.text(left, y, "0", ink);
        let right = ramp_strip(sketch, (strip, y), height, false);
        let largest = self.largest();
        sketch.text(right + 8.0, y, &format!("{} {}", count(largest), plural(largest)), ink);
        top + sketch.font() * 1.6
    }

    fn draw_cells(&self, sketch: &mut Sketch, grid: &HeatGrid, numbers: Option<&Numbers>) {
        let (w, h) = grid.cell;
        let dark = sketch.theme.dark;
        let largest = self.largest().max(1) as f64;
        let ink = sketch.ink(HAlign::Centre);
        let gap = if w > 12.0 && h > 12.0 { 1.0 } else { 0.0 };
        for (row, counts) in self.counts.iter().enumerate() {
            for (arm, n) in counts.iter().copied().enumerate() {
                let (left, top) = (grid.area.left + w * arm as f64, grid.area.top + h * row as f64);
                let area = Area { left: left + gap, top: top + gap, right: left + w - gap, bottom: top + h - gap };
                // Square roots: counts differ by orders of magnitude, and the small ones matter.
                let fill = if n == 0 { sketch.theme.paper } else { ramp((n as f64 / largest).sqrt(), dark) };
                sketch.rect(area, fill);
                if n == 0 {
                    sketch.outline(area, sketch.theme.grid, 1.0);
                }
                if let Some(Numbers { size, text }) = numbers {
                    let colour = if n == 0 { sketch.theme.muted } else { fill.readable_text() };
                    sketch.text(left + w / 2.0, top + h / 2.0, &text(n), Ink { size: *size, colour, ..ink });
                }
                let text = format!("{}, {}: {} {}", self.cell_types[row], self.arms[arm], count(n), plural(n));
                let extent = Extent::Rect { x: left, y: top, w, h };
                let index = row * self.arms.len() + arm;
                sketch.keyed_mark((left + w / 2.0, top + h / 2.0), extent, index, &self.cell_types[row], text);
            }
        }
    }
}

/// How the cells are written.
struct Numbers {
    size: f64,
    text: fn(usize) -> String,
}

fn short(n: usize) -> String {
    if n < 1000 { n.to_string() } else { number(n as f64) }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "cell" } else { "cells" }
}
