//! One HTML file that holds everything: what was asked and found, Methods, tables, figures, and the run to be opened again.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a page is put together once, and a formatter's Result would have to be thrown away at every piece"
)]

mod explore;
mod information;
mod json;
mod page;
mod predict;
mod sheet;
mod svg;
mod text;
mod told;
mod trade_off;

use serde::{Deserialize, Serialize};

use super::methods::prose;
use super::saved::Saved;
use super::{ReportError, prose::Prose};
pub(super) use information::estimator_name;
pub use json::embedded;
pub(super) use text::{escape, zeros};

/// A figure to go into a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFigure {
    /// What it is, in a few words.
    pub title: String,
    /// How to read it, in a sentence or two; may be empty.
    pub caption: String,
    /// The picture: one `svg` element.
    pub svg: String,
}

/// The report of a saved run as one HTML file, which needs nothing else and runs nothing: no script is allowed in it. The saved run is in it
/// as well, and [`embedded`] gives it back.
///
/// `report` is the JSON of a report, or an HTML report that one is in; `figures` are shown in their order. Everything from data is text,
/// whatever it holds.
///
/// Errors: [`ReportError::Saved`], [`ReportError::NoResults`], [`ReportError::Results`], and [`ReportError::Figure`] for a figure that is no
/// picture or holds scripts.
pub fn report_html(report: &str, figures: &[ReportFigure]) -> Result<String, ReportError> {
    let saved = Saved::parse(report)?;
    let prose: Prose = prose(&saved.run, Some((&saved.device, &saved.versions)));
    let mut pictures = Vec::new();
    for (at, figure) in figures.iter().enumerate() {
        let number = at + 1;
        let picture = svg::inlined(&figure.svg, &figure.title, &format!("figure-{number}-"))
            .map_err(|reason| ReportError::Figure { number, title: figure.title.clone(), reason })?;
        pictures.push(page::figure(number, figure, &picture));
    }
    Ok(page::page(
        &saved,
        &told::told(&saved),
        &prose,
        &pictures,
        &json::data_block(embedded(report).unwrap_or(report).trim_start_matches('\u{feff}')),
    ))
}
