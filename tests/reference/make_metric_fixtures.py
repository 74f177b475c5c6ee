"""Reference values for crate/tests/metrics_*.rs, from the packages that define the metrics.

    python tests/reference/make_metric_fixtures.py [--pertpy DIR]

Needs numpy, scipy, scikit-learn, scanpy, anndata, statsmodels, jax, ott-jax and POT; pertpy (1.0.4 or later) installed, or
unpacked in DIR: only its file of distances is loaded, so none of its other dependencies are needed. Made with
scanpy 1.11.5, pertpy 1.2.0, ott-jax 0.6.0, POT 0.9.7, scikit-learn 1.9.1.

No data are stored. Input comes from SplitMix64 through operations that are exact in binary floating point, so the
tests make the same groups from the same seeds. Values only are written, to tests/reference/fixtures/metrics/*.json.
"""

import argparse
import importlib.util
import json
import os
import sys
import types
import warnings
from pathlib import Path

os.environ["JAX_ENABLE_X64"] = "1"  # the definition, not its float32 rounding

import anndata
import numpy as np
import ot
import scanpy as sc
from ott.geometry.pointcloud import PointCloud
from ott.problems.linear.linear_problem import LinearProblem
from ott.solvers.linear.sinkhorn import Sinkhorn
from scipy.stats import linregress
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances

OUT = Path(__file__).parent / "fixtures" / "metrics"


# --- groups of cells; the same functions are in crate/tests/metrics_common/mod.rs ---------------------------------------


def uniform(seed, n):
    """n numbers k / 2^24: SplitMix64 started at `seed`."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def cloud(seed, n, p, shift=0.0, scale=1.0):
    """n points: sums of four uniforms around 0, times scale, the first coordinates spread more; plus shift / (j + 1)."""
    u = uniform(seed, 4 * n * p).reshape(4, n, p)
    spread = np.floor(64.0 * 8.0 / (1.0 + np.arange(p))) / 64.0 + 1.0
    x = ((u[0] + u[1]) + (u[2] + u[3]) - 2.0) * spread * scale + shift / (1.0 + np.arange(p))
    return x.astype(np.float32)


def cells(seed, n, genes, effect):
    """Sparse expression with many ties, in steps of 1/64; gene j is silent if j % 7 == 0. `effect` shifts some genes."""
    j = np.arange(genes)
    dropout = uniform(99, genes)
    level = 2.0 * uniform(98, genes)
    shift = effect * np.where(j % 3 == 1, np.floor(uniform(97, genes) * 64.0) / 64.0 - 0.25, 0.0)
    u = uniform(seed, 2 * n * genes).reshape(2, n, genes)
    value = np.floor((0.5 + level + u[1] + shift) * 64.0) / 64.0
    x = np.where(u[0] < dropout, 0.0, value)
    x[:, j % 7 == 0] = 0.0
    return x.astype(np.float32)


def shifted(x, y):
    """A mean shift of x to the mean of y, rounded to 1/1024: silent genes of x that y expresses become constant."""
    delta = np.floor((y.astype(np.float64).mean(0) - x.astype(np.float64).mean(0)) * 1024.0) / 1024.0
    return (x + delta).astype(np.float32)


# --- references ------------------------------------------------------------------------------------------------------


def pertpy_distances(folder):
    """The module pertpy.tools._distances._distances on its own."""
    import scipy.sparse as sparse

    stub = types.ModuleType("pertpy._types")
    stub.CSBase = (sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array, sparse.csc_array)
    stub.cast_dense = stub.cast_frame = stub.cast_matrix = lambda value: value
    package = types.ModuleType("pertpy")
    package.__path__ = []
    sys.modules.update({"pertpy": package, "pertpy._types": stub})
    roots = [folder] if folder else sys.path
    for root in roots:
        path = Path(root or ".") / "pertpy" / "tools" / "_distances" / "_distances.py"
        if path.exists():
            spec = importlib.util.spec_from_file_location("pertpy_distances", path)
            module = importlib.util.module_from_spec(spec)
            sys.modules["pertpy_distances"] = module
            spec.loader.exec_module(module)
            assert hasattr(module, "pairwise_distance_mean"), "pertpy 1.0.4 or later is needed"
            return module
    raise SystemExit("pertpy is not installed; unpack its wheel and give --pertpy DIR")


def ott(x, y, scale, threshold=1e-3):
    out = Sinkhorn(threshold=threshold)(LinearProblem(PointCloud(np.float64(x), np.float64(y), relative_epsilon=scale)))
    iterations = 10 * int(np.sum(np.asarray(out.errors) != -1))
    return {"cost": float(out.reg_ot_cost), "iterations": iterations, "converged": bool(out.converged)}


def pot(x, y):
    """<P, C> + eps KL(P | a b^T) of POT's converged plan, eps = 0.05 std(C)."""
    c = ot.dist(np.float64(x), np.float64(y))
    eps = 0.05 * c.std()
    n, m = c.shape
    plan = ot.sinkhorn(np.full(n, 1 / n), np.full(m, 1 / m), c, eps, method="sinkhorn_log", stopThr=1e-10, numItermax=20000)
    positive = plan[plan > 0]
    return float((plan * c).sum() + eps * (positive * np.log(positive * n * m)).sum())


