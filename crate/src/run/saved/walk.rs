use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::compare::listed;
use super::{Difference, SameData, Tolerance, Verdict, rows};

/// What a report says besides its results.
const NO_RESULTS: [&str; 5] = ["run", "versions", "device", "timings", "notes"];
/// Words about a result, which may hold rounded numbers: where the same bits are not promised they do not decide whether reports agree.
const REMARKS: [&str; 3] = ["remarks", "message", "hint"];

/// The largest difference of a metric so far.
pub(super) struct Largest {
    pub difference: Difference,
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

    /// Whether this is a position in a picture that is found by chance and many small steps, in which the last bit decides.
    fn is_picture(&self) -> bool {
        self.section == "embeddings" && self.row != "pca"
    }

    fn words(&self) -> String {
        let row = if self.row.is_empty() { String::new() } else { format!(", {}", self.row) };
        format!("{}{row}", self.section)
    }
}

/// The way through two reports, and what was met on it.
pub(super) struct Walk {
    tolerance: Tolerance,
    /// Numbers that were compared.
    pub numbers: usize,
    differing: usize,
    beyond: usize,
    /// By metric.
    pub largest: BTreeMap<String, Largest>,
    /// What only one of them has, and texts that differ, in words.
    pub missing: Vec<String>,
    /// Words that differ and do not count.
    remarks: usize,
    /// Whether pictures differ that do not count.
    pictures: bool,
    /// Whether anything was trained.
    trained: bool,
}

impl Walk {
    /// Walks through two reports.
    pub fn new(tolerance: Tolerance, before: &Map<String, Value>, after: &Map<String, Value>) -> Self {
        let mut walk = Self {
            tolerance,
            numbers: 0,
            beyond: 0,
            differing: 0,
            largest: BTreeMap::new(),
            missing: Vec::new(),
            remarks: 0,
            pictures: false,
            trained: before.contains_key("fits") || before.contains_key("candidates"),
        };
        for section in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            if !NO_RESULTS.contains(&section.as_str()) {
                let place = Place { section, row: "", metric: None, field: "" };
                walk.entry(place, before.get(section), after.get(section));
            }
        }
        walk
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
            _ if self.is_remark(place) => self.remarks += 1,
            _ => self.missing.push(format!("{}: {} is {before} before and {after} after", place.words(), place.field)),
        }
    }

    /// Whether what is here are words that do not count.
    fn is_remark(&self, place: Place) -> bool {
        REMARKS.contains(&place.field) && self.tolerance != Tolerance::SAME_BITS
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
        if before.len() != after.len() {
            if self.is_remark(place) {
                self.remarks += 1;
            } else {
                let (words, first, second) = (place.words(), before.len(), after.len());
                self.missing.push(format!("{words}: {} has {first} entries before and {second} after", place.field));
            }
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
        if place.is_picture() && self.tolerance != Tolerance::SAME_BITS {
            self.pictures = true;
            return;
        }
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

    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        if !self.missing.is_empty() || self.beyond > 0 {
            Verdict::Differs
        } else if self.differing > 0 || self.remarks > 0 {
            if self.tolerance == Tolerance::SAME_BITS { Verdict::Differs } else { Verdict::WithinTolerance }
        } else {
            Verdict::Identical
        }
    }

    /// The same in a sentence or two; `grounds` are those of the tolerance.
    pub fn sentence(&self, grounds: Option<&str>, data: SameData) -> String {
        let Self { numbers, differing, beyond, missing, .. } = self;
        let exact = self.tolerance == Tolerance::SAME_BITS;
        let sentence = match self.verdict() {
            Verdict::Identical => format!("Identical: all {numbers} numbers are the same, bit for bit."),
            Verdict::WithinTolerance => {
                let grounds = grounds.unwrap_or_default();
                format!(
                    "Within tolerance: {differing} of {numbers} numbers differ, by no more than engines that round differently may. There \
                     is a tolerance because, as the reports say themselves, {grounds}."
                )
            }
            _ => {
                let far = if exact { "" } else { " by more than the tolerance" };
                let missing_too = if missing.is_empty() { String::new() } else { format!(", and {}", listed(missing)) };
                let why = match data {
                    SameData::Same if exact && missing.is_empty() => {
                        " The same version of this engine gives the same bits in every run."
                    }
                    SameData::Same if self.trained && missing.is_empty() => {
                        " Long training can carry a rounding error far; how far seeds are apart tells whether it matters."
                    }
                    _ => "",
                };
                format!("Different: {beyond} of {numbers} numbers differ{far}{missing_too}.{why}")
            }
        };
        let pictures = if self.pictures {
            " Positions in t-SNE and UMAP take no part, because in them a last bit decides."
        } else {
            ""
        };
        format!("{sentence}{pictures}")
    }
}
