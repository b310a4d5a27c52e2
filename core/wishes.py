"""What people ask of a training, from any thread, to be heard between two steps."""

from __future__ import annotations

import threading
from typing import Any, Literal

Wish = Literal["step", "wait", "stop"]


class Wishes:
    """Pause, go on, take one step, stop, change an option."""

    def __init__(self) -> None:
        self.paused = False
        self.stopped = False
        self._single_steps = 0
        self._changes: list[tuple[str, Any]] = []
        self._news = threading.Condition()

    def pause(self, paused: bool = True) -> None:
        """Stand still, or go on; single steps not taken yet are forgotten."""
        with self._news:
            self.paused = paused
            self._single_steps = 0
            self._news.notify_all()

    def step_once(self) -> None:
        """Take one more step, then stand still."""
        with self._news:
            self.paused = True
            self._single_steps += 1
            self._news.notify_all()

    def stop(self) -> None:
        """End; there is no way back."""
        with self._news:
            self.stopped = True
            self._news.notify_all()

    def change(self, name: str, value: Any) -> None:
        """Give an option another value."""
        with self._news:
            self._changes.append((name, value))
            self._news.notify_all()

    def changes(self) -> list[tuple[str, Any]]:
        """The changes asked for since the last call."""
        with self._news:
            changes, self._changes = self._changes, []
        return changes

    def next(self, held_up: bool) -> Wish:
        """What to do now; a "step" is counted as taken. `held_up`: no step can be taken now."""
        with self._news:
            wish = self._next(held_up)
            if wish == "step":
                self._single_steps = max(0, self._single_steps - 1)
            return wish

    def wait(self, held_up: bool, seconds: float) -> None:
        """Wait for something to do, for so long at most."""
        with self._news:
            if self._next(held_up) == "wait" and not self._changes:
                self._news.wait(seconds)

    def _next(self, held_up: bool) -> Wish:
        if self.stopped:
            return "stop"
        if held_up or (self.paused and not self._single_steps):
            return "wait"
        return "step"
