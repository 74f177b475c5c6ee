use serde::{Deserialize, Serialize};

use crate::models::ModelError;
use crate::models::checker::Checker;

use super::model::NAME;

/// A set of defaults for everything that [`DescSettings`] leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The published network with a tenth of the pretraining, for a first visit.
    #[default]
    Demo,
    /// What was published: genes-64-32, 300 epochs of pretraining.
    Paper,
}

/// DESC as a run file describes it; what is left out comes from the preset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DescSettings {
    /// Where the other fields come from when they are not given.
    pub preset: Preset,
    /// Widths of the encoder's layers, the latent one last; the decoder has the same in reverse.
    pub layers: Option<Vec<usize>>,
    /// Clusters; left out, the number of cell types.
    pub n_clusters: Option<usize>,
    /// Standardised expression is cut off at this many standard deviations on either side.
    pub max_value: Option<f64>,
    /// Epochs of the pretraining of each layer, and of the whole autoencoder after that.
    pub pretrain_epochs: Option<usize>,
    /// Learning rate of Adam in the pretraining.
    pub pretrain_rate: Option<f64>,
    /// Learning rate of SGD in the self-training.
    pub learning_rate: Option<f64>,
    /// Momentum of SGD.
    pub momentum: Option<f64>,
    /// Cells per optimiser step.
    pub batch_size: Option<usize>,
    /// Epochs of self-training between two updates of the target.
    pub target_epochs: Option<usize>,
    /// Updates of the target, at most.
    pub max_updates: Option<usize>,
    /// The self-training ends when a smaller share of the cells than this has changed cluster from one update to the next.
    pub tolerance: Option<f64>,
}

/// Checked settings with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of `DescSettings`")]
pub struct DescConfig {
    pub layers: Vec<usize>,
    /// `None`: the number of cell types.
    pub n_clusters: Option<usize>,
    pub max_value: f64,
    pub pretrain_epochs: usize,
    pub pretrain_rate: f64,
    pub learning_rate: f64,
    pub momentum: f64,
    pub batch_size: usize,
    pub target_epochs: usize,
    pub max_updates: usize,
    pub tolerance: f64,
}

impl Preset {
    fn config(self) -> DescConfig {
        let paper = DescConfig {
            layers: vec![64, 32],
            n_clusters: None,
            max_value: 3.0,
            pretrain_epochs: 300,
            pretrain_rate: 1e-3,
            learning_rate: 0.01,
            momentum: 0.9,
            batch_size: 256,
            target_epochs: 5,
            max_updates: 100,
            tolerance: 0.005,
        };
        match self {
            Self::Paper => paper,
            Self::Demo => DescConfig { pretrain_epochs: 30, max_updates: 30, ..paper },
        }
    }
}

impl DescSettings {
    /// Fills in the preset's defaults and checks every value.
    pub fn resolve(&self) -> Result<DescConfig, ModelError> {
        let preset = self.preset.config();
        let config = DescConfig {
            layers: self.layers.clone().unwrap_or(preset.layers),
            n_clusters: self.n_clusters.or(preset.n_clusters),
            max_value: self.max_value.unwrap_or(preset.max_value),
            pretrain_epochs: self.pretrain_epochs.unwrap_or(preset.pretrain_epochs),
            pretrain_rate: self.pretrain_rate.unwrap_or(preset.pretrain_rate),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            momentum: self.momentum.unwrap_or(preset.momentum),
            batch_size: self.batch_size.unwrap_or(preset.batch_size),
            target_epochs: self.target_epochs.unwrap_or(preset.target_epochs),
            max_updates: self.max_updates.unwrap_or(preset.max_updates),
            tolerance: self.tolerance.unwrap_or(preset.tolerance),
        };
        config.checked()
    }

    /// The same settings with every field given that does not come from the data, for the report.
    pub fn completed(&self) -> Result<Self, ModelError> {
        let config = self.resolve()?;
        Ok(Self {
            preset: self.preset,
            layers: Some(config.layers),
            n_clusters: config.n_clusters,
            max_value: Some(config.max_value),
            pretrain_epochs: Some(config.pretrain_epochs),
            pretrain_rate: Some(config.pretrain_rate),
            learning_rate: Some(config.learning_rate),
            momentum: Some(config.momentum),
            batch_size: Some(config.batch_size),
            target_epochs: Some(config.target_epochs),
            max_updates: Some(config.max_updates),
            tolerance: Some(config.tolerance),
        })
    }
}

