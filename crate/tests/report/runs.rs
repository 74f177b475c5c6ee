//! Run files with many settings of their own, and small runs that are done.

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use dosefront::data::simulate;
use dosefront::run::{Clock, EngineInfo, RunFile, Runner};
use futures_lite::future::block_on;
use serde_json::{Value, json};

/// A run of the task on a built-in set, with preprocessing of its own.
pub fn run_file(preset: &str, task: &Value) -> RunFile {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": preset, "seed": 3}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control", "batch": "batch"},
        "preprocess": {
            "max_cells": 1200, "target_sum": 8000, "genes": {"hvg_seurat_v3": 300}, "genes_without_held_out": true, "seed": 5,
        },
        "task": task,
    });
    RunFile::parse(&run.to_string()).unwrap()
}

/// Every model there is, some with settings of their own.
pub fn predict() -> RunFile {
    let mtae = |variant: &str| json!({"mtae": {"variant": variant}});
    let models = json!([
        "no_change",
        "mean_shift",
        "pca_shift",
        "pca_regressed_shift",
        "count_fold_change",
        {"scgen": {"preset": "paper", "n_hidden": 64, "n_latent": 7, "epochs": 11, "dropout": 0.15}},
        {"scvidr_single": {"learning_rate": 0.002}},
        {"scvidr_multi": {}},
        {"mtae": {"variant": "mtae", "layers": [96, 48, 24], "film_hidden": [12]}},
        mtae("mtvae"),
        {"mtae": {"variant": "mtae_adv", "joint_epochs": 13}},
        mtae("mtae_adv_gaussian"),
        mtae("mtae_ot"),
        mtae("mtae_plus_ot"),
        mtae("mtvae_ot"),
        {"mtae": {"variant": "mtvae_plus_ot", "untrained_heads": true}},
        {"scpregan": {"iterations": 77, "stale_labels": true}},
        {"scbutterfly": {"patience": 9}},
        {"multi_head": {"batch_size": 24}},
        {"unitednet": {"max_norm": 17.0}},
        {"film_nb": {"level_weight": 0.25}},
        {"as_counts": "mean_shift"},
        {"as_counts": {"scgen": {"epochs": 12}}},
    ]);
    let evaluation = json!({"n_pcs": 30, "max_cells": 400, "n_degs": 60, "joint_pca": true, "wasserstein_epsilon": "mean", "seed": 8});
    let task = json!({"models": models, "held_out": ["CD4T", "B"], "doses": ["stimulated"], "seeds": [4, 19193], "evaluation": evaluation});
    run_file("pbmc-two-condition", &json!({"predict": task}))
}

/// Every distance and picture.
pub fn explore() -> RunFile {
    let distances = json!({
        "metrics": ["edistance", "edistance_squared", "euclidean", "mean_pairwise", "mmd_linear", "mmd_rbf", "mmd_rbf_median",
            "wasserstein", "wasserstein_mean", "emd"],
        "max_cells": 321, "permutations": 44, "bootstraps": 55, "transport_resamples": 22, "floor_splits": 11,
    });
    let task = json!({
        "cell_types": ["Hepatocytes - portal"], "n_pcs": 33, "seed": 6, "distances": distances,
        "deg": {"test": "t_test", "n_genes": 66, "max_adjusted_p": 0.07, "min_log2_fold_change": 0.8},
        "doses": {"n_genes": 77},
        "embedding": {"methods": ["umap", "tsne", "pca"], "umap": {"n_neighbors": 12, "min_dist": 0.45, "spread": 1.25}, "tsne": {"perplexity": 21.0}},
    });
    run_file("liver-dose-response", &json!({"explore": task}))
}

/// Every method and measure.
pub fn trade_off() -> RunFile {
    let task = json!({
        "methods": ["pareto_mtl", "scalarisation", "one_run", "scvi_hsic", "saucie_mmd", "desc"],
        "measures": [{"measure": "mine", "critic_steps": 9}, "mmd", "hsic", {"measure": "classifier", "preset": "paper", "width": 99}],
        "candidates": 6, "splits": [3, 5], "train_fraction": 0.7,
        "scvi": {"n_latent": 8, "dropout": 0.05},
        "saucie": {"lambda_b": 0.3}, "desc": {"n_clusters": 7},
        "schedule": {"epochs": 21, "smoothing": 4.0, "hold_cones": false},
        "evaluation": {
            "de_novo": {"epochs": 31}, "metrics": {"be_neighbours": 41, "kmeans": {"n_init": 13, "max_iterations": 99, "tolerance": 0.001}},
        },
    });
    run_file("marrow-two-batches", &json!({"trade_off": task}))
}

