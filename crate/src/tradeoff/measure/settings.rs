use serde::{Deserialize, Serialize};

use super::{Measure, MeasureError};

/// A set of defaults for everything that [`MeasureSettings`] and [`EvaluationSettings`] leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasurePreset {
    /// A critic of three hidden layers that learns in some hundred steps.
    #[default]
    Demo,
    /// What the paper's code does: ten hidden layers, weights of almost nothing, a learning rate of 5e-5.
    Paper,
}

/// How the weights of a critic start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriticInit {
    /// PyTorch's default: weights and biases uniform in ±1/sqrt(inputs).
    #[default]
    FanIn,
    /// Weights normal with standard deviation 0.02, biases 0, as in the paper's code.
    Normal,
}

/// A batch-effect measure as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MeasureSettings {
    /// Which one.
    pub measure: Measure,
    /// Where the other fields come from when they are not given.
    pub preset: MeasurePreset,
    /// Hidden layers of the critic.
    pub hidden_layers: Option<usize>,
    /// Width of each.
    pub width: Option<usize>,
    /// How its weights start.
    pub init: Option<CriticInit>,
    /// Optimiser steps of the critic before every step of the model. (The paper's: as many as an epoch has minibatches.)
    pub critic_steps: Option<usize>,
    /// Learning rate of the critic's Adam.
    pub learning_rate: Option<f64>,
    /// Weight of the newest minibatch in the moving average of `mean exp t` that the gradient of MINE's critic is divided by.
    pub average_rate: Option<f64>,
    /// Bandwidths of the Gaussian kernels of MMD.
    pub bandwidths: Option<Vec<f64>>,
    /// Whether the latents are brought to mean 0 and variance 1 within the group first (MMD, HSIC).
    pub standardise: Option<bool>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `MeasureSettings`")]
pub struct MeasureConfig {
    pub measure: Measure,
    pub hidden_layers: usize,
    pub width: usize,
    pub init: CriticInit,
    pub critic_steps: usize,
    pub learning_rate: f64,
    pub average_rate: f64,
    pub bandwidths: Vec<f64>,
    pub standardise: bool,
}

fn preset(preset: MeasurePreset, measure: Measure) -> MeasureConfig {
    let demo = MeasureConfig {
        measure,
        hidden_layers: 3,
        width: 128,
        init: CriticInit::FanIn,
        critic_steps: 3,
        learning_rate: 1e-3,
        average_rate: 0.01,
        bandwidths: vec![1.0, 2.0, 5.0, 8.0, 10.0],
        // HSIC's bandwidth is made for latents that follow a standard normal, as those of an autoencoder should.
        standardise: measure == Measure::Mmd,
    };
    match preset {
        MeasurePreset::Demo => demo,
        MeasurePreset::Paper => MeasureConfig {
            hidden_layers: 10,
            init: CriticInit::Normal,
            // A pass over the smaller of the paper's data sets.
            critic_steps: 59,
            learning_rate: 5e-5,
            average_rate: 0.001,
            ..demo
        },
    }
}

impl MeasureSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<MeasureConfig, MeasureError> {
        let preset = preset(self.preset, self.measure);
        MeasureConfig {
            measure: self.measure,
            hidden_layers: self.hidden_layers.unwrap_or(preset.hidden_layers),
            width: self.width.unwrap_or(preset.width),
            init: self.init.unwrap_or(preset.init),
            critic_steps: self.critic_steps.unwrap_or(preset.critic_steps),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            average_rate: self.average_rate.unwrap_or(preset.average_rate),
            bandwidths: self.bandwidths.clone().unwrap_or(preset.bandwidths),
            standardise: self.standardise.unwrap_or(preset.standardise),
        }
        .checked()
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, MeasureError> {
        let config = self.resolve()?;
        Ok(Self {
            measure: self.measure,
            preset: self.preset,
            hidden_layers: Some(config.hidden_layers),
            width: Some(config.width),
            init: Some(config.init),
            critic_steps: Some(config.critic_steps),
            learning_rate: Some(config.learning_rate),
            average_rate: Some(config.average_rate),
            bandwidths: Some(config.bandwidths),
            standardise: Some(config.standardise),
        })
    }
}

impl MeasureConfig {
    fn checked(self) -> Result<Self, MeasureError> {
        let check = Checker(self.measure.name());
        let layers = self.hidden_layers;
        check.that("hidden_layers", &layers, (1..=20).contains(&layers), "between 1 and 20")?;
        check.that("width", &self.width, (1..=1024).contains(&self.width), "between 1 and 1024")?;
        let steps = self.critic_steps;
        check.that("critic_steps", &steps, (1..=1000).contains(&steps), "between 1 and 1000")?;
        check.rate(self.learning_rate)?;
        let rate = self.average_rate;
        check.that("average_rate", &rate, rate > 0.0 && rate <= 1.0, "above 0 and at most 1")?;
        let widths = &self.bandwidths;
        let fine = !widths.is_empty() && widths.len() <= 32 && widths.iter().all(|b| b.is_finite() && *b > 0.0);
        check.that("bandwidths", &format!("{widths:?}"), fine, "1 to 32 numbers above 0")?;
        Ok(self)
    }
}

