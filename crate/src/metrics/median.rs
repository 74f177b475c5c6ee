//! The exact median of more numbers than should be held, by passing over them a few times.

/// Up to this many numbers are held at once.
const HELD: usize = 1 << 21;
/// Leading bits by which a pass tells numbers apart.
const STEP: u32 = 20;

/// A search for the median of numbers that are at least 0 and can be produced again and again, in any order.
///
/// The bits of such numbers sort as they do. Each pass counts the next [`STEP`] bits of those that begin as the median does,
/// until few enough are left to be held.
#[derive(Clone, Debug)]
pub(super) struct MedianSearch {
    /// Place of the upper middle number in ascending order.
    place: usize,
    even: bool,
    /// The leading bits that are known, and how many.
    prefix: u64,
    known: u32,
    /// How many numbers are below all that begin with the prefix, and the largest of them.
    below: usize,
    largest_below: f64,
    counts: Vec<u32>,
    held: Vec<f64>,
    holding: bool,
    limit: usize,
}

impl MedianSearch {
    /// For `n` numbers, at least 1.
    pub(super) fn new(n: usize) -> Self {
        Self::holding_up_to(n, HELD)
    }

    fn holding_up_to(n: usize, held: usize) -> Self {
        let holding = n <= held;
        Self {
            place: n / 2,
            even: n.is_multiple_of(2),
            prefix: 0,
            known: 0,
            below: 0,
            largest_below: 0.0,
            counts: if holding { Vec::new() } else { vec![0; 1 << STEP] },
            held: Vec::new(),
            holding,
            limit: held,
        }
    }

    /// Takes numbers of the current pass.
    pub(super) fn see(&mut self, values: &[f64]) {
        let unknown = 64 - self.known;
        let begins = |bits: u64| self.known == 0 || bits >> unknown == self.prefix;
        if self.holding {
            for &value in values {
                let bits = (value + 0.0).to_bits();
                if begins(bits) {
                    // With all bits known they are one number, however often it occurs.
                    if self.known < 64 || self.held.is_empty() {
                        self.held.push(value);
                    }
                } else if self.known > 0 && bits >> unknown < self.prefix && value > self.largest_below {
                    self.largest_below = value;
                }
            }
        } else {
            let step = STEP.min(unknown);
            for &value in values {
                let bits = (value + 0.0).to_bits();
                if begins(bits) {
                    self.counts[(bits >> (unknown - step)) as usize & ((1 << step) - 1)] += 1;
                }
            }
        }
    }

    /// Ends a pass: the lower and the upper middle number (the same one if there is one), or `None` if another pass is
    /// needed.
    pub(super) fn end_pass(&mut self) -> Option<(f64, f64)> {
        if self.holding {
            let place = (self.place - self.below).min(self.held.len().saturating_sub(1));
            let (lower, &mut upper, _) = self.held.select_nth_unstable_by(place, f64::total_cmp);
            let before = lower.iter().copied().fold(self.largest_below, f64::max);
            return Some((if self.even { before } else { upper }, upper));
        }
        let step = STEP.min(64 - self.known);
        let (mut bin, mut below) = (0, self.below);
        while below + self.counts[bin] as usize <= self.place {
            below += self.counts[bin] as usize;
            bin += 1;
        }
        let inside = self.counts[bin] as usize;
        self.below = below;
        self.prefix = self.prefix << step | bin as u64;
        self.known += step;
        if self.known == 64 {
            // All that are left are the same number.
            let upper = f64::from_bits(self.prefix);
            if self.below < self.place || !self.even {
                return Some((upper, upper));
            }
        }
        self.holding = inside <= self.limit || self.known == 64;
        self.counts.fill(0);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;
    use rand::RngExt;

    fn by_passes(values: &[f64], held: usize) -> (f64, f64) {
        let mut search = MedianSearch::holding_up_to(values.len(), held);
        loop {
            for part in values.chunks(7) {
                search.see(part);
            }
            if let Some(found) = search.end_pass() {
                return found;
            }
        }
    }

    #[test]
    fn passes_find_what_sorting_finds() {
        let mut rng = random::stream(3, "test/median");
        for n in [1, 2, 3, 10, 101, 1000] {
            for spread in [1e-12, 1.0, 1e12, 0.0] {
                for levels in [3.0, 1e9] {
                    let value = |draw: f64| (1.0 + spread * (draw * levels).floor() / levels).max(0.0);
                    let values: Vec<f64> = (0..n).map(|_| value(rng.random::<f64>())).collect();
                    let mut sorted = values.clone();
                    sorted.sort_by(f64::total_cmp);
                    let expected = (sorted[(n - 1) / 2], sorted[n / 2]);
                    for held in [0, HELD] {
                        assert_eq!(by_passes(&values, held), expected, "{n} {spread} {levels} {held}");
                    }
                }
            }
        }
    }
}
