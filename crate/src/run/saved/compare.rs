use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::tolerance::Tolerance;
use super::{Saved, SavedError, open_saved, rows};

/// What a report says besides its results.
const NO_RESULTS: [&str; 5] = ["run", "versions", "device", "timings", "notes"];
/// Words about a result, which may hold rounded numbers: they decide whether reports are identical, and not whether they agree.
const REMARKS: [&str; 3] = ["remarks", "message", "hint"];
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

/// How two reports agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// In a word.
    pub verdict: Verdict,
    /// In a sentence.
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
/// take no part. Numbers are the same when they are the same double, or both not defined. Where both reports come from the same
/// version of an engine that promises the same bits nothing else is tolerated, else [`Tolerance::ROUNDED`].
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
    let tolerance = if same_bits(&environments) { Tolerance::SAME_BITS } else { Tolerance::ROUNDED };
    let mut walk = Walk {
        tolerance,
        numbers: 0,
        beyond: 0,
        differing: 0,
        largest: BTreeMap::new(),
        missing: Vec::new(),
        remarks: 0,
    };
    let mut comparison = Comparison {
        verdict: Verdict::NotComparable,
        sentence: String::new(),
        numbers: 0,
        tolerance,
        metrics: Vec::new(),
        missing: Vec::new(),
        environments,
    };
    let settings = settings_apart(&old["run"], &new["run"]);
    if !settings.is_empty() {
        comparison.sentence = format!("These are two different runs: {}.", listed(&settings));
        comparison.missing = settings;
        return Ok(comparison);
    }
    walk.report(old, new);
    comparison.numbers = walk.numbers;
    comparison.verdict = walk.verdict();
    comparison.sentence = walk.sentence();
    comparison.metrics = walk.largest.into_values().map(|largest| largest.difference).collect();
    comparison.metrics.sort_by(|a, b| {
        let by_size =
            |a: Option<f64>, b: Option<f64>| b.unwrap_or(f64::INFINITY).total_cmp(&a.unwrap_or(f64::INFINITY));
        a.within.cmp(&b.within).then_with(|| by_size(a.relative, b.relative))
    });
    comparison.missing = walk.missing;
    Ok(comparison)
}

fn results<'a>(saved: &'a Saved, which: &'static str) -> Result<&'a Map<String, Value>, SavedError> {
    saved.report.as_ref().and_then(Value::as_object).ok_or(SavedError::NoResults { which })
}

/// Whether both promise the same bits: the same version of the same engine, on any machine.
fn same_bits([before, after]: &[Environment; 2]) -> bool {
    let exact = |of: &Environment| of.device["repeats"] == "same bits";
    exact(before)
        && exact(after)
        && before.versions == after.versions
        && before.device["engine"] == after.device["engine"]
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
fn listed(all: &[String]) -> String {
    let first = all[..all.len().min(TOLD)].join("; ");
    if all.len() > TOLD { format!("{first}; and {} more", all.len() - TOLD) } else { first }
}

struct Largest {
    difference: Difference,
    /// Sorts differences of one metric: beyond the tolerance first, then by how far apart.
    size: (bool, f64),
}

/// Where the walk is.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The field of the report.
    section: &'a str,
    /// Name of the row, of the row within it ...
    row: &'a str,
    /// The metric of a row that has one for its name.
    metric: Option<&'a str>,
    /// Fields from the row on.
    field: &'a str,
}

impl Place<'_> {
    /// The name that tables give to the number here.
    fn metric(&self) -> String {
        match (self.section, self.metric) {
            ("results" | "candidates", _) => {
                self.field.replace("metrics.", "").replace("ratios.", "").replace('.', "_")
            }
            (_, Some(metric)) if self.field == "value" => metric.to_owned(),
            (_, Some(metric)) => format!("{metric}_{}", self.field),
            (section, None) if self.field.is_empty() => section.to_owned(),
            (section, None) => format!("{section}.{}", self.field),
        }
    }

    fn is_count(&self) -> bool {
        let last = self.field.rsplit('.').next().unwrap_or_default();
        let named =
            ["n", "up", "down", "rank", "index", "ndc", "ndc_paper", "step", "steps", "nondominated", "clipped"];
        last.starts_with("n_") || last.starts_with("common_degs") || named.contains(&last)
    }

    fn words(&self) -> String {
        let row = if self.row.is_empty() { String::new() } else { format!(", {}", self.row) };
        format!("{}{row}", self.section)
    }
}

struct Walk {
    tolerance: Tolerance,
    numbers: usize,
    differing: usize,
    beyond: usize,
    largest: BTreeMap<String, Largest>,
    missing: Vec<String>,
    /// Words that differ and do not count.
    remarks: usize,
}

