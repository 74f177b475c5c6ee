//! One treatment after the other, and prediction.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use ndarray::Array2;

use crate::models::cells::{Cells, in_chunks};
use crate::models::{FitProgress, LossPoint, ModelError, PerturbationModel, TrainingSet, Work};
use crate::nn::{Weight, Weights, replica};

use super::training::{Shared, Trained, Training};
use super::{Config, Rivals};

const NAME: &str = "scpregan";
/// Fewest cells of a condition that a network is fitted to.
const MIN_CELLS: usize = 10;

/// scPreGAN with one replica per seed, and networks of its own for every treatment.
pub struct Scpregan {
    shared: Shared,
    /// The treatments that can be learnt, in the order of their training.
    arms: Vec<usize>,
    training: Option<Training>,
    /// Of the first so many of the treatments.
    trained: Vec<Trained>,
}

impl Scpregan {
    /// Networks for predicting the given arms, with one replica per seed. An arm that too few cells were seen under is
    /// refused when it is asked for, and does not keep the others from being learnt.
    pub fn new(
        config: Config,
        seeds: &[u64],
        arms: &[usize],
        data: &TrainingSet,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let device = device.clone().autodiff();
        let found = rows(data, 0).len();
        if found < MIN_CELLS {
            return Err(ModelError::TooFewCells { model: NAME, found, needed: MIN_CELLS });
        }
        let mut types = Array2::zeros((data.training_cells().len(), data.n_types()));
        for cell_type in 0..data.n_types() {
            for arm in 0..data.arms().len() {
                for row in data.rows(&data.cells_of(cell_type, arm)) {
                    types[[row, cell_type]] = 1.0;
                }
            }
        }
        Ok(Self {
            arms: arms.iter().copied().filter(|&arm| rows(data, arm).len() >= MIN_CELLS).collect(),
            shared: Shared {
                cells: Cells::new(data.expression(data.training_cells()), &device),
                types: Cells::new(types, &device),
                n_types: data.n_types(),
                config,
                seeds: seeds.to_vec(),
                device,
            },
            training: None,
            trained: Vec::new(),
        })
    }

    fn done(&self) -> usize {
        self.trained.len() * self.shared.config.iterations + self.training.as_ref().map_or(0, Training::iteration)
    }

    fn of_arm(&self, arm: usize) -> Option<&Trained> {
        self.trained.get(self.arms.iter().position(|&own| own == arm)?)
    }
}

/// Name of the weight that says which replicas have diverged, and when; -1 for those that have not.
fn diverged(arm: usize) -> String {
    format!("arm{arm}.diverged")
}

/// Rows of all training cells under an arm.
fn rows(data: &TrainingSet, arm: usize) -> Vec<usize> {
    (0..data.n_types()).flat_map(|cell_type| data.rows(&data.cells_of(cell_type, arm))).collect()
}

impl PerturbationModel for Scpregan {
    fn progress(&self) -> FitProgress {
        FitProgress { done: self.done(), total: self.arms.len() * self.shared.config.iterations }
    }

    fn n_weights(&self) -> usize {
        let kept: usize = self.trained.iter().map(|trained| trained.translator.num_params()).sum();
        kept + self.training.as_ref().map_or(0, Training::n_weights)
    }

