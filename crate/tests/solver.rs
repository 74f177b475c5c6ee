//! The solvers of two objectives: the closed form of the shortest combination against a search over the simplex and against an
//! interior-point solver, and Pareto multi-task learning on the concave front of its paper.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT, ZeroConeT,
};
use dosefront::random::{Stream, stream};
use dosefront::tradeoff::solver::{
    Gram, direction, initial_direction, min_norm, preferences, scalarisation_weights, tchebycheff_weights,
};
use rand::RngExt;

fn square([x, y]: [f64; 2], [a, b, c]: Gram) -> f64 {
    a * x * x + 2.0 * b * x * y + c * y * y
}

/// The Gram matrix of two gradients in ten dimensions: unrelated, nearly parallel, nearly opposite, of very different lengths.
fn random_gram(kind: usize, rng: &mut Stream) -> Gram {
    let mut vector = || -> Vec<f64> { (0..10).map(|_| rng.random_range(-1.0..1.0)).collect() };
    let (first, other) = (vector(), vector());
    let scale = 10.0_f64.powf(rng.random_range(-3.0..3.0));
    let second: Vec<f64> = match kind {
        0 => other.iter().map(|value| scale * value).collect(),
        1 => first.iter().zip(&other).map(|(f, o)| scale * (f + 1e-4 * o)).collect(),
        2 => first.iter().zip(&other).map(|(f, o)| -scale * (f + 1e-4 * o)).collect(),
        _ => first.iter().zip(&other).map(|(f, o)| 0.3 * f + o).collect(),
    };
    let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(u, v)| u * v).sum::<f64>();
    [dot(&first, &first), dot(&first, &second), dot(&second, &second)]
}

/// What Pareto multi-task learning combines: both gradients, and constraints of a random preference and losses.
fn random_points(rng: &mut Stream) -> Vec<[f64; 2]> {
    let prefs = preferences(rng.random_range(2..=10));
    let k = rng.random_range(0..prefs.len());
    // A little beyond the quadrant, as standardised losses may be.
    let angle = rng.random_range(-0.2..1.8_f64);
    let mut points = vec![[1.0, 0.0], [0.0, 1.0]];
    points.extend(prefs.iter().map(|c| [c[0] - prefs[k][0], c[1] - prefs[k][1]]));
    // Both gradients, and constraints that do not hold.
    let mut places = 0_usize..;
    points.retain(|[x, y]| places.next() < Some(2) || x * angle.cos() + y * angle.sin() > 0.0);
    points
}

/// The same programme for an interior-point solver: the least `lambda' P' G P lambda` over the simplex.
fn by_clarabel(points: &[[f64; 2]], gram: Gram) -> f64 {
    let n = points.len();
    // To the scale that the solver's tolerances are meant for.
    let scale = gram[0].max(gram[2]);
    let [a, b, c] = gram.map(|entry| 2.0 * entry / scale);
    let entry = |p: [f64; 2], q: [f64; 2]| a * p[0] * q[0] + b * (p[0] * q[1] + p[1] * q[0]) + c * p[1] * q[1];
    let mut dense = vec![vec![0.0; n]; n];
    let mut constraints = vec![vec![1.0; n]];
    for i in 0..n {
        for j in i..n {
            dense[i][j] = entry(points[i], points[j]);
        }
        constraints.push((0..n).map(|j| if i == j { -1.0 } else { 0.0 }).collect());
    }
    let quadratic = CscMatrix::from(&dense).to_triu();
    let bounds: Vec<f64> = std::iter::once(1.0).chain(std::iter::repeat_n(0.0, n)).collect();
    let cones: [SupportedConeT<f64>; 2] = [ZeroConeT(1), NonnegativeConeT(n)];
    let mut settings = DefaultSettingsBuilder::default();
    settings.verbose(false).tol_gap_abs(1e-12).tol_gap_rel(1e-12).tol_feas(1e-12);
    let settings = settings.build().unwrap();
    let linear = vec![0.0; n];
    let mut solver = DefaultSolver::new(&quadratic, &linear, &CscMatrix::from(&constraints), &bounds, &cones, settings);
    solver.solve();
    let status = solver.solution.status;
    assert!(matches!(status, SolverStatus::Solved | SolverStatus::AlmostSolved), "{status:?}");
    // Back into the simplex, from which the solver may be off by its tolerance.
    let shares: Vec<f64> = solver.solution.x.iter().map(|share| share.max(0.0)).collect();
    let sum: f64 = shares.iter().sum();
    let point = shares.iter().zip(points).fold([0.0; 2], |s, (w, p)| [s[0] + w / sum * p[0], s[1] + w / sum * p[1]]);
    square(point, gram)
}

