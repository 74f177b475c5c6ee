//! Minibatches in which every batch occurs.

use rand::RngExt;

use crate::random::{Stream, permutation, stream};

/// The fewest cells of a batch in a minibatch: one alone has no distance to its like.
const LEAST: usize = 2;

/// Draws minibatches of training cells, pass by pass, each batch in about its share of every one.
///
/// A measure of batch effect cannot be computed on a minibatch in which a batch is missing. So cells are shuffled within
/// their batch and the batches spread evenly over the pass; where a batch still has fewer than two cells in a minibatch,
/// further ones are drawn, each in the place of a cell of the batch that then has the most. Where a minibatch has not two cells
/// for every batch, as many batches as possible have at least one.
#[derive(Clone)]
pub struct Sampler {
    /// Positions of the training cells, by batch.
    groups: Vec<Vec<usize>>,
    /// The group of every training cell.
    group_of: Vec<usize>,
    steps_per_epoch: usize,
    rng: Stream,
    order: Vec<usize>,
    step: usize,
}

impl Sampler {
    /// For training cells with batch codes `batch`, of `n_batches`, in minibatches of about `size` cells: a pass is cut into
    /// equal parts, so that none is tiny. `seed` and `purpose` name the random stream.
    #[must_use]
    pub fn new(batch: &[u32], n_batches: usize, size: usize, seed: u64, purpose: &str) -> Self {
        let mut groups = vec![Vec::new(); n_batches];
        for (cell, &code) in batch.iter().enumerate() {
            groups[code as usize].push(cell);
        }
        groups.retain(|group| !group.is_empty());
        let mut group_of = vec![0; batch.len()];
        for (g, group) in groups.iter().enumerate() {
            for &cell in group {
                group_of[cell] = g;
            }
        }
        let steps_per_epoch = Self::minibatches(batch.len(), size);
        Self { groups, group_of, steps_per_epoch, rng: stream(seed, purpose), order: Vec::new(), step: 0 }
    }

    /// Minibatches of about `size` cells in a pass over `cells`.
    #[must_use]
    pub fn minibatches(cells: usize, size: usize) -> usize {
        ((cells as f64 / size as f64).round() as usize).max(1)
    }

    /// Minibatches in a pass.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        self.steps_per_epoch
    }

    /// The next minibatch: positions of training cells.
    pub fn draw(&mut self) -> Vec<usize> {
        if self.step == 0 {
            self.order = self.shuffled();
        }
        let (n, parts) = (self.order.len(), self.steps_per_epoch);
        let mut cells = self.order[self.step * n / parts..(self.step + 1) * n / parts].to_vec();
        self.step = (self.step + 1) % parts;
        self.fill_up(&mut cells);
        cells
    }

    /// A pass over all cells, in which every stretch has about the same composition.
    fn shuffled(&mut self) -> Vec<usize> {
        let mut placed: Vec<(f64, usize)> = Vec::new();
        for group in &self.groups {
            let order = permutation(group.len(), &mut self.rng);
            let start: f64 = self.rng.random();
            let place = |i: usize| (i as f64 + start) / group.len() as f64;
            placed.extend(order.into_iter().enumerate().map(|(i, member)| (place(i), group[member])));
        }
        placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        placed.into_iter().map(|(_, cell)| cell).collect()
    }

    fn fill_up(&mut self, cells: &mut [usize]) {
        let mut counts = vec![0; self.groups.len()];
        for &cell in &*cells {
            counts[self.group_of[cell]] += 1;
        }
        // First one cell each, then the others: what gives way never falls below what is being filled up to, nor below
        // the least as long as there are enough cells.
        for level in 1..=LEAST {
            for g in 0..counts.len() {
                while counts[g] < level {
                    let largest = (0..counts.len()).max_by_key(|&other| counts[other]).unwrap_or(g);
                    let place = cells.iter().position(|&cell| self.group_of[cell] == largest);
                    let Some(place) = place.filter(|_| counts[largest] > level) else { return };
                    cells[place] = self.groups[g][self.rng.random_range(0..self.groups[g].len())];
                    counts[largest] -= 1;
                    counts[g] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_sees_every_cell_once_and_every_minibatch_every_batch_in_its_share() {
        let batch: Vec<u32> = (0..600).map(|i| u32::from(i % 6 == 0)).collect();
        let mut sampler = Sampler::new(&batch, 2, 64, 3, "t");
        assert_eq!(sampler.steps_per_epoch(), 9);
        for _ in 0..3 {
            let pass: Vec<Vec<usize>> = (0..9).map(|_| sampler.draw()).collect();
            for cells in &pass {
                let share = cells.iter().filter(|&&cell| batch[cell] == 1).count();
                assert!((66..=67).contains(&cells.len()) && (10..=13).contains(&share), "{} {share}", cells.len());
            }
            let mut all: Vec<usize> = pass.concat();
            all.sort_unstable();
            assert_eq!(all, (0..600).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_tiny_batch_is_in_every_minibatch() {
        let batch: Vec<u32> = (0..400).map(|i| if i < 4 { 2 } else { u32::from(i % 2 == 0) }).collect();
        let mut sampler = Sampler::new(&batch, 3, 50, 1, "t");
        for _ in 0..40 {
            let cells = sampler.draw();
            assert!(cells.iter().filter(|&&cell| batch[cell] == 2).count() >= 2);
            assert_eq!(cells.len(), 50);
        }
    }

    #[test]
    fn many_tiny_batches_leave_the_larger_ones_their_cells() {
        // 45 batches of 10 cells, 15 of 100: two of each fit into a minibatch.
        let batch: Vec<u32> = (0..45).flat_map(|b| vec![b; 10]).chain((45..60).flat_map(|b| vec![b; 100])).collect();
        let mut sampler = Sampler::new(&batch, 60, 128, 1, "t");
        let count = |cells: &[usize]| {
            let mut counts = vec![0; 60];
            for &cell in cells {
                counts[batch[cell] as usize] += 1;
            }
            counts
        };
        for _ in 0..50 {
            let cells = sampler.draw();
            assert!(cells.len() >= 120);
            assert!(count(&cells).iter().all(|&n| n >= 2), "{:?}", count(&cells));
        }
        // 60 batches in about 80 cells: one each. In about 40: as many as there are cells.
        for (size, present) in [(80, 60), (40, 40)] {
            let mut sampler = Sampler::new(&batch, 60, size, 1, "t");
            for _ in 0..50 {
                let cells = sampler.draw();
                let counts = count(&cells);
                let found = counts.iter().filter(|&&n| n > 0).count();
                assert!(found >= present.min(cells.len()), "{found} of {}: {counts:?}", cells.len());
            }
        }
    }
}
