use serde::{Deserialize, Serialize};

use crate::metrics::emd;
use crate::models::ModelError;

/// A set of defaults for everything that [`UnitedNetSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Small batches and a lower learning rate, for a few hundred pairs and some seconds.
    #[default]
    Demo,
    /// UnitedNet's example for two modalities of thousands of features: 64-64-64, projector 100, learning rate 0.01, batch
    /// 512, 10 epochs.
    Paper,
}

/// UnitedNet as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnitedNetSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of each encoder's layers, the latent one last; each decoder has the same in reverse.
    pub layers: Option<Vec<usize>>,
    /// Width of the projector.
    pub projector: Option<usize>,
    /// Width of each discriminator's hidden layer.
    pub discriminator: Option<usize>,
    /// Weight of the discriminator's and of the generator's loss in the translation.
    pub adversarial_weight: Option<f64>,
    /// Learning rate of both Adams.
    pub learning_rate: Option<f64>,
    /// The gradient of a task is scaled down to this length.
    pub max_norm: Option<f64>,
    /// Pairs per optimiser step.
    pub batch_size: Option<usize>,
    /// Epochs, each of one pass of translation and some of identification.
    pub epochs: Option<usize>,
    /// Passes of identification in an epoch.
    pub identification_passes: Option<usize>,
    /// Cells of a type and condition that are paired, at most; more are drawn at random.
    pub ot_cells: Option<usize>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `UnitedNetSettings`")]
pub struct Config {
    pub layers: Vec<usize>,
    pub projector: usize,
    pub discriminator: usize,
    pub adversarial_weight: f64,
    pub learning_rate: f64,
    pub max_norm: f64,
    pub batch_size: usize,
    pub epochs: usize,
    pub identification_passes: usize,
    pub ot_cells: usize,
}

impl Preset {
    fn config(self) -> Config {
        let paper = Config {
            layers: vec![64, 64, 64],
            projector: 100,
            discriminator: 64,
            adversarial_weight: 0.1,
            learning_rate: 0.01,
            max_norm: 25.0,
            batch_size: 512,
            epochs: 10,
            // Twice the number of modalities.
            identification_passes: 4,
            ot_cells: emd::MAX_POINTS,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => Config {
                layers: vec![64, 32],
                projector: 32,
                discriminator: 32,
                learning_rate: 2e-3,
                batch_size: 32,
                epochs: 15,
                ot_cells: 400,
                ..paper
            },
        }
    }
}

impl Config {
    /// Dimensions of the latent space.
    #[must_use]
    pub fn n_latent(&self) -> usize {
        self.layers.last().copied().unwrap_or(1)
    }

    fn check(self) -> Result<Self, ModelError> {
        let check = |parameter, value: &dyn ToString, ok: bool, allowed| {
            let error = || ModelError::Parameter { model: "unitednet", parameter, value: value.to_string(), allowed };
            ok.then_some(()).ok_or_else(error)
        };
        let widths = |widths: &[usize]| widths.iter().all(|width| (1..=4096).contains(width));
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let layers = &self.layers;
        let ok = (1..=8).contains(&layers.len()) && widths(layers);
        check("layers", &format!("{layers:?}"), ok, "one to eight widths between 1 and 4096")?;
        check("projector", &self.projector, widths(&[self.projector]), "between 1 and 4096")?;
        check("discriminator", &self.discriminator, widths(&[self.discriminator]), "between 1 and 4096")?;
        let weight = self.adversarial_weight;
        check("adversarial_weight", &weight, weight.is_finite() && weight >= 0.0, "0 or more")?;
        check("learning_rate", &self.learning_rate, positive(self.learning_rate), "above 0")?;
        check("max_norm", &self.max_norm, positive(self.max_norm), "above 0")?;
        check("batch_size", &self.batch_size, (4..=65536).contains(&self.batch_size), "between 4 and 65536")?;
        check("epochs", &self.epochs, (1..=10_000).contains(&self.epochs), "between 1 and 10000")?;
        check("identification_passes", &self.identification_passes, self.identification_passes <= 100, "at most 100")?;
        let cells = self.ot_cells;
        check("ot_cells", &cells, (2..=emd::MAX_POINTS).contains(&cells), "between 2 and 1000")?;
        Ok(self)
    }
}

impl UnitedNetSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = self.preset.config();
        let config = Config {
            layers: self.layers.clone().unwrap_or(preset.layers),
            projector: self.projector.unwrap_or(preset.projector),
            discriminator: self.discriminator.unwrap_or(preset.discriminator),
            adversarial_weight: self.adversarial_weight.unwrap_or(preset.adversarial_weight),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            max_norm: self.max_norm.unwrap_or(preset.max_norm),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            epochs: self.epochs.unwrap_or(preset.epochs),
            identification_passes: self.identification_passes.unwrap_or(preset.identification_passes),
            ot_cells: self.ot_cells.unwrap_or(preset.ot_cells),
        };
        config.check()
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            layers: Some(config.layers),
            projector: Some(config.projector),
            discriminator: Some(config.discriminator),
            adversarial_weight: Some(config.adversarial_weight),
            learning_rate: Some(config.learning_rate),
            max_norm: Some(config.max_norm),
            batch_size: Some(config.batch_size),
            epochs: Some(config.epochs),
            identification_passes: Some(config.identification_passes),
            ot_cells: Some(config.ot_cells),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_unitednets_example() {
        let paper = UnitedNetSettings { preset: Preset::Paper, ..UnitedNetSettings::default() }.resolve().unwrap();
        assert_eq!((paper.layers.as_slice(), paper.projector, paper.batch_size), (&[64, 64, 64][..], 100, 512));
        assert_eq!((paper.epochs, paper.identification_passes), (10, 4));
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = UnitedNetSettings { preset, epochs: Some(3), ..UnitedNetSettings::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            assert_eq!(completed, completed.completed().unwrap());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"layers":[]}"#, "layers"),
            (r#"{"projector":0}"#, "projector"),
            (r#"{"discriminator":5000}"#, "discriminator"),
            (r#"{"adversarial_weight":-1}"#, "adversarial_weight"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"max_norm":0}"#, "max_norm"),
            (r#"{"batch_size":3}"#, "batch_size"),
            (r#"{"epochs":0}"#, "epochs"),
            (r#"{"identification_passes":101}"#, "identification_passes"),
            (r#"{"ot_cells":1}"#, "ot_cells"),
        ] {
            let error = serde_json::from_str::<UnitedNetSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().starts_with(&format!("unitednet: {name} ")), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<UnitedNetSettings>(r#"{"mask":0.2}"#).is_err());
    }
}
