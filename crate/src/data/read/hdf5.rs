//! A layer over `hdf5-pure` that looks at sizes and filters before it reads, so that a damaged or hostile file ends in a
//! message and not in an allocation of terabytes.

use hdf5_pure::{AttrValue, DType, Dataset, Datatype, File, Group, VlenStringReadOptions};

use super::ReadError;
use super::limits::{MAX_FILE_BYTES, MAX_MATRIX_BYTES};

/// Why one part of a file cannot be read. It fails the file only when the part is needed.
#[derive(Debug)]
pub(super) enum Problem {
    /// Compressed in an unsupported way.
    Filter(String),
    /// Anything else.
    Other(String),
}

impl Problem {
    /// In words, for the list of what was skipped.
    pub fn why(&self) -> String {
        match self {
            Self::Filter(filter) => format!(
                "it is compressed with {filter}, which cannot be read here; write the file anew with adata.write_h5ad(..., compression=\"gzip\")"
            ),
            Self::Other(reason) => reason.clone(),
        }
    }

    /// As the error of the whole file.
    pub fn into_error(self, name: &str, what: &str) -> ReadError {
        let (name, what) = (name.to_owned(), what.to_owned());
        match self {
            Self::Filter(filter) => ReadError::UnsupportedFilter { name, what, filter },
            Self::Other(reason) => ReadError::BrokenHdf5 { name, what, reason },
        }
    }
}

impl From<hdf5_pure::Error> for Problem {
    fn from(error: hdf5_pure::Error) -> Self {
        match error {
            hdf5_pure::Error::Format(hdf5_pure::FormatError::UnsupportedFilter(id)) => Self::Filter(filter_name(id)),
            other => Self::Other(other.to_string()),
        }
    }
}

/// Opens the bytes of a file.
///
/// # Errors
/// When they are not HDF5, are fewer than the header says, or the header is damaged.
pub(super) fn open(name: &str, bytes: Vec<u8>) -> Result<File, ReadError> {
    let found = bytes.len() as u64;
    if !hdf5_pure::is_hdf5_bytes(&bytes) {
        return Err(ReadError::NotHdf5 { name: name.to_owned() });
    }
    let file = File::from_bytes(bytes).map_err(|e| Problem::from(e).into_error(name, "the header"))?;
    let expected = file.superblock().eof_address;
    // A header that was damaged may promise anything; only a plausible size is worth naming.
    if expected > found && expected <= MAX_FILE_BYTES.saturating_mul(1000) {
        return Err(ReadError::Truncated { name: name.to_owned(), expected, found });
    }
    Ok(file)
}

/// The attributes of a group or data set as far as they can be read.
pub(super) fn attr<'a>(
    attrs: &'a std::collections::HashMap<String, AttrValue>,
    names: &[&str],
) -> Option<&'a AttrValue> {
    names.iter().find_map(|&name| attrs.get(name))
}

/// Text attribute of a group; `None` when it is absent, not text or cannot be read.
pub(super) fn group_text(group: &Group, names: &[&str]) -> Option<String> {
    attr(&group.attrs().ok()?, names)?.as_str().map(str::to_owned)
}

/// Whether the group has a member of that name that can be opened.
pub(super) fn has(group: &Group, member: &str) -> bool {
    group.dataset(member).is_ok() || group.group(member).is_ok()
}

/// Opens a data set and checks that it can be read and is of a sane size.
pub(super) fn dataset(group: &Group, path: &str) -> Result<Dataset, Problem> {
    let dataset = group.dataset(path)?;
    check(&dataset)?;
    Ok(dataset)
}

/// Checks filters and declared sizes of a data set.
pub(super) fn check(dataset: &Dataset) -> Result<(), Problem> {
    if let Some(&unknown) = dataset.filters().iter().find(|&&id| !matches!(id, 1 | 2 | 3 | 6 | 32000)) {
        return Err(Problem::Filter(filter_name(unknown)));
    }
    let shape = dataset.shape()?;
    let size = dataset.element_size()?;
    let bytes = shape.iter().try_fold(size, |product, &n| product.checked_mul(n));
    if bytes.is_none_or(|bytes| bytes > 2 * MAX_MATRIX_BYTES) {
        return Err(Problem::Other(format!("its header speaks of {shape:?} values, more than fit into memory")));
    }
    if let Some(chunk) = dataset.chunk_shape()? {
        let bytes = chunk.iter().try_fold(size, |product, &n| product.checked_mul(n));
        if bytes.is_none_or(|bytes| bytes == 0 || bytes > MAX_MATRIX_BYTES) {
            return Err(Problem::Other(format!("its chunks of {chunk:?} values are impossible")));
        }
    }
    Ok(())
}

/// Length of a one-dimensional data set.
pub(super) fn length(dataset: &Dataset) -> Result<u64, Problem> {
    match dataset.shape()?.as_slice() {
        [n] => Ok(*n),
        shape => Err(Problem::Other(format!("it has {} dimensions instead of one", shape.len()))),
    }
}

