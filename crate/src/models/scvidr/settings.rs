use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::vae::{Preset, VaeConfig, vae_settings};

vae_settings! {
    /// scVIDR as a run file describes it, single or multi; what is left out comes from the preset.
    ScvidrSettings {}
}

/// The published training: batches of 128, at most 100 epochs, stopped when the validation ELBO has not improved for 25. The
/// ELBO weighs the KL term in full, the training hardly at all, so it turns early; when depends on the number of cells,
/// which is why the rule is kept instead of a number of epochs.
const PAPER: VaeConfig = VaeConfig { batch_size: 128, epochs: 100, patience: 25, ..VaeConfig::PAPER };

impl ScvidrSettings {
    /// Fills in the preset's defaults and checks every value. The demo is scGen's: with batches of 128, a small data set
    /// would be over after a few dozen steps.
    pub fn resolve(&self) -> Result<VaeConfig, ModelError> {
        let preset = match self.preset {
            Preset::Paper => &PAPER,
            Preset::Demo => &VaeConfig::DEMO,
        };
        self.over(preset).checked("scvidr")
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        Ok(self.given(&self.resolve()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_the_published_training() {
        let config = ScvidrSettings { preset: Preset::Paper, ..ScvidrSettings::default() }.resolve().unwrap();
        assert_eq!((config.n_hidden, config.n_layers, config.n_latent), (800, 2, 100));
        assert_eq!((config.batch_size, config.epochs, config.patience), (128, 100, 25));
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        let settings = ScvidrSettings { preset: Preset::Paper, batch_size: Some(64), ..ScvidrSettings::default() };
        let completed = settings.completed().unwrap();
        assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
        assert_eq!(completed, completed.completed().unwrap());
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        assert!(serde_json::from_str::<ScvidrSettings>(r#"{"balance":"sampled"}"#).is_err());
        let error = serde_json::from_str::<ScvidrSettings>(r#"{"preset":"paper","train_fraction":1}"#).unwrap();
        let error = error.resolve().unwrap_err();
        assert_eq!(error.code(), "model_parameter");
        assert!(error.to_string().contains("scvidr: train_fraction"), "{error}");
    }
}
