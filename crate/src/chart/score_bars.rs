//! A benchmark as bars: models within each cell type or dose.
//!
//! A few models stand as columns side by side, told apart by colour and hatching, which the legend names. Many models or
//! many groups become small multiples, a panel per group with a row per model, whose name stands beside it.

use serde::{Deserialize, Serialize};

use super::bars::Better;
use super::figure::Picture;
use super::measure::Measure;
use super::score_parts::{self, ScoreGroup, ScoreModel};
use super::sketch::Sketch;
use super::table::Table;
use super::theme::Theme;
use super::{score_columns, score_rows};

/// Bars of models in groups, from 0; whiskers are the spread, dots the seeds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScoreBars {
    /// A heading; none when empty.
    #[serde(default)]
    pub title: String,
    /// What the values are; the name of the axis.
    #[serde(default)]
    pub unit: String,
    /// Which end is good, if either is.
    #[serde(default)]
    pub better: Option<Better>,
    /// The models.
    pub models: Vec<ScoreModel>,
    /// The groups, with a value per model.
    pub groups: Vec<ScoreGroup>,
    /// What the reference of the groups is.
    #[serde(default)]
    pub reference_label: String,
    /// The key of the model that stays strong while the others step back.
    #[serde(default)]
    pub highlight: Option<String>,
}

impl ScoreBars {
    pub(super) fn empty(&self) -> bool {
        score_parts::empty(&self.models, &self.groups)
    }

    /// Name of the axis with the direction that is good.
    pub(super) fn axis_name(&self, up: bool) -> String {
        let arrows = if up { ["\u{2193}", "\u{2191}"] } else { ["\u{2190}", "\u{2192}"] };
        let better = match self.better {
            Some(Better::Lower) => format!("{} lower is better", arrows[0]),
            Some(Better::Higher) => format!("higher is better {}", arrows[1]),
            None => String::new(),
        };
        let parts = [self.unit.clone(), better];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" \u{b7} ")
    }

    /// The value axis: 0, all values, whiskers, seeds and references, as far as [`score_parts::reach`] goes.
    pub(super) fn domain(&self) -> (f64, f64) {
        let values = self.groups.iter().flat_map(|group| &group.values);
        let parts = values.flat_map(|value| {
            let ends = value.ends().map_or([None; 2], |(low, high)| [Some(low), Some(high)]);
            [value.finite()].into_iter().chain(ends).flatten().chain(value.drawn_seeds())
        });
        let references = self.groups.iter().filter_map(|group| super::gaps::finite(group.reference));
        let all: Vec<f64> = parts.chain(references).collect();
        let high = score_parts::reach(all.iter().copied());
        // A whisker that goes a little below 0 is cut; bars that do are not.
        let bars = self.groups.iter().flat_map(|group| &group.values).filter_map(score_parts::ScoreValue::finite);
        let below = bars.chain(self.groups.iter().filter_map(|group| super::gaps::finite(group.reference)));
        let low = -score_parts::reach(below.map(|value| -value));
        // Room above the longest bar, so that it does not end at the edge.
        if high > low { (low * 1.03, high * 1.03) } else { (0.0, 1.0) }
    }

    pub(super) fn has_reference(&self) -> bool {
        self.groups.iter().any(|group| super::gaps::finite(group.reference).is_some())
    }
}

impl Picture for ScoreBars {
    fn check(&self) -> Result<(), String> {
        score_parts::check(&self.models, &self.groups)
    }

    fn height(&self, width: f64, theme: &Theme, measure: Measure) -> f64 {
        if self.empty() {
            return 160.0;
        }
        let mut sketch = Sketch::new(width, 1000.0, theme, measure);
        let top = sketch.title(&self.title);
        if score_columns::suit(self, &sketch) {
            score_columns::height(self, &mut sketch, top)
        } else {
            score_rows::height(self, &mut sketch, top)
        }
    }

    fn lay_out(&self, sketch: &mut Sketch) {
        let top = sketch.title(&self.title);
        if self.empty() {
            sketch.sentence("Nothing to compare yet: the bars appear with the first result.");
        } else if score_columns::suit(self, sketch) {
            score_columns::draw(self, sketch, top);
        } else {
            score_rows::draw(self, sketch, top);
        }
    }

    fn summary(&self) -> String {
        let what = if self.title.is_empty() { &self.unit } else { &self.title };
        if self.empty() {
            return format!("{what}: nothing to compare yet.");
        }
        format!("{what}: {}", score_parts::summary(&self.models, &self.groups, self.better))
    }

    fn table(&self) -> Table {
        score_parts::table(&self.models, &self.groups, &self.unit)
    }
}
