//! Plain slices in place of tensor operations, where the values are on the host anyway.

use burn::tensor::{Device, Tensor, TensorData};

/// Whether a device is the CPU engine, with or without gradients.
pub(crate) fn is_host(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// The values of a CPU tensor without gradients; moved, not copied, when this is the only handle. Only the CPU engine comes
/// here, where a synchronous read cannot block.
#[allow(clippy::disallowed_methods, reason = "on the CPU engine the values are already on the host")]
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> TensorData {
    tensor.into_data()
}
