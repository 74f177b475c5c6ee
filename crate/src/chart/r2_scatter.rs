//! Mean expression of every gene, observed against predicted, with the top genes marked and the furthest ones named.

use serde::{Deserialize, Serialize};

use super::axis::{Axes, Frame, frame, padded};
use super::figure::Picture;
use super::format::{count, number, tick};
use super::gaps::{optional_with_gaps, with_gaps};
use super::labels::{Ground, Obstacle, Placed, place};
use super::legend::{Sample, legend};
use super::measure::Measure;
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Ink, Sketch};
use super::table::{Cell, Table};
use super::theme::Theme;

/// A point per gene. All vectors are parallel to `genes`; a value that is null is not drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct R2Scatter {
    /// What was predicted.
    #[serde(default)]
    pub title: String,
    /// Gene names.
    pub genes: Vec<String>,
    /// Observed means.
    #[serde(deserialize_with = "with_gaps")]
    pub x: Vec<f64>,
    /// Predicted means.
    #[serde(deserialize_with = "with_gaps")]
    pub y: Vec<f64>,
    /// Means of the control cells, for the words under the pointer.
    #[serde(default, deserialize_with = "optional_with_gaps")]
    pub control: Option<Vec<f64>>,
    /// Numbers of the top differentially expressed genes.
    #[serde(default)]
    pub top: Vec<usize>,
    /// R2 over all genes.
    #[serde(default)]
    pub r2_all: Option<f64>,
    /// R2 over the top genes.
    #[serde(default)]
    pub r2_top: Option<f64>,
    /// Name of the x axis, with its unit.
    #[serde(default = "observed")]
    pub x_label: String,
    /// Name of the y axis, with its unit.
    #[serde(default = "predicted")]
    pub y_label: String,
}

fn observed() -> String {
    "Observed mean expression (log1p)".into()
}

fn predicted() -> String {
    "Predicted mean expression (log1p)".into()
}

impl R2Scatter {
    /// Whether gene number `gene` can be drawn.
    fn finite(&self, gene: usize) -> bool {
        self.x[gene].is_finite() && self.y[gene].is_finite()
    }

    fn drawn(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.genes.len()).filter(|gene| self.finite(*gene))
    }

    fn top_drawn(&self) -> impl Iterator<Item = usize> + '_ {
        self.top.iter().copied().filter(|gene| self.finite(*gene))
    }

    /// Genes by how far the prediction is off, furthest first.
    fn furthest(&self, n: usize) -> Vec<usize> {
        let mut genes: Vec<usize> = self.drawn().collect();
        let off = |gene: usize| (self.y[gene] - self.x[gene]).abs();
        genes.sort_by(|a, b| off(*b).total_cmp(&off(*a)).then(a.cmp(b)));
        genes.retain(|gene| off(*gene) > 0.0);
        genes.truncate(n);
        genes
    }

    /// The lines for the corner: which genes, and their R2.
    fn scores(&self) -> Vec<(String, String)> {
        let mut lines = vec![("all genes".to_owned(), score(self.r2_all))];
        if !self.top.is_empty() {
            lines.push((format!("top {} DEGs", self.top.len()), score(self.r2_top)));
        }
        lines
    }

    /// For every gene, whether it is one of the top ones.
    fn is_top(&self) -> Vec<bool> {
        let mut is_top = vec![false; self.genes.len()];
        for gene in &self.top {
            is_top[*gene] = true;
        }
        is_top
    }

    fn words(&self, gene: usize, is_top: bool) -> String {
        let mut text =
            format!("{}: observed {}, predicted {}", self.genes[gene], number(self.x[gene]), number(self.y[gene]));
        if let Some(control) = &self.control {
            text = format!("{text}, control {}", number(control[gene]));
        }
        if is_top { format!("{text} (top {} DEG)", self.top.len()) } else { text }
    }
}

fn score(r2: Option<f64>) -> String {
    number(r2.unwrap_or(f64::NAN))
}

impl Picture for R2Scatter {
    fn check(&self) -> Result<(), String> {
        let n = self.genes.len();
        let control = self.control.as_ref().map_or(n, Vec::len);
        for (name, len) in
            [("observed means", self.x.len()), ("predicted means", self.y.len()), ("control means", control)]
        {
            if len != n {
                return Err(format!("{n} genes but {len} {name}"));
            }
        }
        match self.top.iter().find(|gene| **gene >= n) {
            Some(gene) => Err(format!("top gene number {gene}, but there are {n} genes")),
            None => Ok(()),
        }
    }

