//! What methods and measures are called in figures and tables.

use super::rows::{CandidateKind, CandidateRow};

/// The name of a method, e.g. `Pareto MTL`; an unknown one keeps its own.
#[must_use]
pub fn method_name(method: &str) -> &str {
    match method {
        "pareto_mtl" => "Pareto MTL",
        "scalarisation" => "Scalarisation",
        "one_run" => "One run",
        "scvi_hsic" => "scVI + HSIC",
        "saucie_mmd" => "SAUCIE + MMD",
        "desc" => "DESC",
        other => other,
    }
}

/// The name of a batch-effect measure, e.g. `MINE`; an unknown one keeps its own.
#[must_use]
pub fn measure_name(measure: &str) -> &str {
    match measure {
        "mine" => "MINE",
        "mmd" => "MMD",
        "hsic" => "HSIC",
        other => other,
    }
}

/// `Pareto MTL, MINE`; a method that names its measure itself, or has none, stands alone.
#[must_use]
pub fn front_name(method: &str, measure: Option<&str>) -> String {
    match measure {
        Some(measure) if !matches!(method, "scvi_hsic" | "saucie_mmd" | "desc") => {
            format!("{}, {}", method_name(method), measure_name(measure))
        }
        _ => method_name(method).to_owned(),
    }
}

/// A name of a candidate that is the same in every split and figure: `pareto_mtl/mine/4`.
#[must_use]
pub fn candidate_key(method: &str, measure: Option<&str>, place: usize) -> String {
    format!("{method}/{}/{place}", measure.unwrap_or("-"))
}

/// Short name in a plot: what it is, or its number along the front, counted from 1 as the paper does.
#[must_use]
pub fn short_name(kind: CandidateKind, method: &str, place: usize) -> String {
    match kind {
        CandidateKind::BatchOnly => "batch effect only".into(),
        CandidateKind::ScviOnly => "scVI only".into(),
        CandidateKind::Preference => (place + 1).to_string(),
        CandidateKind::Peer => method_name(method).to_owned(),
    }
}

/// `Pareto MTL, MINE, candidate 5 of 12`, or the name of its end of the front.
#[must_use]
pub fn candidate_name(row: &CandidateRow, n: usize) -> String {
    let front = front_name(&row.method, row.measure.as_deref());
    match row.kind {
        CandidateKind::Preference => format!("{front}, candidate {} of {n}", row.place + 1),
        CandidateKind::Peer => front,
        end => format!("{front}, {}", short_name(end, &row.method, row.place)),
    }
}
