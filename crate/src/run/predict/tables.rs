//! Reports as tables.

use std::collections::BTreeSet;

use super::ResultRow;
use crate::chart::{Cell, Table};

/// The results as CSV: one row per prediction, one column per score, ratios with the prefix `to_control_` and
/// `to_no_change_`, truth scores with `truth_`. A score that is not defined is empty.
#[must_use]
pub fn results_csv(results: &[ResultRow]) -> String {
    let names: BTreeSet<String> = results.iter().flat_map(scores).map(|(name, _)| name).collect();
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
        let values = scores(row);
        let score = |name: &String| values.iter().find(|(key, _)| key == name).and_then(|(_, value)| *value);
        cells.extend(names.iter().map(|name| Cell::from(score(name))));
        table.rows.push(cells);
    }
    table.csv()
}

fn scores(row: &ResultRow) -> Vec<(String, Option<f64>)> {
    let finite = |value: f64| value.is_finite().then_some(value);
    let mut scores: Vec<_> = row.metrics.iter().map(|(k, v)| (k.clone(), *v)).collect();
    scores.extend(row.ratios.to_control.iter().map(|(k, v)| (format!("to_control_{k}"), finite(*v))));
    scores.extend(row.ratios.to_no_change.iter().map(|(k, v)| (format!("to_no_change_{k}"), finite(*v))));
    scores.extend(row.truth.iter().flatten().map(|(k, v)| (format!("truth_{k}"), *v)));
    scores
}
