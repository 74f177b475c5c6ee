use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::run::EngineInfo;

use super::tolerance::Tolerance;
use super::walk::Walk;
use super::{Saved, SavedError, open_saved};

/// Names in a sentence, at most.
const TOLD: usize = 3;

/// How two reports of a run agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every number, every text and every key is the same.
    Identical,
    /// They differ, by no more than engines that round differently may.
    WithinTolerance,
    /// They differ by more than that, or have other results.
    Differs,
    /// They are not reports of the same run.
    NotComparable,
}

/// The largest difference of one metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The metric, under the name it has in tables.
    pub metric: String,
    /// Which result: model, cell type, treatment, seed ...
    #[serde(rename = "where")]
    pub place: String,
    /// The number in the first report; none where it is not defined.
    pub before: Option<f64>,
    /// The number in the second report.
    pub after: Option<f64>,
    /// How far they are apart; none where one of them is not defined.
    pub absolute: Option<f64>,
    /// The same as a share of the larger one.
    pub relative: Option<f64>,
    /// Whether that is within the tolerance.
    pub within: bool,
}

/// What a report was computed with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Environment {
    /// Versions of the program and its tensor library.
    pub versions: Value,
    /// The engine.
    pub device: Value,
}

/// Whether two reports are about the same data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SameData {
    /// Built-in data of one seed, or files with one SHA-256.
    Same,
    /// Files with two SHA-256: no difference says anything about the program, and no agreement that the run was repeated.
    Other,
    /// At least one report does not say which file it was.
    Unknown,
}

/// How two reports agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// In a word.
    pub verdict: Verdict,
    /// Whether it is about the same data; where it is not, the sentence begins with that.
    pub data: SameData,
    /// In some sentences.
    pub sentence: String,
    /// Numbers that were compared.
    pub numbers: usize,
    /// How far numbers may be apart; nothing where the same bits are promised.
    pub tolerance: Tolerance,
    /// The largest difference of every metric that differs, what is beyond the tolerance first.
    pub metrics: Vec<Difference>,
    /// Results that only one of them has, and texts that differ.
    pub missing: Vec<String>,
    /// What each was computed with.
    pub environments: [Environment; 2],
}

/// Holds two reports against each other, given as text so that no number is rounded on its way.
///
/// Rows are matched by what they are about, not by where they stand; what is no table is matched by where it stands. Times and notes
/// take no part. Numbers are the same when they are the same double, or both not defined. Nothing else is tolerated unless a report
/// says that it comes from an engine that rounds in its own way, or from another version; then [`Tolerance::ROUNDED`] holds, and the
/// sentence tells on which of these grounds, for they are what a report says of itself. One that says nothing, or what no engine says,
/// gets no tolerance for that.
///
/// # Errors
/// As [`open_saved`]; [`SavedError::NoResults`] for a run file alone.
pub fn compare(before: &str, after: &str) -> Result<Comparison, SavedError> {
    let [first, second] = [open_saved(before)?, open_saved(after)?];
    let [old, new] = [results(&first, "first")?, results(&second, "second")?];
    let environments = [old, new].map(|report| Environment {
        versions: report.get("versions").cloned().unwrap_or_default(),
        device: report.get("device").cloned().unwrap_or_default(),
    });
    let settings = settings_apart(&old["run"], &new["run"]);
    let (data, about_data) = data_apart(&old["run"], &new["run"]);
    let grounds = grounds(&environments);
    let tolerance = if grounds.is_some() { Tolerance::ROUNDED } else { Tolerance::SAME_BITS };
    let mut comparison = Comparison {
        verdict: Verdict::NotComparable,
        data,
        sentence: String::new(),
        numbers: 0,
        tolerance,
        metrics: Vec::new(),
        missing: Vec::new(),
        environments,
    };
    if !settings.is_empty() {
        comparison.sentence = format!("{about_data}These are two different runs: {}.", listed(&settings));
        comparison.missing = settings;
        return Ok(comparison);
    }
    let walk = Walk::new(tolerance, old, new);
    comparison.verdict = walk.verdict();
    comparison.sentence = format!("{about_data}{}", walk.sentence(grounds.as_deref(), data));
    comparison.numbers = walk.numbers;
    comparison.metrics = walk.largest.into_values().map(|largest| largest.difference).collect();
    comparison.metrics.sort_by(|a, b| {
        let size = |of: &Difference| of.relative.unwrap_or(f64::INFINITY);
        a.within.cmp(&b.within).then_with(|| size(b).total_cmp(&size(a)))
    });
    comparison.missing = walk.missing;
    Ok(comparison)
}

