"""Python's garbage, collected by the window's thread alone.

Cycles are searched for by whichever thread happens to make the next object. Among what they hold
are Qt's objects, and one of those that is deleted by a training's thread, while the window's works
with it, ends the program.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250
FULL_SECONDS = 60.0  # between two searches of all there is, which hold everybody up


class Collector(QObject):
    """Searches about as often as Python itself would, but between two events of the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._limits = gc.get_threshold()
        self._searched = time.monotonic()  # all there is
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> int:
        """Search the oldest generation that is due, and the younger ones: what was found."""
        counts, now = gc.get_count(), time.monotonic()
        for generation in (2, 1, 0):
            early = generation == 2 and now - self._searched < FULL_SECONDS
            if counts[generation] > self._limits[generation] and not early:
                self._searched = now if generation == 2 else self._searched
                return gc.collect(generation)
        return 0

    def spare(self) -> None:
        """Never search again what is there now: the libraries, once they are imported."""
        gc.freeze()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
