//! Exact, named metrics.
