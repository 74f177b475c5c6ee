//! Predictions: the best models, and the tables behind that.

use super::sheet::{Entry, Row, Sheet};
use super::text::{decimals, fixed, spread};
use super::told::{Told, data_name};
use crate::chart::Better;
use crate::report::prose::{counted, listed, lower};
use crate::report::saved::Saved;
use crate::run::{Names, PredictTask};
use crate::scores::{
    GroupBy, Mark, Metric, Scale, ScoreRow, ScoreTable, Selection, Stat, TableQuery, is_baseline, score_table,
};

/// Columns of the table of all models.
const SHOWN: [&str; 6] =
    ["r2_all", "r2_top100", "common_degs", "edistance", "to_no_change_edistance", "to_no_change_wasserstein"];
/// Metrics that are also shown by cell type and by treatment.
const APART: [&str; 2] = ["r2_top100", "to_no_change_edistance"];
/// Metrics that sentences are made of.
const SAID: [&str; 4] = ["r2_all", "r2_top100", "common_degs", "to_no_change_edistance"];

pub fn told(saved: &Saved, task: &PredictTask) -> Told {
    let of = Selection { failures: saved.failures.clone(), ..Selection::default() };
    let table = |metrics: Option<Vec<String>>, group_by: GroupBy| {
        score_table(&saved.results, &TableQuery { metrics, group_by, of: of.clone() }).ok()
    };
    let all: Vec<Metric> = Metric::all(&saved.results);
    let present = |names: &[&str]| -> Vec<String> {
        names.iter().filter(|name| all.contains(&Metric::parse(name))).map(|name| (*name).to_owned()).collect()
    };
    let types = match &task.held_out {
        Names::List(names) => listed(names),
        Names::All => "every cell type".to_owned(),
    };
    let mut told = Told {
        title: format!("Predicted responses of {types} in {}", data_name(saved)),
        asked: asked(saved, task, &types),
        ..Told::default()
    };
    if saved.results.is_empty() {
        return told;
    }
    if let Some(table) = table(Some(present(&SAID)), GroupBy::None) {
        told.found = found(&table);
    }
    if !saved.failures.is_empty() {
        let n = saved.failures.len();
        told.found.push(format!(
            "{} could not be made; the notes say why.",
            counted(n, "prediction or fit", "predictions or fits")
        ));
    }
    told.sheets.extend(
        table(Some(present(&SHOWN)), GroupBy::None).as_ref().map(|table| models(table, task.evaluation.n_degs)),
    );
    let plain: Vec<String> = all.iter().filter(|one| one.scale == Scale::Plain).map(Metric::id).collect();
    told.sheets.extend(table(Some(plain), GroupBy::None).as_ref().map(best));
    for by in [GroupBy::CellType, GroupBy::Arm] {
        for metric in present(&APART) {
            told.sheets
                .extend(table(Some(vec![metric]), by).filter(|table| table.groups.len() > 1).as_ref().map(apart));
        }
    }
    told
}

fn asked(saved: &Saved, task: &PredictTask, types: &str) -> String {
    let models = task.models.iter().filter(|spec| spec.is_trained()).count();
    let baselines = task.models.len() - models;
    let who = [counted(models, "trained model", "trained models"), counted(baselines, "baseline", "baselines")];
    let who: Vec<String> = who.into_iter().filter(|words| !words.starts_with("0 ")).collect();
    let doses = match &task.doses {
        Names::List(names) => listed(names),
        Names::All => "treatment".to_owned(),
    };
    let verb = if task.models.len() == 1 { "was" } else { "were" };
    format!(
        "Can the response of {types} to {doses} be predicted from the other cells? {} {verb} asked, and judged on treated cells that none \
         had seen ({} predictions).",
        listed(&who),
        crate::chart::count(saved.results.len()),
    )
}

