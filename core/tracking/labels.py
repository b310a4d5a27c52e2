"""Marks as channels over a grid of cells, and back: one for the background, one for each object,
one heat map for each keypoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.tracking.features import TrackingError
from core.tracking.marks import Marks

SPREAD = 0.8  # cells: deviation of a keypoint's heat
AROUND = 2  # cells around the hottest whose mean place is the keypoint's
LEAST = 1e-3  # heat below which a keypoint is lost


@dataclass(frozen=True)
class Layout:
    """Which channels there are, over which grid, of frames of which size."""

    objects: int  # channels 0..objects of masks; none where it is 0
    points: int  # channels after them
    shape: tuple[int, int]  # (H, W) of the frames
    grid: tuple[int, int]  # (h, w)

    @classmethod
    def of(cls, given: Mapping[int, Marks], shape: tuple[int, int], grid: Sequence[int]
           ) -> Layout:  # fmt: skip
        """The channels that hold all that is marked; raises TrackingError where sizes disagree."""
        objects = max(marks.objects for marks in given.values())
        counts = {len(m.points) for m in given.values() if m.points is not None} or {0}
        for frame, marks in given.items():
            if marks.mask is not None and marks.mask.shape != tuple(shape):
                raise TrackingError(
                    f"the mask of frame {frame} is {marks.mask.shape}, the frames are {shape}"
                )
        if len(counts) > 1:
            raise TrackingError(f"frames have different numbers of keypoints: {sorted(counts)}")
        points = counts.pop()
        if objects + points == 0:
            raise TrackingError("the marks are empty; mark an object or a keypoint in some frame")
        return cls(objects, points, (shape[0], shape[1]), (grid[0], grid[1]))

    @property
    def masks(self) -> int:
        """Channels of masks, the background's among them."""
        return self.objects + 1 if self.objects else 0

    def encode(self, marks: Marks) -> tuple[Tensor, Tensor]:
        """Labels (L, h, w), and which of the channels the marks speak of, (L,) bool."""
        labels = torch.zeros(self.masks + self.points, *self.grid)
        known = torch.zeros(len(labels), dtype=torch.bool)
        if marks.mask is not None and self.masks:
            mask = torch.from_numpy(marks.mask.astype(np.int64))
            whole = F.one_hot(mask, self.masks).permute(2, 0, 1).float()
            labels[: self.masks] = F.adaptive_avg_pool2d(whole, self.grid)
            known[: self.masks] = True
        if marks.points is not None:
            for n, (x, y) in enumerate(marks.points.tolist()):
                if np.isfinite(x) and np.isfinite(y):
                    labels[self.masks + n] = self._heat(x, y)
                    known[self.masks + n] = True
        return labels, known

    def _heat(self, x: float, y: float) -> Tensor:
        """A bell of height 1 about a point, in pixels."""
        row, column = self._cell(x, y)
        rows = torch.exp(-((torch.arange(self.grid[0]) - row) ** 2) / (2 * SPREAD**2))
        columns = torch.exp(-((torch.arange(self.grid[1]) - column) ** 2) / (2 * SPREAD**2))
        return rows[:, None] * columns

    def _cell(self, x: float, y: float) -> tuple[float, float]:
        """Pixels, 0 the centre of the first, to row and column of cells, likewise."""
        down, right = (cells / pixels for cells, pixels in zip(self.grid, self.shape))
        return (y + 0.5) * down - 0.5, (x + 0.5) * right - 0.5

    def decode(self, labels: Tensor, given: Marks | None = None) -> Marks:
        """The marks that labels (L, h, w) say; what is given of the frame stays as it was."""
        mask = confidence = points = None
        if self.masks:
            mask, confidence = self._mask(labels[: self.masks])
        if self.points:
            points = self._places(labels[self.masks :])
        if given is not None and given.mask is not None:
            mask = given.mask.copy()
            confidence = np.ones(self.shape, np.float32)
        if given is not None and given.points is not None and points is not None:
            points = np.where(np.isfinite(given.points), given.points, points)
        return Marks(mask, points, confidence)

    def _mask(self, soft: Tensor) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The likeliest object of each pixel, and 1 minus the entropy of the mix, as a share."""
        soft = soft / soft.sum(dim=0, keepdim=True).clamp(min=1e-6)
        entropy = -(soft * soft.clamp(min=1e-9).log()).sum(dim=0) / np.log(self.masks)
        fine = F.interpolate(soft.unsqueeze(0), size=self.shape, mode="bilinear")[0]
        sure = F.interpolate((1 - entropy)[None, None], size=self.shape, mode="bilinear")[0, 0]
        return _winner(fine).cpu().numpy(), sure.clamp(0, 1).cpu().numpy()

    def _places(self, heat: Tensor) -> NDArray[np.float32]:
        """The mean place about each hottest cell, (K, 2) x, y in pixels; NaN where none is hot."""
        found = np.full((len(heat), 2), np.nan, np.float32)
        down, right = (pixels / cells for cells, pixels in zip(self.grid, self.shape))
        for n, one in enumerate(heat.cpu().numpy()):  # small, and NumPy's calls are the cheaper
            row, column = divmod(int(one.argmax()), self.grid[1])
            if one[row, column] < LEAST:
                continue
            top, left = max(0, row - AROUND), max(0, column - AROUND)
            part = one[top : row + AROUND + 1, left : column + AROUND + 1]
            whole = part.sum()
            cell_y = top + part.sum(axis=1) @ np.arange(part.shape[0]) / whole
            cell_x = left + part.sum(axis=0) @ np.arange(part.shape[1]) / whole
            found[n] = (cell_x + 0.5) * right - 0.5, (cell_y + 0.5) * down - 0.5
        return found

    def fit(self, memory: dict[int, Tensor]) -> None:
        """Empty what was kept of other channels or another grid, which cannot be gone on from."""
        shape = (self.masks + self.points, *self.grid)
        if any(tuple(labels.shape) != shape for labels in memory.values()):
            memory.clear()


def _winner(soft: Tensor) -> Tensor:
    """The first of the channels (L, H, W) that is largest, (H, W) uint8.

    As `argmax`, which on a processor takes ten times as long along the first axis.
    """
    best, found = soft[0], torch.zeros(soft.shape[1:], dtype=torch.uint8, device=soft.device)
    for number, one in enumerate(soft[1:], 1):
        found.masked_fill_(one > best, number)
        best = torch.maximum(best, one)
    return found
