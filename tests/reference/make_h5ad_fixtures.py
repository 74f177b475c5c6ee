"""Writes the small files that the reader tests open, into fixtures/h5ad/ beside this script.

Needs anndata (0.12 was used), h5py, numpy, pandas, scipy; hdf5plugin is not needed: a zstd file is imitated by
naming the filter in the pipeline without compressing anything. Run: python make_h5ad_fixtures.py
"""

import gzip
import io
import shutil
import warnings
import zipfile
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

warnings.filterwarnings("ignore")
OUT = Path(__file__).parent / "fixtures" / "h5ad"
N_CELLS, N_GENES = 30, 12

# A fixed matrix with a closed form, so that the Rust tests can check every value without a second copy of it:
# count(i, j) = (i * 7 + j * 3) % 11 - 6, floored at 0; cell 29 is empty.
I, J = np.meshgrid(np.arange(N_CELLS), np.arange(N_GENES), indexing="ij")
COUNTS = np.maximum((I * 7 + J * 3) % 11 - 6, 0)
COUNTS[29] = 0
GENES = [f"G{j}" for j in range(N_GENES)]
CELLS = [f"cell-{i}" for i in range(N_CELLS)]


def obs():
    frame = pd.DataFrame(index=CELLS)
    frame["cell_type"] = pd.Categorical(
        [["Hepatocyte – zone 1", "B", "Kupffer (α)"][i % 3] for i in range(N_CELLS)],
        categories=["B", "Hepatocyte – zone 1", "Kupffer (α)", "unused"],
    )
    some = [None if i == 4 else ["control", "treated"][i % 2] for i in range(N_CELLS)]
    frame["condition"] = pd.Categorical(some, categories=["control", "treated"])
    frame["dose"] = [[0.0, 0.01, 10.0][i % 3] for i in range(N_CELLS)]
    frame["dose_category"] = pd.Categorical(np.array([[0.0, 0.01, 10.0][i % 3] for i in range(N_CELLS)], np.float32))
    frame["plate"] = np.arange(N_CELLS, dtype=np.int16) % 4
    frame["is_doublet"] = [i % 5 == 0 for i in range(N_CELLS)]
    frame["donor"] = [f"d{i % 2}" for i in range(N_CELLS)]
    frame["nullable_int"] = pd.array([None if i == 2 else i for i in range(N_CELLS)], dtype="Int32")
    frame["nullable_bool"] = pd.array([None if i == 3 else i % 2 == 0 for i in range(N_CELLS)], dtype="boolean")
    frame["nullable_text"] = pd.array([None if i == 1 else f"t{i % 3}" for i in range(N_CELLS)], dtype="string")
    frame["half_missing"] = [np.nan if i % 2 else i / 2 for i in range(N_CELLS)]
    return frame


def make(x, **more):
    return ad.AnnData(X=x, obs=obs(), var=pd.DataFrame(index=GENES), **more)


def log_normalised():
    size = COUNTS.sum(1, keepdims=True)
    return np.log1p(COUNTS / np.where(size == 0, 1, size) * 1e4).astype(np.float32)


def new_layouts():
    ad.settings.allow_write_nullable_strings = True
    csr = sparse.csr_matrix(COUNTS.astype(np.float32))
    make(csr).write_h5ad(OUT / "csr.h5ad")
    make(sparse.csr_matrix(COUNTS.astype(np.int64))).write_h5ad(OUT / "csr_gzip_int64.h5ad", compression="gzip")
    make(sparse.csc_matrix(COUNTS.astype(np.uint16))).write_h5ad(OUT / "csc_lzf.h5ad", compression="lzf")
    make(COUNTS.astype(np.float64)).write_h5ad(OUT / "dense_gzip.h5ad", compression="gzip")
    log = sparse.csr_matrix(log_normalised())
    make(log).write_h5ad(OUT / "log_only.h5ad")
    make(log, layers={"counts": csr}).write_h5ad(OUT / "log_and_layer.h5ad")

    # raw has more genes than X, as after highly_variable_genes(subset=True); X is scaled and has negative values.
    whole = make(csr)
    part = whole[:, :5].copy()
    part.X = (part.X.toarray() - 1.5).astype(np.float32)
    part.raw = whole
    part.write_h5ad(OUT / "scaled_and_raw.h5ad", compression="gzip")

    duplicated = make(csr)
    duplicated.var_names = ["A", "B", "A", "A", "A-1", *GENES[5:]]
    duplicated.write_h5ad(OUT / "duplicate_genes.h5ad")


def strings(group, name, values):
    data = group.create_dataset(name, data=np.array(values, dtype=object), dtype=h5py.string_dtype())
    data.attrs["encoding-type"], data.attrs["encoding-version"] = "string-array", "0.2.0"
    return data


