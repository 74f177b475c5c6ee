use serde::{Deserialize, Serialize};

use crate::models::ModelError;

/// A set of defaults for everything that a model's settings leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// A small network that trains in seconds in a browser, at some cost in accuracy.
    #[default]
    Demo,
    /// The published network: two hidden layers of 800, latent 100, and the model's published batch size.
    Paper,
}

/// Network and training with nothing left open.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the models' settings")]
pub struct VaeConfig {
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
}

/// Why a model that stops early cannot train on all cells.
pub(super) const NEEDS_VALIDATION: &str =
    "small enough to leave cells for early stopping to watch, unless patience is 0";

impl VaeConfig {
    /// The published network and optimiser, in scGen's batches.
    pub(in crate::models) const PAPER: Self = Self {
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
    };

    /// A network small enough for a first visit.
    pub(in crate::models) const DEMO: Self =
        Self { n_hidden: 128, n_layers: 1, n_latent: 20, epochs: 15, ..Self::PAPER };

    /// The same if every value is within its range; `model` is named in the error.
    pub(in crate::models) fn checked(self, model: &'static str) -> Result<Self, ModelError> {
        let check = |parameter, value: &dyn ToString, ok: bool, allowed| {
            let error = || ModelError::Parameter { model, parameter, value: value.to_string(), allowed };
            ok.then_some(()).ok_or_else(error)
        };
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        check("n_hidden", &self.n_hidden, (1..=4096).contains(&self.n_hidden), "between 1 and 4096")?;
        check("n_layers", &self.n_layers, (1..=8).contains(&self.n_layers), "between 1 and 8")?;
        check("n_latent", &self.n_latent, (1..=1024).contains(&self.n_latent), "between 1 and 1024")?;
        check("dropout", &self.dropout, (0.0..1.0).contains(&self.dropout), "at least 0 and below 1")?;
        check("kl_weight", &self.kl_weight, not_negative(self.kl_weight), "0 or more")?;
        check("learning_rate", &self.learning_rate, positive(self.learning_rate), "above 0")?;
        check("adam_epsilon", &self.adam_epsilon, positive(self.adam_epsilon), "above 0")?;
        check("weight_decay", &self.weight_decay, not_negative(self.weight_decay), "0 or more")?;
        check("batch_size", &self.batch_size, (2..=65536).contains(&self.batch_size), "between 2 and 65536")?;
        check("epochs", &self.epochs, (1..=10_000).contains(&self.epochs), "between 1 and 10000")?;
        let fraction = self.train_fraction;
        check("train_fraction", &fraction, fraction > 0.0 && fraction <= 1.0, "above 0 and at most 1")?;
        check("train_fraction", &fraction, self.patience == 0 || fraction < 1.0, NEEDS_VALIDATION)?;
        Ok(self)
    }
}

/// Declares the settings of a model that trains the autoencoder: the fields that all of them have, and its own behind.
///
/// A macro, because serde cannot refuse unknown fields in a struct that flattens another.
macro_rules! vae_settings {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
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
            /// Stop when the validation ELBO has not improved for this many epochs, keeping the last weights (scGen's
            /// rule); 0 trains for all `epochs`.
            pub patience: Option<usize>,
            /// Share of the cells that is trained on; the rest validates.
            pub train_fraction: Option<f64>,
            $($(#[$own_doc])* pub $own: $type,)*
        }

        impl $name {
            /// What is given, and the rest from `preset`; not checked.
            fn over(&self, preset: &VaeConfig) -> VaeConfig {
                VaeConfig {
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
                }
            }

            /// The same settings with every field given, for the report.
            fn given(&self, config: &VaeConfig) -> Self {
                Self {
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
                    $($own: self.$own,)*
                }
            }
        }
    };
}

pub(in crate::models) use vae_settings;
