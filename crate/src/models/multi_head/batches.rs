//! Which cells a batch holds.

use crate::models::examples::Example;
use crate::nn::Noise;

/// Fewest cells of a condition in a batch: batch norm cannot do with one, and makes a sign of the difference of two.
const AT_LEAST: usize = 4;

/// Batches with the same number of cells of every condition, drawn without replacement within the condition until none is left.
pub(super) struct Batches {
    conditions: Vec<Condition>,
    n_cells: usize,
}

struct Condition {
    /// Rows of the training cells.
    rows: Vec<usize>,
    /// Cells in every batch.
    count: usize,
    /// For each replica what is still to be drawn, the next one last.
    left: Vec<Vec<usize>>,
}

impl Batches {
    /// Plans batches of about `size` of the given cells, under `n_conditions` conditions.
    pub fn new(cells: &[Example], n_conditions: usize, size: usize, replicas: usize) -> Self {
        let n_cells = cells.len();
        let size = size.min(n_cells);
        let of_condition = |arm| {
            let rows: Vec<usize> = cells.iter().filter(|cell| cell.arm == arm).map(|cell| cell.input).collect();
            let share = (2 * size * rows.len() + n_cells) / (2 * n_cells).max(1);
            let count = if rows.is_empty() { 0 } else { share.max(AT_LEAST) };
            Condition { rows, count, left: vec![Vec::new(); replicas] }
        };
        Self { conditions: (0..n_conditions).map(of_condition).collect(), n_cells }
    }

    /// Cells of every condition in a batch; 0 for a condition that was not seen.
    pub fn counts(&self) -> Vec<usize> {
        self.conditions.iter().map(|condition| condition.count).collect()
    }

    /// Batches of an epoch; as in the thesis, what does not fill the last one is left for the next.
    pub fn per_epoch(&self) -> usize {
        let size: usize = self.conditions.iter().map(|condition| condition.count).sum();
        (self.n_cells / size.max(1)).max(1)
    }

    /// The rows of the next batch for each replica, in the order of the conditions.
    pub fn next(&mut self, noise: &mut Noise) -> Vec<Vec<usize>> {
        let replicas = self.conditions.first().map_or(0, |condition| condition.left.len());
        let mut batch = vec![Vec::new(); replicas];
        for condition in &mut self.conditions {
            for _ in 0..condition.count {
                // All replicas draw in step, so they run out together.
                if condition.left.iter().any(Vec::is_empty) {
                    condition.left = noise.shuffles(condition.rows.len());
                }
                for (batch, left) in batch.iter_mut().zip(&mut condition.left) {
                    batch.extend(left.pop().map(|i| condition.rows[i]));
                }
            }
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(cells: [usize; 4], size: usize) -> Batches {
        let arms = (0..4).flat_map(|arm| vec![arm; cells[arm]]);
        let cells: Vec<Example> = arms.enumerate().map(|(row, arm)| Example { input: row, target: row, arm }).collect();
        Batches::new(&cells, 4, size, 2)
    }

    #[test]
    fn counts_follow_the_cells_and_leave_no_seen_condition_out() {
        assert_eq!(batches([60, 30, 0, 1], 16).counts(), [11, 5, 0, 4]);
        assert_eq!(batches([60, 30, 0, 1], 16).per_epoch(), 4);
        assert_eq!(batches([4, 3, 2, 1], 1000).counts(), [4, 4, 4, 4]);
        assert_eq!(batches([4, 3, 2, 1], 1000).per_epoch(), 1);
    }

    #[test]
    fn every_cell_is_drawn_equally_often_by_every_replica() {
        let (mut batches, mut noise) = (batches([12, 10, 0, 2], 10), Noise::new("t", &[1, 2]));
        assert_eq!(batches.counts(), [5, 4, 0, 4]);
        let mut times = vec![[0; 2]; 24];
        for _ in 0..12 {
            let batch = batches.next(&mut noise);
            for (replica, rows) in batch.iter().enumerate() {
                assert!(rows[..5].iter().all(|&row| row < 12) && rows[9..].iter().all(|&row| row >= 22));
                for &row in rows {
                    times[row][replica] += 1;
                }
            }
        }
        let all = |range: std::ops::Range<usize>, n| times[range].iter().all(|t| *t == [n, n]);
        assert!(all(0..12, 5) && all(22..24, 24), "{times:?}");
        // 48 draws of ten cells: eight of them once more.
        assert!(times[12..22].iter().flatten().all(|&n| n == 4 || n == 5), "{times:?}");
    }
}
