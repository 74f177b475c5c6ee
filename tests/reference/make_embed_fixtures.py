"""Reference values for crate/tests/embeddings.rs and the tests in crate/src/embed, from scikit-learn and umap-learn.

    python tests/reference/make_embed_fixtures.py [--kang kang_ifnb_pbmc.h5ad]

Needs numpy, scipy, scikit-learn and umap-learn; for the Kang file also anndata and scanpy. Made with scikit-learn 1.9.1,
umap-learn 0.5.12, scanpy 1.11.5. Writes fixtures/embed/embed.json and, with --kang, fixtures/embed/kang.json, which holds numbers
only: how to get the same input is in `kang_scores` below, and none of the file's values are stored.

Trustworthiness is at k = 15. Both programs run with their defaults.
"""

import argparse
import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import umap
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn, _kl_divergence_bh
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set

OUT = Path(__file__).parent / "fixtures" / "embed"
SEEDS = range(5)


def clusters_and_a_curve():
    """Three Gaussian clusters and a rolled-up band, 300 x 10, rounded so that the numbers stored are the numbers used."""
    rng = np.random.default_rng(11)
    centres = rng.normal(0, 3, (3, 10))
    clusters = np.concatenate([centre + rng.normal(0, size, (60, 10)) for centre, size in zip(centres, (0.4, 0.8, 1.2))])
    t = rng.uniform(1.5, 9, 120)
    band = np.stack([t * np.cos(t), t * np.sin(t), rng.uniform(-2, 2, 120)], axis=1) @ rng.normal(0, 0.4, (3, 10))
    x = np.concatenate([clusters, band + rng.normal(0, 0.05, (120, 10)) + 4])
    return np.round(x, 3)


def pictures(x):
    """Trustworthiness of both programs' pictures, per seed."""
    x = np.ascontiguousarray(x)
    # From principal components and without noise, so the seed changes nothing.
    tsne = [trustworthiness(x, TSNE(random_state=1).fit_transform(x), n_neighbors=15)]
    umaps = [trustworthiness(x, umap.UMAP(random_state=seed).fit_transform(x), n_neighbors=15) for seed in SEEDS]
    return {"tsne": tsne, "umap": umaps}


def sparse_row(matrix, i):
    row = matrix.tocsr()[[i]].tocoo()
    kept = row.data > 0
    order = np.argsort(row.col[kept])
    return {"columns": row.col[kept][order], "values": row.data[kept][order]}


def tsne_parts(x):
    """P of scikit-learn for perplexity 30, and the gradient of KL(12 P || Q) at the first two columns of x, all pairs."""
    distances = NearestNeighbors(n_neighbors=91, algorithm="kd_tree").fit(x).kneighbors_graph(mode="distance")
    distances.data **= 2
    p = _joint_probabilities_nn(distances, 30.0, 0)
    row_sums, first = np.asarray(p.sum(axis=1)).ravel(), sparse_row(p, 0)
    _, gradient = _kl_divergence_bh(
        np.float32(x[:, :2]).ravel(), p * 12.0, 1, len(x), 2, angle=0.0, verbose=0, compute_error=False
    )
    return {"p_row_sums": row_sums, "p_first_row": first, "gradient": gradient.reshape(-1, 2)}


def umap_parts(x):
    """The fuzzy simplicial set of 15 neighbours, the cell itself counted."""
    distances, indices = NearestNeighbors(n_neighbors=15, algorithm="kd_tree").fit(x).kneighbors(x)
    assert (indices[:, 0] == np.arange(len(x))).all()
    state = np.random.RandomState(0)
    graph, _, _ = fuzzy_simplicial_set(x, 15, state, "euclidean", knn_indices=indices, knn_dists=np.float32(distances))
    curves = [(d, s, *find_ab_params(s, d)) for d, s in ((0.1, 1), (0, 1), (0.5, 1), (0.99, 1), (0.1, 2), (0.3, 0.5))]
    return {"row_sums": np.asarray(graph.sum(axis=1)).ravel(), "first_row": sparse_row(graph, 0), "curves": curves}


def make_small():
    x = clusters_and_a_curve()
    distances, indices = NearestNeighbors(n_neighbors=15, algorithm="kd_tree").fit(x).kneighbors()
    # The factor keeps distances in the picture apart: of equally near cells scikit-learn takes any.
    given = [
        ((i, j), k, trustworthiness(x, x[:, [i, j]] * [1.0, 1.23456789], n_neighbors=k))
        for i, j in ((0, 1), (4, 7))
        for k in (1, 15, 100)
    ]
    return {
        "x": x,
        "neighbours": indices,
        "distances": distances[:20],
        "trustworthiness_of_columns": given,
        "tsne_parts": tsne_parts(x),
        "umap_parts": umap_parts(x),
        "pictures": pictures(x),
    }


def kang_scores(path):
    """The first 2000 cells of the file; totals to 1e4 over all genes, log1p; the 1000 genes with the most counts among these
    cells, of equal ones the earlier; 50 principal components."""
    import anndata
    import scanpy as sc

    data = anndata.read_h5ad(path)[:2000].copy()
    totals = np.asarray(data.X.sum(axis=0)).ravel()
    genes = np.argsort(-totals, kind="stable")[:1000]
    data.X = data.X.astype(np.float32)
    sc.pp.normalize_total(data, target_sum=1e4)
    sc.pp.log1p(data)
    x = np.float64(data.X[:, genes].toarray())
    pca = PCA(50, svd_solver="full").fit(x)
    return x.sum(), pca.explained_variance_, pca.transform(x)


def make_kang(path):
    total, variance, scores = kang_scores(path)
    return {
        "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
        "cells": 2000,
        "genes": 1000,
        "sum_of_values": total,
        "explained_variance": variance,
        "trustworthiness_of_first_two": trustworthiness(scores, scores[:, :2], n_neighbors=15),
        "pictures": pictures(scores),
    }


def write(name, value):
    def plain(node):
        if isinstance(node, dict):
            return {key: plain(item) for key, item in node.items()}
        if isinstance(node, np.ndarray) and node.dtype == np.float32:
            return plain(np.array([float(f"{v:.7g}") for v in node.ravel()]).reshape(node.shape))
        if isinstance(node, (list, tuple, np.ndarray)):
            return [plain(item) for item in node]
        if isinstance(node, (float, np.floating)):
            return float(node)
        return int(node) if isinstance(node, np.integer) else node

    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plain(value), separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes; {value['pictures']}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kang", metavar="FILE", help="kang_ifnb_pbmc.h5ad")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    write("embed", make_small())
    if arguments.kang:
        write("kang", make_kang(arguments.kang))
