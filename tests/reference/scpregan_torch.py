"""scPreGAN, version 2, in plain PyTorch: the independent reference of Dosefront's own implementation.

Written from a prose description of the model (Wei, Dong & Wang, Bioinformatics 2022), not from its code.

  layer          Linear -> LayerNorm -> ReLU
  encoder        layers, then Linear to the latent space
  generator      layers from the latent space to the genes, the last one too; one for control (A), one for treated cells (B)
  discriminator  Linear with spectral norm -> ReLU, then a logit of "observed" and logits of the cell types; one for A, one for B
  its loss       BCE(D_A(A), 1) + NLL(class of A) + BCE(D_A(G_A(E(B))), 0) + NLL(class of B), and the same for B
  adversarial    sum over AA, BA, ABA (D_A) and BB, AB, BAB (D_B) of BCE(D, 1) + NLL(class of the first letter)
  reconstruction MSE(AA, A) + MSE(BB, B)
  encoding       MSE(E(AA), E(A)) + MSE(E(AB), E(A)) + MSE(E(BB), E(B)) + MSE(E(BA), E(B)), the second arguments detached
  generators'    .001 adversarial + reconstruction + .1 encoding
  optimisers     Adam: generators and discriminators 1e-3, betas .5 and .9; encoder 1e-4, betas .9 and .999

AB is G_B(E(A)), ABA is G_A(E(AB)). NLL is PyTorch's, applied to probabilities, so it is minus the probability of the class. A
discriminator sees all its cells of one step in one pass, so the spectral norm does one power iteration per step.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


class Layer(nn.Module):
    def __init__(self, n_in: int, n_out: int):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.norm = nn.LayerNorm(n_out)

    def forward(self, x):
        return F.relu(self.norm(self.linear(x)))


class Encoder(nn.Module):
    def __init__(self, n_genes: int, layers: list[int]):
        super().__init__()
        widths = [n_genes, *layers[:-1]]
        self.hidden = nn.ModuleList(Layer(a, b) for a, b in zip(widths, widths[1:]))
        self.latent = nn.Linear(widths[-1], layers[-1])

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.latent(x)


class Generator(nn.Module):
    def __init__(self, n_genes: int, layers: list[int]):
        super().__init__()
        widths = [*reversed(layers), n_genes]
        self.layers = nn.ModuleList(Layer(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, z):
        for layer in self.layers:
            z = layer(z)
        return z


class Discriminator(nn.Module):
    def __init__(self, n_genes: int, layers: list[int], n_classes: int):
        super().__init__()
        widths = [n_genes, *layers[:-1]]
        self.hidden = nn.ModuleList(spectral_norm(nn.Linear(a, b)) for a, b in zip(widths, widths[1:]))
        self.observed = nn.Linear(widths[-1], 1)
        self.classes = nn.Linear(widths[-1], n_classes)

    def forward(self, x):
        """Probability of "observed", and of every class."""
        for layer in self.hidden:
            x = F.relu(layer(x))
        return torch.sigmoid(self.observed(x)), torch.softmax(self.classes(x), dim=1)


class Networks(nn.Module):
    def __init__(self, n_genes: int, layers: list[int], n_classes: int):
        super().__init__()
        self.encoder = Encoder(n_genes, layers)
        self.generator = nn.ModuleDict({side: Generator(n_genes, layers) for side in ("control", "treated")})
        self.discriminator = nn.ModuleDict({side: Discriminator(n_genes, layers, n_classes) for side in ("control", "treated")})

    def verdict(self, side: str, shown: list[tuple[torch.Tensor, torch.Tensor, float]]):
        """Sum of the means over each group of cells: (cells, their classes, 1 for observed or 0 for generated)."""
        found = self.discriminator[side](torch.cat([cells for cells, _, _ in shown]))
        total = 0
        for observed, classes, (_, own, wanted) in zip(*(part.split(len(shown[0][0])) for part in found), shown):
            total = total + F.binary_cross_entropy(observed, torch.full_like(observed, wanted)) + F.nll_loss(classes, own)
        return total

    def discriminator_loss(self, a, b, class_a, class_b):
        with torch.no_grad():
            ba = self.generator["control"](self.encoder(b))
            ab = self.generator["treated"](self.encoder(a))
        return self.verdict("control", [(a, class_a, 1.0), (ba, class_b, 0.0)]) + self.verdict("treated", [(b, class_b, 1.0), (ab, class_a, 0.0)])

    def generator_parts(self, a, b, class_a, class_b):
        """Adversarial, reconstruction, encoding."""
        to_a, to_b, e = self.generator["control"], self.generator["treated"], self.encoder
        za, zb = e(a), e(b)
        aa, ab, bb, ba = to_a(za), to_b(za), to_b(zb), to_a(zb)
        aba, bab = to_a(e(ab)), to_b(e(ba))
        adversarial = self.verdict("control", [(aa, class_a, 1.0), (ba, class_b, 1.0), (aba, class_a, 1.0)])
        adversarial = adversarial + self.verdict("treated", [(bb, class_b, 1.0), (ab, class_a, 1.0), (bab, class_b, 1.0)])
        za, zb = za.detach(), zb.detach()
        reconstruction = F.mse_loss(aa, a) + F.mse_loss(bb, b)
        encoding = F.mse_loss(e(aa), za) + F.mse_loss(e(bb), zb) + F.mse_loss(e(ba), zb) + F.mse_loss(e(ab), za)
        return adversarial, reconstruction, encoding

    def predict(self, control):
        return self.generator["treated"](self.encoder(control))


def optimisers(networks: Networks, rate: float, encoder_rate: float):
    """Of the encoder, of the generators, of the discriminators."""
    adam = lambda module, lr, betas: torch.optim.Adam(module.parameters(), lr=lr, betas=betas, foreach=False)
    return (
        adam(networks.encoder, encoder_rate, (0.9, 0.999)),
        adam(networks.generator, rate, (0.5, 0.9)),
        adam(networks.discriminator, rate, (0.5, 0.9)),
    )
