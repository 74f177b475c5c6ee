//! Estimates of mutual information against the truth, on simulations whose truth is known.
//!
//! The paper validates MINE on such simulations (its figures S4 and S5) before it trusts it with batches. Here the same can be
//! watched: [`Simulation`] draws points, [`Playground`] trains the critics and says what each estimator makes of them.

mod estimation;
mod simulation;

pub use estimation::{Estimate, Estimator, Playground, PlaygroundSetup};
pub use simulation::{SEPARATIONS, Simulation, SimulationCase};
