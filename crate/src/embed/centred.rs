//! The simplest correction of batches: every batch moved to the same middle.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2};

use super::EmbedError;
use super::neighbours::check_finite;

/// Principal components (`cells x components`) with the mean of each cell's batch taken away and the mean of all cells put
/// back: `x_i - mean(batch of i) + mean(all)`.
///
/// A baseline (`pca_centred` beside `pca`). It removes a shift that is the same for all cells of a batch and nothing else;
/// where batches hold other shares of the cell types, it moves cell types apart. No parameter, nothing learned.
///
/// Errors: another number of batches than cells, a value that is not finite.
pub fn centred_by_batch(scores: ArrayView2<f64>, batch: &[u32]) -> Result<Array2<f64>, EmbedError> {
    let (cells, components) = scores.dim();
    if batch.len() != cells {
        return Err(EmbedError::OtherCells { cells, embedded: batch.len() });
    }
    check_finite(scores)?;
    let mut sums: BTreeMap<u32, (usize, Array1<f64>)> = BTreeMap::new();
    let mut all = Array1::<f64>::zeros(components);
    for (row, &batch) in scores.outer_iter().zip(batch) {
        let (count, sum) = sums.entry(batch).or_insert_with(|| (0, Array1::zeros(components)));
        *count += 1;
        *sum += &row;
        all += &row;
    }
    let shifts: BTreeMap<u32, Array1<f64>> =
        sums.into_iter().map(|(batch, (count, sum))| (batch, &all / cells as f64 - sum / count as f64)).collect();
    let mut centred = scores.to_owned();
    for (mut row, batch) in centred.outer_iter_mut().zip(batch) {
        row += &shifts[batch];
    }
    Ok(centred)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Axis, array};

    #[test]
    fn a_shift_of_a_batch_is_removed_and_nothing_else() {
        // Batch 9 is batch 4 moved by (10, -2); its mean is (2, 1) + that.
        let scores = array![[1.0, 0.0], [3.0, 2.0], [11.0, -2.0], [13.0, 0.0]];
        let centred = centred_by_batch(scores.view(), &[4, 4, 9, 9]).unwrap();
        assert_eq!(centred, array![[6.0, -1.0], [8.0, 1.0], [6.0, -1.0], [8.0, 1.0]]);
        assert_eq!(centred.mean_axis(Axis(0)), scores.mean_axis(Axis(0)));
        let one = centred_by_batch(scores.view(), &[4; 4]).unwrap();
        assert_eq!(one, scores);
    }

    #[test]
    fn bad_input_is_named() {
        let scores = array![[1.0], [f64::NAN]];
        assert_eq!(centred_by_batch(scores.view(), &[0]).unwrap_err().code(), "embed_other_cells");
        assert_eq!(centred_by_batch(scores.view(), &[0, 1]).unwrap_err().code(), "embed_not_finite");
        assert_eq!(centred_by_batch(Array2::zeros((0, 3)).view(), &[]).unwrap().dim(), (0, 3));
    }
}
