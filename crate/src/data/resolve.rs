//! From roles to a design: reads the chosen columns cell by cell.

use super::design::{Arm, Design};
use super::dose::read_doses;
use super::error::list;
use super::levels::Levels;
use super::roles::guess_control;
use super::{DataError, Dataset, Roles};

/// More groups than this are a measurement or a name, not a grouping.
const MOST_LEVELS: usize = 500;

impl Roles {
    /// The cells that have a type and a treatment, with their types, arms and batches.
    ///
    /// An arm is one treatment that a cell can have had. With only `condition` these are its values, the control first;
    /// with only `dose` its values ascending, zero (or the smallest) being the control; with both, a cell is a control
    /// when its condition is the control or its dose is zero, and the other arms are the pairs that occur.
    /// A missing type or treatment drops a cell, a missing batch does not.
    ///
    /// Errors: the role, column, condition, dose and control variants of [`DataError`], and `NoCells`.
    pub fn resolve(&self, dataset: &Dataset) -> Result<Design, DataError> {
        let columns: Vec<String> = dataset.obs.iter().map(|column| column.name.clone()).collect();
        let levels = |role, name: &Option<String>| name.as_ref().map(|name| levels(dataset, role, name)).transpose();
        let cell_type = levels("cell_type", &self.cell_type)?;
        let condition = levels("condition", &self.condition)?;
        let dose = levels("dose", &self.dose)?;
        let batch = levels("batch", &self.batch)?;
        let has_treatment = condition.is_some() || dose.is_some();
        let cell_type = match cell_type {
            Some(cell_type) if has_treatment => cell_type,
            Some(_) => return Err(DataError::NoTreatmentRole { columns }),
            None if has_treatment => return Err(DataError::NoCellTypeRole { columns }),
            None => return Err(DataError::NoRoles { columns }),
        };

        let mut notes = Vec::new();
        let condition = condition.map(|levels| self.read_condition(levels, dose.is_some())).transpose()?;
        let dose = dose.map(|levels| self.read_dose(levels, condition.as_ref(), &mut notes)).transpose()?;
        let treatment = Treatment { condition, dose };

        let mut cells = Vec::new();
        let mut arm_of_cell = Vec::new();
        for i in 0..dataset.n_cells() {
            if let (Some(_), Some(arm)) = (cell_type.codes[i], treatment.of(i)) {
                cells.push(i);
                arm_of_cell.push(arm);
            }
        }
        note_dropped(dataset.n_cells() - cells.len(), &mut notes);
        if cells.is_empty() {
            return Err(DataError::NoCells { why: "none has both a cell type and a treatment".to_owned() });
        }
        let (arms, arm) = treatment.arms(&arm_of_cell);
        if arms.len() < 2 {
            return Err(self.one_condition(&arms));
        }
        if !arm_of_cell.contains(&CONTROL) {
            let control = treatment.control_arm().label;
            return Err(DataError::NoControlCells { column: self.treatment_column(), control });
        }
        let (cell_types, cell_type) = compact(&cell_type, &cells, "");
        let (batches, batch) = match &batch {
            Some(levels) => compact(levels, &cells, "(missing)"),
            None => (vec!["all cells".to_owned()], vec![0; cells.len()]),
        };
        let mut design = Design { cells, cell_types, cell_type, arms, arm, batches, batch, notes };
        note_incomplete_types(&mut design);
        Ok(design)
    }

    /// The cells that have a batch, for looking at batches whatever the treatment: types as they are named (one, `all
    /// cells`, without a cell-type column) and a single arm. Cells without a batch or a type are dropped, and so are
    /// batches with fewer than [`Design::MIN_BATCH_CELLS`] cells.
    ///
    /// Errors: [`DataError::NoBatchRole`], [`DataError::OneBatch`], [`DataError::BatchesTooSmall`], `ColumnNotFound`,
    /// `TooManyLevels`.
    pub fn resolve_batches(&self, dataset: &Dataset) -> Result<Design, DataError> {
        let needed = Design::MIN_BATCH_CELLS;
        let Some(column) = self.batch.clone() else {
            let columns = dataset.obs.iter().map(|column| column.name.clone()).collect();
            return Err(DataError::NoBatchRole { columns });
        };
        let batch = levels(dataset, "batch", &column)?;
        let cell_type = self.cell_type.as_ref().map(|name| levels(dataset, "cell_type", name)).transpose()?;
        let labelled = |cell: usize| cell_type.as_ref().is_none_or(|levels| levels.codes[cell].is_some());
        let known: Vec<usize> =
            (0..dataset.n_cells()).filter(|&cell| batch.codes[cell].is_some() && labelled(cell)).collect();
        let mut notes = Vec::new();
        if known.len() < dataset.n_cells() {
            notes.push(format!(
                "{} cells have no batch or no cell type and are not used.",
                dataset.n_cells() - known.len()
            ));
        }
        let mut sizes = vec![0; batch.len()];
        for &cell in &known {
            sizes[batch.codes[cell].map_or(0, |code| code as usize)] += 1;
        }
        let present: Vec<usize> = (0..sizes.len()).filter(|&i| sizes[i] > 0).collect();
        if let [only] = present[..] {
            return Err(DataError::OneBatch { column, value: batch.names[only].clone() });
        }
        let small: Vec<usize> = present.iter().copied().filter(|&i| sizes[i] < needed).collect();
        if present.len() - small.len() < 2 {
            return Err(DataError::BatchesTooSmall { column, found: present.len() - small.len(), needed });
        }
        for &i in &small {
            notes.push(format!("The batch {} has only {} cells and is not used.", batch.names[i], sizes[i]));
        }
        let cells: Vec<usize> = known
            .into_iter()
            .filter(|&cell| batch.codes[cell].is_some_and(|code| !small.contains(&(code as usize))))
            .collect();
        let (batches, batch) = compact(&batch, &cells, "");
        let all = || vec!["all cells".to_owned()];
        let (cell_types, cell_type) = match &cell_type {
            Some(levels) => compact(levels, &cells, ""),
            None => (all(), vec![0; cells.len()]),
        };
        let arm = vec![0; cells.len()];
        let arms = vec![Arm { label: "all cells".to_owned(), condition: None, dose: None }];
        Ok(Design { cells, cell_types, cell_type, arms, arm, batches, batch, notes })
    }

