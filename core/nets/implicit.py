"""Networks from a place to one number: a distance, or how likely it is within.

Sine: Sitzmann et al., "Implicit neural representations with periodic activation functions", NeurIPS
2020, arXiv 2006.09661, with its first weights (section 3.2). Softplus: Gropp et al., "Implicit
geometric regularization", ICML 2020, arXiv 2002.10099, begun as the distance to a ball (Atzmon and
Lipman, "SAL", CVPR 2020, theorem 1).
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.radiance import positional_encoding

SINE = 30.0  # ω0 of the paper
SHARPNESS = 100.0  # β of the softplus, as in the paper: nearly a ReLU, but smooth
FIRST_RADIUS = 0.6  # of the ball that a softplus network is at first


class ImplicitMLP(nn.Module):
    """`depth` layers of `width` that see a place, and waves of it in so many octaves."""

    def __init__(self, width: int, depth: int, activation: str, frequencies: int = 0) -> None:
        super().__init__()
        self.activation, self.frequencies = activation, frequencies
        first = 3 + 6 * frequencies
        sizes = [first] + [width] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.last = nn.Linear(width, 1)
        if activation == "sine":
            self._begin_as_waves()
        elif activation == "softplus":
            self._begin_as_ball()

    @torch.no_grad()
    def _begin_as_waves(self) -> None:
        for number, layer in enumerate([*self.layers, self.last]):
            inputs = layer.weight.shape[1]
            reach = 1 / inputs if number == 0 else math.sqrt(6 / inputs) / SINE
            nn.init.uniform_(layer.weight, -reach, reach)

    @torch.no_grad()
    def _begin_as_ball(self) -> None:
        layers = [layer for layer in self.layers if isinstance(layer, nn.Linear)]
        for layer in layers:
            nn.init.normal_(layer.weight, 0, math.sqrt(2 / layer.weight.shape[0]))
            layer.bias.zero_()
        layers[0].weight[:, 3:].zero_()  # waves join in as it learns
        inputs = self.last.weight.shape[1]
        nn.init.normal_(self.last.weight, math.sqrt(math.pi / inputs), 1e-5)
        self.last.bias.fill_(-FIRST_RADIUS)

    def forward(self, points: Tensor) -> Tensor:
        """(N,) at points (N, 3)."""
        found = points
        if self.frequencies:
            found = torch.cat([points, positional_encoding(points, self.frequencies)], dim=1)
        for layer in self.layers:
            found = layer(found)
            if self.activation == "sine":
                found = torch.sin(SINE * found)
            elif self.activation == "softplus":
                found = F.softplus(found, beta=SHARPNESS)
            else:
                found = found.relu_()
        return self.last(found).float()[:, 0]


def with_gradient(f: nn.Module, points: Tensor) -> tuple[Tensor, Tensor]:
    """Values (N,) and their gradients (N, 3) at points, both of which can be learned from."""
    with torch.enable_grad():
        places = points.detach().requires_grad_()
        values = f(places)
        (slope,) = torch.autograd.grad(values.sum(), places, create_graph=True)
    return values, slope


def eikonal(slope: Tensor) -> Tensor:
    """Mean of (‖∇f‖ − 1)², 0 of a distance: equation 2 of Gropp et al."""
    return (slope.norm(dim=1) - 1).square().mean()
