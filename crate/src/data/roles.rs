//! Which `obs` columns say what a cell is and how it was treated.

use serde::{Deserialize, Serialize};

use super::levels::Levels;
use super::{Dataset, dose::read_doses};

/// The columns of `obs` that a run uses; every field may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Roles {
    /// Column with the type of each cell.
    pub cell_type: Option<String>,
    /// Column with the treatment of each cell, as a label.
    pub condition: Option<String>,
    /// The value of `condition` that means untreated. Not used without a condition.
    pub control: Option<String>,
    /// Column with the dose of each cell.
    pub dose: Option<String>,
    /// Column with the batch, donor or sample of each cell.
    pub batch: Option<String>,
}

/// Words for an untreated cell, as they are compared: lower case without spaces and punctuation.
const CONTROL_WORDS: [&str; 27] = [
    "control",
    "controls",
    "ctrl",
    "ctl",
    "ctr",
    "cntrl",
    "con",
    "vehicle",
    "veh",
    "untreated",
    "unt",
    "unstimulated",
    "unstim",
    "unst",
    "unperturbed",
    "notreatment",
    "nontreated",
    "dmso",
    "pbs",
    "saline",
    "mock",
    "sham",
    "baseline",
    "nontargeting",
    "resting",
    "healthy",
    "none",
];

/// Lower case letters and digits of a text.
fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a label means untreated: `control`, `CTRL`, `vehicle`, `DMSO`, `unst` ...
pub(super) fn is_control_word(text: &str) -> bool {
    CONTROL_WORDS.contains(&bare(text).as_str())
}

/// The label that most likely is the control: a word for it, a label that starts with one (`ctrl_6h`), or a zero.
pub(super) fn guess_control(labels: &[String]) -> Option<&String> {
    // In the order of the words, so that `control` wins over `healthy`.
    let exact = CONTROL_WORDS.iter().find_map(|word| labels.iter().find(|label| bare(label) == *word));
    let starts = || {
        let mut found = labels.iter().filter(|label| {
            let first = label.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            is_control_word(first)
        });
        let first = found.next();
        first.filter(|_| found.next().is_none())
    };
    let zero = || labels.iter().find(|label| label.parse::<f64>() == Ok(0.0));
    exact.or_else(starts).or_else(zero)
}

