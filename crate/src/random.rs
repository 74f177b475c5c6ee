//! Host random streams: the only source of randomness in Dosefront.
//!
//! A stream is keyed by a seed and a purpose, so adding a draw in one place shifts no other, a replica does not depend
//! on its neighbours, and every engine (CPU, WebGPU) and machine sees the same numbers.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// A deterministic random stream (ChaCha with eight rounds).
pub type Stream = ChaCha8Rng;

/// The stream for `seed` and `purpose`, e.g. `stream(1, "scgen/shuffle")`.
///
/// The 256-bit ChaCha key is the SHA-256 of the little-endian seed followed by the purpose.
#[must_use]
pub fn stream(seed: u64, purpose: &str) -> Stream {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(purpose.as_bytes()).finalize();
    ChaCha8Rng::from_seed(digest.into())
}

/// The numbers `0..n` in random order.
#[must_use]
pub fn permutation(n: usize, rng: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_repeat_and_differ_by_seed_and_purpose() {
        let draw = |seed, purpose| stream(seed, purpose).random::<u64>();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = permutation(100, &mut stream(7, "test"));
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
