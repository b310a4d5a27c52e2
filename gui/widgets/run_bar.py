"""Start, pause, step, stop and begin anew, with the state of the run always in sight."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.fonts import numbers, text
from gui.icons import icon, pixmap
from gui.theme import SPACE, TYPE, manager
from gui.widgets.numbers import count, duration, memory, short
from gui.widgets.readout import Readout

# state -> (words, icon, token, start/pause icon and words, step?, stop?, anew?)
_STATES: dict[str, tuple[str, str, str, str, str, bool, bool, bool]] = {
    "idle": ("Ready", "dash", "text_secondary", "play", "Start", True, False, False),
    "preparing": ("Preparing", "settings", "warning", "pause", "Pause", False, True, False),
    "training": ("Training", "live", "accent", "pause", "Pause", False, True, True),
    "paused": ("Paused", "pause", "warning", "play", "Resume", True, True, True),
    "stopped": ("Stopped", "stop", "text_secondary", "play", "Continue", False, False, True),
    "interrupted": ("Interrupted", "warning", "warning", "play", "Continue", False, False, True),
    "finished": ("Finished", "check", "success", "play", "Train on", False, False, True),
    "failed": ("Failed", "error", "danger", "play", "Try again", False, False, True),
}


class StateChip(QWidget):
    """The state as an icon and a word on a tinted pill."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._icon, self._token = "", "dash", "text_secondary"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        manager().changed.connect(self.update)

    def set_state(self, words: str, symbol: str, token: str) -> None:
        self._words, self._icon, self._token = words, symbol, token
        self.setAccessibleName(f"State: {words}")
        self.update()

    def sizeHint(self) -> QSize:
        widest = max(
            QFontMetrics(text(TYPE.small)).horizontalAdvance(entry[0]) for entry in _STATES.values()
        )
        return QSize(widest + 44, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, painter = manager().theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(theme.color(self._token))
        pill = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.color(self._token, 0.35))
        painter.setBrush(theme.color(self._token, 0.10))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        symbol = pixmap(self._icon, 14, self._token, painter.device().devicePixelRatioF())
        painter.drawPixmap(12, (self.height() - 14) // 2, symbol)
        painter.setFont(text(TYPE.small))
        painter.setPen(ink)
        room = self.rect().adjusted(32, 0, -6, 0)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words
        )


class RunBar(QWidget):
    """Emits what is wanted; shows what it is told by `set_state` and `set_progress`."""

    start_pause = Signal()
    step_once = Signal()
    stop = Signal()
    restart = Signal()
    see_learned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = "idle"
        self._main = _button("play", "Start", self.start_pause)
        self._main.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._main.setMinimumWidth(96)
        self._step = _button("step", "Train one step", self.step_once)
        self._stop = _button("stop", "Stop and keep what was learned", self.stop)
        self._anew = _button("reset", "New run with these settings", self.restart)
        self.learned = QPushButton("See one that has learned")
        self.learned.setToolTip("Open a run of this method that ships with the program")
        self.learned.clicked.connect(self.see_learned)
        self._has_learned = False
        self._chip = StateChip()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Progress of the run")
        self._left, self._right = Readout(), Readout(Qt.AlignmentFlag.AlignRight)
        self._machine = QLabel()
        self._build()
        self.set_state("idle")

    def _build(self) -> None:
        for label in (self._left, self._right, self._machine):
            label.setFont(numbers(TYPE.small))
        self._machine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        lines = QVBoxLayout()
        lines.setSpacing(SPACE.tight)
        said = QHBoxLayout()
        said.addWidget(self._left, 1)
        said.addWidget(self._right, 1)
        lines.addStretch(1)
        lines.addLayout(said)
        lines.addWidget(self._bar)
        lines.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        row.setSpacing(SPACE.small)
        for part in (self._main, self._step, self._stop, self._anew, self._chip, self.learned):
            row.addWidget(part)
        row.addSpacing(SPACE.small)
        row.addLayout(lines, 1)
        row.addSpacing(SPACE.small)
        row.addWidget(self._machine)

    def set_state(self, state: str, reason: str = "") -> None:
        """Show a state of the engine and a sentence of why; raises ValueError if unknown."""
        if state not in _STATES:
            raise ValueError(f"state {state!r}: expected one of {', '.join(_STATES)}")
        self.state = state
        words, symbol, token, main_icon, main_words, step, stop, anew = _STATES[state]
        self._chip.set_state(words, symbol, token)
        self._chip.setToolTip(reason)
        self._main.setIcon(icon(main_icon, "accent"))
        self._main.setText(main_words)
        self._main.setToolTip(f"{main_words} training")
        self._main.setAccessibleName(f"{main_words} training")
        for button, on in ((self._step, step), (self._stop, stop), (self._anew, anew)):
            button.setEnabled(on)
        self.learned.setVisible(self._has_learned and state == "idle")
        if reason:
            self._right.setText(reason)

    def offer_learned(self, on: bool) -> None:
        """Offer a run that ships with the program, as long as there is none here yet."""
        self._has_learned = on
        self.learned.setVisible(on and self.state == "idle")

    def set_progress(
        self,
        step: int,
        total: int,
        rate: float | None = None,
        remaining: float | None = None,
        what: str = "step",
    ) -> None:
        """«step 340 of 600», «41 it/s», «6 s left»; `total` is 0 when unknown; times in seconds."""
        known = f"{what} {count(step)}" if step else what  # of what is not counted: no 0
        self._left.setText(f"{what} {count(step)} of {count(total)}" if total else known)
        if total:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(step / total, 1.0)))
        else:
            self._bar.setRange(0, 0)
        parts = []
        if rate:
            parts.append(f"{short(rate, 2)} it/s")
        if remaining is not None and self.state in ("training", "preparing"):
            parts.append(f"{duration(remaining)} left")
        self._right.setText("   ".join(parts))

    def set_machine(self, device: str, used: float | None = None) -> None:
        """What computes, and how many bytes of memory it holds."""
        self._machine.setText(device if used is None else f"{device}  ·  {memory(used)}")
        self._machine.setToolTip("What computes, and the memory in use")


def _button(symbol: str, hint: str, signal: Signal) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(symbol))
    button.setIconSize(QSize(18, 18))
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    button.clicked.connect(signal)
    return button
