"""Says once when the embeddings of a training have collapsed, however good its loss looks."""

from __future__ import annotations

from collections.abc import Sequence

from core.mailbox import Row

# What the gauge says when all embeddings are the same, and when all lie on one line.
COLLAPSED = {"std x sqrt(d)": 0.05, "effective rank": 1.5}
PATIENCE = 20  # rows in a row; at the first steps all embeddings may be alike
WORDS = (
    "The embeddings have collapsed: the {} has fallen to {:.2f}, so nearly all pictures look alike "
    "to the network. The loss can look perfect meanwhile; the features are of little use."
)


class CollapseAlarm:
    """Heeds the rows of one training."""

    def __init__(self) -> None:
        self._low = dict.fromkeys(COLLAPSED, 0)
        self._rung = False

    def heed(self, rows: Sequence[Row]) -> str | None:
        """A sentence when the collapse is certain, for the first time; else None."""
        for row in rows:
            for name, least in COLLAPSED.items():
                value = row.scalars.get(name)
                if value is None:
                    continue
                self._low[name] = self._low[name] + 1 if value < least else 0
                if self._low[name] >= PATIENCE and not self._rung:
                    self._rung = True
                    return WORDS.format(name, value)
        return None
