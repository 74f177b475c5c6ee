use burn::tensor::{Device, Tensor};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::random::{Stream, permutation, stream};

use super::to_tensor;

/// The random numbers of a training run, made on the host: one set of streams per replica, keyed by its seed.
#[derive(Clone)]
pub struct Noise {
    latent: Vec<Stream>,
    dropout: Vec<Stream>,
    shuffle: Vec<Stream>,
}

impl Noise {
    /// Streams for a purpose, e.g. `scgen`, one per seed.
    #[must_use]
    pub fn new(purpose: &str, seeds: &[u64]) -> Self {
        let streams = |kind: &str| seeds.iter().map(|&s| stream(s, &format!("{purpose}/{kind}"))).collect();
        Self { latent: streams("latent"), dropout: streams("dropout"), shuffle: streams("shuffle") }
    }

    /// Standard normal noise, `[R, n, features]`.
    pub fn normal(&mut self, n: usize, features: usize, device: &Device) -> Tensor<3> {
        let replicas = self.latent.len();
        let values =
            self.latent.iter_mut().flat_map(|rng| (0..n * features).map(|_| rng.sample(StandardNormal))).collect();
        to_tensor(values, [replicas, n, features], device)
    }

    /// A dropout mask, `[R, n, features]`: 0 with probability `p`, else 1/(1-p).
    ///
    /// The probability is rounded to a multiple of 1/65536: two random bytes per entry are a quarter of the cost of a
    /// double, and the scale matches the rounded probability, so the expectation is exact.
    pub fn dropout(&mut self, n: usize, features: usize, p: f64, device: &Device) -> Tensor<3> {
        let threshold = (p * 65536.0).round().clamp(0.0, 65535.0);
        let keep = (65536.0 / (65536.0 - threshold)) as f32;
        let threshold = threshold as u16;
        let replicas = self.dropout.len();
        let mut values = Vec::with_capacity(replicas * n * features);
        let mut bytes = vec![0; 2 * n * features];
        for rng in &mut self.dropout {
            rng.fill_bytes(&mut bytes);
            let draws = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            values.extend(draws.map(|draw| if draw < threshold { 0.0 } else { keep }));
        }
        to_tensor(values, [replicas, n, features], device)
    }

    /// For each replica the numbers `0..n` in random order.
    pub fn shuffles(&mut self, n: usize) -> Vec<Vec<usize>> {
        self.shuffle.iter_mut().map(|rng| permutation(n, rng)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a native test reads tensors synchronously")]
mod tests {
    use super::*;

    fn values(t: Tensor<3>) -> Vec<f32> {
        t.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn a_replica_does_not_depend_on_its_neighbours() {
        let device = Device::flex();
        let (mut three, mut one) = (Noise::new("t", &[1, 2, 3]), Noise::new("t", &[2]));
        for _ in 0..3 {
            let all = values(three.normal(4, 5, &device));
            assert_eq!(all[20..40], values(one.normal(4, 5, &device)));
            let all = values(three.dropout(4, 5, 0.2, &device));
            assert_eq!(all[20..40], values(one.dropout(4, 5, 0.2, &device)));
            assert_eq!(three.shuffles(9)[1], one.shuffles(9)[0]);
        }
    }

    #[test]
    fn dropout_keeps_the_expectation() {
        let mask = values(Noise::new("t", &[1]).dropout(500, 200, 0.2, &Device::flex()));
        let zeros = mask.iter().filter(|v| **v == 0.0).count() as f64 / 1e5;
        let mean = mask.iter().map(|&v| f64::from(v)).sum::<f64>() / 1e5;
        assert!((zeros - 0.2).abs() < 0.005 && (mean - 1.0).abs() < 0.01, "{zeros} {mean}");
    }
}
