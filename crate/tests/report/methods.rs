//! The Methods section says everything that decides the outcome.

use std::collections::{BTreeMap, BTreeSet};

use dosefront::report::{Difference, differences, methods, value_words};
use dosefront::run::{RunFile, Task};
use dosefront::scores::model_name;
use serde_json::json;

use super::runs;

/// The numbers between brackets, in their order.
fn markers(text: &str) -> Vec<usize> {
    let inner = text.split('[').skip(1).filter_map(|rest| rest.split_once(']').map(|(inner, _)| inner));
    inner.flat_map(|inner| inner.split(", ").map(|number| number.parse().unwrap())).collect()
}

/// Every marker has a reference and the other way round, numbered as they come.
fn check_references(run: &RunFile) {
    let methods = methods(run);
    let markers = markers(&methods.paragraph);
    let distinct: BTreeSet<usize> = markers.iter().copied().collect();
    assert_eq!(distinct, (1..=methods.citations.len()).collect(), "{}", methods.paragraph);
    let mut highest = 0;
    for marker in markers {
        assert!(marker <= highest + 1, "{marker} after {highest}: {}", methods.paragraph);
        highest = highest.max(marker);
    }
    let keys: BTreeSet<&str> = methods.citations.iter().map(|work| work.key).collect();
    assert_eq!(keys.len(), methods.citations.len());
    assert!(keys.contains("dosefront") && keys.contains("burn"));
}

/// Every setting that differs is said, with its value; those with words of their own in `own`.
fn check_settings(run: &RunFile, own: &[(&str, &str)]) {
    let text = methods(run).paragraph;
    let differing = differences(run);
    assert!(!differing.is_empty());
    for one in &differing {
        let words = own
            .iter()
            .find(|(path, _)| one.path == *path)
            .map_or_else(|| one.words(), |(_, words)| (*words).to_owned());
        assert!(text.contains(&words), "{} ({words}) is not in: {text}", one.path);
    }
    for (path, _) in own {
        assert!(differing.iter().any(|one| one.path == *path), "{path} is no difference: {differing:?}");
    }
    assert!(!text.contains("  ") && !text.contains(" .") && !text.contains(" ,") && !text.contains("()"), "{text}");
}

const PREPROCESSED: [(&str, &str); 5] = [
    ("preprocess.max_cells", "At most 1,200 cells"),
    ("preprocess.target_sum", "a total of 8,000 per cell"),
    ("preprocess.genes.hvg_seurat_v3", "The 300 most variable genes"),
    ("preprocess.genes_without_held_out", "most variable genes were kept"),
    ("preprocess.seed", "drawn at random (seed 5)"),
];

fn with_preprocess(own: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    PREPROCESSED.iter().chain(own).copied().collect()
}

