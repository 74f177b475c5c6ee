//! Dosefront's engine, for a web worker: opens data, steps a run, hands back events. No science here.
//!
//! Values cross as plain objects; every failure is thrown as `{code, message, hint}`.

mod device;
mod failure;
mod slot;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::{self, Dataset, InputFile, Roles};
use dosefront::run::explore::Method;
use dosefront::run::explore::{FigureQuery, distances_table, fits_table, genes_table};
use dosefront::run::predict::{GridPart, estimate, jobs, merge, results_h5ad};
use dosefront::run::trade_off::{FrontPart, FrontPolish, FrontSlider, Picture, join_fronts, parts};
use dosefront::run::{
    Clock, DatasetSummary, DesignSummary, EngineInfo, Exploration, Replay, ResultRow, Runner, Task, Versions,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use dosefront_boundary::{Failure, run_file as parse, to_js};
use slot::Slot;

/// Keeps the words of a panic for the console and for [`last_panic`].
#[wasm_bindgen(start)]
pub fn start() {
    dosefront_boundary::keep_panics();
}

/// What the last panic said; undefined when there was none. A trap reaches JavaScript as a bare `unreachable`; this is
/// its text.
#[wasm_bindgen]
#[must_use]
pub fn last_panic() -> Option<String> {
    dosefront_boundary::last_panic()
}

/// The engine: a device, at most one open data set, and at most one run of each task on it, which do not disturb each
/// other.
///
/// Everything is behind `&self`, because JavaScript may call while a step waits for the GPU. A run is named by its task,
/// `explore`, `predict`, `trade_off` or `mutual_information`.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
    info: EngineInfo,
    dataset: RefCell<Option<Rc<Dataset>>>,
    explore: Slot,
    predict: Slot,
    trade_off: Slot,
    playground: Slot,
    /// The picture of a latent space that is being made.
    picture: RefCell<Option<Picture>>,
    /// The one-run front that is moved along, and what is being polished on it.
    slider: RefCell<Option<Rc<FrontSlider>>>,
    polish: RefCell<Option<FrontPolish>>,
    /// Counts sliders and polishings, so that what ends after another has begun does not come back in its place.
    sliders: Cell<u64>,
    /// The model that is being replayed.
    replay: RefCell<Option<Rc<Replay>>>,
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
            explore: Slot::default(),
            predict: Slot::default(),
            trade_off: Slot::default(),
            playground: Slot::default(),
            picture: RefCell::default(),
            slider: RefCell::default(),
            polish: RefCell::default(),
            sliders: Cell::default(),
            replay: RefCell::default(),
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

    /// The parts of a prediction or a trade-off, each a run of its own that any worker can do.
    pub fn jobs(&self, run: &JsValue) -> Result<JsValue, JsValue> {
        let (run, dataset) = (parse(run)?, self.open()?);
        Ok(match run.task {
            Task::TradeOff(_) => to_js(&parts(&run, &dataset).map_err(Failure::from)?)?,
            _ => to_js(&jobs(&run, &dataset).map_err(Failure::from)?)?,
        })
    }

    /// The parts of a prediction run and how long each will take, after timing every model for `budget_ms` milliseconds.
    pub async fn estimate(&self, run: JsValue, budget_ms: f64) -> Result<JsValue, JsValue> {
        let dataset = self.open()?;
        let found = estimate(&parse(&run)?, &dataset, &self.device, &clock(), budget_ms).await;
        Ok(to_js(&found.map_err(Failure::from)?)?)
    }

    /// What joining needs of a part of a run of this task, once it is finished: a plain object, whose numbers are exact.
    pub fn part(&self, task: &str) -> Result<JsValue, JsValue> {
        self.slot(task)?.read(|runner| match task {
            "trade_off" => to_js(&FrontPart::from(runner.report())),
            _ => to_js(&GridPart::from(runner.report())),
        })
    }

    /// One report, as JSON text, from the parts of a run, given in order.
    pub fn merge(&self, run: &JsValue, parts: JsValue) -> Result<String, JsValue> {
        let unreadable = |error| Failure::unreadable("parts", &error);
        let (run, dataset, engine) = (parse(run)?, self.open()?, self.info.clone());
        let report = if let Task::TradeOff(_) = run.task {
            let parts: Vec<FrontPart> = serde_wasm_bindgen::from_value(parts).map_err(unreadable)?;
            join_fronts(&run, &dataset, parts, engine)
        } else {
            let parts: Vec<GridPart> = serde_wasm_bindgen::from_value(parts).map_err(unreadable)?;
            merge(&run, &dataset, parts, engine)
        };
        let report = report.map_err(Failure::from)?;
        Ok(serde_json::to_string_pretty(&report).map_err(|error| failure::report(&error))?)
    }

    /// Begins a run on the open data set, in place of any other of its task. Returns its run file with every default
    /// filled in.
    pub fn start(&self, run: &JsValue) -> Result<JsValue, JsValue> {
        let run = parse(run)?;
        if let Task::TradeOff(_) = run.task {
            self.close_slider();
        }
        let slot = match run.task {
            Task::Explore(_) => &self.explore,
            Task::Predict(_) => &self.predict,
            Task::TradeOff(_) => &self.trade_off,
            Task::MutualInformation(_) => &self.playground,
        };
        let runner =
            Runner::new(run, self.open()?, self.device.clone(), self.info.clone(), clock()).map_err(Failure::from)?;
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

    /// The latent space of candidate `index` of the trade-off, with the batch and type of every cell.
    pub fn latent(&self, index: usize) -> Result<JsValue, JsValue> {
        self.trade_off.read(|runner| {
            let latent = runner.latent(index).ok_or_else(|| {
                let message = format!("there is no candidate {index}");
                Failure::new("no_candidate", message, "Choose a candidate of the table.")
            })?;
            to_js(&latent)
        })
    }

    /// Begins a picture of a latent space, cell after cell with `width` dimensions each: `pca`, `tsne` or `umap`. Returns
    /// `{progress, positions}`.
    pub fn picture_open(&self, values: &[f32], width: usize, method: JsValue) -> Result<JsValue, JsValue> {
        let method: Method =
            serde_wasm_bindgen::from_value(method).map_err(|error| Failure::unreadable("picture", &error))?;
        let mut picture = Picture::new(values, width, method).map_err(Failure::from)?;
        let state = to_js(&picture.state())?;
        self.picture.replace(Some(picture));
        Ok(state)
    }

    /// Goes on with the picture for about so many milliseconds; `progress` 1 is the end.
    pub fn picture_step(&self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let mut picture = self.picture.borrow_mut();
        let picture = picture
            .as_mut()
            .ok_or_else(|| Failure::new("no_picture", "no picture is being made", "Choose a candidate first."))?;
        let end = js_sys::Date::now() + budget_ms;
        while !picture.is_finished() {
            picture.step();
            if js_sys::Date::now() >= end {
                break;
            }
        }
        Ok(to_js(&picture.state())?)
    }

    /// Takes the one-run front that this engine has trained, to move along: `{track: [{position, angle, u, nn_mi}]}`; null when
    /// there is none.
    pub async fn front_track(&self) -> Result<JsValue, JsValue> {
        #[derive(Serialize)]
        struct Way<'a> {
            track: &'a [dosefront::tradeoff::Stop],
        }
        let now = self.sliders.get();
        let Some(slider) = self.trade_off.front_slider().await? else { return Ok(JsValue::NULL) };
        let way = to_js(&Way { track: slider.stops() })?;
        if self.sliders.get() == now {
            self.slider.replace(Some(Rc::new(slider)));
        }
        Ok(way)
    }

    /// What is at a position of the one-run front, from 0 (batch effect only) to 1 (biology only).
    pub async fn front_at(&self, position: f64) -> Result<JsValue, JsValue> {
        let slider = self.slider()?;
        Ok(to_js(&slider.at(position).await.map_err(Failure::from)?)?)
    }

    /// Begins so many more steps of training at the preference of a position.
    pub fn front_polish(&self, position: f64, steps: usize) -> Result<(), JsValue> {
        let polish = self.slider()?.polish(position, steps).map_err(Failure::from)?;
        self.sliders.set(self.sliders.get() + 1);
        self.polish.replace(Some(polish));
        Ok(())
    }

    /// Goes on with it for about so many milliseconds: `{progress, row}`, the row being the polished candidate at the end.
    pub async fn front_polish_step(&self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let none = || Failure::new("no_polish", "no point is being polished", "Choose a point of the slider first.");
        let now = self.sliders.get();
        let mut polish = self.polish.take().ok_or_else(none)?;
        let end = js_sys::Date::now() + budget_ms;
        while polish.state().row.is_none() {
            polish.advance().await.map_err(Failure::from)?;
            if js_sys::Date::now() >= end {
                break;
            }
        }
        let state = to_js(&polish.state())?;
        if self.sliders.get() == now {
            self.polish.replace(Some(polish));
        }
        Ok(state)
    }

    /// The points that estimators of mutual information are held against: `{x, y, category}`, the first two dimensions.
    pub fn playground_points(&self) -> Result<JsValue, JsValue> {
        #[derive(Serialize)]
        struct Points {
            x: Vec<f32>,
            y: Vec<f32>,
            category: Vec<u32>,
        }
        self.playground.read(|runner| {
            let (points, categories) = runner.playground().ok_or_else(failure::no_run)?.points();
            let column = |j: usize| points.outer_iter().map(|row| row.get(j).copied().unwrap_or(0.0)).collect();
            to_js(&Points { x: column(0), y: column(1), category: categories.to_vec() })
        })
    }

    /// The weights of fit `fit` of the prediction, as a safetensors file.
    pub fn weights(&self, fit: usize) -> Result<js_sys::Uint8Array, JsValue> {
        self.predict.read(|runner| {
            let bytes = runner.weights(fit).ok_or_else(|| {
                let message = format!("there are no weights of fit {fit}");
                Failure::new(
                    "weights_missing",
                    message,
                    "Train the model again; the weights of the latest fits are kept.",
                )
            })?;
            Ok(js_sys::Uint8Array::from(bytes))
        })
    }

    /// The cells of results of a run that is over, as an `.h5ad` file: its run file, the rows, and the weights of its fits
    /// (safetensors files). With `real`, the real cells of the held-out types come along.
    pub async fn results_h5ad(
        &self,
        run: JsValue,
        rows: JsValue,
        weights: Vec<js_sys::Uint8Array>,
        real: bool,
    ) -> Result<js_sys::Uint8Array, JsValue> {
        let rows: Vec<ResultRow> =
            serde_wasm_bindgen::from_value(rows).map_err(|error| Failure::unreadable("results", &error))?;
        let weights: Vec<Vec<u8>> = weights.iter().map(js_sys::Uint8Array::to_vec).collect();
        let bytes = results_h5ad(&parse(&run)?, &self.open()?, &rows, &weights, real, &self.device).await;
        Ok(js_sys::Uint8Array::from(bytes.map_err(Failure::from)?.as_slice()))
    }

    /// Prepares the open data with a cell type held out and restores model number `model` of a run file from its weights
    /// (a safetensors file; none for a model that is computed). Returns the scene in which it is shown.
    pub fn replay_open(
        &self,
        run: &JsValue,
        cell_type: &str,
        model: usize,
        weights: Option<js_sys::Uint8Array>,
    ) -> Result<JsValue, JsValue> {
        let weights = weights.map(|bytes| bytes.to_vec());
        let replay = Replay::new(parse(run)?, self.open()?, cell_type, model, weights.as_deref(), &self.device);
        let replay = replay.map_err(Failure::from)?;
        let scene = to_js(replay.scene())?;
        self.replay.replace(Some(Rc::new(replay)));
        Ok(scene)
    }

    /// What the replayed model predicts at a dose, for one seed. `condition` is the treatment, for data that have several;
    /// the first one with doses if undefined.
    pub async fn replay_dose(
        &self,
        dose: f64,
        seed: Option<f64>,
        condition: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let replay = self.replay.borrow().clone();
        let replay = replay
            .ok_or_else(|| Failure::new("no_replay", "no model is being replayed", "Choose a trained model first."))?;
        let view =
            replay.view(condition.as_deref(), dose, seed.map(|seed| seed as u64)).await.map_err(Failure::from)?;
        Ok(to_js(&view)?)
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
        self.slot(task)?
            .read(|runner| serde_json::to_string_pretty(&runner.report()).map_err(|error| failure::report(&error)))
    }
}

