"""Reference values for crate/tests/metrics_contrast.rs, from the packages that define what is computed.

    python tests/reference/make_contrast_fixtures.py [--pertpy DIR] [--data DIR]

Writes fixtures/contrast/*.json. Needs what make_metric_fixtures.py needs, whose groups of cells it uses. With --data (the
folder of kang_ifnb_pbmc.h5ad and mixology_rnamix_titration.h5ad) it writes kang.json and titration.json too: numbers,
and how the groups are made; no cells.
"""

import argparse
import hashlib
import json
import warnings
from pathlib import Path

import make_metric_fixtures as base
from make_metric_fixtures import cells, cloud, ott, uniform  # sets JAX to float64 first

import anndata
import numpy as np
import ot
import scanpy as sc
from scipy import stats
from scipy.optimize import curve_fit
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import rbf_kernel

base.OUT = Path(__file__).parent / "fixtures" / "contrast"


def all_distances(module, x, y):
    x, y = np.float64(x), np.float64(y)
    values = base.distances(module, x, y)
    values["wasserstein_mean"] = ott(x, y, "mean")["cost"]
    median = np.median(pdist(np.concatenate([x, y])))
    gamma = 0.5 / median**2 if median > 0 else None
    kernels = [rbf_kernel(a, b, gamma).mean() for a, b in ((x, x), (y, y), (x, y))] if gamma else [0, 0, 0]
    values["mmd_rbf_median"] = kernels[0] + kernels[1] - 2 * kernels[2]
    values["emd"] = ot.emd2(np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)), ot.dist(x, y), numItermax=10**7)
    return values


def make_values(module):
    """Groups as in distances.json, each cell `repeat` times."""
    specs = [
        ("one cell each", (51, 1, 6, 0.0, 1.0), (52, 1, 6, 1.0, 1.0), 1),
        ("one cell against many", (53, 1, 6, 0.0, 1.0), (54, 20, 6, 1.0, 1.0), 1),
        ("equal sets", (55, 30, 6, 0.0, 1.0), (55, 30, 6, 0.0, 1.0), 1),
        ("one dimension", (56, 25, 1, 0.0, 1.0), (57, 25, 1, 2.0, 1.0), 1),
        ("duplicates", (58, 8, 5, 0.0, 1.0), (59, 6, 5, 1.0, 1.0), 4),
        ("other sizes", (60, 47, 20, 0.0, 1.0), (61, 83, 20, 1.0, 1.25), 1),
        ("many", (62, 240, 50, 0.0, 1.0), (63, 260, 50, 1.0, 1.0), 1),
    ]
    cases = []
    for name, left, right, repeat in specs:
        x, y = (np.tile(cloud(*spec), (repeat, 1)) for spec in (left, right))
        cases.append({"name": name, "x": left, "y": right, "repeat": repeat, "values": all_distances(module, x, y)})
    return cases


def make_emd():
    """Costs and weights from `uniform`: the seeds of costs, a and b; `levels` > 0 floors the costs to ties."""
    cases = []
    for seed, n, m, levels in ((1, 12, 12, 0), (4, 30, 17, 0), (7, 25, 60, 5), (10, 1, 9, 0), (13, 80, 80, 3), (16, 150, 130, 0)):
        cost = uniform(seed, n * m).reshape(n, m)
        if levels:
            cost = np.floor(cost * levels) - 1.0
        a, b = uniform(seed + 1, n) + 2.0**-10, uniform(seed + 2, m) + 2.0**-10
        a, b = a / a.sum(), b / b.sum()
        values = {"weighted": ot.emd2(a, b, cost, numItermax=10**7)}
        values["equal"] = ot.emd2(np.full(n, 1 / n), np.full(m, 1 / m), cost, numItermax=10**7)
        cases.append({"seed": seed, "n": n, "m": m, "levels": levels, **values})
    return cases


