use burn::tensor::{Device, Tensor};
use ndarray::{Array2, Axis};

use crate::models::ModelError;
use crate::nn::{read_matrix, to_tensor};

use super::VaeModule;

/// Cells per forward pass outside training.
pub(super) const CHUNK: usize = 512;

/// The trained network of one replica, in evaluation mode, for matrices on the host.
pub struct Network {
    pub(super) module: VaeModule,
    pub(super) device: Device,
    pub(super) n_latent: usize,
    pub(super) n_genes: usize,
}

impl Network {
    /// Latent means (cells x latent) of expression (cells x genes).
    pub async fn latent(&self, x: &Array2<f32>) -> Result<Array2<f32>, ModelError> {
        let mut parts = Vec::new();
        for chunk in x.axis_chunks_iter(Axis(0), CHUNK) {
            parts.push(read_matrix(self.module.encode(self.upload(chunk.to_owned())).0).await?);
        }
        Ok(stack(&parts, self.n_latent))
    }

    /// Expression (cells x genes) of latents (cells x latent).
    pub async fn decode(&self, z: &Array2<f32>) -> Result<Array2<f32>, ModelError> {
        let mut parts = Vec::new();
        for chunk in z.axis_chunks_iter(Axis(0), CHUNK) {
            parts.push(read_matrix(self.module.decode(self.upload(chunk.to_owned()))).await?);
        }
        Ok(stack(&parts, self.n_genes))
    }

    fn upload(&self, rows: Array2<f32>) -> Tensor<3> {
        let (n, m) = rows.dim();
        let values =
            if rows.is_standard_layout() { rows.into_raw_vec_and_offset().0 } else { rows.iter().copied().collect() };
        to_tensor(values, [1, n, m], &self.device)
    }
}

fn stack(parts: &[Array2<f32>], columns: usize) -> Array2<f32> {
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    // All parts have the same number of columns; no parts at all make an empty matrix.
    ndarray::concatenate(Axis(0), &views).unwrap_or_else(|_| Array2::zeros((0, columns)))
}
