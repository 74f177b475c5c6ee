//! A data set as an AnnData `.h5ad`, so that other tools can read it (the layout of anndata 0.8 and later).

use hdf5_pure::{AttrValue, DatasetBuilder, Datatype, EnumTypeBuilder, FileBuilder, GroupBuilder, make_i8_type};

use super::{Dataset, ObsColumn, ObsValues, ReadError, Source};

/// Values per compressed block. Below 2^16: hdf5-pure 0.47 stores larger sizes in four bytes where three are enough,
/// which libhdf5 2.0 refuses to open.
const CHUNK: usize = 1 << 15;
/// Level of gzip: higher ones gain little on counts.
const LEVEL: u32 = 4;

/// Writes X (compressed sparse rows, single precision), `obs` (categorical labels, booleans where the labels are False and True, and numbers), the names of cells and
/// genes, and in `uns/dosefront` where the data come from: a simulated data set says so wherever it is opened.
///
/// # Errors
/// [`ReadError::Write`] when a column's name cannot be one in HDF5 (it is empty, `.` or has a `/`).
pub fn write_h5ad(dataset: &Dataset) -> Result<Vec<u8>, ReadError> {
    write_h5ad_about(dataset, &[])
}

/// The same with further texts in `uns/dosefront`, by name.
///
/// # Errors
/// As [`write_h5ad`].
pub fn write_h5ad_about(dataset: &Dataset, about: &[(&str, &str)]) -> Result<Vec<u8>, ReadError> {
    let mut file = FileBuilder::new();
    encoding(|name, value| file.set_attr(name, value), "anndata", "0.1.0");
    let mut x = file.create_group("X");
    sparse(&mut x, dataset);
    file.add_group(x.finish());

    let mut obs = file.create_group("obs");
    let names: Vec<&str> = dataset.obs.iter().map(|column| column.name.as_str()).collect();
    frame(&mut obs, &dataset.cells, &names)?;
    for column in &dataset.obs {
        obs_column(&mut obs, column)?;
    }
    file.add_group(obs.finish());

    let mut var = file.create_group("var");
    frame(&mut var, &dataset.genes, &[])?;
    file.add_group(var.finish());

    let mut uns = file.create_group("uns");
    encoding(|name, value| uns.set_attr(name, value), "dict", "0.1.0");
    let mut own = uns.create_group("dosefront");
    encoding(|name, value| own.set_attr(name, value), "dict", "0.1.0");
    let note = match &dataset.source {
        Source::Simulated { preset, seed } => {
            format!("Simulated data, not measured: written by Dosefront from its preset {preset} with seed {seed}.")
        }
        Source::File { name, sha256 } => format!("Written by Dosefront from {name} (SHA-256 {sha256})."),
    };
    let simulated = if matches!(dataset.source, Source::Simulated { .. }) { "true" } else { "false" };
    for (name, text) in [("note", note.as_str()), ("simulated", simulated)].into_iter().chain(about.iter().copied()) {
        let scalar = own.create_dataset(name).with_vlen_strings(&[text]).with_shape(&[]);
        let set = |name: &str, value| {
            scalar.set_attr(name, value);
        };
        encoding(set, "string", "0.2.0");
    }
    uns.add_group(own.finish());
    file.add_group(uns.finish());
    file.finish().map_err(|error| ReadError::Write { reason: error.to_string() })
}

/// The two attributes by which anndata knows how to read a group or data set.
fn encoding(mut set: impl FnMut(&str, AttrValue), kind: &str, version: &str) {
    set("encoding-type", AttrValue::VarLenString(kind.to_owned()));
    set("encoding-version", AttrValue::VarLenString(version.to_owned()));
}

fn array<'a>(group: &'a mut GroupBuilder, name: &str, kind: &str) -> &'a mut DatasetBuilder {
    let data = group.create_dataset(name);
    let set = |name: &str, value| {
        data.set_attr(name, value);
    };
    encoding(set, kind, "0.2.0");
    data
}

fn compressed(data: &mut DatasetBuilder, n: usize) {
    // A chunk of nothing is not allowed.
    if n > 0 {
        data.with_chunks(&[n.min(CHUNK) as u64]).with_shuffle().with_deflate(LEVEL);
    }
}

fn sparse(group: &mut GroupBuilder, dataset: &Dataset) {
    encoding(|name, value| group.set_attr(name, value), "csr_matrix", "0.1.0");
    let matrix = &dataset.matrix;
    let shape = [matrix.n_rows(), matrix.n_cols()].map(usize::cast_signed).map(|n| n as i64);
    group.set_attr("shape", AttrValue::I64Array(shape.to_vec()));
    let (indptr, indices, values) = matrix.parts();
    let indices: Vec<i32> = indices.iter().map(|&j| j.cast_signed()).collect();
    let indptr: Vec<i64> = indptr.iter().map(|&p| p.cast_signed() as i64).collect();
    compressed(array(group, "data", "array").with_f32_data(values), values.len());
    compressed(array(group, "indices", "array").with_i32_data(&indices), indices.len());
    compressed(array(group, "indptr", "array").with_i64_data(&indptr), indptr.len());
}

/// The head of a table: names of the rows, names and order of the columns.
fn frame(group: &mut GroupBuilder, index: &[String], columns: &[&str]) -> Result<(), ReadError> {
    let invalid = |name: &&&str| name.is_empty() || **name == "." || name.contains('/') || **name == "_index";
    if let Some(name) = columns.iter().find(invalid) {
        return Err(ReadError::Write { reason: format!("the column \"{name}\" cannot be stored under that name") });
    }
    encoding(|name, value| group.set_attr(name, value), "dataframe", "0.2.0");
    group.set_attr("_index", AttrValue::VarLenString("_index".to_owned()));
    let order = if columns.is_empty() {
        // What anndata writes for a table without columns.
        AttrValue::F64Array(Vec::new())
    } else {
        AttrValue::VarLenStringArray(columns.iter().map(|&name| name.to_owned()).collect())
    };
    group.set_attr("column-order", order);
    texts(group, "_index", index);
    Ok(())
}

fn texts(group: &mut GroupBuilder, name: &str, values: &[String]) {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    array(group, name, "string-array").with_vlen_strings(&values);
}

/// The type h5py stores booleans in, and knows them by.
fn boolean() -> Result<Datatype, ReadError> {
    let members = EnumTypeBuilder::with_base(make_i8_type()).value("FALSE", 0).value("TRUE", 1);
    members.build().map_err(|error| ReadError::Write { reason: error.to_string() })
}

fn obs_column(obs: &mut GroupBuilder, column: &ObsColumn) -> Result<(), ReadError> {
    match &column.values {
        ObsValues::Numbers(numbers) => {
            compressed(array(obs, &column.name, "array").with_f64_data(numbers), numbers.len());
        }
        ObsValues::Labels { levels, codes } if *levels == ["False", "True"] && codes.iter().all(Option::is_some) => {
            let values: Vec<u8> = codes.iter().flatten().map(|&code| code as u8).collect();
            array(obs, &column.name, "array").with_enum_u8_data(boolean()?, &values);
        }
        ObsValues::Labels { levels, codes } => {
            let mut group = obs.create_group(&column.name);
            encoding(|name, value| group.set_attr(name, value), "categorical", "0.2.0");
            group.set_attr("ordered", AttrValue::U8(0));
            let codes: Vec<i32> = codes.iter().map(|code| code.map_or(-1, u32::cast_signed)).collect();
            compressed(array(&mut group, "codes", "array").with_i32_data(&codes), codes.len());
            texts(&mut group, "categories", levels);
            obs.add_group(group.finish());
        }
    }
    Ok(())
}
