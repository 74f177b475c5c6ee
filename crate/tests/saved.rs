//! What was saved: runs that are shortened and opened again, reports that are held against each other, bundles.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests themselves")]

mod saved {
    mod bundles;
    mod command;
    mod comparing;
    mod opening;
    mod random_runs;
    mod shortening;

    use serde_json::{Value, json};

    /// The fixtures of version 1: a run file and a report of every task.
    pub const RUNS: [&str; 4] = [
        include_str!("../../tests/reference/fixtures/run_file/version-1.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-explore.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-trade-off.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-mutual-information.json"),
    ];

    /// A report of every task, as version 1 wrote it.
    pub const REPORTS: [&str; 4] = [
        include_str!("../../tests/reference/fixtures/run_file/version-1-report-predict.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-report-explore.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-report-trade-off.json"),
        include_str!("../../tests/reference/fixtures/run_file/version-1-report-mutual-information.json"),
    ];

    /// A report of two models with two seeds, as small as one can be.
    pub fn report() -> Value {
        let row = |index: u32, model: &str, seed: Value, r2: f64| {
            json!({
                "index": index, "model": model, "cell_type": "B", "arm": "stimulated", "condition": "stimulated", "dose": null,
                "seed": seed, "n_control": 30, "n_observed": 31, "n_predicted": 30,
                "metrics": {"r2_all": r2, "edistance": 0.25, "common_degs": 43.0, "r2_hvg": null},
                "ratios": {"to_control": {"edistance": 0.3}, "to_no_change": {"edistance": 0.9}}, "truth": null,
            })
        };
        json!({
            "run": {
                "dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
                "task": {"predict": {"models": ["mean_shift", {"scgen": {}}], "held_out": ["B"], "seeds": [1, 2]}},
            },
            "versions": {"dosefront": "0.1.0", "burn": "0.22.1"},
            "device": {"engine": "cpu", "adapter": null, "software": false, "repeats": "same bits"},
            "timings": {"train": 1.5}, "notes": ["chosen"],
            "results": [row(0, "mean_shift", json!(null), 0.9), row(1, "scgen", json!(1), 0.91), row(2, "scgen", json!(2), 0.92)],
            "failures": [],
            "fits": [{"model": "scgen", "cell_type": "B", "seeds": [1, 2], "unit": "epoch", "losses": [
                {"epoch": 1, "step": 4, "train": [3.5, 3.6], "validation": [3.4, null], "elbo": [null, null]},
                {"epoch": 2, "step": 8, "train": [2.5, 2.6], "validation": [2.4, 2.7], "elbo": [null, null]},
            ]}],
        })
    }
}
