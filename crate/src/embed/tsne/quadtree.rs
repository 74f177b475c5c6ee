//! Repulsion between all points of the plane by Barnes and Hut's approximation (van der Maaten 2014).

/// Bits of a grid coordinate, hence the deepest level of the tree.
const LEVELS: u32 = 26;
/// A square with no more points than this is not divided.
const LEAF: usize = 6;

/// A square of the plane with at least one point.
#[derive(Clone, Copy, Debug)]
struct Square {
    /// Mean of its points.
    centre: [f64; 2],
    /// Number of its points.
    count: f64,
    /// Side, squared.
    side_squared: f64,
    /// The square that follows when this one is not entered; squares are stored depth first.
    next: usize,
    /// Its points in Morton order if it is not divided, else empty.
    points: (usize, usize),
}

/// A quadtree over points of the plane. Its memory is kept from one `build` to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct QuadTree {
    squares: Vec<Square>,
    /// Morton code and row of every point, by rising code.
    order: Vec<(u64, usize)>,
    /// The points in that order.
    points: Vec<[f64; 2]>,
}

impl QuadTree {
    /// Makes the tree of these points.
    pub(super) fn build(&mut self, points: &[[f64; 2]]) {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let side = (high[0] - low[0]).max(high[1] - low[1]);
        let scale = if side > 0.0 { f64::from((1_u32 << LEVELS) - 1) / side } else { 0.0 };
        let grid = |point: &[f64; 2], axis: usize| spread(((point[axis] - low[axis]) * scale) as u32);
        self.order.clear();
        self.order.extend(points.iter().enumerate().map(|(i, point)| (grid(point, 0) | grid(point, 1) << 1, i)));
        self.order.sort_unstable();
        self.points.clear();
        self.points.extend(self.order.iter().map(|&(_, i)| points[i]));
        self.squares.clear();
        if !points.is_empty() {
            self.divide(0, points.len(), LEVELS, side * side);
        }
    }

    /// Appends the square of the points `from..to`, in Morton order, and those inside; `levels` are left below it.
    fn divide(&mut self, from: usize, to: usize, levels: u32, side_squared: f64) {
        let at = self.squares.len();
        let count = (to - from) as f64;
        let leaf = to - from <= LEAF || levels == 0;
        let points = if leaf { (from, to) } else { (0, 0) };
        self.squares.push(Square { centre: [0.0; 2], count, side_squared, next: 0, points });
        let mut sum = [0.0; 2];
        if leaf {
            for point in &self.points[from..to] {
                sum[0] += point[0];
                sum[1] += point[1];
            }
        } else {
            let mut start = from;
            for quadrant in 0..4 {
                let inside = |&(code, _): &(u64, usize)| (code >> (2 * levels - 2)) & 3 <= quadrant;
                let end = start + self.order[start..to].partition_point(inside);
                if end > start {
                    let child = self.squares.len();
                    self.divide(start, end, levels - 1, side_squared / 4.0);
                    let child = self.squares[child];
                    sum[0] += child.centre[0] * child.count;
                    sum[1] += child.centre[1] * child.count;
                }
                start = end;
            }
        }
        self.squares[at].centre = [sum[0] / count, sum[1] / count];
        self.squares[at].next = self.squares.len();
    }

