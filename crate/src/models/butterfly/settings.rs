use serde::{Deserialize, Serialize};

use crate::metrics::emd;
use crate::models::ModelError;
use crate::models::checker::Checker;
use crate::models::pairing::Reuse;

/// A set of defaults for everything that [`ScbutterflySettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Small networks, few epochs, a high learning rate: trains within a minute.
    #[default]
    Demo,
    /// The authors' perturbation script: genes-256-128 for control and genes-128-128 for treated cells, batch 64, 100 + 100 +
    /// 200 epochs.
    Paper,
}

/// scButterfly as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScbutterflySettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the hidden layers of the control encoder; the decoder has them in reverse.
    pub control_layers: Option<Vec<usize>>,
    /// Widths of the hidden layers of the treated encoder; the decoder has them in reverse.
    pub treated_layers: Option<Vec<usize>>,
    /// Dimensions of both embeddings.
    pub n_embedding: Option<usize>,
    /// Dimensions of the translator's latent space.
    pub n_latent: Option<usize>,
    /// Share of the genes that is hidden from the encoders in every training pass.
    pub mask: Option<f64>,
    /// Dropout rate after every hidden layer.
    pub dropout: Option<f64>,
    /// Learning rate of Adam, for everything but the discriminators.
    pub learning_rate: Option<f64>,
    /// Learning rate of the discriminators' gradient descent.
    pub discriminator_learning_rate: Option<f64>,
    /// Pairs per optimiser step.
    pub batch_size: Option<usize>,
    /// Epochs of the control autoencoder alone, at most.
    pub control_epochs: Option<usize>,
    /// Epochs of the treated autoencoder alone, at most.
    pub treated_epochs: Option<usize>,
    /// Epochs of all networks together, at most.
    pub joint_epochs: Option<usize>,
    /// Weight of the Kullback-Leibler term of one autoencoder, times the number of genes; twice that together.
    pub kl_weight: Option<f64>,
    /// Epochs over which that weight rises from 0, in every phase.
    pub kl_warm_up: Option<usize>,
    /// End a phase when the validation error has not improved for this many epochs, and go back to the best weights; 0
    /// trains for all epochs. Without such an end the last weights are kept.
    pub patience: Option<usize>,
    /// Share of every type's control cells, the first ones, whose pairs are trained on; the rest validates.
    pub train_fraction: Option<f64>,
    /// Whether a treated cell may be the partner of several control cells.
    pub reuse: Option<Reuse>,
    /// Cells of a type and condition that are paired, at most; more are drawn at random.
    pub ot_cells: Option<usize>,
    /// Set predicted values below 0.0001 to 0.
    pub zero_small: Option<bool>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `ScbutterflySettings`")]
pub struct Config {
    pub control_layers: Vec<usize>,
    pub treated_layers: Vec<usize>,
    pub n_embedding: usize,
    pub n_latent: usize,
    pub mask: f64,
    pub dropout: f64,
    pub learning_rate: f64,
    pub discriminator_learning_rate: f64,
    pub batch_size: usize,
    pub control_epochs: usize,
    pub treated_epochs: usize,
    pub joint_epochs: usize,
    pub kl_weight: f64,
    pub kl_warm_up: usize,
    pub patience: usize,
    pub train_fraction: f64,
    pub reuse: Reuse,
    pub ot_cells: usize,
    pub zero_small: bool,
}

