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
    """Shifts, flips and quarter turns by whole pixels; crops and turns in one interpolation."""
    images = geometry.shift(images, rng, round(config.shift * images.shape[-1]), "replicate")
    images = geometry.flip(images, rng, config.flip)
    if config.quarter_turns:
        images = geometry.quarter_turns(images, rng)
    cropped, turned = config.crop < 1 or config.stretch > 1, config.turn > 0
    if not (cropped or turned):
        return images
    matrices = torch.eye(3, device=images.device).expand(len(images), 3, 3)
    if turned:
        aspect = images.shape[-1] / images.shape[-2]
        matrices = geometry.turn_matrices(rng, len(images), config.turn, aspect)
    if cropped:
        ratio = (1 / config.stretch, config.stretch)
        crops = geometry.crop_matrices(rng, images.shape, (config.crop, 1.0), ratio)
        matrices = matrices @ crops  # the crop is cut out of the turned picture
    return geometry.warp(images, matrices)
