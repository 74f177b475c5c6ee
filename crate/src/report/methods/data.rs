//! Where the cells came from and how they were prepared.

use super::Rest;
use crate::chart::count;
use crate::data::{GeneChoice, Preprocess, SMALLEST_GROUP, Source, TargetSum, presets};
use crate::report::prose::{Prose, cited, listed};
use crate::report::sources::works_of;
use crate::run::{RunFile, Task};

/// Says which data they were, what the columns mean, and how the matrix was made.
pub(super) fn say(prose: &mut Prose, run: &RunFile, rest: &mut Rest) {
    prose.paragraph();
    prose.say(&source(&run.dataset));
    if let Some(columns) = columns(run) {
        prose.say(&columns);
    }
    prepared(prose, run);
    rest.said(&["preprocess"]);
}

fn source(dataset: &Source) -> String {
    match dataset {
        Source::File { name, sha256 } if sha256.is_empty() => format!("Cells were read from the file {name}."),
        Source::File { name, sha256 } => format!("Cells were read from the file {name} (SHA-256 {sha256})."),
        Source::Simulated { preset, seed } => {
            let title = presets().into_iter().find(|known| known.name == *preset);
            let what = title.map_or(String::new(), |known| format!("{}; ", known.title));
            let works = works_of([preset.as_str()]);
            let model =
                if works.is_empty() { String::new() } else { format!(", modelled on published data{}", cited(&works)) };
            format!(
                "Cells were simulated by the preset {preset} of Dosefront{}{model} ({what}negative binomial counts with known means, seed \
                 {seed}).",
                cited(&["dosefront"])
            )
        }
    }
}

fn columns(run: &RunFile) -> Option<String> {
    let roles = &run.roles;
    // A trade-off has no treatment, and batches are all that it is about.
    let treated = !matches!(run.task, Task::TradeOff(_));
    let mut parts = Vec::new();
    let mut part = |what: &str, column: &Option<String>| {
        parts.extend(column.as_ref().map(|column| format!("{what} from the column {column}")));
    };
    part("cell types", &roles.cell_type);
    if treated {
        part("treatments", &roles.condition);
        part("doses", &roles.dose);
    }
    part("batches", &roles.batch);
    if parts.is_empty() {
        return None;
    }
    let control = roles.control.as_ref().filter(|_| treated && roles.condition.is_some());
    let control = control.map_or(String::new(), |control| format!("; {control} was the control"));
    let parts = listed(&parts);
    let mut letters = parts.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase().to_string()).unwrap_or_default();
    Some(format!("{first}{} were taken{control}.", letters.as_str()))
}

fn prepared(prose: &mut Prose, run: &RunFile) {
    let Preprocess { max_cells, target_sum, log1p, genes, genes_without_held_out, seed } = &run.preprocess;
    prose.say(&match max_cells {
        0 => "All cells with counts were used.".to_owned(),
        most => format!(
            "At most {} cells were used; of more, so many were drawn at random (seed {seed}). Each group, the cells of a type under a treatment in \
             a batch, kept its share, but at least {SMALLEST_GROUP} cells, or all it had, as far as that was possible.",
            count(*most)
        ),
    });
    let total = match target_sum {
        TargetSum::Fixed(total) if total.fract() == 0.0 => count(*total as usize),
        TargetSum::Fixed(total) => total.to_string(),
        TargetSum::Median => "their median".to_owned(),
    };
    let logged = if *log1p { " and ln(1 + x) was taken" } else { "; no logarithm was taken" };
    prose.say(&format!(
        "Counts were scaled to a total of {total} per cell{logged}, as scanpy does{}.",
        cited(&["scanpy"])
    ));
    let (n, name, flavour) = match genes {
        GeneChoice::All => {
            prose.say("All genes were used.");
            return;
        }
        GeneChoice::HvgSeurat(n) => (n, "hvg_seurat", "by normalised dispersion (flavour seurat"),
        GeneChoice::HvgSeuratV3(n) => (n, "hvg_seurat_v3", "by standardised variance of counts (flavour seurat_v3"),
    };
    let held_out = match (&run.task, genes_without_held_out) {
        (Task::Predict(_), true) => ", chosen without the held-out cells",
        (Task::Predict(_), false) => ", chosen on all cells, the held-out ones among them",
        _ => "",
    };
    prose.say(&format!(
        "The {} most variable genes were kept, or all where there were fewer, {flavour}{}){held_out}.",
        count(*n),
        cited(&works_of([name]))
    ));
}
