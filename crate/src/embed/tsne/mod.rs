//! t-SNE (van der Maaten and Hinton 2008; Barnes-Hut: van der Maaten 2014), step by step.
//!
//! Own code, because the crate `bhtsne` (0.7) makes the whole picture in one call, on rayon's threads, and brings an FFT
//! library along: a picture could not move, pause or be cancelled.

mod perplexity;
mod quadtree;
mod settings;

use ndarray::ArrayView2;

use super::graph::{Graph, Search};
use super::neighbours::Points;
use super::{EmbedError, start};
pub use settings::TsneSettings;

/// Standard deviation of the first coordinate at the start.
const START: f64 = 1e-4;
/// Noise at the start, as a share of that.
const NOISE: f64 = 0.01;
/// Share of the whole work that the search for neighbours is counted as.
const SEARCH: f64 = 0.1;
/// Gains do not fall below this.
const MIN_GAIN: f64 = 0.01;

/// A t-SNE on its way: cells with similar scores come to lie beside each other in the plane.
///
/// Minimises `KL(P || Q)` with `p_ij = (p(j|i) + p(i|j)) / 2n` over the `3 perplexity + 1` nearest neighbours and
/// `q_ij ~ 1 / (1 + |y_i - y_j|^2)`, by gradient descent with momentum and gains: the schedule of scikit-learn's `TSNE`, without
/// its early end. It starts on the first two principal components, with 1 % of noise that the seed decides. Same input and
/// settings, same bits, however the steps are called.
#[derive(Clone, Debug)]
pub struct Tsne {
    settings: TsneSettings,
    learning_rate: f64,
    stage: Stage,
    iteration: usize,
    positions: Vec<[f64; 2]>,
    gradient: Vec<[f64; 2]>,
    velocity: Vec<[f64; 2]>,
    gains: Vec<[f64; 2]>,
    tree: quadtree::QuadTree,
}

#[derive(Clone, Debug)]
enum Stage {
    Search(Search),
    /// With the symmetric P.
    Descent(Graph),
}

impl Tsne {
    /// Prepares a t-SNE of `scores` (`cells x dimensions`, as a rule 50 principal components). Cheap; the work is in
    /// [`Self::step`].
    ///
    /// Errors: settings out of their range or that do not go with the number of cells, a value that is not finite.
    pub fn new(scores: ArrayView2<f64>, settings: &TsneSettings) -> Result<Self, EmbedError> {
        let n = scores.nrows();
        settings.check(n)?;
        let centred = start::centred(scores)?;
        let deviation = |plane: &[[f64; 2]]| {
            let mean = plane.iter().map(|point| point[0]).sum::<f64>() / n as f64;
            (plane.iter().map(|point| (point[0] - mean).powi(2)).sum::<f64>() / n as f64).sqrt() / START
        };
        let positions =
            start::principal_plane(centred.view(), settings.seed, "embed/tsne/start", START * NOISE, deviation)?;
        let neighbours = (3.0 * settings.perplexity + 1.0) as usize;
        let automatic = (n as f64 / settings.early_exaggeration / 4.0).max(50.0);
        Ok(Self {
            learning_rate: settings.learning_rate.unwrap_or(automatic),
            settings: settings.clone(),
            stage: Stage::Search(Search::new(Points::new(centred.view()), neighbours.min(n - 1))),
            iteration: 0,
            gradient: vec![[0.0; 2]; n],
            velocity: vec![[0.0; 2]; n],
            gains: vec![[1.0; 2]; n],
            positions,
            tree: quadtree::QuadTree::default(),
        })
    }

    /// Does one piece of work: the neighbours of some cells, or one iteration. Nothing once it is finished.
    pub fn step(&mut self) {
        match &mut self.stage {
            Stage::Search(search) => {
                let perplexity = self.settings.perplexity;
                search.advance(|distances| perplexity::calibrate(distances, perplexity));
                if search.is_finished() {
                    let half = 0.5 / self.positions.len() as f64;
                    self.stage = Stage::Descent(search.graph(|there, back| (there + back) * half));
                }
            }
            Stage::Descent(_) if self.iteration >= self.settings.iterations => {}
            Stage::Descent(graph) => {
                let early = self.iteration < self.settings.exaggeration_iterations;
                if self.iteration == self.settings.exaggeration_iterations {
                    self.velocity.fill([0.0; 2]);
                    self.gains.fill([1.0; 2]);
                }
                let exaggeration = if early { self.settings.early_exaggeration } else { 1.0 };
                gradient(graph, exaggeration, self.settings.theta, &self.positions, &mut self.tree, &mut self.gradient);
                self.descend(if early { 0.5 } else { 0.8 });
                self.iteration += 1;
            }
        }
    }

