"""Writes fixtures/measures/measures.json: batch-effect measures in PyTorch on small exact cases (see README.md).

    python make_measure_fixtures.py

Each is written from its definition (cells split by batch, pairs of permuted latents), not in the form that the Rust code computes.
Inputs are float32 values; everything is computed in float64 and printed as float32.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).parent / "fixtures" / "measures"
LATENT, CONDITION, WIDTH, HIDDEN, GROUPS, PER_GROUP = 4, 2, 8, 3, 2, 14
GUARD = 1e-8


def tensor(value) -> dict:
    """{"shape": [...], "data": [row-major]}."""
    value = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
    return {"shape": list(value.shape), "data": [float(v) for v in value.astype(np.float32).ravel()]}


def float32(value) -> torch.Tensor:
    return torch.tensor(np.asarray(value).astype(np.float32)).double()


def codes(rng: np.random.Generator, batches: int) -> np.ndarray:
    """Every batch occurs in every group, in unequal shares."""
    share = np.arange(1, batches + 1) / sum(range(1, batches + 1))
    group = lambda: rng.permutation(np.r_[np.arange(batches), rng.choice(batches, PER_GROUP - batches, p=share)])
    return np.concatenate([group() for _ in range(GROUPS)])


def latents(rng: np.random.Generator, batch: np.ndarray) -> torch.Tensor:
    """Moved along the first dimensions by the batch."""
    return float32(rng.normal(0, 1, (len(batch), LATENT)) + 0.7 * np.c_[batch, -0.5 * batch, 0 * batch, 0 * batch])


def groups(n: int):
    return [slice(g * PER_GROUP, (g + 1) * PER_GROUP) for g in range(n)]


# Kernels.


def squared(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return ((a[:, None] - b[None]) ** 2).sum(-1)


def standardised(z: torch.Tensor) -> torch.Tensor:
    centred = z - z.mean(0)
    return centred / torch.sqrt((centred**2).sum(0) / (len(z) - 1) + GUARD)


def mmd_pair(x: torch.Tensor, y: torch.Tensor, bandwidths: list[float]) -> torch.Tensor:
    scale = math.sqrt(x.shape[1])
    k = lambda a, b: sum(torch.exp(-scale * squared(a, b) / (2 * w * w)) for w in bandwidths) / len(bandwidths)
    return torch.sqrt(torch.clamp(k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean(), min=0) + GUARD)


def mmd(z: torch.Tensor, batch: torch.Tensor, bandwidths: list[float], standardise: bool) -> torch.Tensor:
    z = standardised(z) if standardise else z
    parts = [z[batch == b] for b in range(int(batch.max()) + 1)]
    if len(parts) == 2:
        return mmd_pair(parts[0], parts[1], bandwidths)
    return sum(mmd_pair(part, z, bandwidths) for part in parts)


def hsic(z: torch.Tensor, batch: torch.Tensor, standardise: bool) -> torch.Tensor:
    z = standardised(z) if standardise else z
    d = z.shape[1]
    g = 2 * math.gamma((d + 1) / 2) / math.gamma(d / 2)
    k, m = torch.exp(-squared(z, z) / (2 * g * g)), (batch[:, None] == batch[None]).double()
    value = (k * m).mean() + k.mean() * m.mean() - 2 * (k.mean(1) * m.mean(1)).mean()
    return torch.sqrt(torch.clamp(value, min=0) + GUARD)


# Bounds.


def forward(w: dict, x: torch.Tensor) -> torch.Tensor:
    for i in range(HIDDEN + 1):
        x = x @ w[f"{i}.weight"] + w[f"{i}.bias"]
        x = torch.nn.functional.elu(x) if i < HIDDEN else x
    return x


def said(w: dict, z: torch.Tensor, condition: torch.Tensor, batch: np.ndarray, batches: int) -> torch.Tensor:
    one_hot = torch.nn.functional.one_hot(torch.tensor(batch), batches).double()
    return forward(w, torch.cat([z, condition, one_hot], 1))[:, 0]


def mine_parts(w: dict, step: dict, z: torch.Tensor, batches: int, group: slice):
    """t of the pairs, and of pairs whose latents (with what belongs to them) were permuted within the group."""
    batch = step["batch"][group]
    order = step["order"][group]
    joint = said(w, z[group], step["condition"][group], batch, batches)
    return joint, said(w, z[group][order], step["condition"][group][order], batch, batches)


def mine(w: dict, step: dict, z: torch.Tensor, batches: int) -> torch.Tensor:
    parts = [mine_parts(w, step, z, batches, group) for group in groups(GROUPS)]
    return torch.stack([joint.mean() - torch.log(torch.exp(marginal).mean()) for joint, marginal in parts])


def classified(w: dict, step: dict, z: torch.Tensor, batches: int) -> torch.Tensor:
    values = []
    for group in groups(GROUPS):
        batch = torch.tensor(step["batch"][group])
        share = torch.bincount(batch, minlength=batches).double() / len(batch)
        entropy = -(share * torch.log(share)).sum()
        logits = forward(w, torch.cat([z[group], step["condition"][group]], 1))
        values.append(entropy - torch.nn.functional.cross_entropy(logits, batch))
    return torch.stack(values)


def bound_case(rng: np.random.Generator, measure: str, batches: int) -> dict:
    n_in, n_out = (LATENT + CONDITION, batches) if measure == "classifier" else (LATENT + CONDITION + batches, 1)
    widths = [n_in] + [WIDTH] * HIDDEN + [n_out]
    initial = {}
    for i in range(HIDDEN + 1):
        initial[f"{i}.weight"] = float32(rng.normal(0, 1.2 / math.sqrt(widths[i]), (widths[i], widths[i + 1])))
        initial[f"{i}.bias"] = float32(rng.normal(0, 0.3, widths[i + 1]))
    steps = []
    for _ in range(3):
        batch = codes(rng, batches)
        step = {"batch": batch, "z": latents(rng, batch), "condition": float32(rng.uniform(0, 1, (len(batch), CONDITION)))}
        step["order"] = np.concatenate([rng.permutation(PER_GROUP) for _ in range(GROUPS)])
        steps.append(step)
    value = mine if measure == "mine" else classified
    upstream = float32([0.7, -1.3])
    z = steps[0]["z"].clone().requires_grad_()
    values = value(initial, steps[0], z, batches)
    (values * upstream).sum().backward()
    case = {
        "batches": batches, "value": tensor(values), "upstream": tensor(upstream), "gradient_z": tensor(z.grad),
        "initial": {k: tensor(v) for k, v in initial.items()}, "steps": [],
    }
    weights = {k: v.clone().requires_grad_() for k, v in initial.items()}
    # A number added to t has no effect on MINE. Its gradient is 0 in the first step but for rounding, which Adam makes as large
    # as any other; so the last bias stays where it is.
    idle = f"{HIDDEN}.bias" if measure == "mine" else None
    adam = torch.optim.Adam([v for k, v in weights.items() if k != idle], lr=1e-2, foreach=False)
    average, rate = None, 0.1
    for i, step in enumerate(steps):
        # The codes that go with the latents when the latents are permuted by `order`.
        permuted = np.empty_like(step["batch"])
        for group in groups(GROUPS):
            permuted[group][step["order"][group]] = step["batch"][group]
        case["steps"].append({
            "z": tensor(step["z"]), "condition": tensor(step["condition"]),
            "batch": step["batch"].tolist(), "permuted": permuted.tolist(),
        })
        adam.zero_grad()
        if measure == "mine":
            parts = [mine_parts(weights, step, step["z"], batches, group) for group in groups(GROUPS)]
            means = torch.stack([torch.exp(marginal).mean() for _, marginal in parts])
            average = means.detach() if average is None else (1 - rate) * average + rate * means.detach()
            loss = -(torch.stack([joint.mean() for joint, _ in parts]) - means / average).mean()
        else:
            loss = -classified(weights, step, step["z"], batches).mean()
        loss.backward()
        if i == 0:
            case["gradients"] = {k: tensor(v.grad) for k, v in weights.items()}
        adam.step()
    case["after_steps"] = {k: tensor(v) for k, v in weights.items()}
    with torch.no_grad():
        case["value_after"] = tensor(value(weights, steps[0], steps[0]["z"], batches))
    if measure == "mine":
        case["average_rate"] = rate
    return case


def kernel_case(rng: np.random.Generator, measure: str, batches: int, standardise: bool) -> dict:
    batch = codes(rng, batches)
    z = latents(rng, batch).requires_grad_()
    bandwidths = [1.0, 2.0, 5.0, 8.0, 10.0]
    one = (lambda z, b: mmd(z, b, bandwidths, standardise)) if measure == "mmd" else (lambda z, b: hsic(z, b, standardise))
    values = torch.stack([one(z[group], torch.tensor(batch[group])) for group in groups(GROUPS)])
    upstream = float32([0.7, -1.3])
    (values * upstream).sum().backward()
    return {
        "measure": measure, "batches": batches, "standardise": standardise, "z": tensor(z), "batch": batch.tolist(),
        "value": tensor(values), "upstream": tensor(upstream), "gradient_z": tensor(z.grad),
    }


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(51)
    case = {
        "latent": LATENT, "condition": CONDITION, "width": WIDTH, "hidden_layers": HIDDEN, "groups": GROUPS,
        "adam": {"lr": 1e-2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
        "mine": [bound_case(rng, "mine", batches) for batches in (2, 3)],
        "classifier": [bound_case(rng, "classifier", batches) for batches in (2, 3)],
        "kernels": [
            kernel_case(rng, measure, batches, standardise)
            for measure in ("mmd", "hsic") for batches in (2, 3) for standardise in (True, False)
        ],
    }
    path = FOLDER / "measures.json"
    path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
