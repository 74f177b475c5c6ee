//! The page around everything.

use super::ReportFigure;
use super::sheet::{Entry, Row, Sheet};
use super::svg;
use super::text::{escape, fixed};
use super::told::Told;
use crate::data::Source;
use crate::report::citations::Citation;
use crate::report::prose::{Piece, Prose};
use crate::report::saved::Saved;
use crate::run::Task;

const STYLE: &str = include_str!("report.css");

/// No script, nothing from elsewhere; the style sheet is in the page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A figure with its number.
pub fn figure(number: usize, figure: &ReportFigure, picture: &str) -> String {
    let caption = if figure.caption.is_empty() { String::new() } else { format!(" {}", escape(&figure.caption)) };
    let title = escape(figure.title.trim_end_matches('.'));
    let high = if svg::is_high(&figure.svg) { " high" } else { "" };
    format!(
        "<figure id=\"figure-{number}\">\n<div class=\"picture{high}\">{picture}</div>\n<figcaption><b>Figure {number}. \
         {title}.</b>{caption}</figcaption>\n</figure>\n"
    )
}

/// The whole file.
pub fn page(saved: &Saved, told: &Told, prose: &Prose, figures: &[String], data: &str) -> String {
    let title = escape(&told.title);
    let found: String = told.found.iter().map(|sentence| format!("<li>{}</li>\n", escape(sentence))).collect();
    let tables: String = told.sheets.iter().enumerate().map(|(at, sheet)| sheet.html(at + 1)).collect();
    let tables = section("results", "Results", &tables);
    let figures = section("figures", "Figures", &figures.concat());
    let made = made(saved, told.sheets.len() + 1);
    let version = escape(&saved.versions.dosefront);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{POLICY}\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" \
         content=\"light dark\">\n<meta name=\"generator\" content=\"Dosefront {version}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<header>\n<p class=\"kicker\">Dosefront report</p>\n<h1>{title}</h1>\n<p class=\"source\">{}</p>\n</header>\n\
         <main>\n<section id=\"summary\">\n<h2>Summary</h2>\n<p class=\"asked\">{}</p>\n<ul class=\"found\">\n{found}</ul>\n</section>\n\
         {tables}{figures}{}{made}</main>\n<footer>\n<p>Made by Dosefront {version}. This file holds the whole run: open it on the Dosefront \
         page to look at it again, to run it again, and to see whether the numbers are the same.</p>\n</footer>\n{data}\n</body>\n</html>\n",
        escape(&source(saved)),
        escape(&told.asked),
        methods(prose),
    )
}

fn section(id: &str, heading: &str, body: &str) -> String {
    if body.is_empty() {
        String::new()
    } else {
        format!("<section id=\"{id}\">\n<h2>{heading}</h2>\n{body}</section>\n")
    }
}

/// Whether the data set that the run file names plays no part.
fn simulated_points(saved: &Saved) -> bool {
    matches!(saved.run.task, Task::MutualInformation(_))
}

fn source(saved: &Saved) -> String {
    let data = match &saved.run.dataset {
        _ if simulated_points(saved) => "Simulated points".to_owned(),
        Source::File { name, .. } => format!("Data: {name}"),
        Source::Simulated { preset, seed } => format!("Data: {preset}, simulated with seed {seed}"),
    };
    let engine = match saved.device.engine.as_str() {
        "webgpu" => " \u{b7} WebGPU engine",
        "cpu" => " \u{b7} CPU engine",
        _ => "",
    };
    format!("{data} \u{b7} Dosefront {}{engine}", saved.versions.dosefront)
}

/// Methods with numbers that lead to the works, and back.
fn methods(prose: &Prose) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => escape(words),
        Piece::Marker(works) => {
            let mut works = works.clone();
            works.sort_unstable();
            works.dedup();
            let links: Vec<String> =
                works.iter().map(|work| format!("<a href=\"#reference-{work}\">{work}</a>")).collect();
            format!("[{}]", links.join(", "))
        }
    };
    let paragraphs: String = prose
        .paragraphs
        .iter()
        .filter(|pieces| !pieces.is_empty())
        .map(|pieces| format!("<p>{}</p>\n", pieces.iter().map(piece).collect::<String>()))
        .collect();
    let works: String = prose.works.iter().enumerate().map(|(at, work)| reference(at + 1, work)).collect();
    format!(
        "<section id=\"methods\">\n<h2>Methods</h2>\n{paragraphs}<h3 id=\"references\">References</h3>\n<ol class=\"references\">\n{works}\
         </ol>\n</section>\n"
    )
}

