//! Matrices inside HDF5 files: compressed sparse rows or columns, or dense.

use hdf5_pure::{Dataset, Group};

use crate::data::{Csr, ValueKind};

use super::finish::kind_of;
use super::hdf5::{self, Problem};
use super::{ReadError, limits};

/// Values read at a time, and looked at to tell what a matrix holds.
const WINDOW: u64 = 1 << 20;

/// A matrix in a file, of known shape but not read yet.
pub(super) struct Stored {
    /// Where it is, e.g. `layers/counts`.
    pub what: String,
    /// Number of cells.
    pub n_cells: u64,
    /// Number of genes.
    pub n_genes: u64,
    layout: Layout,
}

enum Layout {
    Dense(Dataset),
    Sparse { group: Group, by_cell: bool },
}

impl Stored {
    /// A sparse matrix whose shape is known from elsewhere.
    pub fn sparse(what: &str, group: Group, by_cell: bool, n_cells: u64, n_genes: u64) -> Self {
        Self { what: what.to_owned(), n_cells, n_genes, layout: Layout::Sparse { group, by_cell } }
    }

    /// Finds the matrix at `path` as AnnData stores it; `None` when there is nothing.
    ///
    /// # Errors
    /// When its layout is not known or it would not fit into memory.
    pub fn find(name: &str, root: &Group, path: &str) -> Result<Option<Self>, ReadError> {
        let broken = |problem: Problem| problem.into_error(name, path);
        let unsupported =
            |found: String| ReadError::UnsupportedLayout { name: name.to_owned(), what: path.to_owned(), found };
        if let Ok(dataset) = root.dataset(path) {
            let shape = dataset.shape().map_err(|e| broken(e.into()))?;
            let [n_cells, n_genes] = shape[..] else {
                return Err(unsupported(format!("an array of {} dimensions", shape.len())));
            };
            return Ok(Some(Self { what: path.to_owned(), n_cells, n_genes, layout: Layout::Dense(dataset) }));
        }
        let Ok(group) = root.group(path) else { return Ok(None) };
        let attrs = group.attrs().map_err(|e| broken(e.into()))?;
        let format =
            hdf5::attr(&attrs, &["encoding-type", "h5sparse_format"]).and_then(|v| v.as_str()).unwrap_or_default();
        let by_cell = match format.get(..3) {
            Some("csr") => true,
            Some("csc") => false,
            _ => return Err(unsupported(format!("encoding-type \"{format}\""))),
        };
        let shape = hdf5::attr(&attrs, &["shape", "h5sparse_shape"]).and_then(hdf5_pure::AttrValue::to_u64s);
        let Some([n_cells, n_genes]) = shape.as_deref() else {
            return Err(unsupported("a sparse matrix without its shape".to_owned()));
        };
        Ok(Some(Self::sparse(path, group, by_cell, *n_cells, *n_genes)))
    }

    /// Refuses a matrix that would not fit into memory, judged from the lengths in its header.
    pub fn check_size(&self, name: &str) -> Result<(), ReadError> {
        match &self.layout {
            Layout::Dense(_) => limits::check_dense(name, &self.what, self.n_cells, self.n_genes),
            Layout::Sparse { group, .. } => {
                let entries = group.dataset("data").ok().and_then(|data| hdf5::length(&data).ok()).unwrap_or(0);
                limits::check_sparse(name, &self.what, self.n_cells, self.n_genes, entries)
            }
        }
    }

