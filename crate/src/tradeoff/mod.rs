//! The trade-off between biology kept (U, the generative loss of scVI) and batch effect left (V, how much the latent says
//! about the batch), after Li, Wei et al. 2022: models at many preferences between the two, trained together.
//!
//! * [`scvi`]: the generative model;
//! * [`measure`]: batch-effect measures that a model can be trained against;
//! * [`solver`]: from losses and gradients of both objectives to the weights of a step;
//! * [`peers`]: published methods with a fixed weight, or none;
//! * [`playground`]: estimates of mutual information against the truth.

mod aim;
mod cells;
mod error;
mod evaluation;
mod front_fit;
mod gradients;
pub mod measure;
mod network;
mod objectives;
pub mod peers;
pub mod playground;
mod polish;
mod ranges;
mod sampler;
mod schedule;
pub mod scvi;
pub mod solver;
mod split;
mod track;
mod trainer;

pub use aim::Aim;
pub use cells::{Cells, Minibatch};
pub use error::TradeOffError;
pub use evaluation::{Evaluation, Judge, Judged, Latent, Scores};
pub use front_fit::{FrontFit, FrontSetup, LivePoint, Solver, Start, Trained};
pub use network::{Films, Network, PreferenceFilm, encoded};
pub use polish::Polish;
pub use ranges::Ranges;
pub use sampler::Sampler;
pub use schedule::{Schedule, ScheduleSettings, Shared};
pub use split::Split;
pub use track::{Place, Stop, Track};
pub use trainer::{Setup, Trainer};
