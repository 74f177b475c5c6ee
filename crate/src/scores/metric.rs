//! One column of scores: its name, direction and words.

use serde::{Deserialize, Serialize};

use crate::chart::Better;

use super::rows::ResultRow;

/// What a score is divided by, or compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The score itself.
    Plain,
    /// `d(observed, predicted) / d(control, predicted)`, the ratio of the thesis (pertpy's `compare_distance`).
    ToControl,
    /// `d(observed, predicted) / d(observed, control)`.
    ToNoChange,
    /// Against the simulator's true means.
    Truth,
}

/// A column of scores. Its text form is that of the CSV files: `r2_all`, `to_control_edistance`, `to_no_change_edistance`,
/// `truth_r2_all`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// What it is divided by.
    pub scale: Scale,
    /// The score, e.g. `edistance`.
    pub name: String,
}

/// A metric in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricInfo {
    /// Its text form, see [`Metric`].
    pub id: String,
    /// Its name, e.g. `R², all genes`.
    pub label: String,
    /// The name of an axis: with the unit, or the formula of a ratio.
    pub axis: String,
    /// Which values are good.
    pub better: Better,
    /// What a ratio is, and how it differs from the other one; empty for a score that is no ratio.
    pub meaning: String,
}

/// Name, label and unit, in the order of tables. The page says what each means in `www/js/words_metrics.js`, with the same labels.
const KNOWN: [(&str, &str, &str); 13] = [
    ("r2_all", "R\u{b2}, all genes", ""),
    ("r2_hvg", "R\u{b2}, variable genes", ""),
    ("r2_top100", "R\u{b2}, top 100 DEGs", ""),
    ("r2_top20", "R\u{b2}, top 20 DEGs", ""),
    ("common_degs", "Common DEGs, t-test", "genes"),
    ("common_degs_wilcoxon", "Common DEGs, Wilcoxon", "genes"),
    ("edistance", "E-distance", ""),
    ("edistance_squared", "E-distance, squared form", ""),
    ("euclidean", "Distance of means", ""),
    ("mean_pairwise", "Mean pairwise distance", ""),
    ("mmd_linear", "MMD, linear kernel", ""),
    ("mmd_rbf", "MMD, Gaussian kernel", ""),
    ("wasserstein", "Wasserstein (Sinkhorn)", ""),
];

const TO_CONTROL: &str = "The ratio of the thesis: d(observed, predicted) / d(control, predicted). 0 is exact; above 1 the prediction is \
     nearer to control than to the truth. Its divisor contains the prediction: it is not defined for no change (x / 0), and a \
     model that changes little looks terrible, however near it is. The ratio to no change has a divisor that no model moves.";

const TO_NO_CHANGE: &str = "d(observed, predicted) / d(observed, control). 0 is exact; 1 is what predicting no change reaches. Its divisor is the same for all \
     models, unlike that of the ratio to control, d(control, predicted), which goes to 0 for a model that changes little.";

const TRUTH: &str =
    "The prediction compared with the true means that the simulator knows, instead of the sampled cells.";