    /// The condition of each cell and which one is the control. With doses, a control value is not needed: a dose of
    /// zero says it.
    fn read_condition(&self, levels: Levels, has_dose: bool) -> Result<Condition, DataError> {
        let column = self.condition.clone().unwrap_or_default();
        let found = match &self.control {
            Some(control) => levels.names.iter().position(|name| name == control),
            None => guess_control(&levels.names).and_then(|guess| levels.names.iter().position(|name| name == guess)),
        };
        match (found, &self.control) {
            (None, Some(control)) => {
                Err(DataError::ControlNotFound { column, control: control.clone(), values: levels.names })
            }
            (None, None) if !has_dose && levels.len() == 1 => {
                Err(DataError::OneCondition { column, value: levels.names[0].clone() })
            }
            (None, None) if !has_dose => Err(DataError::ControlNotChosen { column, values: levels.names }),
            (control, _) => Ok(Condition { levels, control: control.map(|i| i as u32) }),
        }
    }

    /// The dose of each group of the dose column, in the order of its groups.
    fn read_dose(
        &self,
        levels: Levels,
        condition: Option<&Condition>,
        notes: &mut Vec<String>,
    ) -> Result<Dose, DataError> {
        let column = self.dose.clone().unwrap_or_default();
        let values = if let Some(numbers) = &levels.numbers {
            numbers.clone()
        } else {
            let doses = read_doses(&levels.names);
            let unread = levels.names.iter().zip(&doses.values).filter(|(_, value)| value.is_none());
            let unread: Vec<String> = unread.map(|(name, _)| name.clone()).collect();
            if !unread.is_empty() {
                return Err(DataError::DoseNotNumeric { column, values: unread });
            }
            let unit = doses.unit.map_or_else(String::new, |unit| format!(" in {unit}"));
            let zero = match doses.control_words.as_slice() {
                [] => String::new(),
                words => format!("; {} was read as 0", list(words)),
            };
            notes.push(format!("The texts of `{column}` were read as doses{unit}{zero}."));
            doses.values.into_iter().flatten().collect()
        };
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        // Without a control condition somebody has to be the control; negative "doses" are no doses.
        let has_control = condition.is_some_and(|condition| condition.control.is_some());
        let control = if has_control || values.contains(&0.0) || smallest.is_infinite() { 0.0 } else { smallest };
        if smallest < 0.0 {
            let negative = levels.names.iter().zip(&values).filter(|(_, value)| **value < 0.0);
            return Err(DataError::DoseNotNumeric { column, values: negative.map(|(name, _)| name.clone()).collect() });
        }
        if control != 0.0 {
            notes.push(format!("`{column}` has no dose of 0: the smallest, {control}, is used as the control."));
        }
        Ok(Dose { codes: levels.codes, values, control })
    }

    /// The error for a treatment with a single value.
    fn one_condition(&self, arms: &[Arm]) -> DataError {
        let value = arms.first().map(|arm| arm.label.clone()).unwrap_or_default();
        DataError::OneCondition { column: self.treatment_column(), value }
    }

    /// The column that is named when something is wrong with the treatment.
    fn treatment_column(&self) -> String {
        self.condition.clone().or_else(|| self.dose.clone()).unwrap_or_default()
    }
}

/// The condition column.
struct Condition {
    levels: Levels,
    control: Option<u32>,
}

/// The dose column: a dose per group, and the dose that is the control.
struct Dose {
    codes: Vec<Option<u32>>,
    values: Vec<f64>,
    control: f64,
}

/// A treatment as (condition, dose).
type Pair = (Option<u32>, Option<f64>);

/// The treatment of a control cell.
const CONTROL: Pair = (None, None);

/// How a cell was treated.
struct Treatment {
    condition: Option<Condition>,
    dose: Option<Dose>,
}

