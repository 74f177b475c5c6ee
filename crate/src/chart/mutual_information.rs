//! Samples whose mutual information with their category is known, beside estimates of it along training.

use serde::{Deserialize, Serialize};

use super::embedding::Embedding;
use super::embedding_plot::plot_in;
use super::figure::Picture;
use super::loss::Loss;
use super::measure::Measure;
use super::sketch::{Area, Sketch};
use super::table::Table;
use super::theme::Theme;

/// Space between the two parts.
const GAP: f64 = 26.0;

/// Samples coloured by category, and curves of estimates with the truth as a line.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MutualInformation {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// The samples: a point each, the colour its category.
    pub samples: Embedding,
    /// The estimates: a line each; its references are what is known.
    pub estimates: Loss,
}

/// The samples and the curves below `top`, beside each other where there is room.
fn rooms(sketch: &Sketch, top: f64) -> [Area; 2] {
    let whole = Area { top, ..sketch.area() };
    if whole.width() > sketch.font() * 42.0 {
        let left = whole.width() * 0.42;
        [Area { right: whole.left + left - GAP, ..whole }, Area { left: whole.left + left, ..whole }]
    } else {
        let middle = whole.top + (whole.height() - GAP) * 0.5;
        [Area { bottom: middle, ..whole }, Area { top: middle + GAP, ..whole }]
    }
}

impl Picture for MutualInformation {
    fn check(&self) -> Result<(), String> {
        self.samples.check()?;
        self.estimates.check()
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        let mut sketch = Sketch::new(width, 1000.0, theme, measure);
        let top = sketch.title(&self.title);
        let font = sketch.font();
        if width > font * 42.0 {
            top + (width * 0.36).clamp(font * 20.0, font * 27.0)
        } else {
            top + 2.0 * (width * 0.85).clamp(font * 17.0, font * 24.0) + GAP
        }
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if !self.samples.drawable() && self.estimates.empty() {
            sketch.sentence("Nothing drawn yet: the samples appear when the playground starts.");
            return;
        }
        let [left, right] = rooms(sketch, top);
        if self.samples.drawable() {
            let font = sketch.font();
            let plot = Area { top: left.top + font * 0.4, bottom: left.bottom - font * 1.9, ..left };
            let cloud = plot_in(&self.samples, sketch, plot);
            sketch.cloud(cloud);
        }
        if !self.estimates.empty() {
            self.estimates.draw_in(sketch, right);
        }
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { "Mutual information" } else { &self.title };
        let known: Vec<String> = self
            .estimates
            .references
            .iter()
            .map(|line| format!("{} {}", line.label, super::format::number(line.value)))
            .collect();
        let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
        let words = self.estimates.summary();
        let words = words.strip_prefix("Loss: ").unwrap_or(&words);
        format!("{what}{known}: {words}")
    }

    fn table(&self) -> Table {
        let mut table = self.estimates.table();
        for line in &self.estimates.references {
            table.columns.push(line.label.clone());
            for row in &mut table.rows {
                row.push(line.value.into());
            }
        }
        table
    }
}
