use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::checker::Checker;
use crate::nn::AdamConfig;

/// A set of defaults for everything that [`ScviSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Today's defaults of scvi-tools: one hidden layer, library sizes as observed.
    #[default]
    Demo,
    /// What the code of Li, Wei et al. (2022) runs, a fork of scVI 0.3.0: two hidden layers (the text of the paper implies
    /// one), latent library sizes, no floor under the variance, no weight decay.
    Paper,
}

/// The distribution of counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Zero-inflated negative binomial.
    #[default]
    Zinb,
    /// Negative binomial.
    Nb,
}

/// Where a cell's library size comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Library {
    /// The sum of its counts.
    #[default]
    Observed,
    /// A latent of its own, log-normal with the moments of the cell's batch as prior.
    Latent,
}

/// The norm of the hidden layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// Batch norm.
    #[default]
    Batch,
    /// Layer norm without weights, which has no running statistics that could mix what differs between cells.
    Layer,
}

/// scVI as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScviSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// The distribution of counts.
    pub likelihood: Option<Likelihood>,
    /// Where library sizes come from.
    pub library: Option<Library>,
    /// Hidden layers of the encoder, and of the decoder.
    pub n_layers: Option<usize>,
    /// Width of every hidden layer.
    pub n_hidden: Option<usize>,
    /// Dimensions of the latent space.
    pub n_latent: Option<usize>,
    /// Dropout rate after every hidden layer of the encoders.
    pub dropout: Option<f64>,
    /// The norm of the hidden layers.
    pub norm: Option<Norm>,
    /// Added to the posterior variance.
    pub variance_floor: Option<f64>,
    /// Learning rate of Adam.
    pub learning_rate: Option<f64>,
    /// Epsilon of Adam.
    pub adam_epsilon: Option<f64>,
    /// L2 penalty in Adam's gradient.
    pub weight_decay: Option<f64>,
    /// Cells per optimiser step.
    pub batch_size: Option<usize>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `ScviSettings`")]
pub struct ScviConfig {
    pub likelihood: Likelihood,
    pub library: Library,
    pub n_layers: usize,
    pub n_hidden: usize,
    pub n_latent: usize,
    pub dropout: f64,
    pub norm: Norm,
    pub variance_floor: f64,
    pub learning_rate: f64,
    pub adam_epsilon: f64,
    pub weight_decay: f64,
    pub batch_size: usize,
}

impl Preset {
    fn config(self) -> ScviConfig {
        let demo = ScviConfig {
            likelihood: Likelihood::Zinb,
            library: Library::Observed,
            n_layers: 1,
            n_hidden: 128,
            n_latent: 10,
            dropout: 0.1,
            norm: Norm::Batch,
            variance_floor: 1e-4,
            learning_rate: 1e-3,
            adam_epsilon: 0.01,
            weight_decay: 1e-6,
            batch_size: 128,
        };
        match self {
            Self::Demo => demo,
            Self::Paper => {
                ScviConfig { library: Library::Latent, n_layers: 2, variance_floor: 0.0, weight_decay: 0.0, ..demo }
            }
        }
    }
}

impl ScviConfig {
    /// The optimiser's settings.
    #[must_use]
    pub fn adam(&self) -> AdamConfig {
        AdamConfig { epsilon: self.adam_epsilon as f32, weight_decay: self.weight_decay as f32, ..AdamConfig::SCVI }
    }

