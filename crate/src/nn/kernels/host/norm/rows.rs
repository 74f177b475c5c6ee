//! Rows of one replica: layer norm.

use super::Known;

/// Lanes that a sum is gathered in, so that several additions are under way at once.
const LANES: usize = 8;

/// The sum of `f` of pairs, always in the same order.
fn sum(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a.remainder().iter().zip(b.remainder());
    rest.zip(&mut lanes).for_each(|((a, b), lane)| *lane += f(*a, *b));
    for (a, b) in a.zip(b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += f(*a, *b));
    }
    lanes.iter().sum()
}

/// Mean and variance of every row.
pub(super) fn moments(x: &[f32], columns: usize) -> (Vec<f32>, Vec<f32>) {
    let per = 1.0 / columns as f32;
    let of_row = |row: &[f32]| {
        let mean = sum(row, row, |x, _| x) * per;
        (mean, sum(row, row, |x, _| (x - mean) * (x - mean)) * per)
    };
    x.chunks_exact(columns).map(of_row).unzip()
}

/// In place.
pub(super) fn normalise(x: &mut [f32], known: Known, beta: &[f32]) {
    for ((row, mean), inverse) in x.chunks_exact_mut(known.columns).zip(known.means).zip(known.inverses()) {
        let inverse = inverse as f32;
        for ((x, gamma), beta) in row.iter_mut().zip(known.gamma).zip(beta) {
            *x = (*x - mean) * inverse * gamma + beta;
        }
    }
}

/// The derivatives by x in place of those by the result; those by gamma and beta.
pub(super) fn slopes(slope: &mut [f32], x: &[f32], known: Known) -> (Vec<f32>, Vec<f32>) {
    let Known { columns, means, gamma, .. } = known;
    let (mut by_gamma, mut by_beta) = (vec![0.0; columns], vec![0.0; columns]);
    let (mut h, mut s) = (vec![0.0; columns], vec![0.0; columns]);
    let per = 1.0 / columns as f32;
    let rows = slope.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
    for ((g, x), (mean, inverse)) in rows.zip(means.iter().zip(known.inverses())) {
        let inverse = inverse as f32;
        for ((((((h, s), g), x), gamma), by_gamma), by_beta) in
            h.iter_mut().zip(&mut s).zip(g.iter()).zip(x).zip(gamma).zip(&mut by_gamma).zip(&mut by_beta)
        {
            *h = (x - mean) * inverse;
            *s = g * gamma;
            *by_gamma += g * *h;
            *by_beta += g;
        }
        let (mean, along) = (sum(&s, &s, |s, _| s) * per, sum(&s, &h, |s, h| s * h) * per);
        for ((g, s), h) in g.iter_mut().zip(&s).zip(&h) {
            *g = (s - mean - h * along) * inverse;
        }
    }
    (by_gamma, by_beta)
}
