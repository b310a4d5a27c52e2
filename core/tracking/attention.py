"""Where one place of a frame looks in other frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.tracking.features import Bank
from core.tracking.propagate import Settings


@torch.no_grad()
def look(
    bank: Bank,
    frame: int,
    xy: tuple[float, float],
    references: Sequence[int],
    settings: Settings,
    everywhere: bool = False,
) -> dict[int, NDArray[np.float32]]:
    """Attention of the cell under a pixel over each reference frame: (h, w), together one.

    As in following, within the radius and by the temperature, but over all cells and not the
    likeliest alone; `everywhere` leaves the radius out too.
    """
    if not references:
        return {}
    query = bank.at(frame)  # (D, h, w)
    height, width = query.shape[1:]
    tall, wide = bank.frames.shape[1:3]
    row = min(height - 1, max(0, int((xy[1] + 0.5) * height / tall)))
    column = min(width - 1, max(0, int((xy[0] + 0.5) * width / wide)))
    keys = torch.stack([bank.at(f) for f in references])  # (R, D, h, w)
    scores = torch.einsum("d,rdhw->rhw", query[:, row, column], keys) / settings.temperature
    if not everywhere:
        near_rows = (torch.arange(height) - row).abs() <= settings.radius
        near_columns = (torch.arange(width) - column).abs() <= settings.radius
        near = near_rows[:, None] & near_columns
        scores = scores.masked_fill(~near.to(scores.device), -torch.inf)
    weights = scores.flatten().softmax(dim=0).view_as(scores).cpu().numpy()
    return {f: weights[n].copy() for n, f in enumerate(references)}