impl Engine {
    fn open(&self) -> Result<Rc<Dataset>, Failure> {
        self.dataset.borrow().clone().ok_or_else(failure::no_data)
    }

    fn slot(&self, task: &str) -> Result<&Slot, Failure> {
        match task {
            "explore" => Ok(&self.explore),
            "predict" => Ok(&self.predict),
            "trade_off" => Ok(&self.trade_off),
            "mutual_information" => Ok(&self.playground),
            _ => Err(Failure::new("no_task", format!("there is no task {task}"), "Reload the page.")),
        }
    }

    fn close_slider(&self) {
        self.sliders.set(self.sliders.get() + 1);
        self.slider.replace(None);
        self.polish.replace(None);
    }

    fn slider(&self) -> Result<Rc<FrontSlider>, Failure> {
        let none = || Failure::new("no_slider", "no one-run front is open", "Train a front with one run first.");
        self.slider.borrow().clone().ok_or_else(none)
    }

    fn exploration<T>(&self, read: impl FnOnce(&Exploration) -> Result<T, Failure>) -> Result<T, JsValue> {
        self.explore.read(|runner| read(runner.exploration().ok_or_else(failure::no_run)?))
    }

    fn keep(&self, dataset: Dataset) -> Result<JsValue, JsValue> {
        let summary = to_js(&DatasetSummary::new(&dataset))?;
        self.explore.cancel();
        self.predict.cancel();
        self.trade_off.cancel();
        self.picture.replace(None);
        self.close_slider();
        self.replay.replace(None);
        self.dataset.replace(Some(Rc::new(dataset)));
        Ok(summary)
    }
}

fn clock() -> Clock {
    Rc::new(js_sys::Date::now)
}
