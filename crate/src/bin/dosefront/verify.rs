//! The command `verify`: does a saved run again and holds the two reports against each other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use dosefront::data::{self, Dataset, InputFile, Source};
use dosefront::run::saved::{BundleFile, Comparison, Environment, Verdict, bundle_read, compare, open_saved};
use serde_json::Value;

use super::files::{self, make_folder, write};
use super::run::finish;

const RUN_IN_BUNDLE: &str = "run.dosefront.json";
const DATA_IN_BUNDLE: &str = "data/";
/// Metrics in the printed table, at most.
const MOST_METRICS: usize = 20;
/// Missing results in the printed list, at most.
const MOST_MISSING: usize = 10;

/// What the program ends with where a run could not be done again or not be compared, so that it says nothing about it. As of `diff` and
/// `cmp`, 0 is the same and 1 is another.
pub const TROUBLE: u8 = 2;

/// The command `verify`; fails with what went wrong, and succeeds with whether the run came out the same.
pub fn verify(path: &Path, data: &[PathBuf], out: Option<&Path>) -> Result<ExitCode> {
    let (text, packed) = open(path)?;
    let saved = open_saved(&text).with_context(|| format!("cannot verify {}", path.display()))?;
    if saved.report.is_none() {
        bail!(
            "{} is a run file without results, so there is nothing to compare with; `dosefront run` runs it",
            path.display()
        );
    }
    for remark in &saved.remarks {
        println!("note: {remark}");
    }
    let dataset = match &saved.run.dataset {
        Source::File { .. } if data.is_empty() && !packed.is_empty() => data::read(packed)?,
        source => files::data_of(source, path, data)?,
    };
    note_of_hash(&saved.run.dataset, &dataset);
    let runner = finish(saved.run, dataset, false)?;
    let again = serde_json::to_string_pretty(&runner.report())?;
    let found = compare(&text, &again)?;
    print(&found);
    if let Some(out) = out {
        make_folder(out)?;
        write(&out.join("report.json"), &again)?;
        write(&out.join("comparison.json"), &serde_json::to_string_pretty(&found)?)?;
    }
    Ok(match found.verdict {
        Verdict::Identical | Verdict::WithinTolerance => ExitCode::SUCCESS,
        Verdict::Differs => ExitCode::FAILURE,
        Verdict::NotComparable => ExitCode::from(TROUBLE),
    })
}

/// The text of the report, and the data that came with it.
fn open(path: &Path) -> Result<(String, Vec<InputFile>)> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !bytes.starts_with(b"PK") {
        let text = String::from_utf8(bytes).with_context(|| format!("{} is not a text", path.display()))?;
        return Ok((text, Vec::new()));
    }
    let mut text = None;
    let mut packed = Vec::new();
    for BundleFile { name, bytes } in bundle_read(&bytes)? {
        if name == RUN_IN_BUNDLE {
            text = Some(String::from_utf8(bytes).with_context(|| format!("{name} is not a text"))?);
        } else if let Some(name) = name.strip_prefix(DATA_IN_BUNDLE) {
            packed.push(InputFile { name: name.to_owned(), bytes });
        }
    }
    Ok((text.with_context(|| format!("the bundle has no {RUN_IN_BUNDLE}"))?, packed))
}

/// A file without a hash in the report is taken as it is.
fn note_of_hash(saved: &Source, dataset: &Dataset) {
    if let (Source::File { sha256, .. }, Source::File { sha256: found, .. }) = (saved, &dataset.source)
        && sha256.is_empty()
    {
        println!("note: the report does not say which file it was; this one has the SHA-256 {found}");
    }
}

fn print(found: &Comparison) {
    println!("\n{}", found.sentence);
    if !found.metrics.is_empty() {
        println!("\nlargest difference of each metric:");
        println!("  {:<32} {:>14} {:>14} {:>10} {:>10}", "metric", "before", "after", "absolute", "relative");
    }
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.6}"));
    let short = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1e}"));
    for row in found.metrics.iter().take(MOST_METRICS) {
        let (before, after, far) = (number(row.before), number(row.after), if row.within { "" } else { "  beyond" });
        let (absolute, relative) = (short(row.absolute), short(row.relative));
        println!("  {:<32} {before:>14} {after:>14} {absolute:>10} {relative:>10}{far}  {}", row.metric, row.place);
    }
    more(found.metrics.len(), MOST_METRICS);
    for missing in found.missing.iter().take(MOST_MISSING) {
        println!("  {missing}");
    }
    more(found.missing.len(), MOST_MISSING);
    for (name, environment) in ["before", "after "].into_iter().zip(&found.environments) {
        println!("{name}: {}", words(environment));
    }
}

fn more(all: usize, shown: usize) {
    if all > shown {
        println!("  and {} more", all - shown);
    }
}

/// `dosefront 0.1.0, burn 0.22.1, cpu, same bits`.
fn words(environment: &Environment) -> String {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let versions = environment.versions.as_object().into_iter().flatten();
    let versions = versions.filter_map(|(name, version)| Some(format!("{name} {}", text(version)?)));
    let device = ["engine", "adapter", "repeats"].into_iter().filter_map(|field| text(&environment.device[field]));
    versions.chain(device).collect::<Vec<_>>().join(", ")
}
