//! Moving values between host vectors and tensors, and one replica out of many.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, ExecutionError, Tensor, TensorData};
use ndarray::Array2;

/// A tensor of the given shape from host values in row-major order.
#[must_use]
pub fn to_tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Reads a tensor back to the host, as one row-major vector.
///
/// Asynchronous because a synchronous read panics on WebGPU in the browser.
pub async fn read_rows<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    let data = tensor.into_data_async().await?;
    Ok(data.iter::<f32>().collect())
}

/// Reads `[1, rows, columns]` back as a matrix.
pub async fn read_matrix(tensor: Tensor<3>) -> Result<Array2<f32>, ExecutionError> {
    let [replicas, rows, columns] = tensor.dims();
    let values = read_rows(tensor).await?;
    // The values of a tensor always fill its shape; an empty matrix stands for the impossible rest.
    Ok(Array2::from_shape_vec((replicas * rows, columns), values).unwrap_or_default())
}

/// The module with only replica `index` of every weight.
#[must_use]
pub fn replica<M: Module>(module: M, index: usize) -> M {
    module.map(&mut Pick(index))
}

struct Pick(usize);

impl ModuleMapper for Pick {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.0;
        param.map(|tensor| tensor.narrow(0, index, 1))
    }
}
