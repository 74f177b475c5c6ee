//! Fronts over repeated splits: mean and standard deviation, as in the paper's Tables 1 and 2.

use serde::{Deserialize, Serialize};

use crate::chart::{Cell, Table};
use crate::scores::mean_and_sd;

use super::metric::metric;
use super::rows::{Cells, FrontRow};

/// Mean and spread over splits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean; null where nothing is defined.
    pub mean: Option<f64>,
    /// Standard deviation (with n - 1); null for fewer than two splits.
    pub sd: Option<f64>,
    /// Number of splits with a value.
    pub n: usize,
}

impl Spread {
    fn of(values: impl Iterator<Item = Option<f64>>) -> Self {
        let values: Vec<f64> = values.flatten().collect();
        let (mean, sd) = mean_and_sd(&values);
        Self { mean, sd, n: values.len() }
    }

    /// `0.85 \u{b1} 0.07`, or the mean alone; empty where nothing is defined.
    fn text(&self, digits: usize) -> String {
        match (self.mean, self.sd) {
            (Some(mean), Some(sd)) => format!("{mean:.digits$} \u{b1} {sd:.digits$}"),
            (Some(mean), None) => format!("{mean:.digits$}"),
            _ => String::new(),
        }
    }
}

/// One method with one measure over all its splits, in one pair of metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpreadRow {
    /// The method.
    pub method: String,
    /// Its measure.
    pub measure: Option<String>,
    /// Training or test cells.
    pub cells: Cells,
    /// Metric of biology.
    pub x: String,
    /// Metric of batch effect.
    pub y: String,
    /// Number of splits.
    pub splits: usize,
    /// Share of candidates that no other one of their front beats.
    pub percentage: Spread,
    /// Hypervolume of scaled metrics.
    pub hypervolume: Spread,
    /// Hypervolume in the metrics' own units.
    pub hypervolume_raw: Spread,
    /// Number of distinct choices on scaled metrics.
    pub ndc: Spread,
    /// Number of distinct choices on the paper's grid.
    pub ndc_paper: Spread,
    /// Ordering by the metric of biology, and by that of batch effect.
    pub ordering: [Spread; 2],
}

/// The spread over splits of every method, measure, kind of cells and pair of metrics, in the order of the rows.
#[must_use]
pub fn spread(fronts: &[FrontRow]) -> Vec<SpreadRow> {
    let key = |row: &FrontRow| (row.method.clone(), row.measure.clone(), row.cells, row.x.clone(), row.y.clone());
    let mut keys = Vec::new();
    for row in fronts {
        let key = key(row);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let of = |wanted| {
        let own: Vec<&FrontRow> = fronts.iter().filter(|row| key(row) == wanted).collect();
        let spread = |value: &dyn Fn(&FrontRow) -> Option<f64>| Spread::of(own.iter().map(|row| value(row)));
        let (percentage, hypervolume) = (spread(&|row| Some(row.percentage)), spread(&|row| Some(row.hypervolume)));
        let (method, measure, cells, x, y) = wanted;
        SpreadRow {
            method,
            measure,
            cells,
            x,
            y,
            splits: own.len(),
            percentage,
            hypervolume,
            hypervolume_raw: spread(&|row| Some(row.hypervolume_raw)),
            ndc: spread(&|row| Some(row.ndc as f64)),
            ndc_paper: spread(&|row| Some(row.ndc_paper as f64)),
            ordering: [spread(&|row| row.ordering[0]), spread(&|row| row.ordering[1])],
        }
    };
    keys.into_iter().map(of).collect()
}

/// The numbers as CSV: one row per method, measure, kind of cells and pair of metrics; `NAME`, `NAME_sd` for each quality.
#[must_use]
pub fn spread_csv(rows: &[SpreadRow]) -> String {
    let qualities = ["percentage", "hypervolume", "hypervolume_raw", "ndc", "ndc_paper", "ordering_x", "ordering_y"];
    let own = ["method", "measure", "cells", "x", "y", "splits"].map(str::to_owned);
    let columns = qualities.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_sd")]);
    let mut table = Table::new(own.into_iter().chain(columns));
    for row in rows {
        let mut cells = vec![
            Cell::from(&row.method),
            row.measure.as_ref().map_or(Cell::Missing, Cell::from),
            Cell::from(cells_name(row.cells)),
            Cell::from(&row.x),
            Cell::from(&row.y),
            Cell::from(row.splits),
        ];
        let qualities = [row.percentage, row.hypervolume, row.hypervolume_raw, row.ndc, row.ndc_paper];
        cells.extend(qualities.iter().chain(&row.ordering).flat_map(|one| [Cell::from(one.mean), Cell::from(one.sd)]));
        table.rows.push(cells);
    }
    table.csv()
}

/// One quality of a row.
type Quality = fn(&SpreadRow) -> Spread;

/// Which hypervolumes and numbers of choices a table shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// Of metrics scaled to [0, 1], which can be compared between pairs of metrics.
    #[default]
    Scaled,
    /// In the metrics' own units, as in the paper.
    Paper,
}

