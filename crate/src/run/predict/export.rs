//! Predicted cells as a data set, for `.h5ad`.

use std::collections::BTreeMap;

use burn::tensor::Device;

use crate::data::{Csr, Dataset, MAX_MATRIX_BYTES, ObsColumn, ObsValues, ValueKind};
use crate::run::RunError;

use super::plan::Plan;
use super::weights_file::restore;

/// Where a result comes from: which model, which arm, which replica.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// Number of the held-out type.
    pub cell_type: usize,
    /// Number of the model in the task.
    pub model: usize,
    /// Number of the arm.
    pub arm: usize,
    /// Number of the replica.
    pub replica: usize,
    /// Its seed, if the model has any.
    pub seed: Option<u64>,
    /// Cells that were predicted.
    pub n_cells: usize,
}

/// What is exported.
pub(super) struct Choice<'a> {
    /// Numbers of results with their origins.
    pub results: Vec<(usize, Origin)>,
    /// Whether the real cells of the held-out types come along.
    pub real: bool,
    /// The weights of a model with a type held out, as far as they are kept.
    pub weights: &'a dyn Fn(usize, usize) -> Option<&'a [u8]>,
}

/// A cell of the export.
struct Row {
    name: String,
    /// A cell of the data set of the same type, for its annotation.
    type_like: usize,
    /// A cell of the data set with the same treatment.
    arm_like: usize,
    /// Number of the result and its origin; `None` for a real cell.
    result: Option<(usize, Origin)>,
}

/// Some cells over the genes that were chosen with one type held out.
struct Block {
    genes: Vec<usize>,
    values: Csr,
}

/// Predicts the chosen results again, without training, and puts the cells into one data set over the genes that all
/// of them have. Its `obs`: the columns of type, condition and dose as in the data, then `predicted`, `model`, `seed` and
/// `result`.
///
/// Errors: weights that are not there (any more), more cells than fit into memory, an engine that fails.
pub(super) async fn predicted_cells(plan: &Plan, choice: Choice<'_>, device: &Device) -> Result<Dataset, RunError> {
    let n_genes = plan.dataset.n_genes() as u64;
    let n_cells: u64 = choice.results.iter().map(|(_, origin)| origin.n_cells as u64).sum();
    let mut by_type: BTreeMap<usize, BTreeMap<usize, Vec<(usize, Origin)>>> = BTreeMap::new();
    for &(index, origin) in &choice.results {
        by_type.entry(origin.cell_type).or_default().entry(origin.model).or_default().push((index, origin));
    }
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for (cell_type, models) in by_type {
        let (data, _) = plan.prepare(cell_type)?;
        let prepared = data.prepared();
        let chosen = prepared.genes.len() as u64;
        if n_cells * chosen.min(n_genes) * 8 > MAX_MATRIX_BYTES {
            return Err(RunError::ExportTooLarge { n_cells, n_genes: chosen });
        }
        let mut add = |values| blocks.push(Block { genes: prepared.gene_index.clone(), values });
        if choice.real {
            let design = &prepared.design;
            let of_type = |&i: &usize| design.cell_type[i] as usize == cell_type;
            let cells: Vec<usize> = (0..design.cells.len()).filter(of_type).collect();
            add(Csr::from_dense(&data.expression(&cells)));
            rows.extend(cells.into_iter().map(|i| {
                let cell = design.cells[i];
                Row { name: plan.dataset.cells[cell].clone(), type_like: cell, arm_like: cell, result: None }
            }));
        }
        let first = |pass: &dyn Fn(usize) -> bool| {
            let found = (0..plan.design.cells.len()).find(|&i| pass(i));
            // Types and arms exist because some cell has them.
            plan.design.cells[found.unwrap_or_default()]
        };
        let type_like = first(&|i| plan.design.cell_type[i] as usize == cell_type);
        for (number, results) in models {
            let spec = &plan.task.models[number];
            let mut model = plan.model(spec, &data, device)?;
            restore(&mut *model, spec, &data, (choice.weights)(cell_type, number))?;
            let mut by_arm: BTreeMap<usize, Vec<(usize, Origin)>> = BTreeMap::new();
            for result in results {
                by_arm.entry(result.1.arm).or_default().push(result);
            }
            for (arm, results) in by_arm {
                let arm_like = first(&|i| plan.design.arm[i] as usize == arm);
                let predictions = model.predict(&data, arm).await?;
                for (index, origin) in results {
                    let place = model.place_of(&data, arm, origin.replica);
                    let Some(cells) = place.and_then(|place| predictions.get(place)) else { continue };
                    add(Csr::from_dense(cells));
                    rows.extend((0..cells.nrows()).map(|i| Row {
                        name: format!("{}-{index}-{i}", spec.name()),
                        type_like,
                        arm_like,
                        result: Some((index, origin)),
                    }));
                }
            }
        }
    }
    Ok(dataset(plan, &rows, blocks))
}

