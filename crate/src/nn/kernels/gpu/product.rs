//! Products of matrices. Every thread computes a rectangle of the result in registers, going along the depth with vectors of
//! four numbers where the sizes allow it.

use std::fmt::Write;

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use crate::nn::kernels::Form;

use super::launch::{Shader, empty, launch as launch_shader};

/// Threads of a workgroup.
const THREADS: usize = 64;
/// The rectangle of a thread is as large as leaves this many threads: large ones read less, many threads fill a GPU.
const ENOUGH_THREADS: usize = 1024;
/// Rows, and columns in vectors of four.
const TILES: [(usize, usize); 3] = [(8, 2), (4, 2), (4, 1)];

/// `[R, rows, depth]` times `[R, depth, columns]`, each as `form` has it, plus `[R, 1, columns]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Product {
    form: Form,
    replicas: usize,
    rows: usize,
    columns: usize,
    depth: usize,
    /// Whether the factor is that of all replicas.
    shared: [bool; 2],
    bias: bool,
}

/// See [`crate::nn::kernels::Kernels::product`]; all tensors are contiguous.
pub(super) fn launch(a: CubeTensor, b: CubeTensor, bias: Option<CubeTensor>, form: Form) -> CubeTensor {
    let ([ra, a1, a2], [rb, b1, b2]) = (a.shape().dims(), b.shape().dims());
    let (rows, depth, columns) = match form {
        Form::Plain => (a1, a2, b2),
        Form::LeftTransposed => (a2, a1, b2),
        Form::RightTransposed => (a1, a2, b1),
    };
    let replicas = ra.max(rb);
    let shared = [ra, rb].map(|own| own == 1 && replicas > 1);
    let product = Product { form, replicas, rows, columns, depth, shared, bias: bias.is_some() };
    let y = empty(&a, [replicas, rows, columns]);
    let inputs = [&a, &b].into_iter().chain(&bias).map(|tensor| tensor.handle.clone());
    launch_shader(product, &a, inputs.chain([y.handle.clone()]).collect::<Vec<_>>());
    y
}

impl Product {
    /// Rows and vectors of columns of a thread.
    fn tile(&self) -> (usize, usize) {
        let threads = |(rows, vectors)| self.replicas * self.rows.div_ceil(rows) * self.columns.div_ceil(4 * vectors);
        TILES.into_iter().find(|tile| threads(*tile) >= ENOUGH_THREADS).unwrap_or(TILES[TILES.len() - 1])
    }

    /// Threads across and down.
    fn grid(&self) -> [usize; 2] {
        let (rows, vectors) = self.tile();
        [self.columns.div_ceil(4 * vectors), self.rows.div_ceil(rows)]
    }

    /// Whether a, b and the result are read and written in vectors of four, which their last axis has to be a multiple of.
    fn vectors(&self) -> [bool; 3] {
        let last = match self.form {
            Form::Plain => [self.depth, self.columns],
            Form::LeftTransposed => [self.rows, self.columns],
            Form::RightTransposed => [self.depth, self.depth],
        };
        [last[0], last[1], self.columns].map(|n| n.is_multiple_of(4))
    }

    /// The names of the sums: a vector of four columns for every row.
    fn sums(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (rows, vectors) = self.tile();
        (0..rows).flat_map(move |i| (0..vectors).map(move |j| (i, j)))
    }

    /// What is added to the sums at one place of the depth (four places where both factors have them in vectors), as the
    /// body of a loop over `k`, and how many rounds the loop has.
    fn body(&self) -> (String, usize) {
        let (rows, vectors) = self.tile();
        let [vector_a, vector_b, _] = self.vectors();
        let mut body = String::new();
        match self.form {
            Form::Plain if vector_a => {
                for i in 0..rows {
                    let _ = writeln!(body, "let a{i} = a[row{i} + k];");
                }
                for (u, part) in "xyzw".chars().enumerate() {
                    for j in 0..vectors {
                        let _ = writeln!(body, "let b{u}_{j} = {};", self.four_of_b(&format!("(4u * k + {u}u)"), j));
                    }
                    for (i, j) in self.sums() {
                        let _ = writeln!(body, "y{i}_{j} += a{i}.{part} * b{u}_{j};");
                    }
                }
                (body, self.depth / 4)
            }
            Form::Plain => {
                for j in 0..vectors {
                    let _ = writeln!(body, "let b{j} = {};", self.four_of_b("k", j));
                }
                for i in 0..rows {
                    let _ = writeln!(body, "let a{i} = a[row{i} + k];");
                }
                for (i, j) in self.sums() {
                    let _ = writeln!(body, "y{i}_{j} += a{i} * b{j};");
                }
                (body, self.depth)
            }
            Form::LeftTransposed => {
                for j in 0..vectors {
                    let _ = writeln!(body, "let b{j} = {};", self.four_of_b("k", j));
                }
                for i in 0..rows {
                    let part = &"xyzw"[i % 4..=i % 4];
                    if vector_a && i % 4 == 0 {
                        let n = self.rows / 4;
                        let place = format!("min(row / 4u + {}u, {}u)", i / 4, n - 1);
                        let _ = writeln!(body, "let v{i} = a[from_a + k * {n}u + {place}];");
                    }
                    let value = if vector_a {
                        format!("v{}.{part}", i - i % 4)
                    } else {
                        format!("a[from_a + k * {}u + min(row + {i}u, {}u)]", self.rows, self.rows - 1)
                    };
                    let _ = writeln!(body, "let a{i} = {value};");
                }
                for (i, j) in self.sums() {
                    let _ = writeln!(body, "y{i}_{j} += a{i} * b{j};");
                }
                (body, self.depth)
            }
            Form::RightTransposed => {
                for i in 0..rows {
                    let _ = writeln!(body, "let a{i} = a[row{i} + k];");
                }
                for c in 0..4 * vectors {
                    let _ = writeln!(body, "let b{c} = b[column{c} + k];");
                }
                for (i, j) in self.sums() {
                    let times = |c: usize| match vector_b {
                        true => format!("dot(a{i}, b{})", 4 * j + c),
                        false => format!("a{i} * b{}", 4 * j + c),
                    };
                    let four = [0, 1, 2, 3].map(times).join(", ");
                    let _ = writeln!(body, "y{i}_{j} += vec4<f32>({four});");
                }
                (body, if vector_b { self.depth / 4 } else { self.depth })
            }
        }
    }

