"""Draw, or take a picture, and see at once what it is in the other domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QSlider, QToolButton, QWidget

from gui.icons import icon
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE
from gui.views.translate import TranslateView
from gui.widgets.drawing_board import INK, PAPER
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.generative.translating import Translation
    from core.observer import Answer

LARGEST = 24  # brush, in half pixels of the picture
SWATCH = 14
HELP = (
    "Draw with the left button, take away with the right one; the middle one picks a colour. "
    "[ and ] change the brush, X turns it over, Ctrl+Z takes a stroke back, Delete clears the "
    "board, Page Down begins with the next picture."
)


class TranslatePanel(PicturePanel):
    """A board that begins with a looked-at picture; each stroke is translated as it is drawn."""

    title = "Drawing board"
    ability = "Translates"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = TranslateView()
        self.board = self.view.board
        self.board.setToolTip(HELP)
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setRange(1, LARGEST)
        self.brush.setFixedWidth(96)
        self.brush.setToolTip("Size of the brush ([ and ])")
        self.brush.setAccessibleName("Size of the brush")
        self.ink = _button("", "Draw in ink", lambda: self.board.take_colour(INK))
        self.paper = _button("", "Draw in paper, which takes away (X)",
                             lambda: self.board.take_colour(PAPER))  # fmt: skip
        self.colour = _button("", "Draw in another colour", self._ask_colour, "Colour…")
        self.undo_button = _button("undo", "Take the last stroke back (Ctrl+Z)", self.board.undo)
        self.redo_button = _button("redo", "Do it again (Ctrl+Shift+Z)", self.board.redo)
        self.clear_button = _button("close", "Clear the board (Delete)", self.board.clear_board)
        self.again = _button("reset", "Begin again with the picture", self.take_picture)
        self.save_button = _button("save", "Save the drawing and what was made of it",
                                   lambda: self.view.ask_and_save())  # fmt: skip
        self.back = _button("", "Translate the other way, from B to A", lambda: None, "B to A")
        self.back.setCheckable(True)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self._drawn: np.ndarray | None = None  # what the person has on the board; None: a picture
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.medium)
        for parts in (
            (label("Brush", "small"), self.brush, self.ink, self.paper, self.colour),
            (self.undo_button, self.redo_button, self.clear_button, self.again),
            (self.turner, self.back, self.save_button),
        ):
            flow.add_group(*parts)
        self.body.addLayout(flow)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.said)
        for button, colour in ((self.ink, INK), (self.paper, PAPER), (self.colour, INK)):
            button.setIcon(_swatch(colour))
        self.colour.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.back.hide()
        self._able()

    def _connect(self) -> None:
        self.brush.valueChanged.connect(self._size_brush)
        self.brush.setValue(2)
        self.board.changed.connect(self._painted)
        self.board.sized.connect(lambda step: self.brush.setValue(self.brush.value() + step))
        self.board.colour_changed.connect(lambda it: self.colour.setIcon(_swatch(it)))
        self.board.turned.connect(self.turner.turn)
        self.turner.turned.disconnect()
        self.turner.turned.connect(self.take_picture)
        self.back.toggled.connect(self.take_picture)
        self.view.problem.connect(self.problem)

    # --- drawing ----------------------------------------------------------------------------------

    def take_picture(self, *_: object) -> None:
        """Begin with the looked-at picture."""
        self._drawn = None
        self.refresh()

    def _painted(self) -> None:
        self._drawn = self.board.pixels
        self._able()
        self.refresh()

    def _size_brush(self, half_pixels: int) -> None:
        self.board.size_of_brush = half_pixels / 2
        self.board.update()

    def _ask_colour(self) -> None:
        found = QColorDialog.getColor(self.board.colour, self, "Colour to draw in")
        if found.isValid():
            self.board.take_colour(found)

    def _able(self) -> None:
        self.undo_button.setEnabled(self.board.can_undo)
        self.redo_button.setEnabled(self.board.can_redo)

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core.generative.translating import translating

        if self.session.probe is None:
            return False
        own = self._own
        count = self.follow_pictures()
        if self._own is not None and self._own is not own:
            self._drawn = None  # a picture that was just opened is meant to be seen
        if not count and self._drawn is None:
            self._drawn = np.full((*self.session.probe.images.shape[2:], 3), 255, np.uint8)
        drawn = self._drawn
        question = translating(drawn, self.turner.at, self.back.isChecked())
        return self.put(question, lambda found: self._show(found, drawn is None))

    def refused(self, reason: str) -> None:
        if self.view.can_save():
            self.said.setText(reason[:1].upper() + reason[1:] + ".")
        else:
            self.view.clear(reason)

    def _show(self, answer: Answer, taken: bool) -> None:
        found: Translation = answer.value
        if taken and self._drawn is None and not np.array_equal(found.given, self.board.pixels):
            self.board.set_picture(found.given, remember=self.view.can_save())
            self._able()
        self.view.set_stamp(self.stamp(answer.step))
        self.back.setVisible(found.both_ways)
        made = [("Made", found.made)]
        if found.again is not None:
            made.append(("And back again", found.again))
        self.view.show_made(made)
        self.said.setText(HELP)


def _button(symbol: str, words: str, do: Callable[[], object], text: str = "") -> QToolButton:
    made = QToolButton(text=text, toolTip=words)
    if symbol:
        made.setIcon(icon(symbol))
    elif text:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    made.setAccessibleName(words)
    made.clicked.connect(lambda: do())
    return made


def _swatch(colour: QColor) -> QIcon:
    pixmap = QPixmap(QSize(SWATCH, SWATCH))
    pixmap.fill(colour)
    return QIcon(pixmap)
