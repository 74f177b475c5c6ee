"""Writes fixtures/scvi/*.json from the VAE module of scvi-tools itself (see README.md for the layout).

    python make_scvi_fixtures.py

The module of scvi-tools runs unchanged, but for its random numbers: latent noise and dropout masks are given. What it
computes is checked here once more against formulas written out by hand, among them those of scVI 0.3.0 that today's module
only has under other settings (latent library sizes, no floor under the variance).
"""

from __future__ import annotations

import copy
import json
import math
from collections import deque
from pathlib import Path

import numpy as np
import torch
from scvi.distributions import ZeroInflatedNegativeBinomial
from scvi.module import VAE
from torch import nn
from torch.distributions import Normal

torch.set_num_threads(1)
FOLDER = Path(__file__).parent / "fixtures" / "scvi"
GENES, HIDDEN, LATENT, BATCH, N_BATCHES, KEEP = 24, 12, 3, 10, 3, 0.9
# name: (likelihood, layers, latent library, norm, variance floor, weight decay)
CASES = {
    "zinb": ("zinb", 1, False, "batch", 1e-4, 1e-6),
    "nb_two_layers": ("nb", 2, False, "batch", 1e-4, 1e-6),
    "paper": ("zinb", 2, True, "batch", 0.0, 0.0),
    "latent_nb": ("nb", 1, True, "batch", 1e-4, 1e-6),
    "layer_norm": ("zinb", 2, False, "layer", 1e-4, 1e-6),
}
NOISE: deque[torch.Tensor] = deque()


def given_noise(self: Normal, sample_shape=()) -> torch.Tensor:
    """In place of `Normal.rsample`: the next of the given draws."""
    return self.loc + self.scale * NOISE.popleft().to(self.loc.dtype)


Normal.rsample = given_noise


class Mask(nn.Module):
    """In place of `nn.Dropout`: the next of the given masks, already divided by 1 - p."""

    def __init__(self):
        super().__init__()
        self.next: deque[torch.Tensor] = deque()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.next.popleft().to(x.dtype) if self.training else x


def replace_dropout(module: nn.Module) -> list[Mask]:
    """Masks of all layers in order: those of the encoder, then those of the library's encoder."""
    found = []
    for sequence in [m for m in module.modules() if isinstance(m, nn.Sequential)]:
        for i, layer in enumerate(sequence):
            if isinstance(layer, nn.Dropout):
                sequence[i] = Mask()
                found.append(sequence[i])
    return found


def tensor(value) -> dict:
    """{"shape": [...], "data": [row-major]}, nine significant digits: exact for single precision."""
    value = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
    return {"shape": list(value.shape), "data": [float(f"{v:.9g}") for v in value.astype(np.float32).ravel()]}


def our_name(name: str) -> str | None:
    """Dosefront's name of a parameter of scvi-tools; None for what is never used."""
    network, _, rest = name.partition(".")
    if network == "px_r":
        return "decoder.log_theta"
    network = {"z_encoder": "encoder", "l_encoder": "library"}.get(network, network)
    for head, ours in [("mean_encoder", "mean"), ("var_encoder", "log_var"), ("px_scale_decoder.0", "scale"), ("px_dropout_decoder", "dropout")]:
        if rest.startswith(head):
            return f"{network}.{ours}{rest[len(head):]}"
    for stack in ("encoder.fc_layers.Layer ", "px_decoder.fc_layers.Layer "):
        if rest.startswith(stack):
            layer, part, kind = rest[len(stack):].split(".")
            return f"{network}.{layer}.{'linear' if part == '0' else 'norm'}.{kind}"
    return None


def exported(named) -> dict:
    """Weights are transposed to [in, out]; what a case does not use is left out."""
    out = {}
    for name, value in named:
        ours = our_name(name)
        if value is not None and ours is not None and not name.endswith("num_batches_tracked"):
            out[ours] = tensor(value.t() if value.dim() == 2 else value)
    return out


def counts(rng: np.random.Generator, cells: int) -> torch.Tensor:
    """Overdispersed counts with many zeros and genes and cells of very different size."""
    gene, cell = np.exp(rng.normal(0.0, 1.5, GENES)), np.exp(rng.normal(0.0, 0.5, (cells, 1)))
    values = rng.poisson(rng.gamma(0.7, gene * cell / 0.7, (cells, GENES)))
    values[:, 0] += 1 + 40 * rng.integers(0, 30, cells)
    return torch.tensor(values, dtype=torch.float32)


