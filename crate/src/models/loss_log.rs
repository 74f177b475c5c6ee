//! What a training says of its losses.

use burn::tensor::Tensor;

use crate::models::{LossPoint, ModelError};
use crate::nn::read_rows;

/// The mean loss of every epoch, kept on the device until the epoch is over.
pub(crate) struct LossLog {
    model: &'static str,
    epoch: usize,
    steps: usize,
    sum: Option<Tensor<1>>,
}

impl LossLog {
    /// A log for the named model.
    pub fn new(model: &'static str) -> Self {
        Self { model, epoch: 0, steps: 0, sum: None }
    }

    /// Optimiser steps done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Counts an optimiser step.
    pub fn step(&mut self) {
        self.steps += 1;
    }

    /// The loss of every replica, `[R]`, with its weight in the epoch's mean.
    pub fn add(&mut self, loss: Tensor<1>, weight: f64) {
        let weighted = if loss.device().is_autodiff() { loss.inner() } else { loss } * weight;
        self.sum = Some(match self.sum.take() {
            Some(sum) => sum + weighted,
            None => weighted,
        });
    }

    /// Ends an epoch.
    pub async fn finish_epoch(&mut self) -> Result<LossPoint, ModelError> {
        let train = match self.sum.take() {
            Some(loss) => read_rows(loss).await?,
            None => Vec::new(),
        };
        self.epoch += 1;
        if let Some(&value) = train.iter().find(|value| !value.is_finite()) {
            return Err(ModelError::Diverged { model: self.model, epoch: self.epoch, value });
        }
        let none = vec![None; train.len()];
        Ok(LossPoint { epoch: self.epoch, step: self.steps, train, validation: none.clone(), elbo: none })
    }
}
