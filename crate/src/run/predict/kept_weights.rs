//! The weights of the models of a run, as far as they fit into memory.

use std::collections::BTreeMap;

/// Bytes that are kept at most, unless told otherwise: a browser tab has a few gigabytes for everything.
const MOST: usize = 256 << 20;

/// Safetensors files by the number of the fit.
pub(in crate::run) struct KeptWeights {
    most: usize,
    by_fit: BTreeMap<usize, Kept>,
}

struct Kept {
    /// Number of the held-out type and of the model in the task.
    place: (usize, usize),
    bytes: Vec<u8>,
}

impl Default for KeptWeights {
    fn default() -> Self {
        Self { most: MOST, by_fit: BTreeMap::new() }
    }
}

impl KeptWeights {
    /// Keeps so many bytes at most, though always those of the latest fit.
    pub fn keep_up_to(&mut self, most: usize) {
        self.most = most;
    }

    /// Adds the weights of a fit; the oldest ones go where that is too much.
    pub fn keep(&mut self, fit: usize, place: (usize, usize), bytes: Vec<u8>) {
        self.by_fit.insert(fit, Kept { place, bytes });
        while self.by_fit.len() > 1 && self.by_fit.values().map(|kept| kept.bytes.len()).sum::<usize>() > self.most {
            self.by_fit.pop_first();
        }
    }

    /// The weights of a fit.
    pub fn of_fit(&self, fit: usize) -> Option<&[u8]> {
        self.by_fit.get(&fit).map(|kept| kept.bytes.as_slice())
    }

    /// The weights of a model of the task with a type held out.
    pub fn of(&self, cell_type: usize, model: usize) -> Option<&[u8]> {
        let kept = self.by_fit.values().find(|kept| kept.place == (cell_type, model));
        kept.map(|kept| kept.bytes.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_and_the_latest_stay() {
        let mut kept = KeptWeights::default();
        kept.keep_up_to(10);
        kept.keep(0, (0, 0), vec![0; 6]);
        kept.keep(1, (0, 1), vec![1; 4]);
        assert_eq!((kept.of_fit(0).map(<[u8]>::len), kept.of(0, 1).map(<[u8]>::len)), (Some(6), Some(4)));
        kept.keep(2, (1, 0), vec![2; 50]);
        assert!(kept.of_fit(0).is_none() && kept.of(0, 1).is_none());
        assert_eq!(kept.of(1, 0).map(<[u8]>::len), Some(50));
    }
}
