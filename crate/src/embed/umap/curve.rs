//! The curve by which UMAP turns distances in the plane into memberships.

/// Points of the grid that the curve is fitted on.
const GRID: usize = 300;
/// Steps of the fit at most; it takes about ten.
const STEPS: usize = 500;

/// `a` and `b` of `1 / (1 + a d^(2b))`, the least-squares fit to a membership that is 1 up to `min_dist` and
/// `exp(-(d - min_dist) / spread)` beyond, at 300 distances from 0 to `3 spread`.
///
/// umap-learn's `find_ab_params`; by Levenberg and Marquardt's method from a = b = 1.
pub(super) fn fit(min_dist: f64, spread: f64) -> (f64, f64) {
    let points: Vec<(f64, f64)> = (0..GRID)
        .map(|i| 3.0 * spread * i as f64 / (GRID - 1) as f64)
        .map(|d| (d, if d < min_dist { 1.0 } else { (-(d - min_dist) / spread).exp() }))
        .collect();
    // In units of the spread, so that a = b = 1 is a good start for every spread.
    let points: Vec<(f64, f64)> = points.into_iter().map(|(d, y)| (d / spread, y)).collect();
    let (mut a, mut b, mut damping) = (1.0, 1.0, 1e-3);
    let mut error = squares(&points, a, b);
    for _ in 0..STEPS {
        let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(d, y) in points.iter().filter(|(d, _)| *d > 0.0) {
            let power = d.powf(2.0 * b);
            let value = 1.0 / (1.0 + a * power);
            let (by_a, by_b) = (-power * value * value, -2.0 * a * power * d.ln() * value * value);
            aa += by_a * by_a;
            ab += by_a * by_b;
            bb += by_b * by_b;
            ra += by_a * (y - value);
            rb += by_b * (y - value);
        }
        let (da, db) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = da * db - ab * ab;
        let (step_a, step_b) = ((ra * db - rb * ab) / determinant, (rb * da - ra * ab) / determinant);
        let next = (a + step_a, b + step_b);
        let next_error = if next.0 > 0.0 && next.1 > 0.0 { squares(&points, next.0, next.1) } else { f64::INFINITY };
        if next_error <= error {
            let small = step_a.abs() <= 1e-12 * a && step_b.abs() <= 1e-12 * b;
            (a, b) = next;
            error = next_error;
            damping *= 0.1;
            if small {
                break;
            }
        } else {
            damping *= 10.0;
            if damping > 1e12 {
                break;
            }
        }
    }
    (a * spread.powf(-2.0 * b), b)
}

fn squares(points: &[(f64, f64)], a: f64, b: f64) -> f64 {
    points.iter().map(|&(d, y)| (1.0 / (1.0 + a * d.powf(2.0 * b)) - y).powi(2)).sum()
}
