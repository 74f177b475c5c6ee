use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::mtae::{Config, MtaeSettings, Preset};

/// A multi-head autoencoder as a run file describes it; what is left out comes from the preset, which is that of the
/// multi-task autoencoder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultiHeadSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the encoder's layers, the latent one last; each decoder has the same in reverse.
    pub layers: Option<Vec<usize>>,
    /// Share of the genes that is hidden from the encoder in every training step.
    pub mask: Option<f64>,
    /// Dropout rate after every hidden layer.
    pub dropout: Option<f64>,
    /// Learning rate of Adam after the warm-up.
    pub learning_rate: Option<f64>,
    /// Optimiser steps over which the learning rate rises from 0.
    pub warm_up: Option<usize>,
    /// Cells per optimiser step, to the nearest number that has each condition's share of whole cells.
    pub batch_size: Option<usize>,
    /// Epochs of the training.
    pub epochs: Option<usize>,
}

impl MultiHeadSettings {
    /// Fills in the preset's defaults and checks every value. Fields of the multi-task autoencoder that are not above have no
    /// effect.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let shared = MtaeSettings {
            preset: self.preset,
            layers: self.layers.clone(),
            mask: self.mask,
            dropout: self.dropout,
            learning_rate: self.learning_rate,
            warm_up: self.warm_up,
            batch_size: self.batch_size,
            epochs: self.epochs,
            ..MtaeSettings::default()
        };
        shared.filled().checked("multi_head")
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            layers: Some(config.layers),
            mask: Some(config.mask),
            dropout: Some(config.dropout),
            learning_rate: Some(config.learning_rate),
            warm_up: Some(config.warm_up),
            batch_size: Some(config.batch_size),
            epochs: Some(config.epochs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_those_of_the_multi_task_autoencoder() {
        for preset in [Preset::Demo, Preset::Paper] {
            let own = MultiHeadSettings { preset, ..MultiHeadSettings::default() };
            let theirs = MtaeSettings { preset, ..MtaeSettings::default() };
            assert_eq!(own.resolve().unwrap(), theirs.resolve().unwrap());
            let completed = own.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), own.resolve().unwrap());
            assert_eq!(completed, completed.completed().unwrap());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"layers":[0,8]}"#, "layers"),
            (r#"{"mask":1.0}"#, "mask"),
            (r#"{"dropout":-0.1}"#, "dropout"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"warm_up":1000000}"#, "warm_up"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"epochs":0}"#, "epochs"),
        ] {
            let error = serde_json::from_str::<MultiHeadSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().starts_with(&format!("multi_head: {name} ")), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<MultiHeadSettings>(r#"{"film_hidden":[16]}"#).is_err());
    }
}
