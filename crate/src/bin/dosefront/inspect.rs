//! What a data set holds, and built-in data sets as files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dosefront::data;
use dosefront::run::{DatasetSummary, DesignSummary};

use super::files;

/// Says what files hold, and what their columns seem to mean.
pub fn inspect(paths: &[PathBuf]) -> Result<()> {
    let dataset = files::read(paths)?;
    let summary = DatasetSummary::new(&dataset);
    println!("{}: {} cells x {} genes, {:?}", summary.name, summary.n_cells, summary.n_genes, summary.kind);
    for note in &summary.notes {
        println!("note: {note}");
    }
    println!("obs columns:");
    for column in &summary.obs {
        match (column.min, column.max) {
            (Some(min), Some(max)) => println!("  {}: numbers from {min} to {max}", column.name),
            _ => println!("  {}: {} labels ({} ...)", column.name, column.n_levels, first(&column.levels).join(", ")),
        }
    }
    for skipped in &summary.skipped {
        println!("skipped {}: {}", skipped.what, skipped.why);
    }
    println!("guessed roles: {}", serde_json::to_string(&summary.roles)?);
    match DesignSummary::new(&dataset, &summary.roles) {
        Ok(design) => {
            let arms: Vec<&str> = design.arms.iter().map(|arm| arm.label.as_str()).collect();
            println!("cells per type under {}:", arms.join(", "));
            for (name, counts) in design.cell_types.iter().zip(&design.counts) {
                println!("  {name}: {counts:?}");
            }
        }
        Err(error) => println!("with these roles: {error}. {}", error.hint()),
    }
    Ok(())
}

fn first(levels: &[String]) -> &[String] {
    &levels[..levels.len().min(5)]
}

/// Writes a built-in data set.
pub fn simulate(preset: &str, seed: u64, out: &Path) -> Result<()> {
    let dataset = data::simulate(preset, seed)?;
    fs::write(out, data::write_h5ad(&dataset)?).with_context(|| format!("cannot write {}", out.display()))?;
    println!("wrote {}: {} cells x {} genes, simulated", out.display(), dataset.n_cells(), dataset.n_genes());
    Ok(())
}
