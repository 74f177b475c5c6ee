use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::launch::{Shader, empty, groups_for, head, launch as launch_shader, width};

/// The rectifier of every number, or its derivative times something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rectify {
    n: usize,
    /// The bits of the slope: floating-point numbers have no hash.
    slope: u32,
    times: bool,
}

impl Shader for Rectify {
    fn wgsl(&self) -> String {
        let (number, width) = width(self.n);
        let (slope, head) = (f32::from_bits(self.slope), head(self.n / width));
        let (buffer, value) = match self.times {
            true => (format!("@group(0) @binding(2) var<storage, read> outer: array<{number}>;"), "outer[i]"),
            false => (String::new(), "x[i]"),
        };
        // A product with 0 would not be 0 where the value is infinite.
        let lowered = if slope == 0.0 { format!("{number}(0.0)") } else { format!("{slope:e} * value") };
        format!(
            "@group(0) @binding(0) var<storage, read> x: array<{number}>;
@group(0) @binding(1) var<storage, read_write> y: array<{number}>;
{buffer}
{head}
  let value = {value};
  y[i] = select(value, {lowered}, x[i] <= {number}(0.0));
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.n / width(self.n).1)
    }
}

/// See [`crate::nn::kernels::Kernels::rectify`].
pub(super) fn launch(x: CubeTensor, outer: Option<CubeTensor>, slope: f32) -> CubeTensor {
    let y = empty(&x, x.shape().dims::<3>());
    let shader = Rectify { n: x.shape().num_elements(), slope: slope.to_bits(), times: outer.is_some() };
    let buffers = [&x, &y].into_iter().chain(&outer).map(|tensor| tensor.handle.clone()).collect::<Vec<_>>();
    launch_shader(shader, &x, buffers);
    y
}
