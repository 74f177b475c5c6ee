//! The weighted graph of neighbours that kBET walks on.

use super::nearest::Nearest;
use crate::numeric::membership::memberships;

/// A symmetric graph of cells: for each, the cells it hangs together with, rising, and how strongly (above 0, at most 1).
#[derive(Clone, Debug)]
pub(super) struct Fuzzy {
    rows: Vec<Vec<(usize, f64)>>,
}

impl Fuzzy {
    /// UMAP's fuzzy graph of neighbourhoods of `counted` cells, the cell itself counted: `a + b - a b` of both ends' memberships.
    ///
    /// umap-learn's `fuzzy_simplicial_set`, which scib-metrics takes its connectivities from. Memberships too small for a 32-bit
    /// number are no edge, as there.
    pub(super) fn new(nearest: &Nearest, counted: usize) -> Self {
        let (cells, k) = (nearest.cells(), nearest.others(counted));
        // Both directions of every edge: the other end, the membership that it has here, that which this cell has there.
        let mut halves: Vec<Vec<(usize, f64, f64)>> = vec![Vec::new(); cells];
        let mut strengths = Vec::with_capacity(k);
        for cell in 0..cells {
            strengths.clear();
            strengths.extend(nearest.of(cell, k).map(|(_, distance)| distance));
            memberships(&mut strengths);
            for ((other, _), &strength) in nearest.of(cell, k).zip(&strengths) {
                if strength as f32 > 0.0 {
                    halves[cell].push((other, strength, 0.0));
                    halves[other].push((cell, 0.0, strength));
                }
            }
        }
        let joined = |mut halves: Vec<(usize, f64, f64)>| {
            halves.sort_unstable_by_key(|half| half.0);
            let edge = |same: &[(usize, f64, f64)]| {
                let (here, there) = same.iter().fold((0.0, 0.0), |sum, half| (sum.0 + half.1, sum.1 + half.2));
                (same[0].0, here + there - here * there)
            };
            halves.chunk_by(|a, b| a.0 == b.0).map(edge).collect()
        };
        Self { rows: halves.into_iter().map(joined).collect() }
    }

    /// The graph among these cells (rising), numbered from 0 in their order.
    pub(super) fn among(&self, cells: &[usize]) -> Self {
        let mut place = vec![None; self.rows.len()];
        for (at, &cell) in cells.iter().enumerate() {
            place[cell] = Some(at);
        }
        let row = |&cell: &usize| {
            self.rows[cell].iter().filter_map(|&(other, strength)| Some((place[other]?, strength))).collect()
        };
        Self { rows: cells.iter().map(row).collect() }
    }

    /// The parts that hang together, each rising, in the order of their first cells.
    pub(super) fn components(&self) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.rows.len()];
        let mut components = Vec::new();
        for first in 0..self.rows.len() {
            if seen[first] {
                continue;
            }
            seen[first] = true;
            let mut component = vec![first];
            let mut at = 0;
            while at < component.len() {
                for &(other, _) in &self.rows[component[at]] {
                    if !seen[other] {
                        seen[other] = true;
                        component.push(other);
                    }
                }
                at += 1;
            }
            component.sort_unstable();
            components.push(component);
        }
        components
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The cells that a cell hangs together with, and how strongly.
    pub(super) fn row(&self, cell: usize) -> &[(usize, f64)] {
        &self.rows[cell]
    }
}
