"""Reference values for crate/tests/scib_metrics.rs, from scib-metrics.

    python tests/reference/make_scib_fixtures.py

Needs numpy, scipy, scikit-learn, umap-learn, jax and scib-metrics 0.6.0 (which asks for Python 3.12; 0.5.10, for 3.11, has the
same metrics to the letter but for sBEE). jax computes in 64 bits: the definition, not its float32 rounding.

Cells are drawn here and stored in steps of 1/256, so that they are the same numbers in 32 and 64 bits. Neighbours are exact,
made by scikit-learn, and not stored: the tests find them on their own. scib-metrics gets the cell itself as its own first
neighbour, as it expects. Its kBET looks for neighbours in a diffusion map with pynndescent, which is approximate: values are
written with these (`kbet_approximate`) and with exact ones (`kbet`), and the tests hold the second.
"""

import json
import logging
import os
import warnings
from pathlib import Path

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["OMP_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore")

import numpy as np
import scib_metrics
import scib_metrics.utils._diffusion_nn as diffusion
from scib_metrics.nearest_neighbors import NeighborsResults
from sklearn.neighbors import NearestNeighbors

OUT = Path(__file__).parent / "fixtures" / "scib"
APPROXIMATE = diffusion.nearest_neighbors.pynndescent


def neighbours(x, k):
    """The cell itself and its k - 1 nearest others."""
    k = min(k, len(x))
    x = np.asarray(x, dtype=np.float64)
    distances, indices = NearestNeighbors(n_neighbors=k - 1, algorithm="brute").fit(x).kneighbors()
    indices = np.hstack([np.arange(len(x))[:, None], indices])
    # Without the rounding of the dot products that scikit-learn takes distances from.
    distances = np.sqrt(((x[:, None] - x[indices]) ** 2).sum(axis=2))
    return NeighborsResults(indices=indices, distances=distances)


class Exact:
    """In place of scib_metrics.nearest_neighbors, for the diffusion map."""

    NeighborsResults = NeighborsResults

    @staticmethod
    def pynndescent(x, n_neighbors):
        return neighbours(x, n_neighbors)


def finite(value):
    return None if value is None or not np.isfinite(value) else float(value)


def kbet(nearest, batch, labels, exact):
    diffusion.nearest_neighbors = Exact if exact else scib_metrics.nearest_neighbors
    try:
        score, of_labels = scib_metrics.kbet_per_label(nearest, batch, labels, return_df=True)
    finally:
        diffusion.nearest_neighbors = scib_metrics.nearest_neighbors
    return finite(score), [finite(value) for value in of_labels["kBET"]]


def case(name, latent, before, batch, labels):
    latent = np.round(np.asarray(latent) * 256) / 256
    before = np.round(np.asarray(before) * 256) / 256
    batch, labels = np.asarray(batch), np.asarray(labels)
    lists = {k: neighbours(latent, k) for k in (15, 50, 90)}
    score, of_labels = kbet(lists[50], batch, labels, exact=True)
    approximate, approximate_labels = kbet(lists[50], batch, labels, exact=False)
    sizes = np.unique(labels, return_counts=True)[1]
    by_size = np.argsort(np.argsort(-sizes, kind="stable"))[labels]
    _, of_labels_by_size = kbet(lists[50], batch, by_size, exact=True)
    print(name, "kBET", of_labels, "approximate", approximate_labels, "by size", of_labels_by_size)
    values = {
        "ilisi": scib_metrics.ilisi_knn(lists[90], batch),
        "clisi": scib_metrics.clisi_knn(lists[90], labels),
        "kbet": score,
        "kbet_lite": scib_metrics.kbet(lists[50], batch)[0],
        "graph_connectivity": scib_metrics.graph_connectivity(lists[15], labels),
        "pcr": scib_metrics.pcr_comparison(before, latent, batch, categorical=True),
        "isolated_labels": scib_metrics.isolated_labels(latent, labels, batch),
        "bras": scib_metrics.bras(latent, labels, batch),
    }
    variances = [
        scib_metrics.utils.principal_component_regression(x, batch, categorical=True) for x in (before, latent)
    ]
    return {
        "name": name,
        "latent": latent.tolist(),
        "before": before.tolist(),
        "batch": batch.tolist(),
        "labels": labels.tolist(),
        "values": {key: finite(value) for key, value in values.items()},
        "kbet_of_labels": of_labels,
        "kbet_of_labels_by_size": of_labels_by_size,
        "kbet_approximate": approximate,
        "kbet_approximate_of_labels": approximate_labels,
        "batch_variance": variances,
        "lisi_batch": scib_metrics.lisi_knn(lists[90], batch)[:20].tolist(),
        "lisi_label": scib_metrics.lisi_knn(lists[90], labels)[:20].tolist(),
    }


