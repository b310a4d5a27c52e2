"""What passes from a training to whoever listens: numbers, which may be dropped, and news.

Appending costs a microsecond and never waits. The window drains the box with one timer, however
fast the trainer is; rows beyond the bound fall out oldest first, for the run folder keeps them all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """The scalars of one step, and the seconds trained when it ended."""

    step: int
    seconds: float
    scalars: dict[str, float]


@dataclass(frozen=True)
class Event:
    """Something that happened: a state, a snapshot, progress of preparing, a failure."""

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mail:
    rows: list[Row]
    events: list[Event]


class Mailbox:
    """Bounded for rows, unbounded for the few events. Any thread may write; one reads."""

    def __init__(self, most_rows: int = 20_000) -> None:
        self._rows: deque[Row] = deque(maxlen=most_rows)
        self._events: deque[Event] = deque()

    def row(self, step: int, seconds: float, scalars: dict[str, float]) -> None:
        self._rows.append(Row(step, seconds, scalars))

    def event(self, kind: str, **facts: Any) -> None:
        self._events.append(Event(kind, facts))

    @property
    def has_news(self) -> bool:
        """Whether an event waits."""
        return bool(self._events)

    def drain(self) -> Mail:
        """All that came since the last time, in order."""
        return Mail(_empty(self._rows), _empty(self._events))


def _empty(box: deque[Any]) -> list[Any]:
    taken = []
    for _ in range(len(box)):  # what arrives meanwhile waits for the next time
        try:
            taken.append(box.popleft())
        except IndexError:
            break
    return taken
