"""Writes fixtures/peers/*.json: small exact cases for Dosefront's SAUCIE and DESC (see README.md for the layout).

    python make_peer_fixtures.py

Inputs and initial weights are float32; everything after them is computed in float64 and rounded.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

import peers_torch as ref
from make_mtae_fixtures import GENES, expression
from make_scgen_fixtures import exported, tensor

FOLDER = Path(__file__).parent / "fixtures" / "peers"


def named(model: nn.Module, values=lambda p: p) -> dict:
    """Weights, or what belongs to them, where there is something."""
    found = {key.replace(".layers.", "."): values(p) for key, p in model.named_parameters()}
    return exported({key: value.clone() for key, value in found.items() if value is not None})


def network(seed: int, widths: list[int], slope: float) -> ref.Autoencoder:
    torch.manual_seed(seed)
    return ref.Autoencoder(widths, slope).to(torch.float64)


def batches(rng: np.random.Generator, cells: int, codes: list[int]) -> dict:
    """Cells of several batches, which differ by a factor for every gene."""
    batch = rng.permutation(np.resize(codes, cells))
    effect = np.exp(rng.normal(0.0, 0.5, (max(codes) + 1, GENES)))
    x = expression(rng, cells).numpy() * effect[batch]
    return {"x": torch.tensor(x.astype(np.float32)), "batch": batch}


def saucie_case(seed: int, layers: list[int], latent: int, codes: list[int], reference: int, weight: float) -> dict:
    rng = np.random.default_rng(seed)
    model = network(seed, [GENES, *layers, latent], 0.2)
    steps = [batches(rng, 24, codes) for _ in range(3)]
    case = {
        "genes": GENES, "layers": layers, "latent": latent, "n_batches": max(codes) + 1, "reference": reference, "lambda_b": weight, "lr": 1e-3,
        "initial": named(model), "steps": [{"x": tensor(s["x"]), "batch": s["batch"].tolist()} for s in steps],
    }
    x = expression(rng, 6)
    case["eval"] = {"x": tensor(x), "latent": tensor(model.encoder(x.to(torch.float64)))}
    adam = torch.optim.Adam(model.parameters(), lr=case["lr"], foreach=False)
    losses = []
    for i, step in enumerate(steps):
        adam.zero_grad()
        own, shapes, mmd = ref.saucie_terms(model, step["x"].to(torch.float64), torch.tensor(step["batch"]), reference)
        if i == 0:
            mmd.backward(retain_graph=True)
            case["mmd_gradients"] = named(model, lambda p: p.grad)
            adam.zero_grad()
        loss = own + 0.01 * shapes + weight * mmd
        loss.backward()
        if i == 0:
            case["gradients"] = named(model, lambda p: p.grad)
        adam.step()
        losses.append({"reference": float(own.detach()), "standardised": float(shapes.detach()), "mmd": float(mmd.detach()), "loss": float(loss.detach())})
    case |= {"losses": losses, "after": named(model)}
    return case


def desc_case(seed: int, layers: list[int], clusters: int) -> dict:
    rng = np.random.default_rng(seed)
    model = network(seed, [GENES, *layers], 0.0)
    steps = [torch.tensor(rng.normal(0.0, 2.0, (16, GENES)).astype(np.float32)) for _ in range(3)]
    centroids = torch.tensor(rng.normal(0.0, 1.5, (clusters, layers[-1])).astype(np.float32))
    case = {
        "genes": GENES, "layers": layers, "clusters": clusters, "lr": 0.01, "momentum": 0.9,
        "initial": named(model), "centroids": tensor(centroids), "steps": [tensor(x) for x in steps],
    }
    stages = []
    for stage in range(len(layers) + 1):
        model.zero_grad()
        loss = ref.stage_loss(model, stage, steps[0].to(torch.float64))
        loss.backward()
        stages.append({"loss": float(loss.detach()), "gradients": named(model, lambda p: p.grad)})
    model.zero_grad()
    case["stages"] = stages

    centroids = nn.Parameter(centroids.to(torch.float64))
    everything = torch.cat(steps).to(torch.float64)
    with torch.no_grad():
        q = ref.shares(model.encoder(everything), centroids)
        p = ref.target(q)
    case |= {"shares": tensor(q), "target": tensor(p)}
    sgd = torch.optim.SGD([*model.encoder.parameters(), centroids], lr=case["lr"], momentum=case["momentum"], foreach=False)
    losses = []
    for i, x in enumerate(steps):
        sgd.zero_grad()
        loss = ref.divergence(p[16 * i : 16 * (i + 1)], ref.shares(model.encoder(x.to(torch.float64)), centroids))
        loss.backward()
        if i == 0:
            case |= {"gradients": named(model, lambda p: p.grad), "centroid_gradients": tensor(centroids.grad)}
        sgd.step()
        losses.append(float(loss.detach()))
    case |= {"losses": losses, "after": named(model), "centroids_after": tensor(centroids)}
    return case


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = {
        "saucie": saucie_case(50, [12, 8], 2, [0, 0, 1], 0, 0.1),
        # Three batches with the reference in the middle, a strong penalty, another embedding.
        "saucie_three": saucie_case(51, [10], 3, [0, 1, 1, 1, 2, 2], 1, 2.0),
        "desc": desc_case(52, [10, 5], 3),
        "desc_deep": desc_case(53, [12, 8, 4], 5),
    }
    for name, case in cases.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
