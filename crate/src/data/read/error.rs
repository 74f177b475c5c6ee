//! Why a file could not be read, in words a visitor can act on.

use thiserror::Error;

use super::limits::{MAX_FILE_BYTES, MAX_MATRIX_BYTES, gigabytes};

/// Files that can be opened, as every message names them.
pub(super) const ACCEPTED: &str = ".h5ad, 10x Genomics .h5, matrix.mtx with barcodes and features (loose or as .zip), .csv, .tsv or .txt, each also as .gz";

/// Why a file could not be read or written. Nothing of what was loaded before is lost by it.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReadError {
    /// No file was given.
    #[error("No file was given.")]
    NoFiles,
    /// The file has no bytes.
    #[error("{name} is empty: it has 0 bytes.")]
    EmptyFile {
        /// The file.
        name: String,
    },
    /// The file, or what is packed in it, is larger than a browser tab can hold.
    #[error("{name} is too large: {} GB, and at most {} GB fit into a browser tab.", gigabytes(*bytes), gigabytes(MAX_FILE_BYTES))]
    FileTooLarge {
        /// The file.
        name: String,
        /// Its size, unpacked where it is packed.
        bytes: u64,
    },
    /// The matrix is larger than a browser tab can hold, judged from the file's header.
    #[error("{what} of {name} is too large: {n_cells} cells x {n_genes} genes with {entries} stored values need about {} GB of memory, and the limit is {} GB.", gigabytes(*bytes), gigabytes(MAX_MATRIX_BYTES))]
    MatrixTooLarge {
        /// The file.
        name: String,
        /// The matrix, e.g. `X`.
        what: String,
        /// Number of cells.
        n_cells: u64,
        /// Number of genes.
        n_genes: u64,
        /// Number of stored values.
        entries: u64,
        /// Bytes it would need while it is read.
        bytes: u64,
    },
    /// The content is none of the kinds that can be read.
    #[error("{name} is not a file that can be read here: {found}.")]
    UnknownFileType {
        /// The file.
        name: String,
        /// What it seems to be.
        found: String,
    },
    /// Named `.h5ad` or `.h5`, but not HDF5.
    #[error("{name} is not an HDF5 file, whatever its name says: it does not start with the HDF5 signature.")]
    NotHdf5 {
        /// The file.
        name: String,
    },
    /// An HDF5 file that ends early.
    #[error("{name} is cut short: its header speaks of {expected} bytes and there are {found}.")]
    Truncated {
        /// The file.
        name: String,
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// An HDF5 file with a part that cannot be read.
    #[error("{what} of {name} cannot be read: {reason}.")]
    BrokenHdf5 {
        /// The file.
        name: String,
        /// The part, e.g. `X/indices`.
        what: String,
        /// Why.
        reason: String,
    },
    /// A part is compressed in a way that is not supported.
    #[error("{what} of {name} is compressed with {filter}, which cannot be read here.")]
    UnsupportedFilter {
        /// The file.
        name: String,
        /// The part, e.g. `X/data`.
        what: String,
        /// The filter's name and HDF5 number.
        filter: String,
    },
    /// An HDF5 file that is neither AnnData nor 10x Genomics.
    #[error(
        "{name} is an HDF5 file, but holds neither an AnnData object (X, obs, var) nor a 10x Genomics matrix; it holds {found}."
    )]
    NotSingleCell {
        /// The file.
        name: String,
        /// The names found at its root.
        found: String,
    },
    /// A part has a layout that is not known.
    #[error("{what} of {name} is stored in a way that is not supported: {found}.")]
    UnsupportedLayout {
        /// The file.
        name: String,
        /// The part.
        what: String,
        /// What was found.
        found: String,
    },
    /// Two parts that must have the same length do not.
    #[error("{name} contradicts itself: {what} has {found} entries where {of} calls for {expected}.")]
    LengthMismatch {
        /// The file.
        name: String,
        /// The part.
        what: String,
        /// Its length.
        found: u64,
        /// What it should have been.
        expected: u64,
        /// The part that says so.
        of: String,
    },
    /// A row or column number is outside of the matrix.
    #[error("{what} of {name} has the number {index} at position {position}, outside of 0 to {}.", limit.saturating_sub(1))]
    IndexOutOfRange {
        /// The file.
        name: String,
        /// The part.
        what: String,
        /// The number found.
        index: i64,
        /// Where, counted from 0.
        position: u64,
        /// One more than the largest that is allowed.
        limit: u64,
    },
    /// NaN or infinite values.
    #[error(
        "{name} has {count} values that are not finite numbers; the first is {value} for gene {gene} of cell {cell}."
    )]
    NonFinite {
        /// The file.
        name: String,
        /// How many there are.
        count: u64,
        /// The first one.
        value: String,
        /// Its cell.
        cell: String,
        /// Its gene.
        gene: String,
    },
    /// Negative values.
    #[error("{name} has {count} negative values; the first is {value} for gene {gene} of cell {cell}.")]
    Negative {
        /// The file.
        name: String,
        /// How many there are.
        count: u64,
        /// The first one.
        value: f32,
        /// Its cell.
        cell: String,
        /// Its gene.
        gene: String,
    },
    /// There are no cells.
    #[error("{name} has no cells.")]
    NoCells {
        /// The file.
        name: String,
    },
    /// There are no genes.
    #[error("{name} has no genes{}.", if why.is_empty() { String::new() } else { format!(": {why}") })]
    NoGenes {
        /// The file.
        name: String,
        /// Why, when there is more to say.
        why: String,
    },
    /// Every value is zero.
    #[error("Every value of {name} is zero.")]
    AllZero {
        /// The file.
        name: String,
    },
    /// A row of a table has more or fewer fields than its header.
    #[error("Row {row} of {name} has {found} fields where the header has {expected}.")]
    RaggedRow {
        /// The file.
        name: String,
        /// Line of the file, the header being line 1.
        row: u64,
        /// Its number of fields.
        found: usize,
        /// What it should have been.
        expected: usize,
    },
    /// A table that cannot be taken apart.
    #[error("{name} cannot be read as a table: {reason}.")]
    BrokenTable {
        /// The file.
        name: String,
        /// Why.
        reason: String,
    },
    /// A Matrix Market file that cannot be read.
    #[error("Line {line} of {name}: {reason}.")]
    BrokenMtx {
        /// The file.
        name: String,
        /// The line, counted from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A `matrix.mtx` without its barcodes or features.
    #[error("{name} is a matrix without names: {missing} missing.")]
    MissingParts {
        /// The file.
        name: String,
        /// What is missing, e.g. `barcodes.tsv is`.
        missing: String,
    },
    /// Files that do not make up one data set.
    #[error("These files are more than one data set: {names}.")]
    SeveralDataSets {
        /// Their names.
        names: String,
    },
    /// A gzip or zip file that cannot be unpacked.
    #[error("{name} cannot be unpacked: {reason}.")]
    BrokenArchive {
        /// The file.
        name: String,
        /// Why.
        reason: String,
    },
    /// A data set that cannot be written.
    #[error("The data set cannot be written as .h5ad: {reason}.")]
    Write {
        /// Why.
        reason: String,
    },
}

