//! Fronts between biology kept and batch effect removed.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{Entry, Row, Sheet};
use super::text::{decimals, digits, fixed, spread};
use super::told::{Told, data_name};
use crate::chart::{Better, Cell, Table};
use crate::fronts::{
    CandidateKind, CandidateRow, Cells, FrontMetric, METRICS, Units, front_name, metric, paper_table, short_name,
};
use crate::report::prose::{counted, listed, lower};
use crate::report::saved::Saved;
use crate::run::TradeOffTask;
use crate::scores::mean_and_sd;

/// Metrics of a candidate that are shown.
const SHOWN: [&str; 8] = ["u", "v", "asw", "nmi", "be_pooled", "nn_mi", "ilisi", "bras"];

/// A front: method, measure.
type Front = (String, Option<String>);

pub fn told(saved: &Saved, task: &TradeOffTask) -> Told {
    let fronts = fronts(&saved.candidates);
    let names: Vec<String> =
        task.methods.iter().map(|method| crate::fronts::method_name(method.name()).to_owned()).collect();
    let verb = if names.len() == 1 { "was" } else { "were" };
    let mut told = Told {
        title: format!("Biology kept and batch effect removed in {}", data_name(saved)),
        asked: format!(
            "What does removing the batch effect cost in biology? {} {verb} judged on {}, with {} between the two ends of a front.",
            listed(&names),
            counted(task.splits.len(), "split of the cells", "splits of the cells"),
            counted(task.candidates, "candidate", "candidates"),
        ),
        ..Told::default()
    };
    told.found.extend(fronts.iter().filter_map(|front| ends(&saved.candidates, front)));
    told.found.extend(best(saved));
    if !saved.front_failures.is_empty() {
        let n = saved.front_failures.len();
        told.found.push(format!("{} could not be trained; the notes say why.", counted(n, "front", "fronts")));
    }
    if !saved.fronts.is_empty() {
        let rows = crate::fronts::spread(&saved.fronts);
        for (units, note) in [
            (Units::Scaled, "Metrics scaled to 0\u{2013}1 over all fronts, so that pairs can be compared"),
            (Units::Paper, "In the metrics\u{2019} own units, as the paper of Li et al. has it"),
        ] {
            let over = if task.splits.len() > 1 { "; mean \u{b1} standard deviation over splits" } else { "" };
            let mut sheet = named(&paper_table(&rows, units), &fronts);
            sheet.caption = match units {
                Units::Scaled => "Quality of whole fronts".to_owned(),
                Units::Paper => "The same in the paper\u{2019}s units".to_owned(),
            };
            let pairs = rows.iter().flat_map(|row| [row.x.as_str(), row.y.as_str()]);
            let pairs: BTreeSet<&str> = pairs.collect();
            let metrics = METRICS.iter().filter(|metric| pairs.contains(metric.id));
            sheet.note = match units {
                Units::Scaled => format!("{note}. Higher is better{over}. {}.", spelled_out(metrics)),
                Units::Paper => format!("{note}. Higher is better{over}."),
            };
            told.sheets.push(sheet);
        }
    }
    told.sheets.extend(fronts.iter().map(|front| candidates(&saved.candidates, front)));
    told
}

fn fronts(rows: &[CandidateRow]) -> Vec<Front> {
    let mut fronts = Vec::new();
    for row in rows {
        let front = (row.method.clone(), row.measure.clone());
        if !fronts.contains(&front) {
            fronts.push(front);
        }
    }
    fronts
}

fn title(front: &Front) -> String {
    front_name(&front.0, front.1.as_deref())
}

fn of_front<'r>(rows: &'r [CandidateRow], front: &Front) -> impl Iterator<Item = &'r CandidateRow> {
    rows.iter().filter(move |row| row.method == front.0 && row.measure == front.1)
}

