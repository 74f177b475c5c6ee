use std::collections::BTreeSet;

use dosefront::random::{Stream, stream};
use dosefront::run::RunFile;
use dosefront::run::saved::{open_saved, shorten};
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

use super::RUNS;

/// How many runs are drawn; every task about a quarter.
const N: u64 = 400;
const MODELS: [&str; 14] = [
    "no_change",
    "mean_shift",
    "pca_shift",
    "pca_regressed_shift",
    "count_fold_change",
    "scgen",
    "scvidr_single",
    "scvidr_multi",
    "mtae",
    "scpregan",
    "scbutterfly",
    "multi_head",
    "unitednet",
    "film_nb",
];
const METHODS: [&str; 6] = ["pareto_mtl", "scalarisation", "one_run", "scvi_hsic", "saucie_mmd", "desc"];

fn parse(run: &Value) -> Option<RunFile> {
    RunFile::parse(&run.to_string()).ok()
}

/// A few of these, in a random order.
fn some<T: Clone>(all: &[T], rng: &mut Stream) -> Vec<T> {
    let n = rng.random_range(1..=all.len().min(4));
    all.sample(rng, n).cloned().collect()
}

fn all_or(names: &[&str], rng: &mut Stream) -> Value {
    if rng.random_bool(0.5) { json!("all") } else { json!(some(names, rng)) }
}

fn preset(rng: &mut Stream) -> Value {
    [json!({}), json!({"preset": "paper"}), json!({"preset": "demo"})].choose(rng).unwrap().clone()
}

fn model(name: &str, rng: &mut Stream) -> Value {
    let model = match name {
        "no_change" | "mean_shift" | "pca_shift" | "pca_regressed_shift" | "count_fold_change" => json!(name),
        _ => json!({name: preset(rng)}),
    };
    if rng.random_bool(0.2) { json!({"as_counts": model}) } else { model }
}

fn task(rng: &mut Stream) -> Value {
    let cell_types = ["B", "CD4T", "CD8T", "a \"quoted\" type"];
    match rng.random_range(0..4) {
        0 => {
            let models: Vec<Value> = some(&MODELS, rng).into_iter().map(|name| model(name, rng)).collect();
            let seeds = some(&[1, 2, 3, 19193, u64::MAX], rng);
            json!({"predict": {"models": models, "held_out": all_or(&cell_types, rng), "doses": all_or(&["1", "30"], rng), "seeds": seeds}})
        }
        1 => {
            let mut task = Map::new();
            for part in some(&["distances", "deg", "doses", "embedding"], rng) {
                task.insert(part.to_owned(), if rng.random_bool(0.5) { json!({}) } else { Value::Null });
            }
            json!({"explore": task})
        }
        2 => {
            let measures: Vec<Value> = some(&["mine", "mmd", "hsic", "classifier"], rng)
                .into_iter()
                .map(
                    |name| if rng.random_bool(0.5) { json!(name) } else { json!({"measure": name, "preset": "paper"}) },
                )
                .collect();
            let methods = some(&METHODS, rng);
            json!({"trade_off": {"methods": methods, "measures": measures, "scvi": preset(rng), "schedule": preset(rng), "splits": [1, 7]}})
        }
        _ => json!({"mutual_information": {"case": "mixtures", "steps": 100}}),
    }
}

/// A run of any task, with every key filled in and a few of them changed to whatever is allowed.
fn random_run(rng: &mut Stream) -> RunFile {
    let dataset = if rng.random_bool(0.3) {
        json!({"file": {"name": "kang é.h5ad", "sha256": "cd51"}})
    } else {
        json!({"simulated": {"preset": "liver-dose-response", "seed": rng.random_range(0..5)}})
    };
    let mut run = loop {
        // Two of a model and its counts may come out with the same name, which is refused.
        if let Some(run) = parse(&json!({"dosefront": 1, "dataset": dataset, "task": task(rng)})) {
            break serde_json::to_value(run).unwrap();
        }
    };
    let mut words = Vec::new();
    for text in RUNS {
        leaves(&serde_json::from_str(text).unwrap(), "", &mut |_, leaf| words.extend(leaf.as_str().map(str::to_owned)));
    }
    for _ in 0..rng.random_range(0..12) {
        let mut places = Vec::new();
        leaves(&run, "", &mut |place, _| places.push(place.to_owned()));
        let place = places.choose(rng).unwrap();
        let mut changed = run.clone();
        let leaf = changed.pointer_mut(place).unwrap();
        *leaf = other(leaf, &words, rng);
        if place != "/dosefront" && parse(&changed).is_some() {
            run = changed;
        }
    }
    parse(&run).unwrap()
}

