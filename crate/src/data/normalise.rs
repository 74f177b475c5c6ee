//! `normalize_total` and `log1p`.

use super::Csr;

/// Scales every cell to the same total and takes logarithms: `ln(1 + count * target_sum / library size)`.
///
/// `counts` is cells x genes, and so is the result; a cell without counts stays empty. `log1p` false leaves the
/// logarithm out. Single precision in the order of operations of scanpy's `pp.normalize_total` and `pp.log1p`.
#[must_use]
pub fn normalise(counts: &Csr, target_sum: f64, log1p: bool) -> Csr {
    let factors: Vec<f32> = counts.row_sums().iter().map(|&sum| sum as f32 / target_sum as f32).collect();
    map_rows(counts, |i, value| {
        let scaled = if factors[i] > 0.0 { value / factors[i] } else { value };
        if log1p { scaled.ln_1p() } else { scaled }
    })
}

/// The matrix with `ln(1 + value)` for every value.
pub(super) fn log1p_only(matrix: &Csr) -> Csr {
    map_rows(matrix, |_, value| value.ln_1p())
}

/// Median of the library sizes above zero (scanpy's target where none is given); 1 where all cells are empty.
pub(super) fn median_library_size(row_sums: impl IntoIterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = row_sums.into_iter().filter(|&sum| sum > 0.0).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    match sizes.len() {
        0 => 1.0,
        n if n % 2 == 1 => sizes[n / 2],
        n => f64::midpoint(sizes[n / 2 - 1], sizes[n / 2]),
    }
}

fn map_rows(matrix: &Csr, f: impl Fn(usize, f32) -> f32) -> Csr {
    let mut mapped = matrix.clone();
    let (indptr, _, _) = matrix.parts();
    let values = mapped.values_mut();
    for i in 0..matrix.n_rows() {
        for value in &mut values[indptr[i]..indptr[i + 1]] {
            *value = f(i, *value);
        }
    }
    mapped
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exact values are meant")]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn cells_are_scaled_to_the_target_and_logged() {
        let counts = Csr::from_dense(&array![[1.0, 3.0], [0.0, 0.0], [10.0, 0.0]]);
        let scaled = normalise(&counts, 8.0, false).to_dense();
        assert_eq!(scaled, array![[2.0, 6.0], [0.0, 0.0], [8.0, 0.0]]);
        let logged = normalise(&counts, 8.0, true).to_dense();
        assert_eq!(logged, scaled.mapv(f32::ln_1p));
    }

    #[test]
    fn the_median_ignores_empty_cells() {
        assert_eq!(median_library_size([0.0, 3.0, 1.0, 8.0, 2.0]), 2.5);
        assert_eq!(median_library_size([0.0]), 1.0);
    }
}
