//! DESC (Li, Wang et al., Nature Communications 2020): a stacked autoencoder whose latent space is then tightened around clusters
//! that it found in itself. It sees no batch labels: what differs between batches shrinks because clusters do. There is no
//! setting that trades one for the other.
//!
//! 1. **Pretraining**, layer by layer and then as a whole: each layer learns to reconstruct what the layer before it gives.
//! 2. **Initial clusters** of the latent cells, whose means are the centroids. DESC takes Louvain communities of a graph of
//!    neighbours; here it is k-means, with the number of cell types unless another is set, because no Louvain of the crate
//!    registry is as settled and small as it would have to be. Any other way can be given ([`Desc::with_initial_clusters`]).
//! 3. **Self-training**: every cell belongs to every cluster in proportion to a Student-t kernel of its distance to the centroid;
//!    the target squares these shares and so favours those that are sure; encoder and centroids descend on the divergence from
//!    it, for some epochs between two updates of the target, until less than 0.5 % of the cells change their cluster.
//!
//! Optimiser and number of epochs of the self-training's steps follow the description (SGD, rate 0.01, momentum 0.9); the
//! optimiser of the pretraining is Adam. Written from a description of the method, not from its code.

mod clusters;
mod model;
mod module;
mod scale;
mod settings;
mod training;

pub use clusters::{divergence, log_shares, target};
pub use model::{Desc, InitialClusters};
pub use module::{DescModule, Stage};
pub use scale::Scale;
pub use settings::{DescConfig, DescSettings, Preset};
