use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::checker::Checker;

/// A set of defaults for everything that [`ScpreganSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A small network that trains within seconds to a minute, on the right labels. Higher learning rates and a heavier
    /// adversarial term make up for the few iterations: on the simulated set they are what brings every seed above no change.
    #[default]
    Demo,
    /// The published network and training: genes-512-256-16, batch 64, 20,000 iterations, stale labels.
    Paper,
}

/// scPreGAN as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScpreganSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the encoder's layers, the latent one last. The generators have the same in reverse, the discriminators all but
    /// the latent one.
    pub layers: Option<Vec<usize>>,
    /// Weight of squared errors of cells generated in their own condition.
    pub reconstruction_weight: Option<f64>,
    /// Weight of squared distances in latent space.
    pub encoding_weight: Option<f64>,
    /// Weight of what the discriminators say.
    pub adversarial_weight: Option<f64>,
    /// Learning rate of Adam for generators and discriminators (betas .5 and .9).
    pub learning_rate: Option<f64>,
    /// Learning rate of Adam for the encoder (betas .9 and .999).
    pub encoder_learning_rate: Option<f64>,
    /// What all learning rates are multiplied by, every `decay_every` iterations.
    pub decay: Option<f64>,
    /// Iterations between two such falls.
    pub decay_every: Option<usize>,
    /// Cells of each condition in a batch.
    pub batch_size: Option<usize>,
    /// Iterations for each treatment: one step of the discriminators and one of encoder and generators.
    pub iterations: Option<usize>,
    /// Compare the cell types of the generators' batch with the labels of the discriminators' batch, as the original does by
    /// accident.
    pub stale_labels: Option<bool>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `ScpreganSettings`")]
pub struct Config {
    pub layers: Vec<usize>,
    pub reconstruction_weight: f64,
    pub encoding_weight: f64,
    pub adversarial_weight: f64,
    pub learning_rate: f64,
    pub encoder_learning_rate: f64,
    pub decay: f64,
    pub decay_every: usize,
    pub batch_size: usize,
    pub iterations: usize,
    pub stale_labels: bool,
}

impl Preset {
    fn config(self) -> Config {
        let paper = Config {
            layers: vec![512, 256, 16],
            reconstruction_weight: 1.0,
            encoding_weight: 0.1,
            adversarial_weight: 0.001,
            learning_rate: 1e-3,
            encoder_learning_rate: 1e-4,
            decay: 0.9,
            decay_every: 10_000,
            batch_size: 64,
            iterations: 20_000,
            stale_labels: true,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => Config {
                layers: vec![128, 64, 16],
                adversarial_weight: 0.03,
                learning_rate: 3e-3,
                encoder_learning_rate: 1e-3,
                batch_size: 32,
                iterations: 500,
                stale_labels: false,
                ..paper
            },
        }
    }
}

impl Config {
    /// Widths of the hidden layers of the encoder and of the discriminators.
    #[must_use]
    pub fn hidden(&self) -> &[usize] {
        &self.layers[..self.layers.len().saturating_sub(1)]
    }

    /// Dimensions of the latent space.
    #[must_use]
    pub fn n_latent(&self) -> usize {
        self.layers.last().copied().unwrap_or(1)
    }

    /// What learning rates are multiplied by in an iteration, counted from 0.
    #[must_use]
    pub fn rate_factor(&self, iteration: usize) -> f64 {
        // Iterations are limited, so the exponent is far below the limit.
        self.decay.powi(i32::try_from(iteration / self.decay_every).unwrap_or(i32::MAX))
    }

