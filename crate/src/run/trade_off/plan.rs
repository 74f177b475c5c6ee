//! What a trade-off task asks of an open data set.

use std::rc::Rc;

use crate::data::{DataError, Dataset, Design, ValueKind};
use crate::run::{Device, RunError, RunFile, sources};
use crate::tradeoff::measure::{MeasureConfig, MeasureError, MeasureSettings};

use super::{Method, TradeOffTask};

/// Candidates that are trained together on the CPU engine, at most. The ends of a front are trained along with every part of
/// it, because the others are scaled by them; so a smaller number is more work in all, and more of it can be done at a time.
const TOGETHER: usize = 6;

/// A run file checked against its data.
pub(super) struct Plan {
    pub run: RunFile,
    pub task: TradeOffTask,
    pub dataset: Rc<Dataset>,
    pub design: Design,
    pub units: Vec<Unit>,
}

/// Some candidates of one front, which are trained together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    pub method: Method,
    /// None for a peer.
    pub measure: Option<MeasureSettings>,
    pub split: u64,
    /// Places along the front, ascending.
    pub places: Vec<usize>,
}

impl Unit {
    /// Its measure, checked.
    pub fn measure_config(&self) -> Result<Option<MeasureConfig>, MeasureError> {
        self.measure.as_ref().map(MeasureSettings::resolve).transpose()
    }

    /// Name of its measure.
    pub fn measure_name(&self) -> Option<String> {
        self.measure.as_ref().map(|settings| settings.measure.name().to_owned())
    }
}

impl Plan {
    pub fn new(run: RunFile, task: TradeOffTask, dataset: Rc<Dataset>) -> Result<Self, RunError> {
        if dataset.kind != ValueKind::Counts {
            let found = if dataset.kind == ValueKind::LogNormalised { "log-normalised" } else { "normalised" };
            return Err(RunError::CountsNeeded { found });
        }
        let design = run.roles.resolve_batches(&dataset)?;
        if design.cells.is_empty() {
            return Err(DataError::NoCells { why: "none has a batch".to_owned() }.into());
        }
        let units = units(&task, run.device);
        if units.is_empty() {
            // scVI+HSIC has no place 0.
            return Err(RunError::Empty { what: "places of these methods" });
        }
        Ok(Self { run, task, dataset, design, units })
    }

    /// Whether cell types are known.
    pub fn has_labels(&self) -> bool {
        self.run.roles.cell_type.is_some()
    }

    /// The run file of one unit by itself.
    pub fn run_of(&self, unit: &Unit) -> RunFile {
        let task = TradeOffTask {
            methods: vec![unit.method],
            measures: unit.measure.clone().map_or_else(|| self.task.measures.clone(), |measure| vec![measure]),
            splits: vec![unit.split],
            places: if unit.method.is_peer() { None } else { Some(unit.places.clone()) },
            ..self.task.clone()
        };
        RunFile { task: crate::run::Task::TradeOff(Box::new(task)), ..self.run.clone() }
    }
}

/// What is trained together, in the order of the results.
fn units(task: &TradeOffTask, device: Device) -> Vec<Unit> {
    let last = task.candidates + 1;
    let together = if device == Device::Cpu { TOGETHER } else { last + 1 };
    let mut units = Vec::new();
    for &split in &task.splits {
        for &method in &task.methods {
            if method.is_peer() {
                units.push(Unit { method, measure: None, split, places: vec![0] });
                continue;
            }
            let own = method.own_measure().map(|measure| MeasureSettings { measure, ..MeasureSettings::default() });
            let measures = match own {
                // The settings of the run file where it has any for this measure.
                Some(own) => {
                    let named = task.measures.iter().find(|settings| settings.measure == own.measure);
                    vec![named.cloned().unwrap_or(own)]
                }
                None => task.measures.clone(),
            };
            // scVI+HSIC has no end without the generative loss.
            let first = usize::from(method.own_measure().is_some());
            let asked = |place: &usize| task.places.as_ref().is_none_or(|places| places.contains(place));
            let places: Vec<usize> = (first..=last).filter(asked).collect();
            for measure in measures {
                // One network is all of its places.
                let together = if method == Method::OneRun { places.len().max(1) } else { together };
                for places in places.chunks(together) {
                    units.push(Unit { method, measure: Some(measure.clone()), split, places: places.to_vec() });
                }
            }
        }
    }
    units
}

/// The plan of a run file for these data.
pub(super) fn plan(run: &RunFile, dataset: &Rc<Dataset>) -> Result<Plan, RunError> {
    let mut run = run.clone().completed()?;
    sources::check(&mut run.dataset, &dataset.source)?;
    let crate::run::Task::TradeOff(task) = run.task.clone() else { return Err(RunError::NoTradeOffTask) };
    Plan::new(run, *task, dataset.clone())
}