fn dataset(plan: &Plan, rows: &[Row], mut blocks: Vec<Block>) -> Dataset {
    let source = &plan.dataset;
    let genes: Vec<usize> =
        (0..source.n_genes()).filter(|gene| blocks.iter().all(|b| b.genes.binary_search(gene).is_ok())).collect();
    for block in &mut blocks {
        if block.genes != genes {
            let columns: Vec<usize> = genes.iter().filter_map(|gene| block.genes.binary_search(gene).ok()).collect();
            block.values = block.values.select_cols(&columns);
        }
    }
    let entries = blocks.iter().flat_map(|block| {
        (0..block.values.n_rows()).map(|i| {
            let (columns, values) = block.values.row(i);
            columns.iter().copied().zip(values.iter().copied()).collect()
        })
    });
    let log = plan.run.preprocess.log1p || source.kind == ValueKind::LogNormalised;
    Dataset {
        source: source.source.clone(),
        matrix: Csr::from_rows(genes.len(), entries),
        kind: if log { ValueKind::LogNormalised } else { ValueKind::Normalised },
        genes: genes.iter().map(|&gene| source.genes[gene].clone()).collect(),
        cells: rows.iter().map(|row| row.name.clone()).collect(),
        obs: obs(plan, rows),
        skipped: Vec::new(),
        notes: Vec::new(),
        truth: None,
    }
}

fn obs(plan: &Plan, rows: &[Row]) -> Vec<ObsColumn> {
    let roles = &plan.run.roles;
    let mut columns: Vec<ObsColumn> = Vec::new();
    for (role, of_type) in [(&roles.cell_type, true), (&roles.condition, false), (&roles.dose, false)] {
        if let Some(column) = role.as_ref().and_then(|name| plan.dataset.column(name)) {
            let like = rows.iter().map(|row| if of_type { row.type_like } else { row.arm_like });
            let values = column.values.select(&like.collect::<Vec<_>>());
            columns.push(ObsColumn { name: column.name.clone(), values });
        }
    }
    let number = |of: &dyn Fn(&(usize, Origin)) -> Option<f64>| {
        ObsValues::Numbers(rows.iter().map(|row| row.result.as_ref().and_then(of).unwrap_or(f64::NAN)).collect())
    };
    let predicted = ObsValues::Labels {
        levels: vec!["False".to_owned(), "True".to_owned()],
        codes: rows.iter().map(|row| Some(u32::from(row.result.is_some()))).collect(),
    };
    let model = rows.iter().map(|row| row.result.map(|(_, origin)| plan.task.models[origin.model].name()));
    for (name, values) in [
        ("predicted", predicted),
        ("model", ObsValues::from_texts(model)),
        ("seed", number(&|(_, origin)| origin.seed.map(|seed| seed as f64))),
        ("result", number(&|(index, _)| Some(*index as f64))),
    ] {
        // The data's own columns keep their names.
        let taken = columns.iter().any(|column| column.name == name);
        columns.push(ObsColumn { name: if taken { format!("dosefront_{name}") } else { name.to_owned() }, values });
    }
    columns
}
