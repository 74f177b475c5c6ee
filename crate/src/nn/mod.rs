//! Network layers with a replica axis.
//!
//! Every network trains R replicas at once: weights are `[R, in, out]`, activations `[R, cells, features]`, losses `[R]`.
//! Replicas are seeds or preference vectors; R = 1 is the plain model. All randomness is made on the host by
//! [`noise::Noise`], one stream per replica, so a replica does not depend on its neighbours.

mod adam;
mod batch_norm;
mod layer_norm;
mod linear;
mod noise;
mod replicas;

pub use adam::{Adam, AdamConfig};
pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use noise::Noise;
pub use replicas::{read_matrix, read_rows, replica, to_tensor};