def distances(module, x, y):
    x, y = np.float64(x), np.float64(y)
    wasserstein = ott(x, y, "std")["cost"]
    same = module.WassersteinDistance()(x, y)
    assert np.isclose(same, wasserstein, rtol=1e-12) or not np.isfinite(wasserstein), (same, wasserstein)
    squared = {name: pairwise_distances(a, b, metric="sqeuclidean").mean() for name, a, b in (("xx", x, x), ("yy", y, y), ("xy", x, y))}
    return {
        "edistance": module.Edistance()(x, y),
        "edistance_squared": 2 * squared["xy"] - squared["xx"] - squared["yy"],  # pertpy before 0.11
        "euclidean": module.EuclideanDistance()(x, y),
        "mean_pairwise": module.MeanPairwiseDistance()(x, y),
        "mmd_linear": module.MMD()(x, y),
        "mmd_rbf": module.MMD()(x, y, kernel="rbf"),
        "wasserstein": wasserstein,
    }


def ranking(groups, test):
    """Scores of rank_genes_groups(reference="control") in gene order, for every other group."""
    data = anndata.AnnData(np.concatenate(list(groups.values())).astype(np.float64))
    data.obs["group"] = np.repeat(list(groups), [len(x) for x in groups.values()]).astype(str)
    data.obs["group"] = data.obs["group"].astype("category")
    data.uns["log1p"] = {"base": None}
    sc.tl.rank_genes_groups(data, "group", reference="control", method=test)
    result = data.uns["rank_genes_groups"]
    scores = {}
    for name in groups:
        if name != "control":
            genes = result["names"][name].astype(int)
            scores[name] = np.empty(len(genes))
            scores[name][genes] = result["scores"][name]
    return scores


def top(scores, n, constant=None):
    scores = np.where(constant, 0.0, scores) if constant is not None else scores
    return np.argsort(-scores, kind="stable")[:n]


def r2(x, y, genes=slice(None)):
    return linregress(np.float64(x).mean(0)[genes], np.float64(y).mean(0)[genes]).rvalue ** 2


def oriented(components):
    """scikit-learn's sign since 1.5; asserted, not trusted."""
    largest = components[np.arange(len(components)), np.abs(components).argmax(1)]
    assert (largest > 0).all()
    return components


# --- fixtures --------------------------------------------------------------------------------------------------------


def make_distances(module):
    specs = [
        ("apart", (1, 60, 20, 0.0, 1.0), (2, 50, 20, 4.0, 1.0)),
        ("overlapping", (3, 40, 50, 0.0, 1.0), (4, 70, 50, 0.25, 1.0)),
        ("near, for the kernel", (5, 45, 3, 0.0, 0.0625), (6, 30, 3, 0.25, 0.0625)),
        ("one cell against many", (7, 1, 10, 0.0, 1.0), (8, 30, 10, 1.0, 1.0)),
        ("identical", (9, 40, 10, 0.0, 1.0), (9, 40, 10, 0.0, 1.0)),
        ("far", (10, 30, 10, 0.0, 0.25), (11, 30, 10, 500.0, 0.25)),
        ("one dimension", (12, 33, 1, 0.0, 1.0), (13, 44, 1, 1.0, 1.0)),
        ("large", (14, 300, 50, 0.0, 1.0), (15, 400, 50, 2.0, 1.5)),
    ]
    cases = []
    for name, left, right in specs:
        x, y = cloud(*left), cloud(*right)
        values = distances(module, x, y)
        transport = {scale: ott(x, y, scale) for scale in ("std", "mean")}
        exact = pot(x, y)
        cases.append({"name": name, "x": left, "y": right, "values": values, "ott": transport, "pot": exact})
        print(f"{name:24} ott {transport['std']} pot {exact:.6g}")
    return cases


def make_rankings():
    control, observed, predicted = cells(21, 45, 90, 0.0), cells(22, 38, 90, 1.0), cells(23, 52, 90, 0.75)
    shift = shifted(control, observed)
    groups = {"control": control, "observed": observed, "predicted": predicted}
    out = {}
    for test in ("t-test", "wilcoxon"):
        out[test] = {name: list(scores) for name, scores in ranking(groups, test).items()}
        scores = ranking({"control": control, "shift": shift}, test)["shift"]
        # Where a gene is constant in both groups the t-test's score is rounding noise: left out.
        both = (np.ptp(shift, axis=0) == 0) & (np.ptp(control, axis=0) == 0) & (shift[0] != control[0])
        out[test]["shift"] = [None if skip and test == "t-test" else score for score, skip in zip(scores, both)]
    return out


