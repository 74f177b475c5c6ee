use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Columns that say which result a row is, in the order in which they are told.
const NAMES: [&str; 20] = [
    "model",
    "method",
    "measure",
    "estimator",
    "of",
    "name",
    "contrast",
    "cell_type",
    "arm",
    "condition",
    "dose",
    "metric",
    "gene",
    "cells",
    "x",
    "y",
    "seed",
    "split",
    "place",
    "epoch",
];
/// Of rows that have none of the others to be told apart by.
const STEP: &str = "step";

/// Whether a column of this row is part of its name, rather than of what it says.
pub(super) fn is_name(row: &Map<String, Value>, column: &str) -> bool {
    let plain = |value: &Value| !value.is_array() && !value.is_object();
    let named = NAMES.contains(&column) || (column == STEP && !row.contains_key("epoch"));
    named && row.get(column).is_some_and(plain)
}

/// The name of a row, which does not depend on where it stands: `scgen, CD4T, stimulated, seed 1`. Empty for a row without one.
pub(super) fn name(row: &Map<String, Value>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let has = |column: &str| row.contains_key(column);
    for column in NAMES.into_iter().chain([STEP]).filter(|column| is_name(row, column)) {
        match (column, &row[column]) {
            // The contrast says which arm, and the arm which condition and dose.
            ("arm", _) if has("contrast") => {}
            ("condition" | "dose", _) if has("arm") => {}
            (_, Value::String(text)) => parts.push(text.clone()),
            (_, number @ Value::Number(_)) => parts.push(format!("{column} {number}")),
            _ => {}
        }
    }
    parts.join(", ")
}

/// The first two rows with one name, counted from 0.
pub(super) fn twice(rows: &[Value]) -> Option<(usize, usize, String)> {
    let mut seen = BTreeMap::new();
    rows.iter().enumerate().find_map(|(at, row)| {
        let name = name(row.as_object()?);
        seen.insert(name.clone(), at).map(|first| (first, at, name))
    })
}

/// Rows by their names, in an order that does not depend on theirs; a name that comes again is counted.
pub(super) fn by_name(rows: &[Value]) -> Option<BTreeMap<String, &Map<String, Value>>> {
    let mut named = BTreeMap::new();
    for row in rows {
        let row = row.as_object()?;
        let mut key = name(row);
        if key.is_empty() {
            return None;
        }
        let first = key.clone();
        let mut again = 1;
        while named.contains_key(&key) {
            again += 1;
            key = format!("{first} ({again})");
        }
        named.insert(key, row);
    }
    Some(named)
}
