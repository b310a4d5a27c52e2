"""A mailbox that a test can wait at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from core.mailbox import Event, Mailbox, Row

PATIENCE = 60.0  # seconds until a test that waits in vain fails


class Heard(Mailbox):
    """A mailbox that keeps all it got."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self._news = threading.Condition()

    def row(self, step: int, seconds: float, scalars: dict[str, float]) -> None:
        with self._news:
            self.rows.append(Row(step, seconds, scalars))
            self._news.notify_all()

    def event(self, kind: str, **facts: Any) -> None:
        with self._news:
            self.events.append(Event(kind, facts))
            self._news.notify_all()

    def until(self, come: Callable[[], bool]) -> None:
        """Wait for news that make it true."""
        with self._news:
            assert self._news.wait_for(come, PATIENCE), f"in vain, after {self.events[-5:]}"

    def until_state(self, state: str, times: int = 1) -> None:
        self.until(lambda: self.states.count(state) >= times)

    @property
    def states(self) -> list[str]:
        return [event.facts["state"] for event in self.events if event.kind == "state"]

    @property
    def steps(self) -> list[int]:
        """Of the rows of training, not of those of the held-out pictures."""
        return [row.step for row in self.rows if "loss" in row.scalars]

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [event.facts for event in self.events if event.kind == kind]
