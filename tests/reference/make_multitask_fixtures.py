"""Writes fixtures/multitask/*.json: small exact cases for Dosefront's multi-head autoencoder and UnitedNet (see README.md).

    python make_multitask_fixtures.py

Inputs and initial weights are float32; everything after them is computed in float64 and rounded, because batch norm over the few
cells of a head makes float32 gradients differ in the seventh decimal.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import numpy as np
import torch
from torch import nn

import multitask_torch as ref
from make_mtae_fixtures import BATCH, GENES, RATE, WARM_UP, expression, mask
from make_scgen_fixtures import exported, shake, tensor
from mtae_torch import optimisers

FOLDER = Path(__file__).parent / "fixtures" / "multitask"


def renamed(key: str) -> str:
    key = key.removeprefix("enc.")
    key = re.sub(r"^heads\.(\d+)\.hidden\.", r"decoder.\1.", key)
    key = re.sub(r"^(encoder|decoder)\.(\d+)\.hidden\.", r"\1.\2.", key)
    return re.sub(r"^heads\.(\d+)\.output\.", r"output.\1.", key)


def state(model: nn.Module) -> dict:
    return exported({renamed(k): v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")})


def gradients(model: nn.Module) -> dict:
    return exported({renamed(k): p.grad.clone() for k, p in model.named_parameters() if p.grad is not None})


def multi_head_case(seed: int, layers: list[int], counts: list[int], dtype=torch.float64) -> dict:
    """Three training steps on batches with `counts` cells of every condition, then predictions with the initial weights."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model = ref.MultiHead(GENES, len(counts), layers)
    shake(model, rng)
    arm = torch.tensor(np.repeat(np.arange(len(counts)), counts))
    hidden, cells = layers[:-1], len(arm)
    steps = [
        {
            "x": expression(rng, cells),
            "masks": [mask(rng, cells, GENES, 0.2)] + [mask(rng, cells, w, 0.5) for w in [*hidden, *reversed(hidden)]],
        }
        for _ in range(3)
    ]
    case = {
        "genes": GENES, "layers": layers, "counts": counts, "adam": {"lr": RATE, "warm_up": WARM_UP}, "initial": state(model),
        "steps": [{"x": tensor(s["x"]), "masks": [tensor(m) for m in s["masks"]]} for s in steps],
    }
    model = model.to(dtype)
    trained = copy.deepcopy(model).train()
    adams, schedules = optimisers([trained.enc, trained.heads], RATE, WARM_UP)
    losses = []
    for i, s in enumerate(steps):
        for adam in adams:
            adam.zero_grad()
        # The order of the cells must not matter to the reference.
        order = torch.tensor(rng.permutation(cells))
        loss = trained.loss(s["x"][order].to(dtype), arm[order], [m[order].to(dtype) for m in s["masks"]])
        loss.backward()
        losses.append(float(loss.detach()))
        if i == 0:
            case["gradients"] = gradients(trained)
        for adam, schedule in zip(adams, schedules):
            adam.step()
            schedule.step()
    case |= {"losses": losses, "after": state(trained)}
    model.eval()
    with torch.no_grad():
        x = expression(rng, 5)
        predicted = [tensor(model.predict(x.to(dtype), i)) for i in range(len(counts))]
        case["eval"] = {"x": tensor(x), "latent": tensor(model.enc(x.to(dtype))[0]), "predicted": predicted}
    return case


def unitednet_case(seed: int, layers: list[int], arms: list[int], types: int, max_norm: float, rate: float, dtype=torch.float64) -> dict:
    """Steps of translation and identification in turn, each between the control and one of `arms`; then predictions."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    projector, judge, modalities = 7, 6, 1 + max(arms)
    model = ref.UnitedNet(GENES, modalities, types, layers, projector, judge)
    shake(model, rng)
    model.weights.data = torch.tensor(rng.normal(0, 0.5, modalities), dtype=torch.float32)
    class_weights = torch.tensor(rng.uniform(0.5, 2.0, types), dtype=torch.float32)
    steps = []
    for arm in arms:
        for task in ["translation", "identification"]:
            kinds = torch.tensor(rng.permutation(np.arange(BATCH) % types))
            target = torch.eye(types)[kinds] * class_weights
            steps.append({"task": task, "arm": arm, "control": expression(rng, BATCH), "treated": expression(rng, BATCH), "kinds": kinds, "target": target / target.sum()})
    written = [{k: v if isinstance(v, (str, int)) else tensor(v) for k, v in s.items() if k != "kinds"} for s in steps]
    case = {
        "genes": GENES, "modalities": modalities, "types": types, "layers": layers, "projector": projector, "discriminator": judge,
        "adversarial_weight": 0.1, "max_norm": max_norm, "lr": rate, "initial": state(model), "steps": written,
    }
    model = model.to(dtype)
    trained = copy.deepcopy(model).train()
    groups = {"translation": trained.of_translation(), "identification": trained.of_identification()}
    adams = {task: torch.optim.Adam(group, lr=rate, foreach=False) for task, group in groups.items()}
    losses, first = [], {}
    for s in steps:
        task = s["task"]
        trained.zero_grad(set_to_none=True)
        cells = s["control"].to(dtype), s["treated"].to(dtype), s["arm"]
        if task == "translation":
            parts = trained.translation(*cells)
            loss = parts["reconstruction"] + parts["translation"] + 0.1 * (parts["discriminator"] + parts["generator"])
            losses.append({k: float(v.detach()) for k, v in parts.items()})
        else:
            loss = trained.identification(*cells, s["kinds"], class_weights.to(dtype))
            losses.append({"identification": float(loss.detach())})
        loss.backward()
        if task not in first:
            first[task] = gradients(trained)
        norm = nn.utils.clip_grad_norm_(groups[task], max_norm)
        losses[-1]["norm"] = float(norm)
        adams[task].step()
    case |= {"losses": losses, "gradients": first, "after": state(trained)}
    model.eval()
    with torch.no_grad():
        x = expression(rng, 5)
        case["eval"] = {"x": tensor(x), "predicted": [tensor(model.predict(x.to(dtype), arm)) for arm in range(modalities)]}
    return case


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = {
        "multi_head": multi_head_case(40, [10, 5], [BATCH // 2, BATCH // 2]),
        # Several doses, deeper, one dose that nobody was seen under.
        "multi_head_doses": multi_head_case(42, [12, 8, 5], [5, 4, 0, 6]),
        "unitednet": unitednet_case(50, [10, 5], [1, 1, 1], 3, 25.0, 1e-3),
        # Two doses in turn, deeper, gradients that are clipped.
        "unitednet_doses": unitednet_case(51, [12, 8, 5], [1, 2, 1], 4, 0.5, 1e-3),
    }
    for name, case in cases.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
