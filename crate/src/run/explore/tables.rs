//! The rows of an exploration as tables, for CSV files and the page.

use super::groups::ALL_CELLS;
use super::outcome::{Compared, DistanceRow, FitOf, FitRow, GeneRow};
use crate::chart::{Cell, Table};

/// One row per comparison and distance.
#[must_use]
pub fn distances_table(rows: &[DistanceRow]) -> Table {
    let own = ["metric", "n_control", "n_treated", "value", "p_value", "low", "high", "floor", "floor_high"];
    table(&own, rows, |row| {
        let mut cells = compared(&row.compared);
        cells.extend([Cell::from(row.metric.name()), Cell::from(row.n_control), Cell::from(row.n_treated)]);
        cells.extend([row.value, row.p_value, row.low, row.high, row.floor, row.floor_high].map(Cell::from));
        cells
    })
}

/// One row per gene of each comparison.
#[must_use]
pub fn genes_table(rows: &[GeneRow]) -> Table {
    let own = [
        "gene",
        "rank",
        "score",
        "log2_fold_change",
        "p_value",
        "adjusted_p_value",
        "mean_control",
        "mean_treated",
        "fraction_control",
        "fraction_treated",
    ];
    table(&own, rows, |row| {
        let mut cells = compared(&row.compared);
        cells.extend([Cell::from(&row.gene), Cell::from(row.rank), Cell::from(row.score)]);
        cells.extend([Cell::from(row.log2_fold_change), Cell::from(row.p_value), Cell::from(row.adjusted_p_value)]);
        let numbers = [row.mean_control, row.mean_treated, row.fraction_control, row.fraction_treated];
        cells.extend(numbers.map(Cell::from));
        cells
    })
}

/// One row per fitted curve.
#[must_use]
pub fn fits_table(rows: &[FitRow]) -> Table {
    let columns = [
        "cell_type",
        "condition",
        "of",
        "name",
        "ec50",
        "ec50_low",
        "ec50_high",
        "bottom",
        "top",
        "slope",
        "r2",
        "p_value",
        "at_edge",
    ];
    let mut table = Table::new(columns);
    for row in rows {
        let mut cells = vec![
            Cell::from(row.cell_type.as_deref().unwrap_or(ALL_CELLS)),
            row.condition.as_ref().map_or(Cell::Missing, Cell::from),
            Cell::from(if row.of == FitOf::Gene { "gene" } else { "distance" }),
            Cell::from(&row.name),
        ];
        cells.extend([Cell::from(row.ec50), Cell::from(row.ec50_low), Cell::from(row.ec50_high)]);
        cells.extend([row.bottom, row.top, row.slope, row.r2, row.p_value].map(Cell::from));
        cells.push(Cell::from(if row.at_edge { "yes" } else { "no" }));
        table.rows.push(cells);
    }
    table
}

fn table<R>(own: &[&str], rows: &[R], cells: impl Fn(&R) -> Vec<Cell>) -> Table {
    let shared = ["contrast", "cell_type", "arm", "condition", "dose"];
    let mut table = Table::new(shared.into_iter().chain(own.iter().copied()));
    table.rows = rows.iter().map(cells).collect();
    table
}

fn compared(row: &Compared) -> Vec<Cell> {
    vec![
        Cell::from(&row.contrast),
        Cell::from(row.cell_type.as_deref().unwrap_or(ALL_CELLS)),
        Cell::from(&row.arm),
        row.condition.as_ref().map_or(Cell::Missing, Cell::from),
        Cell::from(row.dose),
    ]
}