fn reference(number: usize, work: &Citation) -> String {
    let address = escape(work.url);
    let shown = address.trim_start_matches("https://").trim_start_matches("doi.org/");
    let link = match work.url {
        "" => String::new(),
        url if url.contains("doi.org/") => format!(" doi:<a href=\"{address}\">{shown}</a>"),
        _ => format!(" <a href=\"{address}\">{shown}</a>"),
    };
    format!("<li id=\"reference-{number}\">{}{link}</li>\n", escape(work.text))
}

/// The run: what it was computed with, how long it took, what was remarked, and the run file.
fn made(saved: &Saved, number: usize) -> String {
    let facts = facts(saved);
    let facts: String = facts
        .iter()
        .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value)))
        .collect();
    let notes: Vec<String> = saved
        .notes
        .iter()
        .cloned()
        .chain(saved.failures.iter().map(|one| {
            let arm = one.arm.as_ref().map_or(String::new(), |arm| format!(" under {arm}"));
            let seed = one.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
            format!("{} for {}{arm}{seed} was left out: {}. {}", one.model, one.cell_type, one.message, one.hint)
        }))
        .chain(saved.front_failures.iter().map(|one| {
            let measure = one.measure.as_ref().map_or(String::new(), |measure| format!(" with {measure}"));
            format!("{}{measure}, split {}, was left out: {}. {}", one.method, one.split, one.message, one.hint)
        }))
        .collect();
    let notes: String = notes.iter().map(|note| format!("<li>{}</li>\n", escape(note))).collect();
    let notes = if notes.is_empty() { String::new() } else { format!("<h3>Notes</h3>\n<ul>\n{notes}</ul>\n") };
    let timings = timings(saved).map_or(String::new(), |sheet| sheet.html(number));
    format!(
        "<section id=\"run\">\n<h2>The run</h2>\n<dl class=\"facts\">\n{facts}</dl>\n{notes}{timings}<details>\n<summary>Run file: everything \
         that decides the outcome</summary>\n<pre>{}</pre>\n</details>\n</section>\n",
        escape(&saved.run.to_json())
    )
}

fn facts(saved: &Saved) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Dosefront", saved.versions.dosefront.clone()),
        ("Burn", saved.versions.burn.clone()),
        ("Engine", if saved.device.engine == "webgpu" { "WebGPU" } else { "CPU" }.to_owned()),
    ];
    if let Some(adapter) = &saved.device.adapter {
        let software = if saved.device.software { " (software)" } else { "" };
        facts.push(("Graphics processor", format!("{adapter}{software}")));
    }
    facts.push(("A repetition gives", saved.device.repeats.clone()));
    match &saved.run.dataset {
        _ if simulated_points(saved) => {}
        Source::File { name, sha256 } => {
            facts.push(("Data", name.clone()));
            facts.push(("SHA-256", sha256.clone()));
        }
        Source::Simulated { preset, seed } => facts.push(("Data", format!("{preset}, simulated, seed {seed}"))),
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn timings(saved: &Saved) -> Option<Sheet> {
    if saved.timings.is_empty() {
        return None;
    }
    let mut sheet = Sheet::new("Where the time went", ["Work", "Seconds"]);
    sheet.note = "The only part that differs between repetitions on the CPU engine.".into();
    let line = |(work, seconds): (&String, &f64)| Row {
        head: work.replace('_', " "),
        cells: vec![Entry::from(fixed(*seconds, 2))],
        ..Row::default()
    };
    sheet.rows = saved.timings.iter().map(line).collect();
    sheet.rows.push(Row {
        head: "all".to_owned(),
        cells: vec![Entry::from(fixed(saved.timings.values().sum(), 2))],
        ..Row::default()
    });
    Some(sheet)
}
