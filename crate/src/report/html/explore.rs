//! What the data say before any model: distances, response genes, dose-response curves.

use super::sheet::{Entry, Row, Sheet};
use super::text::{decimals, digits, digits_or_dash, fixed};
use super::told::{Told, data_name};
use crate::metrics::distance::Distance;
use crate::report::prose::counted;
use crate::report::saved::{DistanceLine, FitLine, GeneLine, Saved};
use crate::run::ExploreTask;
use crate::run::explore::ALL_CELLS;

/// p-values up to this are called small.
const SMALL: f64 = 0.05;
/// Curves and genes that are listed.
const LISTED: usize = 15;

pub fn told(saved: &Saved, task: &ExploreTask) -> Told {
    let noise = Noise::of(task);
    let mut told = Told {
        title: format!("Treated against control cells in {}", data_name(saved)),
        asked: "How far are treated cells from control cells, in which cell types and at which doses, and which genes respond?".to_owned(),
        ..Told::default()
    };
    let metrics = metrics(&saved.distances);
    if let Some(first) = metrics.first() {
        told.found.extend(found(saved, *first, &noise));
    }
    told.found.extend(responses(saved));
    told.found.extend(curve(saved));
    told.sheets.extend(metrics.iter().map(|metric| distances(saved, *metric, &noise)));
    told.sheets.extend(response_counts(saved));
    told.sheets.extend(genes(saved));
    told.sheets.extend(curves(saved));
    told
}

/// The distances there are, in their order.
fn metrics(rows: &[DistanceLine]) -> Vec<Distance> {
    let mut metrics = Vec::new();
    for row in rows {
        if !metrics.contains(&row.metric) {
            metrics.push(row.metric);
        }
    }
    metrics
}

fn type_of(cell_type: Option<&String>) -> &str {
    cell_type.map_or(ALL_CELLS, String::as_str)
}

/// Where a treatment stands in a sentence: `at dose 30`, `under stimulated`.
fn at(arm: &str) -> String {
    if arm.parse::<f64>().is_ok() { format!("at dose {arm}") } else { format!("under {arm}") }
}

/// What a distance has to exceed to be a response.
struct Noise {
    /// Whether p-values can be small at all: with few permutations none is.
    tested: bool,
    floor: bool,
}

impl Noise {
    fn of(task: &ExploreTask) -> Self {
        let part = task.distances.as_ref();
        let tested = part.is_some_and(|part| 1.0 / (1 + part.permutations) as f64 <= SMALL);
        Self { tested, floor: part.is_some_and(|part| part.floor_splits > 0) }
    }

    /// Whether a distance is beyond its noise floor, and not by chance where that was tested.
    fn clear(&self, row: &DistanceLine) -> bool {
        let above = row.value.zip(row.floor_high).is_none_or(|(value, floor)| value > floor);
        let certain = !self.tested || row.p_value.is_none_or(|p| p <= SMALL);
        (self.tested || self.floor) && row.value.is_some() && above && certain
    }

    /// What that means; `None` where nothing was looked at.
    fn words(&self) -> Option<String> {
        match (self.floor, self.tested) {
            (true, true) => Some(format!("above what parts of the control cells differ by, and p at most {SMALL}")),
            (true, false) => Some("above what parts of the control cells differ by".to_owned()),
            (false, true) => Some(format!("p at most {SMALL}")),
            (false, false) => None,
        }
    }
}

