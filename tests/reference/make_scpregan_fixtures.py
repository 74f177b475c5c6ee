"""Writes fixtures/scpregan/*.json: small exact cases for Dosefront's scPreGAN (see README.md for the layout).

    python make_scpregan_fixtures.py

The script repeats each case in float64 and prints how far the losses and weights are apart.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

import scpregan_torch as ref
from make_scgen_fixtures import exported, tensor

FOLDER = Path(__file__).parent / "fixtures" / "scpregan"
GENES, CLASSES, BATCH = 18, 3, 7
RATE, ENCODER_RATE, DECAY, DECAY_EVERY = 1e-3, 1e-4, 0.9, 2


def name(key: str) -> str | None:
    """A parameter's name in the fixture; None for what is not there."""
    if "parametrizations.weight.0._u" in key:
        return None
    return key.replace("parametrizations.weight.original", "weight").replace("parametrizations.weight.0._v", "v").replace(".classes.", ".class.")


def state(networks: nn.Module) -> dict:
    return exported({name(k): v for k, v in networks.state_dict().items() if name(k)})


def gradients(networks: nn.Module, parts) -> dict:
    return {name(k): p.grad.clone() for k, p in networks.named_parameters() if p.grad is not None and k.split(".")[0] in parts}


def expression(rng: np.random.Generator, cells: int, shift: float) -> torch.Tensor:
    rate = np.exp(rng.normal(shift, 1.0, GENES))
    return torch.tensor(np.log1p(rng.poisson(rate, (cells, GENES)) * 1.7), dtype=torch.float32)


def shake(networks: nn.Module, rng: np.random.Generator) -> None:
    """Norm weights away from 1 and 0, where mistakes would not show."""
    for layer in networks.modules():
        if isinstance(layer, nn.LayerNorm):
            n = layer.normalized_shape[0]
            layer.weight.data = torch.tensor(rng.uniform(0.6, 1.4, n), dtype=torch.float32)
            layer.bias.data = torch.tensor(rng.normal(0.2, 0.2, n), dtype=torch.float32)


def batch(rng: np.random.Generator) -> dict:
    labels = lambda: torch.tensor(rng.integers(0, CLASSES, BATCH))
    return {"control": expression(rng, BATCH, 0.0), "treated": expression(rng, BATCH, 0.3), "class_control": labels(), "class_treated": labels()}


def case(seed: int, layers: list[int], weights: tuple, stale: bool, dtype=torch.float32) -> dict:
    """Three iterations, then a prediction with the initial weights."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    networks = ref.Networks(GENES, layers, CLASSES)
    shake(networks, rng)
    steps = [[batch(rng), batch(rng)] for _ in range(3)]
    control = expression(rng, 5, 0.0)
    written = lambda b: {k: v.tolist() if k.startswith("class") else tensor(v) for k, v in b.items()}
    found = {
        "genes": GENES, "classes": CLASSES, "layers": layers, "batch": BATCH, "stale_labels": stale, "weights": weights,
        "learning_rate": RATE, "encoder_learning_rate": ENCODER_RATE, "decay": DECAY, "decay_every": DECAY_EVERY,
        "initial": state(networks), "steps": [[written(b) for b in pair] for pair in steps],
    }
    networks = networks.to(dtype)
    with torch.no_grad():
        found["eval"] = {"x": tensor(control), "predicted": tensor(networks.predict(control.to(dtype)))}
    adams = ref.optimisers(networks, RATE, ENCODER_RATE)
    schedules = [torch.optim.lr_scheduler.StepLR(adam, DECAY_EVERY, DECAY) for adam in adams]
    losses = []
    for i, (first, second) in enumerate(steps):
        ready = lambda b: (b["control"].to(dtype), b["treated"].to(dtype))
        networks.zero_grad()
        learnt = networks.discriminator_loss(*ready(first), first["class_control"], first["class_treated"])
        learnt.backward()
        if i == 0:
            of_discriminators = gradients(networks, ["discriminator"])
        adams[2].step()
        networks.zero_grad()
        labels = first if stale else second
        parts = networks.generator_parts(*ready(second), labels["class_control"], labels["class_treated"])
        total = sum(weight * part for weight, part in zip(weights, parts))
        total.backward()
        if i == 0:
            found["gradients"] = exported(of_discriminators | gradients(networks, ["encoder", "generator"]))
        adams[0].step()
        adams[1].step()
        for schedule in schedules:
            schedule.step()
        values = [float(v.detach()) for v in (learnt, *parts, total)]
        losses.append(dict(zip(("discriminator", "adversarial", "reconstruction", "encoding", "total"), values)))
    return found | {"losses": losses, "after": state(networks)}


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The published weights, and weights by which every part counts in the gradients.
    for file, *settings in [("scpregan", 50, [10, 6, 4], (0.001, 1.0, 0.1), True), ("fresh_labels", 51, [9, 5], (1.0, 0.5, 0.7), False)]:
        single, double = case(*settings), case(*settings, torch.float64)
        path = FOLDER / f"{file}.json"
        path.write_text(json.dumps(single, separators=(",", ":")) + "\n")
        apart = lambda a, b: max(float(np.abs(np.subtract(a[k]["data"], b[k]["data"])).max()) for k in a)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB; from float64: gradients {apart(single['gradients'], double['gradients']):.1e}, after {apart(single['after'], double['after']):.1e}")
        print([round(step["total"], 4) for step in single["losses"]])


if __name__ == "__main__":
    main()
