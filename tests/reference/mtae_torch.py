"""The thesis' multi-task autoencoders in plain PyTorch: the independent reference of Dosefront's own implementation.

Written from a prose description of the models (T. Katzalis, Multi-task learning in perturbation modeling, AUTH 2025), not
from its code.

  hidden layer  Linear (Xavier-uniform weights) -> BatchNorm1d -> [gamma * x + beta] -> LeakyReLU(.01) -> Dropout
  encoder       input mask, hidden layers, Linear -> LeakyReLU
  decoder       hidden layers in reverse, each with gamma and beta from the one-hot condition, Linear -> LeakyReLU
  FiLM          hidden layers Linear -> LeakyReLU, gamma and beta Linear -> LeakyReLU
  variational   mean and log-variance Linear -> LeakyReLU of the latent, z = mean + noise * exp(logvar / 2)
  loss          MSE over all entries, + .004 * batch / cells * mean over cells of -.5 sum(1 + lv - mu^2 - e^lv)
  discriminator Linear with spectral norm -> LeakyReLU -> Dropout(.1) -> Linear, binary cross-entropy with logits
  optimiser     Adam with PyTorch's defaults, one for the encoder and one for the decoder, linear warm-up from 0
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def linear(n_in: int, n_out: int) -> nn.Linear:
    layer = nn.Linear(n_in, n_out)
    nn.init.xavier_uniform_(layer.weight)
    return layer


class Hidden(nn.Module):
    """Linear, batch norm, modulation if any, leaky ReLU, dropout by a given mask (already divided by 1 - p)."""

    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.linear = linear(n_in, n_out)
        self.norm = nn.BatchNorm1d(n_out)

    def forward(self, x, mask=None, film=None):
        x = self.norm(self.linear(x))
        if film is not None:
            x = film[0] * x + film[1]
        x = F.leaky_relu(x, 0.01)
        return x if mask is None else x * mask


class Film(nn.Module):
    """From conditions to the scale and shift of one hidden layer."""

    def __init__(self, n_conditions: int, hidden: list[int], n_features: int):
        super().__init__()
        widths = [n_conditions, *hidden]
        self.hidden = nn.ModuleList(linear(a, b) for a, b in zip(widths, widths[1:]))
        self.gamma = linear(widths[-1], n_features)
        self.beta = linear(widths[-1], n_features)

    def forward(self, c):
        for layer in self.hidden:
            c = F.leaky_relu(layer(c), 0.01)
        return F.leaky_relu(self.gamma(c), 0.01), F.leaky_relu(self.beta(c), 0.01)


class Encoder(nn.Module):
    def __init__(self, n_genes: int, layers: list[int], variational: bool):
        super().__init__()
        widths = [n_genes, *layers]
        self.encoder = nn.ModuleList(Hidden(a, b) for a, b in zip(widths, widths[1:-1]))
        self.latent = linear(widths[-2], widths[-1])
        if variational:
            self.mean = linear(widths[-1], widths[-1])
            self.log_var = linear(widths[-1], widths[-1])
        self.variational = variational

    def forward(self, x, masks=None):
        """Latent mean, and log-variance if variational."""
        if masks is not None:
            x = x * masks[0]
        for i, layer in enumerate(self.encoder):
            x = layer(x, None if masks is None else masks[1 + i])
        x = F.leaky_relu(self.latent(x), 0.01)
        if not self.variational:
            return x, None
        return F.leaky_relu(self.mean(x), 0.01), F.leaky_relu(self.log_var(x), 0.01)


class Decoder(nn.Module):
    def __init__(self, n_genes: int, n_conditions: int, layers: list[int], film_hidden: list[int]):
        super().__init__()
        widths = [*reversed(layers), n_genes]
        self.decoder = nn.ModuleList(Hidden(a, b) for a, b in zip(widths, widths[1:-1]))
        self.film = nn.ModuleList(Film(n_conditions, film_hidden, width) for width in widths[1:-1])
        self.output = linear(widths[-2], widths[-1])

    def forward(self, z, c, masks=None):
        for i, (layer, film) in enumerate(zip(self.decoder, self.film)):
            z = layer(z, None if masks is None else masks[i], film(c))
        return F.leaky_relu(self.output(z), 0.01)


class Mtae(nn.Module):
    """Encoder and decoder."""

    def __init__(self, n_genes: int, n_conditions: int, layers: list[int], film_hidden: list[int], variational: bool):
        super().__init__()
        self.enc = Encoder(n_genes, layers, variational)
        self.dec = Decoder(n_genes, n_conditions, layers, film_hidden)
        self.n_hidden = len(layers) - 1

    def parts(self, x, target, c, masks, noise=None):
        """Latent given to the decoder, MSE, and divergence (None if not variational). `masks`: input, encoder, decoder."""
        mean, log_var = self.enc(x, masks[: 1 + self.n_hidden])
        z = mean if log_var is None else mean + noise * torch.exp(log_var / 2)
        mse = F.mse_loss(self.dec(z, c, masks[1 + self.n_hidden :]), target)
        if log_var is None:
            return z, mse, None
        kl = (-0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(dim=1)).mean()
        return z, mse, kl

    def predict(self, x, c):
        """Eval mode: one prediction per cell."""
        return self.dec(self.enc(x)[0], c)


class Discriminator(nn.Module):
    def __init__(self, n_latent: int):
        super().__init__()
        self.hidden = spectral_norm(linear(n_latent, 32))
        self.output = linear(32, 1)

    def forward(self, z, mask):
        return self.output(F.leaky_relu(self.hidden(z), 0.01) * mask)


def optimisers(modules: list[nn.Module], rate: float, warm_up: int):
    """One Adam per module, each with a linear warm-up from 0."""
    adams = [torch.optim.Adam(m.parameters(), lr=rate, foreach=False) for m in modules]
    return adams, [torch.optim.lr_scheduler.LambdaLR(a, lambda step: min(step / warm_up, 1.0)) for a in adams]
