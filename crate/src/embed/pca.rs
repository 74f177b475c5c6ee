//! Principal component analysis, exact.

use nalgebra::DMatrix;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};

use super::EmbedError;
use crate::numeric::lanczos::{self, Wanted};
use crate::random;

/// Up to this many cells or genes, the whole decomposition is computed.
const SMALL: usize = 200;
/// A variance below this share of the largest is rounding noise, and its direction is arbitrary.
const NO_VARIANCE: f64 = 1e-12;
/// Residual of a component, as a share of the largest eigenvalue.
const TOLERANCE: f64 = 1e-10;
/// Rows that are multiplied at once.
const ROWS: usize = 4;

/// Principal components of a group of cells.
///
/// The same as scikit-learn's `PCA(svd_solver="full")` and scanpy's `pp.pca`, also in sign: the entry of a component with
/// the largest absolute value is positive (`svd_flip(u_based_decision=False)`; other versions may differ in sign).
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// Mean of every gene over the cells of the fit (`genes`).
    pub mean: Array1<f64>,
    /// Unit vectors (`components x genes`), by falling variance.
    pub components: Array2<f64>,
    /// Variance of the cells of the fit along each component, ddof 1 (`components`).
    pub explained_variance: Array1<f64>,
    /// The same as a share of the variance of all genes (`components`).
    pub explained_variance_ratio: Array1<f64>,
}

impl Pca {
    /// Fits `min(k, cells - 1, genes)` components to `x` (`cells x genes`).
    ///
    /// Components without variance are left out, because their direction is arbitrary; so there are fewer than that if
    /// the cells span fewer dimensions (none at all if all cells are equal). The seed draws the start vector of the
    /// iteration; the result depends on it only by rounding.
    ///
    /// Errors: fewer than 2 cells, no gene, `k = 0`, a value that is not finite.
    pub fn fit(x: ArrayView2<f32>, k: usize, seed: u64) -> Result<Self, EmbedError> {
        let (cells, genes) = x.dim();
        if cells < 2 || genes == 0 {
            return Err(EmbedError::TooFewCells { cells, genes });
        }
        if k == 0 {
            return Err(EmbedError::NoComponents);
        }
        check_finite(x)?;
        let mean = gene_means(x);
        let degrees = (cells - 1) as f64;
        let total = sum_of_squares(x, &mean) / degrees;
        let rank = (cells - 1).min(genes);
        let k = k.min(rank);
        let (values, mut vectors) = if rank <= SMALL {
            decompose(x, &mean, k)
        } else {
            let operator = CentredGram { x: x.as_standard_layout(), mean: &mean };
            let mut rng = random::stream(seed, "embed/pca");
            let wanted = Wanted { k, by_magnitude: false, tolerance: TOLERANCE };
            lanczos::outermost(genes, wanted, rank, &mut rng, |v, w| operator.apply(v, w))
        };
        // Rounding in sums of squares of the means, for cells that are all equal.
        let largest = values.first().copied().unwrap_or_default();
        let floor = (NO_VARIANCE * largest).max(1e-20 * mean.dot(&mean));
        let kept = values.iter().take_while(|&&value| value > floor).count();
        vectors.truncate(kept);
        let mut components = Array2::zeros((kept, genes));
        for (mut component, vector) in components.outer_iter_mut().zip(&mut vectors) {
            orient(vector);
            component.assign(&ndarray::ArrayView1::from(vector.as_slice()));
        }
        let explained_variance: Array1<f64> = values[..kept].iter().map(|value| value / degrees).collect();
        let explained_variance_ratio = &explained_variance / total;
        Ok(Self { mean, components, explained_variance, explained_variance_ratio })
    }

    /// Coordinates of cells (`cells x genes`) on the components (`cells x components`).
    ///
    /// Errors: another number of genes than the fit had, a value that is not finite.
    pub fn transform(&self, x: ArrayView2<f32>) -> Result<Array2<f64>, EmbedError> {
        if x.ncols() != self.mean.len() {
            return Err(EmbedError::ShapeMismatch { expected: self.mean.len(), found: x.ncols() });
        }
        check_finite(x)?;
        let mut scores = Array2::zeros((x.nrows(), self.components.nrows()));
        // A block of rows at a time, so that no second copy of the cells is made.
        for start in (0..x.nrows()).step_by(64) {
            let rows = Slice::from(start..(start + 64).min(x.nrows()));
            let centred = x.slice_axis(Axis(0), rows).mapv(f64::from) - &self.mean;
            scores.slice_axis_mut(Axis(0), rows).assign(&centred.dot(&self.components.t()));
        }
        Ok(scores)
    }

