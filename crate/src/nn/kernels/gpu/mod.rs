//! The kernels on WebGPU, in its shader language.
//!
//! Sizes are written into the sources, so every size is a pipeline of its own: a network has a handful of them, and loops
//! with known ends compile to less. No kernel synchronises its threads.

#![allow(clippy::needless_pass_by_value, reason = "tensors are handles, given up where they are used last")]
#![allow(clippy::match_bool, reason = "two variants of a source, side by side")]
#![allow(clippy::format_collect, reason = "sources are written once per size")]

mod adam;
mod counts;
mod launch;
mod norm;
mod product;
mod rectify;
mod sums;

use burn::backend::tensor::FloatTensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;

use super::{AdamStep, Form, GraphlessKernels, Kernels, Lines, Moments, Normalisation};

impl Kernels for CubeBackend {
    fn product(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        bias: Option<FloatTensor<Self>>,
        form: Form,
    ) -> FloatTensor<Self> {
        product::launch(into_contiguous(a), into_contiguous(b), bias.map(into_contiguous), form)
    }

    fn column_sums(x: FloatTensor<Self>) -> FloatTensor<Self> {
        sums::launch(into_contiguous(x))
    }

    fn normalise(
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        weights: [FloatTensor<Self>; 2],
        how: Normalisation,
    ) -> FloatTensor<Self> {
        norm::normalise(into_contiguous(x), of_x.map(into_contiguous), weights.map(into_contiguous), how)
    }

    fn normalise_slopes(
        slope: FloatTensor<Self>,
        x: FloatTensor<Self>,
        of_x: Moments<Self>,
        gamma: FloatTensor<Self>,
        how: Normalisation,
    ) -> [FloatTensor<Self>; 3] {
        norm::slopes(into_contiguous(slope), into_contiguous(x), of_x.map(into_contiguous), into_contiguous(gamma), how)
    }

    fn rectify(x: FloatTensor<Self>, outer: Option<FloatTensor<Self>>, slope: f32) -> FloatTensor<Self> {
        rectify::launch(into_contiguous(x), outer.map(into_contiguous), slope)
    }

    fn count_terms(
        logits: FloatTensor<Self>,
        log_library: FloatTensor<Self>,
        log_theta: FloatTensor<Self>,
        dropout: Option<FloatTensor<Self>>,
        counts: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>, Option<FloatTensor<Self>>) {
        counts::launch([logits, log_library, log_theta, counts].map(into_contiguous), dropout.map(into_contiguous))
    }
}

impl GraphlessKernels for CubeBackend {
    fn moments(x: FloatTensor<Self>, of: Lines) -> (FloatTensor<Self>, FloatTensor<Self>) {
        norm::moments(into_contiguous(x), of)
    }

    fn adam(
        weight: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        adam::launch([weight, first, second], into_contiguous(gradient), step)
    }
}
