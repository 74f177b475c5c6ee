//! The graph of nearest neighbours that t-SNE and UMAP pull cells together along, built in bounded pieces of work.

use super::neighbours::Points;

/// Products and sums of one piece of work: a few hundredths of a second.
const WORK: usize = 20_000_000;

/// A symmetric graph of cells: row after row, columns rising.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Graph {
    /// Where each row starts (`cells + 1`).
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl Graph {
    /// Columns and values of a row.
    pub(super) fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// All values, row after row.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }
}

/// The search for every cell's neighbours, with a weight for each, a few cells at a time.
#[derive(Clone, Debug)]
pub(super) struct Search {
    points: Points,
    k: usize,
    done: usize,
    columns: Vec<u32>,
    weights: Vec<f64>,
}

impl Search {
    /// Will look for the `k` nearest neighbours of each of the points.
    pub(super) fn new(points: Points, k: usize) -> Self {
        let n = points.len();
        Self { points, k, done: 0, columns: Vec::with_capacity(n * k), weights: Vec::with_capacity(n * k) }
    }

    /// One piece of work: finds the neighbours of the next cells. `weigh` turns the squared distances of one cell's
    /// neighbours, nearest first, into weights, in place.
    pub(super) fn advance(&mut self, mut weigh: impl FnMut(&mut [f64])) {
        let rows = (WORK / self.points.work_per_row()).max(1);
        let end = (self.done + rows).min(self.points.len());
        let (columns, weights) = (&mut self.columns, &mut self.weights);
        self.points.nearest(self.done..end, self.k, |_, nearest| {
            let start = weights.len();
            columns.extend(nearest.iter().map(|&(_, j)| j as u32));
            weights.extend(nearest.iter().map(|&(squared, _)| squared));
            weigh(&mut weights[start..]);
        });
        self.done = end;
    }

    /// Whether every cell has its neighbours.
    pub(super) fn is_finished(&self) -> bool {
        self.done == self.points.len()
    }

    /// Share of the cells that have their neighbours.
    pub(super) fn progress(&self) -> f64 {
        self.done as f64 / self.points.len().max(1) as f64
    }

    /// The symmetric graph with `combine(weight of j for i, weight of i for j)`, the weight of a cell that is no neighbour
    /// being 0.
    pub(super) fn graph(&self, combine: impl Fn(f64, f64) -> f64) -> Graph {
        let n = self.points.len();
        let mut incoming: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
        for (at, (&j, &weight)) in self.columns.iter().zip(&self.weights).enumerate() {
            incoming[j as usize].push(((at / self.k) as u32, weight));
        }
        let mut graph = Graph { starts: vec![0], columns: Vec::new(), values: Vec::new() };
        for (i, incoming) in incoming.iter().enumerate() {
            let range = i * self.k..(i + 1) * self.k;
            let mut outgoing: Vec<(u32, f64)> =
                self.columns[range.clone()].iter().copied().zip(self.weights[range].iter().copied()).collect();
            outgoing.sort_unstable_by_key(|&(j, _)| j);
            // Both lists rise, so they are merged.
            let (mut out, mut into) = (outgoing.iter().peekable(), incoming.iter().peekable());
            loop {
                let j = match (out.peek(), into.peek()) {
                    (Some(a), Some(b)) => a.0.min(b.0),
                    (Some(a), None) => a.0,
                    (None, Some(b)) => b.0,
                    (None, None) => break,
                };
                let there = out.next_if(|a| a.0 == j).map_or(0.0, |a| a.1);
                let back = into.next_if(|b| b.0 == j).map_or(0.0, |b| b.1);
                graph.columns.push(j);
                graph.values.push(combine(there, back));
            }
            graph.starts.push(graph.columns.len());
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn an_edge_has_what_both_ends_say() {
        // 0 - 1 are each other's nearest, 2's is 1, 3's is 2.
        let mut search = Search::new(Points::new(array![[0.0], [1.0], [3.0], [6.0]].view()), 1);
        while !search.is_finished() {
            search.advance(|distances| distances[0] = distances[0].sqrt());
        }
        let graph = search.graph(|there, back| there + 10.0 * back);
        let rows: Vec<_> = (0..4).map(|i| graph.row(i)).collect();
        assert_eq!(rows[0], (&[1][..], &[11.0][..]));
        assert_eq!(rows[1], (&[0, 2][..], &[11.0, 20.0][..]));
        assert_eq!(rows[2], (&[1, 3][..], &[2.0, 30.0][..]));
        assert_eq!(rows[3], (&[2][..], &[3.0][..]));
    }
}
