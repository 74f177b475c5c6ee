use std::cell::RefCell;

use burn::backend::TensorMetadata;
use burn_cubecl::cubecl::server::Handle;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;

use crate::nn::kernels::AdamStep;

use super::launch::{Shader, groups_for, head, launch as launch_shader, width};

/// One thread per four weights, which are changed in place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Adam {
    n: usize,
}

impl Shader for Adam {
    fn wgsl(&self) -> String {
        let (number, width) = width(self.n);
        let head = head(self.n / width);
        format!(
            "@group(0) @binding(0) var<storage, read_write> weight: array<{number}>;
@group(0) @binding(1) var<storage, read_write> first: array<{number}>;
@group(0) @binding(2) var<storage, read_write> second: array<{number}>;
@group(0) @binding(3) var<storage, read> gradient: array<{number}>;
@group(0) @binding(4) var<storage, read> step: array<f32, 7>;
{head}let w = weight[i];
  let g = gradient[i] + step[6] * w;
  let m = step[0] * first[i] + step[2] * g;
  let v = step[1] * second[i] + step[3] * g * g;
  first[i] = m;
  second[i] = v;
  weight[i] = w - step[4] * m / (sqrt(v) + step[5]);
}}
"
        )
    }

    fn groups(&self) -> [u32; 3] {
        groups_for(self.n / width(self.n).1)
    }
}

thread_local! {
    /// The numbers of the last step on the device. All tensors of a step have the same ones, and every upload ends a submission.
    static NUMBERS: RefCell<Option<(AdamStep, Handle)>> = const { RefCell::new(None) };
}

/// The numbers of a step as a buffer beside `tensor`.
fn numbers(step: AdamStep, tensor: &CubeTensor) -> Handle {
    NUMBERS.with_borrow_mut(|last| match last {
        Some((of, buffer)) if *of == step && buffer.service == tensor.handle.service => buffer.clone(),
        _ => {
            let AdamStep { keep, take, rate, epsilon, weight_decay } = step;
            let numbers = [keep[0], keep[1], take[0], take[1], rate, epsilon, weight_decay];
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let buffer = tensor.client.create_from_slice(&bytes);
            *last = Some((step, buffer.clone()));
            buffer
        }
    })
}

pub(super) fn launch(
    state: [CubeTensor; 3],
    gradient: CubeTensor,
    step: AdamStep,
) -> (CubeTensor, CubeTensor, CubeTensor) {
    let [weight, first, second] = state.map(own);
    let step = numbers(step, &weight);
    let buffers = [&weight, &first, &second, &gradient].map(|tensor| tensor.handle.clone());
    launch_shader(Adam { n: weight.shape().num_elements() }, &weight, buffers.into_iter().chain([step]));
    (weight, first, second)
}

/// A tensor that nobody else has a handle of, contiguous.
fn own(tensor: CubeTensor) -> CubeTensor {
    let tensor = into_contiguous(tensor);
    if tensor.can_mut() { tensor } else { tensor.copy() }
}
