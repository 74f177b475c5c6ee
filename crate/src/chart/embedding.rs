//! Cells in the plane of an embedding (PCA, UMAP), coloured by group or by value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::embedding_plot;
use super::figure::Picture;
use super::format::{count, number};
use super::gaps::single_with_gaps;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::{Cell, Table};
use super::theme::Theme;

/// A point per cell. All vectors over cells are parallel to `x`; a cell with a coordinate that is null is not drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Embedding {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// First coordinates.
    #[serde(deserialize_with = "single_with_gaps")]
    pub x: Vec<f32>,
    /// Second coordinates.
    #[serde(deserialize_with = "single_with_gaps")]
    pub y: Vec<f32>,
    /// What the colours say.
    pub colour: EmbeddingColour,
    /// Which cells it is about; the others are faint grey dots beneath. `None` (null) is all.
    #[serde(default)]
    pub only: Option<Vec<bool>>,
    /// Name of the x axis, e.g. `UMAP 1`.
    #[serde(default)]
    pub x_label: String,
    /// Name of the y axis.
    #[serde(default)]
    pub y_label: String,
    /// The label of the group that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// What the colours of an [`Embedding`] say; in JSON the kind is the field `by`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum EmbeddingColour {
    /// Which group a cell belongs to.
    Groups {
        /// What the groups are, e.g. `cell type`.
        name: String,
        /// Names of the groups.
        labels: Vec<String>,
        /// Group number per cell; `None` (null) is a cell without one.
        codes: Vec<Option<u32>>,
        /// Whether the groups have an order (doses), which gives them a ramp instead of colours.
        #[serde(default)]
        ordered: bool,
    },
    /// How large a value is.
    Values {
        /// What the values are, with their unit.
        name: String,
        /// One per cell; null is a cell without one.
        #[serde(deserialize_with = "single_with_gaps")]
        values: Vec<f32>,
    },
}

impl Default for EmbeddingColour {
    fn default() -> Self {
        Self::Groups { name: String::new(), labels: Vec::new(), codes: Vec::new(), ordered: false }
    }
}

impl Embedding {
    /// Whether cell number `cell` can be drawn.
    pub(super) fn finite(&self, cell: usize) -> bool {
        self.x[cell].is_finite() && self.y[cell].is_finite()
    }

    /// Whether the figure is about cell number `cell`.
    pub(super) fn meant(&self, cell: usize) -> bool {
        self.finite(cell) && self.only.as_ref().is_none_or(|only| only[cell])
    }

    /// The cells that are drawn in colour.
    pub(super) fn cells(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.x.len()).filter(|cell| self.meant(*cell))
    }

    fn empty(&self) -> bool {
        !self.drawable()
    }

    /// Whether there is a cell to draw.
    pub(super) fn drawable(&self) -> bool {
        self.cells().next().is_some()
    }

    /// Per group, its number of cells and their median position.
    pub(super) fn groups(&self) -> Vec<Group> {
        let EmbeddingColour::Groups { labels, codes, .. } = &self.colour else { return Vec::new() };
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); labels.len()];
        for cell in self.cells() {
            if let Some(code) = codes[cell] {
                members[code as usize].push(cell);
            }
        }
        members
            .into_iter()
            .map(|cells| Group {
                n: cells.len(),
                centre: self.median(&cells),
                spot: self.median(&self.densest(&cells)),
            })
            .collect()
    }

    /// Median position of some cells; not a number without cells.
    fn median(&self, cells: &[usize]) -> (f64, f64) {
        let of = |values: &[f32]| median(cells.iter().map(|cell| values[*cell]).collect());
        (of(&self.x), of(&self.y))
    }

    /// Those of the cells that lie in the fullest square of a grid: a group may fall into several clouds, and its median
    /// then lies between them, where it has no cell.
    fn densest(&self, cells: &[usize]) -> Vec<usize> {
        const SQUARES: f32 = 10.0;
        let range = |values: &[f32]| {
            let finite = values.iter().copied().filter(|value| value.is_finite());
            finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        };
        let (x, y) = (range(&self.x), range(&self.y));
        let place = |value: f32, (low, high): (f32, f32)| ((value - low) / (high - low).max(1e-12) * SQUARES) as usize;
        let mut squares: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for &cell in cells {
            squares.entry((place(self.x[cell], x), place(self.y[cell], y))).or_default().push(cell);
        }
        // `max_by_key` returns the last of equals, which is as good as any but always the same.
        squares.into_values().max_by_key(Vec::len).unwrap_or_default()
    }
}

