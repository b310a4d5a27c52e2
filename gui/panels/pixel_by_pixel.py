"""Pictures drawn pixel by pixel, live; covered ones completed; the price of pixels; the class."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from core.generative.wishes import EACH, OPEN, Drawing, Mask
from core.pictures import ImageGrid, Images, as_images
from gui.icons import icon
from gui.panels.base import PicturePanel
from gui.session import Session
from gui.theme import SPACE
from gui.views.fill import FillView
from gui.views.guess import GuessView
from gui.views.heat_maps import HeatMapsView
from gui.views.image_grid import ImageGridView
from gui.widgets.choice_row import ChoiceRow
from gui.widgets.class_choice import ClassChoice
from gui.widgets.dial import Dial
from gui.widgets.fill_canvas import Column
from gui.widgets.flow import FlowLayout
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.generative.drawing import Drawn
    from core.observer import Answer

TEMPERATURES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0)
SHARES = tuple(round(0.1 * at, 1) for at in range(1, 11))
MOST_PICTURES = 40
TICK_MS = 33
TICKS = 90  # in about so many a drawing is shown, if it is drawn as fast
WIDE, NARROW = 6, 4  # pictures in a row: alone, and beside the one that is covered
AHEAD = 24  # frames that wait; with fewer the next row is asked for
MODES = {
    "draw": ("Draw", "Pictures drawn from nothing, pixel by pixel"),
    "complete": ("Complete", "Cover a part of a picture and see how it might go on"),
    "bits": ("Bits", "What each pixel costs: warm where those before did not say what comes"),
    "class": ("Class", "The class that makes a picture likeliest, by Bayes' rule"),
}
COVER = "Drag over the picture to cover a part of it; the right button shows it again."


class PixelsPanel(PicturePanel):
    """Asks for a drawing row by row and plays what came, so that nothing else has to wait."""

    title = "Pixel by pixel"
    ability = "Predicts"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.mode = ChoiceRow(MODES)
        self.classes, self.count = ClassChoice(), QSpinBox()
        self.temperature = Dial(
            "Temperature", "Below 1 likely pixels are drawn yet more often", TEMPERATURES
        )
        self.read = Dial(
            "Read", "Share of the pixels that is read, from the top", SHARES, "{:.0%}".format
        )
        self.again = QPushButton("Draw again")
        self.halves = {"lower": QToolButton(text="Lower half"),
                       "right": QToolButton(text="Right half"),
                       "all": QToolButton(text="All")}  # fmt: skip
        self.grid, self.cover = ImageGridView(), FillView()
        self.bits, self.guess = HeatMapsView(), GuessView()
        self.said = label("", "small", "secondary", wrap=True)
        self._seed = 0
        self._hidden: Mask | None = None
        self._drawing: Drawing | None = None  # the one in hand
        self._asked: object = None  # what it was asked for
        self._progress: Drawn | None = None
        self._frames: deque[Images] = deque()
        self._awaited = False  # a row is being drawn
        self._player = QTimer(self, interval=TICK_MS)
        self._player.timeout.connect(self._play)
        self._prepare()
        self._lay_out()
        self._connect()

    def _prepare(self) -> None:
        self.temperature.set_value(float(self.session.experiment.options.get("temperature", 1.0)))
        self.read.set_value(1.0)
        self.count.setRange(1, MOST_PICTURES)
        self.count.setValue(12)
        self.count.setToolTip("Pictures at once")
        self.count.setAccessibleName("Pictures at once")
        self.again.setIcon(icon("reset"))
        self.again.setToolTip("Other draws of the same chances")
        for name, button in self.halves.items():
            button.setToolTip(f"Cover {'all of the picture' if name == 'all' else 'that half'}")
            button.setAccessibleName(button.toolTip())
        self.cover.setToolTip(COVER)

    def _lay_out(self) -> None:
        self.body.insertWidget(0, self.mode)
        flow = FlowLayout(gap=SPACE.medium)
        self._groups: dict[str, QWidget] = {}
        for name, parts in {
            "class": (label("Class", "small"), self.classes),
            "temperature": (self.temperature,),
            "count": (label("Pictures", "small"), self.count),
            "cover": tuple(self.halves.values()),
            "picture": (self.turner,),
            "read": (self.read,),
            "again": (self.again,),
        }.items():
            self._groups[name] = flow.add_group(*parts)
        self.body.addLayout(flow)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self.cover)
        self._split.addWidget(self.grid)
        self._split.setStretchFactor(1, 2)
        self._split.setChildrenCollapsible(False)
        self._views = QStackedWidget()
        for view in (self._split, self.bits, self.guess):
            self._views.addWidget(view)
        self.body.addWidget(self._views, 1)
        self.body.addWidget(self.said)
        self._show_controls()

    def _connect(self) -> None:
        self.mode.chosen.connect(self._turn_to)
        for dial in (self.temperature, self.read):
            dial.turned.connect(self.refresh)
        self.classes.activated.connect(self.refresh)
        self.count.valueChanged.connect(self.refresh)
        self.again.clicked.connect(self.draw_again)
        for name, button in self.halves.items():
            button.clicked.connect(lambda _=False, n=name: self.cover_part(n))
        self.cover.canvas.changed.connect(self._painted)
        self.cover.canvas.turned.connect(self.turner.turn)
        for view in (self.grid, self.cover, self.bits, self.guess):
            view.problem.connect(self.problem)

    # --- what a person asks -----------------------------------------------------------------------

    def draw_again(self) -> None:
        """Other draws of the same chances."""
        self._seed += 1
        self.refresh()

    def cover_part(self, part: str) -> None:
        """Cover the lower or the right half of the picture, or all of it."""
        if self.mode.key != "complete":
            self.mode.choose("complete")
        if self._hidden is None:
            return
        hidden = np.zeros_like(self._hidden)
        rows, columns = hidden.shape
        if part == "lower":
            hidden[rows // 2 :] = True
        elif part == "right":
            hidden[:, columns // 2 :] = True
        else:
            hidden[:] = True
        self.cover.canvas.set_hidden(hidden)
        self._painted()

    def _painted(self) -> None:
        self._hidden = self.cover.canvas.hidden.copy()
        self.refresh()

    def _turn_to(self, _: str) -> None:
        self._choose_usual_class()
        self._show_controls()
        self.said.setText("")
        self.refresh()

    def _show_controls(self) -> None:
        mode = self.mode.key
        shown = {
            "draw": ("class", "temperature", "count", "again"),
            "complete": ("class", "temperature", "count", "again", "cover", "picture"),
            "bits": (),
            "class": ("read",),
        }[mode]
        for name, group in self._groups.items():
            group.setVisible(name in shown)
        self.cover.setVisible(mode == "complete")
        views = {"bits": self.bits, "class": self.guess}
        self._views.setCurrentWidget(views.get(mode, self._split))

    # --- asking -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        if self.session.probe is None:
            return False
        from core.generative import drawing

        self._list_classes()
        there, mode = self.follow_pictures(), self.mode.key
        if mode in ("draw", "complete"):
            return self._draw_on(mode, there)
        self._stop()
        if not there:
            self.refused("Choose a picture in the strip below, or open one of your own.")
            return True
        if mode == "bits":
            return self.put(drawing.bits, lambda found: self._show(self.bits, found))
        question = drawing.classes(self.read.value)
        return self.put(question, lambda found: self._show(self.guess, found))

    def _draw_on(self, mode: str, there: int) -> bool:
        """Begin a drawing if another one is asked for, or the last is done; else let it go on."""
        if mode == "complete" and not there:
            self.refused("Choose a picture in the strip below, or open one of your own.")
            return True
        wanted = self._wanted(mode)
        live = self.session.state == "training" and self.session.step is None
        done = self._progress is not None and self._progress.finished and not self._frames
        if repr(wanted) != self._asked or (live and done):
            self._stop()
            self._asked, self._drawing = repr(wanted), wanted[0]
            self._player.start()
            return self._next_row()
        if not done:
            self._player.start()
        return True

    def _wanted(self, mode: str) -> tuple[Drawing, Any]:
        """The drawing that the controls ask for, and what else makes it another one."""
        chosen = self.classes.currentData()
        drawn = Drawing(
            count=self.count.value(),
            label=EACH if chosen is None else chosen,
            temperature=self.temperature.value,
            seed=self._seed,
        )
        key: tuple[Any, ...] = (mode, self.session.step)
        if mode == "complete":
            self._hidden = self._hidden if self._hidden is not None else self._half()
            drawn = replace(drawn, picture=self.turner.at, hidden=self._hidden)
            own = self.session.own_pictures
            key += (self.session.pictures, id(own), self._hidden.tobytes())
        return drawn, key

    def _half(self) -> Mask:
        """The lower half of a picture."""
        assert self.session.probe is not None
        side = self.session.probe.images.shape[-1]
        hidden = np.zeros((side, side), bool)
        hidden[side // 2 :] = True
        self.cover.canvas.hidden = hidden.copy()
        return hidden

    def _next_row(self) -> bool:
        from core.generative import drawing

        assert self._drawing is not None
        self._awaited, mine = True, self._asked
        return self.put(
            drawing.further(self._drawing),
            lambda found: self._take(found, mine),
            refuse=self._refuse_row,
        )

    def _take(self, answer: Answer, asked: object) -> None:
        """A row further; the next one is asked for when this one has nearly been seen."""
        if asked != self._asked or self._drawing is None:
            return
        found: Drawn = answer.value
        self._awaited, self._progress = False, found
        self._frames.extend(found.frames)
        self._drawing = replace(self._drawing, row=found.row, pixels=found.pixels)
        self.grid.set_stamp(self.stamp(answer.step))
        if self.mode.key == "complete":
            self._show_cover(found)
        if not found.total:
            self._show_frame(as_images(found.pixels), found)
        self._play()

    def _show_cover(self, found: Drawn) -> None:
        """The picture with the hole; shown anew only where it is another one."""
        canvas, given, hidden = self.cover.canvas, found.given, self._hidden
        if given is None or hidden is None:
            return
        same = canvas.columns and np.array_equal(canvas.columns[0].images, given)
        if not same or not self.cover.can_save():
            self.cover.show_columns([Column("Cover", given)], np.zeros_like(hidden))
            canvas.size_of_brush = max(1, hidden.shape[0] // 6)
            canvas.set_hidden(hidden, remember=False)

    def _refuse_row(self, reason: str) -> None:
        self._stop()
        self.refused(reason)

    def _stop(self) -> None:
        """Let go of the drawing in hand."""
        self._player.stop()
        self._frames.clear()
        self._drawing, self._progress, self._asked, self._awaited = None, None, None, False

    def refused(self, reason: str) -> None:
        view = {"bits": self.bits, "class": self.guess}.get(self.mode.key, self.grid)
        view.clear(reason)

    # --- showing ----------------------------------------------------------------------------------

    def _play(self) -> None:
        """Show some frames further; ask for the next row in time."""
        found = self._progress
        if found is None or self._drawing is None:
            return
        for _ in range(max(1, found.total // TICKS)):
            if self._frames:
                frame = self._frames.popleft()
                self._show_frame(frame, found)
        if not found.finished and not self._awaited and len(self._frames) < AHEAD:
            self._next_row()
        if found.finished and not self._frames:
            self._player.stop()

    def _show_frame(self, frame: Images, found: Drawn) -> None:
        columns = min(len(frame), WIDE if self.mode.key == "draw" else NARROW)
        self.grid.keep_in_sight(-(-len(frame) // columns))
        self.grid.show_picture(ImageGrid(frame, found.names if any(found.names) else (), columns))
        seen = found.done - len(self._frames)
        self.said.setText(
            f"Pixel {max(0, seen):,} of {found.total:,}"
            + (f". {COVER}" if self.mode.key == "complete" else "")
        )

    def _show(self, view: Any, answer: Answer) -> None:
        if self.mode.key in ("bits", "class"):
            view.set_stamp(self.stamp(answer.step))
            view.show_picture(answer.value)

    def _list_classes(self) -> None:
        """Offer the classes of the run, once."""
        assert self.session.probe is not None
        told = self.session.experiment.options.get("use_labels", True)
        names = self.session.probe.classes if told else ()
        if self.classes.offer(names):
            self._choose_usual_class()

    def _choose_usual_class(self) -> None:
        """Every class is drawn in turn, and what completes a picture left open, if not chosen."""
        usual, other = (OPEN, EACH) if self.mode.key == "complete" else (EACH, OPEN)
        at = self.classes.findData(usual)
        if self.classes.currentData() == other and at >= 0:
            self.classes.setCurrentIndex(at)

    def end(self) -> None:
        """Draw no further."""
        super().end()
        self._stop()

    def hideEvent(self, event: QHideEvent) -> None:
        self._player.stop()
        self._stale = self._stale or self._drawing is not None
        super().hideEvent(event)
