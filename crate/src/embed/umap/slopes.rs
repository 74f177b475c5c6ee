//! The forces of UMAP as tables, because a power for each of some ten million pulls and pushes would take most of the time.

/// Points per doubling of the squared distance, as a power of 2. Between them the relative error is below 2e-4.
const POINTS: u32 = 6;
/// Squared distances below `2^LOWEST` have the slope there: the force goes to 0 with the distance.
const LOWEST: i32 = -40;
/// Squared distances above `2^HIGHEST` have the slope there.
const HIGHEST: i32 = 30;
/// Bits of a number below those that choose the point.
const REST: u32 = f64::MANTISSA_DIGITS - 1 - POINTS;

/// A function of the squared distance, linear between tabulated points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table(Vec<f64>);

impl Table {
    fn new(function: impl Fn(f64) -> f64) -> Self {
        let points = ((HIGHEST - LOWEST) as u64) << POINTS;
        Self((0..=points).map(|point| function(f64::from_bits(lowest() + (point << REST)))).collect())
    }

    /// The function at a squared distance, which is not negative.
    pub(super) fn at(&self, squared: f64) -> f64 {
        // The bits of positive numbers rise with them: the upper ones count points, the lower ones are linear in between.
        let offset = squared.to_bits().saturating_sub(lowest());
        let point = (offset >> REST) as usize;
        match self.0.get(point..point + 2) {
            Some(&[low, high]) => {
                let share = (offset & ((1 << REST) - 1)) as f64 / (1_u64 << REST) as f64;
                low + share * (high - low)
            }
            _ => self.0.last().copied().unwrap_or_default(),
        }
    }
}

fn lowest() -> u64 {
    2.0_f64.powi(LOWEST).to_bits()
}

/// Keeps the push finite between points in one place.
const CLOSE: f64 = 0.001;

/// What a difference of two points is multiplied by when a pull draws them together:
/// `-2 a b d^(2(b - 1)) / (1 + a d^(2b))`.
pub(super) fn pull((a, b): (f64, f64)) -> Table {
    Table::new(|squared| -2.0 * a * b * squared.powf(b - 1.0) / (1.0 + a * squared.powf(b)))
}

/// What it is multiplied by when one is pushed from the other: `2 b / ((0.001 + d^2) (1 + a d^(2b)))`.
pub(super) fn push((a, b): (f64, f64)) -> Table {
    Table::new(|squared| 2.0 * b / ((CLOSE + squared) * (1.0 + a * squared.powf(b))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_the_formulas() {
        let (a, b) = (1.5769, 0.8951);
        let (pull, push) = (pull((a, b)), push((a, b)));
        for i in 0..4000 {
            let squared = 1e-12 * 1.012_f64.powi(i);
            if squared > 1e9 {
                assert!(i > 3900);
                break;
            }
            let power = squared.powf(b);
            let expected = -2.0 * a * b * power / squared / (1.0 + a * power);
            assert!((pull.at(squared) / expected - 1.0).abs() < 2e-4, "pull at {squared}");
            let expected = 2.0 * b / ((0.001 + squared) * (1.0 + a * power));
            assert!((push.at(squared) / expected - 1.0).abs() < 2e-4, "push at {squared}");
        }
        assert!(pull.at(0.0).is_finite() && push.at(f64::MAX).is_finite() && push.at(f64::INFINITY).is_finite());
    }
}
