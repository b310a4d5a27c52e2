"""Noise that a denoising autoencoder has to take away again.

Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
autoencoders", ICML 2008, section 2.3; Gaussian noise in their longer paper, JMLR 11, 2010.
"""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.augment.draws import uniform


def masking_noise(images: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """The images (B, C, H, W) with each pixel black at a chance of `share`, in all its channels."""
    count, _, height, width = images.shape
    return images * (uniform(rng, (count, 1, height, width)) >= share)


def gaussian_noise(images: Tensor, deviation: float, rng: torch.Generator) -> Tensor:
    """The images with a number of that standard deviation added to each value; not cut to 0..1."""
    drawn = torch.randn(images.shape, generator=rng, device=rng.device)
    return images + deviation * drawn
