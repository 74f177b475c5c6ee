//! Everything that a run file can name has a work behind it, or is known to need none.

use std::collections::BTreeSet;
use std::fmt::Debug;

use dosefront::data::GeneChoice;
use dosefront::fronts::METRICS;
use dosefront::metrics::deg::Test;
use dosefront::metrics::distance::Distance;
use dosefront::models::mtae::Variant;
use dosefront::report::{CITATIONS, Methods, NEED_NONE, citation, methods, works_behind};
use dosefront::run::ModelSpec;
use dosefront::run::explore;
use dosefront::run::trade_off;
use dosefront::scores::Metric;
use dosefront::tradeoff::measure::Measure;
use dosefront::tradeoff::playground::Estimator;
use serde::de::DeserializeOwned;

use super::runs;

/// The names of all variants of an enum, as its parser knows them: a new one is here without anybody thinking of it.
fn names<T: DeserializeOwned + Debug>() -> Vec<String> {
    let error = serde_json::from_str::<T>("\"no such name\"").unwrap_err().to_string();
    let names: Vec<String> = error.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect();
    assert!(names.len() > 1, "{error}");
    names
}

fn all_names() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    // The family stands under the names of its members.
    all.extend(names::<ModelSpec>().into_iter().filter(|name| name != "mtae"));
    all.extend(names::<Variant>());
    all.extend(names::<Distance>());
    all.extend(names::<Measure>());
    all.extend(names::<Estimator>());
    all.extend(names::<Test>());
    all.extend(names::<explore::Method>());
    all.extend(names::<trade_off::Method>());
    all.extend(names::<GeneChoice>().into_iter().filter(|name| name != "all"));
    all.extend(METRICS.iter().map(|metric| metric.id.to_owned()));
    let report: serde_json::Value = serde_json::from_str(&runs::small_predict()).unwrap();
    let rows: Vec<dosefront::scores::ResultRow> = serde_json::from_value(report["results"].clone()).unwrap();
    all.extend(Metric::all(&rows).into_iter().map(|metric| metric.name));
    assert!(all.contains("film_nb") && all.contains("r2_top20") && all.contains("mmd_rbf_median"), "{all:?}");
    all
}

#[test]
fn every_model_method_measure_and_metric_has_a_work_behind_it_or_needs_none() {
    for name in all_names() {
        let works =
            works_behind(&name).unwrap_or_else(|| panic!("{name} has no citation and is not listed as needing none"));
        assert_eq!(works.is_empty(), NEED_NONE.contains(&name.as_str()), "{name}: {works:?}");
        for key in works {
            assert!(citation(key).is_some(), "{name} rests on {key}, which is no citation");
        }
    }
    assert_eq!(works_behind("scgen_counts"), works_behind("scgen"));
    assert_eq!(works_behind("mean_shift_counts"), Some(&[][..]));
    assert_eq!(works_behind("deep_thought"), None);
}

#[test]
fn every_citation_is_complete_and_some_run_uses_it() {
    let mut used = BTreeSet::new();
    let mut other_genes = runs::predict();
    other_genes.preprocess.genes = GeneChoice::HvgSeurat(200);
    for run in [runs::predict(), other_genes, runs::explore(), runs::trade_off(), runs::information()] {
        used.extend(methods(&run).citations.into_iter().map(|work| work.key));
    }
    let mut keys = BTreeSet::new();
    for work in &CITATIONS {
        assert!(keys.insert(work.key), "{} is there twice", work.key);
        assert!(used.contains(work.key), "nothing refers to {}", work.key);
        assert!(work.text.ends_with('.') && work.text.len() > 40, "{}", work.text);
        assert!(work.url.is_empty() || work.url.starts_with("https://"), "{}", work.url);
    }
    assert_eq!(used, keys);
}

/// A run of one thing refers to what that thing rests on, and to nothing else's.
#[test]
fn a_work_is_only_cited_where_it_was_used() {
    let keys = |methods: &Methods| methods.citations.iter().map(|work| work.key).collect::<BTreeSet<_>>();
    let task = serde_json::json!({"predict": {"models": [{"scgen": {}}], "held_out": ["B"]}});
    let scgen = keys(&methods(&runs::run_file("pbmc-two-condition", &task)));
    assert!(scgen.contains("scgen") && scgen.contains("seurat_v3") && scgen.contains("kang"));
    for other in ["scvidr", "film", "scpregan", "baselines", "li_wei", "umap", "seurat", "nault"] {
        assert!(!scgen.contains(other), "{other}");
    }
    let task = serde_json::json!({"trade_off": {"methods": ["desc"]}});
    let desc = keys(&methods(&runs::run_file("marrow-two-batches", &task)));
    assert!(
        desc.contains("desc") && !desc.contains("mine") && !desc.contains("pareto_mtl") && !desc.contains("saucie")
    );
}
