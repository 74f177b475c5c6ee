//! Inner values of scikit-learn and umap-learn (`tests/reference/make_embed_fixtures.py`).

use ndarray::Array2;
use serde::Deserialize;

use super::graph::Graph;

#[derive(Deserialize)]
pub(super) struct Reference {
    x: Vec<Vec<f64>>,
    pub(super) tsne_parts: TsneParts,
    pub(super) umap_parts: UmapParts,
}

#[derive(Deserialize)]
pub(super) struct TsneParts {
    pub(super) p_row_sums: Vec<f64>,
    pub(super) p_first_row: Row,
    pub(super) gradient: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
pub(super) struct UmapParts {
    pub(super) row_sums: Vec<f64>,
    pub(super) first_row: Row,
    /// `min_dist`, `spread`, a, b.
    pub(super) curves: Vec<[f64; 4]>,
}

#[derive(Deserialize)]
pub(super) struct Row {
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Reference {
    pub(super) fn load() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/fixtures/embed/embed.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    pub(super) fn x(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.x.len(), self.x[0].len()), |(i, j)| self.x[i][j])
    }
}

/// Asserts that the graph has this first row and these sums of rows, to single precision.
#[track_caller]
pub(super) fn assert_graph(graph: &Graph, first: &Row, sums: &[f64]) {
    let (columns, values) = graph.row(0);
    assert_eq!(columns, first.columns);
    for (found, expected) in values.iter().zip(&first.values) {
        assert!((found - expected).abs() < 1e-4 * expected.max(1e-3 * sums[0]), "{found}, expected {expected}");
    }
    for (i, expected) in sums.iter().enumerate() {
        let found: f64 = graph.row(i).1.iter().sum();
        assert!((found / expected - 1.0).abs() < 1e-4, "row {i}: {found}, expected {expected}");
    }
}