def drawn(seed, sizes, dims, between_labels, between_batches, kept=0.2):
    """sizes[label][batch] cells; labels and batches are shifted, batches less by integration (`kept` of it)."""
    rng = np.random.default_rng(seed)
    of_label = rng.normal(size=(len(sizes), dims)) * between_labels
    of_batch = rng.normal(size=(len(sizes[0]), dims)) * between_batches
    label = np.concatenate([np.repeat(i, sum(row)) for i, row in enumerate(sizes)])
    batch = np.concatenate([np.repeat(b, n) for row in sizes for b, n in enumerate(row)])
    order = rng.permutation(len(label))
    label, batch = label[order], batch[order]
    noise = rng.normal(size=(len(label), dims))
    before = of_label[label] + of_batch[batch] + noise
    after = of_label[label] + kept * of_batch[batch] + noise
    return after, before, batch, label


def cases():
    # (a) three batches, five labels, uneven.
    yield case("uneven", *drawn(1, [[40, 30, 20], [10, 35, 25], [30, 5, 15], [20, 20, 10], [12, 14, 14]], 10, 2.0, 1.5))
    # (b) an isolated label, one of 8 cells, one in two large parts, one in three small ones, one with its second batch in a
    # small part, which leaves a single batch to test.
    sizes = [[25, 20, 0], [18, 12, 15], [0, 22, 0], [4, 0, 4], [60, 9, 70], [15, 12, 9], [40, 9, 0]]
    after, before, batch, label = drawn(2, sizes, 6, 2.5, 1.0, 0.6)
    middle = [after[label == i].mean(axis=0) for i in range(len(sizes))]
    for place, towards in enumerate((0, 1)):
        after[np.flatnonzero(label == 5)[place::3]] += middle[towards] - middle[5]
    after[np.flatnonzero(label == 4)[::2]] += 40.0
    after[(label == 6) & (batch == 1)] += middle[4] + 40.0 - middle[6]
    yield case("isolated", after, before, batch, label)
    # (c) two batches; the large label comes last but one, so a smaller one limits its components.
    yield case("two_batches", *drawn(3, [[60, 50], [30, 10], [90, 80], [15, 25]], 8, 1.5, 1.0, 0.3))
    # (d) fewer cells than neighbourhoods take, and equal cells.
    after, before, batch, label = drawn(4, [[10, 8], [6, 12]], 5, 2.0, 1.0)
    after[10:16] = after[9]
    yield case("few_and_equal", after, before, batch, label)
    # (e) one label of more cells than components, batches with other shares of the space.
    after, before, batch, label = drawn(5, [[130, 90, 80]], 7, 0.0, 1.2, 0.35)
    label[:3] = 1
    yield case("one_large_label", after, before, batch, label)


OUT.mkdir(parents=True, exist_ok=True)
logging.disable(logging.INFO)
for found in cases():
    with (OUT / f"{found['name']}.json").open("w") as file:
        json.dump(found, file, separators=(",", ":"))
        file.write("\n")