    /// The same if every value is within its range.
    fn checked(self) -> Result<Self, ModelError> {
        let checker = Checker("scvi");
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        checker.check("n_layers", self.n_layers, (1..=8).contains(&self.n_layers), "between 1 and 8")?;
        checker.check("n_hidden", self.n_hidden, (1..=4096).contains(&self.n_hidden), "between 1 and 4096")?;
        checker.check("n_latent", self.n_latent, (1..=1024).contains(&self.n_latent), "between 1 and 1024")?;
        checker.check("dropout", self.dropout, (0.0..1.0).contains(&self.dropout), "at least 0 and below 1")?;
        let floor = self.variance_floor;
        checker.check("variance_floor", floor, (0.0..=1.0).contains(&floor), "between 0 and 1")?;
        checker.check("learning_rate", self.learning_rate, positive(self.learning_rate), "above 0")?;
        checker.check("adam_epsilon", self.adam_epsilon, positive(self.adam_epsilon), "above 0")?;
        checker.check("weight_decay", self.weight_decay, not_negative(self.weight_decay), "0 or more")?;
        // Batch norm needs two cells, and so does a batch effect.
        let batch = self.batch_size;
        checker.check("batch_size", batch, (2..=65536).contains(&batch), "between 2 and 65536")?;
        Ok(self)
    }
}

impl ScviSettings {
    /// Fills in the preset's defaults and checks every value.
    ///
    /// Errors: a value outside its range.
    pub fn resolve(&self) -> Result<ScviConfig, ModelError> {
        let preset = self.preset.config();
        let config = ScviConfig {
            likelihood: self.likelihood.unwrap_or(preset.likelihood),
            library: self.library.unwrap_or(preset.library),
            n_layers: self.n_layers.unwrap_or(preset.n_layers),
            n_hidden: self.n_hidden.unwrap_or(preset.n_hidden),
            n_latent: self.n_latent.unwrap_or(preset.n_latent),
            dropout: self.dropout.unwrap_or(preset.dropout),
            norm: self.norm.unwrap_or(preset.norm),
            variance_floor: self.variance_floor.unwrap_or(preset.variance_floor),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            adam_epsilon: self.adam_epsilon.unwrap_or(preset.adam_epsilon),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
        };
        config.checked()
    }

    /// The same settings with every field given, for the report.
    ///
    /// Errors: a value outside its range.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            likelihood: Some(config.likelihood),
            library: Some(config.library),
            n_layers: Some(config.n_layers),
            n_hidden: Some(config.n_hidden),
            n_latent: Some(config.n_latent),
            dropout: Some(config.dropout),
            norm: Some(config.norm),
            variance_floor: Some(config.variance_floor),
            learning_rate: Some(config.learning_rate),
            adam_epsilon: Some(config.adam_epsilon),
            weight_decay: Some(config.weight_decay),
            batch_size: Some(config.batch_size),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_differ_where_the_paper_does() {
        let of = |preset| ScviSettings { preset, ..ScviSettings::default() }.resolve().unwrap();
        let (demo, paper) = (of(Preset::Demo), of(Preset::Paper));
        assert_eq!((demo.library, demo.n_layers, demo.variance_floor), (Library::Observed, 1, 1e-4));
        assert_eq!((paper.library, paper.n_layers, paper.variance_floor), (Library::Latent, 2, 0.0));
        assert_eq!((demo.adam(), paper.adam().weight_decay), (AdamConfig::SCVI, 0.0));
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = ScviSettings { preset, norm: Some(Norm::Layer), ..ScviSettings::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            assert_eq!(completed, completed.completed().unwrap());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"n_layers":0}"#, "n_layers"),
            (r#"{"n_hidden":0}"#, "n_hidden"),
            (r#"{"n_latent":0}"#, "n_latent"),
            (r#"{"dropout":1}"#, "dropout"),
            (r#"{"variance_floor":-1}"#, "variance_floor"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"adam_epsilon":0}"#, "adam_epsilon"),
            (r#"{"weight_decay":-1}"#, "weight_decay"),
            (r#"{"batch_size":1}"#, "batch_size"),
        ] {
            let error = serde_json::from_str::<ScviSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<ScviSettings>(r#"{"likelihood":"poisson"}"#).is_err());
        assert!(serde_json::from_str::<ScviSettings>(r#"{"layers":1}"#).is_err());
    }
}
