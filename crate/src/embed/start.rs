//! Where the cells of a picture start: on their first two principal components.

use ndarray::{Array2, ArrayView2};
use rand_distr::{Distribution, StandardNormal};

use super::{EmbedError, Pca, neighbours};
use crate::random::{self, Stream};

/// Cells in units of the largest value, around their mean, so that no square is too large or too small for a number.
///
/// Neither t-SNE nor UMAP depends on unit and origin.
pub(super) fn centred(scores: ArrayView2<f64>) -> Result<Array2<f64>, EmbedError> {
    neighbours::check_finite(scores)?;
    let largest = scores.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let mut x = scores.mapv(|value| if largest > 0.0 { value / largest } else { 0.0 });
    for mut column in x.columns_mut() {
        let mean = column.sum() / column.len().max(1) as f64;
        column.mapv_inplace(|value| value - mean);
    }
    Ok(x)
}

/// Coordinates on the first two principal components, divided by `unit(coordinates on the first)`, with normal noise of
/// standard deviation `noise`.
///
/// The noise is what the seed decides. It also parts cells that are equal, and fills components that the data do not have.
pub(super) fn principal_plane(
    centred: ArrayView2<f64>,
    seed: u64,
    purpose: &str,
    noise: f64,
    unit: impl Fn(&[[f64; 2]]) -> f64,
) -> Result<Vec<[f64; 2]>, EmbedError> {
    let single = centred.mapv(|value| value as f32);
    let scores = Pca::fit(single.view(), 2, seed)?.transform(single.view())?;
    let mut plane = vec![[0.0; 2]; centred.nrows()];
    for (point, scores) in plane.iter_mut().zip(scores.outer_iter()) {
        for (value, &score) in point.iter_mut().zip(scores) {
            *value = score;
        }
    }
    let unit = unit(&plane);
    let mut rng: Stream = random::stream(seed, purpose);
    for value in plane.as_flattened_mut() {
        let drawn: f64 = StandardNormal.sample(&mut rng);
        *value = if unit > 0.0 { *value / unit } else { 0.0 } + noise * drawn;
    }
    Ok(plane)
}