/// A sentence per metric, and whether training was worth it.
fn found(table: &ScoreTable) -> Vec<String> {
    let mut found = Vec::new();
    for (at, metric) in table.metrics.iter().enumerate() {
        let places = decimals(table.rows.iter().filter_map(|row| row.scores[at].mean));
        let value = |row: &ScoreRow| said(&row.scores[at], places);
        let mut means = table.rows.iter().filter_map(|row| row.scores[at].mean);
        if let Some(first) = means.next().filter(|_| table.rows.len() > 1)
            && means.all(|mean| mean.total_cmp(&first).is_eq())
        {
            found.push(format!("{}: all models are level ({}).", metric.label, fixed(first, places)));
            continue;
        }
        let Some(best) = table.rows.iter().find(|row| row.marks[at] == Some(Mark::Best)).or(only(table)) else {
            continue;
        };
        let mut sentence = format!("{}: best was {} ({})", metric.label, within(best), value(best));
        if let Some(baseline) = top(table, at, true).filter(|row| row.model != best.model) {
            sentence.push_str(&format!("; the best baseline, {}, reached {}", within(baseline), value(baseline)));
        } else if let Some(trained) = top(table, at, false).filter(|row| row.model != best.model) {
            sentence.push_str(&format!(
                ", a baseline; the best trained model, {}, reached {}",
                trained.name,
                value(trained)
            ));
        }
        let no_change = table.rows.iter().find(|row| row.model == "no_change" && row.model != best.model);
        if let Some(none) =
            no_change.filter(|row| row.scores[at].mean.is_some() && !metric.id.starts_with("to_no_change"))
        {
            sentence.push_str(&format!("; no change {}", value(none)));
        }
        if metric.id.starts_with("to_no_change") {
            sentence.push_str(" (0 is exact, 1 no better than predicting no change)");
        }
        found.push(format!("{sentence}."));
    }
    found.extend(worth(table));
    found
}

/// How many trained models beat every baseline, by the ratio to no change.
fn worth(table: &ScoreTable) -> Option<String> {
    let at = table.metrics.iter().position(|metric| metric.id == "to_no_change_edistance")?;
    let trained: Vec<f64> =
        table.rows.iter().filter(|row| !row.baseline).filter_map(|row| row.scores[at].mean).collect();
    let baselines =
        table.rows.iter().filter(|row| row.baseline && row.model != "no_change").filter_map(|row| row.scores[at].mean);
    let best = baselines.fold(f64::INFINITY, f64::min);
    if trained.is_empty() || !best.is_finite() {
        return None;
    }
    let better = trained.iter().filter(|value| **value < best).count();
    Some(format!(
        "Of {}, {} predicted cells that are nearer to the observed ones (E-distance) than those of the best baseline.",
        counted(trained.len(), "trained model", "trained models"),
        if better == 0 { "none".to_owned() } else { better.to_string() }
    ))
}

fn only(table: &ScoreTable) -> Option<&ScoreRow> {
    table.rows.first().filter(|_| table.rows.len() == 1)
}

/// The best baseline, or the best trained model, of those with all results where there are such.
fn top(table: &ScoreTable, at: usize, baseline: bool) -> Option<&ScoreRow> {
    let own = || table.rows.iter().filter(|row| row.baseline == baseline && row.scores[at].mean.is_some());
    let complete = own().any(|row| row.scores[at].complete);
    let sign = if table.metrics[at].better == Better::Higher { 1.0 } else { -1.0 };
    let value = |row: &ScoreRow| row.scores[at].mean.map_or(f64::NEG_INFINITY, |mean| sign * mean);
    own().filter(|row| row.scores[at].complete || !complete).max_by(|a, b| value(a).total_cmp(&value(b)))
}

fn said(stat: &Stat, decimals: usize) -> String {
    spread(stat.mean, stat.sd, decimals)
}

/// A name within a sentence: that of a baseline is a common noun.
fn within(row: &ScoreRow) -> String {
    if row.baseline { lower(&row.name) } else { row.name.clone() }
}