#[test]
fn the_closed_form_is_the_optimum_of_the_quadratic_programme() {
    let mut rng = stream(1, "solver/clarabel");
    let mut more_than_two = 0;
    for draw in 0..1000 {
        let gram = random_gram(draw % 4, &mut rng);
        let points = random_points(&mut rng);
        let found = min_norm(&points, gram);
        more_than_two += usize::from(points.len() > 2);
        assert!((found.lambda.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(found.lambda.iter().all(|share| *share >= 0.0));
        let again = found.lambda.iter().zip(&points).fold([0.0; 2], |s, (w, p)| [s[0] + w * p[0], s[1] + w * p[1]]);
        assert!((again[0] - found.point[0]).abs() + (again[1] - found.point[1]).abs() < 1e-12);
        let (expected, scale) = (by_clarabel(&points, gram), gram[0].max(gram[2]));
        let close = (found.norm2 - expected).abs() <= 1e-6 * expected + 1e-9 * scale;
        assert!(close, "draw {draw}: {} by the closed form, {expected} by the solver", found.norm2);
        assert!(found.norm2 <= expected + 1e-13 * scale, "draw {draw}: the solver found less");
    }
    assert!(more_than_two > 500, "{more_than_two}");
}

/// Steps of the grid along each side of the simplex.
const STEPS: usize = 200;

#[test]
fn no_point_of_a_grid_over_the_simplex_is_shorter() {
    let mut rng = stream(1, "solver/grid");
    for draw in 0..60 {
        let gram = random_gram(draw % 4, &mut rng);
        let mut points = random_points(&mut rng);
        points.truncate(3);
        points.resize(3, [0.0, 1.0]);
        let found = min_norm(&points, gram).norm2;
        let mut least = f64::INFINITY;
        for i in 0..=STEPS {
            for j in 0..=STEPS - i {
                let [u, v] = [i, j].map(|share| share as f64 / STEPS as f64);
                let w = 1.0 - u - v;
                let at = |axis: usize| u * points[0][axis] + v * points[1][axis] + w * points[2][axis];
                least = least.min(square([at(0), at(1)], gram));
            }
        }
        // Half a step of the grid away from the optimum, the square has grown by no more than this.
        let coarse = (2.0 / STEPS as f64).powi(2) * 4.0 * (gram[0] + gram[2]);
        assert!(found <= least + 1e-12 * least && least <= found + coarse, "draw {draw}: {found}, grid {least}");
    }
}

/// Dimensions of the toy problem.
const N: usize = 20;

/// The losses `1 - exp(-|x -+ 1 / sqrt(n)|^2)` of Lin et al. 2019, whose front is concave, with their gradients.
fn concave(x: &[f64]) -> ([f64; 2], [Vec<f64>; 2]) {
    let centre = 1.0 / (N as f64).sqrt();
    let one = |sign: f64| {
        let apart: Vec<f64> = x.iter().map(|value| value - sign * centre).collect();
        let bell = (-apart.iter().map(|d| d * d).sum::<f64>()).exp();
        (1.0 - bell, apart.into_iter().map(|d| 2.0 * bell * d).collect())
    };
    let ((f1, g1), (f2, g2)) = (one(1.0), one(-1.0));
    ([f1, f2], [g1, g2])
}

fn gram([g1, g2]: &[Vec<f64>; 2]) -> Gram {
    let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(u, v)| u * v).sum();
    [dot(g1, g1), dot(g1, g2), dot(g2, g2)]
}

/// Descends from a random start with weights times rate from losses, Gram matrix and step; returns the losses at the end.
fn descend(seed: u64, steps: usize, mut weights: impl FnMut([f64; 2], Gram, usize) -> [f64; 2]) -> [f64; 2] {
    let mut rng = stream(seed, "solver/start");
    let mut x: Vec<f64> = (0..N).map(|_| rng.random_range(-0.5..0.5)).collect();
    for step in 0..steps {
        let (losses, gradients) = concave(&x);
        let [first, second] = weights(losses, gram(&gradients), step);
        for (i, value) in x.iter_mut().enumerate() {
            *value -= first * gradients[0][i] + second * gradients[1][i];
        }
    }
    concave(&x).0
}

/// Area between the points and (1, 1) where some point is better in both losses.
fn hypervolume(points: &[[f64; 2]]) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|p, q| p[0].total_cmp(&q[0]));
    let (mut volume, mut lowest) = (0.0, 1.0_f64);
    for [x, y] in sorted {
        volume += (1.0 - x) * (lowest - y).max(0.0);
        lowest = lowest.min(y);
    }
    volume
}

