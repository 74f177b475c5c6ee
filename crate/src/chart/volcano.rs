//! Every gene of a differential expression test: how much it changes against how sure that is.

use serde::{Deserialize, Serialize};

use super::figure::Picture;
use super::format::{count, number};
use super::gaps::{finite, with_gaps};
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::Table;
use super::theme::Theme;
use super::volcano_plot;

/// A point per gene. `x` and `y` are parallel to `genes`; a value that is null is not drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Volcano {
    /// What was compared.
    #[serde(default)]
    pub title: String,
    /// Gene names.
    pub genes: Vec<String>,
    /// log2 fold changes.
    #[serde(deserialize_with = "with_gaps")]
    pub x: Vec<f64>,
    /// -log10 of the adjusted p values.
    #[serde(deserialize_with = "with_gaps")]
    pub y: Vec<f64>,
    /// Name of the x axis.
    #[serde(default = "fold_change")]
    pub x_label: String,
    /// Name of the y axis.
    #[serde(default = "significance")]
    pub y_label: String,
    /// A gene changes when |x| is at least this.
    #[serde(default)]
    pub threshold_x: Option<f64>,
    /// A gene is significant when y is at least this.
    #[serde(default)]
    pub threshold_y: Option<f64>,
    /// How many of the most significant changed genes are named.
    #[serde(default)]
    pub label_top: usize,
    /// A gene that stays strong, and is named, while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

fn fold_change() -> String {
    "log2 fold change".into()
}

fn significance() -> String {
    "\u{2212}log10 adjusted p".into()
}

/// Which way a gene changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Up,
    Down,
    Not,
}

impl Volcano {
    /// Whether gene number `gene` can be drawn.
    fn finite(&self, gene: usize) -> bool {
        finite(Some(self.x[gene])).and(finite(Some(self.y[gene]))).is_some()
    }

    pub(super) fn drawn(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.genes.len()).filter(|gene| self.finite(*gene))
    }

    pub(super) fn change(&self, gene: usize) -> Change {
        let far = self.threshold_x.is_none_or(|threshold| self.x[gene].abs() >= threshold);
        let sure = self.threshold_y.is_none_or(|threshold| self.y[gene] >= threshold);
        if !(far && sure && self.finite(gene)) || self.x[gene] == 0.0 {
            Change::Not
        } else if self.x[gene] > 0.0 {
            Change::Up
        } else {
            Change::Down
        }
    }

    pub(super) fn counted(&self, change: Change) -> usize {
        self.drawn().filter(|gene| self.change(*gene) == change).count()
    }

    /// Genes that change, most significant first, and among equals those that change most.
    pub(super) fn changed(&self) -> Vec<usize> {
        let mut genes: Vec<usize> = self.drawn().filter(|gene| self.change(*gene) != Change::Not).collect();
        let size = |gene: usize| self.x[gene].abs();
        genes.sort_by(|a, b| self.y[*b].total_cmp(&self.y[*a]).then(size(*b).total_cmp(&size(*a))).then(a.cmp(b)));
        genes
    }
}

impl Picture for Volcano {
    fn check(&self) -> Result<(), String> {
        let n = self.genes.len();
        for (name, len) in [("fold changes", self.x.len()), ("p values", self.y.len())] {
            if len != n {
                return Err(format!("{n} genes but {len} {name}"));
            }
        }
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.drawn().next().is_none() {
            return 160.0;
        }
        volcano_plot::height(self, &mut Sketch::new(width, 1000.0, theme, measure), width)
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.drawn().next().is_none() {
            sketch.sentence("No genes to show yet: the points appear with the first test.");
            return;
        }
        volcano_plot::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Differential expression" } else { &self.title };
        let n = self.drawn().count();
        if n == 0 {
            return format!("{what}: no genes to show yet.");
        }
        let (up, down) = (self.counted(Change::Up), self.counted(Change::Down));
        let first: Vec<String> = self
            .changed()
            .into_iter()
            .take(3)
            .map(|gene| format!("{} ({})", self.genes[gene], number(self.x[gene])))
            .collect();
        let first = if first.is_empty() { String::new() } else { format!("; most significant: {}", first.join(", ")) };
        format!("{what}: {} genes up and {} down of {}{first}.", count(up), count(down), count(n))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(["gene", "log2 fold change", "-log10 p"]);
        for (gene, name) in self.genes.iter().enumerate() {
            table.rows.push(vec![name.into(), self.x[gene].into(), self.y[gene].into()]);
        }
        table
    }
}
