//! The same cells in the plane twice, coloured by two things: batches beside cell types.

use serde::{Deserialize, Serialize};

use super::embedding::{Embedding, EmbeddingColour};
use super::embedding_key::draw_key;
use super::embedding_plot::plot_in;
use super::figure::Picture;
use super::gaps::single_with_gaps;
use super::measure::Measure;
use super::scene::{Cloud, HAlign, Says};
use super::sketch::{Area, Ink, Sketch};
use super::table::Table;
use super::theme::Theme;

/// Space between the two plots.
const GAP: f64 = 18.0;

/// Two pictures of one embedding. All vectors over cells are parallel to `x`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EmbeddingPair {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// First coordinates.
    #[serde(deserialize_with = "single_with_gaps")]
    pub x: Vec<f32>,
    /// Second coordinates.
    #[serde(deserialize_with = "single_with_gaps")]
    pub y: Vec<f32>,
    /// What the colours of the first picture say.
    pub first: EmbeddingColour,
    /// What those of the second say.
    pub second: EmbeddingColour,
    /// Name of the x axis, e.g. `UMAP 1`.
    #[serde(default)]
    pub x_label: String,
    /// Name of the y axis.
    #[serde(default)]
    pub y_label: String,
    /// The label of the group that stays strong in the picture that has it.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// The name of a colour becomes the heading of its picture.
fn heading(colour: &EmbeddingColour) -> &str {
    match colour {
        EmbeddingColour::Groups { name, .. } | EmbeddingColour::Values { name, .. } => name,
    }
}

impl EmbeddingPair {
    fn one(&self, colour: &EmbeddingColour) -> Embedding {
        Embedding {
            title: String::new(),
            x: self.x.clone(),
            y: self.y.clone(),
            colour: colour.clone(),
            only: None,
            x_label: self.x_label.clone(),
            y_label: self.y_label.clone(),
            highlight: self.highlight.clone(),
        }
    }

    fn both(&self) -> [Embedding; 2] {
        [self.one(&self.first), self.one(&self.second)]
    }

    fn empty(&self) -> bool {
        !self.x.iter().zip(&self.y).any(|(x, y)| x.is_finite() && y.is_finite())
    }

    /// The rooms of the two pictures below `top`: beside each other where that leaves them large enough to read.
    fn rooms(sketch: &Sketch, top: f64) -> [Area; 2] {
        let whole = Area { top, ..sketch.area() };
        if whole.width() > sketch.font() * 36.0 {
            let width = (whole.width() - GAP) / 2.0;
            [Area { right: whole.left + width, ..whole }, Area { left: whole.right - width, ..whole }]
        } else {
            let middle = f64::midpoint(whole.top, whole.bottom);
            [Area { bottom: middle - GAP / 2.0, ..whole }, Area { top: middle + GAP / 2.0, ..whole }]
        }
    }

    /// Headings and keys, and the `y` below them of each.
    fn keys(figures: &[Embedding; 2], sketch: &mut Sketch, rooms: [Area; 2]) -> [f64; 2] {
        let mut below = [0.0; 2];
        for ((figure, room), below) in figures.iter().zip(rooms).zip(&mut below) {
            let font = sketch.font();
            let ink = Ink { bold: true, ..sketch.ink(HAlign::Left) };
            let name = sketch.shorten(heading(&figure.colour), room.width(), ink);
            sketch.text(room.left, room.top + font * 0.65, &name, ink);
            let mut unnamed = figure.clone();
            let (EmbeddingColour::Groups { name, .. } | EmbeddingColour::Values { name, .. }) = &mut unnamed.colour;
            name.clear();
            *below = draw_key(&unnamed, sketch, room.top + font * 1.5, (room.left, room.right), usize::MAX);
        }
        // Beside each other the two plots start at the same height, whatever their keys.
        if rooms[0].top >= rooms[1].top {
            below = [below[0].max(below[1]); 2];
        }
        below
    }
}

/// What the pointer meets in either picture.
fn joined(first: Cloud, second: Cloud) -> Option<Cloud> {
    let (mut points, mut index) = (first.points, first.index);
    points.extend(second.points);
    index.extend(second.index);
    let (Says::Groups { codes, labels, none }, Says::Groups { codes: others, labels: more, .. }) =
        (first.says, second.says)
    else {
        return None;
    };
    let shift = labels.len() as u32;
    let codes = codes.into_iter().chain(others.into_iter().map(|code| code.map(|code| code + shift))).collect();
    let says = Says::Groups { codes, labels: labels.into_iter().chain(more).collect(), none };
    Some(Cloud { points, index, radius: first.radius, says })
}

impl Picture for EmbeddingPair {
    fn check(&self) -> Result<(), String> {
        let groups = |colour: &EmbeddingColour| matches!(colour, EmbeddingColour::Groups { .. });
        if !groups(&self.first) || !groups(&self.second) {
            return Err("a pair of pictures is coloured by groups".into());
        }
        self.both().iter().try_for_each(Picture::check)
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        let mut sketch = Sketch::new(width, 4000.0, theme, measure);
        let top = sketch.title(&self.title);
        let rooms = Self::rooms(&sketch, top);
        let below = Self::keys(&self.both(), &mut sketch, rooms);
        let one = |at: usize| below[at] - rooms[at].top + rooms[at].width() * 0.92 + sketch.font() * 1.9;
        let beside = rooms[0].top >= rooms[1].top;
        top + 8.0 + if beside { one(0).max(one(1)) } else { 2.0 * one(0).max(one(1)) + GAP }
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No cells to show yet: point at a candidate that has been trained.");
            return;
        }
        let figures = self.both();
        let rooms = Self::rooms(sketch, top);
        let below = Self::keys(&figures, sketch, rooms);
        let clouds = [0, 1].map(|at| {
            let bottom = (rooms[at].bottom - sketch.font() * 1.9).max(below[at] + 20.0);
            let plot = Area { top: below[at] + 2.0, bottom, left: rooms[at].left + 1.0, right: rooms[at].right - 1.0 };
            plot_in(&figures[at], sketch, plot)
        });
        let [first, second] = clouds;
        if let Some(cloud) = joined(first, second) {
            sketch.cloud(cloud);
        }
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Cells in the plane" } else { &self.title };
        if self.empty() {
            return format!("{what}: no cells to show yet.");
        }
        let parts = self.both().map(|figure| {
            let words = figure.summary();
            words.strip_prefix("Embedding of cells: ").unwrap_or(&words).trim_end_matches('.').to_owned()
        });
        format!("{what}: {}.", parts.join("; and "))
    }

    /// A row per group of either picture, with where it lies.
    fn table(&self) -> Table {
        let x = if self.x_label.is_empty() { "x" } else { &self.x_label };
        let y = if self.y_label.is_empty() { "y" } else { &self.y_label };
        let mut table = Table::new(["coloured by", "group", "cells", &format!("median {x}"), &format!("median {y}")]);
        for (figure, colour) in self.both().iter().zip([&self.first, &self.second]) {
            for mut row in figure.table().rows {
                row.insert(0, heading(colour).into());
                table.rows.push(row);
            }
        }
        table
    }
}