fn results<'a>(saved: &'a Saved, which: &'static str) -> Result<&'a Map<String, Value>, SavedError> {
    saved.report.as_ref().and_then(Value::as_object).ok_or(SavedError::NoResults { which })
}

/// Why numbers may be apart a little, in words; none where both reports are of one version of the CPU engine in a browser or under
/// Node, which gives the same bits on any machine. A report that does not say what it was computed with gets no tolerance for that.
fn grounds(environments: &[Environment; 2]) -> Option<String> {
    let own = |of: &Environment| match (of.device["engine"].as_str(), of.device["repeats"].as_str()) {
        (Some("webgpu"), _) => Some("computed with WebGPU"),
        (_, Some(EngineInfo::SAME_MACHINE)) => Some("computed by a program that rounds as its machine does"),
        _ => None,
    };
    let [before, after] = environments;
    let mut grounds: Vec<String> = match (own(before), own(after)) {
        (Some(a), Some(b)) if a == b => vec![format!("both were {a}")],
        (a, b) => [("first", a), ("second", b)]
            .into_iter()
            .filter_map(|(which, own)| Some(format!("the {which} was {}", own?)))
            .collect(),
    };
    if before.versions.is_object() && after.versions.is_object() && before.versions != after.versions {
        grounds.push("they are of different versions".to_owned());
    }
    (!grounds.is_empty()).then(|| grounds.join(", and "))
}

/// Settings of two runs that differ, apart from the engine and from which file of data it was: `task.predict.seeds.0: 1 and 2`.
fn settings_apart(before: &Value, after: &Value) -> Vec<String> {
    let bare = |run: &Value| {
        let mut run = run.clone();
        if let Some(map) = run.as_object_mut() {
            map.remove("device");
        }
        if let Some(file) = run.pointer_mut("/dataset/file").and_then(Value::as_object_mut) {
            file.clear();
        }
        run
    };
    let mut apart = Vec::new();
    collect_apart(&bare(before), &bare(after), "", &mut apart);
    apart
}

/// Whether the data were the same, and what has to be said first where they were not.
fn data_apart(before: &Value, after: &Value) -> (SameData, String) {
    let file = |run: &Value| {
        let text = |field: &str| run["dataset"]["file"][field].as_str().map(str::to_owned);
        Some((text("name")?, text("sha256")?))
    };
    let (Some((name, a)), Some((other_name, b))) = (file(before), file(after)) else {
        return (SameData::Same, String::new());
    };
    if a.is_empty() || b.is_empty() {
        (SameData::Unknown, "Whether the data were the same file is not known. ".to_owned())
    } else if a == b {
        (SameData::Same, String::new())
    } else {
        let words = format!(
            "The data were two different files, {name} with the SHA-256 {a} and {other_name} with {b}: this is not one run done twice. "
        );
        (SameData::Other, words)
    }
}

fn collect_apart(before: &Value, after: &Value, path: &str, apart: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) if !a.is_empty() && !b.is_empty() => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let [a, b] = [a, b].map(|map| map.get(key).unwrap_or(&Value::Null));
                collect_apart(a, b, &path, apart);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                collect_apart(a, b, &format!("{path}.{i}"), apart);
            }
        }
        _ if before != after => apart.push(format!("{path} is {before} in the first and {after} in the second")),
        _ => {}
    }
}

/// The first of a list of things, and how many more there are.
pub(super) fn listed(all: &[String]) -> String {
    let first = all[..all.len().min(TOLD)].join("; ");
    if all.len() > TOLD { format!("{first}; and {} more", all.len() - TOLD) } else { first }
}
