use std::time::{Duration, Instant};

use dosefront::run::RunFile;
use dosefront::run::saved::shorten;
use serde_json::{Value, json};

use super::RUNS;

fn short(run: &Value) -> Value {
    shorten(&RunFile::parse(&run.to_string()).unwrap())
}

#[test]
fn only_what_differs_from_the_defaults_is_left() {
    let run = json!({"dosefront": 1, "dataset": {"simulated": {"preset": "pbmc-two-condition", "seed": 1}},
        "task": {"predict": {"models": [{"scgen": {}}, "mean_shift", {"as_counts": {"film_nb": {"preset": "paper"}}}]}}});
    assert_eq!(short(&run), run);
    let mut more = run.clone();
    more["task"]["predict"]["seeds"] = json!([1]);
    more["task"]["predict"]["models"][0]["scgen"] = json!({"preset": "demo", "dropout": 0.2});
    more["device"] = json!("cpu");
    more["roles"] = json!({"dose": null});
    assert_eq!(short(&more), run);
    let run = json!({"dosefront": 1, "dataset": {"simulated": {"preset": "marrow-two-batches", "seed": 1}},
        "roles": {"batch": "batch"}, "task": {"trade_off": {"measures": ["mmd", {"measure": "hsic", "width": 7}]}}, "device": "webgpu"});
    assert_eq!(short(&run), run);
    let run = json!({"dosefront": 1, "dataset": {"file": {"name": "a", "sha256": ""}}, "task": {"explore": {"distances": null}}});
    assert_eq!(short(&run), run);
}

#[test]
fn full_run_files_become_short_fast() {
    for text in RUNS {
        let run = RunFile::parse(text).unwrap();
        #[allow(clippy::disallowed_methods, reason = "tests are native")]
        let started = Instant::now();
        let short = shorten(&run);
        let took = started.elapsed();
        println!("{} -> {} characters in {took:?}: {short}", run.to_json().len(), short.to_string().len());
        assert_eq!(RunFile::parse(&short.to_string()).unwrap(), run);
        // Twenty milliseconds with room for a busy machine and a build that is not optimised.
        assert!(took < Duration::from_millis(200), "{took:?}");
    }
}