/// Models against metrics; lists of responding genes have `n_degs` genes at most.
fn models(table: &ScoreTable, n_degs: usize) -> Sheet {
    let columns = std::iter::once("Model".to_owned()).chain(table.metrics.iter().map(arrow));
    let mut sheet = Sheet::new("Scores of all models", columns);
    let seeds = table.seeds.len();
    sheet.note = format!(
        "Means over cell types and treatments{}. Bold: best of its column; underlined: second. An arrow shows which values are good. \
         Baselines are set in grey.",
        if seeds > 1 { format!(" \u{b1} standard deviation over {seeds} seeds") } else { String::new() },
    );
    if table.metrics.iter().any(|metric| metric.id == "common_degs") {
        sheet.note.push_str(&format!(
            " Common DEGs: genes on both lists of the {n_degs} that rise most (all, where there are fewer), by observed and by predicted cells."
        ));
    }
    let places: Vec<usize> =
        (0..table.metrics.len()).map(|at| decimals(table.rows.iter().filter_map(|row| row.scores[at].mean))).collect();
    sheet.rows = table.rows.iter().map(|row| line(row, &places)).collect();
    let partial: Vec<String> = table
        .rows
        .iter()
        .filter(|row| !row.complete)
        .map(|row| format!("{} has {} of {} results", row.name, row.n_results, row.n_expected))
        .collect();
    if !partial.is_empty() {
        sheet.note.push_str(&format!(" {}.", listed(&partial)));
    }
    sheet
}

fn line(row: &ScoreRow, places: &[usize]) -> Row {
    let cells = row.scores.iter().zip(&row.marks).zip(places);
    let cells =
        cells.map(|((stat, mark), places)| Entry { text: said(stat, *places), mark: *mark, ..Entry::default() });
    Row { head: row.name.clone(), quiet: row.baseline, cells: cells.collect(), ..Row::default() }
}

fn arrow(metric: &crate::scores::MetricInfo) -> String {
    format!("{} {}", metric.label, if metric.better == Better::Higher { '\u{2191}' } else { '\u{2193}' })
}

/// Of each metric the best trained model and the best baseline.
fn best(table: &ScoreTable) -> Sheet {
    let columns = ["Metric", "Best trained model", "Its value", "Best baseline", "Its value", "No change"];
    let mut sheet = Sheet::new("Best models by metric", columns);
    sheet.note = "An arrow shows which values are good; bold is the better of the two.".into();
    for (at, metric) in table.metrics.iter().enumerate() {
        let winners = [top(table, at, false), top(table, at, true)];
        let none = table.rows.iter().find(|row| row.model == "no_change");
        let all = winners.into_iter().flatten().chain(none).filter_map(|row| row.scores[at].mean);
        let places = decimals(all);
        let value = |row: Option<&ScoreRow>| row.map_or("\u{2013}".to_owned(), |row| said(&row.scores[at], places));
        let mut cells = Vec::new();
        for winner in winners {
            let mark = winner.and_then(|row| row.marks[at]).filter(|mark| *mark == Mark::Best);
            cells.push(Entry::words(winner.map_or("\u{2013}".to_owned(), |row| row.name.clone())));
            cells.push(Entry { text: value(winner), mark, ..Entry::default() });
        }
        cells.push(value(none).into());
        sheet.rows.push(Row { head: arrow(metric), cells, ..Row::default() });
    }
    sheet
}

/// Models against cell types or treatments, in one metric.
fn apart(table: &ScoreTable) -> Sheet {
    let Some(metric) = table.metrics.first() else { return Sheet::default() };
    let by = if table.group_by == GroupBy::CellType { "held-out cell type" } else { "treatment" };
    let columns = std::iter::once("Model".to_owned()).chain(table.groups.iter().map(|group| group.name.clone()));
    let mut sheet = Sheet::new(format!("{}, by {by}", metric.label), columns);
    let good = if metric.better == Better::Higher { "Higher" } else { "Lower" };
    sheet.note = format!("{good} is better. Bold: best of its column; underlined: second.");
    let places = decimals(table.rows.iter().filter_map(|row| row.scores[0].mean));
    let mut models: Vec<&ScoreRow> = Vec::new();
    for row in &table.rows {
        if !models.iter().any(|other| other.model == row.model) {
            models.push(row);
        }
    }
    for model in models {
        let cells = (0..table.groups.len()).map(|group| {
            let row = table.rows.iter().find(|row| row.group == group && row.model == model.model);
            row.map_or_else(Entry::default, |row| Entry {
                text: said(&row.scores[0], places),
                mark: row.marks[0],
                ..Entry::default()
            })
        });
        sheet.rows.push(Row {
            head: model.name.clone(),
            quiet: is_baseline(&model.model),
            cells: cells.collect(),
            ..Row::default()
        });
    }
    sheet
}
