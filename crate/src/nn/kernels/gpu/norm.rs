//! Normalisation of rows or columns. A thread goes along a line, where something of the line is asked for; else every number
//! has a thread.

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use crate::nn::kernels::{Lines, Moments, Normalisation};

use super::launch::{Shader, empty, groups_for, head, launch as launch_shader};

/// What a kernel computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// Mean and variance of every line.
    Moments,
    /// The normalised numbers.
    Values,
    /// Of every column: the sums of slopes times normalised numbers, and of slopes.
    ColumnSums,
    /// Of every row: the means of slopes times gamma, and of these times normalised numbers.
    RowMeans,
    /// The slope by every number.
    Slopes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Norm {
    part: Part,
    of: Lines,
    /// The bits of epsilon.
    epsilon: u32,
    shape: [usize; 3],
}

impl Norm {
    fn lines(&self) -> usize {
        let [replicas, n, columns] = self.shape;
        match self.of {
            Lines::Rows => replicas * n,
            Lines::Columns => replicas * columns,
        }
    }

    /// Threads.
    fn n(&self) -> usize {
        let [replicas, n, columns] = self.shape;
        match self.part {
            Part::Moments => self.lines(),
            Part::Values | Part::Slopes => replicas * n * columns,
            Part::ColumnSums => replicas * columns,
            Part::RowMeans => replicas * n,
        }
    }

    /// Buffers in order, the written ones behind a mark, and what a thread does.
    fn parts(&self) -> (&'static [&'static str], String) {
        let [_, n, columns] = self.shape;
        let size = n * columns;
        // A line's first number, its length, and the way from one to the next.
        let column = format!("let start = (i / {columns}u) * {size}u + i % {columns}u;");
        let row = format!("let start = i * {columns}u;");
        let of_column = format!("(i / {size}u) * {columns}u + i % {columns}u");
        let at = format!("let at = {of_column};");
        let line = match self.of {
            Lines::Rows => format!("i / {columns}u"),
            Lines::Columns => of_column,
        };
        match self.part {
            Part::Moments => {
                let (start, length, step) = match self.of {
                    Lines::Rows => (row, columns, 1),
                    Lines::Columns => (column, n, columns),
                };
                let body = format!(
                    "{start}
  var sum = 0.0;
  for (var k = 0u; k < {length}u; k++) {{ sum += x[start + k * {step}u]; }}
  let mean = sum / {length}.0;
  var squares = 0.0;
  for (var k = 0u; k < {length}u; k++) {{ let d = x[start + k * {step}u] - mean; squares += d * d; }}
  means[i] = mean;
  variances[i] = squares / {length}.0;"
                );
                (&["x", "=means", "=variances"], body)
            }
            Part::Values => {
                let body = format!(
                    "let l = {line};
  {at}
  y[i] = (x[i] - means[l]) * inverseSqrt(variances[l] + epsilon) * gamma[at] + beta[at];"
                );
                (&["x", "means", "variances", "gamma", "beta", "=y"], body)
            }
            Part::ColumnSums => {
                let of_line = match self.of {
                    Lines::Rows => format!("(i / {columns}u) * {n}u + k"),
                    Lines::Columns => "i".to_owned(),
                };
                let body = format!(
                    "{column}
  var along = 0.0;
  var sum = 0.0;
  for (var k = 0u; k < {n}u; k++) {{
    let l = {of_line};
    let g = outer[start + k * {columns}u];
    along += g * (x[start + k * {columns}u] - means[l]) * inverseSqrt(variances[l] + epsilon);
    sum += g;
  }}
  by_gamma[i] = along;
  by_beta[i] = sum;"
                );
                (&["outer", "x", "means", "variances", "=by_gamma", "=by_beta"], body)
            }
            Part::RowMeans => {
                let body = format!(
                    "{row}
  let inverse = inverseSqrt(variances[i] + epsilon);
  let place = (i / {n}u) * {columns}u;
  var sum = 0.0;
  var along = 0.0;
  for (var k = 0u; k < {columns}u; k++) {{
    let s = outer[start + k] * gamma[place + k];
    sum += s;
    along += s * (x[start + k] - means[i]) * inverse;
  }}
  sums[i] = vec2<f32>(sum, along) / {columns}.0;"
                );
                (&["outer", "x", "means", "variances", "gamma", "=sums"], body)
            }
            Part::Slopes if self.of == Lines::Rows => {
                let body = format!(
                    "let l = {line};
  {at}
  let inverse = inverseSqrt(variances[l] + epsilon);
  let h = (x[i] - means[l]) * inverse;
  y[i] = (outer[i] * gamma[at] - sums[l].x - h * sums[l].y) * inverse;"
                );
                (&["outer", "x", "means", "variances", "gamma", "sums", "=y"], body)
            }
            Part::Slopes => {
                let body = format!(
                    "let l = {line};
  let inverse = inverseSqrt(variances[l] + epsilon);
  let h = (x[i] - means[l]) * inverse;
  y[i] = (outer[i] - by_beta[l] / {n}.0 - h * by_gamma[l] / {n}.0) * gamma[l] * inverse;"
                );
                (&["outer", "x", "means", "variances", "gamma", "by_gamma", "by_beta", "=y"], body)
            }
        }
    }
}

