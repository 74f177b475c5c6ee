"""Times pertpy on the distances of explore.mjs; prints one line of JSON.

    python pertpy_distances.py FILE.csv METRIC...

PERTPY may name a folder that holds the unpacked wheel.
"""

import json
import os
import sys
import time
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import scanpy as sc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "reference"))
from make_metric_fixtures import pertpy_distances  # noqa: E402

NAMES = {"edistance": "Edistance", "euclidean": "EuclideanDistance", "mean_pairwise": "MeanPairwiseDistance",
         "mmd_linear": "MMD", "wasserstein": "WassersteinDistance"}


def main():
    module = pertpy_distances(os.environ.get("PERTPY"))
    table = pd.read_csv(sys.argv[1], index_col=0)
    metrics = sys.argv[2:]
    data = anndata.AnnData(table.drop(columns=["cell_type", "dose"]).to_numpy(np.float32), obs=table[["cell_type", "dose"]].copy())
    start = time.perf_counter()
    sc.pp.normalize_total(data, target_sum=1e4)
    sc.pp.log1p(data)
    sc.pp.pca(data, n_comps=50)
    scores = data.obsm["X_pca"].astype(np.float64)
    prepare = time.perf_counter() - start

    def all_distances():
        values = []
        for cell_type in [None, *sorted(data.obs.cell_type.unique())]:
            of_type = np.ones(data.n_obs, bool) if cell_type is None else (data.obs.cell_type == cell_type).to_numpy()
            control = scores[of_type & (data.obs.dose == 0).to_numpy()]
            for dose in sorted(set(data.obs.dose) - {0}):
                treated = scores[of_type & (data.obs.dose == dose).to_numpy()]
                for metric in metrics:
                    distance = getattr(module, NAMES[metric])()
                    values.append({"cell_type": cell_type, "dose": float(dose), "metric": metric, "value": float(distance(control, treated))})
        return values

    times = []
    for _ in range(2):
        start = time.perf_counter()
        values = all_distances()
        times.append(time.perf_counter() - start)
    print(json.dumps({"prepare": prepare, "first": times[0], "second": times[1], "values": values}))


if __name__ == "__main__":
    main()
