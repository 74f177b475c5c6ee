//! What does a run, one bounded piece of work after the other.

use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::Device;

use crate::data::Dataset;
use crate::tradeoff::playground::Playground;

use super::explore::{Exploration, ExploreRunner};
use super::mutual_information::MutualInformationRunner;
use super::predict::{PredictRunner, PredictionDetail, as_h5ad};
use super::trade_off::{CandidateLatent, FrontSlider, TradeOffRunner};
use super::{EngineInfo, Event, Report, RunError, RunFile, StageName, Task, Versions, sources};

/// Milliseconds since some moment; the outside lends its clock.
pub type Clock = Rc<dyn Fn() -> f64>;

/// Does a run. `step` until [`Runner::is_finished`]; drop it to cancel.
pub struct Runner {
    work: Work,
    engine: EngineInfo,
    clock: Clock,
    timings: BTreeMap<StageName, f64>,
}

enum Work {
    Explore(Box<ExploreRunner>),
    Predict(Box<PredictRunner>),
    TradeOff(Box<TradeOffRunner>),
    MutualInformation(Box<MutualInformationRunner>),
}

impl Runner {
    /// Checks the run file against the data. Nothing is computed yet.
    pub fn new(
        run: RunFile,
        dataset: Rc<Dataset>,
        device: Device,
        engine: EngineInfo,
        clock: Clock,
    ) -> Result<Self, RunError> {
        let mut run = run.completed()?;
        sources::check(&mut run.dataset, &dataset.source)?;
        let work = match run.task.clone() {
            Task::Explore(task) => Work::Explore(Box::new(ExploreRunner::new(run, *task, dataset)?)),
            Task::Predict(task) => Work::Predict(Box::new(PredictRunner::new(run, *task, dataset, device)?)),
            Task::TradeOff(task) => Work::TradeOff(Box::new(TradeOffRunner::new(run, *task, dataset, device)?)),
            Task::MutualInformation(task) => {
                Work::MutualInformation(Box::new(MutualInformationRunner::new(run, *task, device)))
            }
        };
        Ok(Self { work, engine, clock, timings: BTreeMap::new() })
    }

    /// The run with every default filled in.
    #[must_use]
    pub fn run(&self) -> &RunFile {
        match &self.work {
            Work::Explore(work) => work.run(),
            Work::Predict(work) => work.run(),
            Work::TradeOff(work) => work.run(),
            Work::MutualInformation(work) => work.run(),
        }
    }

