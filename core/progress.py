"""How long work says how far it is, and hears that it is no longer wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


class Cancelled(Exception):
    """The person asked for this work to stop; nothing half-done was left behind."""


@dataclass(frozen=True)
class Tick:
    """One report: `done` of `total` (0 when unknown) of `what`, at `rate` a second."""

    what: str
    done: int
    total: int
    unit: str
    rate: float
    remaining: float | None  # seconds; None when it cannot be known

    @property
    def fraction(self) -> float | None:
        return self.done / self.total if self.total > 0 else None


class Progress:
    """Told of work done by whoever does it; tells a listener, at most 20 times a second.

    `update` raises Cancelled when `cancelled()` answers true, so work that reports can be stopped.
    """

    def __init__(
        self,
        listener: Callable[[Tick], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self._listener = listener
        self._cancelled = cancelled
        self._what = ""
        self._started = self._told = 0.0
        self._first = self._done = 0  # of this piece of work: when it began, and now

    def silent(self) -> Progress:
        """Tells nobody, and hears as this does that the work is no longer wanted."""
        return Progress(cancelled=self._cancelled)

    def is_cancelled(self) -> bool:
        """Whether the work is no longer wanted: for what cannot report and must not raise."""
        return self._cancelled is not None and self._cancelled()

    def update(self, what: str, done: int, total: int = 0, unit: str = "") -> None:
        """Say that `done` of `total` units of `what` are done; raises Cancelled."""
        if self.is_cancelled():
            raise Cancelled(what)
        now = time.monotonic()
        if what != self._what or done < self._done:  # another piece of work, or the same once more
            self._what, self._started, self._told, self._first = what, now, 0.0, done
        self._done = done
        finished = total > 0 and done >= total
        if self._listener is None or (now - self._told < 0.05 and not finished):
            return
        self._told = now
        seconds = now - self._started
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        remaining = (total - done) / rate if total > 0 and rate > 0 else None
        self._listener(Tick(what, done, total, unit, rate, remaining))