def old_layouts():
    # anndata 0.7: `X` sparse, obs a group, categories beside the columns in `__categories` and referenced from them.
    with h5py.File(OUT / "anndata_0_7.h5ad", "w") as f:
        x = f.create_group("X")
        csr = sparse.csr_matrix(COUNTS.astype(np.float32))
        x.create_dataset("data", data=csr.data)
        x.create_dataset("indices", data=csr.indices)
        x.create_dataset("indptr", data=csr.indptr)
        x.attrs["encoding-type"], x.attrs["encoding-version"] = "csr_matrix", "0.1.0"
        x.attrs["shape"] = COUNTS.shape
        o = f.create_group("obs")
        o.attrs["encoding-type"], o.attrs["encoding-version"] = "dataframe", "0.1.0"
        o.attrs["_index"] = "index"
        o.attrs["column-order"] = np.array(["cell_type", "dose", "donor"], dtype=object)
        o.create_dataset("index", data=np.array(CELLS, dtype=object), dtype=h5py.string_dtype())
        categories = o.create_group("__categories")
        c = categories.create_dataset("cell_type", data=np.array(["B", "Kupffer"], dtype=object), dtype=h5py.string_dtype())
        c.attrs["ordered"] = False
        codes = np.array([-1 if i == 4 else i % 2 for i in range(N_CELLS)], np.int8)
        column = o.create_dataset("cell_type", data=codes)
        column.attrs["categories"] = c.ref
        o.create_dataset("dose", data=np.array([[0.0, 0.01, 10.0][i % 3] for i in range(N_CELLS)]))
        o.create_dataset("donor", data=np.array([f"d{i % 2}" for i in range(N_CELLS)], dtype=object), dtype=h5py.string_dtype())
        v = f.create_group("var")
        v.attrs["encoding-type"], v.attrs["_index"] = "dataframe", "gene_symbols"
        v.attrs["column-order"] = np.array([], dtype=float)
        v.create_dataset("gene_symbols", data=np.array(GENES, dtype=object), dtype=h5py.string_dtype())

    # anndata 0.6: obs and var are tables of records, the categories of a column are in uns.
    with h5py.File(OUT / "anndata_0_6.h5ad", "w") as f:
        x = f.create_group("X")
        csc = sparse.csc_matrix(COUNTS.astype(np.float32))
        x.create_dataset("data", data=csc.data)
        x.create_dataset("indices", data=csc.indices)
        x.create_dataset("indptr", data=csc.indptr)
        x.attrs["h5sparse_format"], x.attrs["h5sparse_shape"] = "csc", COUNTS.shape
        rows = np.zeros(N_CELLS, dtype=[("index", "S8"), ("cell_type", "i1"), ("dose", "f4"), ("n", "i8"), ("ok", "?"), ("who", "S4")])
        rows["index"] = CELLS
        rows["cell_type"] = [-1 if i == 4 else i % 2 for i in range(N_CELLS)]
        rows["dose"] = [[0.0, 0.01, 10.0][i % 3] for i in range(N_CELLS)]
        rows["n"] = np.arange(N_CELLS) * 1000
        rows["ok"] = np.arange(N_CELLS) % 2 == 0
        rows["who"] = [f"d{i % 2}" for i in range(N_CELLS)]
        f.create_dataset("obs", data=rows)
        f.create_dataset("var", data=np.array([(g,) for g in GENES], dtype=[("index", "S8")]))
        u = f.create_group("uns")
        u.create_dataset("cell_type_categories", data=np.array(["B", "Kupffer"], dtype=object), dtype=h5py.string_dtype())


def odd_columns():
    # Columns that cannot be read beside ones that can: the file must open all the same.
    shutil.copy(OUT / "csr.h5ad", OUT / "odd_columns.h5ad")
    with h5py.File(OUT / "odd_columns.h5ad", "a") as f:
        o = f["obs"]
        o.create_dataset("two_dimensional", data=np.zeros((N_CELLS, 2)))
        o.create_dataset("too_short", data=np.zeros(3))
        o.create_dataset("_scvi_labels", data=np.zeros(N_CELLS, dtype=[("a", "f4"), ("b", "i4")]))
        bad = o.create_group("bad_codes")
        bad.attrs["encoding-type"] = "categorical"
        bad.create_dataset("codes", data=np.full(N_CELLS, 7, np.int8))
        strings(bad, "categories", ["only"])
        o.create_group("a_group").create_dataset("x", data=[1])
        with_zstd(o, "zstd_column", np.zeros(N_CELLS))
        o.attrs["column-order"] = list(o.attrs["column-order"]) + ["gone"]


