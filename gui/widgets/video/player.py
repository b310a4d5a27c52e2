"""The keys of a player: to the ends, a frame at a time, play at a speed, a frame by its number."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QToolButton, QWidget

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.text import label

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
USUAL = 2  # of SPEEDS
BUTTONS = (
    ("first", "First frame (Home)"),
    ("chevron-left", "Frame before (Left)"),
    ("play", "Play or pause (Space)"),
    ("chevron-right", "Next frame (Right)"),
    ("last", "Last frame (End)"),
)


class Player(QWidget):
    """Says which frame is wanted; whoever listens shows it and tells by `set_at`."""

    wanted = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count, self.at, self.fps = 0, 0, 12.0
        self.direction = 0  # 1 plays forward, -1 backward, 0 stands
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.hair)
        self.buttons: dict[str, QToolButton] = {}
        for name, words in BUTTONS:
            button = QToolButton(icon=icon(name), toolTip=words, autoRaise=True)
            button.setAccessibleName(words.split(" (")[0])
            self.buttons[name] = button
            row.addWidget(button)
        self.number = QSpinBox(minimum=1, maximum=1)
        self.number.setAccessibleName("Number of the frame")
        self.number.setToolTip("The frame that is shown; type a number to go there")
        self.number.setKeyboardTracking(False)
        self.number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.of = label("of 1", "small", "secondary")
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast it plays; L and J make it faster")
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(USUAL)
        row.addSpacing(SPACE.small)
        for widget in (self.number, self.of, self.speed):
            row.addWidget(widget)
        row.addStretch(1)
        self._row = row
        steps = {"first": self.first, "chevron-left": lambda: self.step(-1), "play": self.toggle,
                 "chevron-right": lambda: self.step(1), "last": self.last}  # fmt: skip
        for name, do in steps.items():
            self.buttons[name].clicked.connect(lambda _=False, do=do: do())
        self.number.valueChanged.connect(lambda value: self.wanted.emit(value - 1))
        self.speed.activated.connect(lambda _: self._pace())

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put something at the right end of the row."""
        self._row.addWidget(widget, stretch)

    def set_clip(self, count: int, fps: float) -> None:
        """Another clip of so many frames."""
        self.play(0)
        self.count, self.fps = count, max(1.0, fps)
        self.number.setMaximum(max(1, count))
        self.of.setText(f"of {count:,}")

    def set_at(self, frame: int) -> None:
        """The frame that is shown."""
        self.at = frame
        self.number.blockSignals(True)
        self.number.setValue(frame + 1)
        self.number.blockSignals(False)

    def first(self) -> None:
        self.play(0)
        self.wanted.emit(0)

    def last(self) -> None:
        self.play(0)
        self.wanted.emit(self.count - 1)

    def step(self, by: int) -> None:
        """So many frames on; it stops playing."""
        self.play(0)
        self.wanted.emit(max(0, min(self.count - 1, self.at + by)))

    def toggle(self) -> None:
        """Play forward, or pause."""
        self.play(0 if self.direction else 1)

    def shuttle(self, direction: int) -> None:
        """As the keys J, K and L of a cutting table: the same once more is faster, 0 stands."""
        if direction and direction == self.direction:
            self.speed.setCurrentIndex(min(len(SPEEDS) - 1, self.speed.currentIndex() + 1))
        elif direction:
            self.speed.setCurrentIndex(USUAL)
        self.play(direction)

    def play(self, direction: int) -> None:
        """1 forward, -1 backward, 0 stand."""
        direction = direction if self.count > 1 else 0
        was, self.direction = self.direction, direction
        if direction:
            self._pace()
            self._timer.start()
        else:
            self._timer.stop()
        if bool(was) != bool(direction):
            self.buttons["play"].setIcon(icon("pause" if direction else "play"))
            self.playing_changed.emit(bool(direction))

    def _pace(self) -> None:
        self._timer.setInterval(max(8, round(1000 / (self.fps * self.speed.currentData()))))

    def _turn(self) -> None:
        """The next frame; after the last it begins again."""
        if self.isVisible():
            self.wanted.emit((self.at + self.direction) % self.count)
        else:
            self.play(0)
