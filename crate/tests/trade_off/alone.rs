use std::rc::Rc;

use dosefront::fronts::CandidateRow;
use serde_json::{Value, json};

use super::{done, finish, marrow, run_file, schedule, start};

/// A candidate is the same, to the bit, whichever others are trained beside it.
fn check_alone(method: &str, measure: &str, preset: &str) {
    let task = |places: Value| {
        let mut task = json!({"methods": [method], "measures": [measure], "places": places});
        task["schedule"] = schedule();
        task["schedule"]["preset"] = json!(preset);
        run_file(&task)
    };
    let dataset = Rc::new(marrow());
    let mut together = start(&task(json!([0, 1, 2, 3])), dataset.clone()).unwrap();
    let rows = done(&finish(&mut together, 0.0).0).candidates.clone();
    for (i, row) in rows.iter().enumerate() {
        let mut alone = start(&task(json!([row.place])), dataset.clone()).unwrap();
        let report = finish(&mut alone, 0.0).0;
        let found = &done(&report).candidates;
        assert_eq!(*found, [CandidateRow { index: 0, ..row.clone() }], "{method} {measure} place {}", row.place);
        assert_eq!(alone.latent(0).unwrap().values, together.latent(i).unwrap().values);
    }
    assert!(rows.windows(2).all(|pair| pair[0].train != pair[1].train));
}

#[test]
fn a_candidate_of_pareto_mtl_equals_its_own_run() {
    check_alone("pareto_mtl", "mine", "demo");
    check_alone("pareto_mtl", "mmd", "paper");
}

#[test]
fn a_candidate_of_the_other_methods_equals_its_own_run() {
    check_alone("scalarisation", "mine", "demo");
    check_alone("scvi_hsic", "hsic", "demo");
    check_alone("one_run", "mine", "demo");
}