    fn unit(&self) -> &'static str {
        "iteration"
    }

    fn epochs(&self) -> Option<usize> {
        Some(self.progress().total)
    }

    fn fit<'a>(&'a mut self, data: &'a TrainingSet) -> Work<'a, Vec<LossPoint>> {
        Box::pin(async move {
            let Some(&arm) = self.arms.get(self.trained.len()) else { return Ok(Vec::new()) };
            let shared = &self.shared;
            let training = self.training.get_or_insert_with(|| Training::new(shared, rows(data, 0), rows(data, arm)));
            training.step(shared);
            if !training.is_due(&shared.config) {
                return Ok(Vec::new());
            }
            let train = training.report(shared).await?;
            let ended = training.is_done(&shared.config);
            let at = self.done();
            if ended {
                self.trained.extend(self.training.take().and_then(Training::finish));
            }
            let none = vec![None; train.len()];
            Ok(vec![LossPoint { epoch: at, step: at, train, validation: none.clone(), elbo: none }])
        })
    }

    fn predict<'a>(&'a self, data: &'a TrainingSet, arm: usize) -> Work<'a, Vec<Array2<f32>>> {
        Box::pin(async move {
            let Some(trained) = self.of_arm(arm) else {
                let label = || data.arms()[arm].label.clone();
                return Err(match rows(data, arm).len() {
                    0 => ModelError::NoDonor { arm: label() },
                    found if found < MIN_CELLS => ModelError::TooFewCells { model: NAME, found, needed: MIN_CELLS },
                    _ => ModelError::NotTrained { model: NAME, arm: label() },
                });
            };
            let control = data.expression(data.control_cells());
            let device = self.shared.device.clone().inner();
            let mut predictions = Vec::new();
            for r in (0..self.shared.seeds.len()).filter(|&r| trained.diverged[r].is_none()) {
                let translator = replica(trained.translator.clone(), r);
                let predict = |x: Tensor<3>| translator.forward(x);
                predictions.push(in_chunks(control.view(), data.n_genes(), &device, predict).await?);
            }
            Ok(predictions)
        })
    }

    fn seeds(&self) -> &[u64] {
        &self.shared.seeds
    }

    fn failed(&self, data: &TrainingSet, arm: usize) -> Vec<(u64, ModelError)> {
        let diverged = self.of_arm(arm).map_or(&[][..], |trained| &trained.diverged);
        let failure = |(&seed, iteration): (&u64, &Option<usize>)| {
            let arm = data.arms()[arm].label.clone();
            iteration.map(|iteration| (seed, ModelError::SeedDiverged { model: NAME, seed, arm, iteration }))
        };
        self.shared.seeds.iter().zip(diverged).filter_map(failure).collect()
    }

    fn weights(&self) -> Work<'_, Weights> {
        Box::pin(async {
            let mut all = Weights::default();
            for (trained, arm) in self.trained.iter().zip(&self.arms) {
                let mut weights = Weights::of(&format!("arm{arm}"), &trained.translator).await?;
                for (replica, _) in trained.diverged.iter().enumerate().filter(|(_, diverged)| diverged.is_some()) {
                    weights.blank(replica);
                }
                let values = trained.diverged.iter().map(|at| at.map_or(-1.0, |at| at as f32)).collect();
                weights.insert(diverged(*arm), Weight { shape: vec![trained.diverged.len()], values });
                all.extend(weights);
            }
            Ok(all)
        })
    }

    fn restore(&mut self, mut weights: Weights) -> Result<(), ModelError> {
        let Shared { config, seeds, device, cells, n_types, .. } = &self.shared;
        let mut all = Vec::new();
        for arm in &self.arms {
            // Iterations are far below the whole numbers that f32 can hold.
            let iteration = |&at: &f32| (at >= 0.0).then_some(at as usize);
            let diverged = weights.take(&diverged(*arm))?.values.iter().map(iteration).collect();
            let fresh = Rivals::new(cells.n_genes(), *n_types, config, seeds, device).translator();
            all.push(Trained { translator: weights.restore(&format!("arm{arm}"), fresh)?, diverged });
        }
        weights.finish()?;
        (self.trained, self.training) = (all, None);
        Ok(())
    }

    fn notes(&self, _: &TrainingSet, arms: &[usize]) -> Vec<String> {
        let learnt = arms.iter().filter(|arm| self.arms.contains(arm)).count();
        if learnt < 2 {
            return Vec::new();
        }
        vec![format!(
            "scPreGAN knows one treatment, so {learnt} networks were trained, one for each treatment or dose."
        )]
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Param;
    use futures_lite::future::block_on;

    use super::*;
    use crate::data::{GeneChoice, Preprocess, guess_roles, prepare, simulate};
    use crate::models::pregan::ScpreganSettings;

    fn data() -> TrainingSet {
        let dataset = simulate("pbmc-two-condition", 1).unwrap();
        let design = guess_roles(&dataset).resolve(&dataset).unwrap();
        let settings = Preprocess { genes: GeneChoice::HvgSeurat(40), max_cells: 200, ..Preprocess::default() };
        let prepared = prepare(&dataset, &design, &settings, &design.treated_of(0)).unwrap();
        TrainingSet::new(prepared, 0)
    }

    /// Fits three replicas of 40 iterations; `spoil` multiplies weights of the replicas after the tenth.
    fn fitted(data: &TrainingSet, spoil: [f32; 3]) -> (Scpregan, Vec<LossPoint>) {
        let json = r#"{"layers":[12,6],"batch_size":8,"iterations":40}"#;
        let config = serde_json::from_str::<ScpreganSettings>(json).unwrap().resolve().unwrap();
        let mut model = Scpregan::new(config, &[1, 2, 3], &[1], data, &Device::flex()).unwrap();
        let mut losses = Vec::new();
        while !model.progress().is_done() {
            losses.extend(block_on(model.fit(data)).unwrap());
            if model.done() == 10
                && let Some(rivals) = model.training.as_mut().and_then(Training::rivals)
            {
                let weight = &mut rivals.encoder.latent.weight;
                let factors = Tensor::<1>::from_data(spoil, &weight.val().device()).reshape([3, 1, 1]);
                *weight = Param::initialized(weight.id, (weight.val() * factors).detach()).set_require_grad(true);
            }
        }
        (model, losses)
    }

    #[test]
    fn a_diverging_seed_fails_alone() {
        let data = data();
        let (sound, expected) = fitted(&data, [1.0; 3]);
        assert!(sound.failed(&data, 1).is_empty());
        let all = block_on(sound.predict(&data, 1)).unwrap();
        for broken in [f32::NAN, f32::INFINITY] {
            let (model, losses) = fitted(&data, [1.0, broken, 1.0]);
            let failed = model.failed(&data, 1);
            assert_eq!(failed.len(), 1);
            assert_eq!((failed[0].0, failed[0].1.code()), (2, "diverged"));
            assert!(failed[0].1.to_string().contains("seed 2") && failed[0].1.to_string().contains("iteration 20"));
            let rest = block_on(model.predict(&data, 1)).unwrap();
            assert_eq!(rest, [all[0].clone(), all[2].clone()]);
            assert_eq!(losses.len(), expected.len());
            for (loss, expected) in losses.iter().zip(&expected) {
                for r in [0, 2] {
                    assert_eq!(loss.train[r].to_bits(), expected.train[r].to_bits());
                }
                assert_eq!(loss.train[1].is_nan(), loss.epoch > 10);
            }
        }
    }

    #[test]
    fn nothing_is_trained_on_once_every_seed_has_diverged() {
        let data = data();
        let (model, losses) = fitted(&data, [f32::NAN; 3]);
        assert_eq!((losses.len(), losses[1].epoch), (2, 20));
        assert!(model.progress().is_done());
        assert_eq!(model.failed(&data, 1).len(), 3);
        assert!(block_on(model.predict(&data, 1)).unwrap().is_empty());
    }
}
