//! Local quadratic regression on one predictor.

/// Fits of `y` at every `x` (any order; ties are fine) by LOESS of degree 2 with tricube weights.
///
/// Source: Cleveland & Grosse 1991, the `dloess` library (`surface = "interpolate"`, `cell = 0.2`, family gaussian) that
/// R's `loess` and scikit-misc wrap: the local regression is done at the vertices of a k-d tree only, and between two
/// vertices the cubic with the fitted values and slopes is used. Equal to scikit-misc up to rounding; where that gives
/// up because the points near a vertex do not determine a parabola, a line or a constant is fitted.
pub(super) fn loess(x: &[f64], y: &[f64], span: f64) -> Vec<f64> {
    if x.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let sorted_x: Vec<f64> = order.iter().map(|&i| x[i]).collect();
    let sorted_y: Vec<f64> = order.iter().map(|&i| y[i]).collect();

    let vertices = vertices(&sorted_x, span);
    let fits: Vec<Fit> = vertices.iter().map(|&at| fit_at(at, &sorted_x, &sorted_y, span)).collect();
    x.iter()
        .map(|&x| {
            let right = vertices.partition_point(|&vertex| vertex < x).clamp(1, vertices.len() - 1);
            between(x, &fits[right - 1], &fits[right])
        })
        .collect()
}

/// The local regression at one place.
struct Fit {
    at: f64,
    value: f64,
    slope: f64,
}

/// Where the curve is fitted: the ends of the range with a margin, and the cuts of the tree, ascending.
fn vertices(x: &[f64], span: f64) -> Vec<f64> {
    // A cell of the tree holds at most a fifth of the points of a local fit.
    const CELL: f64 = 0.2;
    let (lowest, highest) = (x[0], x[x.len() - 1]);
    let margin = (highest - lowest).max(1e-10 * lowest.abs().max(highest.abs()) + 1e-30) * 0.005;
    let ends = (lowest - margin, highest + margin);
    let mut vertices = vec![ends.0, ends.1];
    cut(x, ends, (x.len() as f64 * span * CELL) as usize, &mut vertices);
    vertices.sort_unstable_by(f64::total_cmp);
    vertices
}

/// Cuts the points `x` of the cell with these ends in halves until none has more than `most`, and adds the cuts.
fn cut(x: &[f64], ends: (f64, f64), most: usize, vertices: &mut Vec<f64>) {
    if x.len() <= most.max(1) {
        return;
    }
    let left = size_of_left_half(x);
    let at = x[left - 1];
    // A cut at an end would make an empty cell.
    if at > ends.0 && at < ends.1 {
        vertices.push(at);
        cut(&x[..left], (ends.0, at), most, vertices);
        cut(&x[left..], (at, ends.1), most, vertices);
    }
}

/// Number of points in the left half: the middle, or else the nearest place that does not split a tie (one step up, one
/// down, two up ...), or the middle again once that search leaves the cell.
fn size_of_left_half(x: &[f64]) -> usize {
    let middle = x.len().div_ceil(2);
    let mut offset = 0_isize;
    while let Some(left) = middle.checked_add_signed(offset).filter(|&left| (1..x.len()).contains(&left)) {
        if x[left - 1] < x[left] {
            return left;
        }
        offset = if offset > 0 { -offset } else { 1 - offset };
    }
    middle
}

