//! What can be wrong with what a report is made from.

use crate::chart::ChartError;
use crate::run::saved::SavedError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The text is not a saved run whose results belong to it.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A run file alone.
    #[error("this is a run file without results")]
    NoResults,
    /// Results have another shape than the results of such a run.
    #[error("the report's \"{part}\" cannot be read: {reason}")]
    Results {
        /// Which part.
        part: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A figure that is no picture, or more than one.
    #[error("figure {number} ({title}) cannot go into a report: {reason}")]
    Figure {
        /// Its number, from 1.
        number: usize,
        /// Its title.
        title: String,
        /// What is wrong.
        reason: String,
    },
    /// A figure of the results cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
}

impl ReportError {
    /// A stable name for the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Saved(error) => error.code(),
            Self::NoResults => "no_results",
            Self::Results { .. } => "report_results",
            Self::Figure { .. } => "report_figure",
            Self::Chart(_) => "report_chart",
        }
    }

    /// What can be changed.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Saved(error) => error.hint(),
            Self::NoResults => "Do the run first, and make the report of what comes out.".into(),
            Self::Results { .. } => "Save the run again: this file was changed, or comes from another version.".into(),
            Self::Figure { .. } => "Leave this figure out, or save it again as SVG.".into(),
            Self::Chart(_) => "Make the report without figures.".into(),
        }
    }
}