fn found(saved: &Saved, metric: Distance, noise: &Noise) -> Vec<String> {
    let name = metric.title();
    let own: Vec<&DistanceLine> =
        saved.distances.iter().filter(|row| row.metric == metric && row.value.is_some()).collect();
    let largest = |whole: bool| {
        let rows = own.iter().filter(|row| row.cell_type.is_none() == whole);
        rows.max_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0))).copied()
    };
    let mut found = Vec::new();
    for (row, whole) in [(largest(true), true), (largest(false), false)] {
        let Some(row) = row else { continue };
        let interval = match (row.low, row.high) {
            (Some(low), Some(high)) => format!(", 95 % {}\u{2013}{}", digits(low), digits(high)),
            _ => String::new(),
        };
        let floor = row.floor_high.map_or(String::new(), |floor| format!("; noise floor up to {}", digits(floor)));
        let who = if whole { "All cells together" } else { type_of(row.cell_type.as_ref()) };
        let which = if whole { "" } else { ", of all cell types," };
        found.push(format!(
            "{who}{which} moved furthest from control {} ({name} {}{interval}{floor}).",
            at(&row.arm),
            digits_or_dash(row.value)
        ));
    }
    let types: Vec<&&DistanceLine> = own.iter().filter(|row| row.cell_type.is_some()).collect();
    if let (Some(words), false) = (noise.words(), types.is_empty()) {
        found.push(format!(
            "By {name}, {} of {} are clear of noise: {words}.",
            types.iter().filter(|row| noise.clear(row)).count(),
            counted(types.len(), "comparison of one cell type", "comparisons of one cell type"),
        ));
    }
    found
}

fn responses(saved: &Saved) -> Option<String> {
    let most = saved.responses.iter().filter(|row| row.cell_type.is_some() || saved.responses.len() == 1);
    let most = most.max_by_key(|row| row.up + row.down)?;
    Some(format!(
        "Most genes respond in {} {}: {} up, {} down.",
        type_of(most.cell_type.as_ref()),
        at(&most.arm),
        most.up,
        most.down
    ))
}

fn curve(saved: &Saved) -> Option<String> {
    let best = saved.dose_fits.iter().find(|fit| fit.of == "gene" && !fit.at_edge)?;
    Some(format!(
        "The most certain dose-response curve of a gene is that of {} in {}: half its effect at a dose of {}{}.",
        best.name,
        type_of(best.cell_type.as_ref()),
        digits_or_dash(best.ec50),
        ec50_interval(best),
    ))
}

fn ec50_interval(fit: &FitLine) -> String {
    match (fit.ec50_low, fit.ec50_high) {
        (Some(low), Some(high)) => format!(" (95 % {}\u{2013}{})", digits(low), digits(high)),
        (Some(low), None) => format!(" (95 % from {})", digits(low)),
        (None, Some(high)) => format!(" (95 % up to {})", digits(high)),
        (None, None) => String::new(),
    }
}

/// Cell types against treatments: rows and columns in the order of the report.
struct Plan {
    types: Vec<Option<String>>,
    arms: Vec<String>,
}

impl Plan {
    fn of<'r>(rows: impl Iterator<Item = (&'r Option<String>, &'r String)>) -> Self {
        let mut plan = Self { types: Vec::new(), arms: Vec::new() };
        for (cell_type, arm) in rows {
            if !plan.types.contains(cell_type) {
                plan.types.push(cell_type.clone());
            }
            if !plan.arms.contains(arm) {
                plan.arms.push(arm.clone());
            }
        }
        plan
    }

    fn sheet(&self, caption: String, cell: impl Fn(&Option<String>, &str) -> Entry) -> Sheet {
        let mut sheet = Sheet::new(caption, std::iter::once("Cell type".to_owned()).chain(self.arms.iter().cloned()));
        sheet.rows = self
            .types
            .iter()
            .map(|cell_type| Row {
                head: type_of(cell_type.as_ref()).to_owned(),
                cells: self.arms.iter().map(|arm| cell(cell_type, arm)).collect(),
                ..Row::default()
            })
            .collect();
        sheet
    }
}

