"""How the games went: the share of samples near a mode, and of modes covered, over the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from core.pictures import Curve, Line
from gui.views.curve import CurveView

if TYPE_CHECKING:
    from core.arena.look import GameLook


HEIGHT = 190  # pixels; the rest is for the games


class Course(CurveView):
    """Grows with what is seen of the games; each state of a game counts once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: dict[
            str, dict[int, tuple[float, float]]
        ] = {}  # title -> step -> seconds, worth
        self._clock, self._drawn = "steps", 0
        self.setFixedHeight(HEIGHT)
        self.clear("Play, and see how much of what is made lies where it should.")

    def clear(self, why: str = "Play, and see how much of what is made lies where it should.",
              ) -> None:  # fmt: skip
        """Forget what was seen."""
        self._seen, self._drawn = {}, 0
        super().clear(why)

    def follow(
        self,
        titles: Sequence[str],
        reached: Sequence[int],
        looks: Sequence[GameLook | None],
        at: float | None,
        clock: str,
    ) -> None:
        """Take note of how each game looks now, and draw the line of the past that is looked at.

        What lies beyond the step that a game has `reached` was rolled back, and is forgotten.
        """
        for title, look in zip(titles, looks):
            if look is not None and look.modes is not None:
                told = look.seconds, float(look.modes.quality)
                self._seen.setdefault(title, {})[look.step] = told
        for title in [t for t in self._seen if t not in titles]:
            del self._seen[title]
        for title, last in zip(titles, reached):
            for step in [s for s in self._seen.get(title, {}) if s > last]:
                del self._seen[title][step]
        known = sum(len(seen) for seen in self._seen.values())
        if known != self._drawn or clock != self._clock:
            self._drawn, self._clock = known, clock
            self._show_lines()
        self.plot.set_playhead(at)

    def _show_lines(self) -> None:
        lines = {}
        for title, seen in self._seen.items():
            if not seen:
                continue
            steps = np.array(sorted(seen), float)
            seconds, worth = np.array([seen[int(s)] for s in steps], float).T
            lines[title] = Line(steps if self._clock == "steps" else seconds, worth)
        label = "step" if self._clock == "steps" else "seconds of work"
        self.show_picture(Curve(lines, label, "samples near a mode"))
