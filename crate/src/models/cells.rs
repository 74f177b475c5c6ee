//! Expression of cells on the device, and back to the host in bounded pieces.

use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::{Array2, ArrayView2, Axis};

use crate::models::ModelError;
use crate::nn::{read_matrix, to_tensor};

/// Cells per forward pass outside training.
const CHUNK: usize = 512;

/// Expression of every cell that may be seen, kept on the device.
pub(crate) struct Cells {
    /// `[cells, genes]`
    x: Tensor<2>,
}

impl Cells {
    /// Uploads `cells x genes`.
    pub fn new(expression: Array2<f32>, device: &Device) -> Self {
        let (n, genes) = expression.dim();
        Self { x: to_tensor(row_major(expression), [n, genes], device) }
    }

    pub fn n_genes(&self) -> usize {
        self.x.dims()[1]
    }

    /// The given rows of each replica, `[R, rows, genes]`; every replica gives the same number of rows.
    pub fn gather(&self, rows: &[Vec<usize>]) -> Tensor<3> {
        let n = rows[0].len();
        // Positions of cells are far below the limit; there is no data set of two thousand million cells here.
        let index: Vec<i32> = rows.iter().flatten().map(|&i| i32::try_from(i).unwrap_or(i32::MAX)).collect();
        let index = Tensor::<1, Int>::from_data(TensorData::new(index, [n * rows.len()]), &self.x.device());
        self.x.clone().select(0, index).reshape([rows.len(), n, self.n_genes()])
    }
}

/// Applies a network of one replica, `[1, n, in]` to `[1, n, columns]`, to the rows of a matrix, some at a time.
#[allow(clippy::needless_pass_by_value, reason = "a view is a reference already")]
pub(crate) async fn in_chunks(
    x: ArrayView2<'_, f32>,
    columns: usize,
    device: &Device,
    network: impl Fn(Tensor<3>) -> Tensor<3>,
) -> Result<Array2<f32>, ModelError> {
    let mut parts = Vec::new();
    for chunk in x.axis_chunks_iter(Axis(0), CHUNK) {
        let (n, m) = chunk.dim();
        parts.push(read_matrix(network(to_tensor(row_major(chunk.to_owned()), [1, n, m], device))).await?);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    // All parts have the same number of columns; no parts at all make an empty matrix.
    Ok(ndarray::concatenate(Axis(0), &views).unwrap_or_else(|_| Array2::zeros((0, columns))))
}

fn row_major(x: Array2<f32>) -> Vec<f32> {
    if x.is_standard_layout() { x.into_raw_vec_and_offset().0 } else { x.iter().copied().collect() }
}
