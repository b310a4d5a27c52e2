"""Pictures as rows of patches, and the error on the patches that were hidden.

He et al., "Masked autoencoders are scalable vision learners", 2021, arXiv 2111.06377, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEAST_VARIANCE = 1e-6  # a patch of one colour becomes zeros


def patchify(images: Tensor, patch: int) -> Tensor:
    """Images (B, C, H, W) as patches row by row, (B, N, C · patch²)."""
    return F.pixel_unshuffle(images, patch).flatten(2).transpose(1, 2)


def unpatchify(patches: Tensor, patch: int) -> Tensor:
    """The square images (B, C, H, W) that patches (B, N, C · patch²) were cut from."""
    grid = round(patches.shape[1] ** 0.5)
    return F.pixel_shuffle(patches.transpose(1, 2).unflatten(2, (grid, grid)), patch)


def statistics(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of all numbers of each patch, (B, N, 1) both."""
    variance, mean = torch.var_mean(patches, dim=-1, keepdim=True, correction=0)
    return mean, (variance + LEAST_VARIANCE).sqrt()


def masked_error(made: Tensor, truth: Tensor, masked: Tensor) -> Tensor:
    """Mean square over the masked patches alone; those that were seen do not count.

    `made` and `truth` (B, N, P); `masked` (B, N), True where a patch was hidden.
    """
    return ((made - truth) ** 2).mean(dim=-1)[masked].mean()