impl Shader for Norm {
    fn wgsl(&self) -> String {
        let (buffers, body) = self.parts();
        let declared = buffers.iter().enumerate().map(|(i, name)| {
            let (name, access) = match name.strip_prefix('=') {
                Some(name) => (name, "read_write"),
                None => (*name, "read"),
            };
            let number = if name == "sums" { "vec2<f32>" } else { "f32" };
            format!("@group(0) @binding({i}) var<storage, {access}> {name}: array<{number}>;\n")
        });
        let declared: String = declared.collect();
        format!("{declared}const epsilon = {:e};\n{}{body}\n}}\n", f32::from_bits(self.epsilon), head(self.n()))
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.n())
    }
}

fn run(part: Part, how: Normalisation, x: &CubeTensor, tensors: &[&CubeTensor]) {
    let norm = Norm { part, of: how.of, epsilon: how.epsilon.to_bits(), shape: x.shape().dims() };
    launch_shader(norm, x, tensors.iter().map(|tensor| tensor.handle.clone()).collect::<Vec<_>>());
}

/// See [`crate::nn::kernels::GraphlessKernels::moments`]; all tensors here are contiguous.
pub(super) fn moments(x: CubeTensor, of: Lines) -> (CubeTensor, CubeTensor) {
    let [replicas, n, columns] = x.shape().dims();
    let shape = match of {
        Lines::Rows => [replicas, n, 1],
        Lines::Columns => [replicas, 1, columns],
    };
    let (means, variances) = (empty(&x, shape), empty(&x, shape));
    run(Part::Moments, Normalisation { of, epsilon: 0.0 }, &x, &[&x, &means, &variances]);
    (means, variances)
}

/// See [`crate::nn::kernels::Kernels::normalise`].
pub(super) fn normalise(
    x: CubeTensor,
    [means, variances]: Moments<burn_cubecl::CubeBackend>,
    [gamma, beta]: [CubeTensor; 2],
    how: Normalisation,
) -> CubeTensor {
    let y = empty(&x, x.shape().dims::<3>());
    run(Part::Values, how, &x, &[&x, &means, &variances, &gamma, &beta, &y]);
    y
}

/// See [`crate::nn::kernels::Kernels::normalise_slopes`].
pub(super) fn slopes(
    outer: CubeTensor,
    x: CubeTensor,
    [means, variances]: Moments<burn_cubecl::CubeBackend>,
    gamma: CubeTensor,
    how: Normalisation,
) -> [CubeTensor; 3] {
    let [replicas, n, columns] = x.shape().dims();
    let [by_gamma, by_beta] = [(); 2].map(|()| empty(&x, [replicas, 1, columns]));
    let y = empty(&x, [replicas, n, columns]);
    run(Part::ColumnSums, how, &x, &[&outer, &x, &means, &variances, &by_gamma, &by_beta]);
    match how.of {
        Lines::Rows => {
            let sums = empty(&x, [replicas, n, 2]);
            run(Part::RowMeans, how, &x, &[&outer, &x, &means, &variances, &gamma, &sums]);
            run(Part::Slopes, how, &x, &[&outer, &x, &means, &variances, &gamma, &sums, &y]);
        }
        Lines::Columns => {
            run(Part::Slopes, how, &x, &[&outer, &x, &means, &variances, &gamma, &by_gamma, &by_beta, &y]);
        }
    }
    [y, by_gamma, by_beta]
}
