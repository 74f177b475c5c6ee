"""Writes fixtures/scgen/*.json: small exact cases for Dosefront's scGen, norms and Adam (see README.md for the layout).

    python make_scgen_fixtures.py

Everything is computed in float32 on one thread and printed as the double of equal value. The script also repeats the
scGen case in float64 and prints how far the two are apart, which tells what tolerance a test can ask for.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

import scgen_torch as ref

FOLDER = Path(__file__).parent / "fixtures" / "scgen"
GENES, HIDDEN, LATENT, BATCH, KEEP = 40, (16, 16), 5, 8, 0.8


def tensor(value) -> dict:
    """{"shape": [...], "data": [row-major]}."""
    value = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
    return {"shape": list(value.shape), "data": [float(v) for v in value.astype(np.float32).ravel()]}


def exported(named: dict[str, torch.Tensor]) -> dict:
    """Linear weights are transposed to [in, out]; they are the only matrices."""
    return {k: tensor(v.t() if v.dim() == 2 else v) for k, v in named.items()}


def state_of(model: nn.Module) -> dict:
    """All weights and running statistics."""
    return exported({k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")})


def expression(rng: np.random.Generator, cells: int) -> torch.Tensor:
    """Something like log-normalised counts: non-negative, many zeros, gene means that differ."""
    rate = np.exp(rng.normal(0.0, 1.0, GENES))
    return torch.tensor(np.log1p(rng.poisson(rate, (cells, GENES)) * 1.7), dtype=torch.float32)


def step_inputs(rng: np.random.Generator) -> dict:
    """One training batch with its noise and the four scaled dropout masks (two encoder layers, two decoder layers)."""
    masks = [(rng.random((BATCH, 16)) < KEEP) / KEEP for _ in range(4)]
    return {
        "x": expression(rng, BATCH),
        "noise": torch.tensor(rng.normal(size=(BATCH, LATENT)), dtype=torch.float32),
        "masks": [torch.tensor(m, dtype=torch.float32) for m in masks],
    }


def shake(model: nn.Module, rng: np.random.Generator) -> None:
    """Norm weights and running statistics away from 1 and 0, where mistakes would not show."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d):
            n = layer.num_features
            layer.weight.data = torch.tensor(rng.uniform(0.6, 1.4, n), dtype=torch.float32)
            layer.bias.data = torch.tensor(rng.normal(0.0, 0.2, n), dtype=torch.float32)
            layer.running_mean = torch.tensor(rng.normal(0.0, 0.3, n), dtype=torch.float32)
            layer.running_var = torch.tensor(rng.uniform(0.4, 1.6, n), dtype=torch.float32)


