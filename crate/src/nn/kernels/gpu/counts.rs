//! The log-likelihood of counts in four launches: softmax of every row, every entry, sums of every row, derivatives by the
//! logits.

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::launch::{Shader, empty, groups_for, head, launch as launch_shader};

/// Exponential, logarithm, and the likelihood of one entry.
const ARITHMETIC: &str = include_str!("counts.wgsl");

/// The sizes that all four have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Sizes {
    replicas: usize,
    cells: usize,
    genes: usize,
}

impl Sizes {
    fn rows(self) -> usize {
        self.replicas * self.cells
    }

    fn entries(self) -> usize {
        self.rows() * self.genes
    }
}

/// A place in something that has one replica, or as many as the rest.
fn place(index: &str, size: usize, shared: bool) -> String {
    if shared { format!("{index} % {size}u") } else { index.to_owned() }
}

/// Of every row: the largest logit, the library over the sum of exponentials, one over that sum, and whether something in the row
/// is not finite: arithmetic on bits would make finite numbers of it, and a replica that has broken down has to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Softmax {
    sizes: Sizes,
    shared_library: bool,
}

impl Shader for Softmax {
    fn wgsl(&self) -> String {
        let Sizes { genes, .. } = self.sizes;
        let library = place("i", self.sizes.cells, self.shared_library);
        let head = head(self.sizes.rows());
        format!(
            "{ARITHMETIC}
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> log_library: array<f32>;
@group(0) @binding(2) var<storage, read_write> of_row: array<vec4<f32>>;
{head}
  let start = i * {genes}u;
  var largest = logits[start];
  var broken = is_broken(log_library[{library}]);
  for (var g = 0u; g < {genes}u; g++) {{
    largest = max(largest, logits[start + g]);
    broken = broken || is_broken(logits[start + g]);
  }}
  var sum = 0.0;
  for (var g = 0u; g < {genes}u; g++) {{ sum += exponential(logits[start + g] - largest); }}
  of_row[i] = vec4<f32>(largest, exponential(log_library[{library}]) / sum, 1.0 / sum, select(0.0, 1.0, broken));
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.sizes.rows())
    }
}

/// Of every entry: value and derivatives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Entries {
    sizes: Sizes,
    shared_counts: bool,
    excess: bool,
}

impl Shader for Entries {
    fn wgsl(&self) -> String {
        let Sizes { cells, genes, .. } = self.sizes;
        let count = place("i", cells * genes, self.shared_counts);
        let per_replica = cells * genes;
        let head = head(self.sizes.entries());
        let (buffers, logit, excess, store) = match self.excess {
            true => (
                "@group(0) @binding(6) var<storage, read> dropout: array<f32>;
@group(0) @binding(7) var<storage, read_write> chances: array<f32>;",
                "dropout[i]",
                "true",
                "chances[i] = terms.w;",
            ),
            false => ("", "0.0", "false", ""),
        };
        format!(
            "{ARITHMETIC}
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> of_row: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> log_theta: array<f32>;
@group(0) @binding(3) var<storage, read> counts: array<f32>;
@group(0) @binding(4) var<storage, read_write> terms_of: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> spreads: array<f32>;
{buffers}
{head}
  let gene = i % {genes}u;
  let softmax = of_row[i / {genes}u];
  let rate = exponential(logits[i] - softmax.x) * softmax.y;
  let theta = log_theta[(i / {per_replica}u) * {genes}u + gene];
  let terms = entry(counts[{count}], rate, theta, {excess}, {logit});
  terms_of[i] = terms.xy;
  spreads[i] = terms.z;
  {store}
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.sizes.entries())
    }
}

/// Of every row: the sums of values and of derivatives by the logarithm of the rate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct RowSums {
    sizes: Sizes,
}

impl Shader for RowSums {
    fn wgsl(&self) -> String {
        let Sizes { genes, .. } = self.sizes;
        let head = head(self.sizes.rows());
        format!(
            "@group(0) @binding(0) var<storage, read> terms_of: array<vec2<f32>>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> shifts: array<f32>;
@group(0) @binding(3) var<storage, read> of_row: array<vec4<f32>>;
{head}
  var sum = vec2<f32>();
  for (var g = 0u; g < {genes}u; g++) {{ sum += terms_of[i * {genes}u + g]; }}
  // The bits of what is not a number, which no constant may be.
  values[i] = bitcast<f32>(select(bitcast<u32>(sum.x), 0x7fc00000u, of_row[i].w > 0.0));
  shifts[i] = sum.y;
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.sizes.rows())
    }
}

/// Derivatives by the logits, from those by the logarithms of the rates: `shift - softmax * sum(shift)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ByLogits {
    sizes: Sizes,
}

impl Shader for ByLogits {
    fn wgsl(&self) -> String {
        let Sizes { genes, .. } = self.sizes;
        let head = head(self.sizes.entries());
        format!(
            "{ARITHMETIC}
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> of_row: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> terms_of: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> shifts: array<f32>;
@group(0) @binding(4) var<storage, read_write> slopes: array<f32>;
{head}
  let row = i / {genes}u;
  let softmax = of_row[row];
  slopes[i] = terms_of[i].y - exponential(logits[i] - softmax.x) * softmax.z * shifts[row];
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.sizes.entries())
    }
}

/// Value and derivatives, see [`crate::nn::kernels::Kernels::count_terms`]. All tensors are contiguous; the four are logits,
/// `log_library`, `log_theta` and counts.
pub(super) fn launch(
    [logits, log_library, log_theta, counts]: [CubeTensor; 4],
    dropout: Option<CubeTensor>,
) -> (CubeTensor, CubeTensor, CubeTensor, CubeTensor, Option<CubeTensor>) {
    let [replicas, cells, genes] = logits.shape().dims();
    let sizes = Sizes { replicas, cells, genes };
    let [by_logits, by_theta] = [(); 2].map(|()| empty(&logits, [replicas, cells, genes]));
    let [value, by_library] = [(); 2].map(|()| empty(&logits, [replicas, cells, 1]));
    let (of_row, terms) = (empty(&logits, [replicas, cells, 4]), empty(&logits, [replicas, cells, 2 * genes]));
    let by_dropout = dropout.as_ref().map(|_| empty(&logits, [replicas, cells, genes]));
    let handles = |tensors: &[&CubeTensor]| tensors.iter().map(|tensor| tensor.handle.clone()).collect::<Vec<_>>();

    let softmax = Softmax { sizes, shared_library: log_library.shape()[0] < replicas };
    launch_shader(softmax, &logits, handles(&[&logits, &log_library, &of_row]));
    let entries = Entries { sizes, shared_counts: counts.shape()[0] < replicas, excess: dropout.is_some() };
    let mut buffers = handles(&[&logits, &of_row, &log_theta, &counts, &terms, &by_theta]);
    buffers.extend(dropout.iter().chain(&by_dropout).map(|tensor| tensor.handle.clone()));
    launch_shader(entries, &logits, buffers);
    launch_shader(RowSums { sizes }, &logits, handles(&[&terms, &value, &by_library, &of_row]));
    launch_shader(ByLogits { sizes }, &logits, handles(&[&logits, &of_row, &terms, &by_library, &by_logits]));
    (value, by_logits, by_library, by_theta, by_dropout)
}
