//! What a run file asks of an open data set.

use std::rc::Rc;

use crate::data::{Dataset, Design, Prepared, Source, prepare};
use crate::models::baselines::{MeanShift, NoChange, PcaShift};
use crate::models::scgen::Scgen;
use crate::models::{CountFoldChange, ModelError, PerturbationModel, TrainingSet};

use super::{ModelSpec, Names, PredictTask, RunError, RunFile, Task};

/// A run file checked against its data: every name is resolved to a number.
pub(super) struct Plan {
    pub run: RunFile,
    pub dataset: Rc<Dataset>,
    pub design: Design,
    /// Numbers of the cell types to hold out.
    pub held_out: Vec<usize>,
    /// Numbers of the arms to predict.
    pub arms: Vec<usize>,
    /// Remarks made while planning.
    pub notes: Vec<String>,
}

impl Plan {
    pub fn new(run: RunFile, dataset: Rc<Dataset>) -> Result<Self, RunError> {
        let mut run = run.completed()?;
        check_source(&mut run.dataset, &dataset.source)?;
        let design = run.roles.resolve(&dataset)?;
        let mut notes = Vec::new();
        let Task::Predict(task) = &run.task;
        let held_out = match &task.held_out {
            Names::List(names) => {
                names.iter().try_for_each(|name| design.check_held_out(name))?;
                names.iter().filter_map(|name| design.type_index(name)).collect()
            }
            Names::All => {
                let mut fits = |name: &String| match design.check_held_out(name) {
                    Ok(()) => true,
                    Err(error) => {
                        notes.push(format!("{name} is not held out: {error}."));
                        false
                    }
                };
                let fitting: Vec<&String> = design.cell_types.iter().filter(|name| fits(name)).collect();
                if fitting.is_empty() {
                    // Every type fails, so the first one's reason is as good as any.
                    design.cell_types.first().map_or(Ok(()), |name| design.check_held_out(name))?;
                }
                fitting.iter().filter_map(|name| design.type_index(name)).collect()
            }
        };
        let arms = match &task.doses {
            Names::All => (1..design.arms.len()).collect(),
            Names::List(labels) => {
                let number = |label: &String| match design.arm_index(label) {
                    Some(arm) if arm > 0 => Ok(arm),
                    _ => Err(RunError::UnknownArm {
                        arm: label.clone(),
                        arms: design.arms.iter().skip(1).map(|arm| arm.label.clone()).collect(),
                    }),
                };
                labels.iter().map(number).collect::<Result<_, _>>()?
            }
        };
        Ok(Self { run, dataset, design, held_out, arms, notes })
    }

    pub fn task(&self) -> &PredictTask {
        let Task::Predict(task) = &self.run.task;
        task
    }

    /// Prepares the data with one cell type held out.
    pub fn prepare(&self, held_out: usize) -> Result<(TrainingSet, Vec<String>), RunError> {
        let hidden = self.design.treated_of(held_out);
        let mut prepared: Prepared = prepare(&self.dataset, &self.design, &self.run.preprocess, &hidden)?;
        let notes = std::mem::take(&mut prepared.notes);
        Ok((TrainingSet::new(prepared, held_out), notes))
    }

    /// Builds a model.
    pub fn model(
        &self,
        spec: &ModelSpec,
        data: &TrainingSet,
        device: &burn::tensor::Device,
    ) -> Result<Box<dyn PerturbationModel>, ModelError> {
        let task = self.task();
        Ok(match spec {
            ModelSpec::NoChange => Box::new(NoChange),
            ModelSpec::MeanShift => Box::new(MeanShift),
            ModelSpec::PcaShift => Box::new(PcaShift::new(data, task.evaluation.n_pcs)?),
            ModelSpec::CountFoldChange => {
                let target_sum = data.prepared().target_sum;
                Box::new(CountFoldChange::new(&task.seeds, target_sum, self.run.preprocess.log1p))
            }
            ModelSpec::Scgen(settings) => Box::new(Scgen::new(settings.resolve()?, &task.seeds, data, device)?),
        })
    }
}

/// The open data must be those of the run file. A file without a hash in the run file is taken by its name, and the hash
/// goes into the report.
fn check_source(wanted: &mut Source, open: &Source) -> Result<(), RunError> {
    let same = match (&*wanted, open) {
        (Source::File { sha256: wanted, .. }, Source::File { sha256: open, .. }) => wanted.is_empty() || wanted == open,
        (wanted, open) => wanted == open,
    };
    if !same {
        return Err(RunError::WrongData { expected: describe(wanted), found: describe(open) });
    }
    *wanted = open.clone();
    Ok(())
}

fn describe(source: &Source) -> String {
    match source {
        Source::File { name, sha256 } => format!("the file {name} (SHA-256 {sha256})"),
        Source::Simulated { preset, seed } => format!("the simulated data set {preset} with seed {seed}"),
    }
}