impl Preset {
    fn config(self) -> Config {
        let paper = Config {
            control_layers: vec![256],
            treated_layers: vec![128],
            n_embedding: 128,
            n_latent: 128,
            mask: 0.5,
            dropout: 0.1,
            learning_rate: 1e-3,
            discriminator_learning_rate: 5e-3,
            batch_size: 64,
            control_epochs: 100,
            treated_epochs: 100,
            joint_epochs: 200,
            kl_weight: 20.0,
            kl_warm_up: 50,
            patience: 50,
            train_fraction: 0.8,
            reuse: Reuse::Allowed,
            ot_cells: emd::MAX_POINTS,
            zero_small: true,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => Config {
                control_layers: vec![64],
                treated_layers: vec![64],
                n_embedding: 32,
                n_latent: 32,
                // Norms on the outputs start at 0, and gene means are learnt at this rate.
                learning_rate: 1e-2,
                batch_size: 32,
                control_epochs: 10,
                treated_epochs: 10,
                joint_epochs: 20,
                kl_warm_up: 10,
                patience: 10,
                ot_cells: 400,
                ..paper
            },
        }
    }
}

impl Config {
    /// Widths of an encoder, from genes to embedding.
    #[must_use]
    pub fn encoder(&self, n_genes: usize, hidden: &[usize]) -> Vec<usize> {
        [&[n_genes], hidden, &[self.n_embedding]].concat()
    }

    /// Epochs of the three phases, at most.
    #[must_use]
    pub fn epochs(&self) -> usize {
        self.control_epochs + self.treated_epochs + self.joint_epochs
    }

    fn check(self) -> Result<Self, ModelError> {
        let checker = Checker("scbutterfly");
        for (name, layers) in [("control_layers", &self.control_layers), ("treated_layers", &self.treated_layers)] {
            let ok = layers.len() <= 8 && layers.iter().all(|width| (1..=4096).contains(width));
            checker.check(name, format!("{layers:?}").as_str(), ok, "at most eight widths between 1 and 4096")?;
        }
        for (name, n) in [("n_embedding", self.n_embedding), ("n_latent", self.n_latent)] {
            checker.check(name, n, (1..=1024).contains(&n), "between 1 and 1024")?;
        }
        for (name, share) in [("mask", self.mask), ("dropout", self.dropout)] {
            checker.check(name, share, (0.0..1.0).contains(&share), "at least 0 and below 1")?;
        }
        for (name, rate) in
            [("learning_rate", self.learning_rate), ("discriminator_learning_rate", self.discriminator_learning_rate)]
        {
            checker.check(name, rate, rate.is_finite() && rate > 0.0, "above 0")?;
        }
        let batch = self.batch_size;
        checker.check("batch_size", batch, (2..=65536).contains(&batch), "between 2 and 65536")?;
        for (name, epochs) in [
            ("control_epochs", self.control_epochs),
            ("treated_epochs", self.treated_epochs),
            ("joint_epochs", self.joint_epochs),
        ] {
            checker.check(name, epochs, (1..=10_000).contains(&epochs), "between 1 and 10000")?;
        }
        let weight = self.kl_weight;
        checker.check("kl_weight", weight, weight.is_finite() && weight >= 0.0, "0 or more")?;
        checker.check("kl_warm_up", self.kl_warm_up, self.kl_warm_up <= 10_000, "at most 10000")?;
        let fraction = self.train_fraction;
        checker.check("train_fraction", fraction, fraction > 0.0 && fraction < 1.0, "above 0 and below 1")?;
        let cells = self.ot_cells;
        checker.check("ot_cells", cells, (2..=emd::MAX_POINTS).contains(&cells), "between 2 and 1000")?;
        Ok(self)
    }
}

