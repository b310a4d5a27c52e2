"""The pictures on the device, and the batch of every step as a function of (seed, step) alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from core.data.imageset import DataError, Pictures
from core.data.unit import unit
from core.method import Batch
from core.randomness import generator, seed_of

T = TypeVar("T", np.ndarray, Tensor)

RESIDENT_BYTES = 2 * 1024**3  # more than this stays memory-mapped and is copied batch by batch


class Feed:
    """Training pictures as `uint8` (points as they are) on the device; shuffled every epoch.

    Nothing of it needs saving: step and seed give the indices and the generator of any batch. Where
    a method has a `window`, what is shuffled are the frames that have all the others before them.
    """

    def __init__(
        self,
        pictures: Pictures,
        batch_size: int,
        seed: int,
        device: torch.device,
        window: Sequence[int] = (),
    ) -> None:
        self.seed, self.device = seed, device
        self.batch_size = batch_size
        self._labels = torch.from_numpy(np.asarray(pictures.labels)).to(device)
        self._source = pictures.images
        self._back = offsets(window)
        self._targets = _targets(pictures, self._back)
        small = pictures.images.nbytes <= RESIDENT_BYTES
        self._resident = torch.from_numpy(np.array(pictures.images)).to(device) if small else None
        self._partners = pictures.partners
        self._cameras, self._truth = pictures.cameras, pictures.truth
        sparse = pictures.sparse_points
        self._sparse = None if sparse is None else torch.from_numpy(np.array(sparse)).to(device)
        self._rng = torch.Generator(device=device)
        self._orders: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._targets)

    def indices(self, step: int) -> np.ndarray:
        """Positions (B,) of a step's targets: the next B of an endless row of permutations."""
        n, at = len(self), step * self.batch_size
        last = at + self.batch_size
        self._orders = {e: self._order(e) for e in range(at // n, (last - 1) // n + 1)}
        parts = [
            order[max(0, at - epoch * n) : last - epoch * n]
            for epoch, order in self._orders.items()
        ]
        return self._targets[np.concatenate(parts)]

    def _order(self, epoch: int) -> np.ndarray:
        known = self._orders.get(epoch)
        if known is None:
            known = np.random.default_rng(seed_of(self.seed, "order", epoch)).permutation(len(self))
        return known

    def batch(self, step: int, progress: float) -> Batch:
        """The batch of a step, with its generator seeded by (seed, step)."""
        chosen = self.indices(step)
        index = torch.from_numpy(chosen).to(self.device)
        self._rng.manual_seed(seed_of(self.seed, "step", step))
        return Batch(
            self._take(chosen, index),
            self._labels[index],
            index,
            self._rng,
            step,
            progress,
            _partners(self._partners, chosen, self.device),
            _rows(self._cameras, chosen, self.device),
            _rows(self._truth, chosen, self.device),
            self._sparse,
        )

    def _take(self, chosen: np.ndarray, index: Tensor) -> Tensor:
        if self._resident is not None:
            pixels = self._resident[_frames(index, torch.from_numpy(self._back).to(index.device))]
        else:
            taken = self._source[_frames(chosen, self._back)]
            pixels = torch.from_numpy(np.ascontiguousarray(taken)).to(self.device)
        return unit(pixels)


def held_out_batch(
    pictures: Pictures,
    most: int,
    device: torch.device,
    step: int = 0,
    window: Sequence[int] = (),
) -> Batch:
    """A fixed batch of held-out pictures to judge by, the same at every call.

    With a window, of as many frames as there would else be pictures.
    """
    back = offsets(window)
    targets = _targets(pictures, back)
    order = np.random.default_rng(0).permutation(len(targets))[: max(1, most // len(back))]
    chosen = targets[np.sort(order)]
    taken = np.ascontiguousarray(pictures.images[_frames(chosen, back)])
    images = torch.from_numpy(taken).to(device)
    labels = torch.from_numpy(np.asarray(pictures.labels)[chosen]).to(device)
    return Batch(
        unit(images),
        labels,
        torch.from_numpy(chosen).to(device),
        generator("held-out", device=device),
        step,
        0.0,
        _partners(pictures.partners, chosen, device),
        _rows(pictures.cameras, chosen, device),
        _rows(pictures.truth, chosen, device),
    )


def offsets(window: Sequence[int]) -> np.ndarray:
    """How far before the target each frame lies, the target's own 0 last: (F,).

    Raises ValueError where they are not positive and falling.
    """
    back = np.array([*window, 0], dtype=np.int64)
    if (np.diff(back) >= 0).any():
        raise ValueError(f"window {tuple(window)}: expected falling numbers of frames, 1 the least")
    return back


def _targets(pictures: Pictures, back: np.ndarray) -> np.ndarray:
    """The positions whose window lies in one clip; raises DataError where there are none."""
    found = pictures.ends_of_windows(int(back[0]))
    if not len(found):
        raise DataError(
            f"no clip has the {back[0] + 1} frames in a row that are learned from; choose longer "
            "clips, or fewer frames"
        )
    return found


def _partners(
    partners: np.ndarray | None, chosen: np.ndarray, device: torch.device
) -> Tensor | None:
    """Those at some positions, in 0..1."""
    if partners is None:
        return None
    return unit(torch.from_numpy(np.ascontiguousarray(partners[chosen])).to(device))


def _rows(known: np.ndarray | None, chosen: np.ndarray, device: torch.device) -> Tensor | None:
    """Those of some positions, as they are."""
    return None if known is None else torch.from_numpy(known[chosen]).to(device)


def _frames(chosen: T, back: T) -> T:
    """Positions (B, F) of the frames of windows by their targets (B,); (B,) without a window."""
    return chosen if len(back) == 1 else chosen[:, None] - back