/// The layout of the paper's Tables 1 and 2: percentage, hypervolume and number of distinct choices, each by pairs of metrics; the methods side by
/// side, on training cells, then on test cells.
#[must_use]
pub fn paper_table(rows: &[SpreadRow], units: Units) -> Table {
    let (mut pairs, mut methods) = (Vec::new(), Vec::new());
    for row in rows {
        let (pair, method) = ((&row.x, &row.y), (&row.method, &row.measure));
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    let columns: Vec<_> = [Cells::Train, Cells::Test]
        .into_iter()
        .flat_map(|cells| methods.iter().map(move |method| (cells, *method)))
        .filter(|(cells, method)| rows.iter().any(|row| row.cells == *cells && (&row.method, &row.measure) == *method))
        .collect();
    let name = |(cells, (method, measure)): &(Cells, (&String, &Option<String>))| {
        let measure = measure.as_ref().map(|measure| format!(" + {measure}")).unwrap_or_default();
        format!("{}: {method}{measure}", cells_name(*cells))
    };
    let own = ["quality", "metrics"].map(str::to_owned);
    let mut table = Table::new(own.into_iter().chain(columns.iter().map(name)));
    let qualities: [(&str, usize, Quality); 3] = match units {
        Units::Scaled => [
            ("percentage", 2, |row| row.percentage),
            ("hypervolume", 3, |row| row.hypervolume),
            ("ndc", 1, |row| row.ndc),
        ],
        Units::Paper => [
            ("percentage", 2, |row| row.percentage),
            ("hypervolume", 2, |row| row.hypervolume_raw),
            ("ndc", 1, |row| row.ndc_paper),
        ],
    };
    for (quality, digits, value) in qualities {
        for (x, y) in &pairs {
            let mut line = vec![Cell::from(quality), Cell::Text(format!("{} vs {}", minimised(x), minimised(y)))];
            line.extend(columns.iter().map(|(cells, method)| {
                let wanted = |row: &&SpreadRow| {
                    row.cells == *cells && (&row.method, &row.measure) == *method && (&row.x, &row.y) == (*x, *y)
                };
                let text = rows.iter().find(wanted).map(|row| value(row).text(digits)).unwrap_or_default();
                if text.is_empty() { Cell::Missing } else { Cell::Text(text) }
            }));
            table.rows.push(line);
        }
    }
    table
}

/// `-asw`: as the paper writes a metric of which high values are good.
fn minimised(id: &str) -> String {
    let negated = metric(id).is_ok_and(|metric| metric.minimised(1.0) < 0.0);
    if negated { format!("-{id}") } else { id.to_owned() }
}

fn cells_name(cells: Cells) -> &'static str {
    match cells {
        Cells::Train => "train",
        Cells::Test => "test",
    }
}
