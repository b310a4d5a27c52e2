"""The pictures on the device, and the batch of every step as a function of (seed, step) alone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.data.imageset import Pictures
from core.method import Batch
from core.randomness import generator, seed_of

RESIDENT_BYTES = 2 * 1024**3  # more than this stays memory-mapped and is copied batch by batch


class Feed:
    """Training pictures as `uint8` on the device; shuffled anew every epoch.

    Nothing of it needs saving: step and seed give the indices and the generator of any batch.
    """

    def __init__(
        self, pictures: Pictures, batch_size: int, seed: int, device: torch.device
    ) -> None:
        self.seed, self.device = seed, device
        self.batch_size = batch_size
        self._labels = torch.from_numpy(np.asarray(pictures.labels)).to(device)
        self._source = pictures.images
        small = pictures.images.nbytes <= RESIDENT_BYTES
        self._resident = torch.from_numpy(np.array(pictures.images)).to(device) if small else None
        self._rng = torch.Generator(device=device)
        self._orders: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self._source)

    def indices(self, step: int) -> np.ndarray:
        """Positions (B,) of a step's pictures: the next B of an endless row of permutations."""
        n, first = len(self), step * self.batch_size
        places = np.arange(first, first + self.batch_size)
        epochs = places // n
        self._orders = {e: self._order(e) for e in range(int(epochs[0]), int(epochs[-1]) + 1)}
        return np.array([self._orders[int(e)][p % n] for e, p in zip(epochs, places)])

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
            self._take(chosen, index), self._labels[index], index, self._rng, step, progress
        )

    def _take(self, chosen: np.ndarray, index: Tensor) -> Tensor:
        if self._resident is not None:
            pixels = self._resident[index]
        else:
            pixels = torch.from_numpy(np.ascontiguousarray(self._source[chosen])).to(self.device)
        return pixels.float().div_(255.0)


def held_out_batch(pictures: Pictures, most: int, device: torch.device, step: int = 0) -> Batch:
    """A fixed batch of held-out pictures to judge by, the same at every call."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(pictures))[:most])
    images = torch.from_numpy(np.ascontiguousarray(pictures.images[chosen])).to(device)
    labels = torch.from_numpy(np.asarray(pictures.labels)[chosen]).to(device)
    return Batch(
        images.float().div_(255.0),
        labels,
        torch.from_numpy(chosen).to(device),
        generator("held-out", device=device),
        step,
        0.0,
    )