    /// What the first values are; `None` where some are negative or not finite.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn sample(&self, name: &str) -> Result<Option<ValueKind>, ReadError> {
        self.check_size(name)?;
        let values = match &self.layout {
            Layout::Dense(dataset) => hdf5::check(dataset)
                .and_then(|()| hdf5::singles(dataset, Some((0, (WINDOW / self.n_genes.max(1)).max(1))))),
            Layout::Sparse { group, .. } => {
                hdf5::dataset(group, "data").and_then(|data| hdf5::singles(&data, Some((0, WINDOW))))
            }
        };
        Ok(kind_of(&values.map_err(|problem| problem.into_error(name, &self.what))?))
    }

    /// Reads the matrix.
    ///
    /// # Errors
    /// When it does not fit into memory, cannot be read, or its parts contradict each other.
    pub fn read(&self, name: &str) -> Result<Csr, ReadError> {
        self.check_size(name)?;
        match &self.layout {
            Layout::Dense(dataset) => self.read_dense(name, dataset),
            Layout::Sparse { group, by_cell } => {
                let (n_major, n_minor) =
                    if *by_cell { (self.n_cells, self.n_genes) } else { (self.n_genes, self.n_cells) };
                let sparse = Compressed::read(name, &self.what, group, n_major, n_minor)?;
                Ok(if *by_cell { sparse.rows(self.n_genes as usize) } else { sparse.transposed(self.n_cells as usize) })
            }
        }
    }

    fn read_dense(&self, name: &str, dataset: &Dataset) -> Result<Csr, ReadError> {
        let broken = |problem: Problem| problem.into_error(name, &self.what);
        hdf5::check(dataset).map_err(broken)?;
        let n_genes = self.n_genes as usize;
        // Whole chunks at a time, so that none is unpacked twice.
        let chunk = dataset.chunk_shape().ok().flatten().and_then(|shape| shape.first().copied()).unwrap_or(1).max(1);
        let step = (WINDOW / self.n_genes.max(1)).div_ceil(chunk).max(1).saturating_mul(chunk);
        let mut rows: Vec<Vec<(u32, f32)>> = Vec::new();
        let mut entries = 0_u64;
        let mut start = 0;
        while start < self.n_cells {
            let count = step.min(self.n_cells - start);
            let values = hdf5::singles(dataset, Some((start, count))).map_err(broken)?;
            let expected = count * self.n_genes;
            if values.len() as u64 != expected {
                return Err(mismatch(name, &self.what, values.len() as u64, expected, "its shape"));
            }
            for row in values.chunks_exact(n_genes.max(1)) {
                let row: Vec<(u32, f32)> =
                    row.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(j, &v)| (j as u32, v)).collect();
                entries += row.len() as u64;
                rows.push(row);
            }
            limits::check_sparse(name, &self.what, self.n_cells, self.n_genes, entries)?;
            start += count;
        }
        Ok(Csr::from_rows(n_genes, rows))
    }
}

fn mismatch(name: &str, what: &str, found: u64, expected: u64, of: &str) -> ReadError {
    ReadError::LengthMismatch { name: name.to_owned(), what: what.to_owned(), found, expected, of: of.to_owned() }
}

/// The three arrays of a compressed matrix, checked. "Major" is the dimension that is compressed (rows of CSR).
struct Compressed {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl Compressed {
    fn read(name: &str, what: &str, group: &Group, n_major: u64, n_minor: u64) -> Result<Self, ReadError> {
        let open = |member: &str| {
            hdf5::dataset(group, member)
                .and_then(|dataset| Ok((hdf5::length(&dataset)?, dataset)))
                .map_err(|problem| problem.into_error(name, &format!("{what}/{member}")))
        };
        let (n_pointers, pointers) = open("indptr")?;
        let (n_indices, index_data) = open("indices")?;
        let (n_values, value_data) = open("data")?;
        if n_pointers != n_major.saturating_add(1) {
            return Err(mismatch(name, &format!("{what}/indptr"), n_pointers, n_major + 1, "the shape of the matrix"));
        }
        if n_indices != n_values {
            return Err(mismatch(name, &format!("{what}/indices"), n_indices, n_values, &format!("{what}/data")));
        }
        let broken = |member: &str| {
            let what = format!("{what}/{member}");
            move |problem: Problem| problem.into_error(name, &what)
        };
        let indptr = hdf5::integers(&pointers).map_err(broken("indptr"))?;
        let indptr = check_pointers(name, &format!("{what}/indptr"), &indptr, n_values)?;
        let indices = read_indices(&index_data, n_indices).map_err(broken("indices"))?;
        if let Some(position) = indices.iter().position(|&index| index < 0 || index as u64 >= n_minor) {
            return Err(ReadError::IndexOutOfRange {
                name: name.to_owned(),
                what: format!("{what}/indices"),
                index: i64::from(indices[position]),
                position: position as u64,
                limit: n_minor,
            });
        }
        let indices: Vec<u32> = indices.into_iter().map(|index| index as u32).collect();
        let values = hdf5::singles(&value_data, None).map_err(broken("data"))?;
        if values.len() != indices.len() {
            return Err(mismatch(
                name,
                &format!("{what}/data"),
                values.len() as u64,
                indices.len() as u64,
                "its header",
            ));
        }
        Ok(Self { indptr, indices, values })
    }

