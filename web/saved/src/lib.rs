//! Runs that were saved, for a web worker: opened, shortened, compared, packed and written up. None of this needs data or an engine, and few
//! visits need it, so it is a module of its own that is fetched when it is asked for. No science here.
//!
//! Values cross as plain objects; every failure is thrown as `{code, message, hint}`.

use dosefront::run::saved::{self, BundleFile};
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use dosefront::report::{self, ReportFigure};
use dosefront_boundary::{Failure, run_file, to_js};

/// Keeps the words of a panic for the console and for [`last_panic`].
#[wasm_bindgen(start)]
pub fn start() {
    dosefront_boundary::keep_panics();
}

/// What the last panic said; undefined when there was none.
#[wasm_bindgen]
#[must_use]
pub fn last_panic() -> Option<String> {
    dosefront_boundary::last_panic()
}

/// The smallest object that fills in to the same run file.
#[wasm_bindgen]
pub fn shorten(run: &JsValue) -> Result<JsValue, JsValue> {
    Ok(to_js(&saved::shorten(&run_file(run)?))?)
}

/// Opens the text of a run file or report of any version, or of the HTML report that one is in: `{run, report, remarks}`, `report` null
/// for a run file alone.
#[wasm_bindgen]
pub fn open_saved(text: &str) -> Result<JsValue, JsValue> {
    let text = report::embedded(text).unwrap_or(text);
    let saved = saved::open_saved(text).map_err(Failure::from)?;
    saved::fits_page(&saved.run).map_err(Failure::from)?;
    let run = to_js(&saved.run)?;
    let report = match saved.report {
        // JavaScript reads the numbers as exactly, and a large object from text faster than it is handed over.
        Some(_) => {
            let report = JSON::parse(text.trim_start_matches('\u{feff}'))?;
            Reflect::set(&report, &"run".into(), &run)?;
            report
        }
        None => JsValue::NULL,
    };
    object([("run", run), ("report", report), ("remarks", to_js(&saved.remarks)?)])
}

/// Whether the reports of two runs, as text, have the same results.
#[wasm_bindgen]
pub fn compare_reports(before: &str, after: &str) -> Result<JsValue, JsValue> {
    Ok(to_js(&saved::compare(before, after).map_err(Failure::from)?)?)
}

/// Files in one zip, with their checksums.
#[wasm_bindgen]
pub fn bundle_write(names: Vec<String>, buffers: Vec<Uint8Array>) -> Result<Vec<u8>, JsValue> {
    let files = names.into_iter().zip(buffers).map(|(name, bytes)| BundleFile { name, bytes: bytes.to_vec() });
    Ok(saved::bundle_write(&files.collect::<Vec<_>>()).map_err(Failure::from)?)
}

/// The files of such a zip, checked: `[{name, bytes}]`.
#[wasm_bindgen]
pub fn bundle_read(bytes: &[u8]) -> Result<Array, JsValue> {
    let files = saved::bundle_read(bytes).map_err(Failure::from)?;
    let entry = |file: BundleFile| {
        object([("name", file.name.into()), ("bytes", Uint8Array::from(file.bytes.as_slice()).into())])
    };
    files.into_iter().map(entry).collect()
}

/// The Methods section of a run file, defaults filled in or not: `{paragraph, citations: [{key, text, url}]}`. Paragraphs are apart by
/// an empty line, and refer to the citations, in their order, as `[1, 2]`.
#[wasm_bindgen]
pub fn methods(run: &JsValue) -> Result<JsValue, JsValue> {
    Ok(to_js(&report::methods(&run_file(run)?))?)
}

/// The report of a run (JSON text, as `report` and `merge` give it) as the text of one HTML file, with these figures:
/// `[{title, caption, svg}]`.
#[wasm_bindgen]
pub fn report_html(report: &str, figures: JsValue) -> Result<String, JsValue> {
    let figures: Vec<ReportFigure> =
        serde_wasm_bindgen::from_value(figures).map_err(|error| Failure::unreadable("figures", &error))?;
    Ok(report::report_html(report, &figures).map_err(Failure::from)?)
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value)?;
    }
    Ok(object.into())
}
