"""scGen in plain PyTorch: the independent reference that Dosefront's own implementation is compared with.

Written from a prose description of the model (a variational autoencoder on log-normalised expression and a shift of
its latent means), not from the code of any scGen package. The network does not see condition or cell type.

  hidden layer  Linear -> BatchNorm1d(momentum .01, eps 1e-3) -> LeakyReLU(.01) -> Dropout(.2)
  encoder       two hidden layers, heads mu = Linear, v = exp(Linear) + 1e-4, z = mu + sqrt(v) * eps
  decoder       two hidden layers, output = Linear without activation
  loss          mean over cells of .5 * SSE + .5 * 5e-5 * KL,  KL = sum_j .5 * (mu_j^2 + v_j - 1 - ln v_j)
  optimiser     Adam lr 1e-3, eps .01, weight decay 1e-6 added to the gradient (L2), on all parameters
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

KL_WEIGHT = 5e-5
VARIANCE_FLOOR = 1e-4


class Hidden(nn.Module):
    """Linear, batch norm, leaky ReLU, dropout. A given mask (already divided by 1 - p) replaces the drawn one."""

    def __init__(self, n_in: int, n_out: int, dropout: float):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.norm = nn.BatchNorm1d(n_out, momentum=0.01, eps=1e-3)
        self.act = nn.LeakyReLU(0.01)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        h = self.act(self.norm(self.linear(x)))
        return self.drop(h) if mask is None else h * mask


class ScGen(nn.Module):
    """The network. `n_hidden` holds the encoder's layer widths; the decoder has the same, reversed."""

    def __init__(self, n_genes: int, n_hidden: tuple[int, ...] = (800, 800), n_latent: int = 100, dropout: float = 0.2):
        super().__init__()
        widths = [n_genes, *n_hidden]
        self.encoder = nn.ModuleList(Hidden(a, b, dropout) for a, b in zip(widths, widths[1:]))
        self.mean = nn.Linear(n_hidden[-1], n_latent)
        self.log_var = nn.Linear(n_hidden[-1], n_latent)
        widths = [n_latent, *reversed(n_hidden)]
        self.decoder = nn.ModuleList(Hidden(a, b, dropout) for a, b in zip(widths, widths[1:]))
        self.output = nn.Linear(widths[-1], n_genes)

    def encode(self, x: torch.Tensor, masks: list[torch.Tensor] | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Latent mean and variance, each cells x latent."""
        for i, layer in enumerate(self.encoder):
            x = layer(x, None if masks is None else masks[i])
        return self.mean(x), torch.exp(self.log_var(x)) + VARIANCE_FLOOR

    def decode(self, z: torch.Tensor, masks: list[torch.Tensor] | None = None) -> torch.Tensor:
        """Expression, cells x genes; may be negative."""
        for i, layer in enumerate(self.decoder):
            z = layer(z, None if masks is None else masks[i])
        return self.output(z)

    def parts(
        self, x: torch.Tensor, noise: torch.Tensor | None = None, masks: list[torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """SSE (not halved) and KL (not weighted) of every cell. `masks`: encoder layers first, then decoder layers."""
        k = len(self.encoder)
        mu, var = self.encode(x, None if masks is None else masks[:k])
        noise = torch.randn_like(mu) if noise is None else noise
        xhat = self.decode(mu + torch.sqrt(var) * noise, None if masks is None else masks[k:])
        sse = ((x - xhat) ** 2).sum(dim=1)
        kl = (0.5 * (mu**2 + var - 1.0 - torch.log(var))).sum(dim=1)
        return sse, kl


def objective(sse: torch.Tensor, kl: torch.Tensor) -> torch.Tensor:
    """What training minimises: mean over the cells of the batch."""
    return (0.5 * sse + 0.5 * KL_WEIGHT * kl).mean()


def optimiser(model: nn.Module, **kwargs) -> torch.optim.Adam:
    """Adam as scGen uses it; its eps is a million times the usual one and matters."""
    return torch.optim.Adam(model.parameters(), lr=1e-3, eps=0.01, weight_decay=1e-6, **kwargs)


@torch.no_grad()
def elbo(model: ScGen, x: torch.Tensor, noise: torch.Tensor | None = None) -> float:
    """`elbo_validation`: mean of SSE + KL (neither halved nor weighted) in eval mode, z sampled."""
    model.eval()
    sse, kl = model.parts(x, noise)
    return float((sse + kl).mean())


@dataclass
class History:
    """What happened in training: one entry per epoch."""

    train: list[float] = field(default_factory=list)
    elbo_validation: list[float] = field(default_factory=list)
    stopped_early: bool = False


def train(
    x: np.ndarray, seed: int, *, n_hidden: tuple[int, ...] = (800, 800), n_latent: int = 100, dropout: float = 0.2,
    batch: int = 32, epochs: int = 30, patience: int | None = None, log=None,
) -> tuple[ScGen, History]:
    """Trains on `x` (cells x genes, log-normalised) and returns the network as it is after the last epoch.

    A random tenth of the cells is set aside for `elbo_validation` (training cells = ceil(.9 n)). `patience`: stop when
    that has not improved for so many epochs; the last weights are kept, not the best. None: always `epochs` epochs.
    The last, smaller batch of an epoch is used, unless it holds a single cell (batch norm has no variance then).
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(x.shape[0])
    n_train = math.ceil(0.9 * x.shape[0])
    data = torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))
    train_cells, validation = order[:n_train], data[torch.from_numpy(order[n_train:])]

    model = ScGen(x.shape[1], n_hidden, n_latent, dropout)
    adam = optimiser(model, fused=True)
    history, best, waited = History(), math.inf, 0
    for epoch in range(epochs):
        model.train()
        shuffled = torch.from_numpy(rng.permutation(train_cells))
        total = 0.0
        for start in range(0, n_train, batch):
            cells = shuffled[start : start + batch]
            if len(cells) < 2:
                continue
            adam.zero_grad(set_to_none=True)
            loss = objective(*model.parts(data[cells]))
            loss.backward()
            adam.step()
            total += loss.item() * len(cells)
        history.train.append(total / n_train)
        history.elbo_validation.append(elbo(model, validation))
        if log is not None:
            log(f"epoch {epoch + 1}: loss {history.train[-1]:.4f}, elbo_validation {history.elbo_validation[-1]:.3f}")
        if history.elbo_validation[-1] < best:
            best, waited = history.elbo_validation[-1], 0
        else:
            waited += 1
        if patience is not None and waited >= patience:
            history.stopped_early = True
            break
    model.eval()
    return model, history


