//! Fronts between biology kept and batch effect removed.

use serde_json::Value;

use super::models::brief;
use super::{Rest, in_words};
use crate::fronts::measure_name;
use crate::report::prose::{Prose, cited, counted, listed};
use crate::report::sources::works_of;
use crate::run::TradeOffTask;
use crate::run::trade_off::Method;
use crate::tradeoff::measure::Measure;

pub(super) fn say(prose: &mut Prose, task: &TradeOffTask, rest: &mut Rest) {
    prose.paragraph();
    question(prose, task, rest);
    methods(prose, task, rest);
    prose.paragraph();
    judged(prose, rest, task);
}

fn question(prose: &mut Prose, task: &TradeOffTask, rest: &mut Rest) {
    let splits = listed(&task.splits.iter().map(ToString::to_string).collect::<Vec<_>>());
    let seeds = if task.splits.len() == 1 { "seed" } else { "seeds" };
    prose.say(&format!(
        "Cells of each batch were parted into training cells ({} %) and test cells, in {} ({seeds} {splits}, which are those of the training \
         too).",
        (task.train_fraction * 1000.0).round() / 10.0,
        counted(task.splits.len(), "random split", "random splits"),
    ));
    rest.said(&["task.trade_off.train_fraction"]);
    if !uses_scvi(task) {
        return;
    }
    let scvi = brief(
        &value(&task.scvi),
        &names(&["n_latent", "n_hidden", "n_layers", "likelihood"]),
        &rest.take("task.trade_off.scvi"),
    );
    prose.say(&format!(
        "Following Li et al.{}, candidates were trained between two losses: U, the generative loss (negative ELBO per cell) of scVI{} on \
         the counts of these genes ({scvi}), and V, a measure of how much the latent space says about the batch.",
        cited(&["li_wei"]),
        cited(&works_of(["scvi"])),
    ));
    let fronts = task.methods.iter().any(|method| !method.is_peer() && method.own_measure().is_none());
    let own = |measure: Measure| task.methods.iter().any(|method| method.own_measure() == Some(measure));
    let mut measures: Vec<String> = Vec::new();
    for (at, settings) in task.measures.iter().enumerate() {
        let unusual = rest.take(&format!("task.trade_off.measures.{at}"));
        if fronts || own(settings.measure) {
            let shown: &[&str] =
                if settings.measure.has_critic() { &["hidden_layers", "width", "critic_steps"] } else { &[] };
            measures.push(format!(
                "{} ({})",
                measure(settings.measure),
                brief(&value(settings), &names(shown), &unusual)
            ));
        }
    }
    if own(Measure::Hsic) && !task.measures.iter().any(|settings| settings.measure == Measure::Hsic) {
        measures.push(measure(Measure::Hsic));
    }
    if !measures.is_empty() {
        prose.say(&format!("V was {}.", measures.join("; ")));
    }
}

/// Whether any method trains scVI.
fn uses_scvi(task: &TradeOffTask) -> bool {
    task.methods.iter().any(|method| !method.is_peer())
}

fn measure(measure: Measure) -> String {
    let name = measure_name(measure.name());
    let works = cited(&works_of([measure.name()]));
    match measure {
        Measure::Mine => {
            format!("{name}{works}, the mutual information of latent space and batch by a neural estimate")
        }
        Measure::Mmd => format!("{name}{works}, the maximum mean discrepancy between the batches"),
        Measure::Hsic => format!("{name}{works}, the Hilbert-Schmidt independence criterion of latent space and batch"),
        Measure::Classifier => format!("a lower bound of mutual information by a {name} of the batch{works}"),
    }
}

