use serde::{Deserialize, Serialize};

use crate::metrics::emd;
use crate::models::ModelError;
use crate::models::checker::Checker;

use super::Variant;

/// A set of defaults for everything that [`MtaeSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A small network with a high learning rate that trains in seconds. The thesis' own search found networks of this
    /// size about as good as the ones it used.
    #[default]
    Demo,
    /// What the thesis used: genes-256-128-256-genes, learning rate 1e-5, batch 64 (32 where variational), 400 epochs.
    Paper,
}

/// A multi-task autoencoder as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MtaeSettings {
    /// Which member of the family.
    pub variant: Variant,
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the encoder's layers, the latent one last; the decoder has the same in reverse.
    pub layers: Option<Vec<usize>>,
    /// Widths of the hidden layers of each FiLM generator, at most two. `null`, the default of the paper's preset, is the
    /// thesis' choice by data set: none for one treatment, one of 16 for several.
    pub film_hidden: Option<Vec<usize>>,
    /// Share of the genes that is hidden from the encoder in every training step.
    pub mask: Option<f64>,
    /// Dropout rate after every hidden layer.
    pub dropout: Option<f64>,
    /// Learning rate of Adam after the warm-up.
    pub learning_rate: Option<f64>,
    /// Optimiser steps over which the learning rate rises from 0, in every phase of the training.
    pub warm_up: Option<usize>,
    /// Cells per optimiser step.
    pub batch_size: Option<usize>,
    /// Epochs of self-reconstruction.
    pub epochs: Option<usize>,
    /// Weight of the Kullback-Leibler term, which is also scaled by batch / cells (variational members).
    pub kl_weight: Option<f64>,
    /// Leave the latent mean and variance layers as they were drawn, as the thesis does by accident (variational members).
    pub untrained_heads: bool,
    /// Epochs of the discriminator alone (adversarial members).
    pub discriminator_epochs: Option<usize>,
    /// Epochs of autoencoder and discriminator against each other (adversarial members).
    pub joint_epochs: Option<usize>,
    /// Share of the adversarial term in the autoencoder's loss (adversarial members).
    pub adversarial_weight: Option<f64>,
    /// Epochs on pairs (optimal-transport members).
    pub ot_epochs: Option<usize>,
    /// Cells of a type and condition that are paired, at most; more are drawn at random (optimal-transport members).
    pub ot_cells: Option<usize>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `MtaeSettings`")]
pub struct Config {
    pub variant: Variant,
    pub layers: Vec<usize>,
    /// `None`: by the number of conditions, see [`Config::film_hidden()`].
    pub film_hidden: Option<Vec<usize>>,
    pub mask: f64,
    pub dropout: f64,
    pub learning_rate: f64,
    pub warm_up: usize,
    pub batch_size: usize,
    pub epochs: usize,
    pub kl_weight: f64,
    pub untrained_heads: bool,
    pub discriminator_epochs: usize,
    pub joint_epochs: usize,
    pub adversarial_weight: f64,
    pub ot_epochs: usize,
    pub ot_cells: usize,
}

impl Preset {
    fn config(self, variant: Variant) -> Config {
        // The thesis tuned the variational members apart.
        let (learning_rate, batch_size) = if variant.is_variational() { (6.6214e-6, 32) } else { (1e-5, 64) };
        let paper = Config {
            variant,
            layers: vec![256, 128],
            film_hidden: None,
            mask: 0.2,
            dropout: 0.5,
            learning_rate,
            warm_up: 100,
            batch_size,
            epochs: 400,
            kl_weight: 0.004,
            untrained_heads: false,
            discriminator_epochs: 400,
            joint_epochs: 100,
            adversarial_weight: 0.01,
            ot_epochs: 400,
            ot_cells: emd::MAX_POINTS,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => Config {
                layers: vec![128, 64, 32],
                film_hidden: Some(vec![16]),
                dropout: 0.1,
                learning_rate: 1e-3,
                warm_up: 20,
                batch_size: 32,
                epochs: 25,
                discriminator_epochs: 5,
                joint_epochs: 10,
                ot_epochs: 15,
                ot_cells: 400,
                ..paper
            },
        }
    }
}

impl Config {
    /// Widths of the hidden layers of each FiLM generator for so many conditions.
    #[must_use]
    pub fn film_hidden(&self, n_conditions: usize) -> Vec<usize> {
        let of_the_thesis = || if n_conditions > 2 { vec![16] } else { Vec::new() };
        self.film_hidden.clone().unwrap_or_else(of_the_thesis)
    }

    /// Dimensions of the latent space.
    #[must_use]
    pub fn n_latent(&self) -> usize {
        self.layers.last().copied().unwrap_or(1)
    }