/// A group of an embedding.
pub(super) struct Group {
    pub n: usize,
    /// Median position; not a number without cells.
    pub centre: (f64, f64),
    /// Median position where most of its cells are: where its name belongs.
    pub spot: (f64, f64),
}

fn median(mut values: Vec<f32>) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let middle = values.len() / 2;
    let (_, median, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    f64::from(*median)
}

impl Picture for Embedding {
    fn check(&self) -> Result<(), String> {
        let n = self.x.len();
        let colours = match &self.colour {
            EmbeddingColour::Groups { codes, .. } => codes.len(),
            EmbeddingColour::Values { values, .. } => values.len(),
        };
        let only = self.only.as_ref().map_or(n, Vec::len);
        for (name, len) in [("second coordinates", self.y.len()), ("colours", colours), ("choices", only)] {
            if len != n {
                return Err(format!("{n} first coordinates but {len} {name}"));
            }
        }
        if let EmbeddingColour::Groups { labels, codes, .. } = &self.colour
            && let Some(code) = codes.iter().flatten().find(|code| **code as usize >= labels.len())
        {
            return Err(format!("group number {code}, but there are {} groups", labels.len()));
        }
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        embedding_plot::height(self, &mut Sketch::new(width, 1000.0, theme, measure), width)
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No cells to show yet: the points appear with the first embedding.");
            return;
        }
        embedding_plot::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Embedding of cells" } else { &self.title };
        if self.empty() {
            return format!("{what}: no cells to show yet.");
        }
        let n = count(self.cells().count());
        match &self.colour {
            EmbeddingColour::Groups { name, labels, .. } => {
                let groups = self.groups();
                let mut order: Vec<usize> = (0..groups.len()).filter(|at| groups[*at].n > 0).collect();
                order.sort_by_key(|at| std::cmp::Reverse(groups[*at].n));
                let largest: Vec<String> =
                    order.iter().take(3).map(|at| format!("{} ({})", labels[*at], count(groups[*at].n))).collect();
                let largest =
                    if largest.is_empty() { String::new() } else { format!("; largest: {}", largest.join(", ")) };
                format!("{what}: {n} cells in {} groups by {name}{largest}.", order.len())
            }
            EmbeddingColour::Values { name, values } => {
                let known = || self.cells().map(|cell| f64::from(values[cell])).filter(|value| value.is_finite());
                let (low, high) =
                    known().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| (a.min(value), b.max(value)));
                if low > high {
                    return format!("{what}: {n} cells without a value of {name}.");
                }
                format!("{what}: {n} cells coloured by {name}, from {} to {}.", number(low), number(high))
            }
        }
    }

    fn table(&self) -> Table {
        let (x, y) = (
            if self.x_label.is_empty() { "x" } else { &self.x_label },
            if self.y_label.is_empty() { "y" } else { &self.y_label },
        );
        match &self.colour {
            EmbeddingColour::Groups { name, labels, .. } => {
                let name = if name.is_empty() { "group" } else { name };
                let mut table = Table::new([name, "cells", &format!("median {x}"), &format!("median {y}")]);
                for (label, group) in labels.iter().zip(self.groups()) {
                    table.rows.push(vec![label.into(), group.n.into(), group.centre.0.into(), group.centre.1.into()]);
                }
                table
            }
            EmbeddingColour::Values { name, values } => {
                let mut table = Table::new(["cell", x, y, if name.is_empty() { "value" } else { name }]);
                for cell in self.cells() {
                    let (x, y, value) = (self.x[cell], self.y[cell], values[cell]);
                    table.rows.push(vec![
                        cell.into(),
                        Cell::from(f64::from(x)),
                        Cell::from(f64::from(y)),
                        Cell::from(f64::from(value)),
                    ]);
                }
                table
            }
        }
    }
}
