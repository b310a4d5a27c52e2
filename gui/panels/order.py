"""Lay the tiles of a picture by hand, and ask in which order the network takes them to lie."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE
from gui.views.order import OrderView
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label, restyle

if TYPE_CHECKING:
    from core.observer import Answer
    from core.puzzles import Ordering

HELP = (
    "Drag a tile onto another, or click both, or use the arrows and Space, to swap them; Enter "
    "asks the network in which order they lie."
)


class OrderPanel(PicturePanel):
    """A puzzle of one picture: shuffled, moved by hand, answered, solved."""

    title = "Puzzle by hand"
    ability = "Orders"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.shuffle, self.ask_button = QPushButton("Shuffle"), QPushButton("Ask")
        self.solve, self.always = QPushButton("Solve"), QCheckBox("At every move")
        self.shuffle.setToolTip("Lay the tiles in one of the orders that the network knows")
        self.ask_button.setToolTip("Ask the network in which order the tiles lie (Enter)")
        self.ask_button.setProperty("kind", "primary")
        self.solve.setToolTip("Lay the tiles as they belong")
        self.always.setToolTip("Ask again whenever a tile was moved")
        self.view = OrderView()
        self.view.setToolTip(HELP)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self._laid: list[int] | None = None  # None: in the order of the draw
        self._draws, self._told = 0, False
        self._found: Ordering | None = None
        self._lay_out()
        self.shuffle.clicked.connect(self._shuffle)
        self.ask_button.clicked.connect(self._ask_network)
        self.solve.clicked.connect(lambda: self._lay(list(range(9))))
        self.view.board.swapped.connect(self._swap)
        self.view.board.asked.connect(self._ask_network)
        self.view.board.turned.connect(self.turner.turn)
        self.view.problem.connect(self.problem)
        self.turner.turned.connect(self._another_picture)

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.small)
        for parts in ((self.shuffle, self.solve, self.ask_button, self.always), (self.turner,)):
            flow.add_group(*parts)
        self.body.addLayout(flow)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.said)

    # --- laying tiles -----------------------------------------------------------------------------

    def _shuffle(self) -> None:
        self._draws += 1
        self._laid = None
        self._told = self.always.isChecked()
        self.view.board.let_go()
        self.refresh()

    def _swap(self, first: int, second: int) -> None:
        if self._found is None:
            return
        laid = self._found.laid.tolist()
        laid[first], laid[second] = laid[second], laid[first]
        self._lay(laid)

    def _lay(self, laid: list[int]) -> None:
        """The tiles lie so at once; what the network says of it comes when it is asked."""
        import numpy as np

        self._laid = laid
        self._told = self.always.isChecked()
        if self._found is not None:
            self._found = replace(self._found, laid=np.array(laid))
            self.view.show_ordering(self._found, False)
            self._say(HELP)
        self.refresh()

    def _another_picture(self) -> None:
        self._told = self.always.isChecked()

    def _ask_network(self) -> None:
        self._told = True
        self.refresh()

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core import puzzles

        if self.session.probe is None:
            return False
        if not self.follow_pictures():
            self.view.clear("Choose a picture in the strip below, or open one of your own.")
            return True
        return self.put(puzzles.ordering(self._laid, self._draws, self.turner.at), self._show)

    def refused(self, reason: str) -> None:
        self.view.clear(reason)
        self._say("")

    def _show(self, answer: Answer) -> None:
        found: Ordering = answer.value
        if self._laid is not None and found.laid.tolist() != self._laid:
            return  # a tile was moved meanwhile; that question is on its way
        self._found = found
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_ordering(found, self._told)
        if self._told:
            tone = "warning" if found.at < 0 else "success" if found.placed == 9 else "danger"
            self._say(found.verdict(), tone)
        else:
            self._say(HELP)

    def _say(self, words: str, tone: str = "secondary") -> None:
        self.said.setText(words)
        restyle(self.said, tone=tone)
