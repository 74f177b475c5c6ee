use std::fmt::Debug;
use std::hash::Hash;

use burn::backend::{DType, TensorMetadata};
use burn_cubecl::cubecl::prelude::{CubeCount, CubeDim, KernelId};
use burn_cubecl::cubecl::server::{Handle, KernelArguments};
use burn_cubecl::template::{KernelSource, SourceKernel, SourceTemplate};
use burn_cubecl::tensor::CubeTensor;

/// Threads of a workgroup of kernels with one axis.
pub(super) const THREADS: u32 = 64;
/// Most workgroups along one axis of a launch.
const MOST_GROUPS: usize = 65_535;

/// A kernel with its sizes, which tell its pipelines apart.
pub(super) trait Shader: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// Its source, with the entry point `main`. Buffers are `@binding`s of group 0 in the order of the launch.
    fn wgsl(&self) -> String;

    /// Threads of a workgroup.
    fn threads(&self) -> [u32; 3] {
        [THREADS, 1, 1]
    }

    /// Workgroups.
    fn groups(&self) -> [u32; 3];
}

struct Source<S>(S);

impl<S: Shader> KernelSource for Source<S> {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(self.0.wgsl())
    }

    fn id(&self) -> KernelId {
        KernelId::new::<S>().info(self.0.clone())
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Launches a kernel on buffers that `tensor` has the client of. No two of them may lie in one allocation, one read and one written: on
/// wasm cubecl gives every tensor an allocation of its own.
pub(super) fn launch<S: Shader>(shader: S, tensor: &CubeTensor, buffers: impl IntoIterator<Item = Handle>) {
    let ([x, y, z], [groups_x, groups_y, groups_z]) = (shader.threads(), shader.groups());
    let kernel = SourceKernel::new(Source(shader), CubeDim::new_3d(x, y, z));
    let buffers = buffers.into_iter().map(Handle::binding).collect();
    let count = CubeCount::Static(groups_x, groups_y, groups_z);
    tensor.client.launch(Box::new(kernel), count, KernelArguments::new().with_buffers(buffers));
}

/// A new tensor beside another one, not yet written.
pub(super) fn empty<const D: usize>(beside: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    let bytes = shape.iter().product::<usize>() * size_of::<f32>();
    let handle = beside.client.empty(bytes);
    CubeTensor::new_contiguous(beside.client.clone(), beside.device(), shape.into(), handle, DType::F32)
}

/// Workgroups of [`THREADS`] for `n` threads in all, on two axes where one is too short.
pub(super) fn groups_for(n: usize) -> [u32; 3] {
    let groups = n.div_ceil(THREADS as usize);
    let rows = groups.div_ceil(MOST_GROUPS).max(1);
    [groups.div_ceil(rows) as u32, rows as u32, 1]
}

/// The start of a kernel with `n` threads, `i` their number.
pub(super) fn head(n: usize) -> String {
    let row = groups_for(n)[0] * THREADS;
    format!(
        "@compute @workgroup_size({THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
  let i = id.y * {row}u + id.x;
  if (i >= {n}u) {{ return; }}
  "
    )
}

/// What `n` numbers that do not depend on each other are read in: vectors of four where that works out.
pub(super) fn width(n: usize) -> (&'static str, usize) {
    if n.is_multiple_of(4) { ("vec4<f32>", 4) } else { ("f32", 1) }
}