    /// Four columns of row `k` of b, from the thread's vector `j` on. Beyond the last column is whatever is there: it is not written.
    fn four_of_b(&self, k: &str, j: usize) -> String {
        let n = self.columns;
        if self.vectors()[1] {
            format!("b[from_b + {k} * {}u + min(column + {j}u, {}u)]", n / 4, n / 4 - 1)
        } else {
            let one = |c: usize| format!("b[from_b + {k} * {n}u + min(4u * (column + {j}u) + {c}u, {}u)]", n - 1);
            format!("vec4<f32>({})", [0, 1, 2, 3].map(one).join(", "))
        }
    }

    /// Where the rows of a begin, and for a transposed b where its are.
    fn starts(&self) -> String {
        let (rows, vectors) = self.tile();
        let [vector_a, vector_b, _] = self.vectors();
        let depth = |vector: bool| if vector { self.depth / 4 } else { self.depth };
        let mut text = String::new();
        if self.form != Form::LeftTransposed {
            for i in 0..rows {
                let (last, depth) = (self.rows - 1, depth(vector_a));
                let _ = writeln!(text, "let row{i} = from_a + min(row + {i}u, {last}u) * {depth}u;");
            }
        }
        if self.form == Form::RightTransposed {
            for c in 0..4 * vectors {
                let (last, depth) = (self.columns - 1, depth(vector_b));
                let _ = writeln!(text, "let column{c} = from_b + min(4u * column + {c}u, {last}u) * {depth}u;");
            }
        }
        text
    }

    /// Writes the sums that are in the result.
    fn stores(&self) -> String {
        let (n, vector) = (self.columns, self.vectors()[2]);
        let mut text = String::new();
        for (i, j) in self.sums() {
            if vector {
                let m = n / 4;
                let bias = if self.bias { format!(" + bias[id.z * {m}u + column + {j}u]") } else { String::new() };
                let _ = writeln!(
                    text,
                    "if (row + {i}u < {rows}u && column + {j}u < {m}u) \
                     {{ y[(id.z * {rows}u + row + {i}u) * {m}u + column + {j}u] = y{i}_{j}{bias}; }}",
                    rows = self.rows
                );
                continue;
            }
            for (c, part) in "xyzw".chars().enumerate() {
                let place = format!("4u * (column + {j}u) + {c}u");
                let bias = if self.bias { format!(" + bias[id.z * {n}u + {place}]") } else { String::new() };
                let _ = writeln!(
                    text,
                    "if (row + {i}u < {rows}u && {place} < {n}u) \
                     {{ y[(id.z * {rows}u + row + {i}u) * {n}u + {place}] = y{i}_{j}.{part}{bias}; }}",
                    rows = self.rows
                );
            }
        }
        text
    }
}

impl Shader for Product {
    fn wgsl(&self) -> String {
        let [vector_a, vector_b, vector_y] = self.vectors();
        let number = |vector: bool| if vector { "vec4<f32>" } else { "f32" };
        let from = |shared: bool, size: usize, vector: bool| match (shared, vector) {
            (true, _) => "0u".to_owned(),
            (false, true) => format!("id.z * {}u", size / 4),
            (false, false) => format!("id.z * {size}u"),
        };
        let (a, b, y) = (number(vector_a), number(vector_b), number(vector_y));
        let from_a = from(self.shared[0], self.rows * self.depth, vector_a);
        let from_b = from(self.shared[1], self.depth * self.columns, vector_b);
        let (last, bias) = match self.bias {
            true => (3, format!("@group(0) @binding(2) var<storage, read> bias: array<{y}>;")),
            false => (2, String::new()),
        };
        let ([across, down, _], [columns, rows], (tile_rows, tile_columns)) =
            (self.threads(), self.grid(), self.tile());
        let sums: String = self.sums().map(|(i, j)| format!("var y{i}_{j} = vec4<f32>();\n")).collect();
        let (body, rounds) = self.body();
        let (starts, stores) = (self.starts(), self.stores());
        format!(
            "@group(0) @binding(0) var<storage, read> a: array<{a}>;
@group(0) @binding(1) var<storage, read> b: array<{b}>;
{bias}
@group(0) @binding({last}) var<storage, read_write> y: array<{y}>;
@compute @workgroup_size({across}, {down}, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
if (id.x >= {columns}u || id.y >= {rows}u) {{ return; }}
let column = id.x * {tile_columns}u;
let row = id.y * {tile_rows}u;
let from_a = {from_a};
let from_b = {from_b};
{starts}{sums}for (var k = 0u; k < {rounds}u; k++) {{
{body}}}
{stores}}}
"
        )
    }

    fn threads(&self) -> [u32; 3] {
        let across = self.grid()[0].next_power_of_two().min(8);
        let down = self.grid()[1].next_power_of_two().min(THREADS / across);
        [across as u32, down as u32, 1]
    }

    fn groups(&self) -> [u32; 3] {
        let ([across, down, _], [columns, rows]) = (self.threads(), self.grid());
        [(columns as u32).div_ceil(across), (rows as u32).div_ceil(down), self.replicas as u32]
    }
}