    /// Share of the work that is done, 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        match &self.stage {
            Stage::Search(search) => SEARCH * search.progress(),
            Stage::Descent(_) => SEARCH + (1.0 - SEARCH) * self.iteration as f64 / self.settings.iterations as f64,
        }
    }

    /// Whether all iterations are done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Descent(_)) && self.iteration >= self.settings.iterations
    }

    /// Where the cells are now (`cells x 2`), without unit; at first, where they start.
    #[must_use]
    pub fn embedding(&self) -> ArrayView2<'_, f64> {
        ArrayView2::from(self.positions.as_slice())
    }

    /// Moves every coordinate down its gradient; its gain grows while it keeps its direction.
    fn descend(&mut self, momentum: f64) {
        let gradient = self.gradient.as_flattened();
        let (velocity, gains) = (self.velocity.as_flattened_mut(), self.gains.as_flattened_mut());
        let moving = self.positions.as_flattened_mut().iter_mut().zip(velocity).zip(gains);
        for (((position, velocity), gain), &slope) in moving.zip(gradient) {
            *gain = if *velocity * slope < 0.0 { *gain + 0.2 } else { (*gain * 0.8).max(MIN_GAIN) };
            *velocity = momentum * *velocity - self.learning_rate * *gain * slope;
            *position += *velocity;
        }
    }
}

/// Sets `into[i]` to the gradient of `KL(exaggeration P || Q)` at point i:
/// `4 sum_j (exaggeration p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2)`.
fn gradient(
    graph: &Graph,
    exaggeration: f64,
    theta: f64,
    positions: &[[f64; 2]],
    tree: &mut quadtree::QuadTree,
    into: &mut [[f64; 2]],
) {
    tree.build(positions);
    let total = tree.repulsion(theta, into);
    for (i, (gradient, &[x, y])) in into.iter_mut().zip(positions).enumerate() {
        let (columns, values) = graph.row(i);
        let mut pull = [0.0; 2];
        for (&j, p) in columns.iter().zip(values) {
            let [xj, yj] = positions[j as usize];
            let (dx, dy) = (x - xj, y - yj);
            let weight = p / (1.0 + (dx * dx + dy * dy));
            pull[0] += weight * dx;
            pull[1] += weight * dy;
        }
        for axis in 0..2 {
            gradient[axis] = 4.0 * (exaggeration * pull[axis] - gradient[axis] / total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::reference::{Reference, assert_graph};

    #[test]
    fn affinities_and_gradient_are_those_of_scikit_learn() {
        let reference = Reference::load();
        let x = reference.x();
        let mut tsne = Tsne::new(x.view(), &TsneSettings::default()).unwrap();
        while matches!(tsne.stage, Stage::Search(_)) {
            tsne.step();
        }
        let Stage::Descent(graph) = &tsne.stage else { panic!("the search has ended") };
        let parts = &reference.tsne_parts;
        assert_graph(graph, &parts.p_first_row, &parts.p_row_sums);
        let positions: Vec<[f64; 2]> = x.outer_iter().map(|row| [row[0], row[1]]).collect();
        let mut found = vec![[0.0; 2]; positions.len()];
        gradient(graph, 12.0, 0.0, &positions, &mut tsne.tree, &mut found);
        let size: f64 = parts.gradient.iter().map(|g| g[0].hypot(g[1])).sum::<f64>() / positions.len() as f64;
        for (found, expected) in found.iter().zip(&parts.gradient) {
            let error = (found[0] - expected[0]).hypot(found[1] - expected[1]);
            assert!(error < 1e-4 * size, "{found:?}, expected {expected:?}");
        }
    }
}
