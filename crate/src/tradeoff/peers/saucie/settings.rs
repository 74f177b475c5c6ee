use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::checker::Checker;

use super::model::NAME;

/// A set of defaults for everything that [`SaucieSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A quarter of the widths and fewer steps, for a first visit.
    #[default]
    Demo,
    /// The published network: 512-256-128-2, batch 256.
    Paper,
}

/// SAUCIE's batch correction as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SaucieSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the encoder's hidden layers; the decoder has the same in reverse.
    pub layers: Option<Vec<usize>>,
    /// Dimensions of the embedding.
    pub n_latent: Option<usize>,
    /// Weight of the discrepancy between batches; 0 is a plain autoencoder.
    pub lambda_b: Option<f64>,
    /// Learning rate of Adam.
    pub learning_rate: Option<f64>,
    /// Cells per optimiser step.
    pub batch_size: Option<usize>,
    /// Optimiser steps.
    pub steps: Option<usize>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `SaucieSettings`")]
pub struct SaucieConfig {
    pub layers: Vec<usize>,
    pub n_latent: usize,
    pub lambda_b: f64,
    pub learning_rate: f64,
    pub batch_size: usize,
    pub steps: usize,
}

impl Preset {
    fn config(self) -> SaucieConfig {
        // The number of steps is that of SAUCIE's examples; the paper leaves it open.
        let paper = SaucieConfig {
            layers: vec![512, 256, 128],
            n_latent: 2,
            lambda_b: 0.1,
            learning_rate: 1e-3,
            batch_size: 256,
            steps: 1000,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => SaucieConfig { layers: vec![128, 64, 32], steps: 400, ..paper },
        }
    }
}

impl SaucieSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<SaucieConfig, ModelError> {
        let preset = self.preset.config();
        let config = SaucieConfig {
            layers: self.layers.clone().unwrap_or(preset.layers),
            n_latent: self.n_latent.unwrap_or(preset.n_latent),
            lambda_b: self.lambda_b.unwrap_or(preset.lambda_b),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            steps: self.steps.unwrap_or(preset.steps),
        };
        config.checked()
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            layers: Some(config.layers),
            n_latent: Some(config.n_latent),
            lambda_b: Some(config.lambda_b),
            learning_rate: Some(config.learning_rate),
            batch_size: Some(config.batch_size),
            steps: Some(config.steps),
        })
    }
}

impl SaucieConfig {
    fn checked(self) -> Result<Self, ModelError> {
        let checker = Checker(NAME);
        let widths = self.layers.iter().all(|width| (1..=4096).contains(width));
        let (list, allowed) = (format!("{:?}", self.layers), "one to eight widths between 1 and 4096");
        checker.check("layers", list.as_str(), (1..=8).contains(&self.layers.len()) && widths, allowed)?;
        // Distances are summed dimension by dimension.
        checker.check("n_latent", self.n_latent, (1..=64).contains(&self.n_latent), "between 1 and 64")?;
        let weight = self.lambda_b;
        checker.check("lambda_b", weight, weight.is_finite() && weight >= 0.0, "0 or more")?;
        let rate = self.learning_rate;
        checker.check("learning_rate", rate, rate.is_finite() && rate > 0.0, "above 0")?;
        // All pairs of cells of a minibatch are compared.
        let batch = self.batch_size;
        checker.check("batch_size", batch, (4..=4096).contains(&batch), "between 4 and 4096")?;
        checker.check("steps", self.steps, (1..=1_000_000).contains(&self.steps), "between 1 and 1000000")?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completed_settings_resolve_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = SaucieSettings { preset, lambda_b: Some(0.3), ..SaucieSettings::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            let text = serde_json::to_string(&completed).unwrap();
            assert_eq!(serde_json::from_str::<SaucieSettings>(&text).unwrap(), completed);
        }
        assert!(serde_json::from_str::<SaucieSettings>(r#"{"lambda": 1}"#).is_err());
    }

    #[test]
    fn bad_values_are_named() {
        let bad = |settings: SaucieSettings| match settings.resolve().unwrap_err() {
            ModelError::Parameter { parameter, .. } => parameter,
            other => panic!("{other}"),
        };
        let none = SaucieSettings::default;
        assert_eq!(bad(SaucieSettings { layers: Some(vec![]), ..none() }), "layers");
        assert_eq!(bad(SaucieSettings { n_latent: Some(0), ..none() }), "n_latent");
        assert_eq!(bad(SaucieSettings { lambda_b: Some(-0.1), ..none() }), "lambda_b");
        assert_eq!(bad(SaucieSettings { learning_rate: Some(f64::NAN), ..none() }), "learning_rate");
        assert_eq!(bad(SaucieSettings { batch_size: Some(3), ..none() }), "batch_size");
        assert_eq!(bad(SaucieSettings { steps: Some(0), ..none() }), "steps");
    }
}
