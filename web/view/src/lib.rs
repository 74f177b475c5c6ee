//! Dosefront's figures on the page: draws `dosefront::chart` on canvases through plotters-canvas and says what is under
//! the pointer. No science and no layout here.
//!
//! Every function takes a figure as a plain object (`{figure: "bars", ...}`, see `dosefront::chart::Figure`) and
//! throws a plain object `{code, message, hint}`. Tables and figures of a benchmark are made from the rows of a report
//! (`dosefront::scores`, `dosefront::fronts`), so that they need no answer from the worker.

mod errors;

use dosefront::chart::{self, Drawn as Marks, Extent, Figure, Mark, Theme};
use dosefront::fronts::{self, CandidateRow, FrontQuery, SpreadRow};
use dosefront::scores::{self, ResultRow, ScoreFigure, TableQuery};
use plotters_canvas::CanvasBackend;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use dosefront_boundary::{Failure, keep_panics};

/// Keeps the words of a panic for the console and for [`last_panic`].
#[wasm_bindgen(start)]
pub fn start() {
    keep_panics();
}

/// What the last panic said; undefined when there was none. A trap reaches JavaScript as a bare `unreachable`; this is its text.
#[wasm_bindgen]
#[must_use]
pub fn last_panic() -> Option<String> {
    dosefront_boundary::last_panic()
}

/// What is where in a figure that has been drawn.
#[wasm_bindgen]
pub struct Drawn {
    marks: Marks,
}

/// A mark as the page gets it; positions and lengths are CSS pixels from the canvas's top left.
#[derive(Serialize)]
struct Hit<'a> {
    text: &'a str,
    x: f64,
    y: f64,
    index: usize,
    /// Of a point; 0 for a rectangle.
    radius: f64,
    /// `[left, top, width, height]` of a cell or a bar; null for a point.
    rect: Option<[f64; 4]>,
    /// A stable name of the thing in every figure; null where it has none.
    key: Option<&'a str>,
}

impl<'a> From<&'a Mark> for Hit<'a> {
    fn from(mark: &'a Mark) -> Self {
        let (radius, rect) = match mark.extent {
            Extent::Radius(radius) => (radius, None),
            Extent::Rect { x, y, w, h } => (0.0, Some([x, y, w, h])),
        };
        Hit { text: &mark.text, x: mark.x, y: mark.y, index: mark.index, radius, rect, key: mark.key.as_deref() }
    }
}

#[wasm_bindgen]
impl Drawn {
    /// What is under the pointer at (`x`, `y`), in CSS pixels from the canvas's top left:
    /// `{text, x, y, index, radius, rect, key}` or null.
    pub fn hit(&self, x: f64, y: f64) -> Result<JsValue, JsValue> {
        self.marks.hit(x, y).map_or(Ok(JsValue::NULL), |mark| to_js(&Hit::from(&mark)))
    }

    /// How many marks there are, for stepping through them with the keyboard.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn count(&self) -> usize {
        self.marks.marks.len()
    }

    /// Mark number `n` in the order of the data, as [`Drawn::hit`] gives it, or null.
    pub fn mark(&self, n: usize) -> Result<JsValue, JsValue> {
        self.marks.marks.get(n).map_or(Ok(JsValue::NULL), |mark| to_js(&Hit::from(mark)))
    }
}

