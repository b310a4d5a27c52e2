"""Says once when the embeddings of a training have collapsed, however good its loss looks."""

from __future__ import annotations

from collections.abc import Sequence

from core.mailbox import Row

# What the gauge says when all embeddings are the same, and when all lie on one line.
COLLAPSED = {"std x sqrt(d)": 0.05, "effective rank": 1.5}
PATIENCE = 20  # rows in a row; at the first steps all embeddings may be alike
FEATURES = "held-out/{}/features"  # of every encoder, only now and then
PATIENCE_NOW_AND_THEN = 3
WORDS = (
    "The {} have collapsed: the {} has fallen to {:.2f}, so nearly all pictures look alike "
    "to the network. The loss can look perfect meanwhile; the features are of little use."
)


class CollapseAlarm:
    """Heeds the rows of one training."""

    def __init__(self) -> None:
        self._low: dict[str, int] = {}
        self._healthy: set[str] = set()  # features that were worth something once
        self._rung = False

    def heed(self, rows: Sequence[Row]) -> str | None:
        """A sentence when the collapse is certain, for the first time; else None."""
        for row in rows:
            for name, least in COLLAPSED.items():
                features = FEATURES.format(name)
                for key, what, patience in (
                    (name, "embeddings", PATIENCE),
                    (features, "features", PATIENCE_NOW_AND_THEN),
                ):
                    value = row.scalars.get(key)
                    if value is not None and self._is_certain(key, value < least, patience):
                        self._rung = True
                        return WORDS.format(what, name, value)
        return None

    def _is_certain(self, key: str, low: bool, patience: int) -> bool:
        """Count how often in a row it was low. An untrained network's features may be so at once:
        of these a collapse is a fall.
        """
        if not low:
            self._healthy.add(key)
        falls = key in COLLAPSED or key in self._healthy
        self._low[key] = self._low.get(key, 0) + 1 if low and falls else 0
        return self._low[key] >= patience and not self._rung
