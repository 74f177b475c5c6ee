use rand::seq::SliceRandom;

use crate::random::stream;

/// Cells that are trained on, and cells that are kept out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Ascending.
    pub train: Vec<usize>,
    /// Ascending.
    pub test: Vec<usize>,
}

impl Split {
    /// A random split with the share `train` of every batch on the training side, at least two cells of it on either.
    #[must_use]
    pub fn draw(batch: &[u32], n_batches: usize, train: f64, seed: u64) -> Self {
        let mut rng = stream(seed, "tradeoff/split");
        let mut split = Self { train: Vec::new(), test: Vec::new() };
        for code in 0..n_batches {
            let mut cells: Vec<usize> = (0..batch.len()).filter(|&i| batch[i] as usize == code).collect();
            cells.shuffle(&mut rng);
            let most = cells.len().saturating_sub(2);
            let n = ((cells.len() as f64 * train).round() as usize).clamp(2.min(most), most.max(2)).min(cells.len());
            split.train.extend_from_slice(&cells[..n]);
            split.test.extend_from_slice(&cells[n..]);
        }
        split.train.sort_unstable();
        split.test.sort_unstable();
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_batch_is_on_both_sides() {
        let batch: Vec<u32> = (0..510).map(|i| u32::from(i < 10)).collect();
        let split = Split::draw(&batch, 2, 0.8, 4);
        let of = |cells: &[usize], code| cells.iter().filter(|&&i| batch[i] == code).count();
        assert_eq!((of(&split.train, 0), of(&split.train, 1), of(&split.test, 1)), (400, 8, 2));
        let mut all = [split.train.clone(), split.test.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..510).collect::<Vec<_>>());
        assert_ne!(split, Split::draw(&batch, 2, 0.8, 5));
    }
}
