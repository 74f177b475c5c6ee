//! Which cells are compared with which.

use crate::data::Design;
use crate::metrics::contrast::matched;

use super::outcome::Compared;

/// The control and the treated cells of one comparison; numbers are rows of the prepared data.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The cell type; `None` for all cells together.
    pub cell_type: Option<usize>,
    /// The treated arm.
    pub arm: usize,
    /// Control cells.
    pub control: Vec<usize>,
    /// Treated cells.
    pub treated: Vec<usize>,
}

impl Comparison {
    /// The comparisons of all cells together and of each of `cell_types` with each of `arms`, types outermost. Those
    /// without cells on one side are left out, and said in `notes`.
    pub fn all(design: &Design, cell_types: &[usize], arms: &[usize], notes: &mut Vec<String>) -> Vec<Self> {
        let mut comparisons = Vec::new();
        let whole = std::iter::once(None).filter(|_| design.cell_types.len() > 1);
        for cell_type in whole.chain(cell_types.iter().copied().map(Some)) {
            let control = cells(design, cell_type, 0);
            let name = type_name(design, cell_type);
            if control.is_empty() {
                notes.push(format!("{name} has no control cells, so nothing is compared with them."));
                continue;
            }
            for &arm in arms {
                let treated = cells(design, cell_type, arm);
                if treated.is_empty() {
                    notes.push(format!("{name} has no cells under {}.", design.arms[arm].label));
                } else {
                    comparisons.push(Self { cell_type, arm, control: control.clone(), treated });
                }
            }
        }
        comparisons
    }

    /// What it is called in a report.
    pub fn compared(&self, design: &Design) -> Compared {
        let arm = &design.arms[self.arm];
        Compared {
            contrast: against(design, self.arm),
            cell_type: self.cell_type.map(|cell_type| design.cell_types[cell_type].clone()),
            arm: arm.label.clone(),
            condition: arm.condition.clone(),
            dose: arm.dose,
        }
    }

    /// A name for the random streams of its control cells, shared by all arms of a type.
    pub fn control_purpose(&self, design: &Design) -> String {
        self.cell_type
            .map_or_else(|| "explore/all".to_owned(), |one| format!("explore/type/{}", design.cell_types[one]))
    }

    /// A name for its other random streams, which stays when other comparisons come or go.
    pub fn purpose(&self, design: &Design) -> String {
        format!("{}/{}", self.control_purpose(design), design.arms[self.arm].label)
    }
}

/// At most `most` of the cells (0: all), drawn at random.
pub fn at_most(most: usize, cells: &[usize], seed: u64, purpose: &str) -> Vec<usize> {
    if most == 0 || cells.len() <= most { cells.to_vec() } else { matched(most, cells, seed, purpose) }
}

fn cells(design: &Design, cell_type: Option<usize>, arm: usize) -> Vec<usize> {
    cell_type.map_or_else(
        || (0..design.arm.len()).filter(|&i| design.arm[i] as usize == arm).collect(),
        |cell_type| design.cells_of(cell_type, arm),
    )
}

/// Name of a cell type, or of all cells together.
pub fn type_name(design: &Design, cell_type: Option<usize>) -> &str {
    cell_type.map_or_else(|| all_cells(design), |cell_type| &design.cell_types[cell_type])
}

/// What all cells together are called where no cell type has that name.
pub const ALL_CELLS: &str = "All cells";

/// What all cells together are called in this design.
pub fn all_cells(design: &Design) -> &'static str {
    // A type may well be called so; nobody calls one by all three.
    let names = [ALL_CELLS, "All cells together", "All cell types together"];
    names.into_iter().find(|name| design.type_index(name).is_none()).unwrap_or(ALL_CELLS)
}

/// `stimulated against control`, or `dose 30 against dose 0`.
pub fn against(design: &Design, arm: usize) -> String {
    let words = |arm: usize| match design.arms.get(arm) {
        // A label that is the dose alone says nothing by itself.
        Some(arm) if arm.dose.is_some() && arm.condition.is_none() => format!("dose {}", arm.label),
        Some(arm) => arm.label.clone(),
        None => String::new(),
    };
    format!("{} against {}", words(arm), words(0))
}