    fn check(self) -> Result<Self, ModelError> {
        let checker = Checker("scpregan");
        let layers = &self.layers;
        let fits = (2..=8).contains(&layers.len()) && layers.iter().all(|width| (1..=4096).contains(width));
        checker.check("layers", format!("{layers:?}").as_str(), fits, "two to eight widths between 1 and 4096")?;
        for (name, weight) in [
            ("reconstruction_weight", self.reconstruction_weight),
            ("encoding_weight", self.encoding_weight),
            ("adversarial_weight", self.adversarial_weight),
        ] {
            checker.check(name, weight, weight.is_finite() && weight >= 0.0, "0 or more")?;
        }
        for (name, rate) in
            [("learning_rate", self.learning_rate), ("encoder_learning_rate", self.encoder_learning_rate)]
        {
            checker.check(name, rate, rate.is_finite() && rate > 0.0, "above 0")?;
        }
        checker.check("decay", self.decay, self.decay > 0.0 && self.decay <= 1.0, "above 0 and at most 1")?;
        checker.check("decay_every", self.decay_every, self.decay_every > 0, "1 or more")?;
        checker.check("batch_size", self.batch_size, (2..=65536).contains(&self.batch_size), "between 2 and 65536")?;
        let iterations = self.iterations;
        checker.check("iterations", iterations, (1..=1_000_000).contains(&iterations), "between 1 and 1000000")?;
        Ok(self)
    }
}

impl ScpreganSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = self.preset.config();
        let config = Config {
            layers: self.layers.clone().unwrap_or(preset.layers),
            reconstruction_weight: self.reconstruction_weight.unwrap_or(preset.reconstruction_weight),
            encoding_weight: self.encoding_weight.unwrap_or(preset.encoding_weight),
            adversarial_weight: self.adversarial_weight.unwrap_or(preset.adversarial_weight),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            encoder_learning_rate: self.encoder_learning_rate.unwrap_or(preset.encoder_learning_rate),
            decay: self.decay.unwrap_or(preset.decay),
            decay_every: self.decay_every.unwrap_or(preset.decay_every),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            iterations: self.iterations.unwrap_or(preset.iterations),
            stale_labels: self.stale_labels.unwrap_or(preset.stale_labels),
        };
        config.check()
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            layers: Some(config.layers),
            reconstruction_weight: Some(config.reconstruction_weight),
            encoding_weight: Some(config.encoding_weight),
            adversarial_weight: Some(config.adversarial_weight),
            learning_rate: Some(config.learning_rate),
            encoder_learning_rate: Some(config.encoder_learning_rate),
            decay: Some(config.decay),
            decay_every: Some(config.decay_every),
            batch_size: Some(config.batch_size),
            iterations: Some(config.iterations),
            stale_labels: Some(config.stale_labels),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_the_published_training() {
        let config = ScpreganSettings { preset: Preset::Paper, ..ScpreganSettings::default() }.resolve().unwrap();
        assert_eq!((config.layers.as_slice(), config.batch_size), (&[512, 256, 16][..], 64));
        assert_eq!((config.iterations, config.stale_labels), (20_000, true));
        let factor = |iteration| (config.rate_factor(iteration) * 100.0).round() as u32;
        assert_eq!([0, 9_999, 10_000, 19_999, 20_000].map(factor), [100, 100, 90, 90, 81]);
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = ScpreganSettings { preset, iterations: Some(3), ..ScpreganSettings::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            assert_eq!(completed, completed.completed().unwrap());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"layers":[64]}"#, "layers"),
            (r#"{"layers":[64,0]}"#, "layers"),
            (r#"{"reconstruction_weight":-1}"#, "reconstruction_weight"),
            (r#"{"encoding_weight":-1}"#, "encoding_weight"),
            (r#"{"adversarial_weight":-1}"#, "adversarial_weight"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"encoder_learning_rate":-1}"#, "encoder_learning_rate"),
            (r#"{"decay":1.5}"#, "decay"),
            (r#"{"decay_every":0}"#, "decay_every"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"iterations":0}"#, "iterations"),
        ] {
            let error = serde_json::from_str::<ScpreganSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<ScpreganSettings>(r#"{"epochs":3}"#).is_err());
    }
}
