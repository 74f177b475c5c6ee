use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::vae::{Preset, VaeConfig, vae_settings};

/// How cell types are weighed in the latent shift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Every cell type counts the same: the expectation of scGen's resampling, without its noise.
    #[default]
    Expected,
    /// scGen's own way: resample every type with replacement to the size of the largest, then draw equal numbers of
    /// control and treated cells without replacement.
    Sampled,
}

vae_settings! {
    /// scGen as a run file describes it; what is left out comes from the preset.
    ScgenSettings {
        /// How cell types are weighed in the latent shift.
        balance: Balance,
    }
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Network and training.
    pub vae: VaeConfig,
    /// How cell types are weighed in the latent shift.
    pub balance: Balance,
}

impl ScgenSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = match self.preset {
            Preset::Paper => &VaeConfig::PAPER,
            Preset::Demo => &VaeConfig::DEMO,
        };
        Ok(Config { vae: self.over(preset).checked("scgen")?, balance: self.balance })
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        Ok(self.given(&self.resolve()?.vae))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_the_published_network() {
        let config = ScgenSettings { preset: Preset::Paper, ..ScgenSettings::default() }.resolve().unwrap().vae;
        assert_eq!((config.n_hidden, config.n_layers, config.n_latent, config.batch_size), (800, 2, 100, 32));
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        let settings = ScgenSettings { epochs: Some(3), ..ScgenSettings::default() };
        let completed = settings.completed().unwrap();
        assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
        assert_eq!(completed, completed.completed().unwrap());
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"n_hidden":0}"#, "n_hidden"),
            (r#"{"n_layers":9}"#, "n_layers"),
            (r#"{"n_latent":0}"#, "n_latent"),
            (r#"{"dropout":1.0}"#, "dropout"),
            (r#"{"kl_weight":-1}"#, "kl_weight"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"adam_epsilon":0}"#, "adam_epsilon"),
            (r#"{"weight_decay":-1}"#, "weight_decay"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"epochs":0}"#, "epochs"),
            (r#"{"train_fraction":0}"#, "train_fraction"),
            (r#"{"train_fraction":1,"patience":3}"#, "train_fraction"),
        ] {
            let error = serde_json::from_str::<ScgenSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
    }
}
