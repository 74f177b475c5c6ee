use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::scgen::Preset;

/// The model as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilmNbSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Width of the hidden layer.
    pub n_hidden: Option<usize>,
    /// Dropout rate after it.
    pub dropout: Option<f64>,
    /// Weight of the squared error of `ln(1 + rate)` beside the negative binomial.
    pub level_weight: Option<f64>,
    /// Learning rate of Adam at the start; it falls to 0 along half a cosine.
    pub learning_rate: Option<f64>,
    /// L2 penalty in Adam's gradient.
    pub weight_decay: Option<f64>,
    /// Genes per optimiser step.
    pub batch_size: Option<usize>,
    /// Passes over all genes of all tasks.
    pub epochs: Option<usize>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `FilmNbSettings`")]
pub struct Config {
    pub n_hidden: usize,
    pub dropout: f64,
    pub level_weight: f64,
    pub learning_rate: f64,
    pub weight_decay: f64,
    pub batch_size: usize,
    pub epochs: usize,
}

fn preset(preset: Preset) -> Config {
    let full = Config {
        n_hidden: 32,
        dropout: 0.1,
        level_weight: 100.0,
        learning_rate: 3e-3,
        weight_decay: 1e-4,
        batch_size: 512,
        epochs: 30,
    };
    match preset {
        Preset::Paper => full,
        Preset::Demo => Config { epochs: 8, ..full },
    }
}

impl FilmNbSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = preset(self.preset);
        let config = Config {
            n_hidden: self.n_hidden.unwrap_or(preset.n_hidden),
            dropout: self.dropout.unwrap_or(preset.dropout),
            level_weight: self.level_weight.unwrap_or(preset.level_weight),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            epochs: self.epochs.unwrap_or(preset.epochs),
        };
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        check("n_hidden", config.n_hidden, (1..=1024).contains(&config.n_hidden), "between 1 and 1024")?;
        check("dropout", config.dropout, (0.0..1.0).contains(&config.dropout), "at least 0 and below 1")?;
        check("level_weight", config.level_weight, not_negative(config.level_weight), "0 or more")?;
        let rate = config.learning_rate;
        check("learning_rate", rate, rate.is_finite() && rate > 0.0, "above 0")?;
        check("weight_decay", config.weight_decay, not_negative(config.weight_decay), "0 or more")?;
        check("batch_size", config.batch_size, (2..=65536).contains(&config.batch_size), "between 2 and 65536")?;
        check("epochs", config.epochs, (1..=10_000).contains(&config.epochs), "between 1 and 10000")?;
        Ok(config)
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            n_hidden: Some(config.n_hidden),
            dropout: Some(config.dropout),
            level_weight: Some(config.level_weight),
            learning_rate: Some(config.learning_rate),
            weight_decay: Some(config.weight_decay),
            batch_size: Some(config.batch_size),
            epochs: Some(config.epochs),
        })
    }
}

fn check(
    parameter: &'static str,
    value: impl Copy + ToString,
    ok: bool,
    allowed: &'static str,
) -> Result<(), ModelError> {
    if ok {
        Ok(())
    } else {
        Err(ModelError::Parameter { model: "film_nb", parameter, value: value.to_string(), allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        let settings = FilmNbSettings { epochs: Some(3), ..FilmNbSettings::default() };
        let completed = settings.completed().unwrap();
        assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
        assert_eq!(completed, completed.completed().unwrap());
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"n_hidden":0}"#, "n_hidden"),
            (r#"{"dropout":1.0}"#, "dropout"),
            (r#"{"level_weight":-1}"#, "level_weight"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"weight_decay":-1}"#, "weight_decay"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"epochs":0}"#, "epochs"),
        ] {
            let error = serde_json::from_str::<FilmNbSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
    }
}
