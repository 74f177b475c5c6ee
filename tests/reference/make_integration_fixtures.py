"""Reference values for crate/tests/integration_metrics.rs: scikit-learn and scipy, and formulas in numpy where no package has them.

    python tests/reference/make_integration_fixtures.py

Writes fixtures/integration/metrics.json: small spaces (values that float32 holds) with labels and batches,
and what each metric says of them.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.special import digamma
from sklearn.cluster import KMeans
from sklearn.feature_selection._mutual_info import _compute_mi_cd  # mutual_info_classif without scaling and noise
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_samples
from sklearn.metrics.cluster import contingency_matrix
from sklearn.neighbors import NearestNeighbors

OUT = Path(__file__).parent / "fixtures" / "integration"


def space(seed, n, dims, labels, batches, apart, shift, step=256):
    """Gaussian groups, `apart` times the noise, and batches of falling size moved by `shift`; on a grid of 1 / step."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(labels, dims)) * apart
    label = rng.integers(0, labels, n)
    batch = np.minimum(rng.geometric(0.6, n) - 1, batches - 1)
    x = centres[label] + rng.normal(size=(n, dims)) + shift * batch[:, None] * rng.normal(size=dims)
    return np.round(x * step) / step, label, batch


def accuracy(label, cluster):
    table = contingency_matrix(label, cluster)
    rows, columns = linear_sum_assignment(-table)
    return table[rows, columns].sum() / len(label)


def batch_entropy(x, batch, k):
    k = min(k, len(x) - 1)
    neighbours = NearestNeighbors(n_neighbors=k).fit(x).kneighbors(return_distance=False)
    shares = np.stack([(batch[neighbours] == b).mean(1) for b in np.unique(batch)], 1)
    cells = -np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1)), 0).sum(1)
    p = np.unique(batch, return_counts=True)[1] / len(batch)
    return {"k": k, "exact": cells.mean(), "sd": cells.std(), "relative": cells.mean() / -(p * np.log(p)).sum()}


def ross(x, label, k, paper=False):
    """Ross 2014 by loops over all pairs; `paper`: psi(N - 1) and no cut at 0."""
    counts = {value: int((label == value).sum()) for value in np.unique(label)}
    kept = np.array([counts[value] > 1 for value in label])
    x, label = x[kept], label[kept]
    distance = np.sqrt(((x[:, None] - x[None]) ** 2).sum(2))
    terms = []
    for i in range(len(x)):
        own = np.sort(distance[i][(label == label[i]) & (np.arange(len(x)) != i)])
        k_i = min(k, len(own))
        radius = np.nextafter(own[k_i - 1], 0)
        terms.append(digamma(k_i) - digamma(len(own) + (0 if paper else 1)) - digamma((distance[i] <= radius).sum()))
    value = digamma(len(x)) + np.mean(terms)
    return value if paper else max(0.0, value)


def case(name, x, label, batch, k_means=True, ties=False):
    found = {
        "name": name,
        "x": x.tolist(),
        "labels": label.tolist(),
        "batches": batch.tolist(),
        "silhouette_samples": silhouette_samples(x, label).tolist(),
        "nn_mi_batch": ross(x, batch, 3),
        "nn_mi_labels": ross(x, label, 3),
        "nn_mi_paper": ross(x, batch, 3, paper=True) if len(x) < 192 else None,
        # With ties the order of neighbours is open.
        "batch_entropy": None if ties else batch_entropy(x, batch, 50),
    }
    if x.shape[1] == 1:
        found["mutual_info_classif"] = [_compute_mi_cd(x[:, 0], group, 3) for group in (batch, label)]
    if k_means:
        k = len(np.unique(label))
        best = KMeans(k, n_init=200, random_state=0).fit(x)
        start = x[np.linspace(0, len(x) - 1, k).astype(int)]
        # The second centre loses all its cells at once.
        lost = start.copy()
        lost[1] = 1000.0
        found["k_means"] = {"inertia": best.inertia_, "clusters": best.labels_.tolist()}
        found["agreement"] = {
            "ari": adjusted_rand_score(label, best.labels_),
            "nmi": normalized_mutual_info_score(label, best.labels_),
            "nmi_geometric": normalized_mutual_info_score(label, best.labels_, average_method="geometric"),
            "uca": accuracy(label, best.labels_),
            "uca_batches": accuracy(label, batch),
            "ari_batches": adjusted_rand_score(label, batch),
            "nmi_batches": normalized_mutual_info_score(label, batch),
        }
        found["lloyd"] = []
        for centres in (start, lost):
            run = KMeans(k, init=centres, n_init=1).fit(x)
            found["lloyd"].append({
                "start": centres.tolist(), "inertia": run.inertia_, "iterations": run.n_iter_, "clusters": run.labels_.tolist(),
            })
    return found


def main():
    cases = [
        case("apart", *space(1, 240, 10, 6, 2, 3.0, 0.5)),
        case("mixed", *space(2, 160, 5, 4, 3, 0.8, 0.3)),
        case("batches apart", *space(3, 120, 3, 3, 2, 2.0, 4.0)),
        case("one dimension", *space(4, 150, 1, 3, 2, 2.0, 1.0, step=2**20), k_means=False),
    ]
    # A coarse grid: equal cells, equal distances; labels and batches of one, two and three cells.
    x, label, batch = space(5, 70, 1, 3, 2, 4.0, 2.0, step=2)
    label[:6], batch[:1] = [9, 8, 8, 7, 7, 7], [5]
    cases.append(case("ties, one dimension", x, label, batch, k_means=False, ties=True))
    x, label, batch = space(6, 80, 2, 3, 2, 1.0, 0.5, step=2)
    label[:6], batch[:3] = [9, 8, 8, 7, 7, 7], [5, 6, 6]
    cases.append(case("ties", x, label, batch, k_means=False, ties=True))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "metrics.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
