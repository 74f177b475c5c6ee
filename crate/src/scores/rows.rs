//! The rows of a report.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::chart::{Cell, Table};
use crate::metrics::prediction::Ratios;

/// The scores of one prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// Its number in the report.
    pub index: usize,
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// Label of the treatment or dose.
    pub arm: String,
    /// The condition, where the data have one.
    pub condition: Option<String>,
    /// The dose, where the data have one, in the data set's unit.
    pub dose: Option<f64>,
    /// The seed; null for a model without randomness.
    pub seed: Option<u64>,
    /// Control cells of the held-out type.
    pub n_control: usize,
    /// Observed treated cells.
    pub n_observed: usize,
    /// Predicted cells.
    pub n_predicted: usize,
    /// Scores by name; null where a score is not defined.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// Distances as ratios.
    pub ratios: Ratios,
    /// R2 against the true means, for simulated data: of the prediction (`r2_*`) and of the observed cells
    /// (`observed_r2_*`), the best a model could do.
    pub truth: Option<BTreeMap<String, Option<f64>>>,
}

impl ResultRow {
    /// Every score under the name of its [`Metric`](super::Metric): ratios with the prefix `to_control_` and `to_no_change_`,
    /// truth scores with `truth_`.
    pub(super) fn scores(&self) -> Vec<(String, Option<f64>)> {
        let finite = |value: f64| value.is_finite().then_some(value);
        let mut scores: Vec<_> = self.metrics.iter().map(|(k, v)| (k.clone(), *v)).collect();
        scores.extend(self.ratios.to_control.iter().map(|(k, v)| (format!("to_control_{k}"), finite(*v))));
        scores.extend(self.ratios.to_no_change.iter().map(|(k, v)| (format!("to_no_change_{k}"), finite(*v))));
        scores.extend(self.truth.iter().flatten().map(|(k, v)| (format!("truth_{k}"), *v)));
        scores
    }
}

/// A model that could not be fitted or asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The model.
    pub model: String,
    /// The held-out cell type.
    pub cell_type: String,
    /// The treatment or dose, if it concerns one.
    pub arm: Option<String>,
    /// The seed, if others did better.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Stable name of the reason.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// What can be changed.
    pub hint: String,
}

/// The results as CSV: one row per prediction, one column per score, ratios with the prefix `to_control_` and
/// `to_no_change_`, truth scores with `truth_`. A score that is not defined is empty.
#[must_use]
pub fn results_csv(results: &[ResultRow]) -> String {
    let names: BTreeSet<String> = results.iter().flat_map(ResultRow::scores).map(|(name, _)| name).collect();
    let own =
        ["index", "model", "cell_type", "arm", "condition", "dose", "seed", "n_control", "n_observed", "n_predicted"];
    let mut table = Table::new(own.into_iter().map(str::to_owned).chain(names.iter().cloned()));
    for row in results {
        let mut cells = vec![
            Cell::from(row.index),
            Cell::from(&row.model),
            Cell::from(&row.cell_type),
            Cell::from(&row.arm),
            row.condition.as_ref().map_or(Cell::Missing, Cell::from),
            Cell::from(row.dose),
            // A seed may need more digits than a number of a table has.
            row.seed.map_or(Cell::Missing, |seed| Cell::from(&seed.to_string())),
            Cell::from(row.n_control),
            Cell::from(row.n_observed),
            Cell::from(row.n_predicted),
        ];
        let values = row.scores();
        let score = |name: &String| values.iter().find(|(key, _)| key == name).and_then(|(_, value)| *value);
        cells.extend(names.iter().map(|name| Cell::from(score(name))));
        table.rows.push(cells);
    }
    table.csv()
}
