"""scButterfly's perturbation mode in plain PyTorch: the independent reference of Dosefront's own implementation.

Written from a description of the model (Cao et al., Nat Commun 2024), with random numbers and masks as arguments.

  layer         Linear (Xavier-uniform weights) -> BatchNorm1d -> LeakyReLU(.01) -> Dropout, the last one of a block without dropout
  encoder       input mask, layers from genes to embedding; decoder: the same widths in reverse, expression is normalised and rectified too
  posterior     mean and log-variance, each a layer from embedding to latent; z = mean + noise * exp(log_var / 2)
  translator    a posterior per side, and a layer from the latent space to the embedding of each side
  pre-training  one side: MSE + w KL, through a translator of its own with one output
  judge         Linear -> BatchNorm1d -> Sigmoid, on embeddings of one side
  judges' loss  BCE with soft labels t; the encoded embedding is shown where t > .5, else the one translated from the other side; both sides
  joint         four MSE + w (KL + KL) - judges' loss, the last only while it is below 1.35
  KL            mean over cells and dimensions of -.5 (1 + lv - mu^2 - e^lv)
  optimisers    Adam(1e-3) for each part, SGD(5e-3) for the judges
  pairs         per type: PCA of both groups, Euclidean distances, exact transport of equal weights, largest entry of each row
"""

from __future__ import annotations

import numpy as np
import ot
import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import PCA
from torch import nn


class Layer(nn.Module):
    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        nn.init.xavier_uniform_(self.linear.weight)
        self.norm = nn.BatchNorm1d(n_out)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.linear(x)), 0.01)


class NetBlock(nn.Module):
    def __init__(self, widths: list[int]):
        super().__init__()
        self.layers = nn.ModuleList(Layer(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x, masks=None):
        """`masks`: of the hidden layers, before them that of the input if there is one more."""
        masks = list(masks or [])
        if len(masks) == len(self.layers):
            x = x * masks.pop(0)
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < len(masks):
                x = x * masks[i]
        return x


class Posterior(nn.Module):
    def __init__(self, n_embedding: int, n_latent: int):
        super().__init__()
        self.mean = Layer(n_embedding, n_latent)
        self.log_var = Layer(n_embedding, n_latent)

    def forward(self, x, noise=None):
        """A draw (the mean without noise) and the divergence."""
        mean, log_var = self.mean(x), self.log_var(x)
        kl = -0.5 * torch.mean(1 + log_var - mean.pow(2) - log_var.exp())
        return (mean if noise is None else mean + noise * torch.exp(log_var / 2)), kl


class SingleTranslator(nn.Module):
    def __init__(self, n_embedding: int, n_latent: int):
        super().__init__()
        self.posterior = Posterior(n_embedding, n_latent)
        self.output = Layer(n_latent, n_embedding)

    def forward(self, x, noise=None):
        z, kl = self.posterior(x, noise)
        return self.output(z), kl


class Side(nn.Module):
    """Encoder, decoder and the translator of the pre-training."""

    def __init__(self, widths: list[int], n_latent: int):
        super().__init__()
        self.encoder = NetBlock(widths)
        self.translator = SingleTranslator(widths[-1], n_latent)
        self.decoder = NetBlock(widths[::-1])

    def parts(self, x, encoder_masks=None, noise=None, decoder_masks=None):
        z, kl = self.translator(self.encoder(x, encoder_masks), noise)
        return F.mse_loss(self.decoder(z, decoder_masks), x), kl


class Translator(nn.Module):
    def __init__(self, n_embedding: int, n_latent: int):
        super().__init__()
        self.control = Posterior(n_embedding, n_latent)
        self.treated = Posterior(n_embedding, n_latent)
        self.to_control = Layer(n_latent, n_embedding)
        self.to_treated = Layer(n_latent, n_embedding)

    def forward(self, x, side: str, noise=None):
        """Embeddings of the control and of the treated side, and the divergence."""
        z, kl = getattr(self, side)(x, noise)
        return self.to_control(z), self.to_treated(z), kl


class Butterfly(nn.Module):
    def __init__(self, n_genes: int, control: list[int], treated: list[int], n_embedding: int, n_latent: int):
        super().__init__()
        self.control = Side([n_genes, *control, n_embedding], n_latent)
        self.treated = Side([n_genes, *treated, n_embedding], n_latent)
        self.translator = Translator(n_embedding, n_latent)

    def translate(self, control, treated, draws: dict):
        """Encoded and translated embeddings, keyed by side of origin and of goal, and the sum of both divergences."""
        c = self.control.encoder(control, draws.get("control_masks"))
        t = self.treated.encoder(treated, draws.get("treated_masks"))
        cc, ct, kl_c = self.translator(c, "control", draws.get("control_noise"))
        tc, tt, kl_t = self.translator(t, "treated", draws.get("treated_noise"))
        return {"c": c, "t": t, "cc": cc, "ct": ct, "tc": tc, "tt": tt}, kl_c + kl_t

    def reconstruct(self, e: dict, control, treated, masks: dict):
        cc = self.control.decoder(e["cc"], masks.get("cc"))
        ct = self.treated.decoder(e["ct"], masks.get("ct"))
        tc = self.control.decoder(e["tc"], masks.get("tc"))
        tt = self.treated.decoder(e["tt"], masks.get("tt"))
        return F.mse_loss(cc, control) + F.mse_loss(tc, control) + F.mse_loss(ct, treated) + F.mse_loss(tt, treated)

    def predict(self, control):
        """Eval mode: one prediction per cell."""
        mean, _ = self.translator.control(self.control.encoder(control))
        return self.treated.decoder(self.translator.to_treated(mean))


class Judge(nn.Module):
    def __init__(self, n_embedding: int):
        super().__init__()
        self.linear = nn.Linear(n_embedding, 1)
        nn.init.xavier_uniform_(self.linear.weight)
        self.norm = nn.BatchNorm1d(1)

    def forward(self, x):
        return torch.sigmoid(self.norm(self.linear(x)))


class Judges(nn.Module):
    def __init__(self, n_embedding: int):
        super().__init__()
        self.control = Judge(n_embedding)
        self.treated = Judge(n_embedding)

    def loss(self, e: dict, labels):
        treated = torch.stack([e["t"][i] if t > 0.5 else e["ct"][i] for i, t in enumerate(labels)])
        control = torch.stack([e["c"][i] if t > 0.5 else e["tc"][i] for i, t in enumerate(labels)])
        return F.binary_cross_entropy(self.treated(treated)[:, 0], labels) + F.binary_cross_entropy(self.control(control)[:, 0], labels)


def soft_label(u: float) -> float:
    if u > 0.8 or u <= 0.2:
        return u
    return 0.8 if u > 0.5 else 0.2


def transport(control: np.ndarray, treated: np.ndarray) -> np.ndarray:
    both = np.concatenate([control, treated]).astype(np.float64)
    z = PCA(min(50, len(both) - 1, both.shape[1]), svd_solver="full").fit_transform(both)
    cost = ot.dist(z[: len(control)], z[len(control) :], metric="euclidean")
    return ot.emd(ot.unif(len(control)), ot.unif(len(treated)), cost, numItermax=100000)


def pairs(plan: np.ndarray, reuse: bool) -> tuple[list[int], list[int]]:
    """Rows and columns; without reuse the assignment along which most is transported."""
    if reuse:
        return list(range(len(plan))), plan.argmax(axis=1).tolist()
    rows, columns = linear_sum_assignment(plan, maximize=True)
    return rows.tolist(), columns.tolist()
