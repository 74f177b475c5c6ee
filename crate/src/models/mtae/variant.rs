use serde::{Deserialize, Serialize};

use super::Config;

/// A member of the family, named as in the thesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Every cell reconstructs itself under its own condition.
    #[default]
    Mtae,
    /// The same with a variational latent space.
    Mtvae,
    /// A discriminator tells control from treated latents, and the encoder learns to make treated ones look like control.
    MtaeAdv,
    /// A discriminator tells latents from a standard normal, and the encoder learns to make them alike.
    MtaeAdvGaussian,
    /// Control cells are turned into the treated cells that optimal transport pairs them with.
    MtaeOt,
    /// Self-reconstruction first, then pairs.
    MtaePlusOt,
    /// Pairs, with a variational latent space.
    MtvaeOt,
    /// Self-reconstruction first, then pairs, with a variational latent space.
    MtvaePlusOt,
}

/// What a discriminator tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adversary {
    /// Latents of control cells (soft labels in 0.9 to 1) and of treated cells (0 to 0.1).
    Condition,
    /// Standard normal draws (1) and latents (0).
    Gaussian,
}

/// What one epoch trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The autoencoder, every cell to itself under its own condition.
    Reconstruct,
    /// The autoencoder, control cells to their partners under the partners' condition.
    Pairs,
    /// The discriminator alone.
    Discriminate,
    /// The autoencoder against the discriminator, and the discriminator.
    Joint,
}

impl Variant {
    /// All of them, in the order of the thesis.
    pub const ALL: [Self; 8] = [
        Self::Mtae,
        Self::Mtvae,
        Self::MtaeAdv,
        Self::MtaeAdvGaussian,
        Self::MtaeOt,
        Self::MtaePlusOt,
        Self::MtvaeOt,
        Self::MtvaePlusOt,
    ];

    /// Its name in run files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mtae => "mtae",
            Self::Mtvae => "mtvae",
            Self::MtaeAdv => "mtae_adv",
            Self::MtaeAdvGaussian => "mtae_adv_gaussian",
            Self::MtaeOt => "mtae_ot",
            Self::MtaePlusOt => "mtae_plus_ot",
            Self::MtvaeOt => "mtvae_ot",
            Self::MtvaePlusOt => "mtvae_plus_ot",
        }
    }

    /// Whether the latent space is variational.
    #[must_use]
    pub fn is_variational(self) -> bool {
        matches!(self, Self::Mtvae | Self::MtvaeOt | Self::MtvaePlusOt)
    }

    /// The discriminator it has, if any.
    #[must_use]
    pub fn adversary(self) -> Option<Adversary> {
        match self {
            Self::MtaeAdv => Some(Adversary::Condition),
            Self::MtaeAdvGaussian => Some(Adversary::Gaussian),
            _ => None,
        }
    }

    /// The phases of its training, with their epochs.
    #[must_use]
    pub fn schedule(self, config: &Config) -> Vec<(Task, usize)> {
        let alone = (Task::Reconstruct, config.epochs);
        let pairs = (Task::Pairs, config.ot_epochs);
        match self {
            Self::Mtae | Self::Mtvae => vec![alone],
            Self::MtaeAdv | Self::MtaeAdvGaussian => {
                vec![alone, (Task::Discriminate, config.discriminator_epochs), (Task::Joint, config.joint_epochs)]
            }
            Self::MtaeOt | Self::MtvaeOt => vec![pairs],
            Self::MtaePlusOt | Self::MtvaePlusOt => vec![alone, pairs],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_run_file() {
        for variant in Variant::ALL {
            assert_eq!(serde_json::to_value(variant).unwrap(), variant.name());
        }
    }
}
