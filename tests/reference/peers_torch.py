"""SAUCIE's batch correction and DESC in plain PyTorch: the independent references of Dosefront's own implementations.

Written from prose descriptions (SAUCIE: Amodio et al., Nature Methods 2019; DESC: Li, Wang et al., Nature Communications 2020), not
from the code of either.

  SAUCIE   linear layers with LeakyReLU(.2) between them to the embedding and back, both linear themselves
  loss     MSE of the reference batch + .01 * MSE between standardised expression and reconstruction (each gene within the batch of
           the minibatch, variance + 1e-3) of every other batch + lambda_b * |MMD| between the reference and every other batch
  MMD      embedding / its mean, squared distances / the largest, sum of exp(-D / (2 s)) over 19 widths s from 1e-6 to 1e6
  DESC     linear layers with ReLU between them; pretraining: each layer reconstructs the output of the one before, then all
  clusters q = Student-t shares, p = q^2 / size normalised, KL(p || q), mean over cells; SGD with momentum
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

SIGMAS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 5, 10, 15, 20, 25, 30, 35, 100, 1e3, 1e4, 1e5, 1e6]


class Mlp(nn.Module):
    def __init__(self, widths: list[int], slope: float):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.slope = slope

    def layer(self, i: int, x):
        x = self.layers[i](x)
        return x if i == len(self.layers) - 1 else F.leaky_relu(x, self.slope)

    def forward(self, x):
        for i in range(len(self.layers)):
            x = self.layer(i, x)
        return x


class Autoencoder(nn.Module):
    def __init__(self, widths: list[int], slope: float):
        super().__init__()
        self.encoder = Mlp(widths, slope)
        self.decoder = Mlp(widths[::-1], slope)


def mmd(a, b, largest):
    """Of two groups of cells; `largest` squared distance in the minibatch."""

    def mean_kernel(u, v):
        squared = ((u[:, None, :] - v[None, :, :]) ** 2).sum(-1) / largest
        return sum(torch.exp(-squared / (2 * s)) for s in SIGMAS).mean()

    return (mean_kernel(a, a) + mean_kernel(b, b) - 2 * mean_kernel(a, b)).abs()


def standardised(x):
    return (x - x.mean(0)) / torch.sqrt(x.var(0, unbiased=False) + 1e-3)


def saucie_terms(model: Autoencoder, x, batch, reference: int):
    """Reconstruction of the reference, standardised reconstruction of the others, discrepancy."""
    z = model.encoder(x)
    decoded = model.decoder(z)
    scaled = z / z.mean()
    largest = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(-1).max()
    own = batch == reference
    shapes, discrepancy = torch.zeros((), dtype=x.dtype), torch.zeros((), dtype=x.dtype)
    for other in sorted(set(batch.tolist()) - {reference}):
        cells = batch == other
        shapes = shapes + F.mse_loss(standardised(decoded[cells]), standardised(x[cells]))
        discrepancy = discrepancy + mmd(scaled[own], scaled[cells], largest)
    return F.mse_loss(decoded[own], x[own]), shapes, discrepancy


def stage_loss(model: Autoencoder, stage: int, x):
    """The pretraining of layer `stage`, or of all of them behind the last."""
    n = len(model.encoder.layers)
    if stage == n:
        return F.mse_loss(model.decoder(model.encoder(x)), x)
    with torch.no_grad():
        for i in range(stage):
            x = model.encoder.layer(i, x)
    return F.mse_loss(model.decoder.layer(n - 1 - stage, model.encoder.layer(stage, x)), x)


def shares(z, centroids):
    kernel = 1 / (1 + torch.cdist(z, centroids, compute_mode="donot_use_mm_for_euclid_dist") ** 2)
    return kernel / kernel.sum(1, keepdim=True)


def target(q):
    weight = q**2 / q.sum(0)
    return weight / weight.sum(1, keepdim=True)


def divergence(p, q):
    return F.kl_div(q.log(), p, reduction="batchmean")
