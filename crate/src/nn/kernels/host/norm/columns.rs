//! Columns of one replica: batch norm. Sums over the rows are gathered in double precision, because what the derivative is
//! made of are small differences of them.

use super::Known;

fn single(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).collect()
}

/// Mean and variance of every column.
pub(super) fn moments(x: &[f32], columns: usize) -> (Vec<f32>, Vec<f32>) {
    let rows = || x.chunks_exact(columns);
    let per = 1.0 / rows().len() as f64;
    let (mut means, mut variances) = (vec![0.0_f64; columns], vec![0.0_f64; columns]);
    for row in rows() {
        means.iter_mut().zip(row).for_each(|(mean, x)| *mean += f64::from(*x) * per);
    }
    for row in rows() {
        for ((variance, x), mean) in variances.iter_mut().zip(row).zip(&means) {
            let d = f64::from(*x) - mean;
            *variance += d * d * per;
        }
    }
    (single(means), single(variances))
}

/// In place.
pub(super) fn normalise(x: &mut [f32], known: Known, beta: &[f32]) {
    // Rounded once.
    let scale = |(inverse, gamma): (f64, &f32)| (inverse * f64::from(*gamma)) as f32;
    let scales: Vec<f32> = known.inverses().zip(known.gamma).map(scale).collect();
    for row in x.chunks_exact_mut(known.columns) {
        for (((x, mean), scale), beta) in row.iter_mut().zip(known.means).zip(&scales).zip(beta) {
            *x = (*x - mean) * scale + beta;
        }
    }
}

/// The derivatives by x in place of those by the result; those by gamma and beta.
pub(super) fn slopes(slope: &mut [f32], x: &[f32], known: Known) -> (Vec<f32>, Vec<f32>) {
    let Known { columns, means, gamma, .. } = known;
    let (mut along, mut by_beta) = (vec![0.0_f64; columns], vec![0.0_f64; columns]);
    for (g, x) in slope.chunks_exact(columns).zip(x.chunks_exact(columns)) {
        for ((((along, by_beta), g), x), mean) in along.iter_mut().zip(&mut by_beta).zip(g).zip(x).zip(means) {
            *along += f64::from(*g) * f64::from(x - mean);
            *by_beta += f64::from(*g);
        }
    }
    let per = 1.0 / x.chunks_exact(columns).len() as f64;
    let inverses: Vec<f64> = known.inverses().collect();
    // Of every column: the mean slope, what of x - mean is taken away, and the factor of what is left.
    let of_columns =
        along.iter().zip(&by_beta).zip(&inverses).zip(gamma).map(|(((along, by_beta), inverse), gamma)| {
            [(by_beta * per) as f32, (along * inverse * inverse * per) as f32, (inverse * f64::from(*gamma)) as f32]
        });
    let of_columns: Vec<[f32; 3]> = of_columns.collect();
    for (g, x) in slope.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
        for (((g, x), mean), [level, along, factor]) in g.iter_mut().zip(x).zip(means).zip(&of_columns) {
            *g = (*g - level - (x - mean) * along) * factor;
        }
    }
    let by_gamma = along.iter().zip(&inverses).map(|(along, inverse)| along * inverse).collect();
    (single(by_gamma), single(by_beta))
}
