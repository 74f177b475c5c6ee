//! Embeddings of cells.
