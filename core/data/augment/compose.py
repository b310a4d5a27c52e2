"""All augmentations of a batch: what moves as one interpolation, colours as one matrix."""

from __future__ import annotations

import torch
from torch import Tensor

from core.data.augment import geometry, texture
from core.data.augment.colour import grey, jitter
from core.data.augment.config import Augmentation


def augment(images: Tensor, config: Augmentation, rng: torch.Generator) -> Tensor:
    """A new batch (B, C, H, W) in 0..1 from one in 0..1, each sample with its own draws.

    The images, their generator and the result are on one device. Nothing else is drawn from.
    """
    images = _move(images, config, rng)
    if config.jitter > 0:
        images = jitter(
            images,
            rng,
            config.brightness,
            config.contrast,
            config.saturation,
            config.hue,
            share=config.jitter,
            grey_share=config.grey,
        )
    else:
        images = grey(images, rng, config.grey)
    images = texture.blur(images, rng, config.blur)
    images = texture.noise(images, rng, config.noise)
    images = texture.cutout(images, rng, config.cutout)
    return texture.sobel(images) if config.sobel else images


def _move(images: Tensor, config: Augmentation, rng: torch.Generator) -> Tensor:
    """Shifts and quarter turns by whole pixels; flips, turns and crops in one interpolation."""
    count, (height, width) = len(images), images.shape[-2:]
    images = geometry.shift(images, rng, round(config.shift * width), "replicate")
    if config.quarter_turns:
        images = geometry.quarter_turns(images, rng)
    cropped = config.crop < 1 or config.stretch > 1
    if not (cropped or config.turn > 0):
        return geometry.flip(images, rng, config.flip)
    # From the place in the result back to the place in the picture: crop, then turn, then flip.
    matrices = geometry.flip_matrices(rng, count, config.flip)
    if config.turn > 0:
        matrices = matrices @ geometry.turn_matrices(rng, count, config.turn, width / height)
    if cropped:
        ratio = (1 / config.stretch, config.stretch)
        matrices = matrices @ geometry.crop_matrices(rng, images.shape, (config.crop, 1.0), ratio)
    return geometry.warp(images, matrices, "reflection" if config.turn > 0 else "border")