#[test]
fn predictions_name_every_model_and_setting() {
    let run = runs::predict();
    check_references(&run);
    check_settings(&run, &with_preprocess(&[]));
    let text = methods(&run).paragraph;
    let Task::Predict(task) = &run.task else { panic!() };
    for spec in &task.models {
        // Names of baselines are common nouns within a sentence.
        let (name, text) = (model_name(&spec.name(), &BTreeMap::new()).to_lowercase(), text.to_lowercase());
        assert!(text.contains(&format!("{name} [")) || text.contains(&format!("{name},")), "{name} is not in: {text}");
    }
    for words in [
        "pbmc-two-condition",
        "seed 3",
        "Cell types from the column cell_type",
        "control was the control",
        "without the held-out cells",
        "CD4T and B",
        "The response to stimulated",
        "4 and 19193",
        "preset paper: ",
        "hidden units 64 instead of 800",
        "epochs 11 instead of",
        "first 30 principal components of control, observed and predicted cells",
        "60 genes",
        "at most 400 cells of each group (seed 8)",
        "0.05 of the mean",
        "bit for bit",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn explorations_name_every_distance_and_setting() {
    let run = runs::explore();
    check_references(&run);
    let own = [
        ("task.explore.cell_types", "in all cells together and in Hepatocytes - portal"),
        ("task.explore.seed", "(seed 6)"),
        ("task.explore.distances.metrics", "Earth mover's distance"),
        ("task.explore.embedding.methods", "the first two principal components."),
        ("task.explore.deg.test", "Welch\u{2019}s t-test"),
    ];
    check_settings(&run, &with_preprocess(&own));
    let text = methods(&run).paragraph;
    let Task::Explore(task) = &run.task else { panic!() };
    for metric in &task.distances.as_ref().unwrap().metrics {
        assert!(text.contains(metric.title()), "{}: {text}", metric.title());
    }
    for words in [
        "first 33 principal components",
        "44 permutations",
        "55 bootstrap",
        "(transport costs: 22)",
        "what 11 random",
        "at most 0.07",
        "least 0.8",
        "the 66 genes",
        "perplexity 21",
        "UMAP",
        "12 neighbours",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_was_left_out_is_said() {
    let task = json!({"distances": null, "deg": null, "doses": null, "embedding": null});
    let run = runs::run_file("liver-dose-response", &json!({"explore": task}));
    let text = methods(&run).paragraph;
    for words in [
        "Distances were left out",
        "Tests of genes were left out",
        "curves were left out",
        "only the first two principal components",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    check_references(&run);
}

#[test]
fn trade_offs_name_every_method_measure_and_setting() {
    let run = runs::trade_off();
    check_references(&run);
    check_settings(&run, &with_preprocess(&[("task.trade_off.train_fraction", "training cells (70 %)")]));
    let text = methods(&run).paragraph;
    for words in [
        "Pareto multi-task learning [",
        "scalarisation [",
        "smooth Tchebycheff",
        "growing multiple of HSIC [",
        "SAUCIE with its MMD penalty [",
        "DESC [",
        "MINE [",
        "MMD [",
        "HSIC [",
        "classifier of the batch",
        "critic steps 9 instead of",
        "preset paper: hidden layers",
        "6 candidates",
        "seeds 3 and 5",
        "latent dimensions 8 instead of",
        "epochs 21 instead of",
        "no outlier",
        "41 neighbours",
        "13 restarts",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn estimates_of_mutual_information_name_all_of_their_settings() {
    let run = runs::information();
    check_references(&run);
    let text = methods(&run).paragraph;
    for words in [
        "mixtures of three Gaussians",
        "2.5 standard deviations",
        "4 dimensions",
        "1,500 points",
        "seed 9",
        "700 steps",
        "MINE [",
        "nearest neighbours [",
        "trained classifier",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Cells were"), "no data set takes part: {text}");
}

#[test]
fn a_file_is_named_with_its_hash_and_the_engine_with_its_promise() {
    let mut run = runs::predict();
    run.dataset = dosefront::data::Source::File { name: "my [7] cells.h5ad".into(), sha256: "ab12".into() };
    run.device = dosefront::run::Device::Webgpu;
    let methods = methods(&run);
    assert!(methods.paragraph.contains("the file my [7] cells.h5ad (SHA-256 ab12)"), "{}", methods.paragraph);
    assert!(methods.paragraph.contains("within a tolerance, not bit for bit"));
    assert!(!methods.paragraph.contains("true means"), "{}", methods.paragraph);
}

/// A run with nothing of its own differs from nothing, whatever its models.
#[test]
fn presets_alone_are_no_differences() {
    let models = json!([{"scgen": {}}, {"mtae": {"variant": "mtvae_ot", "preset": "paper"}}, {"as_counts": "mean_shift"}, {"as_counts": {"scgen": {}}}]);
    for task in [
        json!({"predict": {"models": models, "seeds": [5, 6]}}),
        json!({"explore": {}}),
        json!({"trade_off": {"methods": ["one_run"], "measures": [{"measure": "hsic", "preset": "paper"}], "candidates": 5, "schedule": {"preset": "paper"}}}),
        json!({"mutual_information": {}}),
    ] {
        let run = json!({"dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}}, "task": task});
        assert_eq!(differences(&RunFile::parse(&run.to_string()).unwrap()), [], "{task}");
    }
    let one = Difference { path: "task.x.n_latent".into(), value: json!(4), usual: json!(10) };
    assert_eq!(one.words(), "latent dimensions 4 instead of 10");
    assert_eq!(value_words(&json!([64, 32])), "64-32");
}