def scgen_case(dtype: torch.dtype) -> dict:
    """The whole scGen case, computed in `dtype` from the same float32 inputs."""
    rng = np.random.default_rng(20)
    torch.manual_seed(20)
    model = ref.ScGen(GENES, HIDDEN, LATENT)
    shake(model, rng)
    steps = [step_inputs(rng) for _ in range(3)]
    case: dict = {
        "about": "Linear weights are [in, out]; loss = .5 sse + .5 * 5e-5 kl (means over cells); gradients without weight decay; "
        "eval, latent_arithmetic and elbo_validation use `initial`",
        "genes": GENES, "hidden": list(HIDDEN), "latent": LATENT, "batch": BATCH, "kl_weight": ref.KL_WEIGHT, "variance_floor": ref.VARIANCE_FLOOR,
        "batch_norm": {"momentum": 0.01, "eps": 1e-3}, "leaky_slope": 0.01, "dropout": 0.2,
        "adam": {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 0.01, "weight_decay": 1e-6},
        "initial": state_of(model),
        "steps": [{"x": tensor(s["x"]), "noise": tensor(s["noise"]), "masks": [tensor(m) for m in s["masks"]]} for s in steps],
    }
    model = model.to(dtype)
    for s in steps:
        s.update(x=s["x"].to(dtype), noise=s["noise"].to(dtype), masks=[m.to(dtype) for m in s["masks"]])

    trained = copy.deepcopy(model).train()
    adam = ref.optimiser(trained, foreach=False)
    losses = []
    for i, s in enumerate(steps):
        adam.zero_grad()
        sse, kl = trained.parts(s["x"], s["noise"], s["masks"])
        loss = ref.objective(sse, kl)
        loss.backward()
        losses.append({"loss": float(loss.detach()), "sse": float(sse.detach().mean()), "kl": float(kl.detach().mean())})
        if i == 0:
            case["first_step"] = {
                "sse_per_cell": tensor(sse), "kl_per_cell": tensor(kl),
                "gradients": exported({k: p.grad.clone() for k, p in trained.named_parameters()}),
            }
        adam.step()
    case["losses"] = losses
    moments = {k: adam.state[p] for k, p in trained.named_parameters()}
    case["after_steps"] = {
        "state": state_of(trained), "adam_step": 3,
        "adam_m": exported({k: m["exp_avg"] for k, m in moments.items()}),
        "adam_v": exported({k: m["exp_avg_sq"] for k, m in moments.items()}),
    }

    model.eval()
    with torch.no_grad():
        x = expression(rng, 6)
        mu, var = model.encode(x.to(dtype))
        case["eval"] = {"x": tensor(x), "mu": tensor(mu), "var": tensor(var), "decode_mu": tensor(model.decode(mu))}
        noise = torch.tensor(rng.normal(size=(6, LATENT)), dtype=torch.float32)
        case["elbo_validation"] = {"noise": tensor(noise), "value": ref.elbo(model, x.to(dtype), noise.to(dtype)), "x": "eval.x"}

        # Three types of unequal size; type 2 is held out (control cells only).
        cell_type = np.repeat([0, 0, 1, 1, 2], [3, 2, 1, 4, 3])
        treated = np.repeat([False, True, False, True, False], [3, 2, 1, 4, 3])
        cells = expression(rng, len(cell_type))
        latent = model.encode(cells.to(dtype))[0]
        delta = ref.balanced_shift(latent.numpy(), cell_type, treated)
        target = latent[torch.from_numpy(cell_type == 2)]
        predicted = model.decode(target + torch.tensor(delta.astype(np.float32)).to(dtype))
        case["latent_arithmetic"] = {
            "x": tensor(cells), "cell_type": cell_type.tolist(), "treated": treated.tolist(), "held_out": 2,
            "latent": tensor(latent), "delta": tensor(delta), "predicted": tensor(predicted),
        }
    return case


def batch_norm_case(momentum: float, eps: float) -> dict:
    """Three batches through one layer in train mode, then one in eval mode; gradients for the first batch."""
    rng = np.random.default_rng(21)
    layer = nn.BatchNorm1d(4, momentum=momentum, eps=eps)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rng.uniform(0.5, 1.5, 4)))
        layer.bias.copy_(torch.tensor(rng.normal(0, 0.5, 4)))
    case = {"momentum": momentum, "eps": eps, "weight": tensor(layer.weight), "bias": tensor(layer.bias), "batches": []}
    # The last feature barely varies, so that eps decides its scale.
    spread = np.array([1.0, 3.0, 0.2, 0.01])
    for i in range(3):
        x = torch.tensor(rng.normal(0.5, 1.0, (6, 4)) * spread, dtype=torch.float32, requires_grad=True)
        y = layer(x)
        batch = {"x": tensor(x), "y": tensor(y)}
        if i == 0:
            upstream = torch.tensor(rng.normal(size=(6, 4)), dtype=torch.float32)
            y.backward(upstream)
            batch |= {"upstream": tensor(upstream), "grad_x": tensor(x.grad), "grad_weight": tensor(layer.weight.grad), "grad_bias": tensor(layer.bias.grad)}
        batch |= {"running_mean": tensor(layer.running_mean), "running_var": tensor(layer.running_var)}
        case["batches"].append(batch)
    x = torch.tensor(rng.normal(0.5, 1.0, (3, 4)) * spread, dtype=torch.float32)
    case["eval"] = {"x": tensor(x), "y": tensor(layer.eval()(x))}
    return case