impl ScbutterflySettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<Config, ModelError> {
        let preset = self.preset.config();
        let config = Config {
            control_layers: self.control_layers.clone().unwrap_or(preset.control_layers),
            treated_layers: self.treated_layers.clone().unwrap_or(preset.treated_layers),
            n_embedding: self.n_embedding.unwrap_or(preset.n_embedding),
            n_latent: self.n_latent.unwrap_or(preset.n_latent),
            mask: self.mask.unwrap_or(preset.mask),
            dropout: self.dropout.unwrap_or(preset.dropout),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            discriminator_learning_rate: self.discriminator_learning_rate.unwrap_or(preset.discriminator_learning_rate),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            control_epochs: self.control_epochs.unwrap_or(preset.control_epochs),
            treated_epochs: self.treated_epochs.unwrap_or(preset.treated_epochs),
            joint_epochs: self.joint_epochs.unwrap_or(preset.joint_epochs),
            kl_weight: self.kl_weight.unwrap_or(preset.kl_weight),
            kl_warm_up: self.kl_warm_up.unwrap_or(preset.kl_warm_up),
            patience: self.patience.unwrap_or(preset.patience),
            train_fraction: self.train_fraction.unwrap_or(preset.train_fraction),
            reuse: self.reuse.unwrap_or(preset.reuse),
            ot_cells: self.ot_cells.unwrap_or(preset.ot_cells),
            zero_small: self.zero_small.unwrap_or(preset.zero_small),
        };
        config.check()
    }

    /// The same settings with every field given, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            control_layers: Some(config.control_layers),
            treated_layers: Some(config.treated_layers),
            n_embedding: Some(config.n_embedding),
            n_latent: Some(config.n_latent),
            mask: Some(config.mask),
            dropout: Some(config.dropout),
            learning_rate: Some(config.learning_rate),
            discriminator_learning_rate: Some(config.discriminator_learning_rate),
            batch_size: Some(config.batch_size),
            control_epochs: Some(config.control_epochs),
            treated_epochs: Some(config.treated_epochs),
            joint_epochs: Some(config.joint_epochs),
            kl_weight: Some(config.kl_weight),
            kl_warm_up: Some(config.kl_warm_up),
            patience: Some(config.patience),
            train_fraction: Some(config.train_fraction),
            reuse: Some(config.reuse),
            ot_cells: Some(config.ot_cells),
            zero_small: Some(config.zero_small),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_preset_is_the_authors_script() {
        let config = ScbutterflySettings { preset: Preset::Paper, ..Default::default() }.resolve().unwrap();
        assert_eq!(config.encoder(2000, &config.control_layers), [2000, 256, 128]);
        assert_eq!(config.encoder(2000, &config.treated_layers), [2000, 128, 128]);
        assert_eq!((config.epochs(), config.batch_size, config.patience), (400, 64, 50));
        assert!(config.zero_small);
    }

    #[test]
    fn a_completed_run_file_resolves_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = ScbutterflySettings { preset, joint_epochs: Some(3), ..Default::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            assert_eq!(completed, completed.completed().unwrap());
        }
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (json, name) in [
            (r#"{"control_layers":[0]}"#, "control_layers"),
            (r#"{"treated_layers":[1,1,1,1,1,1,1,1,1]}"#, "treated_layers"),
            (r#"{"n_embedding":0}"#, "n_embedding"),
            (r#"{"n_latent":5000}"#, "n_latent"),
            (r#"{"mask":1.0}"#, "mask"),
            (r#"{"dropout":-0.1}"#, "dropout"),
            (r#"{"learning_rate":0}"#, "learning_rate"),
            (r#"{"discriminator_learning_rate":0}"#, "discriminator_learning_rate"),
            (r#"{"batch_size":1}"#, "batch_size"),
            (r#"{"control_epochs":0}"#, "control_epochs"),
            (r#"{"treated_epochs":0}"#, "treated_epochs"),
            (r#"{"joint_epochs":0}"#, "joint_epochs"),
            (r#"{"kl_weight":-1}"#, "kl_weight"),
            (r#"{"kl_warm_up":20000}"#, "kl_warm_up"),
            (r#"{"train_fraction":1}"#, "train_fraction"),
            (r#"{"ot_cells":1001}"#, "ot_cells"),
        ] {
            let error = serde_json::from_str::<ScbutterflySettings>(json).unwrap().resolve().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(name));
        }
        assert!(serde_json::from_str::<ScbutterflySettings>(r#"{"reuse":"often"}"#).is_err());
        assert!(serde_json::from_str::<ScbutterflySettings>(r#"{"epochs":3}"#).is_err());
    }
}