/// Another value of about the same kind; it may not be allowed.
fn other(value: &Value, words: &[String], rng: &mut Stream) -> Value {
    match value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => match number.as_u64() {
            Some(n) => json!([n / 2, n.saturating_add(1), n.saturating_mul(2), 0, 1].choose(rng).unwrap()),
            // Seventeen digits, mostly.
            None => json!(number.as_f64().unwrap() * rng.random_range(0.01..2.0)),
        },
        Value::Null => [json!("batch"), json!(7), json!(0.1 + 0.2)].choose(rng).unwrap().clone(),
        _ => json!(words.choose(rng).unwrap()),
    }
}

fn leaves(value: &Value, place: &str, visit: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| leaves(inner, &format!("{place}/{key}"), visit)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, inner)| leaves(inner, &format!("{place}/{i}"), visit));
        }
        leaf => visit(place, leaf),
    }
}

/// Every key of every object, as the pointer to the object and the key.
fn keys(value: &Value, place: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                all.push((place.to_owned(), key.clone()));
                keys(inner, &format!("{place}/{key}"), all);
            }
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(i, inner)| keys(inner, &format!("{place}/{i}"), all)),
        _ => {}
    }
}

/// Objects whose keys are all known to the program: not those that choose one of several, such as a task or a model.
fn places_of_settings(run: &Value) -> Vec<String> {
    let mut all = Vec::new();
    keys(run, "", &mut all);
    let mut places: Vec<String> = all.into_iter().map(|(place, _)| place).collect();
    places.sort_unstable();
    places.dedup();
    let chooses = |place: &String| {
        let object = run.pointer(place).unwrap().as_object().unwrap();
        let in_dataset = place.starts_with("/dataset");
        in_dataset || (object.len() == 1 && object.values().all(|value| !value.is_null())) || place.ends_with("/genes")
    };
    places.retain(|place| !chooses(place));
    places
}

#[test]
fn any_run_gets_short_opens_again_and_cannot_get_shorter() {
    let mut rng = stream(6, "test/saved");
    let mut lengths = [0, 0];
    for i in 0..N {
        let run = random_run(&mut rng);
        assert_eq!(RunFile::parse(&run.to_json()).unwrap(), run, "run {i}");
        let short = shorten(&run);
        let saved = open_saved(&short.to_string()).unwrap();
        assert_eq!((&saved.run, saved.remarks.len()), (&run, 0), "run {i}: {short}");
        assert_eq!(shorten(&saved.run), short, "run {i}");
        let mut all = Vec::new();
        keys(&short, "", &mut all);
        for (place, key) in all {
            let mut shorter = short.clone();
            shorter.pointer_mut(&place).unwrap().as_object_mut().unwrap().remove(&key);
            assert_ne!(parse(&shorter).as_ref(), Some(&run), "{place}/{key} can go from {short}");
        }
        for (length, text) in lengths.iter_mut().zip([serde_json::to_string(&run).unwrap(), short.to_string()]) {
            *length += text.len();
        }
    }
    let [full, short] = lengths.map(|length| length / N as usize);
    println!("{N} runs of {full} characters on average become {short}");
    assert!(short < full / 2);
}

#[test]
fn any_run_opens_with_keys_of_a_newer_version() {
    let mut rng = stream(7, "test/saved");
    for i in 0..N {
        let run = random_run(&mut rng);
        let mut newer = serde_json::to_value(&run).unwrap();
        let places = some(&places_of_settings(&newer), &mut rng);
        // The same key may come to the same place twice.
        let mut added = BTreeSet::new();
        for (n, place) in places.iter().enumerate() {
            // Before all others, after them, or a name that is known elsewhere.
            let key = ["a_new_key", "zz_new_key", "roles"][(i as usize + n) % 3];
            let key = if place.is_empty() && key == "roles" { "colour" } else { key };
            let value = [json!(1), json!({"seed": [1, {}], "x": {"y": null}}), json!([]), json!({})]
                .choose(&mut rng)
                .unwrap()
                .clone();
            newer.pointer_mut(place).unwrap()[key] = value;
            added.insert((place.clone(), key));
        }
        let saved = open_saved(&newer.to_string()).unwrap();
        assert_eq!(saved.run, run, "run {i}, {places:?}");
        assert_eq!(saved.remarks.len(), added.len(), "{places:?}: {:?}", saved.remarks);
    }
}
