use serde::{Deserialize, Serialize};

use crate::models::ModelError;

/// A set of defaults for everything that [`ScgenSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A small network that trains in seconds in a browser, at some cost in accuracy.
    #[default]
    Demo,
    /// The published network: two hidden layers of 800, latent 100, batch 32.
    Paper,
}

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

/// scGen as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScgenSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Width of every hidden layer.
    pub n_hidden: Option<usize>,
    /// Hidden layers of the encoder, and of the decoder.
    pub n_layers: Option<usize>,
    /// Dimensions of the latent space.
    pub n_latent: Option<usize>,
    /// Dropout rate after every hidden layer.
    pub dropout: Option<f64>,
    /// Weight of the Kullback-Leibler term.
    pub kl_weight: Option<f64>,
    /// Learning rate of Adam.
    pub learning_rate: Option<f64>,
    /// Epsilon of Adam.
    pub adam_epsilon: Option<f64>,
    /// L2 penalty in Adam's gradient.
    pub weight_decay: Option<f64>,
    /// Cells per optimiser step.
    pub batch_size: Option<usize>,
    /// Epochs, at most when stopping early.
    pub epochs: Option<usize>,
    /// Stop when the validation ELBO has not improved for this many epochs, keeping the last weights (scGen's rule);
    /// 0 trains for all `epochs`.
    pub patience: Option<usize>,
    /// Share of the cells that is trained on; the rest validates.
    pub train_fraction: Option<f64>,
    /// How cell types are weighed in the latent shift.
    pub balance: Balance,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `ScgenSettings`")]
pub struct Config {
    pub n_hidden: usize,
    pub n_layers: usize,
    pub n_latent: usize,
    pub dropout: f64,
    pub kl_weight: f64,
    pub learning_rate: f64,
    pub adam_epsilon: f64,
    pub weight_decay: f64,
    pub batch_size: usize,
    pub epochs: usize,
    pub patience: usize,
    pub train_fraction: f64,
    pub balance: Balance,
}

impl Preset {
    fn config(self) -> Config {
        let paper = Config {
            n_hidden: 800,
            n_layers: 2,
            n_latent: 100,
            dropout: 0.2,
            kl_weight: 5e-5,
            learning_rate: 1e-3,
            adam_epsilon: 0.01,
            weight_decay: 1e-6,
            batch_size: 32,
            epochs: 30,
            patience: 0,
            train_fraction: 0.9,
            balance: Balance::Expected,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => Config { n_hidden: 128, n_layers: 1, n_latent: 20, epochs: 15, ..paper },
        }
    }
}

impl ScgenSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = self.preset.config();
        let config = Config {
            n_hidden: self.n_hidden.unwrap_or(preset.n_hidden),
            n_layers: self.n_layers.unwrap_or(preset.n_layers),
            n_latent: self.n_latent.unwrap_or(preset.n_latent),
            dropout: self.dropout.unwrap_or(preset.dropout),
            kl_weight: self.kl_weight.unwrap_or(preset.kl_weight),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            adam_epsilon: self.adam_epsilon.unwrap_or(preset.adam_epsilon),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            epochs: self.epochs.unwrap_or(preset.epochs),
            patience: self.patience.unwrap_or(preset.patience),
            train_fraction: self.train_fraction.unwrap_or(preset.train_fraction),
            balance: self.balance,
        };
        check("n_hidden", config.n_hidden, (1..=4096).contains(&config.n_hidden), "between 1 and 4096")?;
        check("n_layers", config.n_layers, (1..=8).contains(&config.n_layers), "between 1 and 8")?;
        check("n_latent", config.n_latent, (1..=1024).contains(&config.n_latent), "between 1 and 1024")?;
        check("dropout", config.dropout, (0.0..1.0).contains(&config.dropout), "at least 0 and below 1")?;
        check("kl_weight", config.kl_weight, not_negative(config.kl_weight), "0 or more")?;
        let rate = config.learning_rate;
        check("learning_rate", rate, rate.is_finite() && rate > 0.0, "above 0")?;
        let epsilon = config.adam_epsilon;
        check("adam_epsilon", epsilon, epsilon.is_finite() && epsilon > 0.0, "above 0")?;
        check("weight_decay", config.weight_decay, not_negative(config.weight_decay), "0 or more")?;
        check("batch_size", config.batch_size, (2..=65536).contains(&config.batch_size), "between 2 and 65536")?;
        check("epochs", config.epochs, (1..=10_000).contains(&config.epochs), "between 1 and 10000")?;
        let fraction = config.train_fraction;
        check("train_fraction", fraction, fraction > 0.0 && fraction <= 1.0, "above 0 and at most 1")?;
        Ok(config)
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            n_hidden: Some(config.n_hidden),
            n_layers: Some(config.n_layers),
            n_latent: Some(config.n_latent),
            dropout: Some(config.dropout),
            kl_weight: Some(config.kl_weight),
            learning_rate: Some(config.learning_rate),
            adam_epsilon: Some(config.adam_epsilon),
            weight_decay: Some(config.weight_decay),
            batch_size: Some(config.batch_size),
            epochs: Some(config.epochs),
            patience: Some(config.patience),
            train_fraction: Some(config.train_fraction),
            balance: config.balance,
        })
    }
}

fn not_negative(value: f64) -> bool {
    value.is_finite() && value >= 0.0
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
        Err(ModelError::Parameter { model: "scgen", parameter, value: value.to_string(), allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_the_published_network() {
        let config = ScgenSettings { preset: Preset::Paper, ..ScgenSettings::default() }.resolve().unwrap();
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
        ] {
            let error = serde_json::from_str::<ScgenSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
    }
}
