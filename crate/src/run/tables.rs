//! Reports as tables.

use std::collections::BTreeSet;

use super::ResultRow;

/// The results as CSV: one row per prediction, one column per score, ratios with the prefix `to_control_` and
/// `to_no_change_`, truth scores with `truth_`. A score that is not defined is empty.
#[must_use]
pub fn results_csv(results: &[ResultRow]) -> String {
    let names: BTreeSet<String> = results.iter().flat_map(scores).map(|(name, _)| name).collect();
    let mut csv = String::from("index,model,cell_type,arm,condition,dose,seed,n_control,n_observed,n_predicted");
    for name in &names {
        csv.push(',');
        csv.push_str(name);
    }
    csv.push('\n');
    for row in results {
        let mut fields = vec![
            row.index.to_string(),
            quoted(&row.model),
            quoted(&row.cell_type),
            quoted(&row.arm),
            row.condition.as_deref().map(quoted).unwrap_or_default(),
            row.dose.map(|dose| dose.to_string()).unwrap_or_default(),
            row.seed.map(|seed| seed.to_string()).unwrap_or_default(),
            row.n_control.to_string(),
            row.n_observed.to_string(),
            row.n_predicted.to_string(),
        ];
        let values = scores(row);
        fields.extend(names.iter().map(|name| {
            let value = values.iter().find(|(key, _)| key == name).and_then(|(_, value)| *value);
            value.map(|v| v.to_string()).unwrap_or_default()
        }));
        csv.push_str(&fields.join(","));
        csv.push('\n');
    }
    csv
}

fn scores(row: &ResultRow) -> Vec<(String, Option<f64>)> {
    let finite = |value: f64| value.is_finite().then_some(value);
    let mut scores: Vec<_> = row.metrics.iter().map(|(k, v)| (k.clone(), *v)).collect();
    scores.extend(row.ratios.to_control.iter().map(|(k, v)| (format!("to_control_{k}"), finite(*v))));
    scores.extend(row.ratios.to_no_change.iter().map(|(k, v)| (format!("to_no_change_{k}"), finite(*v))));
    scores.extend(row.truth.iter().flatten().map(|(k, v)| (format!("truth_{k}"), *v)));
    scores
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
