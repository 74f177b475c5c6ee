//! What the wasm packages share: failures, panics and values as JavaScript sees them. No science here.

mod failure;
mod panics;

use serde::Serialize;
use wasm_bindgen::JsValue;

pub use failure::Failure;
pub use panics::{keep_panics, last_panic};

/// A value as a plain object.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Failure> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| {
        Failure::new("boundary", format!("a value could not be handed to the page: {error}"), "Reload the page.")
    })
}

/// A run file from a plain object. Its own parser is used, so that the messages are the same as on the command line.
#[cfg(feature = "train")]
pub fn run_file(run: &JsValue) -> Result<dosefront::run::RunFile, Failure> {
    let text = js_sys::JSON::stringify(run).map(String::from).unwrap_or_default();
    Ok(dosefront::run::RunFile::parse(&text)?)
}
