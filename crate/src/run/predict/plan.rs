//! What a run file asks of an open data set.

use std::rc::Rc;

use crate::data::{Dataset, Design, Prepared, prepare};
use crate::models::baselines::{MeanShift, NoChange, PcaShift};
use crate::models::butterfly::Scbutterfly;
use crate::models::film_nb::FilmNb;
use crate::models::mtae::Mtae;
use crate::models::multi_head::MultiHead;
use crate::models::pregan::Scpregan;
use crate::models::scgen::Scgen;
use crate::models::scvidr::{Doses, Scvidr};
use crate::models::unitednet::UnitedNet;
use crate::models::{AsCounts, CountFoldChange, ModelError, PcaRegressedShift, PerturbationModel, TrainingSet};

use super::{ModelSpec, PredictTask};
use crate::run::{Names, RunError, RunFile, sources};

/// A run file checked against its data: every name is resolved to a number.
pub(super) struct Plan {
    pub run: RunFile,
    pub task: PredictTask,
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
    pub fn new(run: RunFile, task: PredictTask, dataset: Rc<Dataset>) -> Result<Self, RunError> {
        let design = run.roles.resolve(&dataset)?;
        let mut notes = design.notes.clone();
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
        let arms = sources::arms(&design, &task.doses)?;
        Ok(Self { run, task, dataset, design, held_out, arms, notes })
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
        let task = &self.task;
        Ok(match spec {
            ModelSpec::NoChange => Box::new(NoChange),
            ModelSpec::MeanShift => Box::new(MeanShift),
            ModelSpec::PcaShift => Box::new(PcaShift::new(data, task.evaluation.n_pcs)?),
            ModelSpec::PcaRegressedShift => Box::new(PcaRegressedShift::new(data, task.evaluation.n_pcs)?),
            ModelSpec::CountFoldChange => {
                let target_sum = data.prepared().target_sum;
                Box::new(CountFoldChange::new(&task.seeds, target_sum, self.run.preprocess.log1p))
            }
            ModelSpec::Scgen(settings) => Box::new(Scgen::new(settings.resolve()?, &task.seeds, data, device)?),
            ModelSpec::ScvidrSingle(settings) => {
                Box::new(Scvidr::new(settings.resolve()?, Doses::Each, &task.seeds, data, device)?)
            }
            ModelSpec::ScvidrMulti(settings) => {
                Box::new(Scvidr::new(settings.resolve()?, Doses::LogScaled, &task.seeds, data, device)?)
            }
            ModelSpec::Mtae(settings) => Box::new(Mtae::new(settings.resolve()?, &task.seeds, data, device)?),
            // These train for every arm by itself, so not for one that has nothing to be compared with.
            ModelSpec::Scpregan(settings) => {
                Box::new(Scpregan::new(settings.resolve()?, &task.seeds, &self.observed_arms(data), data, device)?)
            }
            ModelSpec::Scbutterfly(settings) => {
                Box::new(Scbutterfly::new(settings.resolve()?, &task.seeds, &self.observed_arms(data), data, device)?)
            }
            ModelSpec::MultiHead(settings) => Box::new(MultiHead::new(settings.resolve()?, &task.seeds, data, device)?),
            ModelSpec::UnitedNet(settings) => Box::new(UnitedNet::new(settings.resolve()?, &task.seeds, data, device)?),
            ModelSpec::FilmNb(settings) => {
                let log1p = self.run.preprocess.log1p;
                Box::new(FilmNb::new(settings.resolve()?, &task.seeds, log1p, data, device)?)
            }
            ModelSpec::AsCounts(inner) => {
                let inner = self.model(inner, data, device)?;
                Box::new(AsCounts::new(inner, &task.seeds, self.run.preprocess.log1p, data)?)
            }
        })
    }

    /// The arms to predict under which the held-out type was observed.
    fn observed_arms(&self, data: &TrainingSet) -> Vec<usize> {
        let design = &data.prepared().design;
        let observed = |&arm: &usize| !design.cells_of(data.held_out_type(), arm).is_empty();
        self.arms.iter().copied().filter(observed).collect()
    }
}
