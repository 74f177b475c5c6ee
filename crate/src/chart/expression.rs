//! The expression of one gene in every cell type and dose: violins or means, one panel per cell type.

use serde::{Deserialize, Serialize};

use super::dose_response::interval_words;
use super::expression_panels;
use super::figure::Picture;
use super::format::number;
use super::gaps::finite;
use super::measure::Measure;
use super::sketch::Sketch;
use super::table::{Cell, Table};
use super::theme::Theme;

/// Small multiples of groups in order, on one value axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Expression {
    /// A heading, e.g. the gene; none when empty.
    #[serde(default)]
    pub title: String,
    /// What the values are, e.g. `log1p of counts per 10,000`.
    #[serde(default)]
    pub unit: String,
    /// How groups are drawn.
    #[serde(default)]
    pub style: ExpressionStyle,
    /// The plots, in reading order.
    pub panels: Vec<ExpressionPanel>,
    /// The key of the panel or group that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

/// How a group of cells is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpressionStyle {
    /// Its density, mirrored, with quartiles and mean.
    #[default]
    Violins,
    /// Its mean with an interval; the size of the dot says how many cells express the gene.
    Means,
}

/// One plot, e.g. a cell type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExpressionPanel {
    /// Its heading.
    #[serde(default)]
    pub title: String,
    /// A stable name of the same thing in every figure; the title when empty.
    #[serde(default)]
    pub key: String,
    /// The groups, left to right.
    pub groups: Vec<ExpressionGroup>,
}

/// One group of cells, e.g. a dose.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ExpressionGroup {
    /// Its name.
    pub label: String,
    /// A stable name of the same thing in every figure; the label when empty.
    #[serde(default)]
    pub key: String,
    /// The dose, where it is one.
    #[serde(default)]
    pub dose: Option<f64>,
    /// Number of cells.
    #[serde(default)]
    pub n: usize,
    /// Mean over its cells.
    #[serde(default)]
    pub mean: Option<f64>,
    /// Lower end of the mean's interval.
    #[serde(default)]
    pub low: Option<f64>,
    /// Upper end of the mean's interval.
    #[serde(default)]
    pub high: Option<f64>,
    /// Share of cells that express the gene, 0 to 1.
    #[serde(default)]
    pub fraction: Option<f64>,
    /// (value, density), by value; empty when there are too few cells.
    #[serde(default)]
    pub density: Vec<(f64, f64)>,
    /// Lower quartile, median, upper quartile.
    #[serde(default)]
    pub quartiles: Option<[f64; 3]>,
}

impl ExpressionPanel {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.title } else { &self.key }
    }
}

impl ExpressionGroup {
    /// See the field of that name.
    #[must_use]
    pub fn key(&self) -> &str {
        if self.key.is_empty() { &self.label } else { &self.key }
    }

    /// The share of cells that express the gene, where it is one.
    pub(super) fn share(&self) -> Option<f64> {
        finite(self.fraction).map(|share| share.clamp(0.0, 1.0))
    }
}

impl Expression {
    fn empty(&self) -> bool {
        self.panels.iter().flat_map(|panel| &panel.groups).all(|group| finite(group.mean).is_none())
    }
}

impl Picture for Expression {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        expression_panels::height(self, &mut Sketch::new(width, 1000.0, theme, measure))
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("No cells to show: this gene has not been measured in the cells that were chosen.");
            return;
        }
        expression_panels::draw(self, sketch, top);
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Expression" } else { &self.title };
        if self.empty() {
            return format!("{what}: no cells to show.");
        }
        let groups = || {
            let pairs = self.panels.iter().flat_map(|panel| panel.groups.iter().map(move |group| (panel, group)));
            pairs.filter_map(|(panel, group)| Some((panel, group, finite(group.mean)?)))
        };
        let words = |(panel, group, mean): (&ExpressionPanel, &ExpressionGroup, f64)| {
            format!("{} in {} at {}{}", number(mean), panel.title, group.label, interval_words(group.low, group.high))
        };
        let highest = groups().max_by(|a, b| a.2.total_cmp(&b.2)).map(words).unwrap_or_default();
        let lowest = groups().min_by(|a, b| a.2.total_cmp(&b.2)).map(words).unwrap_or_default();
        format!("{what}: the mean is highest with {highest} and lowest with {lowest}.")
    }

    fn table(&self) -> Table {
        let columns = [
            "panel",
            "group",
            "dose",
            "cells",
            "mean",
            "low",
            "high",
            "share of cells",
            "lower quartile",
            "median",
            "upper quartile",
        ];
        let mut table = Table::new(columns);
        for panel in &self.panels {
            for group in &panel.groups {
                let mut row: Vec<Cell> = vec![(&panel.title).into(), (&group.label).into(), group.dose.into()];
                row.push(group.n.into());
                row.extend([group.mean, group.low, group.high, group.fraction].map(Cell::from));
                row.extend((0..3).map(|at| Cell::from(group.quartiles.map(|quartiles| quartiles[at]))));
                table.rows.push(row);
            }
        }
        table
    }
}
