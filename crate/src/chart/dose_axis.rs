//! The axis of doses: logarithmic, with the control (dose 0) left of a visible break.

use super::axis::Scale;
use super::format::number;
use super::scene::HAlign;
use super::sketch::{Area, Sketch};

/// Doses to CSS pixels.
pub struct DoseAxis {
    /// The doses that occur, rising.
    doses: Vec<f64>,
    zero: Option<f64>,
    /// Where the axis is broken.
    gap: Option<f64>,
    scale: Option<Scale>,
    domain: (f64, f64),
}

impl DoseAxis {
    /// An axis from `left` to `right` for these doses; what is negative or not finite is left out.
    pub fn new(doses: impl IntoIterator<Item = f64>, (left, right): (f64, f64)) -> Self {
        let mut doses: Vec<f64> = doses.into_iter().filter(|dose| dose.is_finite() && *dose >= 0.0).collect();
        doses.sort_by(f64::total_cmp);
        doses.dedup();
        let positive: Vec<f64> = doses.iter().copied().filter(|dose| *dose > 0.0).collect();
        let inset = ((right - left) * 0.04).clamp(2.0, 12.0);
        let (mut from, to) = (left + inset, right - inset);
        let has_zero = doses.first() == Some(&0.0);
        let mut gap = None;
        let zero = has_zero.then_some(from);
        if let (Some(zero), Some(_)) = (zero, positive.first()) {
            // The control stands as far off as a step of doses, but far enough for the break.
            from = zero + ((to - zero) / doses.len() as f64).clamp(24.0, 60.0);
            gap = Some(f64::midpoint(zero, from));
        }
        let domain = match (positive.first(), positive.last()) {
            (Some(low), Some(high)) if low < high => (*low, *high),
            (Some(only), _) => (only / 10.0, only * 10.0),
            _ => (1.0, 10.0),
        };
        let scale = (!positive.is_empty()).then(|| Scale::new(domain, (from, to.max(from + 1.0)), true));
        let zero = if scale.is_none() { zero.map(|_| f64::midpoint(left, right)) } else { zero };
        Self { doses, zero, gap, scale, domain }
    }

    /// Where a dose stands; `None` beyond the doses that occur.
    pub fn px(&self, dose: f64) -> Option<f64> {
        if dose == 0.0 {
            return self.zero;
        }
        let inside = dose >= self.domain.0 * 0.999 && dose <= self.domain.1 * 1.001;
        self.scale.filter(|_| inside).map(|scale| scale.px(dose))
    }

    /// Where a dose stands, held within the axis; for the ends of intervals.
    pub fn held(&self, dose: f64) -> Option<f64> {
        self.scale.map(|scale| scale.px(dose.clamp(self.domain.0, self.domain.1)))
    }

    /// The axis line with its break, a tick at every dose, and as many labels as fit below `area`.
    pub fn draw(&self, sketch: &mut Sketch, area: Area) {
        let (grid, muted, y) = (sketch.theme.grid, sketch.theme.muted, area.bottom);
        let ink = sketch.note(HAlign::Centre);
        match self.gap {
            None => sketch.line((area.left, y), (area.right, y), muted, 1.0),
            Some(gap) => {
                sketch.line((area.left, y), (gap - 3.0, y), muted, 1.0);
                sketch.line((gap + 3.0, y), (area.right, y), muted, 1.0);
                for x in [gap - 3.0, gap + 3.0] {
                    sketch.line((x - 2.5, y + 5.0), (x + 2.5, y - 5.0), muted, 1.5);
                }
            }
        }
        let ticks: Vec<(f64, f64)> = self.doses.iter().filter_map(|dose| Some((*dose, self.px(*dose)?))).collect();
        for (_, x) in &ticks {
            sketch.line((*x, area.top), (*x, y), grid, 1.0);
            sketch.line((*x, y), (*x, y + 4.0), muted, 1.0);
        }
        let mut order: Vec<usize> = (0..ticks.len()).collect();
        order.sort_by_key(|at| self.rank(ticks[*at].0));
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for at in order {
            let (dose, x) = ticks[at];
            let label = number(dose);
            let half = sketch.width(&label, ink) / 2.0 + 3.0;
            if taken.iter().all(|(left, right)| x + half <= *left || x - half >= *right) {
                taken.push((x - half, x + half));
                sketch.text(x, y + 6.0 + ink.size * 0.6, &label, ink);
            }
        }
    }

    /// Which label is kept first: the ends, then powers of ten, then the others.
    fn rank(&self, dose: f64) -> u8 {
        let power = dose.log10();
        if dose <= self.domain.0 || dose >= self.domain.1 {
            0
        } else if (power - power.round()).abs() < 1e-6 {
            1
        } else {
            2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_stands_left_of_the_break() {
        let axis = DoseAxis::new([30.0, 0.0, 0.01, 1.0, f64::NAN, -1.0], (0.0, 400.0));
        let places: Vec<f64> = [0.0, 0.01, 1.0, 30.0].iter().map(|dose| axis.px(*dose).unwrap()).collect();
        assert!(places.windows(2).all(|pair| pair[0] + 20.0 < pair[1]), "{places:?}");
        assert!(axis.gap.unwrap() > places[0] && axis.gap.unwrap() < places[1]);
        assert_eq!((axis.px(100.0), axis.px(-1.0), axis.px(f64::NAN)), (None, None, None));
        assert_eq!(axis.held(100.0), axis.px(30.0));
    }

    #[test]
    fn one_dose_stands_in_the_middle_and_no_dose_nowhere() {
        assert!((DoseAxis::new([3.0], (0.0, 100.0)).px(3.0).unwrap() - 50.0).abs() < 1e-9);
        assert!((DoseAxis::new([0.0], (0.0, 100.0)).px(0.0).unwrap() - 50.0).abs() < 1e-9);
        assert_eq!(DoseAxis::new([], (0.0, 100.0)).px(3.0), None);
    }
}
