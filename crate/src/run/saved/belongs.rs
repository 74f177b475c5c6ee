use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::trade_off::Method;
use crate::run::{ExploreTask, MutualInformationTask, Names, PredictTask, RunFile, Task, TradeOffTask};
use crate::tradeoff::measure::Measure;

use super::{SavedError, rows};

/// Tables whose every row is another result.
const TABLES: [&str; 10] = [
    "results",
    "fits",
    "distances",
    "responses",
    "response_genes",
    "dose_fits",
    "embeddings",
    "candidates",
    "fronts",
    "estimates",
];

/// Refuses a report whose results its own run file could not have given, that say nothing, or that are there twice. A run that was
/// ended early has fewer results than it asks for, and still belongs.
pub(super) fn check(run: &RunFile, report: &Value) -> Result<(), SavedError> {
    TABLES.iter().try_for_each(|field| once(field, table(report, field, None)?))?;
    match &run.task {
        Task::Predict(task) => predicted(task, report),
        Task::Explore(task) => explored(task, report),
        Task::TradeOff(task) => traded_off(task, report),
        Task::MutualInformation(task) => estimated(task, report),
    }
}

fn refused<T>(what: String) -> Result<T, SavedError> {
    Err(SavedError::DoNotBelong { what })
}

/// The rows of a field; none where it is missing, unless it is what the task is about.
fn table<'a>(report: &'a Value, field: &str, task: Option<&str>) -> Result<&'a [Value], SavedError> {
    match (report.get(field), task) {
        (Some(Value::Array(rows)), _) => match rows.iter().position(|row| !row.is_object()) {
            Some(at) => refused(format!("row {} of its {field} is no row", at + 1)),
            None => Ok(rows),
        },
        (Some(_), _) => refused(format!("its {field} are no list")),
        (None, Some(task)) => refused(format!("the run asks for {task}, and there are no {field}")),
        (None, None) => Ok(&[]),
    }
}

/// Refuses rows that do not say which result they are, and two rows of one result: nobody could tell which of them holds.
fn once(field: &str, all: &[Value]) -> Result<(), SavedError> {
    if let Some(at) = all.iter().position(|row| row.as_object().is_none_or(|row| rows::name(row).is_empty())) {
        return refused(format!("row {} of its {field} does not say which result it is", at + 1));
    }
    if let Some((first, again, name)) = rows::twice(all) {
        return refused(format!("rows {} and {} of its {field} are both of {name}", first + 1, again + 1));
    }
    let mut indices = BTreeMap::new();
    for (at, row) in all.iter().enumerate() {
        if let Some(index) = row.get("index").and_then(Value::as_u64)
            && let Some(first) = indices.insert(index, at)
        {
            return refused(format!("rows {} and {} of its {field} both have the index {index}", first + 1, at + 1));
        }
    }
    Ok(())
}

/// What a run asks for of one column of the results.
struct Asked {
    column: &'static str,
    /// Null among them where a row may say nothing; none of them where the run takes whatever there is.
    values: Option<Vec<Value>>,
}

impl Asked {
    fn new<T: Into<Value>>(column: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        Self { column, values: Some(values.into_iter().map(Into::into).collect()) }
    }

    fn names(column: &'static str, names: &Names) -> Self {
        match names {
            Names::All => Self { column, values: None },
            Names::List(names) => Self::new(column, names.iter().map(String::as_str)),
        }
    }

    fn or_none(mut self) -> Self {
        self.values.iter_mut().for_each(|values| values.push(Value::Null));
        self
    }