impl Metric {
    /// From its text form. Every text is one: whether results have it shows when it is looked for.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        for (prefix, scale) in
            [("to_control_", Scale::ToControl), ("to_no_change_", Scale::ToNoChange), ("truth_", Scale::Truth)]
        {
            if let Some(name) = text.strip_prefix(prefix) {
                return Self { scale, name: name.to_owned() };
            }
        }
        Self { scale: Scale::Plain, name: text.to_owned() }
    }

    /// Its text form.
    #[must_use]
    pub fn id(&self) -> String {
        let prefix = match self.scale {
            Scale::Plain => "",
            Scale::ToControl => "to_control_",
            Scale::ToNoChange => "to_no_change_",
            Scale::Truth => "truth_",
        };
        format!("{prefix}{}", self.name)
    }

    /// Its value in a row; `None` where it is not defined.
    #[must_use]
    pub fn of(&self, row: &ResultRow) -> Option<f64> {
        let value = match self.scale {
            Scale::Plain => row.metrics.get(&self.name).copied().flatten(),
            Scale::ToControl => row.ratios.to_control.get(&self.name).copied(),
            Scale::ToNoChange => row.ratios.to_no_change.get(&self.name).copied(),
            Scale::Truth => row.truth.as_ref().and_then(|truth| truth.get(&self.name).copied().flatten()),
        };
        value.filter(|value| value.is_finite())
    }

    /// Which values are good: high ones of R2 and of shared genes, low ones of distances, also as ratios.
    #[must_use]
    pub fn better(&self) -> Better {
        if self.name.starts_with("r2") || self.name.starts_with("common_degs") { Better::Higher } else { Better::Lower }
    }

    /// Its name.
    #[must_use]
    pub fn label(&self) -> String {
        let name = KNOWN.iter().find(|known| known.0 == self.name).map(|known| known.1.to_owned());
        let name = name.unwrap_or_else(|| self.name.replace('_', " "));
        match self.scale {
            Scale::Plain => name,
            Scale::ToControl => format!("{name} \u{f7} to control"),
            Scale::ToNoChange => format!("{name} \u{f7} no change"),
            Scale::Truth => format!("{name}, against the truth"),
        }
    }

    /// All its words.
    #[must_use]
    pub fn info(&self) -> MetricInfo {
        let known = KNOWN.iter().find(|known| known.0 == self.name);
        let plain = Self { scale: Scale::Plain, ..self.clone() }.label();
        let unit = known.map_or("", |known| known.2);
        let unit = match (self.scale, unit) {
            (Scale::ToControl, _) => "d(observed, predicted) / d(control, predicted)",
            (Scale::ToNoChange, _) => "d(observed, predicted) / d(observed, control)",
            // Distances are measured in components.
            (Scale::Plain, "") if known.is_some() && self.better() == Better::Lower => "in PCA of real cells",
            (_, unit) => unit,
        };
        let axis = match (self.scale, unit) {
            (Scale::ToControl | Scale::ToNoChange, formula) => format!("{plain}: {formula}"),
            (_, "") => self.label(),
            (_, unit) => format!("{} ({unit})", self.label()),
        };
        let meaning = match self.scale {
            Scale::Plain => "",
            Scale::ToControl => TO_CONTROL,
            Scale::ToNoChange => TO_NO_CHANGE,
            Scale::Truth => TRUTH,
        };
        MetricInfo { id: self.id(), label: self.label(), axis, better: self.better(), meaning: meaning.to_owned() }
    }

    /// Where it stands in a table: plain scores, then ratios, then what only a simulator knows; by their order, unknown ones last.
    fn place(&self) -> (Scale, usize, &str) {
        let at = KNOWN.iter().position(|known| known.0 == self.name).unwrap_or(KNOWN.len());
        (self.scale, at, &self.name)
    }

    /// Every metric of the rows, in the order of tables. What the observed cells themselves reach against the truth
    /// (`observed_*`) says nothing about a model, and is left out.
    #[must_use]
    pub fn all<'r>(rows: impl IntoIterator<Item = &'r ResultRow>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for row in rows {
            let mut add = |scale: Scale, name: &String| {
                if !name.starts_with("observed_") && !all.iter().any(|one| one.scale == scale && one.name == *name) {
                    all.push(Self { scale, name: name.clone() });
                }
            };
            row.metrics.keys().for_each(|name| add(Scale::Plain, name));
            row.ratios.to_control.keys().for_each(|name| add(Scale::ToControl, name));
            row.ratios.to_no_change.keys().for_each(|name| add(Scale::ToNoChange, name));
            row.truth.iter().flat_map(|truth| truth.keys()).for_each(|name| add(Scale::Truth, name));
        }
        all.sort_by(|a, b| a.place().cmp(&b.place()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_names_and_directions() {
        let words = include_str!("../../../www/js/words_metrics.js");
        for (key, label, _) in KNOWN {
            let line = words.lines().find(|line| line.starts_with(&format!("  {key}: {{"))).unwrap();
            let better = if Metric::parse(key).better() == Better::Higher { "higher" } else { "lower" };
            assert!(line.contains(&format!("name: '{label}'")), "{line}");
            assert!(line.contains(&format!("better: '{better}'")), "{line}");
        }
    }

    #[test]
    fn the_text_form_goes_both_ways_and_the_ratios_are_told_apart() {
        for id in ["r2_all", "edistance", "to_control_edistance", "to_no_change_mmd_rbf", "truth_r2_top20"] {
            assert_eq!(Metric::parse(id).id(), id);
        }
        let (control, no_change) =
            (Metric::parse("to_control_euclidean").info(), Metric::parse("to_no_change_euclidean").info());
        assert_eq!(control.axis, "Distance of means: d(observed, predicted) / d(control, predicted)");
        assert_eq!(no_change.axis, "Distance of means: d(observed, predicted) / d(observed, control)");
        assert!(control.meaning.contains("divisor contains the prediction") && no_change.meaning != control.meaning);
        assert_eq!(Metric::parse("common_degs").info().axis, "Common DEGs, t-test (genes)");
        assert_eq!(Metric::parse("my_own").info().label, "my own");
    }
}
