use serde::Serialize;

/// How far numbers of two runs on different engines may be apart: `|a - b| <= absolute + relative * max(|a|, |b|)` for measured
/// numbers, and `|a - b| <= counts` for counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tolerance {
    /// Share of the larger number.
    pub relative: f64,
    /// For numbers near zero.
    pub absolute: f64,
    /// Of counts, such as common DEGs and response genes.
    pub counts: f64,
}

impl Tolerance {
    /// Between reports of the same version on engines that promise the same bits.
    pub const SAME_BITS: Self = Self { relative: 0.0, absolute: 0.0, counts: 0.0 };

    /// Between engines that round differently.
    pub const ROUNDED: Self = Self { relative: 0.01, absolute: 0.01, counts: 3.0 };

    /// Whether these two numbers are near enough.
    #[must_use]
    pub fn allows(&self, before: f64, after: f64, is_count: bool) -> bool {
        let apart = (before - after).abs();
        let most = if is_count { self.counts } else { self.absolute + self.relative * before.abs().max(after.abs()) };
        apart <= most
    }
}
