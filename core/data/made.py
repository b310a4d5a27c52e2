"""Pictures that are made once, with a camera and a record each, and kept in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from core.data.cache import Cache, key_of
from core.data.imageset import DataError, ImageSet, Source
from core.progress import Progress


@dataclass(frozen=True)
class Made:
    """One picture and what is known of it."""

    image: np.ndarray  # (C, H, W) uint8
    camera: np.ndarray  # (20,)
    record: np.ndarray  # of any shape, the same of each
    label: int = -1


@dataclass(frozen=True)
class Making:
    """What is to be made: for whom, by which rules, how many of each part, of what shape."""

    source: Source
    rules: int  # raised when a picture of the same options is made otherwise
    options: Any
    counts: dict[str, int]  # of "train" and "held_out"
    shape: tuple[int, int, int]

    def load(
        self, one: Callable[[str, int], Made], classes: Sequence[str], progress: Progress
    ) -> ImageSet:
        """All of them, `one` (part, number) after the other, or an earlier making of the same.

        The records become `Pictures.truth`. Raises Cancelled, and DataError where they are gone.
        """
        key = key_of(source=self.source.id, rules=self.rules, options=asdict(self.options),
                     files="")  # fmt: skip
        cache = Cache()
        kept = cache.get(key)
        if kept is None:
            self._make(one, classes, cache, key, progress)
            kept = cache.get(key)
        if kept is None:
            raise DataError(f"{cache.folder}: the pictures are gone; load them again")
        train = replace(kept.train, truth=kept.facts["train"]["record"])
        held_out = replace(kept.held_out, truth=kept.facts["held_out"]["record"])
        return replace(kept, train=train, held_out=held_out)

    def _make(
        self,
        one: Callable[[str, int], Made],
        classes: Sequence[str],
        cache: Cache,
        key: str,
        progress: Progress,
    ) -> None:
        total, done = sum(self.counts.values()), 0
        with cache.writing(key, self.shape) as writer:
            for part in ("train", "held_out"):
                made = []
                for n in range(self.counts[part]):
                    progress.update(f"making {self.source.id}", done, total, "pictures")
                    done += 1
                    made.append(one(part, n))
                writer.add(np.stack([m.image for m in made]),
                           np.array([m.label for m in made], np.int64), part == "held_out",
                           cameras=np.stack([m.camera for m in made]))  # fmt: skip
                writer.know(part, "record", np.stack([m.record for m in made]))
            writer.describe(self.source.id, self.source.title, classes, facts={})