    /// Cells (`cells x genes`) from their coordinates on the components (`cells x components`); what the components do not
    /// carry is lost.
    ///
    /// Errors: another number of components than the fit has.
    pub fn inverse_transform(&self, scores: ArrayView2<f64>) -> Result<Array2<f32>, EmbedError> {
        if scores.ncols() != self.components.nrows() {
            return Err(EmbedError::ShapeMismatch { expected: self.components.nrows(), found: scores.ncols() });
        }
        Ok((scores.dot(&self.components) + &self.mean).mapv(|value| value as f32))
    }
}

fn check_finite(x: ArrayView2<f32>) -> Result<(), EmbedError> {
    for (row, values) in x.outer_iter().enumerate() {
        if let Some(column) = values.iter().position(|value| !value.is_finite()) {
            return Err(EmbedError::NotFinite { row, column, value: values[column] });
        }
    }
    Ok(())
}

fn gene_means(x: ArrayView2<f32>) -> Array1<f64> {
    let mut mean = Array1::zeros(x.ncols());
    for row in x.outer_iter() {
        mean.zip_mut_with(&row, |sum, &value| *sum += f64::from(value));
    }
    mean / x.nrows() as f64
}

fn sum_of_squares(x: ArrayView2<f32>, mean: &Array1<f64>) -> f64 {
    x.outer_iter().map(|row| row.iter().zip(mean).map(|(&v, m)| (f64::from(v) - m).powi(2)).sum::<f64>()).sum()
}

/// Largest eigenpairs of the centred Gram matrix of the genes, through the smaller of the two Gram matrices.
fn decompose(x: ArrayView2<f32>, mean: &Array1<f64>, k: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (cells, genes) = x.dim();
    let centred = x.mapv(f64::from) - mean;
    let gram = if genes <= cells { centred.t().dot(&centred) } else { centred.dot(&centred.t()) };
    let size = gram.nrows();
    let (values, vectors) = lanczos::sorted_eigen(DMatrix::from_fn(size, size, |i, j| gram[(i, j)]));
    let vector = |column: usize| {
        let vector: Array1<f64> = vectors.column(column).iter().copied().collect();
        let vector = if genes <= cells { vector } else { vector.dot(&centred) };
        let length = vector.dot(&vector).sqrt();
        if length > 0.0 { (vector / length).to_vec() } else { vec![0.0; genes] }
    };
    (values[..k].to_vec(), (0..k).map(vector).collect())
}

/// Turns a component so that its entry with the largest absolute value (the first of them) is positive.
fn orient(vector: &mut [f64]) {
    let largest =
        vector.iter().fold(0.0_f64, |largest, &value| if value.abs() > largest.abs() { value } else { largest });
    if largest < 0.0 {
        for value in vector {
            *value = -*value;
        }
    }
}

/// The operator `(x - mean)^T (x - mean)`, from one pass over `x`.
struct CentredGram<'a> {
    x: ndarray::CowArray<'a, f32, ndarray::Ix2>,
    mean: &'a Array1<f64>,
}

impl CentredGram<'_> {
    fn apply(&self, v: &[f64], w: &mut [f64]) {
        w.fill(0.0);
        let offset: f64 = self.mean.iter().zip(v).map(|(mean, v)| mean * v).sum();
        let mut total = 0.0;
        for rows in self.x.axis_chunks_iter(Axis(0), ROWS) {
            let mut projections = [0.0; ROWS];
            for (projection, row) in projections.iter_mut().zip(rows.outer_iter()) {
                *projection = row.to_slice().map_or(0.0, |row| dot_f32(row, v)) - offset;
                total += *projection;
            }
            add_rows(w, rows, projections);
        }
        for (w, mean) in w.iter_mut().zip(self.mean) {
            *w -= total * mean;
        }
    }
}

/// `w += projections^T rows`; a chunk with fewer rows adds them one by one.
fn add_rows(w: &mut [f64], rows: ArrayView2<f32>, projections: [f64; ROWS]) {
    let slices: Vec<&[f32]> = rows.outer_iter().filter_map(|row| row.to_slice()).collect();
    if let [a, b, c, d] = slices[..] {
        for ((((w, &a), &b), &c), &d) in w.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *w += (projections[0] * f64::from(a) + projections[1] * f64::from(b))
                + (projections[2] * f64::from(c) + projections[3] * f64::from(d));
        }
        return;
    }
    for (row, projection) in slices.into_iter().zip(projections) {
        for (w, &value) in w.iter_mut().zip(row) {
            *w += projection * f64::from(value);
        }
    }
}

