"""The past of a game: checkpoints, evenly spaced, kept in memory so that one can go back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.runs import Checkpoint

MOST = 96  # moments; when there are more, every other one is forgotten
FIRST_SPACING = 10  # steps between two moments, until then

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Moment:
    """Everything that is needed to go on from a step."""

    step: int
    seconds: float  # played until then
    model: Arrays
    optimizer: Arrays
    state: dict[str, Any]

    def checkpoint(self) -> Checkpoint:
        """The same as a run folder would give it."""
        return Checkpoint(self.step, self.model, self.optimizer, self.state, [])


class History:
    """Moments in the order of their steps; never more than `MOST` of them."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.spacing = FIRST_SPACING

    def is_due(self, step: int) -> bool:
        """Whether the moment after `step` steps should be kept."""
        return step % self.spacing == 0

    def keep(self, moment: Moment) -> None:
        """Add the newest moment, and thin the others where there are too many."""
        self.forget_after(moment.step - 1)
        self.moments.append(moment)
        while len(self.moments) > MOST:
            self.spacing *= 2
            self.moments = [m for m in self.moments if m.step % self.spacing == 0]

    def at(self, step: int) -> Moment:
        """The last moment at or before a step; raises LookupError where nothing is kept."""
        found = bisect_right([m.step for m in self.moments], step)
        if not self.moments:
            raise LookupError("nothing was played yet")
        return self.moments[max(0, found - 1)]

    def at_seconds(self, seconds: float) -> Moment:
        """The last moment at or before so many seconds of play."""
        found = bisect_right([m.seconds for m in self.moments], seconds)
        if not self.moments:
            raise LookupError("nothing was played yet")
        return self.moments[max(0, found - 1)]

    def forget_after(self, step: int) -> None:
        """Give up what came after a step."""
        self.moments = [m for m in self.moments if m.step <= step]

    def until(self, step: int) -> History:
        """A past of its own that ends at that step; the moments themselves are shared."""
        made = History()
        made.spacing = self.spacing
        made.moments = [m for m in self.moments if m.step <= step]
        return made
