"""Generators and critics by the name of their architecture."""

from __future__ import annotations

from core.nets.adversarial.autoencoding import AutoencodingCritic
from core.nets.adversarial.dcgan import DCCritic, DCGenerator
from core.nets.adversarial.mlp import LayersCritic, LayersGenerator
from core.nets.adversarial.parts import Critic, Generator
from core.nets.adversarial.progressive import GrowingCritic, GrowingGenerator
from core.nets.adversarial.residual import ResidualCritic, ResidualGenerator

ARCHITECTURES = ("dcgan", "mlp", "residual", "progressive")
LEAST_SIDE = 8
_PAIRS = {
    "dcgan": (DCGenerator, DCCritic),
    "mlp": (LayersGenerator, LayersCritic),
    "residual": (ResidualGenerator, ResidualCritic),
    "progressive": (GrowingGenerator, GrowingCritic),
}


def check_architecture(name: str, side: int) -> None:
    """Raise ValueError where the architecture does not fit data of this side."""
    if name != "mlp" and side == 1:
        raise ValueError(f"the backbone {name} makes pictures; for points in the plane choose mlp")
    if name != "mlp" and side < LEAST_SIDE:
        raise ValueError(
            f"the backbone {name} needs pictures of {LEAST_SIDE} px or more, found {side}; choose "
            "larger ones, or mlp"
        )


def build_generator(
    name: str, latent: int, channels: int, side: int, width: int, classes: int = 0
) -> Generator:
    """A fresh generator; raises ValueError where the architecture does not fit."""
    check_architecture(name, side)
    return _PAIRS[name][0](latent, channels, side, width, classes)


def build_critic(
    name: str, channels: int, side: int, width: int, classes: int = 0, normed: bool = False
) -> Critic:
    """A fresh critic, with batch normalisation where `normed` and its architecture has any."""
    check_architecture(name, side)
    return _PAIRS[name][1](channels, side, width, classes, normed)


def build_rebuilder(
    name: str, latent: int, channels: int, side: int, width: int
) -> AutoencodingCritic:
    """A fresh critic that rebuilds what it sees."""
    encoder = build_critic(name, channels, side, width)
    return AutoencodingCritic(encoder, latent, build_generator(name, latent, channels, side, width))
