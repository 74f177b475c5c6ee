//! Built-in data sets: simulated counts of cells with known responses.
//!
//! Counts are negative binomial (a Poisson count with a gamma-distributed rate). The expected proportion of a gene in a
//! cell is that of its cell type, times its response to the treatment (a Hill curve of the dose), times the batch
//! effect, times the activity of a few programmes that vary from cell to cell; it is multiplied by a log-normal library
//! size. Everything is drawn from streams of the seed, so a preset and a seed name a data set.

mod cells;
mod genes;
mod presets;
mod response;
mod types;

use serde::Serialize;

use super::{Csr, DataError, Dataset, ObsColumn, ObsValues, Source, Truth, ValueKind};
use presets::{Preset, Treatment};

/// What a built-in data set is, to choose one from a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PresetInfo {
    /// Its name in run files, e.g. `liver-dose-response`.
    pub name: String,
    /// A short title.
    pub title: String,
    /// What is in it, in a sentence or two.
    pub description: String,
    /// Number of cells.
    pub n_cells: usize,
    /// Number of genes.
    pub n_genes: usize,
    /// Number of cell types.
    pub cell_types: usize,
    /// Number of treatments, the control included; 1 where nothing was treated.
    pub arms: usize,
}

/// The built-in data sets, the one for a first visit first.
#[must_use]
pub fn presets() -> Vec<PresetInfo> {
    presets::PRESETS
        .iter()
        .map(|preset| PresetInfo {
            name: preset.name.to_owned(),
            title: preset.title.to_owned(),
            description: preset.description.to_owned(),
            n_cells: cells::plan(preset).len(),
            n_genes: preset.n_genes,
            cell_types: preset.types.len(),
            arms: preset.treatment.n_arms(),
        })
        .collect()
}

/// Simulates a built-in data set. The same preset and seed give the same counts.
///
/// `obs` has `cell_type`, then `dose` (numbers) or `condition` (labels) where cells were treated, then `batch` where
/// there are several. Errors: [`DataError::UnknownPreset`].
pub fn simulate(preset: &str, seed: u64) -> Result<Dataset, DataError> {
    let Some(preset) = presets::PRESETS.iter().find(|known| known.name == preset) else {
        let presets = presets::PRESETS.iter().map(|known| known.name.to_owned()).collect();
        return Err(DataError::UnknownPreset { preset: preset.to_owned(), presets });
    };
    let genes = genes::Genes::draw(preset, seed);
    let profiles = types::profiles(preset, &genes, seed);
    let response = response::Response::draw(preset, &genes, &profiles, seed);
    let means = response.means(preset, &profiles);
    let sample = cells::Sample::draw(preset, &genes, &means, seed);
    Ok(assemble(preset, seed, genes.names, means, &response, sample))
}

fn assemble(
    preset: &Preset,
    seed: u64,
    genes: Vec<String>,
    means: Vec<ndarray::Array2<f64>>,
    response: &response::Response,
    sample: cells::Sample,
) -> Dataset {
    let labels = |levels: Vec<String>, code_of: &dyn Fn(&cells::Cell) -> usize| ObsValues::Labels {
        levels,
        codes: sample.cells.iter().map(|cell| Some(code_of(cell) as u32)).collect(),
    };
    let column = |name: &str, values| ObsColumn { name: name.to_owned(), values };
    let type_names: Vec<String> = preset.types.iter().map(|t| t.name.to_owned()).collect();
    let mut obs = vec![column("cell_type", labels(type_names.clone(), &|cell| cell.cell_type))];
    match preset.treatment {
        Treatment::None => {}
        Treatment::Conditions(_) => {
            obs.push(column("condition", labels(preset.treatment.labels(), &|cell| cell.arm)));
        }
        Treatment::Doses(doses) => {
            let of_cells = sample.cells.iter().map(|cell| doses[cell.arm]).collect();
            obs.push(column("dose", ObsValues::Numbers(of_cells)));
        }
    }
    if preset.batches.len() > 1 {
        let names = preset.batches.iter().map(|batch| batch.name.to_owned()).collect();
        obs.push(column("batch", labels(names, &|cell| cell.batch)));
    }
    Dataset {
        source: Source::Simulated { preset: preset.name.to_owned(), seed },
        cells: (1..=sample.cells.len()).map(|i| format!("cell{i:05}")).collect(),
        matrix: Csr::from_rows(genes.len(), sample.counts),
        kind: ValueKind::Counts,
        genes,
        obs,
        skipped: Vec::new(),
        notes: vec![format!("Simulated: no cell of this data set was measured. {}", preset.description)],
        truth: Some(Truth {
            cell_types: type_names,
            arms: preset.treatment.labels(),
            means,
            responding_genes: response.responding_genes(),
            ec50: response.ec50(),
        }),
    }
}
