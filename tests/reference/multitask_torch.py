"""Multi-head autoencoder and UnitedNet in plain PyTorch: the independent references of Dosefront's own implementations.

Written from prose descriptions (T. Katzalis, Multi-task learning in perturbation modeling, AUTH 2025: the alternative to
feature-wise modulation; UnitedNet, Tang et al., Nature Communications 2023), on the layers of mtae_torch.py. No code of either
was used.

  multi-head    encoder of the multi-task autoencoder; one decoder (hidden layers in reverse, Linear -> LeakyReLU) per condition
  loss          MSE over all entries, every cell through the decoder of its own condition

  UnitedNet     per modality (control, each dose) an encoder (Linear -> BatchNorm1d -> ReLU), a decoder (the same, last layer
                linear) and a discriminator (Linear -> ReLU -> Linear -> sigmoid); fuser: softmax-weighted mean of two latents; projector
                Linear -> LayerNorm -> ReLU; cell types: vectors of length 1
  translation   MSE of both reconstructions + MSE of both translations + .1 * least-squares GAN (discriminator on detached
                translated cells, generator with the discriminator's weights fixed, each with the factor 1/2)
  identification  class-weighted cross-entropy of the type from the fused latent
  optimiser     an Adam per task over the weights of the task, gradient norm clipped
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from mtae_torch import Encoder, Hidden, linear


class Head(nn.Module):
    """Latent space to genes."""

    def __init__(self, n_genes: int, layers: list[int]):
        super().__init__()
        widths = [*reversed(layers), n_genes]
        self.hidden = nn.ModuleList(Hidden(a, b) for a, b in zip(widths, widths[1:-1]))
        self.output = linear(widths[-2], widths[-1])

    def forward(self, z, masks=None):
        for i, layer in enumerate(self.hidden):
            z = layer(z, None if masks is None else masks[i])
        return F.leaky_relu(self.output(z), 0.01)


class MultiHead(nn.Module):
    def __init__(self, n_genes: int, n_conditions: int, layers: list[int]):
        super().__init__()
        self.enc = Encoder(n_genes, layers, variational=False)
        self.heads = nn.ModuleList(Head(n_genes, layers) for _ in range(n_conditions))
        self.n_hidden = len(layers) - 1

    def loss(self, x, arm, masks):
        """Every cell is put through its own head, wherever it stands in the batch."""
        z = self.enc(x, masks[: 1 + self.n_hidden])[0]
        squares = torch.zeros((), dtype=x.dtype)
        for i, head in enumerate(self.heads):
            own = torch.nonzero(arm == i).flatten()
            if len(own) > 0:
                decoded = head(z[own], [mask[own] for mask in masks[1 + self.n_hidden :]])
                squares = squares + ((decoded - x[own]) ** 2).sum()
        return squares / x.numel()

    def predict(self, x, arm: int):
        """Eval mode: one prediction per cell."""
        return self.heads[arm](self.enc(x)[0])


class Blocks(nn.Module):
    """Linear -> BatchNorm1d -> ReLU, and a linear layer at the end if asked for."""

    def __init__(self, widths: list[int], linear_end: bool):
        super().__init__()
        blocks = widths[:-1] if linear_end else widths
        self.hidden = nn.ModuleList(nn.ModuleDict({"linear": nn.Linear(a, b), "norm": nn.BatchNorm1d(b)}) for a, b in zip(blocks, blocks[1:]))
        self.last = nn.Linear(widths[-2], widths[-1]) if linear_end else None

    def forward(self, x):
        for layer in self.hidden:
            x = F.relu(layer["norm"](layer["linear"](x)))
        return x if self.last is None else self.last(x)


class Judge(nn.Module):
    def __init__(self, n_genes: int, width: int):
        super().__init__()
        self.hidden = nn.Linear(n_genes, width)
        self.output = nn.Linear(width, 1)

    def forward(self, x):
        return torch.sigmoid(self.output(F.relu(self.hidden(x))))


class UnitedNet(nn.Module):
    def __init__(self, n_genes: int, n_modalities: int, n_types: int, layers: list[int], projector: int, judge: int):
        super().__init__()
        widths = [n_genes, *layers]
        self.encoder = nn.ModuleList(Blocks(widths, linear_end=False) for _ in range(n_modalities))
        self.decoder = nn.ModuleList(Blocks(widths[::-1], linear_end=True) for _ in range(n_modalities))
        self.judge = nn.ModuleList(Judge(n_genes, judge) for _ in range(n_modalities))
        self.weights = nn.Parameter(torch.zeros(n_modalities))
        self.projector = nn.Linear(layers[-1], projector)
        self.norm = nn.LayerNorm(projector)
        self.types = nn.Parameter(torch.randn(n_types, projector))

    def of_translation(self) -> list[nn.Parameter]:
        return [*self.encoder.parameters(), *self.decoder.parameters(), *self.judge.parameters()]

    def of_identification(self) -> list[nn.Parameter]:
        return [*self.encoder.parameters(), self.weights, *self.projector.parameters(), *self.norm.parameters(), self.types]

    def translation(self, control, treated, arm: int) -> dict[str, torch.Tensor]:
        z0, z1 = self.encoder[0](control), self.encoder[arm](treated)
        own = F.mse_loss(self.decoder[0](z0), control) + F.mse_loss(self.decoder[arm](z1), treated)
        to_treated, to_control = self.decoder[arm](z0), self.decoder[0](z1)
        across = F.mse_loss(to_treated, treated) + F.mse_loss(to_control, control)
        learnt = fooled = torch.zeros((), dtype=control.dtype)
        for judge, real, fake in [(self.judge[0], control, to_control), (self.judge[arm], treated, to_treated)]:
            learnt = learnt + 0.5 * ((judge(real) - 1) ** 2).mean() + 0.5 * (judge(fake.detach()) ** 2).mean()
            fixed = {name: weight.detach() for name, weight in judge.named_parameters()}
            fooled = fooled + 0.5 * ((torch.func.functional_call(judge, fixed, (fake,)) - 1) ** 2).mean()
        return {"reconstruction": own, "translation": across, "discriminator": learnt, "generator": fooled}

    def identification(self, control, treated, arm: int, types, class_weights) -> torch.Tensor:
        shares = torch.softmax(self.weights[[0, arm]], dim=0)
        fused = shares[0] * self.encoder[0](control) + shares[1] * self.encoder[arm](treated)
        projected = F.relu(self.norm(self.projector(fused)))
        return F.cross_entropy(projected @ F.normalize(self.types, dim=1).t(), types, weight=class_weights)

    def predict(self, control, arm: int):
        """Eval mode."""
        return self.decoder[arm](self.encoder[0](control))
