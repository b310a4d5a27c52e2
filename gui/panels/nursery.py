"""Samples on fixed noise, growing up: through the training and along the timeline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QSlider,
    QSpinBox,
    QSplitter,
    QTabWidget,
    QToolButton,
    QWidget,
)

from core.progress import Progress
from gui.icons import icon
from gui.nursery.card import SampleCard
from gui.nursery.referee import Referee
from gui.panels.base import Panel
from gui.session import Session
from gui.tasks import Newest, Tasks
from gui.theme import SPACE
from gui.views.histogram import HistogramView
from gui.views.image_grid import ImageGridView
from gui.widgets.flow import FlowLayout
from gui.widgets.latent_tiles import Kept
from gui.widgets.switch import Switch
from gui.widgets.text import label

if TYPE_CHECKING:
    from core.generative.nursery import Card, Samples, Wish
    from core.observer import Answer

COUNT, MOST = 36, 256  # samples
REAL = 256  # real pictures that the critic is heard about
WHOLE = 100  # per cent of truncation that changes nothing
SMALLEST, LARGEST = 12, 160  # pixels of a sample
CAPTION = 18
IN_TURN = "one after the other"


class NurseryPanel(Panel):
    """The same noise at every step; a click looks at one sample closely."""

    title = "Nursery"
    ability = "Generates"

    def __init__(
        self, session: Session, tasks: Tasks, referee: Referee, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self.referee = referee
        self.samples: Samples | None = None
        self.chosen: int | None = None  # the sample on the card
        self._draw = 0
        self._cards = Newest(tasks, "Looking at a sample", self)
        self._build()
        self._lay_out()
        self._connect()

    def _build(self) -> None:
        self.count = QSpinBox(minimum=1, maximum=MOST, value=COUNT)
        self.count.setKeyboardTracking(False)
        self.count.setToolTip("How many samples are shown")
        self.count.setAccessibleName("Samples")
        self.label = QComboBox()
        self.label.setToolTip("The class that is asked for")
        self.label.setAccessibleName("Class")
        self.label.addItem(IN_TURN, None)
        self.truncation = QSlider(Qt.Orientation.Horizontal)
        self.truncation.setRange(0, 150)
        self.truncation.setValue(WHOLE)
        self.truncation.setFixedWidth(84)
        self.truncation.setAccessibleName("Truncation in per cent")
        self.truncation.setToolTip(
            "Draws the noise towards its middle: fewer odd samples, and fewer different ones"
        )
        self.percent = label("100 %", "small", "secondary")
        self.percent.setMinimumWidth(38)
        self.averaged = Switch()
        self.averaged.setChecked(True)
        self.averaged.setAccessibleName("By the average of the weights")
        self.averaged.setToolTip("By the average of the weights over the steps, or the raw ones")
        self.fresh = self._button("reset", "New noise", "Other samples: draw new noise")
        self.fixed = self._button("undo", "Fixed noise", "Back to the noise that stays the same")
        self.fixed.setEnabled(False)
        self.grid = ImageGridView()
        self.grid.setMinimumWidth(140)
        self.heard = HistogramView()
        self.card = SampleCard(self.referee)
        self.side = QTabWidget()
        self.side.setDocumentMode(True)

    @staticmethod
    def _button(symbol: str, text: str, words: str) -> QToolButton:
        made = QToolButton(icon=icon(symbol), text=text, toolTip=words)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setAccessibleName(text)
        return made

    def _lay_out(self) -> None:
        flow = FlowLayout(gap=SPACE.medium)
        self.groups: dict[str, QWidget] = {}
        for name, parts in {
            "count": (label("Samples", "small"), self.count),
            "noise": (self.fresh, self.fixed),
            "class": (label("Class", "small"), self.label),
            "truncation": (label("Truncation", "small"), self.truncation, self.percent),
            "average": (label("Averaged", "small"), self.averaged),
        }.items():
            self.groups[name] = flow.add_group(*parts)
        self.side.addTab(self.heard, "Discriminator")
        self.side.addTab(self.card, "Sample")
        self.side.setMinimumWidth(200)
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.addWidget(self.grid)
        self.halves.addWidget(self.side)
        self.halves.setSizes([550, 450])
        self.body.addLayout(flow)
        self.body.addWidget(self.halves, 1)
        for name in ("class", "truncation", "average"):
            self.groups[name].hide()

    def _connect(self) -> None:
        self.count.valueChanged.connect(self.refresh)
        self.label.activated.connect(self.refresh)
        self.truncation.valueChanged.connect(self._truncate)
        self.averaged.edited.connect(self.refresh)
        self.fresh.clicked.connect(self.new_noise)
        self.fixed.clicked.connect(self.fixed_noise)
        self.grid.picked.connect(self.look_at)
        self.grid.tiles.viewport().installEventFilter(self)
        for view in (self.grid, self.heard, self.card):
            view.problem.connect(self.problem)
        self.card.sent.connect(self._keep)
        self.referee.changed.connect(self._ask_card)

    # --- what a person asks -----------------------------------------------------------------------

    def new_noise(self) -> None:
        """Other samples."""
        self._draw += 1
        self.fixed.setEnabled(True)
        self._look_away()

    def fixed_noise(self) -> None:
        """The samples that are the same in every run of this shape."""
        self._draw = 0
        self.fixed.setEnabled(False)
        self._look_away()

    def _look_away(self) -> None:
        self.chosen = None
        self.card.forget()
        self.grid.select([])
        self.refresh()

    def toggle_average(self) -> None:
        """From the averaged weights to the raw ones, or back."""
        if not self.groups["average"].isHidden():
            self.averaged.setChecked(not self.averaged.isChecked())
            self.refresh()

    def look_at(self, at: int) -> None:
        """Put a sample on the card."""
        if self.samples is None or not 0 <= at < len(self.samples.images):
            return
        self.chosen = at
        self.side.setCurrentWidget(self.card)
        self.referee.prepare()
        self._show_chosen()

    def look_at_next(self) -> None:
        """One sample after the other."""
        count = len(self.samples.images) if self.samples is not None else 1
        self.look_at(0 if self.chosen is None else (self.chosen + 1) % count)

    def send_on(self) -> None:
        """Give the latents of the chosen sample, or of the first, to the latent explorer."""
        if self.chosen is None:
            self.look_at(0)
        self.card.send_on()

    def _keep(self, latents: np.ndarray) -> None:
        """Lay the chosen sample on the shelf, from which sums, ways and planes are made."""
        if self.samples is not None and self.chosen is not None:
            name = f"Nursery {self.chosen + 1}"
            picture = self.samples.images[self.chosen]
            self.session.shelf.keep(Kept(np.asarray(latents)[0], picture, name))

    def _truncate(self, value: int) -> None:
        self.percent.setText(f"{value} %")
        self.refresh()

    # --- asking -----------------------------------------------------------------------------------

    def wish(self) -> Wish:
        """The samples that are shown."""
        from core.generative.nursery import Wish

        return Wish(
            self.count.value(), self._draw, self.label.currentData(),
            self.truncation.value() / WHOLE, not self.averaged.isChecked(),
        )  # fmt: skip

    def ask(self) -> bool:
        from core.generative.nursery import sampled

        if self.session.probe is None:
            return False
        real = self.session.probe.first_of_each_class(REAL)
        return self.put(sampled(self.wish()), self._show, indices=real)

    def refused(self, reason: str) -> None:
        self.grid.clear(reason)
        self.heard.clear(reason)

    def _show(self, answer: Answer) -> None:
        found: Samples = answer.value
        self.samples = found
        for view in (self.grid, self.heard, self.card):
            view.set_stamp(self.stamp(answer.step))
        self._offer(found)
        self._fit()
        self.grid.show_picture(found.grid())
        if found.heard is None:
            self.heard.clear("This method has no discriminator to be heard.")
        else:
            self.heard.show_picture(found.heard)
        self._show_chosen()

    def _offer(self, found: Samples) -> None:
        """Only what this method can be asked for."""
        self.groups["average"].setVisible(found.averages)
        self.groups["truncation"].setVisible(found.truncates)
        self.groups["class"].setVisible(found.labels is not None)
        if found.labels is not None and self.label.count() == 1:
            for at, name in enumerate(found.classes):
                self.label.addItem(name, at)

    def _show_chosen(self) -> None:
        if self.samples is None or self.chosen is None:
            return
        if self.chosen >= len(self.samples.images):
            self._look_away()
            return
        self.card.show_sample(self.samples, self.chosen)
        self.grid.select([self.chosen])
        self._ask_card()

    def _ask_card(self) -> None:
        """What the judge says of the chosen sample, beside the training and the observer."""
        bench = self.referee.bench
        if bench is None or self.samples is None or self.chosen is None:
            return
        pixels = self.samples.pixels[self.chosen]

        def work(_: Progress) -> Card:
            from core.device import use_threads
            from core.generative.nursery import card

            use_threads(1)
            return card(pixels, bench)

        self._cards.ask(work, self._show_card, self.problem.emit)

    def _show_card(self, card: Card) -> None:
        if self.chosen is not None:
            self.card.show_card(card)

    # --- fitting ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is said of the samples stands beside them, or under them where it is narrow."""
        super().resizeEvent(event)
        wide = self.width() > self.height()
        self.halves.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Samples as large as all of them can be seen at once."""
        if self.samples is None:
            return
        room = self.grid.tiles.viewport().size()
        count, own = len(self.samples.images), self.samples.images.shape[2]
        below = CAPTION if self.samples.labels is not None else 0
        gap, margin = self.grid.tiles.gap, 2 * self.grid.tiles.margin
        for side in range(LARGEST, SMALLEST, -1):
            shown = side // own * own if side >= own else side
            columns = max(1, (room.width() - margin + gap) // (shown + gap))
            if math.ceil(count / columns) * (shown + below + gap) + margin <= room.height():
                break
        self.grid.set_side(side)
