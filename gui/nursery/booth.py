"""A booth in which a person says of pictures, shown for a moment, which are real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from core.pictures import Images, Table
from gui.theme import SPACE, manager
from gui.views.table import TableView
from gui.widgets.pixels import draw_image, fitted, to_qimage
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.generative.hype import Booth

TIMES = (100, 200, 300, 500, 1000, 0)  # milliseconds; 0 without a limit
USUAL = 500
MASK = 48  # squares across the noise that follows a picture
ASKED = (
    "Half of the pictures that come are real, half were made by the network. Say of each which it "
    "is: R for real, G for generated; Backspace takes the last answer back, Escape leaves."
)


class Screen(QWidget):
    """One picture as large as fits, or noise in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self.setMinimumSize(280, 280)
        self.setAccessibleName("The picture that is asked about")

    def show_image(self, pixels: np.ndarray | None) -> None:
        """(H, W, 3) uint8, or nothing."""
        self._image = None if pixels is None else to_qimage(pixels)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), manager().theme.color("panel"))
        if self._image is not None:
            draw_image(painter, fitted(self._image, QRectF(self.rect())), self._image)


class BoothDialog(QDialog):
    """A test of real and made pictures (N, H, W, 3); `finished_test` tells its Booth once."""

    finished_test = Signal(object)

    def __init__(
        self,
        real: Images,
        made: Images,
        step: int,
        earlier: Sequence[dict[str, Any]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Judge by eye, step {step:,}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 660)
        self._pictures = {True: real, False: made}
        self._rng = np.random.default_rng([step, len(earlier)])
        self.test: Booth | None = None
        self.time = QComboBox()
        self.time.setAccessibleName("How long each picture is shown")
        for each in TIMES:
            self.time.addItem(f"{each} ms" if each else "no limit", each)
        self.time.setCurrentIndex(TIMES.index(USUAL))
        self.begin = QPushButton("Begin")
        self.begin.setProperty("kind", "primary")
        self.screen_ = Screen()
        self.bar = QProgressBar()
        self.count = label("", "small", "secondary")
        self.real, self.generated = QPushButton("Real (R)"), QPushButton("Generated (G)")
        self.leave = QPushButton("Leave")
        self.verdict = label("", "lead", wrap=True, selectable=True)
        self.earlier = TableView()
        self.close_ = QPushButton("Close")
        self._hide = QTimer(self, singleShot=True)
        self._hide.timeout.connect(self._mask)
        self._lay_out()
        self._connect()
        self.show_earlier(earlier)

    def _lay_out(self) -> None:
        first, test, last = QWidget(), QWidget(), QWidget()
        self.pages = QStackedLayout(self)
        for page in (first, test, last):
            page.setLayout(QVBoxLayout())
            page.layout().setSpacing(SPACE.medium)
            self.pages.addWidget(page)
        row = QHBoxLayout()
        row.addWidget(label("Each picture is shown for"))
        row.addWidget(self.time)
        row.addStretch(1)
        row.addWidget(self.begin)
        self._first = first.layout()
        self._first.addWidget(label(ASKED, wrap=True))
        self._first.addLayout(row)
        self._first.addWidget(self.earlier)
        buttons = QHBoxLayout()
        for button in (self.real, self.generated, self.leave):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys go to the dialog
            buttons.addWidget(button)
        inside = test.layout()
        inside.addWidget(self.screen_, 1)
        inside.addWidget(self.bar)
        inside.addWidget(self.count, 0, Qt.AlignmentFlag.AlignCenter)
        inside.addLayout(buttons)
        self._last = last.layout()
        self._last.addWidget(self.verdict)
        self._last.addWidget(self.close_, 0, Qt.AlignmentFlag.AlignRight)

    def _connect(self) -> None:
        self.begin.clicked.connect(self.start)
        self.real.clicked.connect(lambda: self.answer(True))
        self.generated.clicked.connect(lambda: self.answer(False))
        self.leave.clicked.connect(self.reject)
        self.close_.clicked.connect(self.accept)

    def show_earlier(self, tests: Sequence[dict[str, Any]]) -> None:
        """The tests that were kept with the run."""
        rows = [
            (t["step"], f"{t['milliseconds']} ms" if t["milliseconds"] else "no limit",
             100 * t["rate"], f"{100 * t['low']:.0f} to {100 * t['high']:.0f}", 100 * t["fooled"])
            for t in tests
        ]  # fmt: skip
        names = ("step", "shown for", "mistakes, %", "95 % interval", "made passed for real, %")
        if rows:
            self.earlier.show_picture(Table(names, rows))
        else:
            self.earlier.clear("Nobody has judged this run yet.")

    def start(self) -> None:
        """The first picture."""
        from core.generative.hype import booth

        real, made = len(self._pictures[True]), len(self._pictures[False])
        self.test = booth(real, made, self._rng, milliseconds=self.time.currentData())
        self.bar.setRange(0, len(self.test.trials))
        self.pages.setCurrentIndex(1)
        self.setFocus()
        self._show_next()

    def answer(self, real: bool) -> None:
        """Say what the picture of now is."""
        if self.test is None or self.test.done:
            return
        self.test = self.test.answer(real)
        self._show_next()

    def back(self) -> None:
        """Take the last answer back."""
        if self.test is not None and not self.test.done and self.test.answered:
            self.test = self.test.back()
            self._show_next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        testing = self.pages.currentIndex() == 1
        acts = {
            Qt.Key.Key_R: lambda: self.answer(True),
            Qt.Key.Key_G: lambda: self.answer(False),
            Qt.Key.Key_Backspace: self.back,
        }
        act = acts.get(Qt.Key(event.key()))
        if testing and act is not None:
            act()
        else:
            super().keyPressEvent(event)

    def _show_next(self) -> None:
        assert self.test is not None
        self._hide.stop()
        self.bar.setValue(self.test.answered)
        self.count.setText(f"{self.test.answered} of {len(self.test.trials)} judged")
        now = self.test.now
        if now is None:
            self._end()
            return
        self.screen_.show_image(self._pictures[now.real][now.index])
        if self.test.milliseconds:
            self._hide.start(self.test.milliseconds)

    def _mask(self) -> None:
        """Noise, so that the eye keeps nothing of the picture."""
        self.screen_.show_image(self._rng.integers(0, 256, (MASK, MASK), dtype=np.uint8))

    def _end(self) -> None:
        from core.generative.hype import verdict

        assert self.test is not None
        self.verdict.setText(verdict(self.test).sentence())
        self._last.insertWidget(1, self.earlier, 1)
        self.pages.setCurrentIndex(2)
        self.finished_test.emit(self.test)

    def done(self, result: int) -> None:
        self._hide.stop()
        super().done(result)
