"""Plain layers, for points in the plane and for a first look at small pictures."""

from __future__ import annotations

from torch import Tensor, nn

from core.nets.adversarial.parts import SLOPE, Critic, Generator, Noise

LAYERS = 3  # hidden ones


class LayersGenerator(Generator):
    """Three hidden layers of `width`; pictures end in tanh, points do not."""

    def __init__(self, latent: int, channels: int, side: int, width: int, classes: int) -> None:
        super().__init__()
        self.noise = Noise(latent, classes)
        layers: list[nn.Module] = []
        given = self.noise.dim
        for _ in range(LAYERS):
            layers += [nn.Linear(given, width), nn.ReLU()]
            given = width
        layers.append(nn.Linear(given, channels * side * side))
        if side > 1:
            layers.append(nn.Tanh())
        self.layers = nn.Sequential(*layers)
        self.shape = (channels, side, side)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.layers(self.noise(latents, labels)).unflatten(1, self.shape)


class LayersCritic(Critic):
    """Three hidden layers of `width`."""

    def __init__(self, channels: int, side: int, width: int, classes: int, normed: bool) -> None:
        super().__init__()  # is never normed, whatever is asked for
        self.blocks = nn.ModuleDict()
        given = channels * side * side
        for number in range(LAYERS):
            layers = [nn.Linear(given, width), nn.LeakyReLU(SLOPE)]
            flat = [nn.Flatten()] if number == 0 else []
            self.blocks[f"layer {number + 1}"] = nn.Sequential(*flat, *layers)
            given = width
        self.read_from(width, classes)