    /// Sets `into[i]` to the sum over the other points j of `q^2 (y_i - y_j)` with `q = 1 / (1 + |y_i - y_j|^2)`, and returns
    /// the sum of `q` over all ordered pairs.
    ///
    /// A square whose side is below `theta` times its distance counts as one point; `theta` below 0.7 makes sure that no
    /// square that holds the point itself does.
    pub(super) fn repulsion(&self, theta: f64, into: &mut [[f64; 2]]) -> f64 {
        let theta_squared = theta * theta;
        let mut total = 0.0;
        for (own, (&(_, i), &[x, y])) in self.order.iter().zip(&self.points).enumerate() {
            let (mut force, mut sum) = ([0.0; 2], 0.0);
            let mut at = 0;
            while let Some(square) = self.squares.get(at) {
                let (dx, dy) = (x - square.centre[0], y - square.centre[1]);
                let squared = dx * dx + dy * dy;
                let (from, to) = square.points;
                if square.side_squared < theta_squared * squared {
                    let q = 1.0 / (1.0 + squared);
                    let weight = square.count * q;
                    sum += weight;
                    force[0] += weight * q * dx;
                    force[1] += weight * q * dy;
                    at = square.next;
                } else if from < to {
                    for (other, &[px, py]) in (from..to).zip(&self.points[from..to]) {
                        // Not left to the force being 0: its q of 1 would drown those of far points.
                        if other == own {
                            continue;
                        }
                        let (dx, dy) = (x - px, y - py);
                        let q = 1.0 / (1.0 + (dx * dx + dy * dy));
                        sum += q;
                        force[0] += q * q * dx;
                        force[1] += q * q * dy;
                    }
                    at = square.next;
                } else {
                    at += 1;
                }
            }
            into[i] = force;
            total += sum;
        }
        total
    }
}

/// Puts a 0 between the bits of a number.
fn spread(value: u32) -> u64 {
    let mut bits = u64::from(value);
    for (shift, mask) in [
        (16, 0x0000_FFFF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        bits = (bits | (bits << shift)) & mask;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a spiral, some of them twice.
    fn points() -> Vec<[f64; 2]> {
        (0..200)
            .map(|i| f64::from(i - i % 10 / 9))
            .map(|t| [t.sqrt() * (t * 0.3).cos(), t.sqrt() * (t * 0.3).sin()])
            .collect()
    }

    fn all_pairs(points: &[[f64; 2]]) -> (Vec<[f64; 2]>, f64) {
        let (mut forces, mut total) = (vec![[0.0; 2]; points.len()], 0.0);
        for (i, a) in points.iter().enumerate() {
            for (j, b) in points.iter().enumerate().filter(|&(j, _)| j != i) {
                let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
                let q = 1.0 / (1.0 + dx * dx + dy * dy);
                total += q;
                forces[i] = [forces[i][0] + q * q * dx, forces[i][1] + q * q * dy];
                assert_ne!(i, j);
            }
        }
        (forces, total)
    }

    #[test]
    fn without_approximation_it_is_the_sum_over_all_pairs() {
        let points = points();
        let (expected, total) = all_pairs(&points);
        let mut tree = QuadTree::default();
        let mut forces = vec![[0.0; 2]; points.len()];
        // A second build must leave nothing of the first.
        for input in [&points[..50], &points[..]] {
            tree.build(input);
        }
        assert!((tree.repulsion(0.0, &mut forces) / total - 1.0).abs() < 1e-12);
        for (found, expected) in forces.iter().zip(&expected) {
            assert!((found[0] - expected[0]).hypot(found[1] - expected[1]) < 1e-12);
        }
        assert!((tree.repulsion(0.5, &mut forces) / total - 1.0).abs() < 1e-2);
        let error: f64 = forces.iter().zip(&expected).map(|(f, e)| (f[0] - e[0]).hypot(f[1] - e[1])).sum();
        let size: f64 = expected.iter().map(|e| e[0].hypot(e[1])).sum();
        assert!(error < 0.03 * size && error > 0.0, "{error} of {size}");
    }

    #[test]
    fn far_points_are_not_lost_in_rounding() {
        let mut tree = QuadTree::default();
        tree.build(&[[0.0, 0.0], [3e9, 4e9]]);
        let mut forces = [[0.0; 2]; 2];
        assert!((tree.repulsion(0.5, &mut forces) / (2.0 / 25e18) - 1.0).abs() < 1e-9);
        assert!((forces[1][1] / (4e9 / 625e36) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn points_in_one_place_have_no_force() {
        let mut tree = QuadTree::default();
        tree.build(&[[2.0, -3.0]; 20]);
        let mut forces = [[1.0; 2]; 20];
        assert!((tree.repulsion(0.5, &mut forces) - 380.0).abs() < 1e-12);
        assert!(forces.iter().all(|force| force[0].abs() + force[1].abs() < 1e-300));
    }
}