def low_rank(seed, n, p):
    """Six factors and noise."""
    x = np.zeros((n, p))
    for factor in range(6):
        left = uniform(seed + 10 * factor, n)[:, None] - 0.5
        right = uniform(seed + 10 * factor + 1, p)[None, :] - 0.5
        x = x + left * right * (16.0 - 2.0 * factor)
    return (x + uniform(seed + 100, n * p).reshape(n, p) * 2.0).astype(np.float32)


def make_pca():
    cases = []
    for name, seed, n, p, k, stored in (
        ("fewer cells than genes", 31, 50, 80, 12, 6),
        ("fewer genes than cells", 32, 150, 40, 40, 6),
        ("by Lanczos", 33, 260, 320, 30, 6),
        ("all components", 34, 12, 30, 50, 6),
    ):
        x = low_rank(seed, n, p)
        k_fit = min(k, n - 1, p)
        pca = PCA(k_fit, svd_solver="full").fit(np.float64(x))
        data = anndata.AnnData(np.float64(x))
        sc.pp.pca(data, n_comps=min(k_fit, min(n, p) - 1), svd_solver="arpack")
        few = data.uns["pca"]["variance"]
        assert np.allclose(few, pca.explained_variance_[: len(few)], rtol=1e-6)
        cases.append(
            {
                "name": name,
                "shape": [seed, n, p],
                "k": k,
                "explained_variance": list(pca.explained_variance_),
                "explained_variance_ratio": list(pca.explained_variance_ratio_),
                "components": np.round(oriented(pca.components_)[:stored], 8).tolist(),
                "first_cell": list(pca.transform(np.float64(x[:1]))[0, :stored]),
            }
        )
    return cases


def make_prediction(module):
    """All scores of one prediction, put together from the packages by hand."""
    control, observed = cells(41, 60, 140, 0.0), cells(42, 55, 140, 1.0)
    hvg = list(range(1, 140, 2))
    cases = []
    for name, predicted in (
        ("noisy", cells(43, 48, 140, 0.75)),
        ("mean shift", shifted(control, observed)),
        ("no change", control),
    ):
        constant = np.ptp(predicted, axis=0) == 0
        metrics = {"r2_all": r2(predicted, observed), "r2_hvg": r2(predicted, observed, hvg)}
        groups = {"control": control, "observed": observed, "predicted": predicted}
        degs = {}
        for test, key in (("t-test", "common_degs"), ("wilcoxon", "common_degs_wilcoxon")):
            scores = ranking(groups, test)
            lists = top(scores["observed"], 25), top(scores["predicted"], 25, constant)
            metrics[key] = len(set(lists[0]) & set(lists[1]))
            degs[test] = [sorted(map(int, genes)) for genes in lists]
            if test == "wilcoxon":
                for n in (20, 100):
                    metrics[f"r2_top{n}"] = r2(predicted, observed, top(scores["observed"], n))
        for joint in (False, True):
            real = np.concatenate([control, observed] + ([predicted] if joint else [])).astype(np.float64)
            pca = PCA(12, svd_solver="full").fit(real)
            c, o, p = (pca.transform(np.float64(x)) for x in (control, observed, predicted))
            to_observed, to_control, no_change = distances(module, o, p), distances(module, c, p), distances(module, o, c)
            # Not a number where pertpy would divide by rounding noise or by the negative E-distance of equal groups.
            ratios = {
                key: {name: v / below[name] if below[name] > 1e-10 else None for name, v in to_observed.items()}
                for key, below in (("to_control", to_control), ("to_no_change", no_change))
            }
            cases.append({"name": name, "joint_pca": joint, "metrics": metrics | to_observed, "ratios": ratios, "degs": degs})
    return {"hvg": hvg, "cases": cases}


def write(name, value):
    def clean(node):
        if isinstance(node, dict):
            return {key: clean(item) for key, item in node.items()}
        if isinstance(node, (list, tuple)):
            return [clean(item) for item in node]
        if isinstance(node, (float, np.floating)):
            return float(node) if np.isfinite(node) else None
        return int(node) if isinstance(node, np.integer) else node

    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(clean(value), separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pertpy", metavar="DIR", help="folder that holds the unpacked pertpy wheel")
    pertpy = pertpy_distances(parser.parse_args().pertpy)
    warnings.filterwarnings("ignore")
    write("distances", make_distances(pertpy))
    write("rankings", make_rankings())
    write("pca", make_pca())
    write("prediction", make_prediction(pertpy))
