use serde::Serialize;

/// How far numbers of two runs may be apart where the same bits are not promised: `|a - b| <= absolute + relative * max(|a|, |b|)`,
/// and `|a - b| <= counts` for counts.
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
    ///
    /// Chosen from runs on built-in data by the native program and by the wasm CPU engine, which differ in vector units and
    /// mathematical functions. Largest relative differences of anything in the reports, positions of t-SNE and UMAP aside:
    ///
    /// | what | largest |
    /// |---|---|
    /// | closed-form models | 4e-10 |
    /// | exploration of 600 and 1,500 cells | 2e-6 |
    /// | scGen (15 epochs), scVIDR (3 epochs) | 2e-6 |
    /// | FiLM-NB (8 epochs), with its counts drawn (2 epochs) | 1e-9; 2e-3, and 0.08 of an E-distance of 0.017 |
    /// | estimators of mutual information, 300 steps | 6e-4 |
    /// | a short front | 2e-5, and 0.01 of kBET, which counts few cells |
    /// | MTAE (25 epochs) | 0.016 |
    /// | scButterfly (40 epochs of adversarial training) | 0.19 of a top-20 R2, 0.03 of a loss |
    ///
    /// So the tolerance holds for what is computed or trained towards one end. Adversarial training is chaotic: a last bit leads to another
    /// end after some epochs, as another seed does, and no tolerance that says anything covers that. There the verdict is that the reports
    /// differ, and the table says where. In t-SNE and UMAP a last bit moves cells across the picture; their positions take no part.
    pub const ROUNDED: Self = Self { relative: 0.02, absolute: 0.005, counts: 3.0 };

    /// Whether these two numbers are near enough.
    #[must_use]
    pub fn allows(&self, before: f64, after: f64, is_count: bool) -> bool {
        let apart = (before - after).abs();
        let most = if is_count { self.counts } else { self.absolute + self.relative * before.abs().max(after.abs()) };
        apart <= most
    }
}