/// Dot product in eight lanes.
fn dot_f32(x: &[f32], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut lanes = [0.0; 8];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..8 {
            lanes[lane] += f64::from(x[lane]) * y[lane];
        }
    }
    lanes.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(&x, y)| f64::from(x) * y).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// `n` cells in `rank` dimensions of `genes`.
    fn flat(n: usize, genes: usize, rank: usize) -> Array2<f32> {
        let number = |a: usize, b: usize| ((a * 7919 + b * 104_729 + a * b * 31) % 1009) as f32 / 1009.0;
        let (left, right) = (
            Array2::from_shape_fn((n, rank), |(i, f)| number(i, f)),
            Array2::from_shape_fn((rank, genes), |(f, j)| number(j, f + 50)),
        );
        left.dot(&right)
    }

    #[test]
    fn the_direction_of_two_cells_is_found_with_its_sign() {
        let pca = Pca::fit(array![[1.0_f32, 5.0], [4.0, 1.0]].view(), 5, 1).unwrap();
        assert_eq!(pca.components.dim(), (1, 2));
        assert!((pca.components[(0, 1)] - 0.8).abs() < 1e-12 && (pca.components[(0, 0)] + 0.6).abs() < 1e-12);
        assert!(
            (pca.explained_variance[0] - 12.5).abs() < 1e-12 && (pca.explained_variance_ratio[0] - 1.0).abs() < 1e-12
        );
        let scores = pca.transform(array![[4.0_f32, 1.0], [2.5, 3.0]].view()).unwrap();
        assert!((scores[(0, 0)] + 2.5).abs() < 1e-12 && scores[(1, 0)].abs() < 1e-12);
    }

    #[test]
    fn components_without_variance_are_left_out() {
        for (n, genes) in [(30, 40), (230, 240)] {
            let equal = Pca::fit(Array2::from_elem((n, genes), 0.1_f32).view(), 10, 1).unwrap();
            assert_eq!(equal.components.dim(), (0, genes));
            assert_eq!(equal.transform(flat(3, genes, 2).view()).unwrap().dim(), (3, 0));
            // Products rounded to f32 are noise of 1e-7; the fourth component is already that.
            let pca = Pca::fit(flat(n, genes, 3).view(), 10, 1).unwrap();
            assert!(pca.explained_variance[2] > 1e-3);
            assert!(pca.explained_variance.iter().skip(3).all(|&variance| variance < 1e-10));
        }
    }

    #[test]
    fn equal_variances_in_all_directions_are_found() {
        let pca = Pca::fit(Array2::<f32>::eye(220).view(), 40, 1).unwrap();
        assert_eq!(pca.components.nrows(), 40);
        assert!(pca.explained_variance.iter().all(|variance| (variance * 219.0 - 1.0).abs() < 1e-9));
    }

    #[test]
    fn the_iteration_and_the_whole_decomposition_agree_and_do_not_depend_on_the_seed() {
        let x = flat(230, 240, 60);
        let mean = gene_means(x.view());
        let (values, vectors) = decompose(x.view(), &mean, 20);
        for seed in [1, 2] {
            let pca = Pca::fit(x.view(), 20, seed).unwrap();
            for i in 0..20 {
                assert!((pca.explained_variance[i] * 229.0 / values[i] - 1.0).abs() < 1e-8);
                let cosine = pca.components.row(i).dot(&Array1::from(vectors[i].clone()));
                assert!((cosine.abs() - 1.0).abs() < 1e-8, "component {i}: {cosine}");
            }
        }
        // A transposed view has another memory layout and the same components.
        let turned = x.t().to_owned();
        assert_eq!(Pca::fit(turned.t(), 20, 1).unwrap(), Pca::fit(x.view(), 20, 1).unwrap());
    }

    #[test]
    fn bad_input_is_named() {
        let x = array![[1.0_f32, 5.0], [4.0, f32::INFINITY]];
        let error = Pca::fit(x.view(), 2, 1).unwrap_err();
        assert_eq!(error.to_string(), "the cells to embed hold inf in row 1, column 1");
        let x = array![[1.0_f32, 5.0], [4.0, 2.0]];
        assert_eq!(Pca::fit(x.view(), 0, 1).unwrap_err(), EmbedError::NoComponents);
        let one = x.slice_axis(Axis(0), (0..1).into());
        assert_eq!(Pca::fit(one, 2, 1).unwrap_err(), EmbedError::TooFewCells { cells: 1, genes: 2 });
        let pca = Pca::fit(x.view(), 2, 1).unwrap();
        assert_eq!(pca.transform(flat(2, 3, 1).view()).unwrap_err().code(), "embed_shape_mismatch");
    }
}
