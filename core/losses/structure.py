"""Structural similarity of pictures.

Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE
Transactions on Image Processing 2004.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

REACH, SPREAD = 5, 1.5  # of the window, in pixels
C1, C2 = 0.01**2, 0.03**2


def structural_similarity(one: Tensor, other: Tensor) -> Tensor:
    """Mean SSIM of pictures (C, H, W) in 0..1, equation 13; 1 where they are equal.

    The window is a Gaussian of 11 x 11 pixels; beyond the edge there is black. It is applied as two
    products of matrices, which on small pictures is quicker than a convolution.
    """
    down, across = (_windows(side, one.device, one.dtype) for side in one.shape[1:])
    stack = torch.cat([one, other, one * one, other * other, one * other])
    mean_a, mean_b, aa, bb, ab = (down @ stack @ across.T).chunk(5)
    product = mean_a * mean_b
    squares = mean_a * mean_a + mean_b * mean_b
    shape = (2 * (ab - product) + C2) / (aa + bb - squares + C2)
    return ((2 * product + C1) / (squares + C1) * shape).mean()


@lru_cache(maxsize=8)
def _windows(side: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """(side, side): row i weighs the pixels about i."""
    at = torch.arange(side, device=device, dtype=dtype)
    apart = at[:, None] - at
    weights = torch.exp(-0.5 * (apart / SPREAD) ** 2) * (apart.abs() <= REACH)
    middle = torch.arange(-REACH, REACH + 1, device=device, dtype=dtype)
    return weights / torch.exp(-0.5 * (middle / SPREAD) ** 2).sum()
