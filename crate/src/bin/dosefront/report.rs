//! Reports to hand on: one HTML file of a saved run, or of one that has just been done.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use dosefront::chart::Figure;
use dosefront::report::{ReportFigure, figures, report_figure, report_html};
use dosefront::run::explore::atlas;
use dosefront::run::{Exploration, Runner};

use super::files::write;

/// Writes the report of a saved run beside it, or where `out` says, with the figures that the saved numbers suffice for.
pub fn of_saved(saved: &Path, out: Option<PathBuf>) -> Result<()> {
    let text = fs::read_to_string(saved).with_context(|| format!("cannot read {}", saved.display()))?;
    let out = out.unwrap_or_else(|| beside(saved));
    write(&out, &report_html(&text, &figures(&text)?)?)
}

/// Writes the report of a run that is done, with figures of its data where it has looked at them.
pub fn of_run(runner: &Runner, report: &str, out: &Path) -> Result<()> {
    let figures = match runner.exploration() {
        Some(found) => explored(found)?,
        None => figures(report)?,
    };
    write(out, &report_html(report, &figures)?)
}

/// Of the atlas what a reader looks at first: everything of the first distance, of the others one figure each.
fn explored(found: &Exploration) -> Result<Vec<ReportFigure>> {
    let all = atlas(found)?;
    let metric =
        |name: &str| name.strip_prefix("distance-").map(|rest| rest.split('-').next().unwrap_or(rest).to_owned());
    let first = all.iter().find_map(|(name, _)| metric(name));
    let wanted = |name: &str| match metric(name) {
        None => !name.ends_with("-means"),
        own if own == first => !name.ends_with("-lowest-dose") && !name.ends_with("-each-type"),
        Some(_) => name.ends_with("-by-type"),
    };
    let kept: Vec<&Figure> = all.iter().filter(|(name, _)| wanted(name)).map(|(_, figure)| figure).collect();
    kept.into_iter().map(|figure| Ok(report_figure(figure)?)).collect()
}

/// `kang.dosefront.json` becomes `kang.html`.
fn beside(saved: &Path) -> PathBuf {
    let name = saved.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = name.strip_suffix(".json").unwrap_or(&name);
    let stem = stem.strip_suffix(".dosefront").unwrap_or(stem);
    saved.with_file_name(format!("{stem}.html"))
}
