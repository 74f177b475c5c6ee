//! Which batch the cells of a minibatch belong to, on the host.

use burn::tensor::{Device, Tensor};

use crate::nn::to_tensor;
use crate::random::{Stream, permutation};

use super::MeasureError;

/// The batch codes of every replica's cells, in groups of equal size, one behind the other.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// `[R][groups * n]`
    pub codes: Vec<Vec<u32>>,
    pub groups: usize,
    pub batches: usize,
}

impl Cells {
    /// Checks that codes and groups fit.
    pub fn new(codes: Vec<Vec<u32>>, groups: usize, batches: usize) -> Result<Self, MeasureError> {
        let cells = codes.first().map_or(0, Vec::len);
        if groups == 0 || cells == 0 || !cells.is_multiple_of(groups) {
            return Err(MeasureError::Shape {
                what: "cells and groups that part them evenly",
                found: vec![cells, groups],
                expected: vec![cells.max(1).next_multiple_of(groups.max(1)), groups.max(1)],
            });
        }
        if let Some(&code) = codes.iter().flatten().find(|&&code| code as usize >= batches) {
            return Err(MeasureError::Shape {
                what: "the largest code of a batch",
                found: vec![code as usize],
                expected: vec![batches - 1],
            });
        }
        Ok(Self { codes, groups, batches })
    }

    pub fn replicas(&self) -> usize {
        self.codes.len()
    }

    /// Cells of all groups.
    pub fn cells(&self) -> usize {
        self.codes[0].len()
    }

    /// Cells of one group.
    pub fn per_group(&self) -> usize {
        self.cells() / self.groups
    }

    /// One-hot codes, `[R, cells, batches]`.
    pub fn one_hot(&self, device: &Device) -> Tensor<3> {
        let mut values = vec![0.0; self.replicas() * self.cells() * self.batches];
        for (row, &code) in values.chunks_exact_mut(self.batches).zip(self.codes.iter().flatten()) {
            row[code as usize] = 1.0;
        }
        to_tensor(values, [self.replicas(), self.cells(), self.batches], device)
    }

    /// The codes in random order within each group, one stream per replica: cells whose batch says nothing about them.
    pub fn shuffled(&self, streams: &mut [Stream]) -> Self {
        let n = self.per_group();
        let shuffle = |(codes, rng): (&Vec<u32>, &mut Stream)| {
            codes.chunks_exact(n).flat_map(|group| permutation(n, rng).into_iter().map(|i| group[i])).collect()
        };
        Self { codes: self.codes.iter().zip(streams).map(shuffle).collect(), ..*self }
    }

    /// How many cells of each batch every group of every replica has, `[R * groups][batches]`.
    pub fn counts(&self) -> Vec<Vec<usize>> {
        let count = |group: &[u32]| {
            let mut counts = vec![0; self.batches];
            for &code in group {
                counts[code as usize] += 1;
            }
            counts
        };
        self.codes.iter().flat_map(|codes| codes.chunks_exact(self.per_group()).map(count)).collect()
    }

    /// Entropy of the batches in every group in nats, `[R, groups]`.
    pub fn entropy(&self, device: &Device) -> Tensor<2> {
        let n = self.per_group() as f64;
        let term = |&count: &usize| if count == 0 { 0.0 } else { -(count as f64 / n) * (count as f64 / n).ln() };
        let values = self.counts().iter().map(|counts| counts.iter().map(term).sum::<f64>() as f32).collect();
        to_tensor(values, [self.replicas(), self.groups], device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn codes_are_permuted_within_groups_and_by_the_seed() {
        let codes = vec![0, 0, 1, 0, 2, 2, 2, 1, 1, 1, 1, 1];
        let cells = Cells::new(vec![codes.clone(), codes.clone(), codes], 3, 3).unwrap();
        let shuffled = cells.shuffled(&mut [1, 2, 1].map(|seed| stream(seed, "t")));
        assert_eq!(shuffled.counts(), cells.counts());
        assert_eq!(shuffled.codes[0], shuffled.codes[2]);
        assert_ne!(shuffled.codes[0], shuffled.codes[1]);
        assert_ne!(shuffled.codes[0], cells.codes[0]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (codes, groups) in [(vec![0, 1, 0], 2), (vec![0, 1], 0), (vec![], 1), (vec![0, 2], 1)] {
            let error = Cells::new(vec![codes], groups, 2).unwrap_err();
            assert_eq!(error.code(), "measure_shape");
        }
    }
}
