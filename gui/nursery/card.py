"""One sample looked at closely: its score, what it shows, which training pictures are nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.pictures import ImageGrid
from core.progress import Tick
from gui.nursery.referee import Referee
from gui.theme import SPACE
from gui.views.image_grid import ImageGridView
from gui.widgets.chances import Chances
from gui.widgets.pixels import to_qimage
from gui.widgets.text import label
from gui.widgets.work_bar import WorkBar

if TYPE_CHECKING:
    from core.generative.nursery import Card, Samples

SIDE = 96  # pixels of the sample
NEAR, HIGH = 42, 196  # of each neighbour; of both rows of them
NONE = "Click a sample to look at it closely."


class SampleCard(QScrollArea):
    """Shows a sample at once, and a Card of it as soon as there is one."""

    sent = Signal(object)  # its latents (1, Z)
    problem = Signal(str)

    def __init__(self, referee: Referee, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._referee = referee
        self._latents: np.ndarray | None = None
        self.picture = QLabel()
        self.picture.setFixedSize(SIDE, SIDE)
        self.picture.setAccessibleName("The sample")
        self.words = label(NONE, "", "secondary", wrap=True)
        self.send = QPushButton("Send to the latent explorer")
        self.send.setToolTip("Let the latent explorer start from the numbers this was made from")
        self.missing = label("", "small", "secondary", wrap=True)
        self.train = QPushButton("Train the classifier")
        self.work = WorkBar()
        self.chances = Chances()
        self.near = ImageGridView()
        self._lay_out()
        self.send.clicked.connect(self.send_on)
        self.train.clicked.connect(referee.train)
        self.work.stopped.connect(referee.cancel)
        self.near.problem.connect(self.problem)
        self.chances.problem.connect(self.problem)
        referee.changed.connect(self._show_referee)
        referee.told.connect(self._tell)
        self._show_referee()
        self.forget()

    def _lay_out(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(SPACE.small, SPACE.small, SPACE.small, SPACE.small)
        column.setSpacing(SPACE.small)
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.words, 1)
        column.addLayout(top)
        for part in (self.send, self.missing, self.train, self.work, self.chances):
            column.addWidget(part)
        column.addWidget(self.near, 1)
        self.near.setMinimumHeight(HIGH)
        self.near.set_side(NEAR)
        self.setWidget(inside)

    def forget(self) -> None:
        """No sample is chosen."""
        self._latents = None
        self.picture.hide()
        self.words.setText(NONE)
        for part in (self.send, self.chances, self.near):
            part.hide()
        self._show_referee()

    def show_sample(self, samples: Samples, at: int) -> None:
        """The sample and what the critic says of it; what the judge says comes later."""
        self._latents = samples.latents[at : at + 1]
        pixmap = QPixmap.fromImage(to_qimage(samples.images[at]))
        self.picture.setPixmap(pixmap.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio))
        said = [f"Sample {at}"]
        if samples.labels is not None:
            said.append(f"asked for: {samples.classes[int(samples.labels[at])]}")
        if samples.verdict(at):
            said.append(samples.verdict(at))
        self.words.setText("\n".join(said))
        self.picture.show()
        self.send.show()
        self._show_referee()

    def show_card(self, card: Card) -> None:
        """What the judge says of the sample."""
        self.chances.show_chances(card.names, card.likely, card.one_of_many)
        both = (card.by_features, card.by_pixels)
        self.near.show_picture(
            ImageGrid(
                np.concatenate([g.images for g in both]),
                [c for g in both for c in g.captions],
                groups=[("Nearest by features", len(both[0].images)),
                        ("Nearest by pixels", len(both[1].images))],
            )
        )  # fmt: skip
        self.chances.show()
        self.near.show()

    def send_on(self) -> None:
        """Give the numbers that the sample was made from to whoever explores them."""
        if self._latents is not None:
            self.sent.emit(self._latents)

    def set_stamp(self, text: str) -> None:
        """What is written under saved pictures."""
        self.near.set_stamp(text)
        self.chances.set_stamp(text)

    def _show_referee(self) -> None:
        state, chosen = self._referee.state, self._latents is not None
        self.missing.setVisible(chosen and state != "ready")
        self.missing.setText(self._referee.words())
        self.train.setVisible(chosen and state == "untrained")
        if state not in ("preparing", "training"):
            self.work.end()

    def _tell(self, tick: Tick) -> None:
        if self._latents is not None:
            self.work.show()
            self.work.tell(tick)