/// Integers of any width.
pub(super) fn integers(dataset: &Dataset) -> Result<Vec<i64>, Problem> {
    match dataset.dtype()? {
        DType::U64 => Ok(dataset.read_u64()?.into_iter().map(|v| i64::try_from(v).unwrap_or(i64::MAX)).collect()),
        DType::I8 | DType::I16 | DType::I32 | DType::I64 | DType::U8 | DType::U16 | DType::U32 | DType::Enum(_) => {
            Ok(dataset.read_i64()?)
        }
        other => Err(Problem::Other(format!("it holds {other} instead of integers"))),
    }
}

/// Whether the values are numbers.
pub(super) fn is_numeric(dtype: &DType) -> bool {
    matches!(
        dtype,
        DType::F32
            | DType::F64
            | DType::I8
            | DType::I16
            | DType::I32
            | DType::I64
            | DType::U8
            | DType::U16
            | DType::U32
            | DType::U64
    )
}

/// Numbers of any type.
pub(super) fn numbers(dataset: &Dataset) -> Result<Vec<f64>, Problem> {
    let dtype = dataset.dtype()?;
    if is_numeric(&dtype) || is_half(dataset) {
        Ok(dataset.read_f64()?)
    } else {
        Err(Problem::Other(format!("it holds {dtype} instead of numbers")))
    }
}

/// Numbers of any type in single precision, `count` rows from row `start`; everything when `rows` is `None`.
pub(super) fn singles(dataset: &Dataset, rows: Option<(u64, u64)>) -> Result<Vec<f32>, Problem> {
    let dtype = dataset.dtype()?;
    if !is_numeric(&dtype) && !matches!(dtype, DType::Enum(_)) && !is_half(dataset) {
        return Err(Problem::Other(format!("it holds {dtype} instead of numbers")));
    }
    Ok(match rows {
        Some((start, count)) => dataset.read_f32_rows(start, count)?,
        None => dataset.read_f32()?,
    })
}

/// Half-precision numbers have no name of their own among hdf5-pure's types, but are read as any other.
fn is_half(dataset: &Dataset) -> bool {
    matches!(dataset.datatype(), Ok(Datatype::FloatingPoint { size: 2, .. }))
}

/// Texts; numbers and booleans are written out.
pub(super) fn texts(dataset: &Dataset) -> Result<Vec<String>, Problem> {
    let dtype = dataset.dtype()?;
    Ok(match dtype {
        DType::String => dataset.read_string()?,
        DType::VariableLengthString => {
            // The same heap object can be named by many entries, so the sum of lengths is bounded as well.
            let options = VlenStringReadOptions::new().with_max_payload_bytes((MAX_MATRIX_BYTES / 4) as usize);
            dataset.read_vlen_strings(options)?
        }
        // Single precision is written out as such: 0.01, not 0.009999999776.
        DType::F32 => dataset.read_f32()?.iter().map(f32::to_string).collect(),
        DType::F64 => dataset.read_f64()?.iter().map(f64::to_string).collect(),
        DType::Enum(_) => enum_texts(dataset)?,
        ref other if is_numeric(other) => integers(dataset)?.iter().map(i64::to_string).collect(),
        other => return Err(Problem::Other(format!("it holds {other} instead of text"))),
    })
}

/// Members of an enumeration by name; HDF5 has no booleans, and h5py stores them as FALSE and TRUE.
pub(super) fn enum_texts(dataset: &Dataset) -> Result<Vec<String>, Problem> {
    let Datatype::Enumeration { members, .. } = dataset.datatype()? else {
        return Err(Problem::Other("it is not an enumeration".to_owned()));
    };
    let named: Vec<(i64, String)> = members
        .iter()
        .filter_map(|member| Some((little_endian(&member.value)?, boolean_name(&member.name).to_owned())))
        .collect();
    Ok(integers(dataset)?
        .iter()
        .map(|value| {
            named.iter().find(|(number, _)| number == value).map_or_else(|| value.to_string(), |(_, name)| name.clone())
        })
        .collect())
}

/// As Python writes booleans.
pub(super) fn boolean_name(name: &str) -> &str {
    match name {
        "FALSE" => "False",
        "TRUE" => "True",
        other => other,
    }
}

/// A signed little-endian integer of 1 to 8 bytes.
pub(super) fn little_endian(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.last()? & 0x80 != 0;
    let mut all = if negative { [0xff; 8] } else { [0; 8] };
    all.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(all))
}

/// What a filter is called, with its registered number.
fn filter_name(id: u16) -> String {
    let name = match id {
        4 => "szip",
        5 => "nbit",
        307 => "bzip2",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32013 => "zfp",
        32015 => "zstd",
        32026 => "blosc2",
        _ => return format!("HDF5 filter {id}"),
    };
    format!("{name} (HDF5 filter {id})")
}
