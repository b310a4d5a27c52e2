"""Python's garbage, collected by the window's thread alone.

Cycles are searched for by whichever thread happens to make the next object. Among what they hold
are Qt's objects, and one of those that is deleted by a training's thread, while the window's works
with it, ends the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250


class Collector(QObject):
    """Searches as often as Python itself would, but between two events of the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> int:
        """Search the oldest generation that is due, and the younger ones: what was found."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._limits[generation]:
                return gc.collect(generation)
        return 0

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
