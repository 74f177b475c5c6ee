//! 10x Genomics HDF5 matrices: features x barcodes in compressed columns, which is cells x genes in compressed rows.

use hdf5_pure::{File, Group};

use crate::data::Skipped;

use super::finish::Parts;
use super::hdf5::Problem;
use super::matrix::Stored;
use super::{ReadError, hdf5};

/// The group with the matrix: `matrix` since Cell Ranger 3, named for the genome before.
pub(super) fn groups(root: &Group) -> Vec<String> {
    let mut found: Vec<String> = root
        .groups()
        .unwrap_or_default()
        .into_iter()
        .filter(|group| {
            ["barcodes", "indptr", "shape"].iter().all(|part| root.dataset(&format!("{group}/{part}")).is_ok())
        })
        .collect();
    found.sort_unstable();
    found
}

/// Reads the matrix in the first of `groups`.
///
/// # Errors
/// When a part is missing or cannot be read.
pub(super) fn read(name: &str, file: &File, groups: &[String]) -> Result<Parts, ReadError> {
    let root = file.root();
    let mut skipped: Vec<Skipped> = Vec::new();
    let Some((path, others)) = groups.split_first() else {
        return Err(ReadError::NotSingleCell { name: name.to_owned(), found: "no matrix".to_owned() });
    };
    for other in others {
        let why = format!("only the first genome of the file, {path}, is read");
        skipped.push(Skipped { what: other.clone(), why });
    }
    let at = |member: &str| format!("{path}/{member}");
    let broken = |member: &'static str| move |problem: Problem| problem.into_error(name, member);
    let texts = |member: &str| hdf5::dataset(&root, &at(member)).and_then(|dataset| hdf5::texts(&dataset));
    let shape = hdf5::dataset(&root, &at("shape")).and_then(|d| hdf5::integers(&d)).map_err(broken("shape"))?;
    let [n_genes, n_cells] = shape[..] else {
        return Err(broken("shape")(Problem::Other(format!("it has {} numbers instead of two", shape.len()))));
    };
    let group = root.group(path).map_err(|e| broken("matrix")(e.into()))?;
    let stored = Stored::sparse(path, group, true, n_cells.max(0) as u64, n_genes.max(0) as u64);
    stored.check_size(name)?;
    let cells = texts("barcodes").map_err(broken("barcodes"))?;
    let genes = texts("features/name").or_else(|_| texts("gene_names")).or_else(|_| texts("genes"));
    let genes = genes.map_err(broken("features/name"))?;
    let types = texts("features/feature_type").unwrap_or_default();
    let matrix = stored.read(name)?;
    let mut parts = Parts { matrix, genes, cells, obs: Vec::new(), skipped, notes: Vec::new() };
    keep_genes(&mut parts, &types);
    Ok(parts)
}

/// Drops what is not gene expression (antibodies, guides), as `scanpy.read_10x_h5` and `read_10x_mtx` do.
pub(super) fn keep_genes(parts: &mut Parts, types: &[String]) {
    const GENES: &str = "Gene Expression";
    if types.len() != parts.genes.len() || parts.genes.len() != parts.matrix.n_cols() {
        return;
    }
    let keep: Vec<usize> = (0..types.len()).filter(|&j| types[j] == GENES).collect();
    if keep.is_empty() || keep.len() == types.len() {
        return;
    }
    let dropped = types.len() - keep.len();
    parts.matrix = parts.matrix.select_cols(&keep);
    parts.genes = keep.iter().map(|&j| parts.genes[j].clone()).collect();
    parts.skipped.push(Skipped {
        what: format!("{dropped} features"),
        why: format!("their type is not \"{GENES}\" (antibodies, guides and the like)"),
    });
}
