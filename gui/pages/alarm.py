"""Says once when the embeddings of a training have collapsed, however good its loss looks."""

from __future__ import annotations

from collections.abc import Sequence

from core.mailbox import Row

GAUGE = "std x sqrt(d)"  # 1: spread evenly; 0: all the same
COLLAPSED = 0.05
PATIENCE = 20  # rows in a row; at the first steps all embeddings may be alike
WORDS = (
    "The embeddings have collapsed: all pictures get nearly the same one (std × √d is {:.3f}, "
    "1 is healthy). The loss can look perfect meanwhile; the features are of no use."
)


class CollapseAlarm:
    """Heeds the rows of one training."""

    def __init__(self) -> None:
        self._low = 0
        self._rung = False

    def heed(self, rows: Sequence[Row]) -> str | None:
        """A sentence when the collapse is certain, for the first time; else None."""
        for row in rows:
            value = row.scalars.get(GAUGE)
            if value is None:
                continue
            self._low = self._low + 1 if value < COLLAPSED else 0
            if self._low >= PATIENCE and not self._rung:
                self._rung = True
                return WORDS.format(value)
        return None
