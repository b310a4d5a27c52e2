"""One game on the page: its plane, which modes it makes, its scores, its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import SPACE
from gui.widgets.arena.modes import ModeChips
from gui.widgets.arena.plane import PlaneView
from gui.widgets.arena.scores import ScoresView
from gui.widgets.numbers import count, short
from gui.widgets.readout import Readout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.arena.arena import LaneState
    from core.arena.look import Frame, GameLook


class LaneCard(QFrame):
    """Shows a `GameLook`; what is asked of the lane is told by `wanted`."""

    wanted = Signal(str)  # "branch", "change", "run", "remove"
    problem = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.title = label("", "strong")
        self.plane, self.modes, self.scores = PlaneView(), ModeChips(), ScoresView()
        self.said, self.numbers = Readout(), Readout()
        self.clock = Readout(Qt.AlignmentFlag.AlignRight)
        self.more = QToolButton(icon=icon("more"), toolTip="What can be done with this game")
        self.more.setAccessibleName("More about this game")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.clock, 1)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        column.setSpacing(SPACE.tight)
        column.addLayout(head)
        column.addWidget(self.plane, 1)
        for widget in (self.modes, self.said, self.scores, self.numbers):
            column.addWidget(widget)
        self.plane.pointed.connect(self._point)
        for view in (self.plane, self.scores):
            view.problem.connect(self.problem)
        self.numbers.setToolTip(
            "What the discriminator says of real and of generated points, and how steep the score "
            "is where the samples lie: flat ground teaches nothing"
        )
        self._look: GameLook | None = None

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for name, title in (
            ("branch", "Branch from here…"),
            ("change", "Begin anew with other options…"),
            ("run", "Train as a run"),
            ("remove", "Remove"),
        ):
            menu.addAction(title).triggered.connect(lambda _=False, n=name: self.wanted.emit(n))
        return menu

    def set_data(self, title: str, frame: Frame, real: np.ndarray) -> None:
        """What the game is about."""
        self.title.setText(title)
        self.title.setToolTip(title)
        self.plane.set_data(frame, real)

    def show_state(self, state: LaneState, look: GameLook | None) -> None:
        """How the game stands, and how it looks where one looks."""
        if look is not self._look:
            self._look = look
            self.plane.show_look(look)
            self.scores.show_scores(look.scores if look is not None else None)
            modes = look.modes if look is not None else None
            fair = [] if modes is None else [share * modes.count for share in modes.shares]
            self.modes.show_shares(fair)
        if state.failed:
            self.said.setText(f"Stopped at step {count(state.step)}: {state.failed}")
        elif look is not None:
            self.clock.setText(f"step {count(look.step)}, {look.seconds:.1f} s")
            self.said.setText(_in_words(look))
            self.numbers.setText(_numbers(look))

    def _point(self, place: tuple[float, float] | None) -> None:
        if self._look is None:
            return
        score = None if place is None else self.plane.score_at(place)
        if place is None or score is None:
            self.numbers.setText(_numbers(self._look))
        else:
            self.numbers.setText(f"at {place[0]:.2f}, {place[1]:.2f}: score {short(score)}")


def _in_words(look: GameLook) -> str:
    """What the samples are worth."""
    if look.modes is None:
        return "Points along curves: no modes to count"
    found = look.modes
    return f"{found.covered} of {found.count} modes, {found.quality:.0%} of samples near one"


def _numbers(look: GameLook) -> str:
    """What both players said in the last step."""
    words = {"D/real": "D(real)", "D/fake": "D(fake)"}
    told = [f"{words[n]} {short(look.scalars[n], 2)}" for n in words if n in look.scalars]
    slope = np.hypot(*np.asarray(look.arrows)[:, 2:].T)
    return " · ".join([*told, f"slope {short(float(slope.mean()), 2)}"])
