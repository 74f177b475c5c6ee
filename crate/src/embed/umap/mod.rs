//! UMAP (McInnes, Healy and Melville 2018), step by step.
//!
//! Own code, because the crate `umap-rs` (0.4) moves points from several threads without locks, so that no two pictures
//! are the same, asks for the time, which stops a wasm module, and leaves neighbours and start to the caller.

mod curve;
mod settings;
mod slopes;

use ndarray::ArrayView2;
use rand::Rng;

use super::graph::{Graph, Search};
use super::neighbours::Points;
use super::{EmbedError, start};
use crate::numeric::membership;
use crate::random::{self, Stream};
pub use settings::UmapSettings;
use slopes::Table;

/// Side of the square that the cells start in.
const SIDE: f64 = 10.0;
/// Standard deviation of the noise at the start, before it is stretched to that square.
const NOISE: f64 = 1e-4;
/// Share of the whole work that the search for neighbours is counted as.
const SEARCH: f64 = 0.2;
/// One move of a coordinate is at most this, times the learning rate.
const LARGEST_MOVE: f64 = 4.0;

/// A UMAP on its way: cells that are neighbours come to lie beside each other in the plane.
///
/// Minimises the cross entropy between the fuzzy neighbourhoods of the data and the memberships `1 / (1 + a d^(2b))` of the
/// picture, edge by edge with negative sampling: umap-learn's `optimize_layout_euclidean`, on its fuzzy simplicial set, with
/// exact neighbours. It starts like umap-learn with `init="pca"`, on the first two principal components, stretched to a
/// square, with a little noise. Same input and settings, same bits, however the steps are called.
#[derive(Clone, Debug)]
pub struct Umap {
    settings: UmapSettings,
    pull: Table,
    push: Table,
    epochs: usize,
    epoch: usize,
    stage: Stage,
    positions: Vec<[f64; 2]>,
    rng: Stream,
}

#[derive(Clone, Debug)]
enum Stage {
    Search(Search),
    Layout(Vec<Edge>),
}

/// A directed edge, and when it is due.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: u32,
    to: u32,
    /// Epochs between two pulls: the largest membership over this one.
    interval: f64,
    next_pull: f64,
    /// Epoch up to which its pushes are made.
    pushed: f64,
}

impl Umap {
    /// Prepares a UMAP of `scores` (`cells x dimensions`, as a rule 50 principal components). Cheap; the work is in
    /// [`Self::step`].
    ///
    /// Errors: settings out of their range or that do not go with the number of cells, a value that is not finite.
    pub fn new(scores: ArrayView2<f64>, settings: &UmapSettings) -> Result<Self, EmbedError> {
        let n = scores.nrows();
        settings.check(n)?;
        let centred = start::centred(scores)?;
        let largest = |plane: &[[f64; 2]]| {
            plane.as_flattened().iter().fold(0.0_f64, |largest, value| largest.max(value.abs())) / SIDE
        };
        let mut positions = start::principal_plane(centred.view(), settings.seed, "embed/umap/start", NOISE, largest)?;
        stretch(&mut positions);
        let curve = curve::fit(settings.min_dist, settings.spread);
        Ok(Self {
            pull: slopes::pull(curve),
            push: slopes::push(curve),
            epochs: settings.epochs_for(n),
            epoch: 0,
            // umap-learn counts the cell itself.
            stage: Stage::Search(Search::new(Points::new(centred.view()), settings.n_neighbors - 1)),
            positions,
            rng: random::stream(settings.seed, "embed/umap/negative"),
            settings: settings.clone(),
        })
    }

    /// Does one piece of work: the neighbours of some cells, or one epoch. Nothing once it is finished.
    pub fn step(&mut self) {
        match &mut self.stage {
            Stage::Search(search) => {
                search.advance(memberships);
                if search.is_finished() {
                    let graph = search.graph(|there, back| there + back - there * back);
                    self.stage = Stage::Layout(edges(&graph, self.positions.len(), self.epochs, &self.settings));
                }
            }
            Stage::Layout(_) if self.epoch >= self.epochs => {}
            Stage::Layout(edges) => {
                let epoch = self.epoch as f64;
                let rate = self.settings.learning_rate * (1.0 - epoch / self.epochs as f64);
                let layout = Layout {
                    pull: &self.pull,
                    push: &self.push,
                    rate,
                    negative: self.settings.negative_samples as f64,
                    epoch,
                };
                for edge in edges.iter_mut().filter(|edge| edge.next_pull <= epoch) {
                    layout.apply(edge, &mut self.positions, &mut self.rng);
                }
                self.epoch += 1;
            }
        }
    }

    /// Share of the work that is done, 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        match &self.stage {
            Stage::Search(search) => SEARCH * search.progress(),
            Stage::Layout(_) => SEARCH + (1.0 - SEARCH) * self.epoch as f64 / self.epochs as f64,
        }
    }

    /// Whether all epochs are done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Layout(_)) && self.epoch >= self.epochs
    }

    /// Where the cells are now (`cells x 2`), without unit; at first, where they start.
    #[must_use]
    pub fn embedding(&self) -> ArrayView2<'_, f64> {
        ArrayView2::from(self.positions.as_slice())
    }
}