fn degrees([x, y]: [f64; 2]) -> f64 {
    y.atan2(x).to_degrees()
}

/// How far a point is from the front, which is the image of the points between the two minima.
fn off_front(losses: [f64; 2]) -> f64 {
    let centre = 1.0 / (N as f64).sqrt();
    let front = (-1000..=1000).map(|i| concave(&[centre * f64::from(i) / 1000.0; N]).0);
    front.map(|f| (f[0] - losses[0]).hypot(f[1] - losses[1])).fold(f64::INFINITY, f64::min)
}

#[test]
fn pareto_mtl_covers_a_concave_front_of_which_weighted_sums_find_the_ends() {
    let prefs = preferences(10);
    let (steps, rate) = (2000, 0.02);
    let scaled = |[first, second]: [f64; 2], rate: f64| [rate * first, rate * second];
    let mut reached = 0;
    let by_pareto: Vec<[f64; 2]> = (0..10)
        .map(|k| {
            let mut feasible = false;
            let losses = descend(k as u64, steps, |losses, gram, step| {
                if !feasible && step < steps / 5 {
                    // Not scaled, these weights are small.
                    match initial_direction(losses, gram, &prefs, k) {
                        Some(alpha) => return scaled(alpha, 0.5),
                        None => feasible = true,
                    }
                }
                // On the front there is nowhere to go.
                scaled(direction(losses, gram, &prefs, k).unwrap_or([0.0; 2]), rate)
            });
            reached += usize::from(feasible);
            losses
        })
        .collect();
    let weights = scalarisation_weights(10).into_iter().enumerate();
    let by_sum: Vec<[f64; 2]> =
        weights.map(|(k, pair)| descend(k as u64, steps, |_, _, _| scaled(pair, 2.0 * rate))).collect();
    let (volume, of_sums) = (hypervolume(&by_pareto), hypervolume(&by_sum));
    let show = |points: &[[f64; 2]]| points.iter().map(|p| degrees(*p).round()).collect::<Vec<_>>();
    println!("angles {:?}, weighted sums {:?}", show(&by_pareto), show(&by_sum));
    println!("hypervolume {volume:.3}, weighted sums {of_sums:.3}");

    assert_eq!(reached, 10, "candidates that came into their cone");
    for (k, losses) in by_pareto.iter().enumerate() {
        assert!(off_front(*losses) < 0.01, "candidate {k} is off the front: {losses:?}");
        let off = (degrees(*losses) - 10.0 * k as f64).abs();
        assert!(off < 6.5, "candidate {k} is off its cone by {off} degrees: {losses:?}");
    }
    for losses in &by_sum {
        assert!(losses[0].min(losses[1]) < 0.1, "a weighted sum between the ends: {losses:?}");
    }
    assert!(volume > of_sums + 0.1, "{volume}, weighted sums {of_sums}");
}

#[test]
fn smooth_tchebycheff_ends_where_its_preference_points() {
    for (k, preference) in preferences(10).into_iter().enumerate().skip(1).take(8) {
        let losses = descend(k as u64, 2000, |losses, _, step| {
            let mu = if step < 1000 { 0.3 } else { 0.02 };
            tchebycheff_weights(losses, [0.0; 2], preference, mu, 0.0).map(|weight| 0.05 * weight)
        });
        let off = (degrees(losses) - 10.0 * k as f64).abs();
        assert!(off_front(losses) < 0.01 && off < 2.0, "candidate {k}: {losses:?}, off by {off} degrees");
    }
}
