use super::Config;

/// What an epoch trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The control autoencoder alone.
    Control,
    /// The treated autoencoder alone.
    Treated,
    /// Everything, against the discriminators.
    Joint,
}

impl Phase {
    /// Names its random streams.
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Treated => "treated",
            Self::Joint => "joint",
        }
    }

    /// The one after it, if any.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Control => Some(Self::Treated),
            Self::Treated => Some(Self::Joint),
            Self::Joint => None,
        }
    }

    /// Its epochs, at most.
    pub fn epochs(self, config: &Config) -> usize {
        match self {
            Self::Control => config.control_epochs,
            Self::Treated => config.treated_epochs,
            Self::Joint => config.joint_epochs,
        }
    }

    /// Terms of the reconstruction error.
    pub fn reconstructions(self) -> f64 {
        if self == Self::Joint { 4.0 } else { 1.0 }
    }
}