/// Memberships from squared distances, in place.
fn memberships(squared: &mut [f64]) {
    for distance in &mut *squared {
        *distance = distance.sqrt();
    }
    membership::memberships(squared);
}

/// Stretches each coordinate to a square around the origin.
fn stretch(positions: &mut [[f64; 2]]) {
    for axis in 0..2 {
        let (low, high) = positions.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
            (low.min(point[axis]), high.max(point[axis]))
        });
        for point in &mut *positions {
            point[axis] = if high > low { SIDE * ((point[axis] - low) / (high - low) - 0.5) } else { 0.0 };
        }
    }
}

/// The edges of the graph that are pulled at least once.
fn edges(graph: &Graph, n: usize, epochs: usize, settings: &UmapSettings) -> Vec<Edge> {
    let largest = graph.values().iter().fold(0.0_f64, |largest, &value| largest.max(value));
    let least = largest / epochs as f64;
    let mut edges = Vec::new();
    for i in 0..n {
        let (columns, values) = graph.row(i);
        for (&j, &value) in columns.iter().zip(values).filter(|&(_, &value)| value >= least) {
            let interval = largest / value;
            let pushed = interval / settings.negative_samples as f64;
            edges.push(Edge { from: i as u32, to: j, interval, next_pull: interval, pushed });
        }
    }
    edges
}

/// What is the same for all edges of an epoch.
struct Layout<'a> {
    pull: &'a Table,
    push: &'a Table,
    rate: f64,
    negative: f64,
    epoch: f64,
}

impl Layout<'_> {
    /// Pulls the ends of an edge together and pushes its first end away from random cells.
    fn apply(&self, edge: &mut Edge, positions: &mut [[f64; 2]], rng: &mut Stream) {
        let (from, to) = (edge.from as usize, edge.to as usize);
        let (mut here, mut there) = (positions[from], positions[to]);
        let difference = [here[0] - there[0], here[1] - there[1]];
        let squared = difference[0] * difference[0] + difference[1] * difference[1];
        if squared > 0.0 {
            let slope = self.pull.at(squared);
            for axis in 0..2 {
                let moved = self.rate * (slope * difference[axis]).clamp(-LARGEST_MOVE, LARGEST_MOVE);
                here[axis] += moved;
                there[axis] -= moved;
            }
            positions[to] = there;
        }
        edge.next_pull += edge.interval;
        let interval = edge.interval / self.negative;
        let pushes = ((self.epoch - edge.pushed) / interval) as usize;
        let n = positions.len() as u64;
        for _ in 0..pushes {
            let other = ((u64::from(rng.next_u32()) * n) >> 32) as usize;
            if other == from {
                continue;
            }
            let there = positions[other];
            let difference = [here[0] - there[0], here[1] - there[1]];
            let squared = difference[0] * difference[0] + difference[1] * difference[1];
            if squared > 0.0 {
                let slope = self.push.at(squared);
                for axis in 0..2 {
                    here[axis] += self.rate * (slope * difference[axis]).clamp(-LARGEST_MOVE, LARGEST_MOVE);
                }
            }
        }
        edge.pushed += pushes as f64 * interval;
        positions[from] = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::reference::{Reference, assert_graph};

    #[test]
    fn the_fuzzy_set_is_that_of_umap_learn() {
        let reference = Reference::load();
        let mut search = Search::new(Points::new(reference.x().view()), 14);
        while !search.is_finished() {
            search.advance(memberships);
        }
        let graph = search.graph(|there, back| there + back - there * back);
        assert_graph(&graph, &reference.umap_parts.first_row, &reference.umap_parts.row_sums);
    }

    #[test]
    fn the_curve_is_that_of_umap_learn() {
        for [min_dist, spread, a, b] in Reference::load().umap_parts.curves {
            let found = curve::fit(min_dist, spread);
            let error = (found.0 / a - 1.0).abs().max((found.1 / b - 1.0).abs());
            assert!(error < 1e-5, "min_dist {min_dist}, spread {spread}: {found:?}, expected {a}, {b}");
        }
    }

    #[test]
    fn an_edge_is_pulled_as_often_as_its_membership_says() {
        let mut positions = vec![[0.0, 0.0], [3.0, 4.0], [-50.0, 20.0]];
        let (pull, push) = (slopes::pull((1.5, 0.9)), slopes::push((1.5, 0.9)));
        let mut rng = random::stream(1, "test");
        let mut edge = Edge { from: 0, to: 1, interval: 2.5, next_pull: 2.5, pushed: 0.5 };
        let mut pulls = 0;
        for epoch in 0..100 {
            let layout = Layout { pull: &pull, push: &push, rate: 0.01, negative: 5.0, epoch: f64::from(epoch) };
            if edge.next_pull <= layout.epoch {
                layout.apply(&mut edge, &mut positions, &mut rng);
                pulls += 1;
            }
        }
        assert_eq!(pulls, 39);
        // Five pushes for each pull; all are made up to the last epoch with one.
        assert!((edge.pushed - 97.5).abs() < 1.0, "{}", edge.pushed);
        assert!(positions[0][0] > 0.0 && positions[1][0] < 3.0 && (positions[2][0] + 50.0).abs() < 1e-12);
    }
}
