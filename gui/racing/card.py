"""One lane on the page: its view of the scene, how it stands, what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import SPACE, manager
from gui.widgets.numbers import count
from gui.widgets.readout import Readout
from gui.widgets.scene.stage import Stage
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.racing.onlooker import Shot
    from core.racing.race import LaneState


class LaneCard(QFrame):
    """Shows how a lane stands; what is asked of it is told by `wanted`."""

    wanted = Signal(str)  # "keep", "remove", "run"
    problem = Signal(str)

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.mark = label("●", "strong")
        self.title = label("", "strong")
        self.stage = Stage()
        self.said, self.numbers = Readout(), Readout()
        self.psnr = Readout(Qt.AlignmentFlag.AlignRight)
        self.more = QToolButton(icon=icon("more"), toolTip="What can be done with this lane")
        self.more.setAccessibleName("More about this lane")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        head = QHBoxLayout()
        head.setSpacing(SPACE.tight)
        head.addWidget(self.mark)
        head.addWidget(self.title)
        head.addWidget(self.psnr, 1)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.medium, SPACE.small, SPACE.medium, SPACE.small)
        column.setSpacing(SPACE.tight)
        column.addLayout(head)
        column.addWidget(self.stage, 1)
        column.addWidget(self.said)
        column.addWidget(self.numbers)
        self.stage.problem.connect(self.problem)
        self.stage.clear("The first picture comes at once.")
        self._shot: Shot | None = None
        self._number = number
        manager().changed.connect(self._restyle)
        self._restyle()

    def set_number(self, number: int) -> None:
        """Which colour of the plot is this lane's."""
        if number != self._number:
            self._number = number
            self._restyle()

    def _restyle(self, *_: object) -> None:
        palette = manager().theme.palette
        self.mark.setStyleSheet(f"color: {palette[self._number % len(palette)]};")

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for name, title in (
            ("keep", "Keep as a run"),
            ("run", "Train as a run from the start"),
            ("remove", "Remove"),
        ):
            menu.addAction(title).triggered.connect(lambda _=False, n=name: self.wanted.emit(n))
        return menu

    def show_state(self, state: LaneState, shot: Shot | None) -> None:
        """How the lane stands and is seen."""
        if shot is not None and shot is not self._shot:
            self._shot = shot
            self.stage.show_pixels(shot.picture)
        if self.title.text() != state.title:
            self.title.setText(state.title)
            self.title.setToolTip(state.title)
            self.stage.name = state.title
        if state.failed:
            self.said.setText(f"Stopped at step {count(state.step)}: {state.failed}")
            return
        self.psnr.setText(f"{state.judged[-1].psnr:.2f} dB" if state.judged else "–")
        end = ", finished" if state.finished else ""
        self.said.setText(f"step {count(state.step)}, {state.seconds:.1f} s of work{end}")
        drawn = f" · drawn in {1000 * shot.seconds:.0f} ms" if shot is not None else ""
        self.numbers.setText(
            f"{state.memory.megabytes:.1f} MB · {state.samples:.0f} samples a ray{drawn}"
        )
