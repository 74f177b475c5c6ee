"""Leave-one-type-out scGen runs on the Kang interferon-beta PBMC file, in PyTorch, with the simple baselines.

    python kang_reference.py kang_ifnb_pbmc.h5ad --out kang_torch.csv --facts kang_hvg.json

One row is appended per finished prediction; a run started again skips the rows that are there. Seeds are the outer loop.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import anndata
import numpy as np
import scanpy as sc
import scipy.sparse as sp
import torch

import scgen_torch

# The file calls dendritic cells "DC".
TYPES = ["B", "CD14+Mono", "CD4T", "CD8T", "DC", "FCGR3A+Mono", "NK"]
SEEDS = [1, 2, 19193]
COLUMNS = [
    "model", "cell_type", "seed", "n_control", "n_observed", "n_predicted", "n_training", "epochs",
    "r2_all", "r2_top100", "r2_top20", "common_degs", "constant_predicted_genes", "loss_first", "loss_last",
    "elbo_validation_last", "elbo_validation_best", "elbo_validation_best_epoch", "seconds",
]


def load(path: str, n_genes: int) -> tuple[anndata.AnnData, dict]:
    """The seven types, normalised to 1e4 over all genes, log1p, `n_genes` variable genes chosen on all these cells."""
    full = anndata.read_h5ad(path)
    data = full[full.obs["cell_type_broad"].isin(TYPES)].copy()
    raw = data.X.astype(np.float32)
    data.X = raw
    total = np.asarray(raw.sum(axis=1)).ravel()
    sc.pp.normalize_total(data, target_sum=1e4)
    sc.pp.log1p(data)
    sc.pp.highly_variable_genes(data, n_top_genes=n_genes, flavor="seurat")
    chosen = data[:, data.var["highly_variable"]].copy()
    counts = chosen.obs.groupby(["cell_type_broad", "condition"], observed=True).size().unstack()
    facts = {
        "file_cells": full.n_obs, "file_genes": full.n_vars, "cells": data.n_obs, "genes": chosen.n_vars,
        "cells_per_type": {t: {c: int(counts.loc[t, c]) for c in counts.columns} for t in TYPES},
        "steps": "cell_type_broad in types; normalize_total(1e4) over all genes; log1p; 2000 genes, flavour seurat, all these cells",
        "counts_per_cell": {"min": float(total.min()), "median": float(np.median(total)), "max": float(total.max())},
        "genes_without_counts": int((np.asarray(raw.sum(axis=0)).ravel() == 0).sum()),
        "value_sum_chosen_genes": float(chosen.X.sum(dtype=np.float64)),
        "scanpy": version("scanpy"), "torch": torch.__version__,
        "batches": "90 % of the cells (ceil), batch 32, last partial batch kept",
        "hvg": list(chosen.var_names),
        "dispersions_norm": [float(v) for v in chosen.var["dispersions_norm"]],
        "held_out": {
            t: {c: list(chosen.obs_names[((chosen.obs["cell_type_broad"] == t) & (chosen.obs["condition"] == c)).to_numpy()])
                for c in ("control", "stimulated")} for t in TYPES
        },
    }
    return chosen, facts


def scores(control: np.ndarray, treated: np.ndarray, method: str) -> np.ndarray:
    """scanpy's score of every gene, treated against control, in gene order."""
    both = anndata.AnnData(sp.csr_matrix(np.vstack([control, treated]).astype(np.float32)))
    both.obs["arm"] = np.repeat(["control", "treated"], [len(control), len(treated)])
    both.obs["arm"] = both.obs["arm"].astype("category")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sc.tl.rank_genes_groups(both, "arm", groups=["treated"], reference="control", method=method, use_raw=False)
    result = both.uns["rank_genes_groups"]
    order = [int(i) for i in result["names"]["treated"]]
    out = np.empty(len(order))
    out[order] = result["scores"]["treated"]
    return out


def top(values: np.ndarray, n: int) -> np.ndarray:
    """The n genes with the highest signed score; equal scores in gene order."""
    return np.argsort(-values, kind="stable")[:n]


def r2(a: np.ndarray, b: np.ndarray) -> float:
    """Squared Pearson correlation of two vectors of gene means."""
    return float(np.corrcoef(a, b)[0, 1] ** 2)


