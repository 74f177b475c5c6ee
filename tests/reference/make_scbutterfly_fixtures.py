"""Writes fixtures/scbutterfly/*.json: small exact cases for Dosefront's scButterfly (see README.md for the layout).

    python make_scbutterfly_fixtures.py
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import torch

import scbutterfly_torch as ref
from make_scgen_fixtures import exported, shake, state_of, tensor

FOLDER = Path(__file__).parent / "fixtures" / "scbutterfly"
GENES, CONTROL, TREATED, EMBEDDING, LATENT, BATCH = 12, [8], [7, 6], 5, 4, 6
RATE, JUDGE_RATE, CONFUSED = 1e-4, 5e-3, 1.35
# One whose first step has the judges in it and a later one not.
SEED = 42
# Of the divergence, as a share of its full weight, step by step.
KL_SHARE = [1.0, 0.5, 0.0]


def expression(rng, cells: int, genes: int = GENES) -> torch.Tensor:
    rate = np.exp(rng.normal(0.0, 1.0, genes))
    return torch.tensor(np.log1p(rng.poisson(rate, (cells, genes)) * 1.7), dtype=torch.float32)


def mask(rng, width: int, p: float) -> torch.Tensor:
    return torch.tensor((rng.random((BATCH, width)) >= p) / (1 - p), dtype=torch.float32)


def encoder_masks(rng, hidden):
    return [mask(rng, GENES, 0.5), *(mask(rng, w, 0.1) for w in hidden)]


def decoder_masks(rng, hidden):
    return [mask(rng, w, 0.1) for w in reversed(hidden)]


def noise(rng, cells: int = BATCH):
    return torch.tensor(rng.normal(size=(cells, LATENT)), dtype=torch.float32)


def passed(rng) -> dict:
    return {
        "control_masks": encoder_masks(rng, CONTROL), "treated_masks": encoder_masks(rng, TREATED),
        "control_noise": noise(rng), "treated_noise": noise(rng),
    }


def labels(rng) -> torch.Tensor:
    return torch.tensor([ref.soft_label(u) for u in rng.random(BATCH)], dtype=torch.float32)


def written(value):
    if isinstance(value, dict):
        return {k: written(v) for k, v in value.items()}
    return [written(v) for v in value] if isinstance(value, list) else tensor(value)


def moved(value, dtype):
    if isinstance(value, dict):
        return {k: moved(v, dtype) for k, v in value.items()}
    return [moved(v, dtype) for v in value] if isinstance(value, list) else value.to(dtype)


def gradients(model) -> dict:
    return exported({k: p.grad.clone() for k, p in model.named_parameters() if p.grad is not None})


def adams(*modules):
    return [torch.optim.Adam(m.parameters(), lr=RATE, foreach=False) for m in modules]


def zero(optimisers):
    for optimiser in optimisers:
        optimiser.zero_grad()


def advance(optimisers):
    for optimiser in optimisers:
        optimiser.step()


def pretraining(model, steps: list[dict], side: str, dtype) -> dict:
    model = copy.deepcopy(model).to(dtype).train()
    part = getattr(model, side)
    optimisers = adams(part.encoder, part.decoder, part.translator)
    full, found = 20 / GENES, {"steps": written(steps), "losses": []}
    for i, s in enumerate(moved(steps, dtype)):
        zero(optimisers)
        mse, kl = part.parts(s["x"], s["encoder"], s["noise"], s["decoder"])
        weight = full * KL_SHARE[i]
        (mse + weight * kl).backward()
        found["losses"].append({"mse": mse.item(), "kl": kl.item(), "kl_weight": weight})
        if i == 0:
            found["gradients"] = gradients(model)
        advance(optimisers)
    return found | {"after": state_of(model)}


def joint(model, judges, steps: list[dict], dtype) -> dict:
    model, judges = copy.deepcopy(model).to(dtype).train(), copy.deepcopy(judges).to(dtype).train()
    optimisers = adams(model.control.encoder, model.treated.encoder, model.control.decoder, model.treated.decoder, model.translator)
    judge_optimisers = [torch.optim.SGD(j.parameters(), lr=JUDGE_RATE, foreach=False) for j in (judges.control, judges.treated)]
    full, found = 40 / GENES, {"steps": written(steps), "losses": []}
    for i, s in enumerate(moved(steps, dtype)):
        x = s["control"], s["treated"]
        zero(judge_optimisers)
        learnt = judges.loss(model.translate(*x, s["learn"])[0], s["learn_labels"])
        learnt.backward()
        if i == 0:
            found["judge_gradients"] = gradients(judges)
        advance(judge_optimisers)
        fooled = judges.loss(model.translate(*x, s["fool"])[0], s["fool_labels"])
        embedded, kl = model.translate(*x, s["reconstruct"])
        mse = model.reconstruct(embedded, *x, s["decoders"])
        weight = full * KL_SHARE[i]
        loss = mse + weight * kl
        if fooled.item() < CONFUSED:
            loss = loss - fooled
        zero(optimisers)
        loss.backward()
        if i == 0:
            found["gradients"] = gradients(model)
        advance(optimisers)
        found["losses"].append({"learnt": learnt.item(), "fooled": fooled.item(), "mse": mse.item(), "kl": kl.item(), "kl_weight": weight, "loss": loss.item()})
    return found | {"after": state_of(model), "judges_after": state_of(judges)}


def case(dtype, seed: int = SEED) -> dict:
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model, judges = ref.Butterfly(GENES, CONTROL, TREATED, EMBEDDING, LATENT), ref.Judges(EMBEDDING)
    shake(model, rng)
    shake(judges, rng)
    alone = lambda hidden: [
        {"x": expression(rng, BATCH), "encoder": encoder_masks(rng, hidden), "noise": noise(rng), "decoder": decoder_masks(rng, hidden)} for _ in range(3)
    ]
    together = [
        {
            "control": expression(rng, BATCH), "treated": expression(rng, BATCH),
            "learn": passed(rng), "learn_labels": labels(rng), "fool": passed(rng), "fool_labels": labels(rng), "reconstruct": passed(rng),
            "decoders": {k: decoder_masks(rng, CONTROL if k[1] == "c" else TREATED) for k in ("cc", "ct", "tc", "tt")},
        }
        for _ in range(3)
    ]
    found = {
        "genes": GENES, "control_layers": CONTROL, "treated_layers": TREATED, "n_embedding": EMBEDDING, "n_latent": LATENT,
        "rate": RATE, "judge_rate": JUDGE_RATE, "initial": state_of(model), "judges": state_of(judges),
        "control": pretraining(model, alone(CONTROL), "control", dtype),
        "treated": pretraining(model, alone(TREATED), "treated", dtype),
        "joint": joint(model, judges, together, dtype),
    }
    # Both branches of the generators' loss, the first step with the judges in it.
    fooled = [s["fooled"] for s in found["joint"]["losses"]]
    assert fooled[0] < CONFUSED and max(fooled) >= CONFUSED and min(abs(f - CONFUSED) for f in fooled) > 1e-3, fooled
    model = model.to(dtype).eval()
    draws = {"control": expression(rng, 5), "treated": expression(rng, 5), "control_noise": noise(rng, 5), "treated_noise": noise(rng, 5)}
    with torch.no_grad():
        s = moved(draws, dtype)
        embedded, _ = model.translate(s["control"], s["treated"], s)
        found["eval"] = written(draws) | {
            "error": float(model.reconstruct(embedded, s["control"], s["treated"], {})),
            "control_error": float(model.control.parts(s["control"])[0]), "treated_error": float(model.treated.parts(s["treated"])[0]),
            "predicted": tensor(model.predict(s["control"])),
        }
    return found


def pairing() -> list[dict]:
    """Groups of equal and of different sizes."""
    rng = np.random.default_rng(42)
    found = []
    for n, m, genes in [(12, 12, 30), (9, 14, 30), (15, 11, 6), (1, 5, 10), (6, 1, 10), (40, 36, 60)]:
        control = expression(rng, n, genes).numpy()
        treated = expression(rng, m, genes).numpy() + np.float32(0.5)
        plan = ref.transport(control, treated)
        best = {name: float(sum(plan[i, j] for i, j in zip(*ref.pairs(plan, reuse)))) for name, reuse in (("allowed", True), ("never", False))}
        # Of equal shares any may be the partner: what has to be equal is what goes to the partners.
        found.append({"control": tensor(control), "treated": tensor(treated), "plan": tensor(plan), "largest": tensor(plan.max(axis=1)), **best})
    return found


def differences(a, b) -> float:
    if isinstance(a, dict):
        return max((differences(a[k], b[k]) for k in a if not k.endswith("linear.bias")), default=0.0)
    if isinstance(a, list):
        return max((differences(x, y) for x, y in zip(a, b)), default=0.0)
    return abs(a - b)


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    single = case(torch.float32)
    print(f"float32 is within {differences(single, case(torch.float64)):.1e} of float64")
    for name, value in {"scbutterfly": single, "pairing": pairing()}.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
