/// What the two objectives are scaled by: from the best that one end of the front reaches to what the other end leaves.
///
/// The end that only minimises the generative loss U gives the least U and the largest V, the end that only minimises the
/// batch-effect measure V the least V and the largest U. The paper takes the least and largest minibatch value of each
/// end's own run, which is mostly the noise of minibatches; by default these are running means.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// Share of a new value in a running mean.
    rate: f64,
    extremes: bool,
    /// V of the end without the measure when this began: what scVI leaves.
    first: Option<f64>,
    /// `[least, largest]` of U and of V.
    bounds: Option<[[f64; 2]; 2]>,
}

impl Ranges {
    /// Running means over about `smoothing` steps.
    #[must_use]
    pub fn running(smoothing: f64) -> Self {
        Self { rate: 1.0 / smoothing, extremes: false, first: None, bounds: None }
    }

    /// The paper's: least and largest U of the end that minimises U, and least and largest V of the one that minimises V.
    #[must_use]
    pub fn of_minibatches() -> Self {
        Self { rate: 1.0, extremes: true, first: None, bounds: None }
    }

    /// Takes the minibatch losses `[U, V]` of the end without the measure and of the end with nothing else.
    pub fn update(&mut self, biology: [f64; 2], batch: [f64; 2]) {
        if self.extremes {
            let [u, v] = self.bounds.unwrap_or([[biology[0]; 2], [batch[1]; 2]]);
            let wider = |[least, largest]: [f64; 2], value: f64| [least.min(value), largest.max(value)];
            self.bounds = Some([wider(u, biology[0]), wider(v, batch[1])]);
            return;
        }
        self.first.get_or_insert(biology[1]);
        let new = [[biology[0], batch[0]], [batch[1], biology[1]]];
        let old = self.bounds.unwrap_or(new);
        let mean = |objective: usize, end: usize| {
            let (old, new): (f64, f64) = (old[objective][end], new[objective][end]);
            old + self.rate * (new - old)
        };
        self.bounds = Some([[mean(0, 0), mean(0, 1)], [mean(1, 0), mean(1, 1)]]);
    }

    /// `[U, V]` scaled: 0 is the best of either, 1 what the other end leaves. Never below a thousandth: cones are drawn in
    /// the first quadrant.
    #[must_use]
    pub fn scaled(&self, losses: [f64; 2]) -> [f64; 2] {
        const LEAST: f64 = 1e-3;
        let Some(bounds) = self.bounds else { return losses };
        let spans = self.spans();
        [0, 1].map(|i: usize| ((losses[i] - bounds[i][0]) / spans[i]).max(LEAST))
    }

    /// The widths of both ranges: never less than a twentieth of U and half of the V that scVI had at first, so that ends
    /// which have not parted yet, or cannot, do not make noise large.
    #[must_use]
    pub fn spans(&self) -> [f64; 2] {
        const LEAST: f64 = 1e-3;
        let Some([u, v]) = self.bounds else { return [1.0; 2] };
        if self.extremes {
            return [u, v].map(|[least, largest]| (largest - least).max(LEAST));
        }
        [(u[1] - u[0]).max(0.05 * u[0].abs()).max(LEAST), (v[1] - v[0]).max(0.5 * self.first.unwrap_or(0.0)).max(0.01)]
    }

    /// `[[least U, largest U], [least V, largest V]]`, once there are any.
    #[must_use]
    pub fn bounds(&self) -> Option<[[f64; 2]; 2]> {
        self.bounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_0_and_1() {
        let mut ranges = Ranges::running(10.0);
        for _ in 0..100 {
            ranges.update([300.0, 0.6], [500.0, 0.1]);
        }
        assert_eq!(ranges.scaled([300.0, 0.6]).map(|v| (v * 1e3).round() as i64), [1, 1000]);
        assert_eq!(ranges.scaled([500.0, 0.1]).map(|v| (v * 1e3).round() as i64), [1000, 1]);
        assert!((ranges.scaled([400.0, 0.35])[0] - 0.5).abs() < 1e-9);
    }

    #[test]
    fn those_of_the_paper_are_of_each_ends_own_minibatches() {
        let mut ranges = Ranges::of_minibatches();
        ranges.update([310.0, 0.6], [500.0, 0.1]);
        ranges.update([300.0, 0.7], [600.0, -0.1]);
        assert_eq!(ranges.bounds(), Some([[300.0, 310.0], [-0.1, 0.1]]));
    }
}