def shake(module: nn.Module, rng: np.random.Generator) -> None:
    """Norms away from 1 and 0, where mistakes would not show."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm1d):
            n = layer.num_features
            layer.weight.data = torch.tensor(rng.uniform(0.6, 1.4, n), dtype=torch.float32)
            layer.bias.data = torch.tensor(rng.normal(0.0, 0.2, n), dtype=torch.float32)
            layer.running_mean = torch.tensor(rng.normal(0.0, 0.3, n), dtype=torch.float32)
            layer.running_var = torch.tensor(rng.uniform(0.4, 1.6, n), dtype=torch.float32)


def by_hand(x, batch, out, prior, pi, theta) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Reconstruction, KL of z and KL of l of every cell by the formulas of scVI 0.3.0."""
    inference, generative = out
    mu, e = generative["px"].mu, 1e-8
    a = theta * (torch.log(theta + e) - torch.log(theta + mu + e))
    nb = a + x * (torch.log(mu + e) - torch.log(theta + mu + e)) + torch.lgamma(x + theta) - torch.lgamma(theta) - torch.lgamma(x + 1)
    if pi is not None:
        sp = nn.functional.softplus
        nb = torch.where(x == 0, sp(a - pi) - sp(-pi), -sp(-pi) - pi + nb)
    m, v = inference["qz"].loc, inference["qz"].scale ** 2
    kl_z = 0.5 * (v + m**2 - 1 - torch.log(v)).sum(1)
    kl_l = torch.zeros_like(kl_z)
    if prior is not None:
        m, v = inference["ql"].loc[:, 0], inference["ql"].scale[:, 0] ** 2
        pm, pv = (torch.tensor(prior[k][0], dtype=m.dtype)[batch[:, 0]] for k in ("mean", "var"))
        kl_l = 0.5 * (v / pv + (m - pm) ** 2 / pv - 1 - torch.log(v / pv))
    return -nb.sum(1), kl_z, kl_l


def forward(module: VAE, step: dict, masks: list[Mask]) -> dict:
    """One pass; noise and masks are those of the step."""
    NOISE.clear()
    NOISE.extend(step["noise"])
    for mask, given in zip(masks, step["masks"]):
        mask.next = deque([given])
    tensors = {"X": step["x"], "batch": step["batch"], "labels": torch.zeros_like(step["batch"])}
    inference = module.inference(**module._get_inference_input(tensors))
    generative = module.generative(**module._get_generative_input(tensors, inference))
    return {"out": (inference, generative), "loss": module.loss(tensors, inference, generative, kl_weight=1.0)}


def parts(loss) -> dict[str, torch.Tensor]:
    kl = loss.kl_local
    return {"reconstruction": loss.reconstruction_loss["reconstruction_loss"], "kl_z": kl["kl_divergence_z"], "kl_l": kl["kl_divergence_l"]}


def case(name: str, dtype: torch.dtype) -> dict:
    likelihood, n_layers, latent_library, norm, floor, decay = CASES[name]
    rng = np.random.default_rng(len(name))
    torch.manual_seed(len(name))
    prior = {"mean": rng.normal(5.0, 0.3, (1, N_BATCHES)).astype(np.float32), "var": rng.uniform(0.2, 0.6, (1, N_BATCHES)).astype(np.float32)}
    module = VAE(
        GENES, n_batch=N_BATCHES, n_hidden=HIDDEN, n_latent=LATENT, n_layers=n_layers, dropout_rate=1 - KEEP, gene_likelihood=likelihood,
        use_batch_norm="both" if norm == "batch" else "none", use_layer_norm="both" if norm == "layer" else "none",
        use_observed_lib_size=not latent_library, library_log_means=prior["mean"], library_log_vars=prior["var"],
        extra_encoder_kwargs={"var_eps": floor},
    )
    masks = replace_dropout(module)
    if not latent_library:
        del module.l_encoder
        masks = masks[:n_layers]
    shake(module, rng)
    steps = [
        {
            "x": counts(rng, BATCH), "batch": torch.tensor(rng.integers(0, N_BATCHES, (BATCH, 1))),
            "noise": [torch.tensor(rng.normal(size=(BATCH, d)), dtype=torch.float32) for d in ([LATENT, 1] if latent_library else [LATENT])],
            "masks": [torch.tensor((rng.random((BATCH, HIDDEN)) < KEEP) / KEEP, dtype=torch.float32) for _ in masks],
        }
        for _ in range(4)
    ]
    result: dict = {
        "likelihood": likelihood, "n_layers": n_layers, "library": "latent" if latent_library else "observed", "norm": norm,
        "variance_floor": floor, "genes": GENES, "hidden": HIDDEN, "latent": LATENT, "batches": N_BATCHES,
        "prior": {k: tensor(v) for k, v in prior.items()},
        "adam": {"lr": 1e-3, "eps": 0.01, "weight_decay": decay}, "initial": exported(module.state_dict().items()),
        "steps": [{"x": tensor(s["x"]), "batch": s["batch"][:, 0].tolist(), "noise": [tensor(t) for t in s["noise"]], "masks": [tensor(t) for t in s["masks"]]} for s in steps],
    }
    module.to(dtype)
    if latent_library:  # scvi-tools looks the prior up in single precision
        looked_up = copy.deepcopy(module).float()._compute_local_library_params
        module._compute_local_library_params = lambda batch: tuple(moment.to(dtype) for moment in looked_up(batch))
    for s in steps:
        s["x"] = s["x"].to(dtype)
    trained = copy.deepcopy(module).train()
    trained_masks = [m for m in trained.modules() if isinstance(m, Mask)]
    adam = torch.optim.Adam(trained.parameters(), lr=1e-3, eps=0.01, weight_decay=decay, foreach=False)
    result["losses"] = []
    for i, step in enumerate(steps[:3]):
        adam.zero_grad()
        found = forward(trained, step, trained_masks)
        if dtype == torch.float64:
            hand = by_hand(step["x"], step["batch"], found["out"], prior if latent_library else None, getattr(found["out"][1]["px"], "zi_logits", None), trained.px_r.exp())
            for ours, theirs in zip(hand, parts(found["loss"]).values()):
                torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
        found["loss"].loss.backward()
        result["losses"].append({"loss": float(found["loss"].loss.detach())} | {k: tensor(v) for k, v in parts(found["loss"]).items()})
        if i == 0:
            result["gradients"] = exported((k, p.grad) for k, p in trained.named_parameters())
        adam.step()
    result["after"] = exported(trained.state_dict().items())

    module.eval()
    with torch.no_grad():
        found = forward(module, steps[3], [])
        inference, generative = found["out"]
        result["eval"] = {
            "mean": tensor(inference["qz"].loc), "var": tensor(inference["qz"].scale ** 2), "rate": tensor(generative["px"].mu),
            "loss": float(found["loss"].loss), **{k: tensor(v) for k, v in parts(found["loss"]).items()},
        }
    return result


