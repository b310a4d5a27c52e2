"""The encoder networks by name, as the `backbone` option of every method calls them."""

from __future__ import annotations

from core.nets.backbone import Backbone
from core.nets.convnet import ConvNet
from core.nets.resnet18 import ResNet18
from core.nets.vit import ViT

BACKBONES: dict[str, type[ConvNet] | type[ResNet18] | type[ViT]] = {
    "convnet": ConvNet,
    "resnet18": ResNet18,
    "vit": ViT,
}


def build_backbone(name: str, channels: int, side: int, width: int) -> Backbone:
    """A fresh encoder for square images; raises ValueError for a name or side that does not fit."""
    if name not in BACKBONES:
        raise ValueError(f"there is no backbone {name!r}; there are {', '.join(BACKBONES)}")
    return BACKBONES[name](channels, side, width)