def make_tails():
    normal = [0.0, 1e-3, 0.3, 1.0, 1.9, 2.0, 2.9, 5.0, 8.3, 15.0, 25.0, 37.0]
    t = [(t, df) for df in (1.0, 1.7, 4.0, 29.3, 150.5, 2000.0, 30000.0) for t in (1e-6, 0.2, 1.0, 2.5, 8.0, 20.0, 36.0)]
    f = [(f, d1, d2) for d1, d2 in ((1.0, 4.0), (3.0, 20.0), (3.0, 4.5), (2.0, 900.0)) for f in (1e-4, 0.5, 1.0, 4.0, 30.0, 500.0)]
    return {
        "normal": [[z, 2 * stats.norm.sf(z)] for z in normal],
        "t": [[t, df, 2 * stats.t.sf(t, df)] for t, df in t],
        "f": [[f, d1, d2, stats.f.sf(f, d1, d2)] for f, d1, d2 in f],
        "f_quantile": [[p, d1, d2, stats.f.isf(p, d1, d2)] for _, d1, d2 in f[::6] for p in (0.5, 0.05, 1e-4)],
    }


def response(data, group, test):
    data.uns["log1p"] = {"base": None}
    sc.tl.rank_genes_groups(data, "group", groups=[group], reference="control", method=test, pts=True)
    return data.uns["rank_genes_groups"]


def make_response():
    """Groups of cells() as seed, cells and effect; values in gene order."""
    cases = []
    for control, treated, effect in (((21, 45), (22, 38), 1.0), ((71, 330), (72, 280), 4.0), ((73, 3), (74, 2), 1.0)):
        groups = cells(*control, 90, 0.0), cells(*treated, 90, effect)
        out = {"control": control, "treated": treated, "effect": effect}
        for test in ("t-test", "wilcoxon"):
            data = anndata.AnnData(np.float64(np.concatenate(groups)))
            data.obs["group"] = np.repeat(["control", "treated"], [len(x) for x in groups])
            data.obs["group"] = data.obs["group"].astype("category")
            result = response(data, "treated", test)
            order = np.argsort(result["names"]["treated"].astype(int))
            columns = {name: result[name]["treated"][order] for name in ("scores", "pvals", "pvals_adj", "logfoldchanges")}
            pts = result["pts"]
            columns["fraction_treated"], columns["fraction_control"] = (pts.iloc[:, pts.columns.get_loc(g)] for g in ("treated", "control"))
            out[test] = {name: [float(f"{v:.12g}") for v in column] for name, column in columns.items()}
        cases.append(out)
    return cases


def hill(dose, bottom, top, ln_ec50, slope):
    with np.errstate(divide="ignore", over="ignore"):
        return bottom + (top - bottom) / (1 + np.exp(slope * (ln_ec50 - np.log(dose))))


def make_hill():
    cases = []
    doses = np.repeat([0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0], 3)
    for seed, truth, noise, weighted in (
        (81, (1.0, 5.0, np.log(0.2), 1.0), 0.3, False),
        (82, (3.0, -2.0, np.log(1.5), 2.5), 0.4, False),
        (83, (0.0, 1.0, np.log(0.05), 1.5), 0.05, True),
        (84, (10.0, 30.0, np.log(0.6), 0.8), 1.0, True),
    ):
        u = uniform(seed, 4 * len(doses)).reshape(4, -1).sum(0) - 2.0
        values = hill(doses, *truth) + noise * u
        weights = 1.0 + np.floor(uniform(seed + 50, len(doses)) * 4) if weighted else np.ones(len(doses))
        best = None
        for start in (0.05, 0.3, 2.0):
            for slope in (0.7, 2.0):
                p0 = (values[:3].mean(), values[-3:].mean(), np.log(start), slope)
                bounds = ((-np.inf, -np.inf, np.log(0.001), 0.3), (np.inf, np.inf, np.log(100), 8.0))
                tight = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "max_nfev": 20000}
                found, _ = curve_fit(hill, doses, values, p0, sigma=1 / np.sqrt(weights), bounds=bounds, **tight)
                rest = (weights * (values - hill(doses, *found)) ** 2).sum()
                if best is None or rest < best[0]:
                    best = rest, found
        rest, found = best
        mean = (weights * values).sum() / weights.sum()
        constant = (weights * (values - mean) ** 2).sum()
        f = (constant - rest) / 3 / (rest / (len(doses) - 4))
        cases.append(
            {
                "doses": list(doses), "values": list(values), "weights": list(weights), "bottom": found[0], "top": found[1],
                "ec50": np.exp(found[2]), "slope": found[3], "r2": 1 - rest / constant, "p_value": stats.f.sf(f, 3, len(doses) - 4),
            }
        )  # fmt: skip
    return cases


