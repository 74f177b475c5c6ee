//! Weights as a file: safetensors, with what they belong to in the metadata.

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::models::{PerturbationModel, TrainingSet};
use crate::nn::{Weight, Weights};
use crate::run::RunError;

use super::ModelSpec;

/// The one entry of the metadata: [`WeightsOrigin`] as JSON. (The format's entries are unordered; one always comes out the
/// same.)
const ENTRY: &str = "dosefront";

/// What weights belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsOrigin {
    /// Version of the program that wrote them.
    pub version: String,
    /// Name of the model.
    pub model: String,
    /// The cell type whose treated cells the model did not see.
    pub held_out: String,
    /// Seeds, in the order of the replicas.
    pub seeds: Vec<u64>,
    /// The treatments, the control first.
    pub arms: Vec<String>,
    /// The chosen genes.
    pub genes: Vec<String>,
    /// The model as the run file has it, with every setting filled in.
    pub settings: Value,
}

/// Why weights cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WeightsFileError {
    /// The bytes are not safetensors of ours.
    #[error("these are no weights that can be read: {reason}")]
    Unreadable {
        /// What is wrong.
        reason: String,
    },
    /// They belong to something else.
    #[error("the weights are for another {what}: {found} instead of {expected}")]
    OtherOrigin {
        /// `model`, `held-out cell type`, `seeds`, `treatments`, `genes` or `settings`.
        what: &'static str,
        /// What is asked for.
        expected: String,
        /// What they were made with.
        found: String,
    },
    /// A trained model without its weights.
    #[error("there are no weights of {model} with {held_out} held out")]
    Missing {
        /// The model.
        model: String,
        /// The cell type.
        held_out: String,
    },
    /// The weights could not be put into bytes.
    #[error("the weights could not be written: {reason}")]
    Write {
        /// What is wrong.
        reason: String,
    },
}

impl WeightsFileError {
    /// A short stable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "weights_unreadable",
            Self::OtherOrigin { .. } => "other_weights",
            Self::Missing { .. } => "weights_missing",
            Self::Write { .. } => "weights_not_written",
        }
    }

    /// What the visitor can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "Open a .safetensors file that Dosefront wrote.".to_owned(),
            Self::OtherOrigin { .. } => {
                "Open the weights with the run file and the data that they were trained with.".to_owned()
            }
            Self::Missing { .. } => {
                "Train the model again: weights are kept for the latest models of a run, as far as they fit into memory."
                    .to_owned()
            }
            Self::Write { .. } => "Export the predicted cells instead.".to_owned(),
        }
    }
}

impl WeightsOrigin {
    /// Of a model on prepared data.
    #[must_use]
    pub fn new(spec: &ModelSpec, data: &TrainingSet, seeds: &[u64]) -> Self {
        let prepared = data.prepared();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: spec.name().into_owned(),
            held_out: prepared.design.cell_types[data.held_out_type()].clone(),
            seeds: seeds.to_vec(),
            arms: prepared.design.arms.iter().map(|arm| arm.label.clone()).collect(),
            genes: prepared.genes.clone(),
            // Settings are maps with text keys and finite numbers, which always serialise.
            settings: serde_json::to_value(spec).unwrap_or_default(),
        }
    }

    /// Weights with their origin as the bytes of a safetensors file.
    pub fn write(&self, weights: &Weights) -> Result<Vec<u8>, WeightsFileError> {
        let write = |reason: String| WeightsFileError::Write { reason };
        let bytes: Vec<(&String, &Weight, Vec<u8>)> = weights
            .iter()
            .map(|(name, weight)| (name, weight, weight.values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let mut views = Vec::new();
        for (name, weight, bytes) in &bytes {
            let view = TensorView::new(Dtype::F32, weight.shape.clone(), bytes);
            views.push((name.as_str(), view.map_err(|error| write(error.to_string()))?));
        }
        let origin = serde_json::to_string(self).map_err(|error| write(error.to_string()))?;
        let metadata = [(ENTRY.to_owned(), origin)].into_iter().collect();
        serialize(views, Some(metadata)).map_err(|error| write(error.to_string()))
    }

    /// Weights and their origin from the bytes of a safetensors file.
    pub fn read(bytes: &[u8]) -> Result<(Self, Weights), WeightsFileError> {
        let unreadable = |reason: String| WeightsFileError::Unreadable { reason };
        let file = SafeTensors::deserialize(bytes).map_err(|error| unreadable(error.to_string()))?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(error.to_string()))?;
        let origin = metadata.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let origin = origin.ok_or_else(|| unreadable("the file does not say which model it is of".to_owned()))?;
        let origin = serde_json::from_str(origin).map_err(|error| unreadable(error.to_string()))?;
        let mut weights = Weights::default();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(unreadable(format!("{name} is {:?}, not F32", view.dtype())));
            }
            let values = view.data().as_chunks::<4>().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
            weights.insert(name, Weight { shape: view.shape().to_vec(), values });
        }
        Ok((origin, weights))
    }

    /// Refuses weights of another origin than `self`.
    fn check(&self, found: &Self) -> Result<(), WeightsFileError> {
        let differ =
            |what, expected: String, found: String| Err(WeightsFileError::OtherOrigin { what, expected, found });
        if found.model != self.model {
            return differ("model", self.model.clone(), found.model.clone());
        }
        if found.held_out != self.held_out {
            return differ("held-out cell type", self.held_out.clone(), found.held_out.clone());
        }
        if found.seeds != self.seeds {
            return differ("seeds", format!("{:?}", self.seeds), format!("{:?}", found.seeds));
        }
        if found.arms != self.arms {
            return differ("treatments", self.arms.join(", "), found.arms.join(", "));
        }
        if found.genes != self.genes {
            let first = self.genes.iter().zip(&found.genes).find(|(a, b)| a != b);
            let tell = |genes: &[String], name: Option<&String>| {
                name.map_or_else(
                    || format!("{} genes", genes.len()),
                    |name| format!("{} genes with {name}", genes.len()),
                )
            };
            let (expected, other) = (first.map(|pair| pair.0), first.map(|pair| pair.1));
            return differ("genes", tell(&self.genes, expected), tell(&found.genes, other));
        }
        if !agrees(&found.settings, &self.settings) {
            return differ("settings", self.settings.to_string(), found.settings.to_string());
        }
        Ok(())
    }
}

/// Whether every setting of `older` has the same value in `newer`, which may know more of them.
fn agrees(older: &Value, newer: &Value) -> bool {
    match (older, newer) {
        (Value::Object(older), Value::Object(newer)) => {
            older.iter().all(|(name, value)| newer.get(name).is_some_and(|newer| agrees(value, newer)))
        }
        _ => older == newer,
    }
}

/// Puts weights from a file into a model that was built for the data. A model that needs no fitting takes none.
pub(super) fn restore(
    model: &mut dyn PerturbationModel,
    spec: &ModelSpec,
    data: &TrainingSet,
    bytes: Option<&[u8]>,
) -> Result<(), RunError> {
    let expected = WeightsOrigin::new(spec, data, model.seeds());
    match bytes {
        None if model.progress().is_done() => Ok(()),
        None => Err(WeightsFileError::Missing { model: expected.model, held_out: expected.held_out }.into()),
        Some(bytes) => {
            let (found, weights) = WeightsOrigin::read(bytes)?;
            expected.check(&found)?;
            Ok(model.restore(weights)?)
        }
    }
}