/// The weighted parabola through the points that are nearest to `at`.
fn fit_at(at: f64, x: &[f64], y: &[f64], span: f64) -> Fit {
    // Fewer than five points leave nothing to fit.
    let q = ((x.len() as f64 * span + 1e-5) as usize).max(5).min(x.len());
    let start = nearest(at, x, q);
    let (x, y) = (&x[start..start + q], &y[start..start + q]);
    let radius = (at - x[0]).abs().max((x[q - 1] - at).abs());
    let mean = y.iter().sum::<f64>() / q as f64;
    if radius <= 0.0 {
        return Fit { at, value: mean, slope: 0.0 };
    }
    // Centred at `at` and scaled by the radius: the constant is then the value and the linear coefficient the slope.
    let mut moments = [0.0; 5];
    let mut products = [0.0; 3];
    for (&x, &y) in x.iter().zip(y) {
        let distance = (x - at) / radius;
        let mut term = (1.0 - distance.abs().powi(3)).max(0.0).powi(3);
        for (k, moment) in moments.iter_mut().enumerate() {
            *moment += term;
            if let Some(product) = products.get_mut(k) {
                *product += term * y;
            }
            term *= distance;
        }
    }
    let system = |degree: usize| {
        let mut rows = [[0.0; 4]; 3];
        for i in 0..=degree {
            rows[i][..=degree].copy_from_slice(&moments[i..=i + degree]);
            rows[i][3] = products[i];
        }
        solve(rows, degree + 1)
    };
    let solution = (0..=2).rev().find_map(system);
    // Without a solution all points are at the rim, where their weight is zero.
    let [value, slope, _] = solution.unwrap_or([mean, 0.0, 0.0]);
    Fit { at, value, slope: slope / radius }
}

/// First of the `q` consecutive points that are nearest to `at`.
fn nearest(at: f64, x: &[f64], q: usize) -> usize {
    let mut start = x.partition_point(|&x| x < at).saturating_sub(q).min(x.len() - q);
    while start + q < x.len() && x[start + q] - at < at - x[start] {
        start += 1;
    }
    start
}

/// Solves the first `n` of the symmetric normal equations (right-hand sides in the last column) by elimination; `None`
/// when they do not determine the solution. Unknowns beyond `n` are zero.
fn solve(mut rows: [[f64; 4]; 3], n: usize) -> Option<[f64; 3]> {
    for i in 0..n {
        let diagonal = rows[i][i];
        for k in 0..i {
            let (pivot, factor) = (rows[k], rows[i][k] / rows[k][k]);
            for (entry, above) in rows[i].iter_mut().zip(pivot) {
                *entry -= factor * above;
            }
        }
        if rows[i][i].is_nan() || rows[i][i] <= 1e-12 * diagonal {
            return None;
        }
    }
    let mut solution = [0.0; 3];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * solution[j]).sum();
        solution[i] = (rows[i][3] - known) / rows[i][i];
    }
    Some(solution)
}

/// The cubic between two vertices with their values and slopes.
fn between(x: f64, left: &Fit, right: &Fit) -> f64 {
    let width = right.at - left.at;
    let h = (x - left.at) / width;
    let g = 1.0 - h;
    g * g * (1.0 + 2.0 * h) * left.value
        + h * h * (1.0 + 2.0 * g) * right.value
        + h * g * (g * left.slope - h * right.slope) * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Fixture {
        span: f64,
        curves: Vec<Curve>,
    }

    #[derive(serde::Deserialize)]
    struct Curve {
        x: Vec<f64>,
        y: Vec<f64>,
        fitted: Vec<f64>,
    }

    #[test]
    fn curves_are_those_of_scikit_misc() {
        let text = include_str!("../../../../tests/reference/fixtures/hvg/loess.json");
        let fixture: Fixture = serde_json::from_str(text).unwrap();
        for curve in fixture.curves {
            let fitted = loess(&curve.x, &curve.y, fixture.span);
            for (ours, theirs) in fitted.iter().zip(&curve.fitted) {
                assert!((ours - theirs).abs() < 1e-10, "{ours} and {theirs} of {} points", curve.x.len());
            }
        }
    }

    #[test]
    fn few_and_equal_points_give_finite_curves() {
        assert_eq!(loess(&[], &[], 0.3), Vec::<f64>::new());
        assert_eq!(loess(&[0.0], &[3.0], 0.3), [3.0]);
        assert_eq!(loess(&[2.0; 4], &[1.0, 2.0, 3.0, 6.0], 0.3), [3.0; 4]);
        for n in 2..40_u32 {
            let x: Vec<f64> = (0..n).map(|i| f64::from(i % 3)).collect();
            let fitted = loess(&x, &x, 0.3);
            assert!(fitted.iter().zip(&x).all(|(fitted, x)| (fitted - x).abs() < 0.5), "{n} points: {fitted:?}");
        }
    }
}