    /// Whether everything is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.work {
            Work::Explore(work) => work.is_finished(),
            Work::Predict(work) => work.is_finished(),
            Work::TradeOff(work) => work.is_finished(),
            Work::MutualInformation(work) => work.is_finished(),
        }
    }

    /// Works for about `budget_ms` milliseconds, at least one piece, and returns what happened. Returns early before a
    /// new stage, so that its name can be shown while it runs.
    pub async fn step(&mut self, budget_ms: f64) -> Result<Vec<Event>, RunError> {
        let start = (self.clock)();
        let mut now = start;
        let announced = |events: &[Event]| events.iter().any(|event| matches!(event, Event::Stage { .. }));
        while !self.is_finished() && !announced(self.events()) {
            let kind = match &mut self.work {
                Work::Explore(work) => work.advance()?,
                Work::Predict(work) => work.advance().await?,
                Work::TradeOff(work) => work.advance().await?,
                Work::MutualInformation(work) => work.advance().await?,
            };
            let before = std::mem::replace(&mut now, (self.clock)());
            *self.timings.entry(kind).or_default() += (now - before) / 1000.0;
            if now - start >= budget_ms {
                break;
            }
        }
        Ok(std::mem::take(self.events()))
    }

    fn events(&mut self) -> &mut Vec<Event> {
        match &mut self.work {
            Work::Explore(work) => work.events(),
            Work::Predict(work) => work.events(),
            Work::TradeOff(work) => work.events(),
            Work::MutualInformation(work) => work.events(),
        }
    }

    /// What the figures of one prediction need.
    #[must_use]
    pub fn detail(&self, index: usize) -> Option<&PredictionDetail> {
        match &self.work {
            Work::Predict(work) => work.detail(index),
            Work::Explore(_) | Work::TradeOff(_) | Work::MutualInformation(_) => None,
        }
    }

    /// The latest one-run front of a trade-off, to move along; none before one is trained.
    pub async fn front_slider(&self) -> Result<Option<FrontSlider>, RunError> {
        match &self.work {
            Work::TradeOff(work) => work.slider().await,
            _ => Ok(None),
        }
    }

    /// The latent space of candidate `index` of a trade-off.
    #[must_use]
    pub fn latent(&self, index: usize) -> Option<CandidateLatent> {
        match &self.work {
            Work::TradeOff(work) => work.latent(index),
            Work::Explore(_) | Work::Predict(_) | Work::MutualInformation(_) => None,
        }
    }

    /// The weights of fit number `fit` of the report as the bytes of a safetensors file, from its event
    /// [`Event::Fitted`] on; the oldest ones are dropped when all together pass 256 MiB.
    #[must_use]
    pub fn weights(&self, fit: usize) -> Option<&[u8]> {
        match &self.work {
            Work::Predict(work) => work.weights().of_fit(fit),
            Work::Explore(_) | Work::TradeOff(_) | Work::MutualInformation(_) => None,
        }
    }

    /// Keeps so many bytes of weights instead; the latest fit's in any case.
    pub fn keep_weights_up_to(&mut self, bytes: usize) {
        if let Work::Predict(work) = &mut self.work {
            work.weights_mut().keep_up_to(bytes);
        }
    }

    /// The predicted cells of the chosen results, or of all, as an `.h5ad` file: log-normalised expression over the chosen
    /// genes, with `predicted`, `model`, `seed` and `result` beside the data's own columns in `obs`. With `real`, the
    /// control and treated cells of the held-out types come along.
    ///
    /// Cells are predicted again from the weights, so this takes a moment. Errors: an unknown result, weights that are
    /// not kept any more, more cells than fit into memory.
    pub async fn predicted_h5ad(&self, results: Option<&[usize]>, real: bool) -> Result<Vec<u8>, RunError> {
        let Work::Predict(work) = &self.work else { return Err(RunError::NoPredictTask) };
        let cells = work.predicted(results, real).await?;
        as_h5ad(&cells, self.run())
    }

    /// What an exploration task has found so far, for its figures.
    #[must_use]
    pub fn exploration(&self) -> Option<&Exploration> {
        match &self.work {
            Work::Explore(work) => Some(work.exploration()),
            Work::Predict(_) | Work::TradeOff(_) | Work::MutualInformation(_) => None,
        }
    }

    /// The report so far; complete once the run is finished.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut report = Report {
            run: self.run().clone(),
            versions: Versions::default(),
            device: self.engine.clone(),
            timings: self.timings.clone(),
            notes: Vec::new(),
            predicted: None,
            explored: None,
            traded_off: None,
            estimated_information: None,
        };
        match &self.work {
            Work::Explore(work) => {
                report.notes = work.notes().to_vec();
                report.explored = Some(work.exploration().outcome());
            }
            Work::Predict(work) => {
                report.notes = work.notes().to_vec();
                report.predicted = Some(work.outcome().clone());
            }
            Work::TradeOff(work) => {
                report.notes = work.notes().to_vec();
                report.traded_off = Some(work.outcome().clone());
            }
            Work::MutualInformation(work) => report.estimated_information = Some(work.outcome().clone()),
        }
        report
    }

    /// The simulated points of a mutual-information task, once they are drawn.
    #[must_use]
    pub fn playground(&self) -> Option<&Playground> {
        match &self.work {
            Work::MutualInformation(work) => work.playground(),
            Work::Explore(_) | Work::Predict(_) | Work::TradeOff(_) => None,
        }
    }
}
