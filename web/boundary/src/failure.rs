//! Errors as words that the page can show.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error as the page gets it: `{code, message, hint}`.
#[derive(Serialize)]
pub struct Failure {
    code: String,
    message: String,
    hint: String,
}

impl Failure {
    /// An error of the boundary itself.
    pub fn new(code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self { code: code.to_owned(), message: message.into(), hint: hint.to_owned() }
    }

    /// A value from the page has not the shape it should have.
    #[must_use]
    pub fn unreadable(what: &str, error: &serde_wasm_bindgen::Error) -> Self {
        Self::new(
            "unreadable_input",
            format!("the {what} could not be read: {error}"),
            "Reload the page; if it stays, page and engine are of different versions.",
        )
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        crate::to_js(&failure).unwrap_or_else(|_| Self::from_str(&failure.message))
    }
}

macro_rules! from_error {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), error.to_string(), &error.hint())
            }
        }
    )*};
}

from_error!(dosefront::chart::ChartError, dosefront::fronts::FrontError, dosefront::scores::ScoreError);
from_error!(dosefront::data::DataError, dosefront::data::ReadError);
#[cfg(feature = "train")]
from_error!(dosefront::run::RunError, dosefront::run::saved::SavedError, dosefront::report::ReportError);