/// Which pairs of a latent and a batch stand for independence when MINE is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marginals {
    /// Every latent with every batch, weighted by the batch's share: the mean over all permutations.
    #[default]
    All,
    /// One random permutation of the batches, as in the paper's code. Noisier: by about `sqrt(exp(I) / cells)` nats.
    Permuted,
}

/// How a critic is trained anew to evaluate latents; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationSettings {
    /// Where the other fields come from when they are not given.
    pub preset: MeasurePreset,
    /// Passes over all cells.
    pub epochs: Option<usize>,
    /// Optimiser steps that are taken at least, by further passes: some tens of passes over few cells train no critic. 0 by default
    /// where `epochs` is given.
    pub least_steps: Option<usize>,
    /// Cells per optimiser step; also of the minibatches that MMD and HSIC are averaged over.
    pub batch_size: Option<usize>,
    /// Learning rate of the critic's Adam.
    pub learning_rate: Option<f64>,
    /// Whether it falls to 0, linearly, in the second half of the training.
    pub decay: Option<bool>,
    /// The independent pairs that MINE's value is taken over, not those it is trained on.
    pub marginals: Option<Marginals>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `EvaluationSettings`")]
pub struct EvaluationConfig {
    pub epochs: usize,
    pub least_steps: usize,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub decay: bool,
    pub marginals: Marginals,
}

impl EvaluationSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<EvaluationConfig, MeasureError> {
        let (epochs, least_steps, batch_size, learning_rate) = match self.preset {
            MeasurePreset::Demo => (40, 300, 256, 1e-3),
            MeasurePreset::Paper => (400, 0, 128, 5e-5),
        };
        let least_steps = if self.epochs.is_some() { 0 } else { least_steps };
        let paper = self.preset == MeasurePreset::Paper;
        let config = EvaluationConfig {
            epochs: self.epochs.unwrap_or(epochs),
            least_steps: self.least_steps.unwrap_or(least_steps),
            batch_size: self.batch_size.unwrap_or(batch_size),
            learning_rate: self.learning_rate.unwrap_or(learning_rate),
            decay: self.decay.unwrap_or(!paper),
            marginals: self.marginals.unwrap_or(if paper { Marginals::Permuted } else { Marginals::All }),
        };
        let check = Checker("evaluation");
        check.that("epochs", &config.epochs, (1..=10_000).contains(&config.epochs), "between 1 and 10000")?;
        let least = config.least_steps;
        check.that("least_steps", &least, least <= 1_000_000, "at most 1000000")?;
        let batch = config.batch_size;
        check.that("batch_size", &batch, (2..=65536).contains(&batch), "between 2 and 65536")?;
        check.rate(config.learning_rate)?;
        Ok(config)
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, MeasureError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            epochs: Some(config.epochs),
            least_steps: Some(config.least_steps),
            batch_size: Some(config.batch_size),
            learning_rate: Some(config.learning_rate),
            decay: Some(config.decay),
            marginals: Some(config.marginals),
        })
    }
}

/// Names what is checked in its errors.
struct Checker(&'static str);

impl Checker {
    fn that(
        &self,
        parameter: &'static str,
        value: &(impl ToString + ?Sized),
        ok: bool,
        allowed: &'static str,
    ) -> Result<(), MeasureError> {
        if ok {
            return Ok(());
        }
        Err(MeasureError::Parameter { measure: self.0, parameter, value: value.to_string(), allowed })
    }

    fn rate(&self, rate: f64) -> Result<(), MeasureError> {
        self.that("learning_rate", &rate, rate.is_finite() && rate > 0.0, "above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for measure in Measure::ALL {
            for preset in [MeasurePreset::Demo, MeasurePreset::Paper] {
                let settings = MeasureSettings { measure, preset, width: Some(7), ..MeasureSettings::default() };
                let completed = settings.completed().unwrap();
                assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
                assert_eq!(completed, completed.completed().unwrap());
                let settings = EvaluationSettings { preset, epochs: Some(2), ..EvaluationSettings::default() };
                let completed = settings.completed().unwrap();
                assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            }
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"hidden_layers":0}"#, "hidden_layers"),
            (r#"{"width":0}"#, "width"),
            (r#"{"critic_steps":0}"#, "critic_steps"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"average_rate":1.5}"#, "average_rate"),
            (r#"{"bandwidths":[1,-2]}"#, "bandwidths"),
            (r#"{"bandwidths":[]}"#, "bandwidths"),
        ] {
            let error = serde_json::from_str::<MeasureSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name) && error.hint().contains(name), "{error}");
        }
        for (json, name) in [
            (r#"{"epochs":0}"#, "epochs"),
            (r#"{"least_steps":1000001}"#, "least_steps"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"learning_rate":-1}"#, "rate"),
        ] {
            let error = serde_json::from_str::<EvaluationSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name) && error.hint().contains(name), "{error}");
        }
        assert!(serde_json::from_str::<MeasureSettings>(r#"{"measures":"mine"}"#).is_err());
    }
}