/// Draws a figure on a canvas, sharp on a screen with `dpr` device pixels per CSS pixel.
///
/// A canvas in a page is drawn at the size that CSS gives it (which must not depend on its width and height attributes,
/// since those are set here). One that is not laid out keeps its attributes and counts as `dpr` times smaller:
/// width 1600 at dpr 2 is a figure of 800 CSS pixels, which is how to make a PNG.
#[wasm_bindgen]
pub fn draw(canvas: HtmlCanvasElement, figure: JsValue, theme: JsValue, dpr: f64) -> Result<Drawn, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    let theme = theme_from(theme)?;
    let dpr = if dpr.is_finite() && dpr > 0.0 { dpr.clamp(0.5, 8.0) } else { 1.0 };
    let (width, height, scale) = fit(&canvas, dpr);
    let context = context(&canvas)?;
    let measure = |text: &str, size: f64, bold: bool| browser_width(&context, &theme.font, text, size, bold);
    let mut backend = CanvasBackend::with_canvas_object(canvas).ok_or_else(errors::no_canvas)?;
    let unit = 1.0 / chart::UNITS_PER_PIXEL;
    context.set_transform(unit, 0.0, 0.0, unit, 0.0, 0.0)?;
    let marks = chart::draw(&figure, (width, height), &theme, &measure, &mut backend, scale).map_err(Failure::from);
    context.reset_transform()?;
    Ok(Drawn { marks: marks? })
}

/// A figure as an SVG document of `width` x `height` CSS pixels, always in the light theme.
#[wasm_bindgen]
pub fn svg(figure: JsValue, width: f64, height: f64) -> Result<String, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    Ok(chart::svg(&figure, width, height, &Theme::light()).map_err(Failure::from)?)
}

/// The height in CSS pixels that suits a figure at a width, in a theme (null for the light one).
#[wasm_bindgen]
pub fn height(figure: JsValue, width: f64, theme: JsValue) -> Result<f64, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    let theme = theme_from(theme)?;
    let context = spare_context();
    let measure = |text: &str, size: f64, bold: bool| match &context {
        Some(context) => browser_width(context, &theme.font, text, size, bold),
        None => chart::estimate_width(text, size, bold),
    };
    Ok(chart::height(&figure, width, &theme, &measure))
}

/// One or two sentences that say what a figure shows, for screen readers.
#[wasm_bindgen]
pub fn summary(figure: JsValue) -> Result<String, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    Ok(chart::summary(&figure).map_err(Failure::from)?)
}

/// The data of a figure: `{columns: [string], rows: [[string | number | null]]}`.
#[wasm_bindgen]
pub fn table(figure: JsValue) -> Result<JsValue, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    to_js(&chart::table(&figure).map_err(Failure::from)?)
}

/// The data of a figure as CSV, with full precision.
#[wasm_bindgen]
pub fn csv(figure: JsValue) -> Result<String, JsValue> {
    let figure: Figure = from_js(figure, "figure")?;
    Ok(chart::table(&figure).map_err(Failure::from)?.csv())
}

/// Mean and spread of every score per model, with the best two marked (`dosefront::scores::ScoreTable`), from the `results` of a
/// report and a query (`dosefront::scores::TableQuery`; `{}` for everything).
#[wasm_bindgen]
pub fn score_table(results: JsValue, query: JsValue) -> Result<JsValue, JsValue> {
    to_js(&score_table_of(results, query)?)
}

/// The same table as CSV.
#[wasm_bindgen]
pub fn score_csv(results: JsValue, query: JsValue) -> Result<String, JsValue> {
    Ok(score_table_of(results, query)?.csv())
}

/// A figure of the `results` of a report, as a plain object that [`draw`] takes; the query is a `dosefront::scores::ScoreFigure`:
/// `{show: "bars", metric: "r2_all", group_by: "cell_type"}`.
#[wasm_bindgen]
pub fn score_figure(results: JsValue, query: JsValue) -> Result<JsValue, JsValue> {
    let results: Vec<ResultRow> = from_js(results, "results")?;
    let query: ScoreFigure = from_js(query, "query")?;
    to_js(&scores::figure(&results, &query).map_err(Failure::from)?)
}

/// The candidates of a trade-off, rows of its report or of a part of it, in two metrics as a plain object that [`draw`] takes;
/// the query is a `dosefront::fronts::FrontQuery`: `{x: "asw", y: "be", split: 1}`.
#[wasm_bindgen]
pub fn front_figure(rows: JsValue, query: JsValue) -> Result<JsValue, JsValue> {
    let rows: Vec<CandidateRow> = from_js(rows, "candidates")?;
    let query: FrontQuery = from_js(query, "query")?;
    to_js(&fronts::figure(&rows, &query).map_err(Failure::from)?)
}