    /// The same if every value is within its range; `model` is named in the error.
    pub(in crate::models) fn checked(self, model: &'static str) -> Result<Self, ModelError> {
        let checker = Checker(model);
        let widths = |widths: &[usize]| widths.iter().all(|width| (1..=4096).contains(width));
        let list = |widths: &[usize]| format!("{widths:?}");
        let (layers, film) = (&self.layers, self.film_hidden.as_deref().unwrap_or(&[]));
        // With a single width the decoder would have no hidden layer, so nothing that the condition could act on.
        let allowed = "two to eight widths between 1 and 4096";
        checker.check("layers", list(layers).as_str(), (2..=8).contains(&layers.len()) && widths(layers), allowed)?;
        let allowed = "at most two widths between 1 and 4096";
        checker.check("film_hidden", list(film).as_str(), film.len() <= 2 && widths(film), allowed)?;
        for (name, share) in [("mask", self.mask), ("dropout", self.dropout)] {
            checker.check(name, share, (0.0..1.0).contains(&share), "at least 0 and below 1")?;
        }
        let rate = self.learning_rate;
        checker.check("learning_rate", rate, rate.is_finite() && rate > 0.0, "above 0")?;
        checker.check("warm_up", self.warm_up, self.warm_up <= 100_000, "at most 100000")?;
        let batch = self.batch_size;
        checker.check("batch_size", batch, (2..=65536).contains(&batch), "between 2 and 65536")?;
        for (name, epochs) in [
            ("epochs", self.epochs),
            ("discriminator_epochs", self.discriminator_epochs),
            ("joint_epochs", self.joint_epochs),
            ("ot_epochs", self.ot_epochs),
        ] {
            checker.check(name, epochs, (1..=10_000).contains(&epochs), "between 1 and 10000")?;
        }
        let weight = self.kl_weight;
        checker.check("kl_weight", weight, weight.is_finite() && weight >= 0.0, "0 or more")?;
        let weight = self.adversarial_weight;
        checker.check("adversarial_weight", weight, (0.0..1.0).contains(&weight), "at least 0 and below 1")?;
        let cells = self.ot_cells;
        checker.check("ot_cells", cells, (2..=emd::MAX_POINTS).contains(&cells), "between 2 and 1000")?;
        Ok(self)
    }
}

impl MtaeSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        self.filled().checked(self.variant.name())
    }

    /// Fills in the preset's defaults; not checked.
    pub(in crate::models) fn filled(&self) -> Config {
        let preset = self.preset.config(self.variant);
        Config {
            variant: self.variant,
            layers: self.layers.clone().unwrap_or(preset.layers),
            film_hidden: self.film_hidden.clone().or(preset.film_hidden),
            mask: self.mask.unwrap_or(preset.mask),
            dropout: self.dropout.unwrap_or(preset.dropout),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            warm_up: self.warm_up.unwrap_or(preset.warm_up),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            epochs: self.epochs.unwrap_or(preset.epochs),
            kl_weight: self.kl_weight.unwrap_or(preset.kl_weight),
            untrained_heads: self.untrained_heads,
            discriminator_epochs: self.discriminator_epochs.unwrap_or(preset.discriminator_epochs),
            joint_epochs: self.joint_epochs.unwrap_or(preset.joint_epochs),
            adversarial_weight: self.adversarial_weight.unwrap_or(preset.adversarial_weight),
            ot_epochs: self.ot_epochs.unwrap_or(preset.ot_epochs),
            ot_cells: self.ot_cells.unwrap_or(preset.ot_cells),
        }
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            variant: self.variant,
            preset: self.preset,
            layers: Some(config.layers),
            film_hidden: config.film_hidden,
            mask: Some(config.mask),
            dropout: Some(config.dropout),
            learning_rate: Some(config.learning_rate),
            warm_up: Some(config.warm_up),
            batch_size: Some(config.batch_size),
            epochs: Some(config.epochs),
            kl_weight: Some(config.kl_weight),
            untrained_heads: config.untrained_heads,
            discriminator_epochs: Some(config.discriminator_epochs),
            joint_epochs: Some(config.joint_epochs),
            adversarial_weight: Some(config.adversarial_weight),
            ot_epochs: Some(config.ot_epochs),
            ot_cells: Some(config.ot_cells),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_that_of_the_thesis() {
        let paper = |variant| MtaeSettings { variant, preset: Preset::Paper, ..MtaeSettings::default() }.resolve();
        let config = paper(Variant::Mtae).unwrap();
        assert_eq!((config.layers.as_slice(), config.batch_size, config.epochs), (&[256, 128][..], 64, 400));
        assert_eq!((config.film_hidden(2), config.film_hidden(9)), (vec![], vec![16]));
        assert_eq!(paper(Variant::Mtvae).unwrap().batch_size, 32);
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for variant in Variant::ALL {
            for preset in [Preset::Demo, Preset::Paper] {
                let settings = MtaeSettings { variant, preset, epochs: Some(3), ..MtaeSettings::default() };
                let completed = settings.completed().unwrap();
                assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
                assert_eq!(completed, completed.completed().unwrap());
            }
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"layers":[64]}"#, "layers"),
            (r#"{"layers":[64,0]}"#, "layers"),
            (r#"{"film_hidden":[1,2,3]}"#, "film_hidden"),
            (r#"{"mask":1.0}"#, "mask"),
            (r#"{"dropout":-0.1}"#, "dropout"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"warm_up":1000000}"#, "warm_up"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"epochs":0}"#, "epochs"),
            (r#"{"kl_weight":-1}"#, "kl_weight"),
            (r#"{"discriminator_epochs":0}"#, "discriminator_epochs"),
            (r#"{"joint_epochs":0}"#, "joint_epochs"),
            (r#"{"adversarial_weight":1}"#, "adversarial_weight"),
            (r#"{"ot_epochs":0}"#, "ot_epochs"),
            (r#"{"ot_cells":1001}"#, "ot_cells"),
        ] {
            let error = serde_json::from_str::<MtaeSettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<MtaeSettings>(r#"{"variant":"mtxe"}"#).is_err());
    }
}
