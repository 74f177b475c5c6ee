//! Errors and panics as words that the page can show.

use std::cell::RefCell;

use dosefront::data::{DataError, ReadError};
use dosefront::run::RunError;
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

    /// Something was asked before a data set was open.
    pub fn no_data() -> Self {
        Self::new("no_data", "no data set is open", "Open a file or choose a built-in data set first.")
    }

    /// Something was asked of a run that does not exist or is in the middle of a step.
    pub fn no_run() -> Self {
        Self::new("no_run", "no run can answer now", "Start a run, or ask again when the current step is done.")
    }

    /// A value from the page has not the shape it should have.
    pub fn unreadable(what: &str, error: &serde_wasm_bindgen::Error) -> Self {
        Self::new(
            "unreadable_input",
            format!("the {what} could not be read: {error}"),
            "Reload the page; if it stays, page and engine are of different versions.",
        )
    }

    /// A report cannot be written as text.
    pub fn report(error: &serde_json::Error) -> Self {
        Self::new("report", error.to_string(), "Save the tables as CSV instead.")
    }
}

macro_rules! from_error {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self { code: error.code().to_owned(), message: error.to_string(), hint: error.hint() }
            }
        }
    )*};
}

from_error!(DataError, ReadError, RunError);

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        crate::to_js(&failure).unwrap_or_else(|_| Self::from_str(&failure.message))
    }
}

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes a panic say what happened, in the console and in [`last_panic`].
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&JsValue::from_str(&text));
        LAST_PANIC.with_borrow_mut(|last| *last = Some(text));
    }));
}

/// The words of the last panic.
pub fn last_panic() -> Option<String> {
    LAST_PANIC.with_borrow(Clone::clone)
}
