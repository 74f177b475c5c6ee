//! Candidates between two objectives: which ones no other beats, and how good a front they make.
//!
//! Both objectives are minimised throughout; negate one where higher is better. Sources: Li et al. 2022, its code
//! (`paretoMTL_resultsummary.py`, which takes the hypervolume from pygmo) and Wu and Azarm 2001.

use super::floor::quantile;

/// The values of a candidate in both objectives, smaller is better.
pub type Point = [f64; 2];

/// How far the reference point of the paper is beyond the worst value, and the origin of its grid beyond the best.
pub const PAPER_MARGIN: f64 = 0.001;
/// Side of a cell of the paper's grid, in the units of the objectives.
pub const PAPER_MU: f64 = 0.05;
/// Side of a cell of the grid on scaled objectives: twenty steps from the best to the worst of everything compared.
pub const MU: f64 = 0.05;

/// The points that no other one dominates, by number, ascending.
///
/// A point is dominated by another that is at least as good in both objectives; of equal points the first one stays, as in the paper's test.
/// A point with a value that is not finite is never among them, and dominates nothing.
#[must_use]
pub fn nondominated(points: &[Point]) -> Vec<usize> {
    let finite = |point: &Point| point.iter().all(|value| value.is_finite());
    let beats = |(j, other): (usize, &Point), i: usize| {
        let no_worse = finite(other) && other[0] <= points[i][0] && other[1] <= points[i][1];
        no_worse && (other[0] < points[i][0] || other[1] < points[i][1] || j < i)
    };
    let beaten = |i: usize| points.iter().enumerate().any(|other| beats(other, i));
    (0..points.len()).filter(|&i| finite(&points[i]) && !beaten(i)).collect()
}

/// The area that the points dominate up to the reference point: larger is better, in the product of the objectives' units.
///
/// `sum_i (r_1 - f1_i) (f2_(i-1) - f2_i)` over the points that are not dominated, by ascending `f1`, with `f2_0 = r_2`. A point that is not
/// better than the reference in both objectives adds nothing.
#[must_use]
pub fn hypervolume(points: &[Point], reference: Point) -> f64 {
    let inside: Vec<Point> =
        points.iter().copied().filter(|point| point[0] < reference[0] && point[1] < reference[1]).collect();
    let mut front: Vec<Point> = nondominated(&inside).into_iter().map(|i| inside[i]).collect();
    front.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut above = reference[1];
    let mut area = 0.0;
    for [x, y] in front {
        area += (reference[0] - x) * (above - y);
        above = y;
    }
    area
}

/// Number of distinct choices (NDC): cells of a grid that hold at least one point that is not dominated. More is better.
///
/// The cell of a point is `floor((f - origin) / mu)` in each objective. With [`PAPER_MU`] and values in their own units this is the paper's number,
/// which cannot be compared between pairs of metrics; on values scaled by [`Bounds::scale`] it can. Nothing is counted for a `mu` that is not above 0.
#[must_use]
pub fn distinct_choices(points: &[Point], origin: Point, mu: f64) -> usize {
    if mu.is_nan() || mu <= 0.0 {
        return 0;
    }
    let cell = |i: usize| [0, 1].map(|axis| ((points[i][axis] - origin[axis]) / mu).floor() as i64);
    let mut cells: Vec<[i64; 2]> = nondominated(points).into_iter().map(cell).collect();
    cells.sort_unstable();
    cells.dedup();
    cells.len()
}

/// The range of both objectives over everything that is compared: all methods, splits, training and test cells. Without common
/// bounds neither hypervolumes nor numbers of choices can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The best value of each objective that counts.
    pub good: Point,
    /// The worst value of each objective that counts.
    pub bad: Point,
}

impl Bounds {
    /// The smallest and the largest values, of finite points; `None` without any. The paper's bounds: a single candidate that diverged stretches
    /// them, and then all others look alike.
    #[must_use]
    pub fn full(points: &[Point]) -> Option<Self> {
        Self::over(points, |sorted| [sorted[0], sorted[sorted.len() - 1]])
    }

