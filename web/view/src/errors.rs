//! Errors and panics as words the page can show.

use std::cell::RefCell;

use dosefront::chart::ChartError;
use dosefront::fronts::FrontError;
use dosefront::scores::ScoreError;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error as the page gets it.
#[derive(Serialize)]
pub struct Failure {
    code: &'static str,
    message: String,
    hint: String,
}

impl Failure {
    /// A value from the page that has not the shape it should have.
    pub fn unreadable(what: &'static str, error: &serde_wasm_bindgen::Error) -> Self {
        Self {
            code: "unreadable_input",
            message: format!("the {what} could not be read: {error}"),
            hint: "Reload the page; if it stays, page and program are of different versions.".into(),
        }
    }

    /// The canvas has no 2D context.
    pub fn no_canvas() -> Self {
        Self {
            code: "no_canvas",
            message: "the browser gave no 2D drawing context for the canvas".into(),
            hint: "Close other tabs and reload the page; the table under the figure shows the same data.".into(),
        }
    }
}

impl From<ChartError> for Failure {
    fn from(error: ChartError) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

impl From<ScoreError> for Failure {
    fn from(error: ScoreError) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

impl From<FrontError> for Failure {
    fn from(error: FrontError) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        failure.serialize(&serializer).unwrap_or_else(|_| Self::from_str(&failure.message))
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
