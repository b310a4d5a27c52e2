"""A picture in the making: band by band, then again at other places of its pixels, averaged."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from core.render.cameras import Cameras
from core.render.volume import Seen

BAND_RAYS = 4096  # of the first band
BAND_SECONDS = 0.015  # that a band shall take, or twice what the least of them has taken
PASSES = 8  # pictures that are averaged


class Looks(Protocol):
    """What has the ability `Renders` looks through a camera."""

    def render(
        self,
        camera: Cameras,
        size: tuple[int, int] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Seen:
        """Colour (H, W, 3), depth, opacity and samples a ray (H, W)."""
        ...


class Exposure:
    """Of one camera. The first pass looks through the middles of the pixels, the others beside."""

    def __init__(self, camera: Cameras, passes: int = 1, at_once: bool = False) -> None:
        """`at_once`: a pass is one band, for a picture that nobody stops."""
        self.camera, self.passes = camera, passes
        self.finished = 0  # passes
        self.row = 0  # of the pass in hand, up to which it is done
        width, height = camera.size
        self._sum = torch.zeros(height, width, 6)  # colour, depth, opacity, samples
        self._rows = height if at_once else max(1, BAND_RAYS // width)
        self._least = math.inf  # seconds that a band took after the first, whose loops are compiled

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.finished >= self.passes

    def go_on(self, looker: Looks, until: Callable[[], bool]) -> int:
        """Render bands until `until()` or all is done: how many pixels. At least one band."""
        width, height = self.camera.size
        made = 0
        while not self.done:
            rows = min(self._rows, height - self.row)
            began = time.perf_counter()
            seen = looker.render(_part(self.camera, self.row, rows, self.finished))
            took = time.perf_counter() - began
            parts = seen.depth, seen.opacity, seen.samples.to(seen.depth.dtype)
            band = torch.cat([seen.colour, torch.stack(parts, dim=2)], dim=2)  # (rows, W, 6)
            self._sum[self.row : self.row + rows] += band.detach().cpu()
            if self.row or self.finished:
                self._least = min(self._least, took)
            self._rows = rows_of_next(rows, took, self._least)
            made += rows * width
            self.row += rows
            if self.row == height:
                self.row, self.finished = 0, self.finished + 1
            if until():
                break
        return made

    def seen(self) -> Seen:
        """What there is by now; 0 where no pass has come yet."""
        passes = torch.full((len(self._sum), 1, 1), float(self.finished))
        passes[: self.row] += 1
        mean = self._sum / passes.clamp(min=1)
        return Seen(mean[..., :3], mean[..., 3], mean[..., 4], mean[..., 5])

    @property
    def ready(self) -> float:
        """Share of the height, from the top, that there is something of."""
        return 1.0 if self.finished else self.row / self.camera.size[1]


def rows_of_next(rows: int, took: float, least: float) -> int:
    """How many rows the next band has, of how long one of so many rows took.

    Where a band costs much before its first row, as where all of a mesh is projected for each,
    bands that took no longer than that would be little else: `least` is what any has taken.
    """
    wanted = BAND_SECONDS if math.isinf(least) else max(BAND_SECONDS, 2 * least)
    return max(1, min(2 * rows, round(rows * wanted / max(took, 1e-6))))


def _part(camera: Cameras, top: int, rows: int, turn: int) -> Cameras:
    """The camera of some rows of a picture, looking beside the middles of pixels from pass 1 on."""
    aside, down = (0.0, 0.0) if turn == 0 else (halton(turn, 2) - 0.5, halton(turn, 3) - 0.5)
    shift: Tensor = camera.lenses.new_tensor([0, 0, -aside, top - down, 0, 0, 0, 0])
    return Cameras(camera.poses, camera.lenses - shift, (camera.size[0], rows))


def halton(index: int, base: int) -> float:
    """The number of a sequence that fills 0..1 evenly (Halton 1960): digits, mirrored."""
    found, share = 0.0, 1.0
    while index:
        index, digit = divmod(index, base)
        share /= base
        found += digit * share
    return found
