"""Writes fixtures/mtae/*.json: small exact cases for Dosefront's multi-task autoencoders (see README.md for the layout).

    python make_mtae_fixtures.py
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import mtae_torch as ref
from make_scgen_fixtures import exported, shake, tensor

FOLDER = Path(__file__).parent / "fixtures" / "mtae"
GENES, BATCH, RATE, WARM_UP, WEIGHT = 20, 8, 1e-3, 2, 0.01


def named(model: nn.Module) -> dict[str, torch.Tensor]:
    """Parameters and running statistics under the names of the fixture."""
    found = {}
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked") or "parametrizations.weight.0._u" in key:
            continue
        key = key.removeprefix("enc.").removeprefix("dec.")
        key = key.replace("parametrizations.weight.original", "weight").replace("parametrizations.weight.0._v", "v")
        found[key] = value
    return found


def gradients(model: nn.Module) -> dict:
    short = lambda key: key.removeprefix("enc.").removeprefix("dec.").replace("parametrizations.weight.original", "weight")
    return exported({short(k): p.grad.clone() for k, p in model.named_parameters() if p.grad is not None})


def expression(rng: np.random.Generator, cells: int) -> torch.Tensor:
    rate = np.exp(rng.normal(0.0, 1.0, GENES))
    return torch.tensor(np.log1p(rng.poisson(rate, (cells, GENES)) * 1.7), dtype=torch.float32)


def mask(rng: np.random.Generator, cells: int, width: int, p: float) -> torch.Tensor:
    return torch.tensor((rng.random((cells, width)) >= p) / (1 - p), dtype=torch.float32)


def one_hot(arms: np.ndarray, n: int) -> torch.Tensor:
    return torch.tensor(np.eye(n)[arms], dtype=torch.float32)


def inputs(rng, layers, n_conditions, pairs: bool) -> dict:
    """A batch: cells, targets, conditions, noise and masks (input, encoder, decoder)."""
    x = expression(rng, BATCH)
    hidden = layers[:-1]
    return {
        "x": x, "target": expression(rng, BATCH) if pairs else x,
        "arm": rng.permutation(np.arange(BATCH) % n_conditions),
        "noise": torch.tensor(rng.normal(size=(BATCH, layers[-1])), dtype=torch.float32),
        "masks": [mask(rng, BATCH, GENES, 0.2)] + [mask(rng, BATCH, w, 0.5) for w in [*hidden, *reversed(hidden)]],
    }


def written(step: dict) -> dict:
    step = {k: v for k, v in step.items() if v is not None}
    plain = lambda v: [tensor(m) for m in v] if isinstance(v, list) else v.tolist() if isinstance(v, np.ndarray) and v.dtype.kind == "i" else tensor(v)
    return {k: plain(v) for k, v in step.items()}


def network(seed: int, layers, n_conditions, film_hidden, variational):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model = ref.Mtae(GENES, n_conditions, layers, film_hidden, variational)
    shake(model, rng)
    case = {
        "genes": GENES, "conditions": n_conditions, "layers": layers, "film_hidden": film_hidden, "batch": BATCH,
        "adam": {"lr": RATE, "warm_up": WARM_UP}, "initial": exported(named(model)),
    }
    return rng, model, case


def autoencoder_case(seed: int, layers, n_conditions, film_hidden, *, variational=False, pairs=False, dtype=torch.float32) -> dict:
    """Three training steps, then a prediction with the initial weights."""
    rng, model, case = network(seed, layers, n_conditions, film_hidden, variational)
    steps = [inputs(rng, layers, n_conditions, pairs) for _ in range(3)]
    cells = 100
    kl_weight = 0.004 * BATCH / cells
    case |= {"kl_weight": kl_weight, "steps": [written(s) for s in steps]}
    model = model.to(dtype)
    trained = copy.deepcopy(model).train()
    adams, schedules = ref.optimisers([trained.enc, trained.dec], RATE, WARM_UP)
    losses = []
    for i, s in enumerate(steps):
        for adam in adams:
            adam.zero_grad()
        c = one_hot(s["arm"], n_conditions).to(dtype)
        _, mse, kl = trained.parts(s["x"].to(dtype), s["target"].to(dtype), c, [m.to(dtype) for m in s["masks"]], s["noise"].to(dtype))
        loss = mse if kl is None else mse + kl_weight * kl
        loss.backward()
        losses.append({"loss": float(loss.detach()), "mse": float(mse.detach()), "kl": None if kl is None else float(kl.detach())})
        if i == 0:
            case["gradients"] = gradients(trained)
        for adam, schedule in zip(adams, schedules):
            adam.step()
            schedule.step()
    case |= {"losses": losses, "after": exported(named(trained))}
    model.eval()
    with torch.no_grad():
        x, arm = expression(rng, 5), np.arange(5) % n_conditions
        z = model.enc(x.to(dtype))[0]
        case["eval"] = {"x": tensor(x), "arm": arm.tolist(), "latent": tensor(z), "predicted": tensor(model.predict(x.to(dtype), one_hot(arm, n_conditions).to(dtype)))}
    return case


def adversarial_case(seed: int, gaussian: bool, dtype=torch.float32) -> dict:
    """Three joint steps: the autoencoder against the discriminator, then the discriminator on the same latents."""
    layers, n_conditions = [10, 5], 2
    rng, model, case = network(seed, layers, n_conditions, [], False)
    judge = ref.Discriminator(layers[-1])
    case["discriminator"] = exported(named(judge))
    learners = 2 * BATCH if gaussian else BATCH
    steps = []
    for i in range(3):
        s = inputs(rng, layers, n_conditions, False)
        # The last batch holds no treated cell.
        s["arm"] = s["arm"] if i < 2 else np.zeros(BATCH, dtype=int)
        s["labels"] = torch.tensor(rng.uniform(0, 0.1, BATCH) + np.where(s["arm"] == 0, 0.9, 0.0), dtype=torch.float32)[:, None]
        s["normal"] = torch.tensor(rng.normal(size=(BATCH, layers[-1])), dtype=torch.float32) if gaussian else None
        s |= {"judge_mask": mask(rng, BATCH, 32, 0.1), "learner_mask": mask(rng, learners, 32, 0.1)}
        steps.append(s)
    case |= {"gaussian": gaussian, "adversarial_weight": WEIGHT, "steps": [written(s) for s in steps]}
    model, judge = model.to(dtype).train(), judge.to(dtype).train()
    adams, schedules = ref.optimisers([model.enc, model.dec, judge], RATE, WARM_UP)
    losses = []
    for i, s in enumerate(steps):
        s = {k: [m.to(dtype) for m in v] if isinstance(v, list) else v.to(dtype) if isinstance(v, torch.Tensor) else v for k, v in s.items()}
        for adam in adams:
            adam.zero_grad()
        z, mse, _ = model.parts(s["x"], s["target"], one_hot(s["arm"], n_conditions).to(dtype), s["masks"])
        chosen = torch.ones(BATCH, dtype=torch.bool) if gaussian else torch.from_numpy(s["arm"] != 0)
        logits = judge(z, s["judge_mask"])
        wanted = torch.ones_like(logits) if gaussian else 1 - s["labels"]
        fooled = F.binary_cross_entropy_with_logits(logits[chosen], wanted[chosen]) if chosen.any() else torch.zeros((), dtype=dtype)
        loss = (1 - WEIGHT) * mse + WEIGHT * fooled
        loss.backward()
        if i == 0:
            case["gradients"] = gradients(model)
        for adam in adams[:2]:
            adam.step()
        adams[2].zero_grad()
        z = z.detach()
        if gaussian:
            logits = judge(torch.cat([s["normal"], z]), s["learner_mask"])
            halves = [F.binary_cross_entropy_with_logits(part, torch.full_like(part, t)) for part, t in zip(logits.split(BATCH), (1.0, 0.0))]
            learnt = 0.5 * halves[0] + 0.5 * halves[1]
        else:
            learnt = F.binary_cross_entropy_with_logits(judge(z, s["learner_mask"]), s["labels"])
        learnt.backward()
        if i == 0:
            case["discriminator_gradients"] = gradients(judge)
        adams[2].step()
        for schedule in schedules:
            schedule.step()
        losses.append({"mse": float(mse.detach()), "fooled": float(fooled.detach()), "learnt": float(learnt.detach())})
    case |= {"losses": losses, "after": exported(named(model)), "discriminator_after": exported(named(judge))}
    return case


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    cases = {
        # The thesis' network for one treatment, in small.
        "mtae": autoencoder_case(30, [10, 5], 2, []),
        # Several treatments, deeper, with pairs of different cells.
        "mtae_ot": autoencoder_case(31, [12, 8, 5], 4, [6], pairs=True),
        "mtvae": autoencoder_case(32, [10, 5], 3, [6], variational=True),
        "mtae_adv": adversarial_case(33, False),
        "mtae_adv_gaussian": adversarial_case(34, True),
    }
    for name, case in cases.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
