"""Pixels as they are kept to images as networks take them; points in the plane stay as they are."""

from __future__ import annotations

import torch
from torch import Tensor


def unit(pixels: Tensor) -> Tensor:
    """`uint8` pixels as float32 in 0..1; floats, which are points in the plane, unscaled."""
    return pixels.float().div_(255.0) if pixels.dtype == torch.uint8 else pixels.float()
