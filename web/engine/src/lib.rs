//! Dosefront's engine, for a web worker: opens data, steps a run, hands back events. No science here.
//!
//! Values cross as plain objects; every failure is thrown as `{code, message, hint}`.

mod device;
mod failure;

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{self, Dataset, InputFile, Roles};
use dosefront::run::{Clock, DatasetSummary, DesignSummary, EngineInfo, RunFile, Runner, Versions, results_csv};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use failure::Failure;

/// Keeps the words of a panic for the console and for [`last_panic`].
#[wasm_bindgen(start)]
pub fn start() {
    failure::keep_panics();
}

/// What the last panic said; undefined when there was none. A trap reaches JavaScript as a bare `unreachable`; this is
/// its text.
#[wasm_bindgen]
#[must_use]
pub fn last_panic() -> Option<String> {
    failure::last_panic()
}

/// The engine: a device, at most one open data set and at most one run.
///
/// Everything is behind `&self`, because JavaScript may call while a step waits for the GPU; the run is taken out during
/// a step, so that such a call is refused in words instead of trapping.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
    info: EngineInfo,
    dataset: RefCell<Option<Rc<Dataset>>>,
    runner: RefCell<Option<Runner>>,
    /// Counts runs, so that a step that ends after its run was cancelled or replaced does not bring it back.
    generation: RefCell<u64>,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the device `cpu` or `webgpu`. `adapter` and `software` are what the page found out about the GPU; they go
    /// into the report.
    pub async fn create(device: String, adapter: Option<String>, software: bool) -> Result<Engine, JsValue> {
        let (device, info) = device::open(&device, adapter, software).await?;
        Ok(Self {
            device,
            info,
            dataset: RefCell::default(),
            runner: RefCell::default(),
            generation: RefCell::default(),
        })
    }

    /// `{engine, adapter, software, repeats, versions}`
    pub fn device_info(&self) -> Result<JsValue, JsValue> {
        #[derive(Serialize)]
        struct Info<'a> {
            #[serde(flatten)]
            engine: &'a EngineInfo,
            versions: Versions,
        }
        Ok(to_js(&Info { engine: &self.info, versions: Versions::default() })?)
    }

    /// The built-in data sets.
    pub fn presets(&self) -> Result<JsValue, JsValue> {
        Ok(to_js(&data::presets())?)
    }

    /// Opens one file, or the loose parts of a 10x matrix. The open data set stays if this fails.
    pub fn open_files(&self, names: Vec<String>, buffers: Vec<js_sys::Uint8Array>) -> Result<JsValue, JsValue> {
        let files = names.into_iter().zip(buffers).map(|(name, bytes)| InputFile { name, bytes: bytes.to_vec() });
        let dataset = data::read(files.collect()).map_err(Failure::from)?;
        self.keep(dataset)
    }

    /// Opens a built-in data set.
    pub fn open_simulated(&self, preset: &str, seed: u32) -> Result<JsValue, JsValue> {
        let dataset = data::simulate(preset, u64::from(seed)).map_err(Failure::from)?;
        self.keep(dataset)
    }

    /// What the roles make of the open data set.
    pub fn design(&self, roles: JsValue) -> Result<JsValue, JsValue> {
        let roles: Roles =
            serde_wasm_bindgen::from_value(roles).map_err(|error| Failure::unreadable("roles", &error))?;
        Ok(to_js(&DesignSummary::new(&*self.open()?, &roles).map_err(Failure::from)?)?)
    }

    /// The run file with every default filled in, or what is wrong with it.
    pub fn check_run(&self, run: &JsValue) -> Result<JsValue, JsValue> {
        Ok(to_js(&parse(run)?)?)
    }

    /// Begins a run on the open data set, in place of any other. Returns its run file with every default filled in.
    pub fn start(&self, run: &JsValue) -> Result<JsValue, JsValue> {
        let clock: Clock = Rc::new(js_sys::Date::now);
        let runner = Runner::new(parse(run)?, self.open()?, self.device.clone(), self.info.clone(), clock)
            .map_err(Failure::from)?;
        let completed = to_js(runner.run())?;
        *self.generation.borrow_mut() += 1;
        self.runner.replace(Some(runner));
        Ok(completed)
    }

    /// Works for about so many milliseconds and returns what happened; the last event of a run is `finished`.
    pub async fn step(&self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let mut runner = self.runner.take().ok_or_else(Failure::no_run)?;
        let generation = *self.generation.borrow();
        let events = runner.step(budget_ms).await;
        if *self.generation.borrow() == generation {
            self.runner.replace(Some(runner));
        }
        Ok(to_js(&events.map_err(Failure::from)?)?)
    }

    /// Drops the run.
    pub fn cancel(&self) {
        *self.generation.borrow_mut() += 1;
        self.runner.replace(None);
    }

    /// What the figures of result `index` need.
    pub fn detail(&self, index: usize) -> Result<JsValue, JsValue> {
        let runner = self.runner.borrow();
        let runner = runner.as_ref().ok_or_else(Failure::no_run)?;
        let detail = runner.detail(index).ok_or_else(|| {
            Failure::new("no_result", format!("there is no result {index}"), "Choose a result of the table.")
        })?;
        Ok(to_js(detail)?)
    }

    /// The report as JSON text.
    pub fn report(&self) -> Result<String, JsValue> {
        let runner = self.runner.borrow();
        let report = runner.as_ref().ok_or_else(Failure::no_run)?.report();
        Ok(serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::new("report", error.to_string(), "Save the results table as CSV instead."))?)
    }

    /// The results as CSV.
    pub fn results_csv(&self) -> Result<String, JsValue> {
        let runner = self.runner.borrow();
        Ok(results_csv(&runner.as_ref().ok_or_else(Failure::no_run)?.report().results))
    }
}

impl Engine {
    fn open(&self) -> Result<Rc<Dataset>, Failure> {
        self.dataset.borrow().clone().ok_or_else(Failure::no_data)
    }

    fn keep(&self, dataset: Dataset) -> Result<JsValue, JsValue> {
        let summary = to_js(&DatasetSummary::new(&dataset))?;
        self.cancel();
        self.dataset.replace(Some(Rc::new(dataset)));
        Ok(summary)
    }
}

/// The run file's own parser is used, so that the messages are the same as on the command line.
fn parse(run: &JsValue) -> Result<RunFile, Failure> {
    let text = js_sys::JSON::stringify(run).map(String::from).unwrap_or_default();
    Ok(RunFile::parse(&text)?)
}

/// A value as a plain object.
pub(crate) fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Failure> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(|error| {
        Failure::new("boundary", format!("a value could not be handed to the page: {error}"), "Reload the page.")
    })
}
