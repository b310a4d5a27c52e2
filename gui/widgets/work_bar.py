"""Long work in one line: what is done, how fast, what remains, and a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from core.progress import Tick
from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.numbers import duration
from gui.widgets.text import label


class WorkBar(QWidget):
    """Hidden while nothing works."""

    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = label("", "small", "secondary")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(40)
        self.stop = QToolButton(icon=icon("stop"), toolTip="Stop this")
        self.stop.setAccessibleName("Stop this work")
        self.stop.clicked.connect(self.stopped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(self.said)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        self.hide()

    def begin(self, what: str) -> None:
        """Say what begins."""
        self.said.setText(what)
        self.bar.setRange(0, 0)
        self.show()

    def tell(self, tick: Tick) -> None:
        """How far it is."""
        self.bar.setRange(0, max(0, tick.total))
        self.bar.setValue(tick.done)
        rate = f", {tick.rate:.1f} a second" if tick.rate > 0 else ""
        left = f", {duration(tick.remaining)} left" if tick.remaining is not None else ""
        of = f" of {tick.total:,}" if tick.total else ""
        self.said.setText(f"{tick.what}: {tick.done:,}{of}{rate}{left}")

    def end(self) -> None:
        self.hide()
