//! `obs` and `var` as anndata up to 0.6 wrote them: one data set of records (an HDF5 compound type).

use hdf5_pure::{Dataset, Datatype, DatatypeByteOrder, Group};

use crate::data::{ObsColumn, ObsValues, Skipped};

use super::frame::{Frame, labels};
use super::hdf5::{self, Problem};

/// One field of all records.
enum Field {
    Texts(Vec<String>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

/// Reads a table of records. The row names are the field `index`, `_index` or the first text. The categories of a field
/// are in `uns/<field>_categories`.
pub(super) fn read(dataset: &Dataset, path: &str, uns: Option<&Group>) -> Result<Frame, Problem> {
    hdf5::check(dataset)?;
    hdf5::length(dataset)?;
    let Datatype::Compound { size, members } = dataset.datatype()? else {
        return Err(Problem::Other("it is neither a group nor a table of records".to_owned()));
    };
    let raw = dataset.read_raw()?;
    let size = size as usize;
    if size == 0 || !raw.len().is_multiple_of(size) {
        return Err(Problem::Other("its records are incomplete".to_owned()));
    }
    let mut frame = Frame::default();
    let mut found_index = false;
    let is_index = |name: &str| name == "index" || name == "_index";
    let named = members.iter().any(|member| is_index(&member.name));
    for member in &members {
        let field = match field(&raw, size, member.byte_offset, &member.datatype) {
            Ok(field) => field,
            Err(problem) => {
                frame.skipped.push(Skipped { what: format!("{path}/{}", member.name), why: problem.why() });
                continue;
            }
        };
        let names_rows = if named { is_index(&member.name) } else { matches!(field, Field::Texts(_)) };
        if names_rows && !found_index {
            found_index = true;
            frame.index = match field {
                Field::Texts(texts) => texts,
                Field::Integers(numbers) => numbers.iter().map(i64::to_string).collect(),
                Field::Floats(numbers) => numbers.iter().map(f64::to_string).collect(),
            };
            continue;
        }
        let values = match (field, categories(uns, &member.name)) {
            (Field::Integers(codes), Some(levels)) => labels(levels, &codes),
            (Field::Texts(texts), _) => Ok(ObsValues::from_texts(texts.into_iter().map(Some))),
            (Field::Integers(numbers), None) => Ok(ObsValues::Numbers(numbers.into_iter().map(|v| v as f64).collect())),
            (Field::Floats(numbers), _) => Ok(ObsValues::Numbers(numbers)),
        };
        match values {
            Ok(values) => frame.columns.push(ObsColumn { name: member.name.clone(), values }),
            Err(problem) => {
                frame.skipped.push(Skipped { what: format!("{path}/{}", member.name), why: problem.why() });
            }
        }
    }
    if found_index {
        Ok(frame)
    } else {
        Err(Problem::Other("none of its fields holds row names as text of a fixed width".to_owned()))
    }
}

fn categories(uns: Option<&Group>, field: &str) -> Option<Vec<String>> {
    hdf5::texts(&hdf5::dataset(uns?, &format!("{field}_categories")).ok()?).ok()
}

/// Takes one field out of the raw records.
fn field(raw: &[u8], size: usize, offset: u64, datatype: &Datatype) -> Result<Field, Problem> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(datatype.type_size() as usize);
    if end > size {
        return Err(Problem::Other("the field reaches beyond its record".to_owned()));
    }
    let values = raw.chunks_exact(size).map(|record| &record[start..end]);
    let unsupported =
        || Err(Problem::Other(format!("fields of the type {datatype} in a table of records are not supported")));
    match datatype {
        Datatype::String { .. } => Ok(Field::Texts(
            values
                .map(|bytes| {
                    let text = bytes.split(|&b| b == 0).next().unwrap_or_default();
                    String::from_utf8_lossy(text).trim_end().to_owned()
                })
                .collect(),
        )),
        Datatype::FixedPoint { byte_order: DatatypeByteOrder::LittleEndian, size: 1..=8, layout } => {
            let signed = layout.signed;
            Ok(Field::Integers(
                values.filter_map(|bytes| if signed { hdf5::little_endian(bytes) } else { unsigned(bytes) }).collect(),
            ))
        }
        Datatype::FloatingPoint { byte_order: DatatypeByteOrder::LittleEndian, size: 4, .. } => {
            Ok(Field::Floats(values.filter_map(|b| Some(f64::from(f32::from_le_bytes(b.try_into().ok()?)))).collect()))
        }
        Datatype::FloatingPoint { byte_order: DatatypeByteOrder::LittleEndian, size: 8, .. } => {
            Ok(Field::Floats(values.filter_map(|b| Some(f64::from_le_bytes(b.try_into().ok()?))).collect()))
        }
        Datatype::Enumeration { members, size: 1..=8, .. } => {
            let named: Vec<(i64, &str)> = members
                .iter()
                .filter_map(|m| Some((hdf5::little_endian(&m.value)?, hdf5::boolean_name(&m.name))))
                .collect();
            Ok(Field::Texts(
                values
                    .map(|bytes| {
                        let value = hdf5::little_endian(bytes).unwrap_or_default();
                        let name = named.iter().find(|(number, _)| *number == value);
                        name.map_or_else(|| value.to_string(), |(_, name)| (*name).to_owned())
                    })
                    .collect(),
            ))
        }
        _ => unsupported(),
    }
}

/// An unsigned little-endian integer; those above `i64::MAX` do not occur in practice and are cut there.
fn unsigned(bytes: &[u8]) -> Option<i64> {
    let mut all = [0; 8];
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::try_from(u64::from_le_bytes(all)).unwrap_or(i64::MAX))
}
