"""How fast something counts up, over the last few seconds."""

from __future__ import annotations

import time


class Rate:
    """Told of counts as they come; answers how many a second there were lately."""

    def __init__(self, seconds: float = 3.0) -> None:
        self._seconds = seconds
        self._seen: list[tuple[float, int]] = []

    def clear(self) -> None:
        """Forget; what comes next is not measured against what was."""
        self._seen.clear()

    def count(self, value: int) -> None:
        """The count stands at `value` now."""
        now = time.monotonic()
        self._seen.append((now, value))
        while len(self._seen) > 2 and now - self._seen[0][0] > self._seconds:
            self._seen.pop(0)

    @property
    def per_second(self) -> float:
        """0 until two counts were seen."""
        if len(self._seen) < 2:
            return 0.0
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        return (after - before) / (now - then) if now > then else 0.0
