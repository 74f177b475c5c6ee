use futures_lite::future::block_on;

use super::*;
use crate::data::simulate;
use crate::models::{FitProgress, LossPoint, Work};
use crate::run::file::Task;

/// Predicts the control cells for seed 1, has lost seed 2, and predicts something that is not a number for seed 3.
struct HalfBroken;

impl PerturbationModel for HalfBroken {
    fn progress(&self) -> FitProgress {
        FitProgress::CLOSED_FORM
    }

    fn fit<'a>(&'a mut self, _: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, _: usize) -> Work<'a, Vec<Array2<f32>>> {
        let whole = data.expression(data.control_cells());
        let mut broken = whole.clone();
        broken[[0, 0]] = f32::NAN;
        Box::pin(async { Ok(vec![whole, broken]) })
    }

    fn seeds(&self) -> &[u64] {
        &[1, 2, 3]
    }

    fn failed(&self, data: &TrainingSet, arm: usize) -> Vec<(u64, ModelError)> {
        let arm = data.arms()[arm].label.clone();
        vec![(2, ModelError::SeedDiverged { model: "half_broken", seed: 2, arm, iteration: 10 })]
    }
}

#[test]
fn what_one_seed_lacks_is_told_and_the_others_are_scored() {
    let json = r#"{"dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 200, "genes": {"hvg_seurat": 40}},
        "task": {"predict": {"models": ["no_change"], "held_out": ["B"]}}}"#;
    let run = RunFile::parse(json).unwrap();
    let Task::Predict(task) = run.task.clone() else { panic!("another task") };
    let dataset = Rc::new(simulate("pbmc-two-condition", 1).unwrap());
    let mut runner = PredictRunner::new(run, *task, dataset, Device::flex()).unwrap();
    while !runner.is_finished() {
        if let Stage::Predict { model, .. } = &mut runner.stage {
            *model = Box::new(HalfBroken);
        }
        block_on(runner.advance()).unwrap();
    }
    let seeds: Vec<_> = runner.done.results.iter().map(|row| row.seed).collect();
    assert_eq!(seeds, [Some(1)]);
    let failures: Vec<_> = runner.done.failures.iter().map(|f| (f.code.as_str(), f.seed, f.arm.as_deref())).collect();
    let arm = Some("stimulated");
    assert_eq!(failures, [("diverged", Some(2), arm), ("not_finite", Some(3), arm)]);
    let told = runner.events.iter().filter(|event| matches!(event, Event::LeftOut { .. })).count();
    assert_eq!(told, 2);
}