fn methods(prose: &mut Prose, task: &TradeOffTask, rest: &mut Rest) {
    let one = |method: &Method, rest: &mut Rest| {
        let works = cited(&works_of([method.name()]));
        match method {
            Method::ParetoMtl => format!(
                "Pareto multi-task learning{works}, whose steps are the smallest combination of the gradients{} and keep each candidate in \
                 the cone of its preference vector",
                cited(&["min_norm", "mgda"])
            ),
            Method::Scalarisation => format!("scalarisation{works}, weighted sums of U and V"),
            Method::OneRun => format!(
                "one network for the whole front that is told the preference by feature-wise modulation and minimises a smooth Tchebycheff \
                 scalarisation{works}"
            ),
            Method::ScviHsic => format!("scVI with a growing multiple of HSIC{works}"),
            Method::SaucieMmd => {
                let own = brief(
                    &value(&task.saucie),
                    &names(&["steps", "layers", "n_latent"]),
                    &rest.take("task.trade_off.saucie"),
                );
                format!("SAUCIE with its MMD penalty{works} ({own}), one embedding rather than a front")
            }
            Method::Desc => {
                let own = brief(
                    &value(&task.desc),
                    &names(&["layers", "pretrain_epochs"]),
                    &rest.take("task.trade_off.desc"),
                );
                format!("DESC{works} ({own}), one embedding that takes no account of batches")
            }
        }
    };
    let each = task.methods.iter().map(|method| one(method, rest)).collect::<Vec<_>>().join("; ");
    prose.say(&format!("Candidates were found by {each}."));
    // Settings of a method that was not asked have no part in the run.
    rest.said(&["task.trade_off.saucie", "task.trade_off.desc", "task.trade_off.scvi", "task.trade_off.measures"]);
    let unusual = rest.take("task.trade_off.schedule");
    if !uses_scvi(task) {
        return;
    }
    let one_run = task.methods.contains(&Method::OneRun);
    let others = task.methods.iter().any(|method| !method.is_peer() && *method != Method::OneRun);
    let mut shown = Vec::new();
    if others {
        shown.extend(["pretrain_epochs", "range_epochs", "epochs"]);
    }
    if one_run {
        shown.extend(["one_run_pretrain_epochs", "one_run_epochs"]);
    }
    prose.say(&format!(
        "Each front has {} between its two ends, batch effect only and scVI only{}; all start from scVI alone and were trained together \
         (schedule: {}).",
        counted(task.candidates, "candidate", "candidates"),
        if task.places.is_some() { ", of which a part was trained here" } else { "" },
        brief(&value(&task.schedule), &names(&shown), &unusual),
    ));
}

fn judged(prose: &mut Prose, rest: &mut Rest, task: &TradeOffTask) {
    let metrics = &task.evaluation.metrics;
    let of = |names: &[&str]| cited(&works_of(names.iter().copied()));
    if uses_scvi(task) {
        let critic = brief(
            &value(&task.evaluation.de_novo),
            &names(&["epochs", "least_steps"]),
            &rest.take("task.trade_off.evaluation.de_novo"),
        );
        prose.say(&format!("On finished latent spaces V was estimated with a critic trained anew ({critic})."));
    }
    prose.say(&format!(
        "Biology kept was judged by U and by the silhouette of cell types{}, and, after k-means{} with as many clusters as types ({}), by \
         normalised mutual information{}, the adjusted Rand index{} and clustering accuracy{}; further by cLISI and isolated labels{}.",
        of(&["asw", "asw_rescaled"]),
        cited(&["kmeans"]),
        counted(metrics.kmeans.n_init, "restart", "restarts"),
        of(&["nmi"]),
        of(&["ari"]),
        of(&["uca"]),
        of(&["clisi", "isolated_labels"]),
    ));
    prose.say(&format!(
        "Mixing of batches was judged by V, by the entropy of batch mixing among {} neighbours{} (in {} pools of {} cells, on all cells, and \
         relative to that of the batches), by the mutual information of latent space and batch from {} nearest neighbours{} (also averaged \
         over minibatches of {} cells{}), and by iLISI{}, kBET{}, BRAS{}, graph connectivity and principal component regression{}.",
        metrics.be_neighbours,
        of(&["be_pooled", "be_exact", "be_relative"]),
        metrics.pools.pools,
        metrics.pools.cells,
        metrics.mi_neighbours,
        of(&["nn_mi"]),
        metrics.mi_minibatch,
        of(&["nn_mi_minibatch"]),
        of(&["ilisi"]),
        of(&["kbet", "kbet_lite"]),
        of(&["bras"]),
        of(&["graph_connectivity", "pcr"]),
    ));
    prose.say(&format!(
        "Fronts were compared, in pairs of metrics, by the share of candidates that no other of the front beats, by the area they dominate \
         (hypervolume){}, and by the number of distinct choices{}; metrics were scaled to 0\u{2013}1 over everything compared, and the \
         reference point is the worst value that is no outlier. The paper\u{2019}s own units are given as well{}.",
        cited(&["hypervolume"]),
        cited(&["distinct_choices"]),
        cited(&["li_wei"]),
    ));
    let unusual = rest.take("task.trade_off.evaluation");
    if !unusual.is_empty() {
        prose.say(&format!("The evaluation differed from the default: {}.", in_words(&unusual)));
    }
}

fn value(settings: &impl serde::Serialize) -> Value {
    serde_json::to_value(settings).unwrap_or_default()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
