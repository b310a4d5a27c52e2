"""Play, step, step one player, go back: the buttons above and the line below the games."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.arena.clock_line import ClockLine
from gui.widgets.readout import Readout
from gui.widgets.text import label

STEPS = (
    ("", "Step", "All games take one step (.)"),
    ("discriminator", "Step D", "One update of the discriminator alone (D)"),
    ("generator", "Step G", "One update of the generator alone (G)"),
)


class TransportBar(QWidget):
    """The buttons above the games."""

    play_wanted = Signal(bool)
    step_wanted = Signal(str)  # "" for all, or a player
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = QPushButton(icon("play", "accent_text"), "Play")
        self.play.setProperty("kind", "primary")
        self.play.setToolTip("Let the games go on, or stand still (Space)")
        self.play.clicked.connect(lambda: self.play_wanted.emit(not self._playing))
        self._playing = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(label("Arena", "heading"))
        row.addSpacing(SPACE.medium)
        row.addWidget(self.play)
        self.steps: dict[str, QToolButton] = {}
        for player, title, help in STEPS:
            button = QToolButton(text=title, toolTip=help)
            button.clicked.connect(lambda _=False, p=player: self.step_wanted.emit(p))
            self.steps[player] = button
            row.addWidget(button)
        self.said = Readout()
        row.addSpacing(SPACE.medium)
        row.addWidget(self.said, 1)
        self.add = QPushButton("Add a game…")
        self.add.setToolTip("One more, on the same points with the same seed")
        self.add.clicked.connect(self.add_wanted)
        row.addWidget(self.add)

    def show_playing(self, on: bool) -> None:
        """Whether the games go on."""
        if on != self._playing:
            self._playing = on
            self.play.setText("Pause" if on else "Play")
            self.play.setIcon(icon("pause" if on else "play", "accent_text"))

    def allow(self, on: bool) -> None:
        """Whether there are games."""
        for button in (self.play, self.add, *self.steps.values()):
            button.setEnabled(on)


class PastBar(QWidget):
    """The line below the games, and what can be done with where one looks."""

    looked = Signal(object)  # a place on the clock, None for now
    back_wanted = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = ClockLine()
        self.said = label("", "small", "secondary")
        self.said.setMinimumWidth(84)
        self.now = QPushButton("Now")
        self.now.setToolTip("Look at the games as they are (End)")
        self.back = QPushButton(icon("undo"), "Roll back to here")
        self.back.setToolTip("All games stand again where they stood then; what came after goes")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.small)
        row.addWidget(self.said)
        row.addWidget(self.line, 1)
        row.addWidget(self.now)
        row.addWidget(self.back)
        self.line.moved.connect(self._tell)
        self.now.clicked.connect(lambda: self.line.go(None))
        self.back.clicked.connect(self.ask_back)
        self._tell_where()

    def show_reached(self, reached: float, clock: str) -> None:
        """How far the games are."""
        self.line.set_reached(reached, clock)
        self._tell_where()

    def _tell(self, at: float | None) -> None:
        self._tell_where()
        self.looked.emit(at)

    def _tell_where(self) -> None:
        self.said.setText(self.line.said())
        for button in (self.now, self.back):
            button.setEnabled(self.line.at is not None)

    def ask_back(self) -> None:
        """Have all games stand again where one looks."""
        at = self.line.at
        if at is not None:
            self.line.go(None)
            self.back_wanted.emit(at)
