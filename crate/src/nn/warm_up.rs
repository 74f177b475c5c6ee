/// A learning rate that rises linearly from 0 and then stays: optimiser step `s`, counted from 0, is done at
/// `rate * min(s / steps, 1)`.
///
/// The first step is therefore done at rate 0 and only fills Adam's moments, as with PyTorch's `LambdaLR` of that factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// The learning rate after the warm-up.
    pub rate: f64,
    /// Steps until it is reached; 0 for no warm-up.
    pub steps: usize,
}

impl WarmUp {
    /// The learning rate of a step, counted from 0.
    #[must_use]
    pub fn at(self, step: usize) -> f64 {
        if step < self.steps { self.rate * step as f64 / self.steps as f64 } else { self.rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_linearly_and_stays() {
        let rates = |steps| [0, 1, 2, 3, 4, 1000].map(|step| WarmUp { rate: 0.4, steps }.at(step));
        for (found, expected) in rates(4).into_iter().zip([0.0, 0.1, 0.2, 0.3, 0.4, 0.4]) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert!(rates(0).iter().all(|&rate| (rate - 0.4).abs() < 1e-12));
    }
}
