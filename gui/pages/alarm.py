"""Says once when what a training learns has collapsed, however good its loss looks."""

from __future__ import annotations

from collections.abc import Sequence

from core.mailbox import Row

# What the gauge says when all embeddings are the same, and when all lie on one line.
COLLAPSED = {"std x sqrt(d)": 0.05, "effective rank": 1.5}
PATIENCE = 20  # rows in a row; at the first steps all embeddings may be alike
FEATURES = "held-out/{}/features"  # of every encoder, only now and then
PATIENCE_NOW_AND_THEN = 3
WARM_STEPS = 50  # before, batch norm's running mean is not yet that of the pictures it evaluates
WORDS = (
    "The {} have collapsed: the {} has fallen to {:.2f}, so nearly all pictures look alike "
    "to the network. The loss can look perfect meanwhile; the features are of little use."
)
# Of a teacher, in nats: its answers' mean entropy, and the entropy of their mean. Where they agree
# it says the same of every picture (Caron et al. 2021, arXiv 2104.14294, section 5.3).
ENTROPY, OF_MEAN = "teacher entropy", "teacher entropy/of the mean answer"
SAME, SURE = 0.05, 0.5
TEACHER = (
    "The teacher says the same of every picture, so there is nothing to learn from it: {}. "
    "What centring and sharpening do together keeps it from this."
)
ONE_WINS = "one output wins everywhere, as without centring"
ALL_EVEN = "all outputs are even, as without sharpening"


class CollapseAlarm:
    """Heeds the rows of one training."""

    def __init__(self) -> None:
        self._low: dict[str, int] = {}
        self._healthy: set[str] = set()  # features that were worth something once
        self._rung = False

    def heed(self, rows: Sequence[Row]) -> str | None:
        """A sentence when the collapse is certain, for the first time; else None."""
        for row in rows:
            if (collapsed := self._heed_vectors(row) or self._heed_teacher(row)) is not None:
                self._rung = True
                return collapsed
        return None

    def _heed_vectors(self, row: Row) -> str | None:
        for name, least in COLLAPSED.items():
            for key, what, patience, warm in (
                (name, "embeddings", PATIENCE, 0),
                (FEATURES.format(name), "features", PATIENCE_NOW_AND_THEN, WARM_STEPS),
            ):
                value = row.scalars.get(key)
                if value is None or (value < least and row.step < warm):
                    continue
                if self._is_certain(key, value < least, patience):
                    return WORDS.format(what, name, value)
        return None

    def _heed_teacher(self, row: Row) -> str | None:
        each, mean = row.scalars.get(ENTROPY), row.scalars.get(OF_MEAN)
        if each is None or mean is None:
            return None
        self._healthy.add(ENTROPY)
        if not self._is_certain(ENTROPY, mean - each < SAME, PATIENCE):
            return None
        return TEACHER.format(ONE_WINS if mean < SURE else ALL_EVEN)

    def _is_certain(self, key: str, low: bool, patience: int) -> bool:
        """Count how often in a row it was low. An untrained network's features may be so at once:
        of these a collapse is a fall.
        """
        if not low:
            self._healthy.add(key)
        falls = key in COLLAPSED or key in self._healthy
        self._low[key] = self._low.get(key, 0) + 1 if low and falls else 0
        return self._low[key] >= patience and not self._rung
