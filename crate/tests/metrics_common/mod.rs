//! The groups of cells of tests/reference/make_metric_fixtures.py, and its values.
#![allow(dead_code)] // each test program uses a part

use ndarray::Array2;
use serde::de::DeserializeOwned;

/// The fixture of this name.
pub fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/../tests/reference/fixtures/metrics/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// `n` numbers `k / 2^24`: SplitMix64 started at `seed`.
pub fn uniform(seed: u64, n: usize) -> Vec<f64> {
    let number = |i: u64| {
        let mut z = seed.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f64 / 16_777_216.0
    };
    (1..=n as u64).map(number).collect()
}

/// Points around `shift / (j + 1)`.
pub fn cloud((seed, n, p, shift, scale): (u64, usize, usize, f64, f64)) -> Array2<f32> {
    let u = uniform(seed, 4 * n * p);
    Array2::from_shape_fn((n, p), |(i, j)| {
        let at = |block: usize| u[block * n * p + i * p + j];
        let spread = (64.0 * 8.0 / (1.0 + j as f64)).floor() / 64.0 + 1.0;
        (((at(0) + at(1)) + (at(2) + at(3)) - 2.0) * spread * scale + shift / (1.0 + j as f64)) as f32
    })
}

/// Sparse expression with many ties; every seventh gene is silent.
pub fn cells(seed: u64, n: usize, genes: usize, effect: f64) -> Array2<f32> {
    let (dropout, level, shift) = (uniform(99, genes), uniform(98, genes), uniform(97, genes));
    let u = uniform(seed, 2 * n * genes);
    Array2::from_shape_fn((n, genes), |(i, j)| {
        if j % 7 == 0 || u[i * genes + j] < dropout[j] {
            return 0.0;
        }
        let shift = if j % 3 == 1 { (shift[j] * 64.0).floor() / 64.0 - 0.25 } else { 0.0 };
        let value = 0.5 + 2.0 * level[j] + u[n * genes + i * genes + j] + effect * shift;
        ((value * 64.0).floor() / 64.0) as f32
    })
}

/// The cells of `x`, moved to the mean of `y`.
pub fn shifted(x: &Array2<f32>, y: &Array2<f32>) -> Array2<f32> {
    let mean = |x: &Array2<f32>, j: usize| x.column(j).iter().map(|&v| f64::from(v)).sum::<f64>() / x.nrows() as f64;
    let delta: Vec<f64> = (0..x.ncols()).map(|j| ((mean(y, j) - mean(x, j)) * 1024.0).floor() / 1024.0).collect();
    Array2::from_shape_fn(x.dim(), |(i, j)| (f64::from(x[(i, j)]) + delta[j]) as f32)
}

/// Six factors and noise.
pub fn low_rank(seed: u64, n: usize, p: usize) -> Array2<f32> {
    let mut x = Array2::<f64>::zeros((n, p));
    for factor in 0..6_u64 {
        let (left, right) = (uniform(seed + 10 * factor, n), uniform(seed + 10 * factor + 1, p));
        for ((i, j), value) in x.indexed_iter_mut() {
            *value += (left[i] - 0.5) * (right[j] - 0.5) * (16.0 - 2.0 * factor as f64);
        }
    }
    let noise = uniform(seed + 100, n * p);
    Array2::from_shape_fn((n, p), |(i, j)| (x[(i, j)] + noise[i * p + j] * 2.0) as f32)
}

/// Asserts that two values agree, relative to the larger of `|expected|` and `floor`.
#[track_caller]
pub fn close(what: &str, got: f64, expected: f64, relative: f64, floor: f64) {
    let tolerance = relative * expected.abs().max(floor);
    assert!((got - expected).abs() <= tolerance, "{what}: got {got}, expected {expected}, tolerance {tolerance}");
}