fn distances(saved: &Saved, metric: Distance, noise: &Noise) -> Sheet {
    let own: Vec<&DistanceLine> = saved.distances.iter().filter(|row| row.metric == metric).collect();
    let plan = Plan::of(own.iter().map(|row| (&row.cell_type, &row.arm)));
    let places = decimals(own.iter().filter_map(|row| row.value));
    let words = noise.words();
    let mut sheet = plan.sheet(format!("{} from control", metric.title()), |cell_type, arm| {
        let Some(row) = own.iter().find(|row| row.cell_type == *cell_type && row.arm == arm) else {
            return Entry::default();
        };
        let text = row.value.map_or("\u{2013}".to_owned(), |value| fixed(value, places));
        Entry { text, star: words.as_ref().map(|_| noise.clear(row)), ..Entry::default() }
    });
    sheet.note = words.map_or(String::new(), |words| format!("* clear of noise: {words}."));
    sheet
}

fn response_counts(saved: &Saved) -> Option<Sheet> {
    if saved.responses.is_empty() {
        return None;
    }
    let plan = Plan::of(saved.responses.iter().map(|row| (&row.cell_type, &row.arm)));
    let mut sheet = plan.sheet("Response genes: up / down".to_owned(), |cell_type, arm| {
        let row = saved.responses.iter().find(|row| row.cell_type == *cell_type && row.arm == arm);
        row.map_or_else(Entry::default, |row| Entry::from(format!("{} / {}", row.up, row.down)))
    });
    sheet.note = "Genes beyond the thresholds that Methods gives.".into();
    Some(sheet)
}

/// The genes with the best scores where most genes respond.
fn genes(saved: &Saved) -> Option<Sheet> {
    let most = saved.responses.iter().max_by_key(|row| row.up + row.down)?;
    let own: Vec<&GeneLine> = saved
        .response_genes
        .iter()
        .filter(|row| row.cell_type == most.cell_type && row.arm == most.arm)
        .take(LISTED)
        .collect();
    if own.is_empty() {
        return None;
    }
    let columns = ["Gene", "Rank", "Score", "log2 fold change", "Adjusted p"];
    let mut sheet =
        Sheet::new(format!("Strongest responses: {} {}", type_of(most.cell_type.as_ref()), at(&most.arm)), columns);
    sheet.rows = own
        .iter()
        .map(|row| Row {
            head: row.gene.clone(),
            cells: [
                row.rank.to_string(),
                digits_or_dash(row.score),
                digits_or_dash(row.log2_fold_change),
                digits_or_dash(row.adjusted_p_value),
            ]
            .map(Entry::from)
            .to_vec(),
            ..Row::default()
        })
        .collect();
    Some(sheet)
}

fn curves(saved: &Saved) -> Option<Sheet> {
    if saved.dose_fits.is_empty() {
        return None;
    }
    let columns = ["Of", "Cell type", "EC50", "95 % interval", "Slope", "R\u{b2}", "p"];
    let mut sheet = Sheet::new("Dose-response curves, the most certain first", columns);
    let left = saved.dose_fits.len().saturating_sub(LISTED);
    if left > 0 {
        sheet.note = format!("{} more are in the run.", counted(left, "curve", "curves"));
    }
    sheet.rows = saved
        .dose_fits
        .iter()
        .take(LISTED)
        .map(|fit| {
            let distance = Distance::ALL.into_iter().find(|known| fit.of == "distance" && known.name() == fit.name);
            let interval = |end: Option<f64>, open: &str| end.map_or(open.to_owned(), digits);
            let who = [Some(type_of(fit.cell_type.as_ref())), fit.condition.as_deref()];
            let interval = format!("{}\u{2013}{}", interval(fit.ec50_low, "?"), interval(fit.ec50_high, "?"));
            Row {
                head: distance.map_or(fit.name.clone(), |known| known.title().to_owned()),
                quiet: fit.at_edge,
                cells: vec![
                    Entry::words(who.into_iter().flatten().collect::<Vec<_>>().join(", ")),
                    digits_or_dash(fit.ec50).into(),
                    if fit.at_edge { Entry::from("at the edge of the doses".to_owned()) } else { interval.into() },
                    digits_or_dash(fit.slope).into(),
                    digits_or_dash(fit.r2).into(),
                    digits_or_dash(fit.p_value).into(),
                ],
                ..Row::default()
            }
        })
        .collect();
    Some(sheet)
}
