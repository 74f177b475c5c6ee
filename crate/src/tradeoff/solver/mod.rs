//! From losses and gradients of two objectives to the weights of a step.
//!
//! Plain functions on the host in double precision. Whatever the number of weights of a network, three numbers say all that
//! they need of its gradients: the [`Gram`] matrix.
//!
//! * [`preferences`], [`scalarisation_weights`]: which compromises are sought;
//! * [`min_norm`]: the shortest convex combination of gradients, exactly;
//! * [`initial_direction`], [`direction`]: Pareto multi-task learning (Lin et al. 2019), its two phases;
//! * [`tchebycheff_weights`]: smooth Tchebycheff scalarisation (Lin et al. 2024).

mod min_norm;
mod pareto_mtl;
mod preference;
mod tchebycheff;

pub use min_norm::{Gram, Solution, min_norm};
pub use pareto_mtl::{direction, initial_direction};
pub use preference::{preferences, scalarisation_weights};
pub use tchebycheff::{LEAST_PREFERENCE, tchebycheff_weights};
