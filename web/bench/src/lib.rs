//! Training steps of small networks with inputs from outside, to be timed beside the same steps of other libraries.
//!
//! The networks are made of what Dosefront's models are made of (layers with a replica axis, the likelihood of counts, Adam),
//! so what is timed here is what trains there.

mod network;

use std::cell::RefCell;

use burn::tensor::{Device, Tensor};
use wasm_bindgen::prelude::*;

pub use network::{Inputs, Training, Workload};

/// One training.
#[wasm_bindgen]
pub struct Bench {
    training: RefCell<Training>,
    /// The loss of the last step.
    loss: RefCell<Option<Tensor<1>>>,
}

#[wasm_bindgen]
impl Bench {
    /// A training of `workload` (its numbers as JSON) on the engine `cpu` or `webgpu`, with so many replicas of the same weights.
    ///
    /// `data` is `[rows, genes]`, `noise` `[rows, latent]`, `weights` all parameters one after the other.
    pub async fn create(
        engine: String,
        workload: String,
        data: Vec<f32>,
        noise: Vec<f32>,
        weights: Vec<f32>,
        replicas: usize,
    ) -> Result<Bench, JsError> {
        let workload: Workload = serde_json::from_str(&workload)?;
        let device = open(&engine).await?;
        let inputs = Inputs { data, noise, weights };
        let training = Training::new(workload, &inputs, replicas, &device).map_err(|error| JsError::new(&error))?;
        Ok(Self { training: RefCell::new(training), loss: RefCell::default() })
    }

    /// One step on the minibatch that begins at `start`.
    pub fn step(&self, start: usize) {
        let loss = self.training.borrow_mut().step(start);
        self.loss.replace(Some(loss));
    }

    /// Waits for the device; the loss of the first replica in the last step.
    pub async fn loss(&self) -> Result<f32, JsError> {
        let Some(loss) = self.loss.borrow().clone() else { return Err(JsError::new("no step has been done")) };
        let values = loss.into_data_async().await.map_err(|error| JsError::new(&error.to_string()))?;
        values.iter::<f32>().next().ok_or_else(|| JsError::new("the loss has no value"))
    }
}

#[cfg_attr(not(feature = "webgpu"), allow(clippy::unused_async, reason = "only WebGPU has something to wait for"))]
async fn open(engine: &str) -> Result<Device, JsError> {
    match engine {
        "cpu" => Ok(Device::flex()),
        #[cfg(feature = "webgpu")]
        "webgpu" => Ok(Device::wgpu_options()
            .tasks_max(64)
            .init_async()
            .await
            .map_err(|error| JsError::new(&error.to_string()))?),
        other => Err(JsError::new(&format!("this build has no engine '{other}'"))),
    }
}

/// Keeps the processor busy with multiplications and additions of eight vectors of four numbers, that many times: what it can do
/// at most. The result depends on all of them.
#[wasm_bindgen]
#[must_use]
pub fn busy(rounds: u32) -> f32 {
    let (factor, shift) = ([0.999_f32; 4], [1e-3_f32; 4]);
    let mut sums = [[1.0_f32; 4]; 8];
    for _ in 0..rounds {
        for sum in &mut sums {
            for ((value, factor), shift) in sum.iter_mut().zip(factor).zip(shift) {
                *value = *value * factor + shift;
            }
        }
    }
    sums.iter().flatten().sum()
}
