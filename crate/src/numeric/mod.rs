//! Numerical methods that more than one part of the crate rests on; they know nothing of cells, files or figures.
//!
//! * [`lanczos`]: some eigenpairs of a symmetric operator;
//! * [`tridiagonal`]: all eigenpairs of a symmetric tridiagonal matrix;
//! * [`membership`]: how surely a neighbour is one, as in UMAP.

pub(crate) mod lanczos;
pub(crate) mod membership;
mod tridiagonal;