impl DescConfig {
    /// Dimensions of the latent space.
    #[must_use]
    pub fn n_latent(&self) -> usize {
        self.layers.last().copied().unwrap_or(1)
    }

    fn checked(self) -> Result<Self, ModelError> {
        let checker = Checker(NAME);
        let widths = self.layers.iter().all(|width| (1..=4096).contains(width));
        let (list, allowed) = (format!("{:?}", self.layers), "one to eight widths between 1 and 4096");
        checker.check("layers", list.as_str(), (1..=8).contains(&self.layers.len()) && widths, allowed)?;
        if let Some(clusters) = self.n_clusters {
            checker.check("n_clusters", clusters, (2..=256).contains(&clusters), "between 2 and 256")?;
        }
        for (name, value) in [
            ("max_value", self.max_value),
            ("pretrain_rate", self.pretrain_rate),
            ("learning_rate", self.learning_rate),
        ] {
            checker.check(name, value, value.is_finite() && value > 0.0, "above 0")?;
        }
        checker.check("momentum", self.momentum, (0.0..1.0).contains(&self.momentum), "at least 0 and below 1")?;
        let batch = self.batch_size;
        checker.check("batch_size", batch, (2..=65536).contains(&batch), "between 2 and 65536")?;
        for (name, count) in [
            ("pretrain_epochs", self.pretrain_epochs),
            ("target_epochs", self.target_epochs),
            ("max_updates", self.max_updates),
        ] {
            checker.check(name, count, (1..=10_000).contains(&count), "between 1 and 10000")?;
        }
        let tolerance = self.tolerance;
        checker.check("tolerance", tolerance, (0.0..1.0).contains(&tolerance), "at least 0 and below 1")?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completed_settings_resolve_to_the_same() {
        for preset in [Preset::Demo, Preset::Paper] {
            let settings = DescSettings { preset, max_updates: Some(7), ..DescSettings::default() };
            let completed = settings.completed().unwrap();
            assert_eq!(completed.resolve().unwrap(), settings.resolve().unwrap());
            let text = serde_json::to_string(&completed).unwrap();
            assert_eq!(serde_json::from_str::<DescSettings>(&text).unwrap(), completed);
        }
        assert!(serde_json::from_str::<DescSettings>(r#"{"louvain_resolution": 1}"#).is_err());
    }

    #[test]
    fn bad_values_are_named() {
        let bad = |settings: DescSettings| match settings.resolve().unwrap_err() {
            ModelError::Parameter { parameter, .. } => parameter,
            other => panic!("{other}"),
        };
        let none = DescSettings::default;
        assert_eq!(bad(DescSettings { layers: Some(vec![64, 0]), ..none() }), "layers");
        assert_eq!(bad(DescSettings { n_clusters: Some(1), ..none() }), "n_clusters");
        assert_eq!(bad(DescSettings { max_value: Some(0.0), ..none() }), "max_value");
        assert_eq!(bad(DescSettings { pretrain_epochs: Some(0), ..none() }), "pretrain_epochs");
        assert_eq!(bad(DescSettings { pretrain_rate: Some(-1.0), ..none() }), "pretrain_rate");
        assert_eq!(bad(DescSettings { learning_rate: Some(f64::INFINITY), ..none() }), "learning_rate");
        assert_eq!(bad(DescSettings { momentum: Some(1.0), ..none() }), "momentum");
        assert_eq!(bad(DescSettings { batch_size: Some(1), ..none() }), "batch_size");
        assert_eq!(bad(DescSettings { target_epochs: Some(0), ..none() }), "target_epochs");
        assert_eq!(bad(DescSettings { max_updates: Some(0), ..none() }), "max_updates");
        assert_eq!(bad(DescSettings { tolerance: Some(1.0), ..none() }), "tolerance");
    }
}