def grid() -> dict:
    """scvi-tools' ZINB and its gradients in double precision, on the product of the axes, the last one fastest."""
    axes = {
        "count": [0, 1, 2, 7, 60, 1000, 20000, 100000], "mu": [1e-6, 1e-3, 0.1, 1, 8, 150, 1e4, 1e5],
        "theta": [1e-3, 0.05, 0.6, 3, 40, 1e4], "logit": [-20, -2.5, 0, 1.5, 20],
    }
    axes = {k: np.asarray(v, dtype=np.float32).astype(np.float64) for k, v in axes.items()}
    x, mu, theta, pi = (torch.tensor(a.ravel()) for a in np.meshgrid(*axes.values(), indexing="ij"))
    for v in (mu, theta, pi):
        v.requires_grad_(True)
    value = ZeroInflatedNegativeBinomial(mu=mu, theta=theta, zi_logits=pi).log_prob(x)
    value.sum().backward()
    with torch.no_grad():  # the gradients by hand, which Dosefront's fused version follows
        a = theta * torch.log(theta / (theta + mu))
        r, zero = torch.sigmoid(a - pi), x == 0
        by_mu = torch.where(zero, -r * theta / (theta + mu), x / mu - (x + theta) / (theta + mu))
        above = torch.log(theta / (theta + mu)) + (mu - x) / (theta + mu) + torch.digamma(x + theta) - torch.digamma(theta)
        by_theta = torch.where(zero, r * (torch.log(theta / (theta + mu)) + mu / (theta + mu)), above)
        by_pi = torch.where(zero, torch.sigmoid(-pi) - r, -torch.sigmoid(pi))
    # For smaller means the floors of scvi-tools show.
    usual = mu.detach() > 0.01
    for ours, theirs in [(by_mu, mu.grad), (by_theta, theta.grad), (by_pi, pi.grad)]:
        torch.testing.assert_close(ours[usual], theirs[usual], rtol=2e-4, atol=1e-6)

    def rounded(t: torch.Tensor) -> list[float]:
        return [float(f"{v:.8g}") for v in t.detach().ravel().tolist()]

    return {
        **{k: [float(v) for v in a] for k, a in axes.items()}, "value": rounded(value),
        "by_mu": rounded(mu.grad), "by_theta": rounded(theta.grad), "by_logit": rounded(pi.grad),
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in CASES:
        single, double = case(name, torch.float32), case(name, torch.float64)
        apart = max(abs(a["loss"] - b["loss"]) / b["loss"] for a, b in zip(single["losses"], double["losses"]))
        grads = max(
            np.abs(np.subtract(g["data"], double["gradients"][k]["data"])).max() / (np.abs(double["gradients"][k]["data"]).max() + 1e-9)
            for k, g in single["gradients"].items() if not k.endswith("linear.bias")
        )
        print(f"{name}: loss {double['losses'][0]['loss']:.3f}; single from double precision: losses {apart:.1e}, gradients {grads:.1e}")
        (FOLDER / f"{name}.json").write_text(json.dumps(double) + "\n")
    (FOLDER / "zinb_grid.json").write_text(json.dumps(grid()) + "\n")
    for file in sorted(FOLDER.iterdir()):
        print(file.name, math.ceil(file.stat().st_size / 1000), "kB")


if __name__ == "__main__":
    main()