    /// The same, but a candidate that diverged does not stretch them: the worst value is the largest one up to `Q3 + 3 (Q3 - Q1)`, the
    /// outer fence of Tukey, of all values of that objective, and the best the smallest one down to `Q1 - 3 (Q3 - Q1)`: the bound of a
    /// critic that diverged is absurdly good. What lies beyond is moved to them by [`Bounds::clip`].
    ///
    /// There are no fences where half of the values are equal.
    #[must_use]
    pub fn robust(points: &[Point]) -> Option<Self> {
        Self::over(points, |sorted| {
            let (q1, q3) = (quantile(sorted, 0.25), quantile(sorted, 0.75));
            let far = if q3 > q1 { 3.0 * (q3 - q1) } else { f64::INFINITY };
            // A quartile lies between two values, one of which is within.
            let good = sorted.iter().copied().find(|&value| value >= q1 - far).unwrap_or(q1);
            let bad = sorted.iter().rev().copied().find(|&value| value <= q3 + far).unwrap_or(q3);
            [good, bad]
        })
    }

    fn over(points: &[Point], ends: impl Fn(&[f64]) -> [f64; 2]) -> Option<Self> {
        let finite: Vec<&Point> = points.iter().filter(|point| point.iter().all(|value| value.is_finite())).collect();
        if finite.is_empty() {
            return None;
        }
        let [x, y] = [0, 1].map(|axis| {
            let mut values: Vec<f64> = finite.iter().map(|point| point[axis]).collect();
            values.sort_by(f64::total_cmp);
            ends(&values)
        });
        Some(Self { good: [x[0], y[0]], bad: [x[1], y[1]] })
    }

    /// Whether a point is worse than the bounds in one of the objectives.
    #[must_use]
    pub fn exceeded_by(&self, point: Point) -> bool {
        (0..2).any(|axis| point[axis] > self.bad[axis])
    }

    /// Whether a point is outside the bounds, on either side, in one of the objectives.
    #[must_use]
    pub fn moves(&self, point: Point) -> bool {
        (0..2).any(|axis| point[axis] < self.good[axis] || point[axis] > self.bad[axis])
    }

    /// The point, moved to the best and the worst values where it is beyond them.
    #[must_use]
    pub fn clip(&self, point: Point) -> Point {
        [0, 1].map(|axis| point[axis].max(self.good[axis]).min(self.bad[axis]))
    }

    /// The point from 0, the best, to 1, the worst, in both objectives, clipped; 0 in an objective in which all are equal.
    #[must_use]
    pub fn scale(&self, point: Point) -> Point {
        let clipped = self.clip(point);
        [0, 1].map(|axis| {
            let range = self.bad[axis] - self.good[axis];
            if range > 0.0 { (clipped[axis] - self.good[axis]) / range } else { 0.0 }
        })
    }

    /// [`hypervolume`] of scaled points up to (1, 1): 0 to 1.
    #[must_use]
    pub fn hypervolume(&self, points: &[Point]) -> f64 {
        let scaled: Vec<Point> = points.iter().map(|point| self.scale(*point)).collect();
        hypervolume(&scaled, [1.0, 1.0])
    }

    /// The same in the units of the objectives, up to [`PAPER_MARGIN`] beyond the worst values, as in the paper.
    #[must_use]
    pub fn hypervolume_raw(&self, points: &[Point]) -> f64 {
        let clipped: Vec<Point> = points.iter().map(|point| self.clip(*point)).collect();
        hypervolume(&clipped, self.bad.map(|value| value + PAPER_MARGIN))
    }

    /// [`distinct_choices`] of scaled points on a grid of cells of `mu`; the worst value belongs to the last cell. Wu and Azarm 2001.
    #[must_use]
    pub fn distinct_choices(&self, points: &[Point], mu: f64) -> usize {
        let steps = (1.0 / mu).round().max(1.0);
        // In whole steps, so that 0.15 is not below three times 0.05, and 1 in the last one.
        let place = |value: f64| (value * steps + 1e-9).floor().min(steps - 1.0);
        let front = nondominated(points);
        let mut cells: Vec<[i64; 2]> =
            front.iter().map(|&i| self.scale(points[i]).map(|value| place(value) as i64)).collect();
        cells.sort_unstable();
        cells.dedup();
        cells.len()
    }

    /// [`distinct_choices`] on the paper's grid: cells of [`PAPER_MU`] in the units of the objectives, from [`PAPER_MARGIN`] below the best values.
    #[must_use]
    pub fn distinct_choices_paper(&self, points: &[Point]) -> usize {
        let front: Vec<Point> = nondominated(points).into_iter().map(|i| points[i]).collect();
        distinct_choices(&front, self.good.map(|value| value - PAPER_MARGIN), PAPER_MU)
    }
}