    fn major(&self, i: usize) -> impl Iterator<Item = (u32, f32)> {
        let range = self.indptr[i]..self.indptr[i + 1];
        self.indices[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// The matrix, when cells are the major dimension.
    fn rows(self, n_genes: usize) -> Csr {
        Csr::from_rows(n_genes, (0..self.indptr.len() - 1).map(|i| self.major(i).collect::<Vec<_>>()))
    }

    /// The matrix, when genes are the major dimension.
    fn transposed(self, n_cells: usize) -> Csr {
        let n_genes = self.indptr.len() - 1;
        let mut counts = vec![0_u32; n_cells];
        for &cell in &self.indices {
            counts[cell as usize] += 1;
        }
        let mut rows: Vec<Vec<(u32, f32)>> = counts.iter().map(|&n| Vec::with_capacity(n as usize)).collect();
        for gene in 0..n_genes {
            for (cell, value) in self.major(gene) {
                rows[cell as usize].push((gene as u32, value));
            }
        }
        drop(self);
        Csr::from_rows(n_genes, rows)
    }
}

/// Column or row numbers, a window at a time: they are often stored in 64 bits.
fn read_indices(dataset: &Dataset, n: u64) -> Result<Vec<i32>, Problem> {
    // Numbers that do not fit are out of range for every matrix that fits into memory: they become -1, which is reported.
    let narrow = |v: i64| i32::try_from(v).unwrap_or(-1);
    if matches!(dataset.dtype()?, hdf5_pure::DType::I32) {
        return Ok(dataset.read_i32()?);
    }
    let mut all = Vec::new();
    let mut start = 0;
    while start < n {
        let window = match dataset.dtype()? {
            hdf5_pure::DType::U64 => {
                dataset.read_u64_rows(start, WINDOW)?.into_iter().map(|v| i64::try_from(v).unwrap_or(-1)).collect()
            }
            ref other if hdf5::is_numeric(other) => dataset.read_i64_rows(start, WINDOW)?,
            other => return Err(Problem::Other(format!("it holds {other} instead of integers"))),
        };
        all.extend(window.into_iter().map(narrow));
        start += WINDOW;
    }
    Ok(all)
}

/// Row starts: from 0, never falling, and within the data.
fn check_pointers(name: &str, what: &str, pointers: &[i64], n_values: u64) -> Result<Vec<usize>, ReadError> {
    let mut last = 0_i64;
    for (position, &pointer) in pointers.iter().enumerate() {
        if pointer < last || pointer as u64 > n_values || (position == 0 && pointer != 0) {
            return Err(ReadError::IndexOutOfRange {
                name: name.to_owned(),
                what: what.to_owned(),
                index: pointer,
                position: position as u64,
                limit: n_values + 1,
            });
        }
        last = pointer;
    }
    Ok(pointers.iter().map(|&pointer| pointer as usize).collect())
}