impl Walk {
    fn report(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        for section in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            if !NO_RESULTS.contains(&section.as_str()) {
                let place = Place { section, row: "", metric: None, field: "" };
                self.entry(place, before.get(section), after.get(section));
            }
        }
    }

    /// Something that one of them may not have.
    fn entry(&mut self, place: Place, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (Some(before), Some(after)) => self.value(place, before, after),
            (Some(_), None) => self.only(place, "first"),
            (None, Some(_)) => self.only(place, "second"),
            (None, None) => {}
        }
    }

    fn only(&mut self, place: Place, which: &str) {
        let field = if place.field.is_empty() { String::new() } else { format!(": {}", place.field) };
        self.missing.push(format!("{}{field} is only in the {which} report", place.words()));
    }

    fn value(&mut self, place: Place, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.fields(place, before, after),
            (Value::Array(before), Value::Array(after)) => self.list(place, before, after),
            (Value::Number(_) | Value::Null, Value::Number(_) | Value::Null) => self.number(place, before, after),
            _ if before == after => {}
            _ if REMARKS.iter().any(|remarks| place.field.ends_with(remarks)) => self.remarks += 1,
            _ => self.missing.push(format!("{}: {} is {before} before and {after} after", place.words(), place.field)),
        }
    }

    fn fields(&mut self, place: Place, before: &Map<String, Value>, after: &Map<String, Value>) {
        for key in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            if rows::is_name(before, key) && rows::is_name(after, key) && before[key] == after[key] {
                continue;
            }
            let field = if place.field.is_empty() { key.clone() } else { format!("{}.{key}", place.field) };
            self.entry(Place { field: &field, ..place }, before.get(key), after.get(key));
        }
    }

    fn list(&mut self, place: Place, before: &[Value], after: &[Value]) {
        if let (Some(before), Some(after)) = (rows::by_name(before), rows::by_name(after)) {
            for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
                let row = if place.row.is_empty() { name.clone() } else { format!("{}, {name}", place.row) };
                let place = Place { row: &row, ..place };
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => {
                        let metric = before.get("metric").and_then(Value::as_str);
                        self.fields(Place { metric, ..place }, before, after);
                    }
                    (Some(_), None) => self.only(place, "first"),
                    _ => self.only(place, "second"),
                }
            }
            return;
        }
        if before.len() != after.len() && !REMARKS.contains(&place.field) {
            let (words, first, second) = (place.words(), before.len(), after.len());
            self.missing.push(format!("{words}: {} has {first} entries before and {second} after", place.field));
        }
        if before.len() != after.len() {
            self.remarks += 1;
        }
        for (before, after) in before.iter().zip(after) {
            self.value(place, before, after);
        }
    }

    fn number(&mut self, place: Place, before: &Value, after: &Value) {
        if before.is_null() && after.is_null() {
            return;
        }
        self.numbers += 1;
        // Whole numbers such as seeds are compared as such, for doubles have not all of them.
        if before == after
            || (before.as_f64().is_some() && before.as_f64() == after.as_f64() && !(before.is_u64() && after.is_u64()))
        {
            return;
        }
        self.differing += 1;
        let [a, b] = [before, after].map(Value::as_f64);
        let within = a.zip(b).is_some_and(|(a, b)| self.tolerance.allows(a, b, place.is_count()));
        self.beyond += usize::from(!within);
        let absolute = a.zip(b).map(|(a, b)| (a - b).abs());
        let relative = a.zip(b).map(|(a, b)| (a - b).abs() / a.abs().max(b.abs()));
        let size = (!within, absolute.unwrap_or(f64::INFINITY));
        let metric = place.metric();
        if self.largest.get(&metric).is_none_or(|largest| size > largest.size) {
            let difference = Difference {
                metric: metric.clone(),
                place: place.row.to_owned(),
                before: a,
                after: b,
                absolute,
                relative,
                within,
            };
            self.largest.insert(metric, Largest { difference, size });
        }
    }

    fn verdict(&self) -> Verdict {
        if !self.missing.is_empty() || self.beyond > 0 {
            Verdict::Differs
        } else if self.differing > 0 || self.remarks > 0 {
            if self.tolerance == Tolerance::SAME_BITS { Verdict::Differs } else { Verdict::WithinTolerance }
        } else {
            Verdict::Identical
        }
    }

    fn sentence(&self) -> String {
        let Self { numbers, differing, beyond, missing, .. } = self;
        match self.verdict() {
            Verdict::Identical => format!("Identical: all {numbers} numbers are the same, bit for bit."),
            Verdict::WithinTolerance => format!(
                "Within tolerance: {differing} of {numbers} numbers differ, by no more than engines that round differently may."
            ),
            _ if self.tolerance == Tolerance::SAME_BITS && missing.is_empty() => format!(
                "Different: {differing} of {numbers} numbers differ, and this engine gives the same bits in every run."
            ),
            _ if missing.is_empty() => {
                format!("Different: {beyond} of {numbers} numbers differ by more than the tolerance.")
            }
            _ => format!(
                "Different: {beyond} of {numbers} numbers differ by more than the tolerance, and {}.",
                listed(missing)
            ),
        }
    }
}
