//! Network layers with a replica axis.
//!
//! Every network trains R replicas at once: weights are `[R, in, out]`, activations `[R, cells, features]`, losses `[R]`.
//! Replicas are seeds or preference vectors; R = 1 is the plain model. All randomness is made on the host by
//! [`noise::Noise`], one stream per replica, so a replica does not depend on its neighbours.

mod adam;
mod batch_norm;
mod block;
mod clip;
mod film;
mod kernels;
mod layer_norm;
mod likelihood;
mod linear;
mod loss;
mod noise;
mod replicas;
mod spectral;
mod stack;
mod warm_up;
mod weights;
mod zinb;

pub use adam::{Adam, AdamConfig};
pub use batch_norm::{BatchNorm, BatchNormConfig};
pub use block::{Block, LEAKY_SLOPE, dropped, leaky_relu};
pub use clip::clip_norm;
pub use film::{FilmGenerator, Modulation};
pub use kernels::{affine, count_likelihood, rectified};
pub use layer_norm::{LayerNorm, standardised};
pub use likelihood::{binet, exp_m1, ln_gamma, negative_binomial, negative_binomial_constant};
pub use linear::Linear;
pub use loss::{binary_cross_entropy, divergence, mean_squared};
pub use noise::Noise;
pub use replicas::{join, magnitude, read_matrix, read_rows, replica, to_tensor};
pub use spectral::SpectralLinear;
pub use stack::Stack;
pub use warm_up::WarmUp;
pub use weights::{Weight, Weights, WeightsError};
pub use zinb::{RATE_FLOOR, zero_inflated_negative_binomial};
