//! The `obs` and `var` tables of an AnnData file, in the layouts of anndata 0.7 and later.

use std::collections::BTreeSet;

use hdf5_pure::{DType, Group};

use crate::data::{ObsColumn, ObsValues, Skipped};

use super::hdf5::{self, Problem};

/// A table: a name for each row, and columns.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Row names.
    pub index: Vec<String>,
    /// Columns that could be read.
    pub columns: Vec<ObsColumn>,
    /// Columns that could not.
    pub skipped: Vec<Skipped>,
}

/// Name of the member that holds the row names.
fn index_name(group: &Group) -> String {
    hdf5::group_text(group, &["_index"])
        .or_else(|| ["_index", "index"].into_iter().find(|name| hdf5::has(group, name)).map(str::to_owned))
        .unwrap_or_else(|| "_index".to_owned())
}

/// Row names of a table.
pub(super) fn index(group: &Group) -> Result<Vec<String>, Problem> {
    let name = index_name(group);
    if let Ok(nested) = group.group(&name) {
        // A categorical or nullable index, as some tools write it.
        let values = column_group(&nested)?;
        return Ok(match values {
            ObsValues::Labels { levels, codes } => codes
                .iter()
                .map(|code| code.and_then(|c| levels.get(c as usize)).cloned().unwrap_or_default())
                .collect(),
            ObsValues::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
        });
    }
    let dataset = hdf5::dataset(group, &name)?;
    hdf5::length(&dataset)?;
    hdf5::texts(&dataset)
}

/// Reads all columns of a table with `n` rows. A column that cannot be read is listed, never an error.
pub(super) fn columns(group: &Group, path: &str, n: usize) -> (Vec<ObsColumn>, Vec<Skipped>) {
    let (mut read, mut skipped) = (Vec::new(), Vec::new());
    for name in column_names(group) {
        match column(group, &name) {
            Ok(values) if values.len() == n => read.push(ObsColumn { name, values }),
            Ok(values) => skipped.push(Skipped {
                what: format!("{path}/{name}"),
                why: format!("it has {} entries for {n} cells", values.len()),
            }),
            Err(problem) => skipped.push(Skipped { what: format!("{path}/{name}"), why: problem.why() }),
        }
    }
    (read, skipped)
}

/// Columns in the order the file gives, then those it does not list.
fn column_names(group: &Group) -> Vec<String> {
    let index = index_name(group);
    let ordered: Vec<String> = group
        .attrs()
        .ok()
        .and_then(|attrs| Some(hdf5::attr(&attrs, &["column-order"])?.as_strings()?.to_vec()))
        .unwrap_or_default();
    let mut others: Vec<String> = group.datasets().unwrap_or_default();
    others.extend(group.groups().unwrap_or_default());
    others.sort_unstable();
    let mut seen = BTreeSet::from([index, "__categories".to_owned()]);
    ordered.into_iter().chain(others).filter(|name| seen.insert(name.clone())).collect()
}

fn column(group: &Group, name: &str) -> Result<ObsValues, Problem> {
    if let Ok(nested) = group.group(name) {
        return column_group(&nested);
    }
    let dataset = hdf5::dataset(group, name)?;
    hdf5::length(&dataset)?;
    // anndata 0.7: integer codes, and the categories in a data set beside the columns. (The column's attribute
    // `categories` refers to that data set; the place is the same in every file.)
    let categories = format!("__categories/{name}");
    if group.dataset(&categories).is_ok() {
        let levels = hdf5::texts(&hdf5::dataset(group, &categories)?)?;
        return labels(levels, &hdf5::integers(&dataset)?);
    }
    match dataset.dtype()? {
        DType::String | DType::VariableLengthString | DType::Enum(_) => {
            Ok(ObsValues::from_texts(hdf5::texts(&dataset)?.into_iter().map(Some)))
        }
        DType::Compound(_) => Err(Problem::Other("it is a table of its own (a compound type)".to_owned())),
        _ => Ok(ObsValues::Numbers(hdf5::numbers(&dataset)?)),
    }
}

/// A column that is a group: categorical, or values with a mask of the missing ones.
fn column_group(group: &Group) -> Result<ObsValues, Problem> {
    if group.dataset("codes").is_ok() {
        let levels = match group.group("categories") {
            // Nullable string categories.
            Ok(nested) => hdf5::texts(&hdf5::dataset(&nested, "values")?)?,
            Err(_) => hdf5::texts(&hdf5::dataset(group, "categories")?)?,
        };
        return labels(levels, &hdf5::integers(&hdf5::dataset(group, "codes")?)?);
    }
    if group.dataset("values").is_ok() && group.dataset("mask").is_ok() {
        let values = hdf5::dataset(group, "values")?;
        let missing = hdf5::integers(&hdf5::dataset(group, "mask")?)?;
        if hdf5::length(&values)? != missing.len() as u64 {
            return Err(Problem::Other("its values and its mask have different lengths".to_owned()));
        }
        let missing = missing.iter().map(|&m| m != 0);
        return Ok(if hdf5::is_numeric(&values.dtype()?) {
            let numbers = hdf5::numbers(&values)?;
            ObsValues::Numbers(numbers.into_iter().zip(missing).map(|(v, m)| if m { f64::NAN } else { v }).collect())
        } else {
            let texts = hdf5::texts(&values)?;
            ObsValues::from_texts(texts.into_iter().zip(missing).map(|(v, m)| (!m).then_some(v)))
        });
    }
    let encoding = hdf5::group_text(group, &["encoding-type"]).unwrap_or_else(|| "group".to_owned());
    Err(Problem::Other(format!("it is stored as \"{encoding}\", which is not a column of labels or numbers")))
}

/// Labels from categories and codes; -1 is missing.
pub(super) fn labels(levels: Vec<String>, codes: &[i64]) -> Result<ObsValues, Problem> {
    let n = levels.len();
    let codes = codes
        .iter()
        .map(|&code| match u32::try_from(code) {
            Ok(small) if (small as usize) < n => Ok(Some(small)),
            _ if code == -1 => Ok(None),
            _ => Err(Problem::Other(format!("it uses the category number {code}, and there are {n} categories"))),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let distinct: BTreeSet<&String> = levels.iter().collect();
    if distinct.len() == n {
        return Ok(ObsValues::Labels { levels, codes });
    }
    // Different categories that read the same are one label.
    Ok(ObsValues::from_texts(codes.iter().map(|code| code.and_then(|c| levels.get(c as usize)))))
}
