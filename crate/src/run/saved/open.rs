use serde_json::Value;

use crate::run::{RunFile, SCHEMA_VERSION};

use super::{SavedError, belongs, exact, numbers};

/// More keys that nobody knows are no run of a slightly newer version.
const MOST_UNKNOWN: usize = 200;

/// A run that was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// What was run, with every default filled in.
    pub run: RunFile,
    /// Its report, if there is one; its `run` is the one above.
    pub report: Option<Value>,
    /// What was skipped, in words.
    pub remarks: Vec<String>,
}

/// Opens a run file, or a report with the run file in it, of any schema version up to [`SCHEMA_VERSION`].
///
/// Keys of the run file that this version does not know are skipped, with a remark each: what a slightly newer version added has a
/// default that means what was before it.
///
/// # Errors
/// [`SavedError::NotJson`], [`SavedError::NotARun`], [`SavedError::NewerVersion`], [`SavedError::NumberTooLarge`];
/// [`SavedError::DoNotBelong`] for results that the run did not ask for, or that are there twice; and what [`RunFile::completed`] refuses.
pub fn open_saved(text: &str) -> Result<Saved, SavedError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value = exact::read(text).map_err(|error| SavedError::NotJson { reason: error.to_string() })?;
    let not_a_run = |reason: &str| SavedError::NotARun { reason: reason.to_owned() };
    let Value::Object(top) = &mut value else { return Err(not_a_run("it is not an object with named fields")) };
    if top.contains_key("dosefront_bundle") {
        return Err(not_a_run("it is the manifest of a bundle; open the .dosefront.zip file itself"));
    }
    let is_report = top.get("run").is_some_and(Value::is_object);
    let run = if is_report { top["run"].take() } else { value.take() };
    check_version(&run)?;
    let mut remarks = Vec::new();
    let run = known_part(run, &mut remarks)?;
    if !is_report {
        return Ok(Saved { run, report: None, remarks });
    }
    value["run"] = serde_json::to_value(&run).unwrap_or_default();
    belongs::check(&run, &value)?;
    Ok(Saved { run, report: Some(value), remarks })
}

/// The run file in a report, without a look at the results; none if the text is no report. Opens as [`open_saved`] does.
#[must_use]
pub fn run_in_report(text: &str) -> Option<Result<Saved, SavedError>> {
    let run = exact::read(text).ok()?.get_mut("run").filter(|run| run.is_object())?.take();
    let mut remarks = Vec::new();
    let run = check_version(&run).and_then(|()| known_part(run, &mut remarks));
    Some(run.map(|run| Saved { run, report: None, remarks }))
}

fn check_version(run: &Value) -> Result<(), SavedError> {
    let known = u64::from(SCHEMA_VERSION);
    match run.get("dosefront").map(Value::as_u64) {
        Some(Some(found)) if (1..=known).contains(&found) => Ok(()),
        Some(Some(found)) if found > known => Err(SavedError::NewerVersion { what: "run", found, known }),
        Some(_) => {
            Err(SavedError::NotARun { reason: "its version (\"dosefront\") is not a whole number from 1".into() })
        }
        None => Err(SavedError::NotARun { reason: "it has no version (\"dosefront\": 1)".into() }),
    }
}

/// Reads a run file, without the keys that are not known.
fn known_part(mut run: Value, remarks: &mut Vec<String>) -> Result<RunFile, SavedError> {
    loop {
        // One key a line, so that the line of an error says which key it means.
        let text = serde_json::to_string_pretty(&run).unwrap_or_default();
        let error = match RunFile::read(&text) {
            Ok(run) => return Ok(run.completed()?),
            Err(error) => error,
        };
        let unknown = error.to_string().starts_with("unknown field") && remarks.len() < MOST_UNKNOWN;
        let Some(path) = unknown.then(|| remove_at_line(&mut run, &mut 1, error.line())).flatten() else {
            // A seed of twenty digits is told in better words than "floating point, expected u64".
            numbers::hold_together(&run)?;
            // Its line and column would be those of our own text.
            let text = error.to_string();
            let reason = text.rsplit_once(" at line").map_or(text.as_str(), |(reason, _)| reason);
            return Err(SavedError::NotARun { reason: reason.to_owned() });
        };
        remarks.push(format!("This version does not know the setting {path}; it was left out."));
    }
}

/// Removes the key in the given line of the pretty-printed value and returns where it was; `at` counts lines, from 1.
fn remove_at_line(value: &mut Value, at: &mut usize, line: usize) -> Option<String> {
    let mut found = None;
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, inner) in map.iter_mut() {
                *at += 1;
                if *at == line {
                    found = Some(key.clone());
                    break;
                }
                if let Some(path) = remove_at_line(inner, at, line) {
                    return Some(format!("{key}.{path}"));
                }
            }
            if let Some(key) = &found {
                map.remove(key);
            }
            *at += 1;
        }
        Value::Array(list) if !list.is_empty() => {
            for (index, inner) in list.iter_mut().enumerate() {
                *at += 1;
                if let Some(path) = remove_at_line(inner, at, line) {
                    return Some(format!("{index}.{path}"));
                }
            }
            *at += 1;
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_found_again() {
        let value = json!({"a": {}, "b": [[], {"c": 1, "d": {"e": [1, 2]}}], "f": {"a": "x\ny"}, "g": 1});
        let text = serde_json::to_string_pretty(&value).unwrap();
        for (line, key) in text.lines().enumerate().filter_map(|(i, line)| Some((i + 1, line.split('"').nth(1)?))) {
            let mut rest = value.clone();
            let path = remove_at_line(&mut rest, &mut 1, line).unwrap();
            assert!(path.ends_with(key), "{path} in line {line}");
            let pointer = format!("/{}", path.replace('.', "/"));
            assert!(value.pointer(&pointer).is_some() && rest.pointer(&pointer).is_none(), "{path}");
        }
    }
}