/// What the axes of a front can be, in order: `[{id, label, unit, better, group, meaning}]`, see `dosefront::fronts::FrontMetric`.
#[wasm_bindgen]
pub fn front_metrics() -> Result<JsValue, JsValue> {
    to_js(&fronts::METRICS)
}

/// How good the fronts of some candidates are, in the pairs of metrics and the layout of the paper's tables: `{columns, rows}`;
/// `units` is `scaled` or `paper`, see `dosefront::fronts::Units`.
#[wasm_bindgen]
pub fn front_table(rows: JsValue, units: JsValue) -> Result<JsValue, JsValue> {
    to_js(&fronts::paper_table(&front_spread(rows)?, from_js(units, "units")?))
}

/// The same numbers as CSV, with full precision and one row per front and pair of metrics.
#[wasm_bindgen]
pub fn front_csv(rows: JsValue) -> Result<String, JsValue> {
    Ok(fronts::spread_csv(&front_spread(rows)?))
}

fn front_spread(rows: JsValue) -> Result<Vec<SpreadRow>, JsValue> {
    let rows: Vec<CandidateRow> = from_js(rows, "candidates")?;
    let mut all = Vec::new();
    for (x, y) in fronts::PAPER_PAIRS {
        all.extend(fronts::summarise(&rows, x, y).map_err(Failure::from)?);
    }
    Ok(fronts::spread(&all))
}

fn score_table_of(results: JsValue, query: JsValue) -> Result<scores::ScoreTable, JsValue> {
    let results: Vec<ResultRow> = from_js(results, "results")?;
    let query: TableQuery = from_js(query, "query")?;
    Ok(scores::score_table(&results, &query).map_err(Failure::from)?)
}

/// Sets the bitmap's size and returns width and height in CSS pixels and the device pixels per CSS pixel.
fn fit(canvas: &HtmlCanvasElement, dpr: f64) -> (f64, f64, f64) {
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    if width < 1.0 || height < 1.0 {
        return (f64::from(canvas.width()) / dpr, f64::from(canvas.height()) / dpr, dpr);
    }
    let (bitmap_width, bitmap_height) = ((width * dpr).round() as u32, (height * dpr).round() as u32);
    // Setting the same size again would clear the bitmap and make it flicker.
    if canvas.width() != bitmap_width {
        canvas.set_width(bitmap_width);
    }
    if canvas.height() != bitmap_height {
        canvas.set_height(bitmap_height);
    }
    (width, height, f64::from(bitmap_width) / width)
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d").ok().flatten().and_then(|object| object.dyn_into().ok());
    context.ok_or_else(|| errors::no_canvas().into())
}

thread_local! {
    /// A context that only measures texts.
    static SPARE: Option<CanvasRenderingContext2d> = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.create_element("canvas").ok())
        .and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok())
        .and_then(|canvas| context(&canvas).ok());
}

fn spare_context() -> Option<CanvasRenderingContext2d> {
    SPARE.with(Clone::clone)
}

fn browser_width(context: &CanvasRenderingContext2d, font: &str, text: &str, size: f64, bold: bool) -> f64 {
    context.set_font(&format!("{} {size}px {font}", if bold { "bold" } else { "normal" }));
    context.measure_text(text).map_or_else(|_| chart::estimate_width(text, size, bold), |metrics| metrics.width())
}

fn theme_from(theme: JsValue) -> Result<Theme, JsValue> {
    if theme.is_null() || theme.is_undefined() { Ok(Theme::light()) } else { from_js(theme, "theme") }
}

fn from_js<T: DeserializeOwned>(value: JsValue, what: &'static str) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Failure::unreadable(what, &error).into())
}

fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    Ok(dosefront_boundary::to_js(value)?)
}
