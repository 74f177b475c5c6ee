"""Writes fixtures/film_nb/film_nb.json: Dosefront's FiLM count model in PyTorch, on small exact cases (see README.md).

    python film_nb_torch.py

The likelihood is written with torch.lgamma in double precision, independently of the form that the Rust code uses.
Inputs are float32 values; everything is computed in float64 and printed as float32.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from scipy.special import gammaln
from scipy.stats import nbinom

FOLDER = Path(__file__).parent / "fixtures" / "film_nb"
FEATURES, START, TREATMENT, HIDDEN, ROWS = 23, 16, 3, 6, 10
LEVEL_WEIGHT = 100.0


def tensor(value) -> dict:
    """{"shape": [...], "data": [row-major]}."""
    value = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
    return {"shape": list(value.shape), "data": [float(v) for v in value.astype(np.float32).ravel()]}


def nb_log_likelihood(y: torch.Tensor, mu: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
    """Variance mu + mu^2 / theta; y need not be whole."""
    return (
        torch.lgamma(y + theta) - torch.lgamma(theta) - torch.lgamma(y + 1)
        + theta * torch.log(theta / (theta + mu)) + y * torch.log(mu / (theta + mu))
    )


def level_and_log_theta(w: dict, table: torch.Tensor, mask: torch.Tensor | None):
    """Predicted ln(1 + rate) and log inverse dispersion of every row."""
    features, treatment = table[:, :FEATURES], table[:, FEATURES : FEATURES + TREATMENT]
    control = table[:, FEATURES + TREATMENT]
    scaled = ((features - w["mean"]) / w["deviation"]).clamp(-10, 10)
    gamma = treatment @ w["gamma.weight"] + w["gamma.bias"]
    beta = treatment @ w["beta.weight"] + w["beta.bias"]
    hidden = (scaled @ w["hidden.weight"] + w["hidden.bias"]) * (1 + gamma) + beta
    hidden = torch.nn.functional.leaky_relu(hidden, 0.01)
    if mask is not None:
        hidden = hidden * mask
    out = hidden @ w["output.weight"] + w["output.bias"]
    shift = features[:, START] + (scaled @ w["linear.weight"] + w["linear.bias"])[:, 0] + out[:, 0]
    # Not torch's softplus, which is the identity above a threshold.
    x = 20 * (control + shift)
    level = (torch.clamp(x, min=0) + torch.log1p(torch.exp(-x.abs()))) / 20
    return level, out[:, 1].clamp(-4, 8)


def losses(w: dict, table: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    offset, counts, _, observed = table[:, FEATURES + TREATMENT + 1 :].T
    level, log_theta = level_and_log_theta(w, table, mask)
    mu = (torch.expm1(level) * offset).clamp(min=1e-6)
    return -nb_log_likelihood(counts, mu, log_theta.exp()).mean(), ((level - observed) ** 2).mean()


def rows(rng: np.random.Generator) -> torch.Tensor:
    """A table as the model has it: features, treatment, control level, offset, counts, constant, treated level."""
    features = rng.normal(0, 1, (ROWS, FEATURES)) * rng.uniform(0.2, 2, FEATURES)
    features[:, START] *= 0.4
    treatment = np.c_[np.ones(ROWS), s := rng.uniform(0.1, 1, ROWS), s**2]
    control = np.log1p(np.exp(rng.normal(0.5, 1.5, ROWS)))
    offset = rng.uniform(5, 200, ROWS)
    counts = rng.poisson(offset * np.expm1(control) * rng.lognormal(0, 0.6, ROWS)) * rng.choice([0.97, 1.0], ROWS)
    counts[:2] = 0
    constant = np.where(counts > 0, 0.0, 0.0)
    for i, y in enumerate(counts):
        if y > 0:
            constant[i] = y * np.log(y) - y - gammaln(y + 1)
    observed = np.log1p((counts + 0.5) / offset)
    return torch.tensor(np.c_[features, treatment, control, offset, counts, constant, observed].astype(np.float32)).double()


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(30)
    shapes = {
        "hidden.weight": (FEATURES, HIDDEN), "hidden.bias": (HIDDEN,), "gamma.weight": (TREATMENT, HIDDEN), "gamma.bias": (HIDDEN,),
        "beta.weight": (TREATMENT, HIDDEN), "beta.bias": (HIDDEN,), "output.weight": (HIDDEN, 2), "output.bias": (2,),
        "linear.weight": (FEATURES, 1), "linear.bias": (1,),
    }
    initial = {k: torch.tensor(rng.normal(0, 0.15, s).astype(np.float32)).double() for k, s in shapes.items()}
    fixed = {"mean": rng.normal(0, 0.3, FEATURES), "deviation": rng.uniform(0.5, 2, FEATURES)}
    fixed = {k: torch.tensor(v.astype(np.float32)).double() for k, v in fixed.items()}
    steps = []
    for _ in range(3):
        mask = (rng.random((ROWS, HIDDEN)) < 0.8) / 0.8
        steps.append({"table": rows(rng), "mask": torch.tensor(mask.astype(np.float32)).double()})
    case = {
        "about": "weights are [in, out]; loss = nll + 100 squared, means over rows; gradients without weight decay; predicted uses `initial`",
        "hidden": HIDDEN, "treatment": TREATMENT, "level_weight": LEVEL_WEIGHT,
        "adam": {"lr": 3e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 1e-4},
        "initial": {k: tensor(v) for k, v in (initial | fixed).items()},
        "steps": [{k: tensor(v) for k, v in s.items()} for s in steps],
    }
    with torch.no_grad():
        level, log_theta = level_and_log_theta(initial | fixed, steps[0]["table"], None)
        case["predicted"] = {"level": tensor(level), "log_theta": tensor(log_theta)}

    weights = {k: v.clone().requires_grad_() for k, v in initial.items()}
    adam = torch.optim.Adam(weights.values(), lr=3e-3, eps=1e-8, weight_decay=1e-4, foreach=False)
    case["losses"] = []
    for i, step in enumerate(steps):
        adam.zero_grad()
        nll, squared = losses(weights | fixed, step["table"], step["mask"])
        loss = nll + LEVEL_WEIGHT * squared
        loss.backward()
        case["losses"].append({"loss": loss.item(), "nll": nll.item(), "squared": squared.item()})
        if i == 0:
            case["gradients"] = {k: tensor(v.grad) for k, v in weights.items()}
        adam.step()
    case["after_steps"] = {k: tensor(v) for k, v in weights.items()}

    x = np.array([1e-3, 0.02, 0.3, 0.99, 1, 1.5, 2, 3.7, 7.99, 8, 8.01, 30, 400, 5e4], dtype=np.float32).astype(float)
    case["ln_gamma"] = {"x": tensor(x), "value": tensor(gammaln(x))}
    y, mu, theta = (g.ravel() for g in np.meshgrid([0, 1, 7, 300, 90000], [0.01, 2, 250, 1e5], [0.02, 1, 50, 2900]))
    value = nbinom.logpmf(y, theta, theta / (theta + mu))
    case["negative_binomial"] = {"y": tensor(y), "mu": tensor(mu), "theta": tensor(theta), "value": tensor(value)}
    path = FOLDER / "film_nb.json"
    path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
