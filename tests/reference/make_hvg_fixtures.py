"""Fixtures for the choice of highly variable genes, made with scanpy and scikit-misc.

    python tests/reference/make_hvg_fixtures.py

writes fixtures/hvg/counts.json (a small simulated count matrix with the odd genes that real ones have),
fixtures/hvg/scanpy.json (what scanpy makes of it) and fixtures/hvg/loess.json (LOESS curves of scikit-misc).
"""

import json
from importlib.metadata import version
from pathlib import Path

import anndata as ad
import numpy as np
import scanpy as sc
from scipy import sparse
from skmisc.loess import loess

OUT = Path(__file__).parent / "fixtures" / "hvg"
N_CELLS, N_GENES, N_TOP = 150, 500, 80


def simulated_counts(rng):
    """Negative binomial counts of two groups of cells, cells x genes."""
    mean = np.exp(rng.normal(-1.5, 1.6, N_GENES))
    group = np.arange(N_CELLS) % 2
    fold = np.where(rng.random(N_GENES) < 0.15, np.exp(rng.normal(0, 1.2, N_GENES)), 1.0)
    depth = np.exp(rng.normal(0, 0.35, N_CELLS))
    rate = depth[:, None] * mean * np.where(group[:, None] == 1, fold, 1.0)
    shape = 1.0 / (0.15 + 0.2 / mean)
    counts = rng.poisson(rng.gamma(shape, rate / shape)).astype(np.int32)
    counts[:, 0] = 0  # expressed nowhere
    counts[:, 1] = 1  # counts without variance
    counts[:, 2] = 0
    counts[7, 2] = 1  # one count in one cell
    counts[:, 3] = 0
    counts[9, 3] = 40  # all counts in one cell: clipped by seurat_v3
    counts[:, 4] = counts[:, 5]  # a tie
    counts[:, 6] = rng.poisson(800 * depth)  # alone in its bin of mean expression
    return counts


def numbers(values):
    """JSON has no NaN."""
    return [None if np.isnan(v) else float(v) for v in values]


def write(name, content):
    (OUT / name).write_text(json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    counts = simulated_counts(np.random.default_rng(20221))
    rows = [[[int(j), int(row[j])] for j in np.flatnonzero(row)] for row in counts]
    write("counts.json", {"n_genes": N_GENES, "rows": rows})

    adata = ad.AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    v3 = sc.pp.highly_variable_genes(adata, flavor="seurat_v3", n_top_genes=N_TOP, inplace=False)
    sc.pp.normalize_total(adata, target_sum=1e4)
    sc.pp.log1p(adata)
    seurat = sc.pp.highly_variable_genes(adata, flavor="seurat", n_top_genes=N_TOP, inplace=False)
    median = ad.AnnData(sparse.csr_matrix(counts.astype(np.float32)))
    sc.pp.normalize_total(median)
    write("scanpy.json", {
        "versions": {package: version(package) for package in ["scanpy", "scikit-misc", "numpy", "pandas"]},
        "n_top_genes": N_TOP,
        "log_normalised_row_0": [float(v) for v in adata.X[0].data],
        "median_target_sum": float(median.X[0].sum()),
        "seurat": {
            "dispersions_norm": numbers(seurat["dispersions_norm"]),
            "highly_variable": np.flatnonzero(seurat["highly_variable"]).tolist(),
        },
        "seurat_v3": {
            "variances_norm": numbers(v3["variances_norm"]),
            "highly_variable": np.flatnonzero(v3["highly_variable"]).tolist(),
        },
    })

    rng = np.random.default_rng(3)
    curves = []
    for n in [30, 137, 400]:
        # Rounded, so that there are ties, as many genes have the same mean.
        x = np.round(rng.normal(0, 1, n), 2)
        y = np.round(np.sin(2 * x) + 0.2 * x**2 + 0.1 * rng.normal(size=n), 3)
        model = loess(x, y, span=0.3, degree=2)
        model.fit()
        curves.append({"x": x.tolist(), "y": y.tolist(), "fitted": model.outputs.fitted_values.tolist()})
    write("loess.json", {"span": 0.3, "curves": curves})


if __name__ == "__main__":
    main()
