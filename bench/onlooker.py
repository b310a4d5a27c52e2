"""Runs `main.py` and looks on: when is the window painted, when does a click give a point?

    python -m bench.onlooker (warm | "at once") STARTED

STARTED is `time.monotonic()` of whoever launched it. Prints one line of JSON, in seconds.
"""

from __future__ import annotations

import json
import math
import runpy
import sys
import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from bench.common import ROOT
from gui.app import make_application
from gui.window import Window

LOSS = "\nloss"  # the key of the training loss in its plot's legend
POLL_MS = 5


class Onlooker(QObject):
    """Waits for the first paint, clicks "Train" on rotation, waits for the first point, closes."""

    def __init__(self, at_once: bool, started: float) -> None:
        super().__init__()
        self.at_once, self.started = at_once, started
        self.window: Window | None = None
        self.seconds: dict[str, float] = {}
        self._clicked = 0.0, 0.0
        self._poll = QTimer(self, interval=POLL_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, Window) and not self.window:
            self.window = watched
            QTimer.singleShot(0, self._painted)  # when this paint is on the screen
        return False

    def _painted(self) -> None:
        assert self.window is not None
        self.window.removeEventFilter(self)
        self.window.ask = lambda *_: True
        self.seconds["painted"] = time.monotonic() - self.started
        self.seconds["painted, CPU"] = time.process_time()
        if self.at_once:
            self._click()
        else:
            self.window.laboratory.when_warm(lambda: QTimer.singleShot(300, self._click))

    def _click(self) -> None:
        assert self.window is not None
        card = next(c for c in self.window.gallery.cards if c.note.id == "rotation")
        button = next(b for b in card.findChildren(QPushButton) if b.text() == "Train")
        self._poll.timeout.connect(self._look)
        self._poll.start()
        self._clicked = time.monotonic(), time.process_time()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _look(self) -> None:
        """Whether the training loss is drawn."""
        assert self.window is not None
        desk = self.window.workbench.desk()
        cards = desk.curves.cards() if desk is not None else []
        if any(math.isfinite(card.plot.value_at(LOSS, 0.0)) for card in cards):
            self.seconds["point"] = time.monotonic() - self._clicked[0]
            self.seconds["point, CPU"] = time.process_time() - self._clicked[1]
            self._poll.stop()
            self.window.close()


def main() -> None:
    at_once, started = sys.argv[1] == "at once", float(sys.argv[2])
    onlooker = Onlooker(at_once, started)
    app: QWidget = make_application([])
    app.installEventFilter(onlooker)
    sys.argv = [str(ROOT / "main.py")]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        print(json.dumps(onlooker.seconds), flush=True)


if __name__ == "__main__":
    main()
