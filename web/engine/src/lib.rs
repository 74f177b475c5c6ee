//! Dosefront's engine, for a web worker: opens data, steps a run, hands back events. No science here.
//!
//! Values cross as plain objects; every failure is thrown as `{code, message, hint}`.

mod device;
mod failure;
mod slot;

use std::cell::RefCell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{self, Dataset, InputFile, Roles};
use dosefront::run::explore::{FigureQuery, distances_table, fits_table, genes_table};
use dosefront::run::{Clock, DatasetSummary, DesignSummary, EngineInfo, Exploration, RunFile, Runner, Task, Versions};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use failure::Failure;
use slot::Slot;

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

/// The engine: a device, at most one open data set, and at most one run of each task on it, which do not disturb each
/// other.
///
/// Everything is behind `&self`, because JavaScript may call while a step waits for the GPU. A run is named by its task,
/// `explore` or `predict`.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
    info: EngineInfo,
    dataset: RefCell<Option<Rc<Dataset>>>,
    explore: Slot,
    predict: Slot,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the device `cpu` or `webgpu`. `adapter` and `software` are what the page found out about the GPU; they go
    /// into the report.
    pub async fn create(device: String, adapter: Option<String>, software: bool) -> Result<Engine, JsValue> {
        let (device, info) = device::open(&device, adapter, software).await?;
        Ok(Self { device, info, dataset: RefCell::default(), explore: Slot::default(), predict: Slot::default() })
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

    /// Begins a run on the open data set, in place of any other of its task. Returns its run file with every default
    /// filled in.
    pub fn start(&self, run: &JsValue) -> Result<JsValue, JsValue> {
        let clock: Clock = Rc::new(js_sys::Date::now);
        let run = parse(run)?;
        let slot = match run.task {
            Task::Explore(_) => &self.explore,
            Task::Predict(_) => &self.predict,
        };
        let runner =
            Runner::new(run, self.open()?, self.device.clone(), self.info.clone(), clock).map_err(Failure::from)?;
        let completed = to_js(runner.run())?;
        slot.start(runner);
        Ok(completed)
    }

    /// Works on a run for about so many milliseconds and returns what happened; the last event of a run is `finished`.
    pub async fn step(&self, task: &str, budget_ms: f64) -> Result<JsValue, JsValue> {
        Ok(to_js(&self.slot(task)?.step(budget_ms).await?)?)
    }

    /// Drops a run.
    pub fn cancel(&self, task: &str) -> Result<(), JsValue> {
        self.slot(task)?.cancel();
        Ok(())
    }

    /// What the figures of result `index` of the prediction need.
    pub fn detail(&self, index: usize) -> Result<JsValue, JsValue> {
        self.predict.read(|runner| {
            let detail = runner.detail(index).ok_or_else(|| {
                Failure::new("no_result", format!("there is no result {index}"), "Choose a result of the table.")
            })?;
            to_js(detail)
        })
    }

    /// What the exploration has found so far, in brief.
    pub fn overview(&self) -> Result<JsValue, JsValue> {
        self.exploration(|found| to_js(&found.overview()))
    }

    /// A figure of the exploration, for the view.
    pub fn figure(&self, query: JsValue) -> Result<JsValue, JsValue> {
        let query: FigureQuery =
            serde_wasm_bindgen::from_value(query).map_err(|error| Failure::unreadable("figure", &error))?;
        self.exploration(|found| to_js(&found.figure(&query)?))
    }

    /// A table of the exploration: `distances`, `response_genes` or `dose_fits`.
    pub fn table(&self, name: &str) -> Result<JsValue, JsValue> {
        self.exploration(|found| {
            to_js(&match name {
                "distances" => distances_table(&found.distance_rows()),
                "response_genes" => genes_table(&found.response_gene_rows()),
                "dose_fits" => fits_table(&found.fit_rows()),
                _ => {
                    return Err(Failure::new("no_table", format!("there is no table {name}"), "Choose another table."));
                }
            })
        })
    }

    /// The report of a run as JSON text.
    pub fn report(&self, task: &str) -> Result<String, JsValue> {
        self.slot(task)?.read(|runner| {
            serde_json::to_string_pretty(&runner.report())
                .map_err(|error| Failure::new("report", error.to_string(), "Save the tables as CSV instead."))
        })
    }
}

impl Engine {
    fn open(&self) -> Result<Rc<Dataset>, Failure> {
        self.dataset.borrow().clone().ok_or_else(Failure::no_data)
    }

    fn slot(&self, task: &str) -> Result<&Slot, Failure> {
        match task {
            "explore" => Ok(&self.explore),
            "predict" => Ok(&self.predict),
            _ => Err(Failure::new("no_task", format!("there is no task {task}"), "Reload the page.")),
        }
    }

    fn exploration<T>(&self, read: impl FnOnce(&Exploration) -> Result<T, Failure>) -> Result<T, JsValue> {
        self.explore.read(|runner| read(runner.exploration().ok_or_else(Failure::no_run)?))
    }

    fn keep(&self, dataset: Dataset) -> Result<JsValue, JsValue> {
        let summary = to_js(&DatasetSummary::new(&dataset))?;
        self.explore.cancel();
        self.predict.cancel();
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