pub fn information() -> RunFile {
    let task = json!({
        "case": "mixtures", "separation": 2.5, "n_samples": 1500, "dims": 4, "seed": 9, "steps": 700, "estimators": ["nn", "mine", "classifier"],
    });
    run_file("pbmc-two-condition", &json!({"mutual_information": task}))
}

/// Does a run and returns its report as JSON.
pub fn done(run: &RunFile, preset: &str) -> String {
    let now = Cell::new(0.0);
    let clock: Clock = Rc::new(move || now.replace(now.get() + 10.0));
    let engine = EngineInfo { engine: "cpu".into(), repeats: "same bits".into(), ..EngineInfo::default() };
    let data = Rc::new(simulate(preset, 3).unwrap());
    let mut runner = Runner::new(run.clone(), data, Device::flex(), engine, clock).unwrap();
    while !runner.is_finished() {
        block_on(runner.step(1000.0)).unwrap();
    }
    serde_json::to_string_pretty(&runner.report()).unwrap()
}

/// Models that need no training, on few cells.
pub fn small_predict() -> String {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 3}},
        "roles": {"cell_type": "cell_type", "condition": "condition", "control": "control"},
        "preprocess": {"max_cells": 500, "genes": {"hvg_seurat": 120}},
        "task": {"predict": {
            "models": ["no_change", "mean_shift", "pca_shift", "count_fold_change", {"film_nb": {"epochs": 1}}],
            "held_out": ["CD4T", "B"], "seeds": [1, 2], "evaluation": {"max_cells": 60},
        }},
    });
    done(&RunFile::parse(&run.to_string()).unwrap(), "pbmc-two-condition")
}

/// Distances and genes of few cells, at several doses.
pub fn small_explore() -> String {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "liver-dose-response", "seed": 3}},
        "roles": {"cell_type": "cell_type", "dose": "dose"},
        "preprocess": {"max_cells": 500, "genes": {"hvg_seurat": 100}},
        "task": {"explore": {
            "n_pcs": 10, "cell_types": ["Hepatocytes - portal", "Hepatocytes - central"],
            "distances": {"metrics": ["edistance", "euclidean"], "max_cells": 40, "permutations": 9, "bootstraps": 9, "floor_splits": 3},
            "embedding": null,
        }},
    });
    done(&RunFile::parse(&run.to_string()).unwrap(), "liver-dose-response")
}

/// Estimates that take few steps.
pub fn small_information() -> String {
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 3}},
        "task": {"mutual_information": {"n_samples": 500, "steps": 20}},
    });
    done(&RunFile::parse(&run.to_string()).unwrap(), "pbmc-two-condition")
}

/// Fronts of one epoch each.
pub fn small_trade_off() -> String {
    let epochs = json!({
        "pretrain_epochs": 1, "critic_warm_up": 1, "range_epochs": 1, "epochs": 1, "refit_epochs": 1,
        "one_run_pretrain_epochs": 1, "one_run_epochs": 1,
    });
    let run = json!({
        "dosefront": 1,
        "dataset": {"simulated": {"preset": "marrow-two-batches", "seed": 3}},
        "roles": {"cell_type": "cell_type", "batch": "batch"},
        "preprocess": {"max_cells": 300, "genes": {"hvg_seurat": 60}},
        "task": {"trade_off": {
            "methods": ["scalarisation", "scvi_hsic"], "measures": ["mine"], "candidates": 2, "splits": [1, 2], "schedule": epochs,
            "scvi": {"n_hidden": 16, "n_latent": 4},
            "evaluation": {"de_novo": {"epochs": 1, "least_steps": 2}, "metrics": {"mi_minibatch": 40}},
        }},
    });
    done(&RunFile::parse(&run.to_string()).unwrap(), "marrow-two-batches")
}
