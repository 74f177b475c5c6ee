//! Local quadratic regression on one predictor.

/// Fits of `y` at every `x` (any order; ties are fine) by LOESS of degree 2 with tricube weights.
///
/// Source: Cleveland & Grosse 1991, the `dloess` library (`surface = "interpolate"`, `cell = 0.2`, family gaussian),
/// which R's `loess` and scikit-misc wrap: the local regression is done at the vertices of a k-d tree only, and between
/// them a cubic with the fitted values and slopes is used.
pub fn loess(x: &[f64], y: &[f64], span: f64) -> Vec<f64> {
    if x.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let sorted_x: Vec<f64> = order.iter().map(|&i| x[i]).collect();
    let sorted_y: Vec<f64> = order.iter().map(|&i| y[i]).collect();

    let vertices = vertices(&sorted_x, span);
    let fits: Vec<(f64, f64)> = vertices.iter().map(|&at| fit_at(at, &sorted_x, &sorted_y, span)).collect();
    x.iter()
        .map(|&x| {
            let right = vertices.partition_point(|&vertex| vertex < x).clamp(1, vertices.len() - 1);
            hermite(x, (vertices[right - 1], fits[right - 1]), (vertices[right], fits[right]))
        })
        .collect()
}

/// Where the curve is fitted: the ends of the range with a margin, and the cuts of a tree whose cells hold at most a
/// fifth of the points of one local fit.
fn vertices(x: &[f64], span: f64) -> Vec<f64> {
    const CELL: f64 = 0.2;
    let (lowest, highest) = (x[0], x[x.len() - 1]);
    let margin = (highest - lowest).max(1e-10 * lowest.abs().max(highest.abs()) + 1e-30) * 0.1;
    let mut vertices = vec![lowest - margin, highest + margin];
    let most = (x.len() as f64 * span * CELL).floor() as usize;
    cut(x, most.max(1), &mut vertices);
    vertices.sort_unstable_by(f64::total_cmp);
    vertices.dedup();
    vertices
}

/// Cuts a cell in the middle of its points until no cell has more than `most`.
fn cut(x: &[f64], most: usize, vertices: &mut Vec<f64>) {
    if x.len() <= most || x[0] >= x[x.len() - 1] {
        return;
    }
    let middle = x.len().div_ceil(2);
    vertices.push(f64::midpoint(x[middle - 1], x[middle]));
    cut(&x[..middle], most, vertices);
    cut(&x[middle..], most, vertices);
}

/// Value and slope at `at` of the weighted quadratic through the nearest points.
fn fit_at(at: f64, x: &[f64], y: &[f64], span: f64) -> (f64, f64) {
    let q = ((x.len() as f64 * span + 1e-5).floor() as usize).clamp(1, x.len());
    let start = nearest(at, x, q);
    let radius = (at - x[start]).abs().max((x[start + q - 1] - at).abs());
    // Centred at `at` and scaled by the radius, so that the fit is the constant and the slope the linear coefficient.
    let mut moments = [0.0; 5];
    let mut products = [0.0; 3];
    for (&x, &y) in x[start..start + q].iter().zip(&y[start..start + q]) {
        let distance = if radius > 0.0 { (x - at) / radius } else { 0.0 };
        let weight = (1.0 - distance.abs().powi(3)).max(0.0).powi(3);
        let mut power = weight;
        for (k, moment) in moments.iter_mut().enumerate() {
            *moment += power;
            if k < 3 {
                products[k] += power * y;
            }
            power *= distance;
        }
    }
    let (value, slope) = solve(&moments, &products);
    (value, if radius > 0.0 { slope / radius } else { 0.0 })
}

/// First of the `q` consecutive points that are nearest to `at`.
fn nearest(at: f64, x: &[f64], q: usize) -> usize {
    let mut start = x.partition_point(|&x| x < at).saturating_sub(q).min(x.len() - q);
    while start + q < x.len() && (x[start + q] - at) < (at - x[start]) {
        start += 1;
    }
    start
}

/// Constant and linear coefficient of the weighted quadratic; of a line or a constant where the points do not
/// determine more.
fn solve(m: &[f64; 5], b: &[f64; 3]) -> (f64, f64) {
    use nalgebra::{Matrix3, Vector3};
    let matrix = Matrix3::new(m[0], m[1], m[2], m[1], m[2], m[3], m[2], m[3], m[4]);
    let svd = matrix.svd(true, true);
    let tolerance = svd.singular_values[0] * 1e-12;
    svd.solve(&Vector3::new(b[0], b[1], b[2]), tolerance)
        .map_or((f64::NAN, f64::NAN), |solution| (solution[0], solution[1]))
}

/// The cubic between two vertices with the given values and slopes.
fn hermite(x: f64, left: (f64, (f64, f64)), right: (f64, (f64, f64))) -> f64 {
    let width = right.0 - left.0;
    let h = (x - left.0) / width;
    let g = 1.0 - h;
    g * g * (1.0 + 2.0 * h) * left.1.0
        + h * h * (1.0 + 2.0 * g) * right.1.0
        + h * g * (g * left.1.1 - h * right.1.1) * width
}
