"""Tell the colours of a few places of a grey picture, and see what the network makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QSlider, QToolButton, QWidget

from gui.icons import icon
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE
from gui.views.colour_hints import ColourHintsView
from gui.widgets.flow import FlowLayout
from gui.widgets.hint_canvas import Dot
from gui.widgets.swatches import Swatches
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.colour_hints import Colouring, Hint
    from core.observer import Answer

KEPT = 100  # changes that can be taken back
LARGEST = 8  # side of a hint in pixels
HELP = (
    "Click a place of the grey picture and choose a colour: the likeliest ones there stand above "
    "(1 to 8), C opens all. A click on the true picture tells its colour. Drag a hint to move it; "
    "the right button takes it away, Ctrl+Z back."
)


class ColourHintsPanel(PicturePanel):
    """One picture in grey, coloured and true; hints, and what may be at the place in hand."""

    title = "Colour hints"
    ability = "Colours"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = ColourHintsView()
        self.canvas = self.view.canvas
        self.canvas.setToolTip(HELP)
        self.swatches = Swatches()
        self.dialog = _button("", "Choose any colour (C)", self.choose_any, "Other…")
        self.size = QSlider(Qt.Orientation.Horizontal)
        self.size.setRange(1, LARGEST)
        self.size.setValue(2)
        self.size.setFixedWidth(72)
        self.size.setToolTip("Side in pixels of the square whose colour is told")
        self.size.setAccessibleName("Size of a hint")
        self.undo_button = _button("undo", "Take the last change back (Ctrl+Z)", self.undo)
        self.redo_button = _button("redo", "Do it again (Ctrl+Shift+Z)", self.redo)
        self.clear_button = _button("close", "Take all hints away (Delete)", self.clear)
        self.said = label(HELP, "small", "secondary", wrap=True)
        self.ask_colour: Callable[[QColor], QColor] = self._ask_colour
        self.hints: tuple[Hint, ...] = ()
        self.place: tuple[int, int] | None = None
        self._past: list[tuple[Hint, ...]] = []
        self._future: list[tuple[Hint, ...]] = []
        self._found: Colouring | None = None
        self._moves = False  # a hint is being dragged, which is one change
        self._lay_out()
        self._connect()
        self._able()

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.medium)
        for parts in (
            (self.swatches, self.dialog),
            (label("Size", "small"), self.size),
            (self.undo_button, self.redo_button, self.clear_button),
            (self.turner,),
        ):
            flow.add_group(*parts)
        self.body.addLayout(flow)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.said)

    def _connect(self) -> None:
        canvas = self.canvas
        canvas.chosen.connect(self.choose_place)
        canvas.true_wanted.connect(self.tell_truth)
        canvas.moved.connect(self.move)
        canvas.removed.connect(self.remove)
        canvas.swatch.connect(self.swatches.choose)
        canvas.dialog_wanted.connect(self.choose_any)
        canvas.undo.connect(self.undo)
        canvas.redo.connect(self.redo)
        canvas.clear_wanted.connect(self.clear)
        canvas.turned.connect(self.turner.turn)
        self.swatches.chosen.connect(self.tell)
        self.size.valueChanged.connect(self._resize)
        self.turner.turned.connect(self._another_picture)
        self.session.pictures_changed.connect(self._another_picture)
        self.view.problem.connect(self.problem)

    # --- hints ------------------------------------------------------------------------------------

    def choose_place(self, x: int, y: int) -> None:
        """The place in hand; the network is asked what may be there."""
        self.place, self._moves = (x, y), False
        self._show_dots()
        self.refresh()

    def tell(self, colour: QColor) -> None:
        """The colour of the place in hand."""
        from core.colour_hints import Hint

        if self.place is None:
            self.said.setText("Click a place of the grey picture first.")
            return
        hint = Hint(*self.place, colour.getRgb()[:3], self.size.value())
        rest = tuple(h for h in self.hints if (h.x, h.y) != self.place)
        self._change((*rest, hint))

    def tell_truth(self, x: int, y: int) -> None:
        """The colour that the picture truly has at a place."""
        if self._found is not None:
            self.place = x, y
            self.tell(QColor(*(int(c) for c in self._found.truth[y, x])))

    def choose_any(self) -> None:
        """A colour by the dialog for the place in hand."""
        if self.place is None:
            self.said.setText("Click a place of the grey picture first.")
            return
        offered = self.swatches.colours
        chosen = self.ask_colour(offered[0] if offered else QColor("white"))
        if chosen.isValid():
            self.tell(chosen)

    def _ask_colour(self, first: QColor) -> QColor:
        return QColorDialog.getColor(first, self, "Colour of this place")

    def move(self, number: int, x: int, y: int) -> None:
        """A hint to another place."""
        moved = replace(self.hints[number], x=x, y=y)
        self.place = x, y
        hints = (*self.hints[:number], moved, *self.hints[number + 1 :])
        if self._moves:
            self._put(hints)
        else:
            self._change(hints)
        self._moves = True

    def remove(self, number: int) -> None:
        self._change(self.hints[:number] + self.hints[number + 1 :])

    def clear(self) -> None:
        """No hint any more."""
        if self.hints:
            self._change(())

    def undo(self) -> None:
        self._turn_back(self._past, self._future)

    def redo(self) -> None:
        self._turn_back(self._future, self._past)

    def _turn_back(self, source: list[tuple[Hint, ...]], other: list[tuple[Hint, ...]]) -> None:
        if source:
            other.append(self.hints)
            self._put(source.pop())

    def _resize(self) -> None:
        """The hint in hand gets the size; later ones, too."""
        self._change(
            tuple(
                replace(h, side=self.size.value()) if (h.x, h.y) == self.place else h
                for h in self.hints
            )
        )

    def _change(self, hints: tuple[Hint, ...]) -> None:
        if hints != self.hints:
            self._past = [*self._past, self.hints][-KEPT:]
            self._future = []
            self._put(hints)

    def _put(self, hints: tuple[Hint, ...]) -> None:
        self.hints = hints
        self._able()
        self._show_dots()
        self.refresh()

    def _able(self) -> None:
        self.undo_button.setEnabled(bool(self._past))
        self.redo_button.setEnabled(bool(self._future))
        self.clear_button.setEnabled(bool(self.hints))

    def _another_picture(self) -> None:
        """Hints belong to their picture."""
        self.hints, self.place, self._past, self._future = (), None, [], []
        self.swatches.offer([], [])
        self._able()
        self._show_dots()

    def _dots(self) -> list[Dot]:
        return [Dot((h.x, h.y), QColor(*h.colour)) for h in self.hints]

    def _show_dots(self) -> None:
        self.canvas.show_dots(self._dots(), self.place)

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core import colour_hints

        if self.session.probe is None:
            return False
        if not self.follow_pictures():
            self.view.clear("Choose a picture in the strip below, or open one of your own.")
            return True
        hints = self.hints
        question = colour_hints.colouring(hints, self.turner.at, self.place)
        return self.put(question, lambda found: self._show(found, hints))

    def refused(self, reason: str) -> None:
        if self._found is None:
            self.view.clear(reason)
        else:
            self.said.setText(reason[:1].upper() + reason[1:] + ".")

    def _show(self, answer: Answer, hints: tuple[Hint, ...]) -> None:
        found: Colouring = answer.value
        self._found = found
        self.view.set_stamp(self.stamp(answer.step))
        self.view.show_colouring(found, hints, self._dots())
        likely = found.likely
        if likely is not None and likely.place == self.place:
            colours = [QColor(*(int(c) for c in colour)) for colour in likely.colours]
            self.swatches.offer(colours, likely.chances.tolist())
        self.said.setText(_sentence(found, len(hints)) if hints else HELP)


def _sentence(found: Colouring, count: int) -> str:
    word = "hint" if count == 1 else "hints"
    return (
        f"{count} {word}: {found.distance:.1f} from the true colours on average (units of Lab), "
        f"{found.unhinted:.1f} without."
    )


def _button(symbol: str, words: str, do: Callable[[], None], text: str = "") -> QToolButton:
    made = QToolButton(text=text, toolTip=words)
    if text:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    else:
        made.setIcon(icon(symbol))
    made.setAccessibleName(words)
    made.clicked.connect(lambda: do())
    return made
