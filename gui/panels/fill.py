"""Hide any part of a picture by hand and see what is made of the rest; other runs beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QSlider, QToolButton, QWidget

from core.runs import RunError
from gui.icons import icon
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE
from gui.views.fill import FillView
from gui.widgets.fill_canvas import Column
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.observer import Answer
    from core.puzzles import Filling, Hole

MOST_HIDDEN = 95  # per cent, by the slider
MOST_BESIDE = 4  # other runs
BRUSH = 6  # the brush at first, as a part of the picture's side
HELP = (
    "Drag over the first picture to hide a part of it; the right button shows it again. [ and ] "
    "change the brush, X turns it over, Ctrl+Z takes a stroke back; arrows and Space work, too."
)


class FillPanel(PicturePanel):
    """A hole by slider or by brush, the same for all pictures and for all runs beside."""

    title = "Hide by hand"
    ability = "Fills"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.view = FillView()
        self.view.setToolTip(HELP)
        self.canvas = self.view.canvas
        self.share = self._slider("Share of the picture that is hidden", 0, MOST_HIDDEN)
        self.percent = label("", "small", "secondary")
        self.percent.setMinimumWidth(34)
        self.draw = self._button("reset", "Hide other parts, as many", self._draw_anew)
        self.brush = self._slider("Size of the brush in pixels ([ and ])", 1, 16)
        self.shows = self._button("undo", "Show again instead of hiding (X)", None, "Show")
        self.shows.setCheckable(True)
        self.undo = self._button("undo", "Take the last stroke back (Ctrl+Z)", self.canvas.undo)
        self.clear = self._button("close", "Hide nothing (Delete)", self.canvas.clear_hole)
        self.all = self._button("gallery", "The same hole in all chosen pictures", None, "All")
        self.all.setCheckable(True)
        self.others = QToolButton(text="Beside")
        self.others.setToolTip("Other runs on these pictures, put before the same hole")
        self.others.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.others.setMenu(QMenu(self.others))
        self.said = label("", "small", "secondary", wrap=True)
        self._draws, self._fresh, self._sized = 0, True, False
        self._touched = False  # it was painted on, so how to do that need not be said any more
        self._hole: Hole | None = None
        self._mine: Filling | None = None
        self._beside: list[Session] = []
        self._theirs: dict[str, Filling | str] = {}  # by run: what it made, or why nothing
        self._lay_out()
        self._connect()

    @staticmethod
    def _slider(words: str, low: int, high: int) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(low, high)
        made.setFixedWidth(96)
        made.setToolTip(words)
        made.setAccessibleName(words)
        return made

    @staticmethod
    def _button(symbol: str, words: str, do: object, text: str = "") -> QToolButton:
        made = QToolButton(icon=icon(symbol), text=text, toolTip=words)
        if text:
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        made.setAccessibleName(words)
        if callable(do):
            made.clicked.connect(lambda: do())
        return made

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.medium)
        for parts in (
            (label("Hidden", "small"), self.share, self.percent, self.draw),
            (label("Brush", "small"), self.brush, self.shows, self.undo, self.clear),
            (self.turner, self.all),
            (self.others,),
        ):
            flow.add_group(*parts)
        self.body.addLayout(flow)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.said)

    def _connect(self) -> None:
        canvas = self.canvas
        self.share.valueChanged.connect(self._hide_share)
        self.brush.valueChanged.connect(self._size_brush)
        self.shows.toggled.connect(self._turn_brush)
        self.all.toggled.connect(self.refresh)
        self.others.menu().aboutToShow.connect(self._list_others)
        canvas.changed.connect(self._painted)
        canvas.sized.connect(lambda step: self.brush.setValue(self.brush.value() + step))
        canvas.shows_changed.connect(self.shows.setChecked)
        canvas.turned.connect(self.turner.turn)
        self.view.problem.connect(self.problem)

    # --- the hole ---------------------------------------------------------------------------------

    def _hide_share(self) -> None:
        from core.puzzles import Hole

        self._hole = Hole(self.share.value() / 100, self._draws)
        self.refresh()

    def _draw_anew(self) -> None:
        self._draws += 1
        self._fresh = True
        self._hide_share()

    def _painted(self) -> None:
        from core.puzzles import Hole

        self._hole = Hole(pixels=self.canvas.hidden.copy())
        self._fresh = self._touched = True
        self._say_share()
        self.refresh()

    def _size_brush(self, size: int) -> None:
        self.canvas.size_of_brush = size
        self.canvas.update()

    def _turn_brush(self, shows: bool) -> None:
        self.canvas.shows = shows

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        from core import puzzles

        if self.session.probe is None:
            return False
        if not self.follow_pictures():
            self.view.clear("Choose a picture in the strip below, or open one of your own.")
            return True
        hole = self._hole = self._hole or puzzles.Hole()
        return self.put(puzzles.filling(hole, self._at()), lambda found: self._show(found, hole))

    def _at(self) -> int | None:
        """The picture in hand, or all that are chosen."""
        return None if self.all.isChecked() and self.session.pictures else self.turner.at

    def _ask_others(self) -> None:
        """Put the hole that was answered, and no other, before the runs beside."""
        from core import puzzles

        assert self._mine is not None
        question = puzzles.filling(puzzles.Hole(pixels=self._mine.hidden), self._at())
        for other in self._beside:
            other.look_at(self.session.pictures, self.session.own_pictures)
            other.ask(self.key, question, self._taker(other), step=other.nearest(self.session.step))

    def _taker(self, other: Session) -> Callable[[Answer], None]:
        def take(answer: Answer) -> None:
            assert other.run is not None
            self._theirs[other.run.id] = answer.error or answer.value
            self._draw()

        return take

    def refused(self, reason: str) -> None:
        if self._mine is None:
            self.view.clear(reason)
        else:
            self.said.setText(reason[:1].upper() + reason[1:] + ".")

    # --- showing ----------------------------------------------------------------------------------

    def _show(self, answer: Answer, hole: Hole) -> None:
        from core.puzzles import Hole

        found: Filling = answer.value
        self._mine = found
        self.view.set_stamp(self.stamp(answer.step))
        self.canvas.grain = found.grain
        if not self._sized:
            self._size_first(found)
        if hole.pixels is None and self._hole is not None and self._hole.pixels is None:
            self.canvas.set_hidden(found.hidden, remember=self._fresh)
            self._fresh = False
            if hole is self._hole:
                self._hole = Hole(pixels=found.hidden)
        self._draw()
        self._ask_others()

    def _size_first(self, found: Filling) -> None:
        """The share of training; a brush that fits the pictures, of patches one at a time."""
        side = found.hidden.shape[1]
        self.share.blockSignals(True)
        self.share.setValue(round(100 * found.usual))
        self.share.blockSignals(False)
        self._sized = True
        self.brush.setMaximum(max(2, side // 2))
        self.brush.setValue(1 if found.grain > 1 else max(1, side // BRUSH))
        self._size_brush(self.brush.value())
        self.shows.setVisible(found.grain == 1)  # of patches a click shows what is hidden

    def _draw(self) -> None:
        mine = self._mine
        if mine is None:
            return
        titles = self._titles(mine)
        columns = [
            Column(mine.captions[0], mine.given),
            Column(titles[0], mine.made, _errors(mine)),
        ]
        for other, title in zip(self._beside, titles[1:]):
            theirs = self._theirs.get(other.run.id if other.run else "")
            if theirs is None or isinstance(theirs, str):
                columns.append(Column(title, None))
            else:
                fits = len(theirs.made) == len(mine.made)
                columns.append(Column(title, theirs.made if fits else None, _errors(theirs)))
        columns.append(Column(mine.captions[2], mine.truth))
        self.view.show_columns(columns, mine.hidden)
        self._say_share()
        self.said.setText(self._sentence())

    def _say_share(self) -> None:
        self.percent.setText(f"{self.canvas.hidden.mean():.0%}")

    def _titles(self, mine: Filling) -> list[str]:
        """Over this run's column and those beside: what tells them apart."""
        if not self._beside:
            return [mine.captions[1]]
        from core.experiment import told_apart

        sessions = [self.session, *self._beside]
        apart = told_apart([s.experiment for s in sessions])
        return [
            words or (s.run.id[9:15] if s.run is not None else "")
            for s, words in zip(sessions, apart)
        ]

    def _sentence(self) -> str:
        failed = [text for text in self._theirs.values() if isinstance(text, str)]
        if failed:
            return failed[0]
        return "" if self._touched else HELP

    # --- other runs -------------------------------------------------------------------------------

    def _list_others(self) -> None:
        menu, chosen = self.others.menu(), [s.run.id for s in self._beside if s.run is not None]
        menu.clear()
        found = self.session.comparable(self.ability)
        for id, title in found:
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(id in chosen)
            action.setEnabled(id in chosen or len(chosen) < MOST_BESIDE)
            action.toggled.connect(lambda on, id=id: self.put_beside(id, on))
        if not found:
            menu.addAction("No other run on these pictures fills in holes").setEnabled(False)

    def put_beside(self, id: str, on: bool = True) -> None:
        """Give another run a column beside this one's, or take it away."""
        ids = [s.run.id for s in self._beside if s.run is not None and s.run.id != id]
        try:
            self._beside = self.session.put_beside(self.key, [*ids, id] if on else ids)
        except RunError as error:
            self._beside = self.session.put_beside(self.key, ids)
            self.problem.emit(str(error))
        self._theirs = {k: v for k, v in self._theirs.items() if k in [*ids, id]}
        self.others.setText(f"Beside: {len(self._beside)}" if self._beside else "Beside")
        self._draw()
        self.refresh()


def _errors(found: Filling) -> list[str]:
    """Under each picture, how far what was made of the hole is from the truth."""
    word = "error " if len(found.error) == 1 else ""
    return ["" if np.isnan(e) else f"{word}{e:.4f}" for e in found.error]
