//! Clusters against labels: silhouette, k-means and the agreement of partitions.
//!
//! * [`silhouette()`]: how near cells are to their own label, measured against the nearest other one;
//! * [`kmeans()`]: clusters of cells;
//! * [`Agreement`]: two partitions of the same cells against each other, as ARI, NMI and UCA.

mod agreement;
mod kmeans;
mod silhouette;

pub use agreement::Agreement;
pub use kmeans::{KMeans, KMeansSettings, kmeans, lloyd};
pub(super) use silhouette::Silhouette;
pub use silhouette::{rescaled, silhouette, silhouette_samples};