    fn check(&self, field: &str, at: usize, row: &Value) -> Result<(), SavedError> {
        let (Some(values), found) = (&self.values, row.get(self.column).unwrap_or(&Value::Null)) else { return Ok(()) };
        if values.contains(found) {
            return Ok(());
        }
        let asked: Vec<String> = values.iter().filter(|value| !value.is_null()).map(plain).collect();
        let asked = if asked.is_empty() { "none".to_owned() } else { asked.join(", ") };
        let (column, row, found) = (self.column.replace('_', " "), at + 1, plain(found));
        refused(format!("row {row} of its {field} has the {column} {found}, and the run asks for {asked}"))
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

fn all_asked(report: &Value, field: &str, asked: &[Asked]) -> Result<(), SavedError> {
    for (at, row) in table(report, field, None)?.iter().enumerate() {
        asked.iter().try_for_each(|asked| asked.check(field, at, row))?;
    }
    Ok(())
}

/// Whether a value is of a kind.
type IsSo = fn(&Value) -> bool;

fn has_entries(value: &Value) -> bool {
    value.as_object().is_some_and(|entries| !entries.is_empty())
}

/// Refuses rows without what the page and the figures read from them.
fn complete(field: &str, rows: &[Value], parts: &[(&str, IsSo)]) -> Result<(), SavedError> {
    for (at, row) in rows.iter().enumerate() {
        if let Some((part, _)) = parts.iter().find(|(part, is)| !row.get(part).is_some_and(is)) {
            return refused(format!("row {} of its {field} has no {part}", at + 1));
        }
    }
    Ok(())
}

fn predicted(task: &PredictTask, report: &Value) -> Result<(), SavedError> {
    let results = table(report, "results", Some("predictions"))?;
    complete("results", results, &[("index", Value::is_u64), ("metrics", has_entries), ("ratios", Value::is_object)])?;
    let models = || Asked::new("model", task.models.iter().map(|model| model.name().into_owned()));
    let cell_types = || Asked::names("cell_type", &task.held_out);
    let arms = || Asked::names("arm", &task.doses);
    let seeds = || Asked::new("seed", task.seeds.iter().copied()).or_none();
    all_asked(report, "results", &[models(), cell_types(), arms(), seeds()])?;
    all_asked(report, "failures", &[models(), cell_types(), arms().or_none(), seeds()])?;
    all_asked(report, "fits", &[models(), cell_types()])
}

fn explored(task: &ExploreTask, report: &Value) -> Result<(), SavedError> {
    table(report, "distances", Some("an exploration"))?;
    let cell_types = || Asked::names("cell_type", &task.cell_types).or_none();
    let arms = || Asked::names("arm", &task.arms);
    let metrics = task.distances.iter().flat_map(|part| &part.metrics).map(|metric| metric.name());
    all_asked(report, "distances", &[cell_types(), arms(), Asked::new("metric", metrics)])?;
    for field in ["responses", "response_genes"] {
        all_asked(report, field, &[cell_types(), arms()])?;
    }
    for (field, wanted) in [("response_genes", task.deg.is_some()), ("dose_fits", task.doses.is_some())] {
        if !wanted && !table(report, field, None)?.is_empty() {
            return refused(format!("it has {}, and the run asks for none", field.replace('_', " ")));
        }
    }
    all_asked(report, "dose_fits", &[cell_types()])
}

fn traded_off(task: &TradeOffTask, report: &Value) -> Result<(), SavedError> {
    let candidates = table(report, "candidates", Some("a trade-off"))?;
    complete(
        "candidates",
        candidates,
        &[("index", Value::is_u64), ("train", Value::is_object), ("test", Value::is_object)],
    )?;
    let methods = || Asked::new("method", task.methods.iter().map(|method| method.name()));
    let splits = || Asked::new("split", task.splits.iter().copied());
    let own = task.methods.iter().filter_map(|method| method.own_measure());
    let measures = task.measures.iter().map(|settings| settings.measure).chain(own).map(Measure::name);
    let measures: Vec<&str> = measures.collect();
    let of = || Asked::new("measure", measures.iter().copied()).or_none();
    for field in ["candidates", "fronts", "front_failures"] {
        all_asked(report, field, &[methods(), splits(), of()])?;
    }
    let last = task.candidates + 1;
    let places =
        Asked::new("place", (0..=last).filter(|place| task.places.as_ref().is_none_or(|all| all.contains(place))));
    for (at, row) in candidates.iter().enumerate() {
        let peer = task.methods.iter().any(|method: &Method| method.is_peer() && row["method"] == method.name());
        if !peer {
            places.check("candidates", at, row)?;
        }
    }
    Ok(())
}

fn estimated(task: &MutualInformationTask, report: &Value) -> Result<(), SavedError> {
    let estimates = table(report, "estimates", Some("estimates of mutual information"))?;
    complete("estimates", estimates, &[("value", |value| value.is_number() || value.is_null())])?;
    let names: Vec<&str> = task.estimators.iter().map(|estimator| estimator.name()).collect();
    for field in ["estimates", "estimate_curves"] {
        all_asked(report, field, &[Asked::new("estimator", names.iter().copied())])?;
    }
    Ok(())
}
