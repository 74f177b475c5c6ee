//! How many differentially expressed genes a prediction shares with the observation: two overlapping bars, to scale.

use serde::{Deserialize, Serialize};

use super::colour::Colour;
use super::figure::Picture;
use super::format::count;
use super::measure::Measure;
use super::scene::{Extent, HAlign};
use super::sketch::{Area, Ink, Sketch};
use super::table::Table;
use super::theme::Theme;

/// Two sets of genes and what they share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DegOverlap {
    /// What is compared.
    #[serde(default)]
    pub title: String,
    /// Genes found only in the observed cells.
    pub observed_only: usize,
    /// Genes found in both.
    pub common: usize,
    /// Genes found only in the predicted cells.
    pub predicted_only: usize,
    /// Their names, as far as known, best first.
    #[serde(default)]
    pub genes: OverlapGenes,
}

/// Gene names of the three parts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OverlapGenes {
    /// Names in both.
    pub common: Vec<String>,
    /// Names in the observation only.
    pub observed_only: Vec<String>,
    /// Names in the prediction only.
    pub predicted_only: Vec<String>,
}

/// One of the three parts of the bar.
struct Part<'a> {
    name: &'static str,
    n: usize,
    genes: &'a [String],
    colour: Colour,
}

const PART_NAMES: [&str; 3] = ["Observed only", "In both", "Predicted only"];

impl DegOverlap {
    fn sizes(&self) -> [usize; 3] {
        [self.observed_only, self.common, self.predicted_only]
    }

    fn genes(&self) -> [&[String]; 3] {
        [&self.genes.observed_only, &self.genes.common, &self.genes.predicted_only]
    }

    fn parts(&self, theme: &Theme) -> [Part<'_>; 3] {
        let colours = [theme.paper.mix(theme.muted, 0.35), theme.series(0), theme.paper.mix(theme.accent, 0.85)];
        std::array::from_fn(|at| Part {
            name: PART_NAMES[at],
            n: self.sizes()[at],
            genes: self.genes()[at],
            colour: colours[at],
        })
    }

    fn total(&self) -> usize {
        self.sizes().iter().sum()
    }
}

impl Picture for DegOverlap {
    fn check(&self) -> Result<(), String> {
        for ((n, genes), name) in self.sizes().iter().zip(self.genes()).zip(PART_NAMES) {
            if genes.len() > *n {
                return Err(format!("{n} genes but {} names in the part \"{name}\"", genes.len()));
            }
        }
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, _: Measure) -> f64 {
        let font = theme.font_px;
        let title = if self.title.is_empty() { 0.0 } else { font * if width < 420.0 { 3.4 } else { 2.0 } };
        let lists = self.genes().iter().filter(|genes| !genes.is_empty()).count() as f64;
        title + font * 7.4 + (3.0 - lists) * font * 1.9 + lists * font * if width < 560.0 { 6.0 } else { 4.4 } + 16.0
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.total() == 0 {
            sketch.sentence("No differentially expressed genes to compare.");
            return;
        }
        let whole = sketch.area();
        let font = sketch.font();
        let parts = self.parts(sketch.theme);
        let bar =
            Area { left: whole.left + 1.0, right: whole.right - 1.0, top: top + font * 1.9, bottom: top + font * 4.5 };
        let scale = bar.width() / self.total() as f64;
        let mut left = bar.left;
        let edges: Vec<f64> = parts
            .iter()
            .map(|part| {
                left += part.n as f64 * scale;
                left
            })
            .collect();
        for (at, part) in parts.iter().enumerate() {
            let area = Area { left: if at == 0 { bar.left } else { edges[at - 1] }, right: edges[at], ..bar };
            draw_part(sketch, at, part, area);
        }
        sketch.outline(bar, sketch.theme.ink, 1.0);
        let observed = format!("Observed: {} genes", count(self.observed_only + self.common));
        let predicted = format!("Predicted: {} genes", count(self.common + self.predicted_only));
        bracket(sketch, (bar.left, edges[1]), bar.top - 5.0, -1.0, &observed);
        bracket(sketch, (edges[0], bar.right), bar.bottom + 5.0, 1.0, &predicted);

        let mut y = bar.bottom + font * 2.6;
        // What is shared comes first: it is what the figure is about.
        let order = [1usize, 0, 2];
        for (done, at) in order.into_iter().enumerate() {
            let share = (whole.bottom - y) / (order.len() - done) as f64;
            if share > font * 1.2 {
                y = list_genes(sketch, at, &parts[at], y, share);
            }
        }
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Differentially expressed genes" } else { &self.title };
        if self.total() == 0 {
            return format!("{what}: none to compare.");
        }
        let mut text = format!(
            "{what}: {} of the {} observed genes are also among the {} predicted ones",
            count(self.common),
            count(self.observed_only + self.common),
            count(self.common + self.predicted_only),
        );
        if !self.genes.common.is_empty() {
            let first: Vec<&str> = self.genes.common.iter().take(5).map(String::as_str).collect();
            text = format!(
                "{text}, {}{}",
                if self.common > first.len() { "among them " } else { "namely " },
                first.join(", ")
            );
        }
        text + "."
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["gene", "found in"]);
        for (at, label) in [(1, "both"), (0, "observed only"), (2, "predicted only")] {
            let (n, genes) = (self.sizes()[at], self.genes()[at]);
            table.rows.extend(genes.iter().map(|gene| vec![gene.into(), label.into()]));
            if n > genes.len() {
                table
                    .rows
                    .push(vec![format!("({} without a name here)", n - genes.len()).as_str().into(), label.into()]);
            }
        }
        table
    }
}

