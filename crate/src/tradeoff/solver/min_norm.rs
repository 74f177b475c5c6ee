//! The shortest vector in the convex hull of combinations of two gradients.

/// The inner products `[g1.g1, g1.g2, g2.g2]` of the gradients of two objectives over all weights of a network.
pub type Gram = [f64; 3];

/// The shortest convex combination.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The share of every point; at most three are not 0, none is negative, and their sum is 1.
    pub lambda: Vec<f64>,
    /// `sum lambda_j p_j`: the weights of the two gradients in the shortest vector.
    pub point: [f64; 2],
    /// The square of its length.
    pub norm2: f64,
}

/// The convex combination of the vectors `p_j1 g1 + p_j2 g2` that is shortest.
///
/// All vectors are in the plane of g1 and g2, so the minimiser is at a corner or on an edge of the hull of the points, or it is
/// the origin inside a triangle of them. All of these are tried, which is exact and needs no iterations; with K
/// preferences there are at most K + 1 points. (The reference implementation's iterative solver keeps the shares of a pair within
/// 0.001 and 0.999.)
///
/// Without points there is nothing to combine: the origin with length 0.
///
/// Source: Sener & Koltun 2018 for the pair; Désidéri 2012 for the problem.
#[must_use]
pub fn min_norm(points: &[[f64; 2]], gram: Gram) -> Solution {
    let mut best: Option<(f64, Shares)> = None;
    let mut consider = |shares: Shares| {
        let norm2 = square(combine(points, &shares), gram);
        if best.as_ref().is_none_or(|(least, _)| norm2 < *least) {
            best = Some((norm2, shares));
        }
    };
    for (i, &p) in points.iter().enumerate() {
        consider([(i, 1.0), (i, 0.0), (i, 0.0)]);
        for (j, &q) in points.iter().enumerate().skip(i + 1) {
            let t = along_edge(p, q, gram);
            consider([(i, 1.0 - t), (j, t), (j, 0.0)]);
            for (k, &r) in points.iter().enumerate().skip(j + 1) {
                if let Some([a, b, c]) = shares_of_origin(p, q, r) {
                    consider([(i, a), (j, b), (k, c)]);
                }
            }
        }
    }
    let mut lambda = vec![0.0; points.len()];
    let Some((norm2, shares)) = best else { return Solution { lambda, point: [0.0; 2], norm2: 0.0 } };
    for (i, share) in shares {
        lambda[i] += share;
    }
    Solution { lambda, point: combine(points, &shares), norm2: norm2.max(0.0) }
}

/// Up to three points with their shares.
type Shares = [(usize, f64); 3];

fn combine(points: &[[f64; 2]], shares: &Shares) -> [f64; 2] {
    shares.iter().fold([0.0; 2], |sum, &(i, share)| [sum[0] + share * points[i][0], sum[1] + share * points[i][1]])
}

/// The inner product of two combinations of the gradients.
pub(super) fn inner(p: [f64; 2], q: [f64; 2], [a, b, c]: Gram) -> f64 {
    a * p[0] * q[0] + b * (p[0] * q[1] + p[1] * q[0]) + c * p[1] * q[1]
}

fn square(p: [f64; 2], gram: Gram) -> f64 {
    inner(p, p, gram)
}

/// The t in [0, 1] that makes `(1 - t) p + t q` shortest.
fn along_edge(p: [f64; 2], q: [f64; 2], gram: Gram) -> f64 {
    let edge = [q[0] - p[0], q[1] - p[1]];
    let length = square(edge, gram);
    // Two points that are the same vector, or that rounding makes look so: either end will do.
    if length > 0.0 { (-inner(p, edge, gram) / length).clamp(0.0, 1.0) } else { 0.0 }
}

/// The barycentric coordinates of the origin, if it is within the triangle.
fn shares_of_origin(p: [f64; 2], q: [f64; 2], r: [f64; 2]) -> Option<[f64; 3]> {
    let cross = |u: [f64; 2], v: [f64; 2]| u[0] * v[1] - u[1] * v[0];
    let parts = [cross(q, r), cross(r, p), cross(p, q)];
    let area: f64 = parts.iter().sum();
    let shares = parts.map(|part| part / area);
    shares.iter().all(|share| share.is_finite() && *share >= 0.0).then_some(shares)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    const BOTH: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

    #[test]
    fn two_gradients() {
        // At right angles, of lengths 1 and 2: the foot of the perpendicular.
        let found = min_norm(&BOTH, [1.0, 0.0, 4.0]);
        assert_eq!(found.lambda, [0.8, 0.2]);
        assert!((found.norm2 - 0.8).abs() < 1e-15);
        // The shorter of two in one direction.
        assert_eq!(min_norm(&BOTH, [1.0, 2.0, 4.0]).lambda, [1.0, 0.0]);
        // Opposite ones cancel.
        let found = min_norm(&BOTH, [1.0, -2.0, 4.0]);
        assert!((found.lambda[0] - 2.0 / 3.0).abs() < 1e-15 && found.norm2 < 1e-15, "{found:?}");
        // The same twice, and none at all.
        assert!((min_norm(&BOTH, [1.0, 1.0, 1.0]).norm2 - 1.0).abs() < 1e-15);
        assert_eq!(min_norm(&BOTH, [0.0; 3]).norm2, 0.0);
        assert_eq!(min_norm(&[], [1.0; 3]), Solution { lambda: Vec::new(), point: [0.0; 2], norm2: 0.0 });
    }

    #[test]
    fn the_origin_within_a_triangle() {
        let found = min_norm(&[[1.0, 0.0], [-1.0, 1.0], [-1.0, -3.0]], [2.0, 0.5, 1.0]);
        assert!(found.norm2 < 1e-30 && found.lambda.iter().all(|share| *share > 0.1), "{found:?}");
        assert!((found.lambda.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    }
}