impl Treatment {
    /// The treatment of a cell of the data set, `None` when it is missing.
    fn of(&self, cell: usize) -> Option<Pair> {
        let dose_of = |dose: &Dose| dose.codes[cell].map(|code| dose.values[code as usize]);
        let dose = self.dose.as_ref().and_then(dose_of);
        let zero = self.dose.as_ref().is_some_and(|column| dose == Some(column.control));
        let Some(condition) = &self.condition else {
            return if zero { Some(CONTROL) } else { dose.map(|dose| (None, Some(dose))) };
        };
        let label = condition.levels.codes[cell];
        if zero || (label.is_some() && label == condition.control) {
            return Some(CONTROL);
        }
        match self.dose {
            None => label.map(|label| (Some(label), None)),
            Some(_) => Some((Some(label?), Some(dose?))),
        }
    }

    /// The arms that occur, the control first, then by condition and dose; and the arm of each cell.
    fn arms(&self, pairs: &[Pair]) -> (Vec<Arm>, Vec<u32>) {
        let mut treated: Vec<Pair> = Vec::new();
        for pair in pairs {
            if *pair != CONTROL && !treated.contains(pair) {
                treated.push(*pair);
            }
        }
        treated.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.unwrap_or(0.0).total_cmp(&b.1.unwrap_or(0.0))));
        let one_condition = treated.iter().all(|pair| pair.0 == treated[0].0);
        let name = |code: u32| self.condition.as_ref().map(|condition| condition.levels.names[code as usize].clone());
        let mut arms = Vec::new();
        if pairs.contains(&CONTROL) {
            arms.push(self.control_arm());
        }
        arms.extend(treated.iter().map(|&(code, dose)| {
            let condition = code.and_then(name);
            let label = match (&condition, dose) {
                (Some(condition), Some(dose)) if !one_condition => format!("{condition} {dose}"),
                (_, Some(dose)) => dose.to_string(),
                (Some(condition), None) => condition.clone(),
                (None, None) => String::new(),
            };
            Arm { label, condition, dose }
        }));
        let offset = arms.len() - treated.len();
        let number = |pair: &Pair| treated.iter().position(|other| other == pair).map_or(0, |i| (i + offset) as u32);
        (arms, pairs.iter().map(number).collect())
    }

    fn control_arm(&self) -> Arm {
        let condition =
            self.condition.as_ref().and_then(|c| c.control.map(|code| c.levels.names[code as usize].clone()));
        let dose = self.dose.as_ref().map(|dose| dose.control);
        let label = match (&condition, dose) {
            (Some(condition), _) => condition.clone(),
            (None, Some(dose)) => dose.to_string(),
            (None, None) => String::new(),
        };
        Arm { label, condition, dose }
    }
}

/// The groups of a column, checked.
fn levels(dataset: &Dataset, role: &'static str, name: &str) -> Result<Levels, DataError> {
    let Some(column) = dataset.column(name) else {
        let columns = dataset.obs.iter().map(|column| column.name.clone()).collect();
        return Err(DataError::ColumnNotFound { role, column: name.to_owned(), columns });
    };
    let levels = Levels::of(&column.values);
    if levels.len() > MOST_LEVELS {
        return Err(DataError::TooManyLevels { role, column: name.to_owned(), n: levels.len() });
    }
    Ok(levels)
}

/// The groups that the used cells have, in their order, and the group of each used cell. Missing values become a
/// group of their own at the end.
fn compact(levels: &Levels, cells: &[usize], missing: &str) -> (Vec<String>, Vec<u32>) {
    let code = |cell: usize| levels.codes[cell].map_or(levels.len(), |code| code as usize);
    let mut new_code = vec![u32::MAX; levels.len() + 1];
    for &cell in cells {
        new_code[code(cell)] = 0;
    }
    let mut names = Vec::new();
    for (old, new) in new_code.iter_mut().enumerate().filter(|(_, new)| **new == 0) {
        *new = names.len() as u32;
        names.push(levels.names.get(old).map_or(missing, String::as_str).to_owned());
    }
    (names, cells.iter().map(|&cell| new_code[code(cell)]).collect())
}

fn note_dropped(dropped: usize, notes: &mut Vec<String>) {
    if dropped > 0 {
        notes.push(format!("{dropped} cells have no cell type or no treatment and are not used."));
    }
}

/// Types that were never or always treated are kept, but cannot be held out.
fn note_incomplete_types(design: &mut Design) {
    let counts = design.counts();
    let mut without = |what: &str, lacks: &dyn Fn(usize) -> bool| {
        let names: Vec<String> =
            (0..design.cell_types.len()).filter(|&i| lacks(i)).map(|i| design.cell_types[i].clone()).collect();
        if !names.is_empty() {
            design.notes.push(format!("No {what} cells: {}.", list(&names)));
        }
    };
    without("control", &|i| counts[[i, 0]] == 0);
    without("treated", &|i| counts.row(i).iter().skip(1).sum::<usize>() == 0);
}