@torch.no_grad()
def latent_means(model: ScGen, x: np.ndarray) -> np.ndarray:
    """mu of every cell, eval mode."""
    model.eval()
    return model.encode(torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32)))[0].numpy()


def balanced_shift(values: np.ndarray, cell_type: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Mean over types of the treated type means minus mean over types of the control type means.

    The limit of `sampled_shift`. The held-out type has control cells only: it is part of the control mean alone.
    """
    def centre(arm: np.ndarray) -> np.ndarray:
        types = np.unique(cell_type[arm])
        return np.mean([values[arm & (cell_type == t)].mean(axis=0, dtype=np.float64) for t in types], axis=0)

    return centre(treated) - centre(~treated)


def sampled_shift(values: np.ndarray, cell_type: np.ndarray, treated: np.ndarray, seed: int) -> np.ndarray:
    """The same by resampling: every type up to the largest one's size (with replacement), then equally many per arm."""
    rng = np.random.default_rng(seed)

    def balance(arm: np.ndarray) -> np.ndarray:
        groups = [np.flatnonzero(arm & (cell_type == t)) for t in np.unique(cell_type[arm])]
        largest = max(len(g) for g in groups)
        return np.concatenate([rng.choice(g, largest, replace=True) for g in groups])

    control, stimulated = balance(~treated), balance(treated)
    n = min(len(control), len(stimulated))
    control, stimulated = rng.choice(control, n, replace=False), rng.choice(stimulated, n, replace=False)
    return values[stimulated].mean(axis=0, dtype=np.float64) - values[control].mean(axis=0, dtype=np.float64)


@torch.no_grad()
def predict(model: ScGen, control: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """decode(mu(control) + delta), eval mode: one predicted cell per control cell."""
    z = latent_means(model, control) + np.asarray(delta, dtype=np.float32)
    return model.decode(torch.from_numpy(z)).numpy()
