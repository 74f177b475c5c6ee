//! Diffusion maps: cells as points whose distances say how easily a random walk on their graph goes from one to the other.

use ndarray::Array2;

use super::fuzzy::Fuzzy;
use crate::numeric::lanczos::{self, Wanted};
use crate::random;

/// Residual of an eigenpair, as a share of the largest eigenvalue, 1.
const TOLERANCE: f64 = 1e-8;
/// What is added to every eigenvalue.
const EPSILON: f32 = 1e-8;

/// Coordinates of the cells of a graph (`cells x components`): the `components` eigenvectors of its transitions with the
/// eigenvalues farthest from 0, each times `e / (1 - e)`, and times 1 for `e = 1`.
///
/// Transitions are `T = Z^-1/2 K Z^-1/2`, `K = Q^-1 W Q^-1`, with Q and Z the row sums of W and K (Coifman et al. 2005); parts of the
/// graph that do not hang together each have an eigenvalue 1.
///
/// Source: scib-metrics 0.6.0 `utils.diffusion_nn`, which takes it from scanpy. Eigenvalues and coordinates are rounded to 32 bits as
/// there: it decides which eigenvalues are 1.
pub(super) fn map(graph: &Fuzzy, components: usize) -> Array2<f64> {
    let mut pairs: Vec<(f64, Vec<usize>, Vec<f64>)> = Vec::new();
    // Part by part, since equal eigenvalues of one operator are hard to find.
    for cells in graph.components() {
        let transitions = Transitions::new(&graph.among(&cells));
        let wanted = Wanted { k: components.min(cells.len()), by_magnitude: true, tolerance: TOLERANCE };
        // The start decides roundings only.
        let mut rng = random::stream(0, "metrics/diffusion");
        let apply = |x: &[f64], y: &mut [f64]| transitions.apply(x, y);
        let (values, vectors) = lanczos::outermost(cells.len(), wanted, cells.len(), &mut rng, apply);
        pairs.extend(values.into_iter().zip(vectors).map(|(value, vector)| (value, cells.clone(), vector)));
    }
    pairs.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    pairs.truncate(components);
    let mut map = Array2::zeros((graph.len(), pairs.len()));
    for (column, (value, cells, vector)) in pairs.into_iter().enumerate() {
        let value = value as f32 + EPSILON;
        // Equal to 1 once rounded.
        let weight = if value.to_bits() == 1.0_f32.to_bits() { 1.0 } else { value / (1.0 - value) };
        for (cell, entry) in cells.into_iter().zip(vector) {
            map[(cell, column)] = f64::from(entry as f32 * weight);
        }
    }
    map
}

/// The transitions of a graph in rows.
struct Transitions {
    starts: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
}

impl Transitions {
    fn new(graph: &Fuzzy) -> Self {
        let n = graph.len();
        let density: Vec<f64> = (0..n).map(|i| graph.row(i).iter().map(|edge| edge.1).sum()).collect();
        let density = density.as_slice();
        let kernel =
            |i: usize| graph.row(i).iter().map(move |&(j, strength)| (j, strength / (density[i] * density[j])));
        let root: Vec<f64> = (0..n).map(|i| kernel(i).map(|edge| edge.1).sum::<f64>().sqrt()).collect();
        let mut transitions = Self { starts: vec![0], columns: Vec::new(), values: Vec::new() };
        for i in 0..n {
            for (j, value) in kernel(i) {
                transitions.columns.push(j);
                transitions.values.push(value / (root[i] * root[j]));
            }
            transitions.starts.push(transitions.columns.len());
        }
        transitions
    }

    fn apply(&self, x: &[f64], y: &mut [f64]) {
        for (y, range) in y.iter_mut().zip(self.starts.windows(2)) {
            let range = range[0]..range[1];
            *y = self.columns[range.clone()].iter().zip(&self.values[range]).map(|(&j, value)| value * x[j]).sum();
        }
    }
}