    fn height(&self, width: f64, theme: &Theme, _: Measure) -> f64 {
        let extra = theme.font_px * if width < 420.0 { 11.5 } else { 9.0 };
        (width.min(theme.font_px * 34.0) * if width < 420.0 { 0.86 } else { 0.78 } + extra).max(theme.font_px * 20.0)
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.drawn().next().is_none() {
            sketch.sentence("No genes to show yet: the points appear with the first prediction.");
            return;
        }
        let whole = sketch.area();
        let entries = self.entries(sketch.theme);
        let values = || self.drawn().flat_map(|gene| [self.x[gene], self.y[gene]]);
        let axes = Axes {
            x: padded(values()),
            y: padded(values()),
            log_y: false,
            whole_x: false,
            x_label: &self.x_label,
            y_label: &self.y_label,
            square: true,
        };
        // A wide figure has room for words beside the square, a narrow one puts them above it.
        let side = whole.bottom - top - sketch.font() * 4.5;
        let wide = whole.width() - side - sketch.font() * 5.0 > sketch.font() * 17.0;
        let room = if wide {
            Area { top, right: whole.left + side + sketch.font() * 5.0, ..whole }
        } else {
            Area { top: legend(sketch, whole.left, whole.right, top, &entries) + 2.0, ..whole }
        };
        let frame = frame(sketch, room, &axes);
        let places: Vec<(f64, f64)> =
            (0..self.genes.len()).map(|gene| (frame.x.px(self.x[gene]), frame.y.px(self.y[gene]))).collect();
        self.draw_points(sketch, &frame, &places);
        if wide {
            let left = frame.area.right + sketch.font() * 2.2;
            self.draw_panel(sketch, Area { left, top: frame.area.top, ..whole }, &entries);
        }
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Observed against predicted mean expression" } else { &self.title };
        let n = self.drawn().count();
        if n == 0 {
            return format!("{what}: no genes to show yet.");
        }
        let mut text = format!("{what}: R2 {} over {} genes", score(self.r2_all), count(n));
        if !self.top.is_empty() {
            text = format!(
                "{text} and {} over the top {} differentially expressed ones",
                score(self.r2_top),
                self.top.len()
            );
        }
        let furthest: Vec<&str> = self.furthest(3).into_iter().map(|gene| self.genes[gene].as_str()).collect();
        if !furthest.is_empty() {
            text = format!("{text}; furthest off: {}", furthest.join(", "));
        }
        text + "."
    }

    fn table(&self) -> Table {
        let mut columns = vec!["gene", "observed mean", "predicted mean"];
        if self.control.is_some() {
            columns.push("control mean");
        }
        columns.push("top DEG");
        let mut table = Table::new(columns);
        let is_top = self.is_top();
        for (gene, name) in self.genes.iter().enumerate() {
            let mut row: Vec<Cell> = vec![name.into(), self.x[gene].into(), self.y[gene].into()];
            row.extend(self.control.iter().map(|control| Cell::from(control[gene])));
            row.push(if is_top[gene] { "yes" } else { "no" }.into());
            table.rows.push(row);
        }
        table
    }
}

fn dot(theme: &Theme) -> super::Colour {
    theme.paper.mix(theme.muted, 0.75)
}

impl R2Scatter {
    fn entries(&self, theme: &Theme) -> Vec<(Sample, String)> {
        let mut entries = vec![(Sample::Dot(dot(theme)), "gene".to_owned())];
        if self.top_drawn().next().is_some() {
            entries.push((Sample::Triangle(theme.accent), format!("top {} DEGs (observed)", self.top.len())));
        }
        entries.push((Sample::Line(theme.muted, true), "predicted = observed".to_owned()));
        entries
    }

    /// Back to front: identity line, all genes, R2, the grounds of the names, top genes, names.
    fn draw_points(&self, sketch: &mut Sketch, frame: &Frame, places: &[(f64, f64)]) {
        let Area { left, top, right, bottom } = frame.area;
        sketch.dashed((left, bottom), (right, top), sketch.theme.muted, 1.5);
        let radius = if self.genes.len() > 600 { 2.25 } else { 3.0 };
        let colour = dot(sketch.theme).with_alpha(if self.genes.len() > 600 { 0.55 } else { 0.8 });
        let is_top = self.is_top();
        for gene in self.drawn() {
            if !is_top[gene] {
                sketch.circle(places[gene], radius, colour);
            }
            let words = self.words(gene, is_top[gene]);
            sketch.keyed_mark(places[gene], Extent::Radius(radius), gene, &self.genes[gene], words);
        }
        let corner = self.draw_scores(sketch, frame, places);
        let (names, labels) = self.labels(sketch, frame, places, corner);
        for label in &labels {
            sketch.rect(label.area, sketch.theme.paper.with_alpha(0.75));
            if let Some((point, end)) = label.leader {
                sketch.line(point, end, sketch.theme.muted, 1.0);
            }
        }
        let size = if frame.area.width() < 320.0 { 4.5 } else { 5.5 };
        // The best-ranked genes come last, on top.
        let tops: Vec<usize> = self.top_drawn().collect();
        for gene in tops.into_iter().rev() {
            sketch.triangle(places[gene], size, sketch.theme.accent);
        }
        let ink = sketch.ink(HAlign::Centre);
        for label in labels {
            let middle = label.area.middle();
            sketch.text(middle.0, middle.1, &names[label.label], ink);
        }
    }

