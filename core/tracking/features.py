"""Features of the frames of a film: of any encoder, computed when asked for and then kept."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from core.abilities import Encodes
from core.method import Method
from core.nets.precision import halved
from core.progress import Progress

Encode = Callable[[Tensor], Tensor]  # (n, 3, H, W) in 0..1 to (n, D, h, w)

TRIED = 96  # side in pixels of the empty picture whose maps are measured
STRIDES = (4, 8)  # pixels of a cell that follow well: smaller ones cost, larger ones blur
READING = "looking at the frames"
TOGETHER = 8 * 96 * 96  # pixels that are looked at in one go: small frames cost less together


class TrackingError(ValueError):
    """An encoder, marks or frames that nothing can be followed with; says why."""


@dataclass(frozen=True)
class Encoder:
    """One stage of a method as features of frames."""

    method: Method
    stage: str
    stride: float

    def __call__(self, frames: Tensor) -> Tensor:
        """Frames (n, 3, H, W) in 0..1 to the stage's activations (n, D, h, w)."""
        if self.method.data.channels == 1:
            frames = frames.mean(dim=1, keepdim=True)
        assert isinstance(self.method, Encodes)
        with halved(frames.device):  # they are kept in no more precision
            return self.method.encode(frames)[self.stage].float()


@torch.no_grad()
def encoder_of(method: Method) -> Encoder:
    """The last of a method's stages whose cells are nearest to 4 or 8 pixels.

    The method is put into evaluation mode. Raises TrackingError where it has no map of places.
    """
    name = type(method).__name__
    if not isinstance(method, Encodes):
        raise TrackingError(f"{name} has no encoder, so it cannot follow anything")
    method.eval()
    device = next((p.device for p in method.parameters()), torch.device("cpu"))
    empty = torch.zeros(1, method.data.channels, TRIED, TRIED, device=device)
    try:
        found = method.encode(empty)
    except (RuntimeError, ValueError) as error:
        raise TrackingError(f"{name} cannot look at frames of another size than its own "
                            f"pictures of {method.data.side}: {error}") from error  # fmt: skip
    strides = {n: TRIED / a.shape[-1] for n, a in found.items() if a.ndim == 4 and a.shape[-1] > 1}
    if not strides:
        raise TrackingError(f"{name} has no features of places, so it cannot follow anything")
    stage = min(reversed(strides), key=lambda n: _off(strides[n]))
    return Encoder(method, stage, strides[stage])


def _off(stride: float) -> float:
    """How far a stride is from those that follow well, in octaves."""
    return min(abs(math.log2(stride / good)) for good in STRIDES)


class Bank:
    """Features (D, h, w) of length 1 of every frame; half precision, so a long film fits.

    Threads may ask at once: the window looks while a propagation goes on.
    """

    def __init__(self, encode: Encode, frames: NDArray[np.uint8], enlarge: float = 1.0) -> None:
        """`frames` (T, H, W, 3); the encoder sees them `enlarge` times as large."""
        if frames.ndim != 4 or frames.shape[3] != 3:
            raise TrackingError(f"expected frames of shape (T, H, W, 3), found {frames.shape}")
        self.encode, self.frames, self.enlarge = encode, frames, enlarge
        self._kept: dict[int, Tensor] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.frames)

    @torch.no_grad()
    def at(self, frame: int) -> Tensor:
        """The features of a frame, (D, h, w) float32."""
        with self._lock:
            if frame not in self._kept:
                self._look(frame)
            return self._kept[frame].float()

    def _look(self, frame: int) -> None:
        """Look at a frame, and at small ones of the same block, which are likely asked for next."""
        height, width = (round(side * self.enlarge) for side in self.frames.shape[1:3])
        size = max(1, TOGETHER // (height * width))
        first = frame // size * size
        block = range(first, min(first + size, len(self)))
        wanted = [n for n in block if n not in self._kept]
        pixels = torch.from_numpy(np.stack([self.frames[n] for n in wanted]))
        images = pixels.movedim(3, 1).float().div_(255)
        if self.enlarge != 1.0:
            images = F.interpolate(images, size=(height, width), mode="bilinear")
        found = F.normalize(self.encode(images).float(), dim=1).half()
        self._kept |= {n: one.contiguous().clone() for n, one in zip(wanted, found, strict=True)}

    def fill(self, progress: Progress | None = None) -> None:
        """Look at all frames now; raises Cancelled out of `progress`."""
        for frame in range(len(self)):
            (progress or Progress()).update(READING, frame, len(self), "frames")
            self.at(frame)
        (progress or Progress()).update(READING, len(self), len(self), "frames")

    def colours(self) -> NDArray[np.float32]:
        """The first three principal components of all features looked at yet, as red, green and
        blue in 0..1: (F, h, w, 3), with frames in ascending order."""
        with self._lock:
            kept = [self._kept[frame].float() for frame in sorted(self._kept)]
        if not kept:
            return np.zeros((0, 1, 1, 3), np.float32)
        maps = torch.stack(kept)  # (F, D, h, w)
        rows = maps.movedim(1, -1).flatten(0, 2)
        rows = rows - rows.mean(dim=0)
        axes = torch.linalg.eigh((rows.T @ rows).double())[1][:, -3:].float()
        shown = rows @ axes
        low, high = shown.quantile(0.02, dim=0), shown.quantile(0.98, dim=0)
        unit = ((shown - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)
        return unit.view(len(maps), *maps.shape[2:], 3).numpy()