/// The parts of a column name: `cell.Type-broad` is `cell`, `type`, `broad`.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let starts_word = c.is_ascii_uppercase() && was_lower;
        if !c.is_ascii_alphanumeric() || starts_word {
            parts.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(last) = parts.last_mut()
        {
            last.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a column name holds one of the words (`cell_type` is two parts in a row).
fn has_word(name: &str, words: &[&str]) -> bool {
    let parts = parts(name);
    words.iter().any(|word| {
        let word: Vec<&str> = word.split('_').collect();
        parts.windows(word.len()).any(|window| window == word.as_slice())
    })
}

/// Names of cell type columns, the surest first.
const CELL_TYPE_NAMES: [&[&str]; 4] = [
    &[
        "cell_type",
        "celltype",
        "celltypes",
        "cell_types",
        "cell_ontology",
        "cell_class",
        "cell_label",
        "cell_labels",
        "cell_identity",
    ],
    &[
        "annotation",
        "annotations",
        "seurat_annotations",
        "subclass",
        "cluster_name",
        "cluster_names",
        "predicted_labels",
        "lineage",
    ],
    &["louvain", "leiden", "seurat_clusters", "clusters", "cluster"],
    &["cell_line", "cellline", "species"],
];
/// Names that mean a treatment whatever the values are.
const CONDITION_NAMES: [&str; 15] = [
    "condition",
    "conditions",
    "treatment",
    "treatments",
    "treated",
    "perturbation",
    "perturbations",
    "perturb",
    "stim",
    "stimulation",
    "stimulus",
    "drug",
    "compound",
    "product_name",
    "treat",
];
/// Names that mean a treatment only where a value is a word for the control.
const WEAK_CONDITION_NAMES: [&str; 10] =
    ["label", "labels", "group", "groups", "state", "status", "exposure", "disease", "guide", "agent"];
const DOSE_NAMES: [&str; 7] = ["dose", "doses", "dosage", "concentration", "conc", "dose_value", "dosing"];
const BATCH_NAMES: [&str; 26] = [
    "batch",
    "batches",
    "donor",
    "patient",
    "individual",
    "subject",
    "sample",
    "samples",
    "replicate",
    "rep",
    "technology",
    "tech",
    "platform",
    "protocol",
    "library",
    "channel",
    "lane",
    "orig_ident",
    "mouse",
    "animal",
    "method",
    "study",
    "plate",
    "chip",
    "ind",
    "dataset",
];

/// The most groups a guessed role may have.
const MOST_GROUPS: usize = 100;

/// A column that could have a role.
struct Candidate<'a> {
    name: &'a str,
    levels: Levels,
}

/// Guesses the roles from the names and the values of the columns. A role without evidence stays empty.
#[must_use]
pub fn guess_roles(dataset: &Dataset) -> Roles {
    let mut columns: Vec<Candidate> = dataset
        .obs
        .iter()
        .map(|column| Candidate { name: &column.name, levels: Levels::of(&column.values) })
        .filter(|column| (2..=MOST_GROUPS).contains(&column.levels.len()) && column.levels.len() < dataset.n_cells())
        .collect();
    let dose = take(&mut columns, |column| has_word(column.name, &DOSE_NAMES) && reads_as_dose(&column.levels));
    let cell_type = take_cell_type(&mut columns);
    let condition = take_condition(&mut columns);
    let batch = take(&mut columns, |column| {
        let same = condition.as_ref().is_some_and(|condition| same_grouping(&column.levels, &condition.levels));
        has_word(column.name, &BATCH_NAMES) && column.levels.is_discrete() && !same
    });
    let control = condition.as_ref().and_then(|condition| guess_control(&condition.levels.names).cloned());
    let name = |candidate: Option<Candidate>| candidate.map(|candidate| candidate.name.to_owned());
    Roles { cell_type: name(cell_type), condition: name(condition), control, dose: name(dose), batch: name(batch) }
}

/// Whether two columns say the same of every cell, under whatever names.
fn same_grouping(a: &Levels, b: &Levels) -> bool {
    let mut partner: Vec<Option<Option<u32>>> = vec![None; a.len() + 1];
    let agree = a.codes.iter().zip(&b.codes).all(|(a_code, b_code)| {
        let known = &mut partner[a_code.map_or(a.len(), |code| code as usize)];
        *known.get_or_insert(*b_code) == *b_code
    });
    agree && a.len() == b.len()
}

/// Takes the first column that fits.
fn take<'a>(columns: &mut Vec<Candidate<'a>>, fits: impl Fn(&Candidate) -> bool) -> Option<Candidate<'a>> {
    columns.iter().position(fits).map(|i| columns.remove(i))
}

fn reads_as_dose(levels: &Levels) -> bool {
    levels.numbers.as_ref().map_or_else(
        || read_doses(&levels.names).values.iter().all(Option::is_some),
        |numbers| numbers.iter().all(|v| *v >= 0.0),
    )
}

/// Among the surest names, the column with the fewest groups but at least three: a held-out type should be a whole one,
/// and broad types have more cells.
fn take_cell_type<'a>(columns: &mut Vec<Candidate<'a>>) -> Option<Candidate<'a>> {
    for names in CELL_TYPE_NAMES {
        let best = (0..columns.len())
            .filter(|&i| has_word(columns[i].name, names) && columns[i].levels.is_discrete())
            .min_by_key(|&i| (columns[i].levels.len() < 3, columns[i].levels.len()));
        if let Some(best) = best {
            return Some(columns.remove(best));
        }
    }
    None
}

/// A sure name with a control value, then a sure name, then a weak or batch-like name with a control value
/// (`orig.ident` with `CTRL` and `STIM`).
fn take_condition<'a>(columns: &mut Vec<Candidate<'a>>) -> Option<Candidate<'a>> {
    let has_control = |column: &Candidate| guess_control(&column.levels.names).is_some();
    let sure = |column: &Candidate| has_word(column.name, &CONDITION_NAMES) && column.levels.is_discrete();
    let weak = |column: &Candidate| {
        let words = column.levels.numbers.is_none() && column.levels.names.iter().any(|label| is_control_word(label));
        words && (has_word(column.name, &WEAK_CONDITION_NAMES) || has_word(column.name, &BATCH_NAMES))
    };
    take(columns, |column| sure(column) && has_control(column))
        .or_else(|| take(columns, sure))
        .or_else(|| take(columns, weak))
}
