//! How well batches are mixed in a space, and how well cell types are kept: the metrics of scib-metrics.
//!
//! * [`entropy`]: the entropy of batch mixing, which Li et al. 2022 report;
//! * [`lisi`]: how many batches, or cell types, a neighbourhood effectively holds;
//! * [`kbet`]: in how many neighbourhoods the batches have their overall shares;
//! * [`graph_connectivity()`]: whether the cells of a label hang together;
//! * [`pcr`]: how much of the variance the batches explain, before integration and after;
//! * [`isolated_labels()`]: whether a cell type that few batches have stays apart;
//! * [`bras()`]: within each cell type, whether a cell is nearer to its own batch than to the others;
//! * [`scib_scores`], [`totals`]: all of them, and their means.
//!
//! The metrics are those of scib-metrics 0.6.0 (0.5.10 has the same); those of scib differ under the same names, and must not
//! be compared with them. Its numbers of neighbours count the cell itself: 90 are the 89 nearest others.

mod bras;
mod diffusion;
pub mod entropy;
mod fuzzy;
mod graph_connectivity;
mod isolated_labels;
pub mod kbet;
pub mod lisi;
mod nearest;
pub mod pcr;
mod scib;

pub use bras::bras;
pub use graph_connectivity::graph_connectivity;
pub use isolated_labels::isolated_labels;
pub use nearest::{NEIGHBOURS, Nearest};
pub use scib::{BATCH, BIO, NAMES, Totals, scib_scores, totals};
