use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::launch::{Shader, empty, groups_for, head, launch as launch_shader, width};

/// One thread per column, or per four.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ColumnSums {
    replicas: usize,
    rows: usize,
    columns: usize,
}

impl Shader for ColumnSums {
    fn wgsl(&self) -> String {
        let (number, width) = width(self.columns);
        let (rows, columns) = (self.rows, self.columns / width);
        let head = head(self.replicas * columns);
        format!(
            "@group(0) @binding(0) var<storage, read> x: array<{number}>;
@group(0) @binding(1) var<storage, read_write> y: array<{number}>;
{head}let start = (i / {columns}u) * {rows}u * {columns}u + i % {columns}u;
  var sum = x[start];
  for (var r = 1u; r < {rows}u; r++) {{ sum += x[start + r * {columns}u]; }}
  y[i] = sum;
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.replicas * self.columns / width(self.columns).1)
    }
}

pub(super) fn launch(x: CubeTensor) -> CubeTensor {
    let [replicas, rows, columns] = x.shape().dims();
    let sums = empty(&x, [replicas, 1, columns]);
    launch_shader(ColumnSums { replicas, rows, columns }, &x, [x.handle.clone(), sums.handle.clone()]);
    sums
}
