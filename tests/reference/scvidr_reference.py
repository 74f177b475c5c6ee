"""Writes fixtures/scvidr/scvidr.json: scVIDR's regressed shift and predictions (see README.md for the layout).

    python scvidr_reference.py

Written from a prose description of the model, not from the code of any scVIDR package. The network is scGen's
(scgen_torch.py). The shift of an unseen type: ordinary least squares with intercept (scikit-learn's LinearRegression) from
the types' control centroids to their shifts, evaluated at the unseen type's control centroid. A lower dose takes
log1p(dose) / log1p(highest dose) of the shift that was fitted between control and the highest dose.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LinearRegression

import scgen_torch as ref
from make_scgen_fixtures import shake, state_of, tensor

FOLDER = Path(__file__).parent / "fixtures" / "scvidr"
GENES, HIDDEN, LATENT = 30, (12, 12), 8
DOSES = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]


def doubles(value: np.ndarray) -> dict:
    """{"shape": [...], "data": [row-major]} in double precision."""
    value = np.asarray(value, dtype=np.float64)
    return {"shape": list(value.shape), "data": value.ravel().tolist()}


def regressed_shift(control: np.ndarray, treated: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The shift at `target`; types x dimensions in, dimensions out."""
    return LinearRegression().fit(control, treated - control).predict(target[None])[0]


def dose_factor(dose: float, highest: float) -> float:
    """How much of the highest dose's shift a dose gets."""
    return float(np.log1p(dose) / np.log1p(highest))


def regression_cases() -> list[dict]:
    """Fewer types than dimensions, as many, more; one and two types; types on a line; a repeated type."""
    rng = np.random.default_rng(31)
    cases = []
    for name, types, dims in [
        ("one type", 1, 6), ("two types", 2, 6), ("fewer types than dimensions", 5, 100), ("ten types", 10, 50),
        ("one more type than dimensions", 7, 6), ("more types than dimensions", 20, 4), ("types on a line", 5, 6), ("a type twice", 5, 12),
    ]:
        control = rng.normal(0.5, 2.0, (types, dims))
        if name == "types on a line":
            control = control[:1] + np.arange(types)[:, None] * rng.normal(size=dims)
        if name == "a type twice":
            control[3] = control[1]
        treated = control + rng.normal(1.0, 0.5, (types, dims)) + 0.3 * control @ rng.normal(size=(dims, dims)) / np.sqrt(dims)
        target = rng.normal(0.5, 2.0, dims)
        shift = regressed_shift(control, treated, target)
        cases.append({"name": name, "control": doubles(control), "treated": doubles(treated), "target": doubles(target), "shift": doubles(shift)})
    return cases


@torch.no_grad()
def prediction_case() -> dict:
    """Four types under control and three doses through a network with given weights; the last type's treated cells unseen."""
    torch.manual_seed(7)
    rng = np.random.default_rng(32)
    model = ref.ScGen(GENES, HIDDEN, LATENT)
    shake(model, rng)
    model.eval()
    doses, groups = [0.0, 1.0, 10.0, 30.0], []
    for cell_type in range(4):
        for arm in range(4):
            if cell_type == 3 and arm > 0:
                continue
            rate = np.exp(rng.normal(0.0, 1.0, GENES) + 0.3 * arm)
            cells = np.log1p(rng.poisson(rate, (int(rng.integers(2, 6)), GENES)) * 1.7).astype(np.float32)
            groups.append((cell_type, arm, cells))
    centroids = {(t, arm): ref.latent_means(model, cells).mean(axis=0, dtype=np.float64) for t, arm, cells in groups}
    target = centroids[3, 0]
    shifts = {}
    for arm in (1, 2, 3):
        control, treated = (np.stack([centroids[t, a] for t in range(3)]) for a in (0, arm))
        shifts[arm] = regressed_shift(control, treated, target)
    start = groups[-1][2]
    return {
        "genes": GENES, "hidden": list(HIDDEN), "latent": LATENT, "initial": state_of(model), "doses": doses, "held_out": 3,
        "groups": [{"cell_type": t, "arm": arm, "x": tensor(cells)} for t, arm, cells in groups],
        "single": [{"arm": arm, "shift": tensor(shifts[arm]), "predicted": tensor(ref.predict(model, start, shifts[arm]))} for arm in shifts],
        "multi": [
            {"arm": arm, "factor": (f := dose_factor(doses[arm], doses[-1])), "predicted": tensor(ref.predict(model, start, f * shifts[3]))}
            for arm in shifts
        ],
    }


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {
        "regression": regression_cases(),
        "dose_factors": [[dose, DOSES[-1], dose_factor(dose, DOSES[-1])] for dose in DOSES] + [[0.0, 30, 0.0], [100.0, 30.0, dose_factor(100, 30)]],
        "prediction": prediction_case(),
    }
    path = FOLDER / "scvidr.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
