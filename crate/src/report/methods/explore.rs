//! What was looked at before any model.

use super::{Rest, in_words};
use crate::chart::count;
use crate::metrics::deg::Test;
use crate::metrics::distance::Distance;
use crate::report::prose::{Prose, cited, listed};
use crate::report::sources::works_of;
use crate::run::explore::{DistancePart, EmbeddingPart, GenePart, Method, Space};
use crate::run::{ExploreTask, Names};

pub(super) fn say(prose: &mut Prose, task: &ExploreTask, rest: &mut Rest) {
    prose.paragraph();
    let types = match &task.cell_types {
        Names::All => "in all cells together and in every cell type".to_owned(),
        Names::List(names) => format!("in all cells together and in {}", listed(names)),
    };
    let arms = match &task.arms {
        Names::All => "every treatment and dose".to_owned(),
        Names::List(names) => listed(names),
    };
    prose.say(&format!("Treated cells under {arms} were compared with control cells, {types} (seed {}).", task.seed));
    rest.said(&["task.explore.cell_types", "task.explore.arms", "task.explore.seed"]);
    match &task.distances {
        Some(part) => distances(prose, task, part),
        None => prose.say("Distances were left out."),
    }
    match &task.deg {
        Some(part) => genes(prose, part),
        None => prose.say("Tests of genes were left out."),
    }
    match &task.doses {
        Some(part) => prose.say(&format!(
            "Where there were enough doses, Hill curves (four parameters, weighted least squares) were fitted to each distance and to the \
             log2 fold changes of up to {} response genes of each cell type; intervals of EC50 are 95 % profile intervals, and each curve \
             was tested against a constant (F test).",
            count(part.n_genes)
        )),
        None => prose.say("Dose-response curves were left out."),
    }
    match &task.embedding {
        Some(part) => pictures(prose, part),
        None => prose.say("Of pictures, only the first two principal components were made."),
    }
    rest.said(&["task.explore.distances.metrics", "task.explore.embedding.methods"]);
    let unusual = rest.take("task.explore");
    if !unusual.is_empty() {
        prose.say(&format!("These settings differ from the defaults: {}.", in_words(&unusual)));
    }
}

fn distances(prose: &mut Prose, task: &ExploreTask, part: &DistancePart) {
    let space = match task.space {
        Space::Pca => format!("the first {} principal components, fitted once to all cells that were used", task.n_pcs),
        Space::Genes => "the expression of the chosen genes".to_owned(),
    };
    let each: Vec<String> =
        part.metrics.iter().map(|metric| format!("{}{}", metric.title(), cited(&works_of([metric.name()])))).collect();
    prose.say(&format!("Distances between treated and control cells were measured in {space}: {}.", listed(&each)));
    prose.say(&match (part.matched_cells, part.max_cells) {
        (Some(n), _) => format!("Groups of more than {} cells were brought to that number.", count(n)),
        (None, 0) => "All cells of a group were used.".to_owned(),
        (None, most) => format!("At most {} cells of a group were used.", count(most)),
    });
    let transport = part.metrics.iter().copied().any(Distance::is_transport);
    let fewer = |n: usize| {
        if transport && n > part.transport_resamples {
            format!(" (transport costs: {})", part.transport_resamples)
        } else {
            String::new()
        }
    };
    if part.permutations > 0 {
        let n = part.permutations;
        prose.say(&format!("p-values are from {n} permutations of the labels{}, within cell types.", fewer(n)));
    }
    if part.bootstraps > 0 {
        let n = part.bootstraps;
        prose.say(&format!("Intervals of 95 % are from {n} bootstrap draws{}, recentred on the value.", fewer(n)));
    }
    if part.floor_splits > 0 {
        prose.say(&format!(
            "The noise floor of each distance is what {} random partings of the control cells differ by (median and 95 %).",
            part.floor_splits
        ));
    }
}

fn genes(prose: &mut Prose, part: &GenePart) {
    let test = match part.test {
        Test::Wilcoxon => "the Wilcoxon rank-sum test",
        Test::TTest => "Welch\u{2019}s t-test",
    };
    prose.say(&format!(
        "Response genes were found by {test}, as scanpy has it{}, with Benjamini-Hochberg adjusted p-values{} of at most {} and a log2 fold \
         change of at least {}, up or down; the {} genes with the best scores of each comparison are reported.",
        cited(&["scanpy"]),
        cited(&["benjamini_hochberg"]),
        part.max_adjusted_p,
        part.min_log2_fold_change,
        part.n_genes,
    ));
}

fn pictures(prose: &mut Prose, part: &EmbeddingPart) {
    let one = |method: &Method| match method {
        Method::Pca => "the first two principal components".to_owned(),
        Method::Tsne => {
            let settings = &part.tsne;
            format!(
                "t-SNE{} (perplexity {}, {} iterations, seed {})",
                cited(&works_of(["tsne"])),
                settings.perplexity,
                settings.iterations,
                settings.seed
            )
        }
        Method::Umap => {
            let settings = &part.umap;
            format!(
                "UMAP{} ({} neighbours, minimum distance {}, seed {})",
                cited(&works_of(["umap"])),
                settings.n_neighbors,
                settings.min_dist,
                settings.seed
            )
        }
    };
    let methods = listed(&part.methods.iter().map(one).collect::<Vec<_>>());
    if !methods.is_empty() {
        prose.say(&format!("The cells are shown in two dimensions by {methods}."));
    }
}