def read(folder, name):
    path = Path(folder) / name
    data = anndata.read_h5ad(path)
    data.X = data.X.astype(np.float32)
    sc.pp.normalize_total(data, target_sum=1e4)
    sc.pp.log1p(data)
    return data, hashlib.sha256(path.read_bytes()).hexdigest()


def make_kang(module, folder):
    """The first cells of every cell_type_broad and condition, at least 10 of each; components of all these cells."""
    data, digest = read(folder, "kang_ifnb_pbmc.h5ad")
    per_group = 60
    types = sorted(data.obs["cell_type_broad"].astype(str).unique())
    rows = {}
    for cell_type in types:
        pair = [np.flatnonzero((data.obs["cell_type_broad"] == cell_type) & (data.obs["condition"] == c))[:per_group] for c in ("control", "stimulated")]
        if min(map(len, pair)) >= 10:
            rows[cell_type] = pair
    chosen = np.sort(np.concatenate([cells for pair in rows.values() for cells in pair]))
    pca = PCA(50, svd_solver="full").fit(data.X[chosen].toarray().astype(np.float64))
    project = lambda cells: pca.transform(data.X[cells].toarray().astype(np.float64))
    values = {cell_type: all_distances(module, *map(project, pair)) for cell_type, pair in rows.items()}
    one = data[data.obs["cell_type_broad"] == "B"].copy()
    one.X = one.X.astype(np.float64)
    one.obs["group"] = one.obs["condition"].astype(str).astype("category")
    tops = {}
    for test in ("t-test", "wilcoxon"):
        result = response(one, "stimulated", test)
        top = {name: result[name]["stimulated"][:200] for name in ("names", "scores", "pvals", "pvals_adj", "logfoldchanges")}
        tops[test] = {"names": list(top.pop("names"))} | {name: [float(f"{v:.10g}") for v in column] for name, column in top.items()}
    return {"sha256": digest, "per_group": per_group, "values": values, "response_of": "B", "response": tops}


def make_titration(module, folder):
    """Every dose against dose 0, all cells; components of all cells."""
    data, digest = read(folder, "mixology_rnamix_titration.h5ad")
    x = PCA(50, svd_solver="full").fit_transform(data.X.toarray().astype(np.float64))
    dose = data.obs["dose"].to_numpy(np.float64)
    values = [{"dose": d, "values": all_distances(module, x[dose == 0], x[dose == d])} for d in np.unique(dose) if d > 0]
    return {"sha256": digest, "doses": values}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pertpy", metavar="DIR", help="folder that holds the unpacked pertpy wheel")
    parser.add_argument("--data", metavar="DIR", help="folder of the two h5ad files")
    arguments = parser.parse_args()
    pertpy = base.pertpy_distances(arguments.pertpy)
    warnings.filterwarnings("ignore")
    base.write("tails", make_tails())
    base.write("emd", make_emd())
    base.write("hill", make_hill())
    base.write("response", make_response())
    base.write("values", make_values(pertpy))
    if arguments.data:
        base.write("titration", make_titration(pertpy, arguments.data))
        base.write("kang", make_kang(pertpy, arguments.data))