class Truth:
    """What the predictions for one held-out type are compared with."""

    def __init__(self, control: np.ndarray, observed: np.ndarray):
        self.control, self.observed = control, observed
        self.mean = observed.mean(axis=0, dtype=np.float64)
        wilcoxon = scores(control, observed, "wilcoxon")
        self.top100, self.top20 = top(wilcoxon, 100), top(wilcoxon, 20)
        self.degs = set(top(scores(control, observed, "t-test"), 100).tolist())

    def score(self, predicted: np.ndarray) -> dict:
        mean = predicted.mean(axis=0, dtype=np.float64)
        t = scores(self.control, predicted, "t-test")
        constant = np.ptp(predicted, axis=0) == 0
        # A constant gene's Welch score is infinite or rounding noise; it counts as not ranked.
        t[constant] = 0.0
        return {
            "r2_all": r2(mean, self.mean), "r2_top100": r2(mean[self.top100], self.mean[self.top100]),
            "r2_top20": r2(mean[self.top20], self.mean[self.top20]),
            "common_degs": len(self.degs & set(top(t, 100).tolist())), "constant_predicted_genes": int(constant.sum()),
            "n_control": len(self.control), "n_observed": len(self.observed), "n_predicted": len(predicted),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--out", required=True, help="CSV, one row per prediction")
    parser.add_argument("--facts", required=True, help="JSON: cells, genes, chosen genes, order of the held-out cells")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--genes", type=int, default=2000)
    parser.add_argument("--types", nargs="*", default=TYPES)
    parser.add_argument("--seeds", nargs="*", type=int, default=SEEDS)
    args = parser.parse_args()
    torch.set_num_threads(1)

    data, facts = load(args.file, args.genes)
    Path(args.facts).write_text(json.dumps(facts, indent=1))
    x = np.asarray(data.X.todense(), dtype=np.float32)
    cell_type = data.obs["cell_type_broad"].astype(str).to_numpy()
    treated = (data.obs["condition"] == "stimulated").to_numpy()
    print(f"{x.shape[0]} cells, {x.shape[1]} genes", flush=True)

    out = Path(args.out)
    done = set()
    if out.exists():
        with out.open() as handle:
            done = {(row["model"], row["cell_type"], row["seed"]) for row in csv.DictReader(handle)}
    else:
        out.write_text(",".join(COLUMNS) + "\n")

    def write(model: str, held_out: str, seed, row: dict) -> None:
        row = {"model": model, "cell_type": held_out, "seed": seed, **row}
        with out.open("a") as handle:
            csv.DictWriter(handle, COLUMNS, restval="").writerow(row)
        print(model, held_out, seed, {k: round(v, 4) for k, v in row.items() if isinstance(v, float)}, row["common_degs"], flush=True)

    truths: dict[str, Truth] = {}
    masks = {}
    for held_out in args.types:
        mine = cell_type == held_out
        truths[held_out] = Truth(x[mine & ~treated], x[mine & treated])
        masks[held_out] = (mine, ~(mine & treated))
        truth, (_, known) = truths[held_out], masks[held_out]
        shift = scgen_torch.balanced_shift(x[~mine], cell_type[~mine], treated[~mine])
        shift_all = scgen_torch.balanced_shift(x[known], cell_type[known], treated[known])
        for name, predicted in {
            "no_change": truth.control,
            # Types with both arms only.
            "mean_shift": truth.control + shift.astype(np.float32),
            # The control mean has the held-out type too, as in scGen's latent arithmetic.
            "mean_shift_own_control": truth.control + shift_all.astype(np.float32),
        }.items():
            if (name, held_out, "") not in done:
                write(name, held_out, "", truth.score(predicted))

    for seed in args.seeds:
        for held_out in args.types:
            if ("scgen", held_out, str(seed)) in done and ("scgen_sampled", held_out, str(seed)) in done:
                continue
            truth, (_, known) = truths[held_out], masks[held_out]
            began = time.perf_counter()
            model, history = scgen_torch.train(x[known], seed, epochs=args.epochs, log=lambda s: print(f"  {held_out} {seed} {s}", flush=True))
            seconds = round(time.perf_counter() - began, 1)
            mu = scgen_torch.latent_means(model, x[known])
            facts_of_run = {
                "n_training": int(known.sum()), "epochs": len(history.train), "seconds": seconds,
                "loss_first": history.train[0], "loss_last": history.train[-1],
                "elbo_validation_last": history.elbo_validation[-1], "elbo_validation_best": min(history.elbo_validation),
                "elbo_validation_best_epoch": int(np.argmin(history.elbo_validation)) + 1,
            }
            for name, delta in {
                "scgen": scgen_torch.balanced_shift(mu, cell_type[known], treated[known]),
                "scgen_sampled": scgen_torch.sampled_shift(mu, cell_type[known], treated[known], seed),
            }.items():
                if (name, held_out, str(seed)) not in done:
                    write(name, held_out, seed, {**truth.score(scgen_torch.predict(model, truth.control, delta)), **facts_of_run})


if __name__ == "__main__":
    main()