def layer_norm_case() -> dict:
    """Layer norm over the last axis, eps 1e-5, biased variance."""
    rng = np.random.default_rng(22)
    layer = nn.LayerNorm(7, eps=1e-5)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(rng.uniform(0.5, 1.5, 7)))
        layer.bias.copy_(torch.tensor(rng.normal(0, 0.5, 7)))
    x = torch.tensor(rng.normal(1.0, 2.0, (5, 7)), dtype=torch.float32, requires_grad=True)
    upstream = torch.tensor(rng.normal(size=(5, 7)), dtype=torch.float32)
    y = layer(x)
    y.backward(upstream)
    return {
        "eps": 1e-5, "weight": tensor(layer.weight), "bias": tensor(layer.bias), "x": tensor(x), "y": tensor(y), "upstream": tensor(upstream),
        "grad_x": tensor(x.grad), "grad_weight": tensor(layer.weight.grad), "grad_bias": tensor(layer.bias.grad),
    }


def adam_case(lr: float, eps: float, weight_decay: float) -> dict:
    """Five steps on a vector with given gradients, some as small as eps; the decay is added to the gradient."""
    rng = np.random.default_rng(23)
    w = torch.tensor(rng.normal(size=6), dtype=torch.float32, requires_grad=True)
    adam = torch.optim.Adam([w], lr=lr, eps=eps, weight_decay=weight_decay, foreach=False)
    case = {"lr": lr, "beta1": 0.9, "beta2": 0.999, "eps": eps, "weight_decay": weight_decay, "initial": tensor(w), "steps": []}
    for _ in range(5):
        w.grad = torch.tensor(rng.normal(size=6) * np.array([10.0, 1.0, 0.1, 0.01, 0.001, 0.0]), dtype=torch.float32)
        adam.step()
        state = adam.state[w]
        case["steps"].append({"gradient": tensor(w.grad), "weight": tensor(w), "m": tensor(state["exp_avg"]), "v": tensor(state["exp_avg_sq"])})
    return case


def apart(a, b, path: str = "") -> dict[str, tuple[float, float]]:
    """Largest absolute difference of every tensor, and the largest absolute value in it."""
    if isinstance(a, dict) and "data" in a:
        a, b = np.array(a["data"]), np.array(b["data"])
        return {path: (float(np.abs(a - b).max()), float(np.abs(b).max()))}
    if isinstance(a, dict):
        return {k2: v for k in a for k2, v in apart(a[k], b[k], f"{path}.{k}").items()}
    if isinstance(a, list):
        return {k2: v for i in range(len(a)) for k2, v in apart(a[i], b[i], f"{path}.{i}").items()}
    return {path: (abs(a - b), abs(b))} if isinstance(a, float) else {}


def main() -> None:
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    case = scgen_case(torch.float32)
    layers = {
        "batch_norm": [batch_norm_case(0.01, 1e-3), batch_norm_case(0.1, 1e-5)],
        "layer_norm": layer_norm_case(),
        "adam": [adam_case(1e-3, 0.01, 1e-6), adam_case(0.05, 0.01, 0.1), adam_case(1e-3, 1e-8, 0.0)],
    }
    for name, content in {"scgen": case, "layers": layers}.items():
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")

    differences = apart(case, scgen_case(torch.float64))
    for start in (".first_step.gradients", ".losses", ".after_steps.state", ".after_steps.adam_m", ".after_steps.adam_v", ".eval", ".elbo_validation", ".latent_arithmetic"):
        mine = {k: v for k, v in differences.items() if k.startswith(start)}
        worst = max(mine, key=lambda k: mine[k][0])
        print(f"float32 against float64 {start}: at most {mine[worst][0]:.1e} ({worst}, values up to {mine[worst][1]:.2g})")


if __name__ == "__main__":
    main()
