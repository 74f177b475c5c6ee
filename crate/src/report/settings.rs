//! Settings of a run in words, and which of them are not the usual ones.

use serde_json::{Map, Value};

use crate::run::RunFile;

/// A setting that differs from what its preset, or the default, has.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where it stands in the run file, e.g. `task.predict.models.0.scgen.dropout`.
    pub path: String,
    /// What it is.
    pub value: Value,
    /// What it usually is.
    pub usual: Value,
}

/// Fields that choose among sets of defaults, or say what a set of settings is of.
const CHOICES: [&str; 3] = ["preset", "variant", "measure"];

/// What is asked, rather than how it is done: no default could be right.
const QUESTIONS: [&str; 9] =
    ["models", "held_out", "doses", "seeds", "methods", "measures", "candidates", "splits", "places"];

/// Every setting of a run that is not what its preset, or the default of the run file, has. What is asked (data, columns, models, held-out
/// types, doses, seeds, methods, measures, number of candidates, splits) is none of them.
#[must_use]
pub fn differences(run: &RunFile) -> Vec<Difference> {
    let (Ok(own), Some(usual)) = (serde_json::to_value(run), usual(run)) else { return Vec::new() };
    let mut found = Vec::new();
    compare(&own, &usual, String::new(), &mut found);
    found
}

/// The same run with nothing but presets and questions given.
fn usual(run: &RunFile) -> Option<Value> {
    let mut value = serde_json::to_value(run).ok()?;
    let document = value.as_object_mut()?;
    document.insert("preprocess".to_owned(), Value::Object(Map::new()));
    let task = document.get_mut("task")?.as_object_mut()?.values_mut().next()?.as_object_mut()?;
    let names: Vec<String> = task.keys().cloned().collect();
    for name in names {
        let Some(part) = task.get_mut(&name) else { continue };
        if QUESTIONS.contains(&name.as_str()) {
            if let Value::Array(items) = part {
                for item in items {
                    keep_choices(item);
                }
            }
        } else if !keep_choices(part) {
            task.remove(&name);
        }
    }
    // Parsed again, so that every default is filled in by the one place that knows it.
    let run = RunFile::parse(&value.to_string()).ok()?;
    serde_json::to_value(run).ok()
}

/// Empties a set of settings but for its preset; of a set of sets (a model, named by its key) those within. Says whether anything is left.
fn keep_choices(value: &mut Value) -> bool {
    let Value::Object(fields) = value else { return false };
    if fields.contains_key("preset") {
        fields.retain(|name, _| CHOICES.contains(&name.as_str()));
    } else {
        // A baseline that is drawn as counts is a plain name.
        fields.retain(|name, inner| (name == "as_counts" && inner.is_string()) || keep_choices(inner));
    }
    !fields.is_empty()
}

fn compare(own: &Value, usual: &Value, path: String, found: &mut Vec<Difference>) {
    if let (Value::Object(fields), Value::Object(others)) = (own, usual) {
        for (name, value) in fields {
            let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            compare(value, others.get(name).unwrap_or(&Value::Null), inner, found);
        }
        return;
    }
    if let (Value::Array(items), Value::Array(others)) = (own, usual)
        && items.len() == others.len()
        && items.iter().any(Value::is_object)
    {
        for (at, (item, other)) in items.iter().zip(others).enumerate() {
            compare(item, other, format!("{path}.{at}"), found);
        }
        return;
    }
    if own != usual {
        found.push(Difference { path, value: own.clone(), usual: usual.clone() });
    }
}

