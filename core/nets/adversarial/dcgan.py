"""DCGAN by its five guidelines: Radford, Metz and Chintala 2016, arXiv 1511.06434, section 3.

Strides instead of pooling; batch normalisation in both (in the critic unless its slope is bounded
otherwise); no fully connected hidden layers; ReLU in the generator and tanh at its end; leaky ReLU
in the critic.
"""

from __future__ import annotations

from torch import Tensor, nn

from core.nets.adversarial.parts import SLOPE, Critic, Generator, Noise, first_side

KERNEL = 4  # a multiple of the stride, so that no place is written to more often than another


class DCGenerator(Generator):
    """Noise to a map of 4x4, then transposed convolutions that double it."""

    def __init__(self, latent: int, channels: int, side: int, width: int, classes: int) -> None:
        super().__init__()
        self.noise = Noise(latent, classes)
        self.side = side
        first, times = first_side(side)
        dim = width * min(8, max(4, 2 ** (times - 1)))
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(self.noise.dim, dim, first, bias=False),
            nn.BatchNorm2d(dim),
            nn.ReLU(),
        ]
        for _ in range(times - 1):
            layers += [
                nn.ConvTranspose2d(dim, dim // 2, KERNEL, 2, 1, bias=False),
                nn.BatchNorm2d(dim // 2),
                nn.ReLU(),
            ]
            dim //= 2
        layers += [nn.ConvTranspose2d(dim, channels, KERNEL, 2, 1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        made = self.layers(self.noise(latents, labels)[:, :, None, None])
        return made[:, :, : self.side, : self.side]


class DCCritic(Critic):
    """Convolutions of stride 2 that double the channels, down to a map of about 4x4."""

    def __init__(self, channels: int, side: int, width: int, classes: int, normed: bool) -> None:
        super().__init__(normed)
        self.blocks = nn.ModuleDict()
        given, made = channels, width
        for number in range(first_side(side)[1]):
            batch = normed and number > 0  # not where it sees the pictures themselves
            layers: list[nn.Module] = [nn.Conv2d(given, made, KERNEL, 2, 1, bias=not batch)]
            if batch:
                layers.append(nn.BatchNorm2d(made))
            self.blocks[f"map {number + 1}"] = nn.Sequential(*layers, nn.LeakyReLU(SLOPE))
            side, given, made = side // 2, made, 2 * made
        self.read_from(given * side * side, classes)
