use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::run::RunError;
use crate::run::file::no_repeats;
use crate::tradeoff::playground::{Estimator, PlaygroundSetup, Simulation, SimulationCase};

/// Estimate the mutual information between simulated points and their category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MutualInformationTask {
    /// The family of simulations.
    pub case: SimulationCase,
    /// How far the Gaussians are from the centre, in their standard deviations.
    pub separation: f64,
    /// Points to learn from, and as many fresh ones to be judged on.
    pub n_samples: usize,
    /// Dimensions of a point; from the third on they are noise.
    pub dims: usize,
    /// Seed of the points and of the critics.
    pub seed: u64,
    /// The estimators.
    pub estimators: Vec<Estimator>,
    /// Optimiser steps of every critic.
    pub steps: usize,
}

impl Default for MutualInformationTask {
    fn default() -> Self {
        Self {
            case: SimulationCase::Gaussians,
            separation: 3.0,
            n_samples: 4000,
            dims: 2,
            seed: 1,
            estimators: Estimator::ALL.to_vec(),
            steps: 1500,
        }
    }
}

impl MutualInformationTask {
    /// Checks every value.
    pub(in crate::run) fn complete(&mut self) -> Result<(), RunError> {
        let check = |parameter, value: String, ok: bool, allowed| {
            if ok {
                return Ok(());
            }
            Err(RunError::Model(ModelError::Parameter { model: "mutual_information", parameter, value, allowed }))
        };
        let far = self.separation;
        check("separation", far.to_string(), (0.0..=20.0).contains(&far), "between 0 and 20")?;
        let n = self.n_samples;
        check("n_samples", n.to_string(), (100..=20_000).contains(&n), "between 100 and 20000")?;
        check("dims", self.dims.to_string(), (2..=50).contains(&self.dims), "between 2 and 50")?;
        check("steps", self.steps.to_string(), (1..=20_000).contains(&self.steps), "between 1 and 20000")?;
        if self.estimators.is_empty() {
            return Err(RunError::Empty { what: "estimators" });
        }
        no_repeats("estimators", &self.estimators.iter().map(|estimator| estimator.name()).collect::<Vec<_>>())
    }

    /// What the playground is asked.
    pub(super) fn setup(&self) -> PlaygroundSetup {
        PlaygroundSetup {
            simulation: Simulation { case: self.case, separation: self.separation, dims: self.dims },
            n_samples: self.n_samples,
            steps: self.steps,
            estimators: self.estimators.clone(),
            seed: self.seed,
        }
    }
}
