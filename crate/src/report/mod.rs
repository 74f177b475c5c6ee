//! What a person hands on of a run: a Methods section written from the run file, with references, and one HTML file that holds everything.
//!
//! * [`methods`]: what was done, as a paper says it, from a run file alone;
//! * [`report_html`]: one file with what was asked and found, Methods, tables, figures and the run itself, which [`embedded`] takes out again;
//! * [`figures()`]: the figures that a saved report has the numbers of; [`report_figure`] makes one of any other;
//! * [`Citation`], [`works_behind`]: the works that methods and metrics rest on;
//! * [`differences`]: the settings of a run that are not the usual ones.
//!
//! Nothing here trains or needs the data.

mod citations;
mod error;
mod figures;
mod html;
mod methods;
mod prose;
mod saved;
mod settings;
mod sources;

pub use citations::{CITATIONS, Citation, citation};
pub use error::ReportError;
pub use figures::{figures, report_figure};
pub use html::{ReportFigure, embedded, report_html};
pub use methods::{Methods, methods};
pub use settings::{Difference, differences, setting_words, value_words};
pub use sources::{NEED_NONE, works_behind};
