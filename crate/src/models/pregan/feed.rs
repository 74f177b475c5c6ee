use crate::nn::Noise;

/// Endless batches out of a group of cells, for each replica in an order of its own: shuffled anew as soon as too few are
/// left for a whole batch, so that what does not fill the last one is left out.
pub(super) struct Feed {
    cells: Vec<usize>,
    batch: usize,
    noise: Noise,
    order: Vec<Vec<usize>>,
    next: usize,
}

impl Feed {
    /// Batches of `batch` cells, at most as many as there are. `purpose` names the random streams.
    pub fn new(purpose: &str, cells: Vec<usize>, batch: usize, seeds: &[u64]) -> Self {
        Self { next: cells.len(), batch, noise: Noise::new(purpose, seeds), order: Vec::new(), cells }
    }

    /// The cells of the next batch, for each replica.
    pub fn next(&mut self) -> Vec<Vec<usize>> {
        if self.next + self.batch > self.cells.len() {
            self.order = self.noise.shuffles(self.cells.len());
            self.next = 0;
        }
        let places = self.next..self.next + self.batch;
        self.next = places.end;
        let batch = |order: &Vec<usize>| order[places.clone()].iter().map(|&i| self.cells[i]).collect();
        self.order.iter().map(batch).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_shows_a_cell_at_most_once_and_replicas_differ() {
        let mut feed = Feed::new("t", (10..17).collect(), 3, &[1, 2]);
        let (first, second) = (feed.next(), feed.next());
        for r in 0..2 {
            let mut shown = [first[r].clone(), second[r].clone()].concat();
            shown.sort_unstable();
            shown.dedup();
            assert_eq!(shown.len(), 6);
            assert!(shown.iter().all(|cell| (10..17).contains(cell)));
        }
        assert_ne!(first[0], first[1]);
        let third = feed.next();
        assert_eq!((third.len(), third[0].len()), (2, 3));
        let mut alone = Feed::new("t", (10..17).collect(), 3, &[2]);
        assert_eq!(
            [alone.next(), alone.next(), alone.next()].map(|b| b[0].clone()),
            [first, second, third].map(|b| b[1].clone())
        );
    }
}
