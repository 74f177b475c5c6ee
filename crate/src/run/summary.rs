//! What the page shows of a data set before anything is run.

use serde::Serialize;

use crate::data::{Dataset, Design, ObsValues, Roles, Skipped, Source, ValueKind, guess_roles};

use super::RunError;

/// Most labels of a column that are listed.
const MAX_LEVELS: usize = 100;

/// A data set in brief.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetSummary {
    /// File name or name of the preset.
    pub name: String,
    /// For the run file.
    pub source: Source,
    /// Whether it is simulated; shown wherever the data are.
    pub simulated: bool,
    /// What the values are.
    pub kind: ValueKind,
    /// Number of cells.
    pub n_cells: usize,
    /// Number of genes.
    pub n_genes: usize,
    /// The columns of `obs`.
    pub obs: Vec<ObsSummary>,
    /// What was not read, and why.
    pub skipped: Vec<Skipped>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Guessed roles.
    pub roles: Roles,
}

/// A column of `obs` in brief.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObsSummary {
    /// Its name.
    pub name: String,
    /// `labels` or `numbers`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Number of distinct labels (0 for numbers).
    pub n_levels: usize,
    /// The first hundred labels.
    pub levels: Vec<String>,
    /// Cells without a value.
    pub missing: usize,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
}

impl DatasetSummary {
    /// Summarises a data set.
    #[must_use]
    pub fn new(dataset: &Dataset) -> Self {
        let (name, simulated) = match &dataset.source {
            Source::File { name, .. } => (name.clone(), false),
            Source::Simulated { preset, .. } => (preset.clone(), true),
        };
        Self {
            name,
            source: dataset.source.clone(),
            simulated,
            kind: dataset.kind,
            n_cells: dataset.n_cells(),
            n_genes: dataset.n_genes(),
            obs: dataset.obs.iter().map(|column| ObsSummary::new(&column.name, &column.values)).collect(),
            skipped: dataset.skipped.clone(),
            notes: dataset.notes.clone(),
            roles: guess_roles(dataset),
        }
    }
}

impl ObsSummary {
    fn new(name: &str, values: &ObsValues) -> Self {
        let mut summary = Self {
            name: name.to_owned(),
            kind: "labels",
            n_levels: 0,
            levels: Vec::new(),
            missing: 0,
            min: None,
            max: None,
        };
        match values {
            ObsValues::Labels { levels, codes } => {
                summary.n_levels = levels.len();
                summary.levels = levels.iter().take(MAX_LEVELS).cloned().collect();
                summary.missing = codes.iter().filter(|code| code.is_none()).count();
            }
            ObsValues::Numbers(numbers) => {
                summary.kind = "numbers";
                let present = numbers.iter().copied().filter(|v| !v.is_nan());
                summary.missing = numbers.len() - present.clone().count();
                summary.min = present.clone().reduce(f64::min);
                summary.max = present.reduce(f64::max);
            }
        }
        summary
    }
}

/// What the roles make of a data set: cells per type and treatment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignSummary {
    /// Cell types.
    pub cell_types: Vec<String>,
    /// Treatments, the control first.
    pub arms: Vec<ArmSummary>,
    /// Cells of each type (outer) under each arm (inner).
    pub counts: Vec<Vec<usize>>,
    /// Batches.
    pub batches: Vec<String>,
    /// Cells that are used.
    pub used: usize,
    /// Cells without a type or treatment.
    pub dropped: usize,
    /// Remarks, e.g. how doses were understood.
    pub notes: Vec<String>,
    /// Cell types that can be held out.
    pub possible: Vec<String>,
    /// A good first type to hold out.
    pub held_out: Option<String>,
}

/// A treatment in brief.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmSummary {
    /// What it is called.
    pub label: String,
    /// Its condition, if there is one.
    pub condition: Option<String>,
    /// Its dose, if there is one.
    pub dose: Option<f64>,
    /// Whether it is the control.
    pub control: bool,
}

impl DesignSummary {
    /// Resolves the roles and counts.
    pub fn new(dataset: &Dataset, roles: &Roles) -> Result<Self, RunError> {
        let design: Design = roles.resolve(dataset)?;
        let arms = design.arms.iter().enumerate().map(|(i, arm)| ArmSummary {
            label: arm.label.clone(),
            condition: arm.condition.clone(),
            dose: arm.dose,
            control: i == 0,
        });
        Ok(Self {
            arms: arms.collect(),
            counts: design.counts().rows().into_iter().map(|row| row.to_vec()).collect(),
            used: design.cells.len(),
            dropped: dataset.n_cells() - design.cells.len(),
            possible: design.cell_types.iter().filter(|t| design.check_held_out(t).is_ok()).cloned().collect(),
            held_out: design.suggest_held_out().map(str::to_owned),
            cell_types: design.cell_types,
            batches: design.batches,
            notes: design.notes,
        })
    }
}
