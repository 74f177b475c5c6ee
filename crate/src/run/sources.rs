//! What the names in a run file mean in the open data.

use crate::data::{Design, Source};

use super::{Names, RunError};

/// The open data must be those of the run file. A file without a hash in the run file is taken by its name, and the hash
/// goes into the report.
pub(super) fn check(wanted: &mut Source, open: &Source) -> Result<(), RunError> {
    let same = match (&*wanted, open) {
        (Source::File { sha256: wanted, .. }, Source::File { sha256: open, .. }) => wanted.is_empty() || wanted == open,
        (wanted, open) => wanted == open,
    };
    if !same {
        return Err(RunError::WrongData { expected: describe(wanted), found: describe(open) });
    }
    *wanted = open.clone();
    Ok(())
}

fn describe(source: &Source) -> String {
    match source {
        Source::File { name, sha256 } => format!("the file {name} (SHA-256 {sha256})"),
        Source::Simulated { preset, seed } => format!("the simulated data set {preset} with seed {seed}"),
    }
}

/// Numbers of the named treated arms; for `"all"`, of all of them.
pub(super) fn arms(design: &Design, names: &Names) -> Result<Vec<usize>, RunError> {
    let Names::List(labels) = names else { return Ok((1..design.arms.len()).collect()) };
    let number = |label: &String| match design.arm_index(label) {
        Some(arm) if arm > 0 => Ok(arm),
        _ => Err(RunError::UnknownArm {
            arm: label.clone(),
            arms: design.arms.iter().skip(1).map(|arm| arm.label.clone()).collect(),
        }),
    };
    labels.iter().map(number).collect()
}

/// Numbers of the named cell types; for `"all"`, of all of them.
pub(super) fn cell_types(design: &Design, names: &Names) -> Result<Vec<usize>, RunError> {
    let Names::List(labels) = names else { return Ok((0..design.cell_types.len()).collect()) };
    let number = |label: &String| {
        let unknown = || RunError::UnknownCellType { cell_type: label.clone(), cell_types: design.cell_types.clone() };
        design.type_index(label).ok_or_else(unknown)
    };
    labels.iter().map(number).collect()
}