def with_zstd(group, name, data):
    """A chunked data set whose pipeline names zstd (32015) as an optional filter; h5py cannot load it and stores the bytes as they are."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk(data.shape)
    plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    space = h5py.h5s.create_simple(data.shape)
    made = h5py.h5d.create(group.id, name.encode(), h5py.h5t.py_create(data.dtype, logical=True), space, plist)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(data))


def refused():
    shutil.copy(OUT / "csr.h5ad", OUT / "zstd.h5ad")
    with h5py.File(OUT / "zstd.h5ad", "a") as f:
        data = f["X/data"][:]
        del f["X/data"]
        with_zstd(f["X"], "data", data)
    for name, place, value in [("nan", 5, np.nan), ("negative", 7, -2.0)]:
        shutil.copy(OUT / "csr.h5ad", OUT / f"{name}.h5ad")
        with h5py.File(OUT / f"{name}.h5ad", "a") as f:
            f["X/data"][place] = value
    shutil.copy(OUT / "csr.h5ad", OUT / "index_out_of_range.h5ad")
    with h5py.File(OUT / "index_out_of_range.h5ad", "a") as f:
        f["X/indices"][3] = 99
    shutil.copy(OUT / "csr.h5ad", OUT / "wrong_length.h5ad")
    with h5py.File(OUT / "wrong_length.h5ad", "a") as f:
        del f["var/_index"]
        strings(f["var"], "_index", GENES[:-1])
    with h5py.File(OUT / "not_single_cell.h5", "w") as f:
        f.create_dataset("weights", data=[1.0, 2.0])
        f.create_group("assays")
    # A header that promises a matrix of 4e6 x 1e6 without storing any of it.
    with h5py.File(OUT / "huge.h5ad", "w") as f:
        f.create_dataset("X", shape=(4_000_000, 1_000_000), chunks=(1000, 1000), dtype="f4")
        strings(f.create_group("obs"), "_index", ["a"])
        strings(f.create_group("var"), "_index", ["b"])
    ad.AnnData(X=np.zeros((0, 3), np.float32)).write_h5ad(OUT / "no_cells.h5ad")


def tenx():
    by_cell = sparse.csr_matrix(COUNTS.astype(np.int32))
    with h5py.File(OUT / "tenx_v3.h5", "w") as f:
        m = f.create_group("matrix")
        m["barcodes"] = np.array(CELLS, dtype="S18")
        m.create_dataset("data", data=by_cell.data, compression="gzip")
        m.create_dataset("indices", data=by_cell.indices.astype(np.int64), compression="gzip")
        m.create_dataset("indptr", data=by_cell.indptr.astype(np.int64))
        m["shape"] = np.array([N_GENES, N_CELLS], np.int32)
        feature = m.create_group("features")
        feature["id"] = np.array([f"ENSG{j}" for j in range(N_GENES)], dtype="S15")
        feature["name"] = np.array(GENES, dtype="S8")
        feature["feature_type"] = np.array(["Gene Expression"] * 10 + ["Antibody Capture"] * 2, dtype="S16")
        feature["genome"] = np.array(["GRCh38"] * N_GENES, dtype="S6")
    with h5py.File(OUT / "tenx_v2.h5", "w") as f:
        m = f.create_group("mm10")
        m["barcodes"] = np.array(CELLS, dtype="S18")
        m.create_dataset("data", data=by_cell.data)
        m.create_dataset("indices", data=by_cell.indices.astype(np.int64))
        m.create_dataset("indptr", data=by_cell.indptr.astype(np.int64))
        m["shape"] = np.array([N_GENES, N_CELLS], np.int32)
        m["genes"] = np.array([f"ENSG{j}" for j in range(N_GENES)], dtype="S15")
        m["gene_names"] = np.array(GENES, dtype="S8")

    entries = [(j + 1, i + 1, COUNTS[i, j]) for i in range(N_CELLS) for j in range(N_GENES) if COUNTS[i, j]]
    text = "%%MatrixMarket matrix coordinate integer general\n%metadata_json: {}\n"
    text += f"{N_GENES} {N_CELLS} {len(entries)}\n" + "".join(f"{a} {b} {c}\n" for a, b, c in entries)
    features = "".join(f"ENSG{j}\t{GENES[j]}\tGene Expression\n" for j in range(N_GENES))
    parts = {"matrix.mtx.gz": text, "barcodes.tsv.gz": "\n".join(CELLS) + "\n", "features.tsv.gz": features}
    with zipfile.ZipFile(OUT / "tenx_mtx.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for name, body in parts.items():
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as g:
                g.write(body.encode())
            z.writestr(zipfile.ZipInfo(f"filtered_feature_bc_matrix/{name}", (2020, 1, 1, 0, 0, 0)), packed.getvalue())


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    new_layouts()
    old_layouts()
    odd_columns()
    refused()
    tenx()
    # Kept compressed: an HDF5 file with three dozen tiny data sets is mostly empty blocks.
    for path in OUT.glob("*.h5ad"):
        (OUT / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    for path in sorted(OUT.iterdir()):
        print(f"{path.stat().st_size:8d} {path.name}")