/// Mean and standard deviation over splits on test cells.
fn over_splits(rows: &[&CandidateRow], metric: &FrontMetric) -> (Option<f64>, Option<f64>) {
    mean_and_sd(&rows.iter().filter_map(|row| metric.of(row, Cells::Test)).collect::<Vec<_>>())
}

/// What is gained and lost from one end of a front to the other.
fn ends(rows: &[CandidateRow], front: &Front) -> Option<String> {
    let of = |kind: CandidateKind| of_front(rows, front).filter(|row| row.kind == kind).collect::<Vec<_>>();
    let (batch, scvi) = (of(CandidateKind::BatchOnly), of(CandidateKind::ScviOnly));
    let between = |id: &str, what: &str| {
        let metric = metric(id).ok()?;
        let (from, to) = (over_splits(&scvi, metric).0?, over_splits(&batch, metric).0?);
        let places = decimals([from, to]);
        Some(format!("{what} from {} to {}", fixed(from, places), fixed(to, places)))
    };
    let moved = [("u", "U"), ("asw", "the silhouette of cell types"), ("be_pooled", "the entropy of batch mixing")];
    let moved: Vec<String> = moved.into_iter().filter_map(|(id, what)| between(id, what)).collect();
    let (first, rest) = moved.split_first()?;
    let rest = if rest.is_empty() { String::new() } else { format!(", {}", listed(rest)) };
    Some(format!(
        "{}: between scVI only and batch effect only, {}{rest} (test cells).",
        title(front),
        first.replacen(" from ", " goes from ", 1)
    ))
}

/// Which front dominates most, in the losses it was trained on and in the paper's surrogates.
fn best(saved: &Saved) -> Vec<String> {
    let rows = crate::fronts::spread(&saved.fronts);
    let mut found = Vec::new();
    for (x, y) in [("u", "nn_mi"), ("asw", "be_pooled")] {
        let own: Vec<_> = rows.iter().filter(|row| row.cells == Cells::Test && row.x == x && row.y == y).collect();
        let area = |mean: Option<f64>| mean.unwrap_or(f64::NEG_INFINITY);
        let most = own.iter().max_by(|a, b| area(a.hypervolume.mean).total_cmp(&area(b.hypervolume.mean)));
        let (Some(most), Ok(x), Ok(y)) = (most, metric(x), metric(y)) else { continue };
        let among =
            if own.len() > 1 { format!("of {} fronts the largest is that of ", own.len()) } else { String::new() };
        found.push(format!(
            "Area dominated in {} and {}: {among}{} ({}); {} % of its candidates are beaten by no other.",
            x.label,
            y.label,
            front_name(&most.method, most.measure.as_deref()),
            spread(most.hypervolume.mean, most.hypervolume.sd, 3),
            digits(most.percentage.mean.unwrap_or(0.0) * 100.0),
        ));
    }
    found
}

/// What a metric is called in a heading; the note of a table says what that is.
fn short(id: &str) -> &str {
    match id {
        "u" => "U",
        "v" => "V",
        "asw" => "ASW",
        "nmi" => "NMI",
        "be_pooled" => "BE",
        "nn_mi" => "NN",
        "nn_mi_minibatch" => "NN per minibatch",
        "ilisi" => "iLISI",
        "bras" => "BRAS",
        other => other,
    }
}

/// `U: generative loss U; ASW: silhouette of cell types (ASW)`.
fn spelled_out<'m>(metrics: impl IntoIterator<Item = &'m FrontMetric>) -> String {
    let of = |metric: &FrontMetric| {
        let unit = if metric.unit.is_empty() { String::new() } else { format!(", {}", metric.unit) };
        let label = lower(metric.label);
        let label = label.strip_suffix(&format!(" ({})", short(metric.id))).unwrap_or(&label);
        format!("{}: {label}{unit}", short(metric.id))
    };
    let words: Vec<String> = metrics.into_iter().filter(|metric| metric.label != short(metric.id)).map(of).collect();
    words.join("; ")
}

