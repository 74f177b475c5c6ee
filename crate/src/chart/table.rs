//! The data of a figure as rows, for screen readers and for files.

use serde::Serialize;

/// One value of a [`Table`]; a JSON string, number or null.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A finite number.
    Number(f64),
    /// Not defined.
    Missing,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        if value.is_finite() { Self::Number(value) } else { Self::Missing }
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Self::Number(value as f64)
    }
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Missing, Self::from)
    }
}

/// Rows of values under column names; every row is as long as `columns`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Column names.
    pub columns: Vec<String>,
    /// Values, row by row.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table with these columns.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// The table as CSV (RFC 4180, but lines end in `\n`): full precision, a missing value is an empty field.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let mut line = |fields: &mut dyn Iterator<Item = String>| {
            text.push_str(&fields.collect::<Vec<_>>().join(","));
            text.push('\n');
        };
        line(&mut self.columns.iter().map(|name| quoted(name)));
        for row in &self.rows {
            line(&mut row.iter().map(|cell| match cell {
                Cell::Text(text) => quoted(text),
                Cell::Number(value) => value.to_string(),
                Cell::Missing => String::new(),
            }));
        }
        text
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it_and_leaves_missing_values_empty() {
        let mut table = Table::new(["name", "value"]);
        table.rows.push(vec!["plain".into(), 0.1.into()]);
        table.rows.push(vec!["with, comma and \"quote\"".into(), f64::NAN.into()]);
        table.rows.push(vec!["whole".into(), 12usize.into()]);
        assert_eq!(table.csv(), "name,value\nplain,0.1\n\"with, comma and \"\"quote\"\"\",\nwhole,12\n");
    }
}
