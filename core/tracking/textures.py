"""Colours, or any numbers of a pixel, carried through a film as masks are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from core.data.augment.lab import to_lab, to_rgb
from core.progress import Progress
from core.tracking.features import Bank, TrackingError
from core.tracking.propagate import Settings, carry


def carry_channels(
    bank: Bank,
    channels: NDArray[np.floating],
    settings: Settings,
    frames: Sequence[int],
    progress: Progress | None = None,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Channels (H, W, C) of the first of `frames`, carried through the others: (H, W, C) of each.

    As fine as the encoder's cells. Raises TrackingError, or Cancelled out of `progress`.
    """
    shape = bank.frames.shape[1:3]
    if channels.ndim != 3 or channels.shape[:2] != shape:
        raise TrackingError(f"expected channels (H, W, C) of frames {shape}, "
                            f"found {channels.shape}")  # fmt: skip
    whole = torch.from_numpy(np.ascontiguousarray(channels, np.float32)).permute(2, 0, 1)
    height, width = bank.at(frames[0]).shape[1:]
    labels = F.adaptive_avg_pool2d(whole, (height, width))
    known = {frames[0]: (labels, torch.ones(len(labels), dtype=torch.bool))}
    for step in carry(bank, known, settings, frames, progress=progress):
        fine = F.interpolate(step.labels.unsqueeze(0), size=shape, mode="bilinear")[0]
        yield step.frame, fine.permute(1, 2, 0).cpu().numpy()


def colourise(
    bank: Bank, settings: Settings, frames: Sequence[int], progress: Progress | None = None
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """The frames in their own lightness with the first one's colours carried on: (H, W, 3)."""
    first = torch.from_numpy(np.array(bank.frames[frames[0]])).permute(2, 0, 1) / 255
    ab = to_lab(first.unsqueeze(0))[0, 1:].permute(1, 2, 0).numpy()
    for frame, given in carry_channels(bank, ab, settings, frames, progress):
        pixels = torch.from_numpy(np.array(bank.frames[frame])).permute(2, 0, 1) / 255
        lightness = to_lab(pixels.unsqueeze(0))[:, :1]
        lab = torch.cat([lightness, torch.from_numpy(given).permute(2, 0, 1).unsqueeze(0)], dim=1)
        shown = to_rgb(lab)[0].permute(1, 2, 0).mul(255).round().byte()
        yield frame, shown.numpy()