/// Names of settings that do not speak for themselves, by the end of their path.
const WORDS: [(&str, &str); 62] = [
    ("n_hidden", "hidden units"),
    ("n_layers", "hidden layers"),
    ("n_latent", "latent dimensions"),
    ("n_embedding", "embedding dimensions"),
    ("layers", "layer widths"),
    ("control_layers", "control layer widths"),
    ("treated_layers", "treated layer widths"),
    ("film_hidden", "hidden widths of the FiLM generators"),
    ("mask", "share of masked genes"),
    ("kl_weight", "weight of the Kullback-Leibler term"),
    ("kl_warm_up", "epochs of Kullback-Leibler warm-up"),
    ("adam_epsilon", "epsilon of Adam"),
    ("warm_up", "warm-up steps"),
    ("patience", "epochs of patience before stopping early"),
    ("train_fraction", "share of cells trained on"),
    ("ot_cells", "paired cells per group, at most"),
    ("ot_epochs", "epochs on pairs"),
    ("untrained_heads", "latent heads left untrained"),
    ("stale_labels", "labels of the other batch, as published"),
    ("zero_small", "predicted values below 0.0001 set to 0"),
    ("reuse", "reuse of treated cells as partners"),
    ("balance", "weighing of cell types in the shift"),
    ("level_weight", "weight of the squared error"),
    ("max_norm", "largest gradient norm"),
    ("n_pcs", "principal components"),
    ("n_degs", "length of the gene lists"),
    ("joint_pca", "components fitted to predicted cells as well"),
    ("wasserstein_epsilon", "scale of the entropic regularisation"),
    ("tsne.theta", "Barnes-Hut theta of t-SNE"),
    ("tsne.perplexity", "perplexity of t-SNE"),
    ("umap.n_neighbors", "neighbours of UMAP"),
    ("umap.min_dist", "minimum distance of UMAP"),
    ("umap.spread", "spread of UMAP"),
    ("be_neighbours", "neighbours of the entropy of batch mixing"),
    ("mi_neighbours", "neighbours of the mutual information"),
    ("mi_minibatch", "cells per minibatch of the mutual information"),
    ("kmeans.n_init", "restarts of k-means"),
    ("kmeans.max_iterations", "iterations of k-means, at most"),
    ("kmeans.tolerance", "tolerance of k-means"),
    ("pools.pools", "pools of the entropy of batch mixing"),
    ("pools.cells", "cells per pool of the entropy of batch mixing"),
    ("shared", "parameters over which gradients are weighed"),
    ("genes_without_held_out", "genes chosen without the held-out cells"),
    ("doses.n_genes", "genes per cell type whose curves are fitted, at most"),
    ("deg.n_genes", "reported genes per comparison"),
    ("max_adjusted_p", "largest adjusted p-value"),
    ("min_log2_fold_change", "least log2 fold change"),
    ("transport_resamples", "resamples of transport costs, at most"),
    ("floor_splits", "partings for the noise floor"),
    ("max_cells", "cells per group, at most"),
    ("de_novo.least_steps", "steps of the judging critic, at least"),
    ("hold_cones", "candidates held in their cones"),
    ("fixed_ranges", "ranges of the losses fixed before the training"),
    ("n_clusters", "clusters"),
    ("pretrain_epochs", "pretraining epochs"),
    ("critic_warm_up", "warm-up steps of the critic"),
    ("range_epochs", "epochs of the two ends alone"),
    ("refit_epochs", "epochs of the decoder alone"),
    ("one_run_pretrain_epochs", "pretraining epochs of the one network"),
    ("one_run_epochs", "epochs of the one network"),
    ("adversarial_weight", "weight of the adversarial term"),
    ("lambda_b", "weight of the discrepancy between batches"),
];

/// What a setting is called.
#[must_use]
pub fn setting_words(path: &str) -> String {
    let ends = |end: &str| path == end || path.strip_suffix(end).is_some_and(|before| before.ends_with('.'));
    if let Some((_, words)) = WORDS.iter().find(|(end, _)| ends(end)) {
        return (*words).to_owned();
    }
    path.rsplit('.').next().unwrap_or(path).replace('_', " ")
}

/// What a setting is set to.
#[must_use]
pub fn value_words(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.replace('_', " "),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(value_words).collect::<Vec<_>>().join("-"),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{} {}", setting_words(name), value_words(value)));
            fields.collect::<Vec<_>>().join(", ")
        }
    }
}

impl Difference {
    /// `hidden units 64 instead of 800`.
    #[must_use]
    pub fn words(&self) -> String {
        let name = setting_words(&self.path);
        if self.value.is_null() && self.usual.is_object() {
            return format!("{name} left out");
        }
        format!("{name} {} instead of {}", value_words(&self.value), value_words(&self.usual))
    }
}