impl ReadError {
    /// A stable name for the cause, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFiles => "no_files",
            Self::EmptyFile { .. } => "empty_file",
            Self::FileTooLarge { .. } => "file_too_large",
            Self::MatrixTooLarge { .. } => "matrix_too_large",
            Self::UnknownFileType { .. } => "unknown_file_type",
            Self::NotHdf5 { .. } => "not_hdf5",
            Self::Truncated { .. } => "truncated",
            Self::BrokenHdf5 { .. } => "broken_hdf5",
            Self::UnsupportedFilter { .. } => "unsupported_filter",
            Self::NotSingleCell { .. } => "not_single_cell",
            Self::UnsupportedLayout { .. } => "unsupported_layout",
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::IndexOutOfRange { .. } => "index_out_of_range",
            Self::NonFinite { .. } => "non_finite_values",
            Self::Negative { .. } => "negative_values",
            Self::NoCells { .. } => "no_cells",
            Self::NoGenes { .. } => "no_genes",
            Self::AllZero { .. } => "all_zero",
            Self::RaggedRow { .. } => "ragged_row",
            Self::BrokenTable { .. } => "broken_table",
            Self::BrokenMtx { .. } => "broken_mtx",
            Self::MissingParts { .. } => "missing_parts",
            Self::SeveralDataSets { .. } => "several_data_sets",
            Self::BrokenArchive { .. } => "broken_archive",
            Self::Write { .. } => "write_failed",
        }
    }

    /// What the visitor can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NoFiles | Self::UnknownFileType { .. } => format!("Files that can be opened: {ACCEPTED}."),
            Self::EmptyFile { .. } => "Download or export it again; the copy is incomplete.".into(),
            Self::FileTooLarge { .. } | Self::MatrixTooLarge { .. } => {
                "Make it smaller first, for example in Python: adata = sc.pp.subsample(adata, n_obs=20000, copy=True); \
                 adata.write_h5ad(\"smaller.h5ad\", compression=\"gzip\"). Dropping layers and genes that few cells express helps too."
                    .into()
            }
            Self::NotHdf5 { .. } => {
                "Often a download page was saved in the file's place, or another kind of file was renamed. Download it again, \
                 or write it with adata.write_h5ad(\"data.h5ad\")."
                    .into()
            }
            Self::Truncated { .. } | Self::BrokenArchive { .. } => {
                "The download or copy was probably interrupted: get the file again.".into()
            }
            Self::BrokenHdf5 { .. } => {
                "If Python opens the file, write it anew with adata.write_h5ad(\"data.h5ad\", compression=\"gzip\"); otherwise get it again."
                    .into()
            }
            Self::UnsupportedFilter { .. } => {
                "Write the file anew with gzip: adata = anndata.read_h5ad(\"old.h5ad\"); adata.write_h5ad(\"new.h5ad\", compression=\"gzip\"). \
                 Supported are gzip, lzf, shuffle and no compression."
                    .into()
            }
            Self::NotSingleCell { .. } => {
                "Convert it to AnnData first, e.g. from Seurat with SeuratDisk or zellkonverter, from loom with scanpy.read_loom, \
                 from a MuData file by writing one modality with mdata[\"rna\"].write_h5ad(\"rna.h5ad\")."
                    .into()
            }
            Self::UnsupportedLayout { .. } => {
                "Write it anew with a current anndata, with X as a CSR matrix or an array: adata.write_h5ad(\"data.h5ad\").".into()
            }
            Self::LengthMismatch { .. } | Self::IndexOutOfRange { .. } => {
                "The parts of the file do not belong together, or it is damaged: write or export it anew.".into()
            }
            Self::NonFinite { .. } => "Replace or drop these values before export: counts of genes that were not seen are 0.".into(),
            Self::Negative { .. } => {
                "The values look scaled or centred. Use raw counts: put them into adata.layers[\"counts\"] or adata.raw, from where they are read by themselves."
                    .into()
            }
            Self::NoCells { .. } => "A filter may have removed every cell before the file was written.".into(),
            Self::NoGenes { .. } => "A table has one row per cell and one numeric column per gene, with the gene names in its first row.".into(),
            Self::AllZero { .. } => "Check which matrix was exported; if the counts are in a layer, name it \"counts\".".into(),
            Self::RaggedRow { .. } => {
                "Every row needs as many fields as the header (or one more, when its first field is the cell's name). Text that holds the separator must be quoted.".into()
            }
            Self::BrokenTable { .. } => {
                "Save it as comma- or tab-separated UTF-8 text: one row per cell, one column per gene, gene names in the first row.".into()
            }
            Self::BrokenMtx { .. } => {
                "A Matrix Market file starts with \"%%MatrixMarket matrix coordinate integer general\", then the line \"rows columns entries\", then one entry a line.".into()
            }
            Self::MissingParts { .. } => {
                "Choose matrix.mtx, barcodes.tsv and features.tsv (or genes.tsv) together, or a .zip of the three.".into()
            }
            Self::SeveralDataSets { .. } => "Open one data set at a time; join several in Python with anndata.concat.".into(),
            Self::Write { .. } => "Check names of genes, cells and annotation columns: they must not contain \"/\" or be empty.".into(),
        }
    }
}