/// The paper's table: its qualities as sections, training and test cells beside each other.
fn named(table: &Table, fronts: &[Front]) -> Sheet {
    let front = |column: &str| {
        let key = column.split_once(": ").map_or(column, |(_, key)| key);
        let own = fronts.iter().find(|front| {
            key == format!("{}{}", front.0, front.1.as_ref().map(|measure| format!(" + {measure}")).unwrap_or_default())
        });
        own.map_or(key.to_owned(), title)
    };
    let own = table.columns.get(2..).unwrap_or_default();
    let count = |cells: &str| own.iter().filter(|column| column.starts_with(cells)).count();
    let groups = [("Training cells".to_owned(), count("train: ")), ("Test cells".to_owned(), count("test: "))];
    let words = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(value) => digits(*value),
        Cell::Missing => "\u{2013}".to_owned(),
    };
    let mut sheet = Sheet::new("", std::iter::once("Metrics".to_owned()).chain(own.iter().map(|column| front(column))));
    sheet.groups = groups.into_iter().filter(|group| group.1 > 0).collect();
    let mut last = String::new();
    for row in &table.rows {
        let mut cells = row.iter().map(words);
        let (quality, pair) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let pair: Vec<&str> = pair.split(" vs ").map(|id| short(id.trim_start_matches('-'))).collect();
        let section = (quality != last).then(|| match quality.as_str() {
            "percentage" => "Share of candidates that no other one beats".to_owned(),
            "hypervolume" => "Area dominated (hypervolume)".to_owned(),
            "ndc" => "Number of distinct choices".to_owned(),
            other => other.to_owned(),
        });
        last = quality;
        sheet.rows.push(Row {
            head: pair.join(" and "),
            section,
            cells: cells.map(Entry::from).collect(),
            ..Row::default()
        });
    }
    sheet
}

/// Every candidate of a front.
fn candidates(rows: &[CandidateRow], front: &Front) -> Sheet {
    let mut places: BTreeMap<usize, Vec<&CandidateRow>> = BTreeMap::new();
    for row in of_front(rows, front) {
        places.entry(row.place).or_default().push(row);
    }
    let has = |metric: &&FrontMetric| {
        SHOWN.contains(&metric.id) && of_front(rows, front).any(|row| metric.of(row, Cells::Test).is_some())
    };
    let shown: Vec<&FrontMetric> = METRICS.iter().filter(has).collect();
    let columns = shown.iter().map(|metric| {
        format!("{} {}", short(metric.id), if metric.better == Better::Higher { '\u{2191}' } else { '\u{2193}' })
    });
    let mut sheet =
        Sheet::new(format!("Candidates of {}", title(front)), std::iter::once("Candidate".to_owned()).chain(columns));
    sheet.note =
        format!("On test cells; an arrow shows which values are good. {}.", spelled_out(shown.iter().copied()));
    let digits: Vec<usize> =
        shown.iter().map(|metric| decimals(places.values().filter_map(|rows| over_splits(rows, metric).0))).collect();
    for rows in places.values() {
        let Some(first) = rows.first() else { continue };
        let cells = shown.iter().zip(&digits).map(|(metric, digits)| {
            let (mean, sd) = over_splits(rows, metric);
            Entry::from(spread(mean, sd, *digits))
        });
        let head = short_name(first.kind, &first.method, first.place);
        let quiet = first.kind != CandidateKind::Preference;
        sheet.rows.push(Row { head, quiet, cells: cells.collect(), ..Row::default() });
    }
    let remarks: Vec<String> = of_front(rows, front)
        .filter(|row| !row.remarks.is_empty())
        .map(|row| {
            format!("{} (split {}): {}", short_name(row.kind, &row.method, row.place), row.split, row.remarks.join(" "))
        })
        .collect();
    if !remarks.is_empty() {
        sheet.note.push_str(&format!(" Remarks: {}.", remarks.join("; ").trim_end_matches('.')));
    }
    sheet
}