fn draw_part(sketch: &mut Sketch, index: usize, part: &Part, area: Area) {
    if part.n == 0 {
        return;
    }
    sketch.rect(area, part.colour);
    if index != 1 {
        stripes(sketch, area, if index == 0 { 1.0 } else { -1.0 }, part.colour);
    }
    let middle = ((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0);
    let ink = Ink { size: sketch.font() * 1.2, bold: true, colour: part.colour.readable_text(), align: HAlign::Centre };
    let text = count(part.n);
    if sketch.width(&text, ink) + 8.0 <= area.width() {
        let half = sketch.width(&text, ink) / 2.0 + 4.0;
        // The number stands on plain ground.
        let ground = Area {
            left: middle.0 - half,
            right: middle.0 + half,
            top: middle.1 - ink.size * 0.7,
            bottom: middle.1 + ink.size * 0.7,
        };
        sketch.rect(ground, part.colour);
        sketch.text(middle.0, middle.1, &text, ink);
    }
    let extent = Extent::Rect { x: area.left, y: area.top, w: area.width(), h: area.height() };
    sketch.mark(middle.0, middle.1, extent, index, format!("{}: {}", part.name, genes_text(part.n)));
}

fn genes_text(n: usize) -> String {
    format!("{} {}", count(n), if n == 1 { "gene" } else { "genes" })
}

/// Slanted lines, rising (1) or falling (-1), so that the parts differ without colour.
fn stripes(sketch: &mut Sketch, area: Area, slant: f64, ground: Colour) {
    let colour = ground.mix(ground.readable_text(), 0.3);
    let height = area.height();
    let mut start = area.left - height;
    while start < area.right {
        // From (start, bottom) to (start + height, top), cut at both sides.
        let (from, to) = (start.max(area.left), (start + height).min(area.right));
        if to > from {
            let y = |x: f64| if slant > 0.0 { area.bottom - (x - start) } else { area.top + (x - start) };
            sketch.line((from, y(from)), (to, y(to)), colour, 1.0);
        }
        start += 9.0;
    }
}

/// A bracket over (-1) or under (1) a stretch, with its name.
fn bracket(sketch: &mut Sketch, (left, right): (f64, f64), y: f64, side: f64, name: &str) {
    if right - left < 1.0 {
        return;
    }
    let ink = sketch.ink(HAlign::Left);
    let colour = sketch.theme.muted;
    sketch.line((left, y), (right, y), colour, 1.5);
    sketch.line((left, y), (left, y - side * 4.0), colour, 1.5);
    sketch.line((right, y), (right, y - side * 4.0), colour, 1.5);
    let whole = sketch.area();
    let width = sketch.width(name, ink);
    let x = ((left + right - width) / 2.0).min(whole.right - width).max(whole.left);
    sketch.text(x, y + side * (ink.size * 0.85), name, ink);
}

/// A head and as many gene names as fit in `room`; returns the `y` below.
fn list_genes(sketch: &mut Sketch, index: usize, part: &Part, top: f64, room: f64) -> f64 {
    let whole = sketch.area();
    let ink = sketch.ink(HAlign::Left);
    let head = Ink { bold: true, ..ink };
    let note = Ink { colour: sketch.theme.muted, ..ink };
    let step = ink.size * 1.35;
    let square = Area {
        left: whole.left,
        right: whole.left + 12.0,
        top: top + step * 0.5 - 6.0,
        bottom: top + step * 0.5 + 6.0,
    };
    sketch.rect(square, part.colour);
    sketch.outline(square, sketch.theme.ink, 1.0);
    sketch.text(whole.left + 19.0, top + step * 0.5, &format!("{} ({})", part.name, count(part.n)), head);
    let lines = ((room - step * 1.4) / step).floor() as usize;
    if lines == 0 || part.genes.is_empty() {
        return top + step * 1.4;
    }
    let (mut x, mut y, mut line) = (whole.left, top + step * 1.5, 1);
    let space = sketch.width(" ", note);
    for (at, gene) in part.genes.iter().enumerate() {
        let last = at + 1 == part.genes.len() && part.genes.len() == part.n;
        let text = if last { gene.clone() } else { format!("{gene},") };
        let text = sketch.shorten(&text, whole.width(), note);
        let width = sketch.width(&text, note);
        let more = format!("and {} more", count(part.n - at));
        // On the last line, room is kept for saying how many are left.
        let kept = if line == lines && !last { sketch.width(&more, note) + space } else { 0.0 };
        if x + width + kept > whole.right && x > whole.left {
            if line == lines {
                sketch.text(x, y, &more, note);
                return y + step * 0.9;
            }
            (x, y, line) = (whole.left, y + step, line + 1);
        }
        sketch.text(x, y, &text, note);
        let extent = Extent::Rect { x, y: y - step / 2.0, w: width, h: step };
        sketch.mark(x + width / 2.0, y, extent, index, format!("{gene}: {}", part.name.to_lowercase()));
        x += width + space;
    }
    if part.n > part.genes.len() {
        sketch.text(x, y, &format!("and {} more", count(part.n - part.genes.len())), note);
    }
    y + step * 0.9
}