    /// Writes R2 into the emptier of the two corners off the diagonal and returns the area it takes.
    fn draw_scores(&self, sketch: &mut Sketch, frame: &Frame, places: &[(f64, f64)]) -> Area {
        let ink = sketch.ink(HAlign::Left);
        let bold = Ink { bold: true, size: sketch.font() * 1.2, ..ink };
        let lines = self.scores();
        let step = bold.size * 1.4;
        let value_width = sketch.widest(lines.iter().map(|(_, value)| value.as_str()), bold);
        let lead = sketch.width("R\u{b2}", ink) + 6.0;
        let name_width = sketch.widest(lines.iter().map(|(name, _)| name.as_str()), ink);
        let (w, h) = (lead + value_width + 8.0 + name_width, step * lines.len() as f64);
        let Area { left, top, right, bottom } = frame.area;
        let corners = [
            Area { left: left + 10.0, top: top + 6.0, right: left + 10.0 + w, bottom: top + 6.0 + h },
            Area { left: right - 10.0 - w, top: bottom - 8.0 - h, right: right - 10.0, bottom: bottom - 8.0 },
        ];
        let inside = |area: &Area| self.drawn().filter(|gene| area.holds(places[*gene].0, places[*gene].1)).count();
        let area = if inside(&corners[0]) <= inside(&corners[1]) { corners[0] } else { corners[1] };
        for (at, (name, value)) in lines.iter().enumerate() {
            let y = area.top + step * (at as f64 + 0.5);
            sketch.grounded(area.left, y, "R\u{b2}", ink);
            sketch.grounded(area.left + lead + value_width, y, value, Ink { align: HAlign::Right, ..bold });
            sketch.grounded(area.left + lead + value_width + 8.0, y, name, ink);
        }
        area
    }

    /// Names for the genes that are furthest off, and their places.
    fn labels(
        &self,
        sketch: &Sketch,
        frame: &Frame,
        places: &[(f64, f64)],
        corner: Area,
    ) -> (Vec<String>, Vec<Placed>) {
        let side = frame.area.width();
        let wanted = if side < 260.0 {
            5
        } else if side < 380.0 {
            6
        } else {
            8
        };
        // Some may find no place, so that the next ones are tried.
        let genes = self.furthest(wanted * 2);
        let ink = sketch.ink(HAlign::Left);
        let names: Vec<String> = genes.iter().map(|gene| sketch.shorten(&self.genes[*gene], side * 0.4, ink)).collect();
        let labels: Vec<((f64, f64), f64)> =
            genes.iter().zip(&names).map(|(gene, name)| (places[*gene], sketch.width(name, ink) + 4.0)).collect();
        let mut obstacles: Vec<Obstacle> =
            self.drawn().map(|gene| Obstacle { at: places[gene], radius: 3.0, cost: 0.6 }).collect();
        obstacles.extend(self.top_drawn().map(|gene| Obstacle { at: places[gene], radius: 7.0, cost: 30.0 }));
        let ground = Ground { room: frame.area, taken: &[corner], obstacles: &obstacles, diagonal: true, over: false };
        (names, place(&labels, wanted, ink.size * 1.15, &ground))
    }

    /// What stands beside a wide plot: the legend, and the genes furthest off with their means.
    fn draw_panel(&self, sketch: &mut Sketch, area: Area, entries: &[(Sample, String)]) {
        let mut y = area.top - sketch.font() * 0.4;
        for entry in entries {
            y = legend(sketch, area.left, area.right, y, std::slice::from_ref(entry)) - 2.0;
        }
        let (ink, note) = (sketch.ink(HAlign::Left), sketch.note(HAlign::Right));
        let step = ink.size * 1.5;
        y += step;
        let rows = ((area.bottom - y - step * 2.0) / step).floor().clamp(0.0, 10.0) as usize;
        let genes = self.furthest(rows);
        if genes.len() < 2 {
            return;
        }
        let column = sketch.width("predicted", note) + ink.size * 1.4;
        let right = area.right.min(area.left + column * 2.0 + ink.size * 10.0);
        sketch.text(area.left, y, "Furthest off", Ink { bold: true, ..ink });
        sketch.text(right - column, y, "observed", note);
        sketch.text(right, y, "predicted", note);
        sketch.line((area.left, y + step * 0.5), (right, y + step * 0.5), sketch.theme.grid, 1.0);
        for gene in genes {
            y += step;
            let name = sketch.shorten(&self.genes[gene], right - column * 2.0 - area.left, ink);
            sketch.text(area.left, y, &name, ink);
            let value = Ink { align: HAlign::Right, ..ink };
            sketch.text(right - column, y, &tick(self.x[gene], 0.01), value);
            sketch.text(right, y, &tick(self.y[gene], 0.01), value);
        }
    }
}
