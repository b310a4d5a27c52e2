"""What a trained network is compared with: the same network, untrained."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from core.evaluate.features import (
    BATCH,
    EvaluationError,
    device_of,
    encoding,
    evaluating,
    to_images,
)
from core.method import Method
from core.nets.backbone import Backbone
from core.randomness import drawing_from, generator

CALIBRATION = 1024  # pictures that a random network's normalisation statistics are measured on
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def backbone_of(method: nn.Module) -> Backbone:
    """The backbone of a method; raises EvaluationError where it has none."""
    found = getattr(method, "backbone", None)
    if not isinstance(found, Backbone):
        raise EvaluationError(
            f"{type(method).__name__} has no backbone of blocks; judge it by its features alone"
        )
    return found


def untrained(method: Method, seed: int, images: NDArray[Any]) -> Method:
    """A method of the same class and config with weights from the seed alone, on the same device.

    Its batch normalisation is measured on training pictures (N, C, H, W): a trained network's is,
    and without it a random network would look worse than it is.
    """
    with drawing_from(generator(seed, "untrained network")):
        fresh = type(method)(method.config, method.data)
    fresh = fresh.to(device_of(method))
    calibrate(fresh, images[:CALIBRATION])
    return fresh


def calibrate(encoder: nn.Module, images: NDArray[Any]) -> None:
    """Set the running statistics of batch normalisation to those of the pictures."""
    norms = [m for m in encoder.modules() if isinstance(m, _NORMS) and m.track_running_stats]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    function, device = encoding(encoder), device_of(encoder)
    with evaluating(encoder), torch.no_grad():
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain average over all batches
            norm.train()
        for start in range(0, len(images), BATCH):
            function(to_images(images[start : start + BATCH], device))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
